"""The examples of the reference page are one sound bank, and the page names what there is."""

import re
from pathlib import Path

from vbr_engine.bank import ResponseFormat, lint_bank, parse_bank
from vbr_engine.bank.document import read_document

PAGE = Path("docs/bank-format.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```yaml\n# (bank|catalogues/en)\.yaml\n(.*?)```", re.DOTALL)


def put_together():
    """Add up the pieces of each file as a reader would."""
    files = {"bank": {}, "catalogues/en": {}}
    for name, text in BLOCK.findall(PAGE):
        document = read_document(text)
        assert document.problems == ()
        for part, held in document.data.items():
            there = files[name].get(part)
            if there is None:
                files[name][part] = held
            else:
                files[name][part] = there + held if isinstance(held, list) else there | held
    return files


def test_the_pieces_are_one_bank_with_every_format():
    files = put_together()
    bank = parse_bank(files["bank"], {"en": files["catalogues/en"]})
    assert [item.format for item in bank.items] == list(ResponseFormat)
    assert bank.in_other_words("honest") == {"Our charter": ("Truth", "Openness")}
    assert [str(p) for p in lint_bank(bank) if p.severity != "note"] == []


def test_the_page_explains_every_rule_of_the_linter():
    source = "".join(
        Path(f"vbr_engine/bank/{name}.py").read_text(encoding="utf-8")
        for name in ("lint", "balance", "translations")
    )
    rules = set(
        re.findall(
            r'"([a-z]+(?:-[a-z]+)+|idiom|untranslated|parity|coverage)", "(?:error|warning|note)"',
            source,
        )
    )
    rules |= set(re.findall(r'rule="([a-z-]+)"', source))
    assert len(rules) == 11
    assert {rule for rule in rules if f"| `{rule}`" not in PAGE} == set()
