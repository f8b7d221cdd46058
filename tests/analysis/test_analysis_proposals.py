"""What is planted is found, what is sound is left alone, and every proposal can be carried out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import vbr_engine
from vbr_engine.analysis import Analysis, analyse
from vbr_engine.analysis.answers import answers_of_bank
from vbr_engine.analysis.item_proposals import by_ambiguity, by_difference, by_discrimination
from vbr_engine.analysis.option_proposals import by_option
from vbr_engine.analysis.policy_proposals import by_policy
from vbr_engine.analysis.proposals import _settled
from vbr_engine.analysis.tables import typed
from vbr_engine.bank import dump_bank
from vbr_engine.bank.model import Bank
from vbr_engine.bank.proposals import Proposal, dump_proposals, parse_proposals
from vbr_engine.bank.revise import revise_bank
from vbr_engine.responses import ResponseMatrix
from vbr_engine.simulate.population import Population
from vbr_engine.simulate.sittings import simulate_panel, simulate_sittings


@pytest.fixture(scope="module")
def bank() -> Bank:
    return vbr_engine.read_bank("question_banks/homecare-values")


def _mis_keyed(bank: Bank, *columns: str, n: int = 400) -> ResponseMatrix:
    return simulate_sittings(bank, n, seed=5, population=Population(mis_keyed=columns)).responses


@pytest.fixture(scope="module")
def planted(bank: Bank) -> Analysis:
    """A pilot with one option that is keyed wrongly and one item that is unfair to a group."""
    population = Population(
        mis_keyed=("the-cream.c",), groups={"a": 0.5, "b": 0.5}, dif={"sharp-words": 2.0}
    )
    made = simulate_sittings(bank, 400, seed=1, population=population)
    groups = made.truth.set_index("sitting")["group"]
    return analyse(made.responses, bank, groups={"area": groups})


def test_what_was_planted_is_found_and_nothing_else(planted: Analysis) -> None:
    found = {proposal.path: proposal for proposal in planted.proposals}
    assert set(found) == {"items.the-cream.key.c", "items.sharp-words"}
    rekey = found["items.the-cream.key.c"]
    assert (rekey.change, rekey.to) == ("rekey", 4)
    assert "a panel must confirm it" in rekey.reason
    assert rekey.evidence["n"] == 400
    unfair = found["items.sharp-words"]
    assert (unfair.change, unfair.evidence["DIF class"]) == ("retire-item", "C+")
    assert "the group a earns higher on it than the group b" in unfair.reason


def test_every_proposal_is_read_and_carried_out(planted: Analysis, bank: Bank) -> None:
    proposals = parse_proposals(planted.to_dict(), bank)
    assert proposals == planted.proposals
    dump = dump_bank(bank)
    draft = revise_bank(dump["bank"], dump["catalogues"], proposals)
    assert [change.path for change in draft.applied] == [p.path for p in proposals]
    assert draft.bank.item_by_id["the-cream"].key[2] == 4


@pytest.mark.parametrize("seed", range(4))
def test_a_sound_bank_gets_next_to_no_proposals(bank: Bank, seed: int) -> None:
    sat = vbr_engine.simulate_responses(bank, 400, seed=seed)
    answers = answers_of_bank(sat, bank)
    assert [*by_option(answers, bank, 200), *by_policy(answers, bank)] == []


def test_a_whole_analysis_of_a_sound_bank_is_quiet(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 400, seed=8)
    labels = np.random.default_rng(8).choice(["a", "b"], 400)
    found = analyse(sat, bank, groups={"area": pd.Series(labels, index=list(sat.sittings))})
    assert len(found.proposals) <= 1


@pytest.mark.parametrize(
    ("column", "path", "to"),
    [
        ("same-question.d", "items.same-question.key.d", 1),
        ("time-to-go.a", "items.time-to-go.key.a", 4),
        (
            "a-hard-question.a",
            "items.a-hard-question.key",
            {"a": 5, "b": 1, "c": 3, "d": 2, "e": 4},
        ),
        ("coat-on.a", "items.coat-on.key.most", "b"),
        ("at-the-gate.a", "items.at-the-gate.key.least", "b"),
        ("full-plates.e", "items.full-plates.key", ["c", "d", "e"]),
    ],
)
def test_a_wrong_key_is_found_in_every_format(
    bank: Bank, column: str, path: str, to: object
) -> None:
    answers = answers_of_bank(_mis_keyed(bank, column), bank)
    (proposal,) = by_option(answers, bank, 200)
    assert (proposal.path, proposal.change, proposal.to) == (path, "rekey", to)
    dump = dump_bank(bank)
    assert revise_bank(dump["bank"], dump["catalogues"], [proposal]).applied


def test_below_the_least_number_nothing_is_proposed(bank: Bank) -> None:
    found = analyse(_mis_keyed(bank, "time-to-go.a", n=199), bank)
    assert found.proposals == ()
    assert any("needs 200 sittings, and there are 199" in note for note in found.notes)


def test_an_option_on_which_all_agree_may_go(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 250, seed=1)
    codes = sat.codes.copy()
    codes[:, bank.columns.index("team-chat.f")] = 1
    answers = answers_of_bank(ResponseMatrix(codes, sat.sittings, bank), bank)
    (proposal,) = by_option(answers, bank, 200)
    assert (proposal.path, proposal.change) == ("items.team-chat.options.f", "drop-option")
    assert proposal.evidence["share"] == 1.0


def test_a_keyed_option_of_a_choice_is_never_dropped(bank: Bank) -> None:
    for seed in range(3):
        for item in bank.items:
            if item.format not in ("pick", "most-least"):
                continue
            columns = tuple(item.columns[:2])
            sat = simulate_sittings(
                bank, 250, seed=seed, population=Population(mis_keyed=columns[:1])
            ).responses
            for proposal in by_option(answers_of_bank(sat, bank), bank, 200):
                if proposal.change == "drop-option" and item.id in proposal.path:
                    option = proposal.path.rpartition(".")[2]
                    assert item.key[item.options.index(option)] == 0
            break


def test_an_item_that_goes_with_nothing_is_retired_only_when_that_is_sure() -> None:
    rows = [
        {"item": "sure", "n": 400, "item_rest_r": -0.2},
        {"item": "unsure", "n": 400, "item_rest_r": 0.05},
        {"item": "few", "n": 100, "item_rest_r": -0.5},
        {"item": "fine", "n": 400, "item_rest_r": 0.3},
    ]
    (found,) = by_discrimination(typed("items", pd.DataFrame(rows)), 200)
    assert (found.path, found.change) == ("items.sure", "retire-item")


def test_moderate_differences_ask_for_words_and_large_ones_for_the_item() -> None:
    shared = {"column": "area", "reference": "a", "focal": "b", "flagged": True, "p": 1e-6}
    rows = [
        shared | {"item": "b-item", "size": "B+", "effect": 0.2},
        shared | {"item": "c-item", "size": "C-", "effect": -0.5},
        shared | {"item": "chance", "size": "C-", "effect": -0.5, "p": 0.04},
        shared | {"item": "calm", "size": "A", "effect": 0.0, "flagged": False, "p": 0.5},
    ]
    found = list(by_difference(typed("differential", pd.DataFrame(rows))))
    assert [(p.path, p.change) for p in found] == [
        ("items.c-item", "retire-item"),
        ("items.b-item", "reword"),
    ]


def test_a_key_in_doubt_asks_for_words() -> None:
    row = {"item": "tea", "n": 300, "ambiguous": True, "why": "They hold b to be best."}
    clear = typed("ambiguity", pd.DataFrame([row | {"keyed_share": 0.2, "modal_share": 0.7}]))
    close = typed("ambiguity", pd.DataFrame([row | {"keyed_share": 0.4, "modal_share": 0.5}]))
    assert [p.change for p in by_ambiguity(clear, 200)] == ["reword"]
    assert list(by_ambiguity(close, 200)) == []


def test_scoring_within_the_person_is_suggested_where_leniency_drowns_the_rest(bank: Bank) -> None:
    def policies(leniency: float) -> list[Proposal]:
        people = Population(leniency=leniency)
        sat = simulate_sittings(bank, 300, seed=2, population=people).responses
        return list(by_policy(answers_of_bank(sat, bank), bank))

    assert policies(0.0) == []
    for proposal in policies(1.5):
        assert proposal.path == "policy.standardise-within-person"
        assert proposal.evidence["gain low"] > 0


def test_a_panel_speaks_for_itself_however_few_sat(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 12, seed=1)
    panel = simulate_panel(bank, 30, seed=3, accuracy=0.95, mis_keyed=("the-cream.c",)).responses
    found = {p.path: p for p in analyse(sat, bank, panel=panel).proposals}
    assert found["items.the-cream.key.c"].to == 4
    few = analyse(sat, bank, panel=simulate_panel(bank, 5, seed=3).responses)
    assert few.proposals == ()
    assert any("needs 10 experts, and there are 5" in note for note in few.notes)


def test_what_the_bank_does_not_bear_is_left_to_a_person(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 250, seed=1)
    codes, kind = sat.codes.copy(), bank.values[0].id
    for item in bank.items:
        if item.value == kind:
            columns = [bank.columns.index(column) for column in item.columns]
            codes[:, columns] = codes[0, columns]
    found = analyse(ResponseMatrix(codes, sat.sittings, bank), bank)
    dump = dump_bank(bank)
    parse_proposals(dump_proposals(bank, found.proposals), bank)
    draft = revise_bank(dump["bank"], dump["catalogues"], found.proposals)
    asked = {p.path for p in found.proposals if p.change == "reword"}
    assert {waiting.path for waiting in draft.undecided} - {"policy.key"} <= asked


@pytest.mark.parametrize("names", [None, ("time-to-go", "team-chat", "coat-on")])
def test_the_more_options_are_looked_at_the_surer_it_has_to_be(
    bank: Bank, names: tuple[str, ...] | None
) -> None:
    """Fisher's interval, written out, at one chance in twenty shared by all options looked at."""
    if names:
        items = tuple(item for item in bank.items if item.id in names)
        bank = replace(bank, items=items)
    answers = answers_of_bank(_mis_keyed(bank, "time-to-go.a"), bank)
    found = next(p for p in by_option(answers, bank, 200) if p.path == "items.time-to-go.key.a")
    told, n = found.evidence, 400
    options = sum(len(item.options) for item in bank.items)
    z = norm.isf(0.05 / options)
    for name in ("r", "r rekeyed"):
        for end, side in ((f"{name} low", -1), (f"{name} high", 1)):
            wanted = np.tanh(np.arctanh(told[name]) + side * z / np.sqrt(n - 3))
            assert told[end] == pytest.approx(wanted, abs=2e-4)


