"""Few sittings, gaps by design, items without differences: an empty table and a sentence."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import vbr_engine
from vbr_engine.analysis import analyse, analyse_table, calibration, parse_analysis
from vbr_engine.analysis.answers import answers_of_table
from vbr_engine.analysis.items import item_table
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.scales import histogram
from vbr_engine.bank.model import Bank
from vbr_engine.errors import ResponsesError
from vbr_engine.responses import MISSING, ResponseMatrix


@pytest.fixture(scope="module")
def bank() -> Bank:
    return vbr_engine.read_bank("question_banks/homecare-values")


def _without(sat: ResponseMatrix, gone: np.ndarray) -> ResponseMatrix:
    """Take items away: a row for each sitting, a column for each item."""
    bank, codes = sat.bank, sat.codes.copy()
    owner = np.repeat(np.arange(len(bank.items)), [len(item.options) for item in bank.items])
    codes[gone[:, owner]] = MISSING
    return ResponseMatrix(codes, sat.sittings, bank)


def _told(found: object) -> str:
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))  # type: ignore[attr-defined]
    return "\n".join(parse_analysis(document).notes)


@pytest.mark.parametrize("n", [1, 3, 10, 30, 60])
def test_few_sittings_are_said_to_be_few(bank: Bank, n: int) -> None:
    sat = vbr_engine.simulate_responses(bank, n, seed=1)
    labels = pd.Series(["a", "b"] * n, index=None)[:n].set_axis(list(sat.sittings))
    found = analyse(sat, bank, groups={"area": labels}, retest=sat)
    told = _told(found)
    assert len(found.items) == 28
    assert found.proposals == ()
    assert f"needs 200 sittings, and there are {n}" in told
    assert found.parameters.empty == (n < 50)
    assert found.dimensionality.empty == (n < 30)
    if n < 10:
        assert found.items["item_rest_r"].isna().all()
        assert "fewer than 10 people answered" in told
    if n == 60:
        assert found.groups["n"].tolist() == [30, 30]
    else:
        assert found.groups["n"].isna().all()


def test_a_form_for_everybody_leaves_items_without_answers(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 120, seed=2)
    gone = np.zeros((120, 28), dtype=bool)
    gone[:, 5:17] = True
    found = analyse(_without(sat, gone), bank)
    assert found.items["n"].tolist() == [120] * 5 + [0] * 12 + [120] * 11
    assert len(found.loadings) == 16
    assert found.values["items"].iloc[0] == 16
    assert "nobody answered them" in _told(found)


def test_another_form_for_each_still_says_how_items_go_together(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 300, seed=2)
    rng = np.random.default_rng(1)
    gone = np.argsort(rng.random((300, 28)), axis=1) >= 16
    labels = pd.Series(rng.choice(["a", "b"], 300), index=list(sat.sittings))
    found = analyse(_without(sat, gone), bank, groups={"area": labels})
    full = analyse(sat, bank)
    assert found.values["alpha"].iloc[0] == pytest.approx(full.values["alpha"].iloc[0], abs=0.06)
    assert found.item_fit["s_x2"].isna().all()
    assert "No S-X2" in _told(found)
    assert len(found.differential) == 28


def test_items_without_differences_are_left_out_by_name(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 250, seed=3)
    codes = sat.codes.copy()
    size = len(bank.items[0].options)
    codes[:, :size] = codes[0, :size]
    gone = np.zeros((250, 28), dtype=bool)
    gone[3:, 1] = True
    found = analyse(_without(ResponseMatrix(codes, sat.sittings, bank), gone), bank)
    told = _told(found)
    assert f"everybody has the same score on them: {bank.items[0].id}" in told
    assert f"fewer than 10 people answered them: {bank.items[1].id}" in told
    assert found.items["item_rest_r"].isna().tolist() == [True, True] + [False] * 26
    (retired,) = (p for p in found.proposals if p.path == f"items.{bank.items[0].id}")
    assert retired.change == "retire-item"


@pytest.mark.parametrize("kind", ["alike", "nothing"])
def test_when_nothing_differs_nothing_is_claimed(bank: Bank, kind: str) -> None:
    sat = vbr_engine.simulate_responses(bank, 50, seed=1)
    codes = np.repeat(sat.codes[:1], 50, axis=0)
    if kind == "nothing":
        codes[:] = MISSING
    found = analyse(ResponseMatrix(codes, sat.sittings, bank), bank)
    assert found.values["alpha"].isna().all()
    assert found.loadings.empty
    assert found.parameters.empty
    assert found.decisions.empty
    assert "No reliability of composite" in _told(found)


def test_one_item_for_each_value(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 80, seed=5)
    seen: set[str] = set()
    first = np.array([not (item.value in seen or seen.add(item.value)) for item in bank.items])
    found = analyse(_without(sat, np.repeat(~first[None], 80, axis=0)), bank)
    assert found.values["scale"].tolist() == ["composite"]
    assert found.values["items"].tolist() == [7]
    assert "No figures of their own for kind, honest" in _told(found)


def test_a_search_that_does_not_end_is_said(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:

    whole = calibration.GradedResponseModel
    monkeypatch.setattr(
        calibration, "GradedResponseModel", lambda **given: whole(**given, max_iter=1)
    )
    found = analyse(vbr_engine.simulate_responses(bank, 100, seed=1), bank)
    assert not found.converged
    assert not parse_analysis(found.to_dict()).converged
    assert "The search stopped after" in _told(found)


@pytest.mark.parametrize("shape", [(5, 1), (40, 1), (40, 2), (60, 3)])
def test_tables_of_few_items(shape: tuple[int, int]) -> None:
    found = analyse_table(pd.DataFrame(np.random.default_rng(1).integers(0, 4, shape)))
    assert len(found.items) == shape[1]
    assert found.parameters.empty == (shape[1] < 3)
    _told(found)


def test_numbers_that_are_no_categories_are_left_out_of_the_model() -> None:
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(100, 4)))
    found = analyse_table(frame)
    assert found.parameters.empty
    assert "more than 15 different answers" in _told(found)
    assert found.items["item_rest_r"].notna().all()


def test_a_key_that_does_not_fit_is_refused_at_once() -> None:
    frame = pd.DataFrame({"a": ["x", "y"], "b": ["y", "y"]})
    with pytest.raises(ResponsesError) as caught:
        analyse_table(frame, key={"a": "x", "c": "y"})
    assert "column b: the key has no answer for this item" in str(caught.value)
    assert "column c: is in the key, but there is no such item" in str(caught.value)
    with pytest.raises(ResponsesError, match="an answer for each of 2 items, got 1"):
        analyse_table(frame, key=["x"])
    with pytest.raises(ResponsesError, match="column z: cannot be reversed"):
        analyse_table(pd.DataFrame({"a": [1, 2]}), reverse=["z"])


def test_an_outcome_that_is_no_number_is_refused(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 3, seed=1)
    with pytest.raises(ResponsesError, match="row simulated-000002: outcome: not a number: good"):
        analyse(sat, bank, outcome=pd.Series([1, "good", 3], index=list(sat.sittings)))


def test_a_small_group_cannot_be_counted_by_difference_in_a_sentence(bank: Bank) -> None:
    sat = vbr_engine.simulate_responses(bank, 100, seed=1)
    labels = pd.Series(["a"] * 50 + ["b"] * 40 + ["c"] * 3 + [None] * 7, index=list(sat.sittings))
    found = analyse(sat, bank, groups={"area": labels})
    told = _told(found)
    assert "area: not known, or of too small a group, for 10 of 100 sittings." in told
    assert "not known for 7" not in told
    assert found.groups.set_index("group")["role"].to_dict() == {
        "a": "reference",
        "b": "focal",
        "c": "too small",
    }


def test_a_few_possible_scores_have_a_bar_each() -> None:
    """Sixteen items give seventeen scores: twenty bars would leave three empty by design."""
    rng = np.random.default_rng(1)
    score = np.append(rng.binomial(16, 0.5, 2000) / 16, [0, 1, 4 / 15, 7 / 15])
    bars = histogram("composite", score)
    assert len(bars) == 17
    assert bars["n"].tolist() == [
        int(np.sum((score >= low) & (score < high)) + (high == 1 and 1))
        for low, high in zip(bars["low"], bars["high"], strict=True)
    ]
    wanted = np.bincount(np.round(score[:2002] * 16).astype(int), minlength=17)
    assert np.abs(bars["n"] - wanted).sum() == 2
    assert len(histogram("theta", rng.standard_normal(500))) == 20
    assert len(histogram("pair", np.array([0.0, 1.0, 1.0]))) == 2


def test_omega_without_each_item_is_left_out_of_a_wide_table() -> None:
    rng = np.random.default_rng(2)
    trait = rng.standard_normal((60, 1))
    table = pd.DataFrame((trait + rng.logistic(size=(60, 101)) > 0).astype(int))
    notes = Notes()
    wide = item_table(answers_of_table(table.add_prefix("i")), notes)
    assert wide["omega_if_deleted"].isna().all()
    assert wide["alpha_if_deleted"].notna().all()
    assert "No omega without each item: there are more than 100 items." in notes.sentences
