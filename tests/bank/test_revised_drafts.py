"""Proposals become a draft: what can be done is done, the rest is listed, the source stays."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.bank import dump_bank
from vbr_engine.bank.document import read_document
from vbr_engine.bank.proposals import Proposal, dump_proposals, parse_proposals
from vbr_engine.bank.revise import revise_bank
from vbr_engine.bank.rewrite import rewritten, written
from vbr_engine.cli import vbr
from vbr_engine.errors import BankError
from vbr_engine.files import read_bank

TINY_FOLDER = Path("tests/banks/tiny")
TINY = read_bank(TINY_FOLDER)
DUMP = dump_bank(TINY)
TEXT = (TINY_FOLDER / "bank.yaml").read_text(encoding="utf-8")


def proposal(path, change, to=None):
    return Proposal(path, change, "Because", to=to, evidence={"n": 40, "r": -0.12345})


def revised(*proposals):
    return revise_bank(DUMP["bank"], DUMP["catalogues"], proposals)


def item(draft, name):
    return next(item for item in draft.document["items"] if item["id"] == name)


DONE = [
    ("items.cold-tea.key.a", "rekey", 1, "key", {"a": 1, "b": 4, "c": 1, "d": 3}),
    ("items.birthday-note.key.least", "rekey", "a", "key", {"most": "c", "least": "a"}),
    ("items.late-start.key", "rekey", ["a", "b", "c"], "key", ["a", "b", "c"]),
    ("items.long-talk.options.b", "drop-option", None, "key", {"a": 2, "c": 4, "d": 1, "e": 3}),
    ("items.broken-cup.options.e", "drop-option", None, "options", ["a", "b", "c", "d"]),
    ("items.late-start.options.h", "drop-option", None, "options", list("abcdefg")),
    ("items.birthday-note.options.a", "drop-option", None, "options", ["b", "c", "d"]),
]


@pytest.mark.parametrize(("path", "change", "to", "field", "wanted"), DONE)
def test_a_proposal_is_carried_out_with_its_reason(path, change, to, field, wanted):
    draft = revised(proposal(path, change, to))
    assert item(draft, path.split(".")[1])[field] == wanted
    assert [str(done).split(". ", 1)[1] for done in draft.applied] == [
        "Because. Evidence: n = 40, r = -0.123."
    ]
    assert (draft.bank.version, draft.difference.new, draft.difference.enough) == (
        "0.2.0",
        "0.2.0",
        True,
    )


def test_an_option_goes_from_every_catalogue():
    draft = revised(proposal("items.broken-cup.options.e", "drop-option"))
    assert "e" not in draft.catalogues["en"]["items"]["broken-cup"]["options"]


def test_an_item_that_the_form_can_spare_is_retired():
    draft = revised(proposal("items.wet-coat", "retire-item"))
    assert "wet-coat" not in draft.bank.item_by_id
    assert draft.applied[0].what == "retired"


LEFT = [
    ("items.long-talk", "retire-item", None, "would not be sound"),
    ("items.cold-tea", "reword", None, "Words are a person's work"),
    ("items.cold-tea.key.a", "rekey", 2, "so already"),
    ("items.cold-tea.key.a", "rekey", 9, "would not be sound"),
    ("items.cold-tea.key.z", "rekey", 2, "has no part z"),
    ("items.late-start.key.b", "rekey", 1, "give the whole key"),
    ("items.late-start.options.b", "drop-option", None, "Option b is keyed"),
    ("items.birthday-note.options.c", "drop-option", None, "Option c is keyed"),
    ("items.nowhere", "retire-item", None, "no item nowhere"),
    ("items.cold-tea.options.z", "drop-option", None, "no option z"),
    ("policy.interval", "change-policy", 7, "would not be sound"),
    ("policy.nothing.here", "change-policy", 1, "no nothing there"),
]


@pytest.mark.parametrize(("path", "change", "to", "why"), LEFT)
def test_what_cannot_be_done_is_left_to_a_person_with_why(path, change, to, why):
    draft = revised(proposal(path, change, to))
    assert draft.applied == ()
    assert why in draft.undecided[0].why
    assert draft.bank == TINY


def test_a_second_proposal_for_one_place_waits():
    first, second = (proposal("items.cold-tea.key.a", "rekey", to) for to in (1, 3))
    draft = revised(first, second, proposal("items.cold-tea.key", "rekey", {"a": 1}))
    assert len(draft.applied) == 1
    assert [w.why for w in draft.undecided[:2]] == [
        "Another proposal has changed `items.cold-tea.key.a` already."
    ] * 2


def test_a_changed_policy_gets_a_name_of_its_own():
    draft = revised(proposal("policy.bands.close.minimum", "change-policy", 0.7))
    assert draft.bank.policy.bands[2].minimum == 0.7
    assert draft.bank.policy.id == "near-miss-2"


def test_a_new_key_asks_where_it_comes_from():
    draft = revised(proposal("items.cold-tea.key.a", "rekey", 1))
    assert [waiting.path for waiting in draft.undecided] == ["policy.key"]


def test_the_documents_given_stay_as_they_are():
    before = copy.deepcopy(DUMP)
    revised(*(proposal(path, change, to) for path, change, to, *_ in DONE))
    assert before == DUMP


def test_proposals_come_back_from_json_as_they_were():
    made = tuple(proposal(path, change, to) for path, change, to, *_ in DONE + LEFT)
    document = json.loads(json.dumps(dump_proposals(TINY, made)))
    assert parse_proposals({**document, "reliability": {"alpha": 0.7}}, TINY) == made


def test_figures_of_an_analysis_go_into_plain_json():
    evidence = {
        "n": np.int64(40),
        "r": np.float32(0.5),
        "none": np.nan,
        "clear": True,
        "by": "hand",
    }
    made = Proposal("items.cold-tea.key.a", "rekey", "So.", to=np.int8(1), evidence=evidence)
    (held,) = json.loads(json.dumps(dump_proposals(TINY, [made]), allow_nan=False))["proposals"]
    assert held["to"] == 1
    assert held["evidence"] == {"n": 40, "r": 0.5, "none": None, "clear": True, "by": "hand"}
    (read,) = parse_proposals(dump_proposals(TINY, [made]), TINY)
    assert read.figures == "n = 40, r = 0.5, none = not known, clear = yes, by = hand"


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ({"path": "items.x"}, "path: expected items.ITEM.key"),
        ({"to": None}, "to: is missing; rekey needs it"),
        ({"change": "retire-item", "path": "items.x"}, "to: has no place in retire-item"),
        ({"change": "rekeyed"}, "change: expected one of"),
        ({"reason": ""}, "reason: expected text"),
        ({"why": "x"}, "why: is not a field here"),
        ({"evidence": {"n": [1]}}, "evidence.n: expected a number"),
    ],
)
def test_a_broken_proposal_is_told_by_its_place(held, says):
    good = dump_proposals(TINY, [proposal("items.cold-tea.key.a", "rekey", 1)])
    good["proposals"][0] |= held
    with pytest.raises(BankError) as told:
        parse_proposals(good, TINY)
    assert f"proposals.1.{says}" in str(told.value)


def test_an_analysis_of_another_version_is_refused():
    other = dump_proposals(read_bank("question_banks/homecare-values"), [])
    with pytest.raises(BankError, match="analyse it anew"):
        parse_proposals(other, TINY)


# Writing into text that a person laid out.


def test_one_changed_key_changes_one_line():
    data = read_document(TEXT).data
    data["items"][0]["key"]["a"] = 1
    old, new = TEXT.splitlines(), rewritten(TEXT, data).splitlines()
    assert [(a, b) for a, b in zip(old, new, strict=True) if a != b] == [
        ("    key: {a: 2, b: 4, c: 1, d: 3}", "    key: {a: 1, b: 4, c: 1, d: 3}")
    ]


COMMENTED = """\
# About this file.
items:
  # the first
  - id: one   # its id
    words: >-
      Long
      words.
  # the second
  - id: two
    options:
      a: Plain words
      b: 'quoted: yes'   # why

  - id: three
    list: [a, b]

