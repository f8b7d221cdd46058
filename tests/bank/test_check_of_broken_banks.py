"""Every way to break a bank gives a sentence with file, line and path, and no traceback."""

import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import BankError
from vbr_engine.files import check_bank, read_bank

TINY = Path(__file__).parents[1] / "banks" / "tiny"
BANK, ENGLISH = "bank.yaml", "catalogues/en.yaml"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def change(folder, name, old, new):
    """Change one place of a file; give the line that it is on."""
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


# name of the file, what is there, what is put there, path, words of the message
SLIPS = {
    "duplicate item": (BANK, "id: wet-coat", "id: cold-tea", "items.cold-tea.id", "second item"),
    "key twice": (BANK, "a: 2, b: 4, c: 1, d: 3}", "a: 2, b: 4, a: 1, d: 3}",
                  "items.cold-tea.key.a", "keyed twice, first on line 21"),
    "picked twice": (BANK, "[b, e, g]", "[b, e, b]", "items.late-start.key.3", "b is named twice"),
    "most is least": (BANK, "{most: c, least: b}", "{most: c, least: c}",
                      "items.birthday-note.key.least", "most and least are the same option, c"),
    "rank gap": (BANK, "c: 5, d: 2, e: 4}", "c: 5, d: 2, e: 5}", "items.long-talk.key",
                 "nothing is ranked 4"),
    "unknown option": (BANK, "{a: 4, b: 2, c: 3, d: 1}", "{a: 4, b: 2, c: 3, d: 1, e: 1}",
                       "items.wet-coat.key.e", "there is no option e"),
    "no key": (BANK, "{a: 4, b: 2, c: 3, d: 1}", "{a: 4, b: 2, c: 3}", "items.wet-coat.key",
               "the option d has no key"),
    "outside scale": (BANK, "{a: 4, b: 2, c: 3, d: 1}", "{a: 5, b: 2, c: 3, d: 1}",
                      "items.wet-coat.key.a", "expected a rating from 1 to 4, got 5"),
    "unmeasured value": (BANK, "values: [kind, honest]", "values: [kind, honest, proud]",
                         "values.3", "no item measures the value proud"),
    "unknown value": (BANK, "id: wet-coat\n    value: kind", "id: wet-coat\n    value: kimd",
                      "items.wet-coat.value", "did you mean kind?"),
    "reserved value": (BANK, "values: [kind, honest]", "values: [kind, honest, band]", "values.3",
                       "cannot name a value"),
    "wrong type deep": (BANK, "item-sd-floor: 0.2", "item-sd-floor: [0.2]",
                        "policy.standard-error.item-sd-floor", "got a list"),
    "unknown field": (BANK, "    topics: [family]", "    topic: [family]", "items.wet-coat.topic",
                      "did you mean topics?"),
    "unknown format": (BANK, "format: most-least", "format: most-lest",
                       "items.birthday-note.format", "did you mean most-least?"),
    "missing field": (BANK, "  interval: 0.8\n", "", "policy.interval", "is missing"),
    "bands out of order": (BANK, "{id: close, minimum: 0.65}", "{id: close, minimum: 0.3}",
                           "policy.bands.close.minimum", "out of order"),
    "first band bounded": (BANK, "minimum: null", "minimum: 0", "policy.bands.apart.minimum",
                           "has the minimum null"),
    "no weight": (BANK, "weights: {kind: 1, honest: 1}", "weights: {kind: 1}", "policy.weights",
                  "the value honest has no weight"),
    "weight of nothing": (BANK, "weights: {kind: 1, honest: 1}",
                          "weights: {kind: 1, honest: 1, brave: 2}", "policy.weights.brave",
                          "no value brave"),
    "too many of a format": (BANK, "pick: 1}\ncross", "pick: 2}\ncross", "form.per-format.pick",
                             "asks for 2 and there are only 1"),
    "form too long": (BANK, "length: 5", "length: 7", "form.length", "only 6 items"),
    "version": (BANK, "version: 0.1.0", "version: '0.1'", "version", "semantic version"),
    "version is a number": (BANK, "version: 0.1.0", "version: 0.1", "version",
                            'got the number 0.1; for the word, write "0.1"'),
    "truth for a word": (ENGLISH, "title: Tiny bank", "title: no", "title",
                         'write "no" in quotes, or false'),
    "truth as a key": (BANK, "{a: 4, b: 2, c: 3, d: 1}", "{a: 4, no: 2, c: 3, d: 1}",
                       "items.wet-coat.key.no", 'write "no" in quotes'),
    "not a number": (BANK, "interval: 0.8", "interval: .nan", "policy.interval", "got '.nan'"),
    "infinite": (BANK, "interval: 0.8", "interval: 1e999", "policy.interval", "the number inf"),
    "status": (BANK, "status: draft key, no panel, no norms", "status: validated", "status",
               "expected one of"),
    "words missing": (ENGLISH, "      d: Tell her that she should drink more.\n", "",
                      "items.cold-tea.options.d", "the words are missing"),
    "words too many": (ENGLISH, "  close: {name",
                       "  closer: {name: Closer, meaning: No.}\n  close: {name",
                       "bands.closer", "no such thing; did you mean close?"),
    "labels": (ENGLISH, "[Very poor, Poor, Good, Very good]", "[Poor, Fair, Good]", "scales.4",
               "expected 4 labels, got 3"),
    "language": (ENGLISH, "language: en", "language: cy", "language", "as the file is called"),
    "blank text": (ENGLISH, "title: Tiny bank", "title: '  '", "title", "empty text"),
    "crosswalk word": (ENGLISH, ", truth: Truth", "", "crosswalks.two-words.words.truth",
                       "the words are missing"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_is_named_with_file_line_and_path(folder, slip):
    name, old, new, path, says = slip
    line = change(folder, name, old, new)
    found = [problem for problem in check_bank(folder) if problem.severity == "error"]
    about = [problem for problem in found if problem.path == path and says in problem.message]
    assert about, [str(problem) for problem in found]
    assert about[0].file == str(folder / name)
    last = line + old.count("\n") + new.count("\n") + 1
    # What is missing is placed at the part that lacks it, a few lines above.
    assert line - 25 <= about[0].line <= last


def test_line_numbers_are_exact(folder):
    line = change(folder, BANK, "{a: 4, b: 2, c: 3, d: 1}", "{a: 9, b: 2, c: 3, d: 1}")
    with pytest.raises(BankError) as caught:
        read_bank(folder)
    assert str(caught.value) == (
        f"{folder / BANK}:{line}: items.wet-coat.key.a: expected a rating from 1 to 4, got 9"
    )


def test_every_problem_comes_at_once_in_the_order_of_the_files(folder):
    change(folder, ENGLISH, "title: Tiny bank", "titel: Tiny bank")
    change(folder, BANK, "interval: 0.8", "interval: wide")
    change(folder, BANK, "[b, e, g]", "[b, e, z]")
    found = [(Path(p.file).name, p.path) for p in check_bank(folder)]
    assert found == [
        ("bank.yaml", "items.late-start.key.3"),
        ("bank.yaml", "policy.interval"),
        ("en.yaml", "title"),
        ("en.yaml", "titel"),
    ]


def test_a_blueprint_that_no_draw_can_meet_is_refused(folder):
    # One pick, one most-least and one rank leave two rate items; kind has only one rank, two rates.
    change(folder, BANK, "per-value: {kind: 2, honest: 2}", "per-value: {kind: 1, honest: 3}")
    change(folder, BANK, "length: 5", "length: 3")
    change(
        folder, BANK, "{rate: 2, rank: 1, most-least: 1, pick: 1}",
        "{rate: 2, rank: 1, most-least: 0, pick: 0}",
    )  # fmt: skip
    with pytest.raises(BankError, match="adds up to 4, more than the length 3"):
        read_bank(folder)
    change(folder, BANK, "per-value: {kind: 1, honest: 3}", "per-value: {kind: 0, honest: 2}")
    with pytest.raises(BankError, match="form: blueprint: no 3 of the 6 items meet it"):
        read_bank(folder)


# what the bank file holds -> words of the message
WRECKS = {
    "empty": (b"", "the file is empty"),
    "only a comment": (b"# nothing\n", "the file is empty"),
    "a list": (b"- a\n- b\n", "expected a mapping, got a list"),
    "a word": (b"hello\n", "expected a mapping, got 'hello'"),
    "broken": (b"format: 1\nid: 'tiny\n", "is not YAML"),
    "tab": (b"format: 1\nprovenance:\n\tauthors: []\n", "indented with spaces"),
    "colon": (b"format: 1\nid: a: b\n", "needs quotes"),
    "two documents": (b"a: 1\n---\nb: 2\n", "a second document"),
    "alias bomb": (
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
        "anchors (&name) and aliases",
    ),
    "alias of itself": (b"a: &a [*a]\n", "anchors (&name) and aliases"),
    "nesting bomb": (b"[" * 100_000, "more than 16 levels"),
    "nesting bomb in blocks": (b"- " * 100_000, "more than 16 levels"),
    "a slip on every line": (b"a: no\n" * 3000, "500 problems so far; the rest was not read"),
    "tag": (b"a: !!python/object/apply:os.system [ls]\n", "tags such as"),
    "complex key": (b"? [a, b]\n: c\n", "a key must be a word"),
    "number key": (b"1.5: c\n", "a key must be a word, got 1.5"),
    "merge key": (b"<<: {a: 1}\n", "is not a field here"),
    "huge number": (b"format: " + b"9" * 5000 + b"\n", "expected 1, got"),
    "not UTF-8": (b"format: 1\nid: caf\xe9\n", "byte 0xe9 cannot stand here"),
    "zero bytes": (b"\x00\x00\x00", "character that text cannot have"),
    "UTF-16": ("format: 1\n".encode("utf-16"), "is not UTF-8"),
}


@pytest.mark.parametrize("wreck", WRECKS.values(), ids=WRECKS)
def test_a_wrecked_file_gives_a_sentence(folder, wreck):
    content, says = wreck
    (folder / BANK).write_bytes(content)
    found = CliRunner().invoke(vbr, ["check", str(folder)])
    assert found.exit_code == 1
    assert isinstance(found.exception, SystemExit)
    assert says in found.output
    assert str(folder / BANK) in found.output


def test_a_wrecked_bank_file_does_not_hide_the_catalogue(folder):
    (folder / BANK).write_bytes(b"id: 'tiny\n")
    change(folder, ENGLISH, "title: Tiny bank", "titel: Tiny bank")
    assert [Path(p.file).name for p in check_bank(folder)] == ["bank.yaml", "en.yaml", "en.yaml"]


def test_a_wrecked_catalogue_does_not_hide_the_bank_file(folder):
    (folder / ENGLISH).write_bytes(b"title: 'x\n")
    change(folder, BANK, "interval: 0.8", "interval: wide")
    assert [p.path for p in check_bank(folder)] == ["policy.interval", ""]


def test_a_huge_file_is_refused_before_it_is_read(folder):
    with (folder / BANK).open("r+b") as opened:
        opened.truncate(50_000_000)
    assert [p.message for p in check_bank(folder)] == [
        "is 47.7 MB; a file of a bank has 4 MB at most, and nothing of it was read"
    ]


def test_a_missing_catalogue_is_named(folder):
    (folder / ENGLISH).unlink()
    found = [problem.message for problem in check_bank(folder)]
    assert found == ["there is no catalogue; words go to catalogues/en.yaml"]
    shutil.rmtree(folder / "catalogues")
    assert "there is no catalogue" in check_bank(folder)[0].message


def test_a_catalogue_with_another_ending_is_not_overlooked(folder):
    (folder / ENGLISH).rename(folder / "catalogues/en.yml")
    assert "rename it to en.yaml" in " ".join(p.message for p in check_bank(folder))


def test_places_that_are_no_bank_are_explained(tmp_path, folder):
    assert "there is no bank.yaml in it" in check_bank(tmp_path)[0].message
    assert "No such file" in check_bank(tmp_path / "nowhere")[0].message
    os.mkfifo(tmp_path / "pipe")
    assert "expected a file" in check_bank(tmp_path / "pipe")[0].message
    (folder / BANK).unlink()
    (folder / BANK).symlink_to("gone")
    assert "a link to nothing" in check_bank(folder)[0].message
    (folder / BANK).unlink()
    (folder / BANK).symlink_to(BANK)
    assert "cannot read it" in check_bank(folder)[0].message


def test_odd_names_cannot_upset_a_terminal(tmp_path):
    odd = tmp_path / os.fsdecode(b"a\x1b[31m\n\xff")
    shutil.copytree(TINY, odd)
    assert read_bank(odd).id == "tiny"
    (odd / BANK).write_text("")
    found = CliRunner().invoke(vbr, ["check", str(odd)])
    assert found.exit_code == 1
    assert "\x1b" not in found.output


def test_a_bank_may_be_named_by_its_file_or_through_a_link(tmp_path, folder):
    (tmp_path / "link").symlink_to(folder)
    assert read_bank(folder / BANK) == read_bank(folder) == read_bank(tmp_path / "link")


def test_the_command_checks_several_banks_and_fails_if_one_fails(folder):
    change(folder, BANK, "interval: 0.8", "interval: wide")
    found = CliRunner().invoke(vbr, ["check", str(TINY), str(folder)])
    assert found.exit_code == 1
    assert "tiny 0.1.0" in found.stdout
    assert "1 error: not usable" in found.stderr


def test_a_clean_bank_is_described(folder):
    found = CliRunner().invoke(vbr, ["check", str(TINY)])
    assert found.exit_code == 0
    assert "draft key, no panel, no norms" in found.stdout
    # By eye: talk b, cup c and note c. Chance: 3 of 1/4, 2 of 1/5, 1 of 3/8.
    assert "a best one in 3 of 6 items; 1.5 by chance" in found.stdout
    assert "6: 3 rate, 1 rank, 1 most-least, 1 pick" in found.stdout


def test_warnings_alone_do_not_fail(folder):
    change(folder, ENGLISH, "Pour the tea away and go.", "Turn a blind eye and go.")
    found = CliRunner().invoke(vbr, ["check", str(folder)])
    assert found.exit_code == 0
    assert "warning: items.cold-tea.options.c: 'Turn a blind eye' is an idiom" in found.stdout


def test_the_command_needs_a_bank():
    assert CliRunner().invoke(vbr, ["check"]).exit_code == 2


def test_of_a_bank_that_is_not_there_only_that_is_said(tmp_path):
    (problem,) = check_bank(tmp_path / "nowhere")
    assert problem.message == "cannot read it: No such file or directory"
