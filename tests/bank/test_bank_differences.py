"""Every difference of two versions is found, by path, at the level of what it means for answers."""

import copy

import numpy as np
import pytest
from click.testing import CliRunner

from vbr_engine import simulate_responses
from vbr_engine.bank import dump_bank, load_bank
from vbr_engine.bank.compare import compare_banks, required_version
from vbr_engine.bank.versions import Level, is_enough, later, next_version
from vbr_engine.bank.wording import is_slip
from vbr_engine.cli import vbr
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score

TINY = read_bank("tests/banks/tiny")
ENGLISH = ("catalogues", "en")


def changed(change):
    """The tiny bank after `change` has been made to its documents."""
    dump = copy.deepcopy(dump_bank(TINY))
    change(dump["bank"], dump["catalogues"]["en"])
    return load_bank(dump)


def setting(*path, to):
    """Set one thing; a first step `en` is the catalogue."""

    def change(bank, english):
        held = english if path[0] == "en" else bank
        for step in path[1:-1] if path[0] == "en" else path[:-1]:
            held = held[step]
        held[path[-1]] = to

    return change


def add_item(bank, english):
    bank["items"].append({**bank["items"][0], "id": "new-one"})
    english["items"]["new-one"] = copy.deepcopy(english["items"]["cold-tea"])


def remove_item(bank, english):
    bank["items"] = [item for item in bank["items"] if item["id"] != "wet-coat"]
    del english["items"]["wet-coat"]


def drop_option(bank, english):
    item = bank["items"][3]
    item["options"].remove("e")
    del item["key"]["e"], english["items"]["broken-cup"]["options"]["e"]


def add_crosswalk(bank, english):
    bank["crosswalks"].append({"id": "ours", "words": {"kind": ["warm"], "honest": ["true"]}})
    english["crosswalks"]["ours"] = {"name": "Ours", "words": {"warm": "Warm", "true": "True"}}


CHANGES = [
    (setting("items", 0, "key", "a", to=1), ["items.cold-tea.key.a"], Level.MAJOR),
    (
        setting("items", 4, "key", to={"most": "c", "least": "a"}),
        ["items.birthday-note.key.least"],
        Level.MAJOR,
    ),
    (setting("items", 5, "key", to=["b", "e", "h"]), ["items.late-start.key"], Level.MAJOR),
    (setting("items", 0, "value", to="honest"), ["items.cold-tea.value"], Level.MAJOR),
    (setting("policy", "interval", to=0.9), ["policy.interval"], Level.MAJOR),
    (setting("policy", "weights", "kind", to=2), ["policy.weights.kind"], Level.MAJOR),
    (setting("policy", "bands", 1, "minimum", to=0.4), ["policy.bands.part.minimum"], Level.MAJOR),
    (setting("policy", "id", to="other-1"), ["policy.id"], Level.PATCH),
    (setting("form", "minutes", to=6), ["form.minutes"], Level.MINOR),
    (setting("items", 0, "topics", to=["tea"]), ["items.cold-tea.topics"], Level.PATCH),
    (setting("provenance", "written", to="2026-12"), ["provenance.written"], Level.PATCH),
    (setting("status", to="panel key, no norms"), ["status"], Level.MINOR),
    (remove_item, ["items.wet-coat"], Level.MAJOR),
    (drop_option, ["items.broken-cup.options.e"], Level.MAJOR),
    (
        add_crosswalk,
        ["crosswalks.ours", "catalogues.en.crosswalks.ours"],
        Level.MINOR,
    ),
    (
        setting("en", "items", "cold-tea", "options", "a", to="Do something else."),
        ["catalogues.en.items.cold-tea.options.a"],
        Level.MAJOR,
    ),
    (
        setting("en", "values", "kind", "definition", to="Another thing."),
        ["catalogues.en.values.kind.definition"],
        Level.MAJOR,
    ),
    (
        setting("en", "items", "cold-tea", "rationale", to="Another reason."),
        ["catalogues.en.items.cold-tea.rationale"],
        Level.MINOR,
    ),
    (lambda bank, english: bank["items"].reverse(), ["items"], Level.PATCH),
    (
        lambda bank, english: bank["items"][0]["options"].reverse(),
        ["items.cold-tea.options"],
        Level.PATCH,
    ),
]


@pytest.mark.parametrize(("change", "paths", "level"), CHANGES)
def test_each_change_is_found_by_its_path_and_level(change, paths, level):
    difference = compare_banks(TINY, changed(change))
    found = [c.path for c in difference.changes if c.path != "form (drawn)"]
    assert sorted(found) == sorted(paths)
    assert {c.level for c in difference.changes if c.path in paths} == {level}