# Done.
end: true
"""


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (
            lambda d: d["items"].pop(0),
            COMMENTED.replace(
                "  - id: one   # its id\n    words: >-\n      Long\n      words.\n", ""
            ),
        ),
        (lambda d: d["items"].pop(2), COMMENTED.replace("  - id: three\n    list: [a, b]\n", "")),
        (
            lambda d: d["items"][1]["options"].pop("b"),
            COMMENTED.replace("      b: 'quoted: yes'   # why\n", ""),
        ),
        (
            lambda d: d["items"][0].update(words="no: not, that"),
            COMMENTED.replace(">-\n      Long\n      words.", "'no: not, that'"),
        ),
        (lambda d: d["items"][2]["list"].append("no"), COMMENTED.replace("[a, b]", '[a, b, "no"]')),
        (
            lambda d: d["items"][1]["options"].update(c="no"),
            COMMENTED.replace("yes'   # why\n", 'yes\'\n      c: "no"\n'),
        ),
        (
            lambda d: d["items"][2].update(more={"x": 1}),
            COMMENTED.replace(
                "    list: [a, b]\n", "    list:\n    - a\n    - b\n    more:\n      x: 1\n"
            ),
        ),
        (lambda d: d.update(end="12"), COMMENTED.replace("true\n", '"12"\n')),
    ],
)
def test_comments_and_layout_stay(change, wanted):
    data = read_document(COMMENTED).data
    change(data)
    assert rewritten(COMMENTED, data) == wanted


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text("ab :#-'\"[]{},no12.\n", max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "a", "b", "no"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(plain.filter(lambda held: isinstance(held, dict) and held), plain, st.booleans())
def test_whatever_is_written_is_what_is_read(old, new, block):
    text = written(old)
    assert read_document(text).data == old
    new = {**old, "a": new} if block else {"b": new}
    assert read_document(rewritten(text, new)).data == new


# The command.


def run(*words):
    return CliRunner().invoke(vbr, [str(word) for word in words])


@pytest.fixture
def analysis(tmp_path):
    place = tmp_path / "analysis.json"
    made = [
        proposal("items.cold-tea.key.a", "rekey", 1),
        proposal("items.broken-cup.options.e", "drop-option"),
        proposal("items.wet-coat", "reword"),
    ]
    place.write_text(json.dumps(dump_proposals(TINY, made)), encoding="utf-8")
    return place


def test_revise_writes_a_bank_that_diff_explains(tmp_path, analysis):
    made = run("revise", TINY_FOLDER, "--from", analysis, "-o", tmp_path / "next")
    assert made.exit_code == 0, made.output
    assert read_bank(tmp_path / "next").label == "tiny 0.2.0"
    assert (tmp_path / "next/bank.yaml").read_text().startswith(TEXT[:80])
    told = run("diff", TINY_FOLDER, tmp_path / "next")
    assert told.exit_code == 1
    assert told.output.splitlines() == [
        "tiny 0.1.0 -> 0.2.0",
        "2 changes, the largest major: the version number says so.",
        "",
        "Items and options",
        "  major  items.broken-cup.options.e: removed",
        "         Because. Evidence: n = 40, r = -0.123.",
        "",
        "Keys",
        "  major  items.cold-tea.key.a: 2 -> 1",
        "         Because. Evidence: n = 40, r = -0.123.",
    ]
    assert [place.name for place in tmp_path.iterdir() if place.name.startswith(".")] == []


@pytest.mark.parametrize("where", ["full", "inside", "file", "nowhere/next"])
def test_revise_writes_only_into_a_new_place(tmp_path, analysis, where):
    bank = tmp_path / "bank"
    (bank / "catalogues").mkdir(parents=True)
    for name in ("bank.yaml", "catalogues/en.yaml"):
        (bank / name).write_bytes((TINY_FOLDER / name).read_bytes())
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    target = bank / "next" if where == "inside" else tmp_path / where
    refused = run("revise", bank, "--from", analysis, "-o", target)
    assert refused.exit_code == 1
    assert "cannot write it" in str(refused.exception)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_revise_with_nothing_to_do_writes_nothing(tmp_path):
    place = tmp_path / "analysis.json"
    place.write_text(json.dumps(dump_proposals(TINY, [proposal("items.cold-tea", "reword")])))
    made = run("revise", TINY_FOLDER, "--from", place, "-o", tmp_path / "next")
    assert made.exit_code == 1
    assert "everything that is proposed is for a person to decide" in made.stderr
    assert not (tmp_path / "next").exists()


def test_revise_says_that_an_analysis_proposes_nothing_and_what_to_do(tmp_path):
    place = tmp_path / "analysis.json"
    place.write_text(json.dumps(dump_proposals(TINY, [])))
    made = run("revise", TINY_FOLDER, "--from", place, "-o", tmp_path / "next")
    assert made.exit_code == 1
    assert made.stderr.startswith("analysis.json proposes nothing, so nothing was changed")
    assert "Keep the bank as it is." in made.stderr
    assert "`vbr panel BANK EXPERTS --proposals FILE`" in made.stderr
    assert made.stdout == ""
    assert not (tmp_path / "next").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "1: is not JSON"),
        (b"[]", "expected a mapping"),
        (b"\xff\xfe{", "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_an_analysis_that_is_none_is_explained(tmp_path, content, says):
    place = tmp_path / "analysis.json"
    place.write_bytes(content)
    made = run("revise", TINY_FOLDER, "--from", place, "-o", tmp_path / "next")
    assert made.exit_code == 1
    assert says in str(made.exception)
