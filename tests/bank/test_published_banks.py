"""A published version never changes, and none is published before it is ready."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbr_engine.bank.changelog import reason_for, unfinished, with_section
from vbr_engine.bank.published import parse_pins
from vbr_engine.cli import vbr
from vbr_engine.errors import BankError
from vbr_engine.files import check_pins, read_bank
from vbr_engine.files.published import read_pins

LIST = Path("question_banks/published.json")
CHANGES = "# Changes\n\n## {} (May 2026)\n\n- Something, and why.\n"


def test_every_published_bank_still_has_its_hash():
    assert len(read_pins(LIST)) >= 1
    assert [str(problem) for problem in check_pins(LIST)] == []


@pytest.fixture
def banks(tmp_path):
    """A folder of banks with the tiny one, ready to publish."""
    shutil.copytree("tests/banks/tiny", tmp_path / "tiny")
    (tmp_path / "tiny/CHANGELOG.md").write_text(CHANGES.format("0.1.0"), encoding="utf-8")
    return tmp_path


def publish(folder):
    return CliRunner().invoke(vbr, ["publish", str(folder)])


def change(place, old, new):
    text = place.read_text(encoding="utf-8")
    assert old in text
    place.write_text(text.replace(old, new), encoding="utf-8")


def next_version(banks, version, old="a: 2, b: 4", new="a: 1, b: 4"):
    """The tiny bank with a change, as another version."""
    shutil.copytree(banks / "tiny", banks / "next")
    change(banks / "next/bank.yaml", "version: 0.1.0", f"version: {version}")
    change(banks / "next/bank.yaml", old, new)
    (banks / "next/CHANGELOG.md").write_text(CHANGES.format(version), encoding="utf-8")
    return banks / "next"


def test_publishing_pins_the_hash_and_twice_is_once(banks):
    assert publish(banks / "tiny").exit_code == 0
    written = (banks / "published.json").read_text()
    (pin,) = json.loads(written)["published"]
    sha256 = read_bank("tests/banks/tiny").sha256
    assert [pin[name] for name in ("bank", "version", "folder")] == ["tiny", "0.1.0", "tiny"]
    assert pin["sha256"] == sha256
    again = publish(banks / "tiny/bank.yaml")
    assert (again.exit_code, "already" in again.output) == (0, True)
    assert (banks / "published.json").read_text() == written
    assert check_pins(banks / "published.json") == []


def test_a_published_version_with_another_hash_is_refused_and_found(banks):
    publish(banks / "tiny")
    change(banks / "tiny/bank.yaml", "a: 2, b: 4", "a: 1, b: 4")
    refused = publish(banks / "tiny")
    assert refused.exit_code == 1
    assert "a published version never changes" in str(refused.exception)
    (problem,) = check_pins(banks / "published.json")
    assert "expected tiny 0.1.0 with hash" in str(problem)


def test_a_published_version_that_is_gone_is_found(banks):
    publish(banks / "tiny")
    shutil.rmtree(banks / "tiny")
    assert len(check_pins(banks / "published.json")) == 1


def test_the_next_version_is_published_beside_the_first(banks):
    publish(banks / "tiny")
    assert publish(next_version(banks, "0.2.0")).exit_code == 0
    pins = read_pins(banks / "published.json")
    assert [(pin.version, pin.folder) for pin in pins] == [("0.1.0", "tiny"), ("0.2.0", "next")]
    assert check_pins(banks / "published.json") == []


@pytest.mark.parametrize(
    ("version", "old", "new", "says"),
    [
        ("0.1.1", "a: 2, b: 4", "a: 1, b: 4", "expected 0.2.0 at least, got 0.1.1"),
        ("0.1.1", "interval: 0.8", "interval: 0.9", "a major change was made, policy.interval"),
    ],
)
def test_a_number_that_says_too_little_is_refused(banks, version, old, new, says):
    publish(banks / "tiny")
    refused = publish(next_version(banks, version, old, new))
    assert refused.exit_code == 1
    assert says in str(refused.exception)
    assert len(read_pins(banks / "published.json")) == 1


def test_the_number_is_held_against_the_version_just_before(banks):
    publish(banks / "tiny")
    publish(next_version(banks, "0.2.0"))
    third = banks / "third"
    shutil.copytree(banks / "next", third)
    change(third / "bank.yaml", "version: 0.2.0", "version: 0.2.1")
    change(third / "bank.yaml", "a: 1, b: 4", "a: 1, b: 3")
    (third / "CHANGELOG.md").write_text(CHANGES.format("0.2.1"), encoding="utf-8")
    refused = publish(third)
    assert refused.exit_code == 1
    assert "expected 0.3.0 at least, got 0.2.1" in str(refused.exception)


def test_a_small_change_needs_a_small_number(banks):
    publish(banks / "tiny")
    assert publish(next_version(banks, "0.1.1", "minutes: 5", "minutes: 6")).exit_code == 0


def test_a_bank_with_an_error_is_refused(banks):
    change(
        banks / "tiny/catalogues/en.yaml", "summary: ", "summary: Do you have a disability? Now "
    )
    refused = publish(banks / "tiny")
    assert refused.exit_code == 1
    assert "en.yaml" in str(refused.exception)
    assert not (banks / "published.json").exists()


@pytest.mark.parametrize(
    ("changelog", "says"),
    [
        (None, 'there is no section "## 0.1.0"'),
        (CHANGES.format("0.1.01"), 'there is no section "## 0.1.0"'),
        (CHANGES.format("0.1.0").replace("May 2026", "draft"), "is headed (draft)"),
        (CHANGES.format("0.1.0") + "\n### For a person to decide\n\n- One.\n", "is there still"),
        ("# Changes\n\n## 0.1.0\n\n## 0.0.9\n\n- First.\n", "its section is empty"),
    ],
)
def test_a_version_without_a_finished_section_is_refused(banks, changelog, says):
    (banks / "tiny/CHANGELOG.md").unlink()
    if changelog is not None:
        (banks / "tiny/CHANGELOG.md").write_text(changelog, encoding="utf-8")
    refused = publish(banks / "tiny")
    assert refused.exit_code == 1
    assert says in str(refused.exception)
    assert not (banks / "published.json").exists()


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"format": 2, "published": []}, "format: expected 1"),
        ({"format": 1, "published": [{"bank": "a"}]}, "published.1.sha256: is missing"),
        ([], "expected a mapping"),
    ],
)
def test_a_broken_list_is_explained(held, says):
    with pytest.raises(BankError, match=says):
        parse_pins(held)


LOG = """\
# Changes