def test_a_change_below_major_leaves_every_score_as_it_was():
    responses = simulate_responses(TINY, 60, seed=3)
    answers = {sitting: responses.answers(sitting) for sitting in responses.sittings}
    before = score(responses, TINY).score
    below = 0
    for change, _, _ in CHANGES:
        new = changed(change)
        if compare_banks(TINY, new).level < Level.MAJOR:
            after = score(ResponseMatrix.from_answers(answers, new), new).score
            np.testing.assert_array_equal(after, before)
            below += 1
    assert below >= 7


def test_a_new_item_is_minor_and_says_if_the_default_form_takes_it():
    found = compare_banks(TINY, changed(add_item)).changes
    assert [c.path for c in found if c.path.startswith(("items", "catalogues"))] == [
        "items.new-one"
    ]
    assert found[0].level is Level.MINOR


def test_a_form_that_draws_other_items_is_told():
    def other(bank, english):
        bank["form"] |= {"length": 4, "per-format": {}, "per-value": {"kind": 2, "honest": 2}}

    drawn = [c for c in compare_banks(TINY, changed(other)).changes if c.path == "form (drawn)"]
    assert len(drawn) == 1
    assert drawn[0].level is Level.MAJOR


def test_a_rank_option_that_goes_moves_the_ranks_below_it():
    def drop(bank, english):
        item = bank["items"][1]
        item["options"].remove("b")
        item["key"] = {"a": 2, "c": 4, "d": 1, "e": 3}
        del english["items"]["long-talk"]["options"]["b"]

    paths = {c.path for c in compare_banks(TINY, changed(drop)).changes}
    keys = {f"items.long-talk.key.{option}" for option in "acde"}
    assert paths == keys | {"items.long-talk.options.b"}


def test_two_banks_are_not_two_versions():
    with pytest.raises(BankError, match="expected two versions of one bank, got tiny and home"):
        compare_banks(TINY, read_bank("question_banks/homecare-values"))


@pytest.mark.parametrize(
    ("old", "new", "slip"),
    [
        ("Ring the ofice.", "Ring the office", True),
        ("You recieve a call", "You receive a call", True),
        ("a well-known person", "a well known person", True),
        ("Do not ring", "Do now ring", False),
        ("It is likely", "It is unlikely", False),
        ("Choose 2 actions", "Choose 3 actions", False),
        ("Ring the office", "Never ring the office", False),
        ("He could wait", "He would wait", False),
        (["Very poor", "Pooor"], ["Very poor", "Poor"], False),
        (["Very poor", "Acceptible"], ["Very poor", "Acceptable"], True),
        (["a", "b"], ["a"], False),
    ],
)
def test_only_a_slip_of_the_pen_is_a_patch(old, new, slip):
    assert is_slip(old, new) is slip


# The order that semver.org gives in its section 11, with its own examples.
ORDER = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
]


def test_versions_are_in_the_order_of_semver():
    for at, old in enumerate(ORDER):
        assert [later(old, new) for new in ORDER] == [place > at for place in range(len(ORDER))]


@pytest.mark.parametrize(
    ("old", "level", "least"),
    [
        ("1.2.3", Level.PATCH, "1.2.4"),
        ("1.2.3", Level.MINOR, "1.3.0"),
        ("1.2.3", Level.MAJOR, "2.0.0"),
        ("0.1.0", Level.PATCH, "0.1.1"),
        ("0.1.0", Level.MINOR, "0.1.1"),
        ("0.1.0", Level.MAJOR, "0.2.0"),
        ("2.0.0-rc.1", Level.MAJOR, "2.0.0"),
        ("1.2.3", None, "1.2.3"),
    ],
)
def test_the_least_version_is_enough_and_no_lower_one_is(old, level, least):
    assert next_version(old, level) == least
    assert is_enough(old, least, level)
    lower = ["0.0.9", "0.1.0", "0.1.1", "1.2.3", "1.2.4", "1.3.0"]
    if level and "-" not in old:
        assert not any(is_enough(old, new, level) for new in lower if later(new, least))


def test_the_required_version_follows_the_largest_change():
    new = changed(lambda bank, english: bank["items"][0]["key"].update(a=1))
    assert required_version(TINY, compare_banks(TINY, new)) == "0.2.0"
    assert required_version(TINY, compare_banks(TINY, TINY)) == "0.1.0"


def test_diff_prints_and_exits_like_diff(tmp_path):
    same = CliRunner().invoke(vbr, ["diff", "tests/banks/tiny", "tests/banks/tiny"])
    assert (same.exit_code, same.output) == (0, "")
    other = CliRunner().invoke(vbr, ["diff", "tests/banks/tiny", str(tmp_path)])
    assert other.exit_code == 2
    assert "there is no bank.yaml" in other.output