def _proposed(path: str, change: str, **evidence: object) -> Proposal:
    return Proposal(path, change, "Because.", evidence=evidence)


REKEY = _proposed("items.tea.key.b", "rekey")
DROP = _proposed("items.tea.options.c", "drop-option")
RETIRE = _proposed("items.tea", "retire-item", r=0.0)
REWORD = _proposed("items.tea", "reword")
UNFAIR = _proposed("items.tea", "retire-item", **{"DIF class": "C+"})
OTHER = _proposed("items.coat", "retire-item", r=0.0)
POLICY = _proposed("policy.standardise-within-person", "change-policy")
WHOLE_KEY = _proposed("items.tea.key", "rekey")


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ((REKEY, RETIRE), (REKEY,)),  # a wrong key may be all that is wrong with the item
        ((RETIRE, DROP), (DROP,)),  # in whatever order
        ((REWORD, WHOLE_KEY), (WHOLE_KEY,)),
        ((REKEY, DROP), (REKEY, DROP)),
        ((REKEY, UNFAIR), (REKEY, UNFAIR)),  # another key does not make an item fair
        ((REKEY, OTHER), (REKEY, OTHER)),  # another item has nothing to do with it
        ((RETIRE,), (RETIRE,)),
        ((RETIRE, POLICY), (RETIRE, POLICY)),
        ((POLICY, REKEY, RETIRE), (POLICY, REKEY)),
    ],
)
def test_an_item_waits_for_what_is_proposed_for_its_parts(
    found: tuple[Proposal, ...], kept: tuple[Proposal, ...]
) -> None:
    assert tuple(_settled({one.path: one for one in found})) == kept


def test_what_a_panel_says_goes_before_what_answers_say(bank: Bank) -> None:
    """Both would key the option anew; the panel's answer and its figures are kept."""
    sat = _mis_keyed(bank, "time-to-go.a")
    key = [item.key for item in bank.items]
    codes = np.tile(np.concatenate(key).astype(np.int8), (12, 1))
    codes[:, bank.columns.index("time-to-go.a")] = 3
    panel = ResponseMatrix(codes, tuple(f"e{at}" for at in range(12)), bank)
    found = analyse(sat, bank, panel=panel).proposals
    (held,) = (p for p in found if p.path == "items.time-to-go.key.a")
    assert (held.to, held.evidence["experts"]) == (3, 12)
    assert len({p.path for p in found}) == len(found)