## 0.3.0 (May 2026)

- **scoring** `items.tea.key.b`: 3 -> 4. All of the panel
  gave 4.
- `cup` was reworded, because two readings were possible.
- **scoring** `items.pan.options.c`: dropped. Nobody chose it.
- **scoring** `policy`: new cuts.

## 0.2.0

- `items.tea`: another reason.
"""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("items.tea.key.b", "All of the panel gave 4."),
        ("items.tea.key.a", "All of the panel gave 4."),
        (
            "catalogues.en.items.cup.scenario",
            "`cup` was reworded, because two readings were possible.",
        ),
        ("items.pan.key.a", "Nobody chose it."),
        ("policy.bands.part.minimum", "`policy`: new cuts."),
        ("form.minutes", ""),
        ("items.tea-two.key.b", ""),
    ],
)
def test_the_reason_of_a_change_is_found_in_its_section(path, reason):
    assert reason_for(LOG, "0.3.0", path) == reason


@pytest.mark.parametrize("text", ["", "# Changes\n", "# Changes\n\n## 0.1.0\n\n- First.\n", LOG])
def test_a_drafted_section_is_found_again_and_nothing_is_lost(text):
    entry = "**scoring** `items.tea.key.b`: 3 -> 4. " + "Words of a long reason. " * 12
    made = with_section(text, "9.0.0", [entry], ["`items.cup`: reword. Two readings."])
    assert reason_for(made, "9.0.0", "items.tea.key.b") == entry.strip().split(". ", 1)[1]
    assert len(unfinished(made, "9.0.0")) == 2
    assert max(map(len, made.splitlines())) <= 100
    assert {line for line in text.splitlines() if line} <= set(made.splitlines())
