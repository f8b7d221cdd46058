"""The sizes of studies, against R's figures, R's calibrations and simulated studies."""

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import (
    ItemParameters,
    plan_dif,
    plan_items,
    plan_precision,
    plan_retention,
    plan_validity,
)
from vbr_engine.psychometrics.expected_information import single_sitting_errors, typical_items
from vbr_engine.psychometrics.planning_validity import narrowing, restricted

FIGURES = Path(__file__).parents[1] / "golden" / "planning" / "r.csv"


def of_r(figure):
    return list(_rows(figure))


def _rows(figure):
    with FIGURES.open() as opened:
        for row in csv.DictReader(opened):
            if row["figure"] == figure:
                asked = dict(part.split("=") for part in row["arguments"].split(";"))
                yield {name: float(value) for name, value in asked.items()}, float(row["value"])


@pytest.mark.parametrize(("asked", "n"), of_r("unequal_hires"))
def test_hires_in_unequal_groups_as_r_has_them(asked, n):
    """Rounded up, as R's are not."""
    assert plan_retention(**asked).size == math.ceil(n)


@pytest.mark.parametrize(("asked", "power"), of_r("unequal_power"))
def test_power_of_unequal_groups_as_r_has_it(asked, power):
    """R adds the chance to be significant the wrong way round: at most 0.0003 here."""
    n = int(asked["n"])
    found = row_at(plan_retention(**(asked | {"n": n})), n)
    assert found["hires without"] == asked["ratio"] * n
    assert found.iloc[1] == pytest.approx(power, abs=3e-4)


@pytest.mark.parametrize(("asked", "n"), of_r("hires"))
def test_hires_as_r_has_them(asked, n):
    assert n - 0.2 < plan_retention(**asked).size < n + 1


def row_at(plan, n):
    return plan.table.set_index(plan.table.columns[0]).loc[n]


@pytest.mark.parametrize(("asked", "difference"), of_r("detectable"))
def test_the_smallest_difference_as_r_has_it(asked, difference):
    found = row_at(plan_retention(asked["leaving"], n=int(asked["n"])), asked["n"])
    assert found["smallest difference"] == pytest.approx(difference, abs=1e-6)


@pytest.mark.parametrize(("asked", "power"), of_r("power"))
def test_power_as_r_has_it(asked, power):
    found = row_at(plan_retention(0.3, 0.056, n=int(asked["n"])), asked["n"])
    assert found.iloc[1] == pytest.approx(power, abs=1e-6)


def test_the_figure_that_everybody_quotes():
    assert plan_retention(0.30, 0.056).size == 990
    assert plan_retention(0.437, 0.056).size == 1209
    assert "990 hires under the programme" in plan_retention().answer[0]


@pytest.mark.parametrize(("asked", "n"), of_r("validity"))
def test_validity_by_hand(asked, n):
    assert n <= plan_validity(**asked).size < n + 1


@pytest.mark.parametrize(("asked", "spread"), of_r("narrowing"))
def test_narrowing_as_integrated(asked, spread):
    assert narrowing(asked["selected"]) == pytest.approx(spread, abs=1e-8)


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize(("measure", "name"), [("alpha", "feldt"), ("correlation", "fisher")])
def test_intervals_as_r_has_them(measure, name, end):
    figures = list(of_r(f"{name}_{end}"))
    assert figures
    for asked, limit in figures:
        numbers = {key: int(value) for key, value in asked.items() if key != "expected"}
        plan = plan_precision(measure, expected=asked["expected"], **numbers)
        assert row_at(plan, numbers["n"])[end] == pytest.approx(limit, abs=1e-6)


def test_a_provider_of_twenty_is_told_what_it_cannot_know():
    ((_, low),), ((_, high),) = of_r("leavers_low"), of_r("leavers_high")
    told = " ".join(plan_retention().answer)
    assert f"25%, and the rate behind them may be {low:.0%} to {high:.0%}" in told
    assert "A provider with 20 hires cannot know" in " ".join(plan_validity().answer)


def test_restriction_is_what_selection_does():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(400_000)
    y = 0.5 * x + np.sqrt(0.75) * rng.standard_normal(400_000)
    hired = x > np.quantile(x, 0.7)
    seen = np.corrcoef(x[hired], y[hired])[0, 1]
    assert restricted(0.5, narrowing(0.3)) == pytest.approx(seen, abs=0.005)


@pytest.mark.parametrize(("name", "model"), [("LSAT7__2PL", "graded"), ("bfi_N__graded", "graded")])
def test_expected_errors_of_a_calibration_are_near_those_that_mirt_found(golden, name, model):
    """Expected information at mirt's parameters against its observed (Oakes) information."""
    held = golden(f"irt/{name}.json")
    rows = [
        {part: dict(found[part]) for part in ("par", "SE")} for found in held["items_par"].values()
    ]
    names = [key for key in rows[0]["par"] if key.startswith("d")]
    items = ItemParameters(
        model,
        tuple(held["items_par"]),
        np.array([row["par"]["a1"] for row in rows]),
        np.array([[row["par"][key] for key in names] for row in rows]),
    )
    ours = single_sitting_errors(items) / np.sqrt(held["n"])
    theirs = np.array([[row["SE"][key] for key in ("a1", *names)] for row in rows])
    assert np.median(np.abs(ours / theirs - 1)) < 0.05
    assert np.abs(ours / theirs - 1).max() < 0.2


def test_enumerated_and_drawn_information_agree(monkeypatch):
    items = typical_items("graded", 5, 3, slope=1.4)
    exact = single_sitting_errors(items)
    monkeypatch.setattr("vbr_engine.psychometrics.expected_information._PATTERNS", 1)
    monkeypatch.setattr("vbr_engine.psychometrics.expected_information._DRAWN", 40_000)
    assert single_sitting_errors(items) == pytest.approx(exact, rel=0.04)


def test_spearman_brown_by_hand():
    assert plan_items(reliability=0.5, items=10, target=2 / 3).size == 20
    assert plan_items(reliability=0.5, items=10, sem=np.sqrt(1 / 3)).size == 20


def test_items_by_information_know_as_much_as_they_promise():
    items = typical_items("graded", 12, 4)
    size = plan_items(parameters=items, sem=0.35).size
    assert size > 12
    again = typical_items("graded", size, 4)
    (theta,) = (np.linspace(-4, 4, 161),)
    from_items = 1 / (1 + _information(again, theta))
    weight = stats.norm.pdf(theta) / stats.norm.pdf(theta).sum()
    assert np.sqrt(weight @ from_items) == pytest.approx(0.35, abs=0.01)


def _information(items, theta):
    """By numerical derivative of the log of the expected curves: another way than the library's."""
    step, cumulative = 1e-4, []
    for shift in (-step, 0, step):
        eta = items.slopes[:, None, None] * (theta + shift) + items.intercepts[:, :, None]
        above = 1 / (1 + np.exp(-eta))
        ones, none = np.ones((len(items), 1, len(theta))), np.zeros((len(items), 1, len(theta)))
        bounds = np.concatenate([ones, above, none], axis=1)
        cumulative.append(bounds[:, :-1] - bounds[:, 1:])
    slope = (cumulative[2] - cumulative[0]) / (2 * step)
    return (slope**2 / cumulative[1]).sum(axis=(0, 1))


def test_mantel_haenszel_sees_what_the_plan_says():
    """Simulated studies of the size planned: the test must see the item four times out of five."""
    rng = np.random.default_rng(3)
    plan = plan_dif(1.5, facility=0.6, slope=1.0, ratio=2.0)
    seen = sum(_mantel_haenszel_sees(rng, plan.size, 2 * plan.size) for _ in range(400))
    assert 0.8 - 0.07 < seen / 400 < 0.8 + 0.05


def _mantel_haenszel_sees(rng, focal, reference):
    """One study: 30 fair items and one with delta 1.5; Mantel-Haenszel on the number right."""
    group = np.r_[np.ones(focal), np.zeros(reference)]
    theta = rng.standard_normal(focal + reference)
    places = np.tile(np.linspace(-1.5, 1.5, 30), 1)
    score = (rng.random((len(theta), 30)) < 1 / (1 + np.exp(-1.3 * (theta[:, None] - places)))).sum(
        1
    )
    shift = -1.5 / 2.35 * group
    item = (rng.random(len(theta)) < 1 / (1 + np.exp(-(theta + 0.477 + shift)))).astype(int)
    total = score + item
    seen = expected = variance = 0.0
    for level in np.unique(total):
        here = total == level
        n, f, right = here.sum(), group[here].sum(), item[here].sum()
        if n < 2:
            continue
        seen += (item * group)[here].sum()
        expected += f * right / n
        variance += f * (n - f) * right * (n - right) / (n * n * (n - 1))
    return (seen - expected) ** 2 / variance > stats.chi2.ppf(0.95, 1)


def test_clustered_studies_see_what_the_plan_says():
    rng = np.random.default_rng(5)
    plan = plan_retention(0.4, 0.12, cluster_size=20, icc=0.05)
    providers = round(plan.size / 20)
    seen = sum(_clusters_differ(rng, providers) for _ in range(600))
    assert seen / 600 == pytest.approx(0.8, abs=0.06)


def _clusters_differ(rng, providers, icc=0.05):
    """One study: shares that leave vary between providers; arms compared by provider means."""
    means = []
    for share in (0.28, 0.4):
        a = share * (1 - icc) / icc
        rates = rng.beta(a, (1 - share) * (1 - icc) / icc, providers)
        means.append(rng.binomial(20, rates) / 20)
    return stats.ttest_ind(*means).pvalue < 0.05


@pytest.mark.parametrize(
    ("more", "fewer"),
    [
        ({"power": 0.9}, {}),
        ({"significance": 0.01}, {}),
        ({"cluster_size": 20, "icc": 0.02}, {}),
        ({"cluster_size": 20, "icc": 0.02, "variation": 0.8}, {"cluster_size": 20, "icc": 0.02}),
        ({"lost": 0.2}, {}),
        ({}, {"ratio": 3}),
    ],
)
def test_harder_studies_are_larger(more, fewer):
    assert plan_retention(**more).size > plan_retention(**fewer).size


def test_a_size_answers_its_own_question():
    for measure in ("facility", "mean", "percentile", "correlation", "alpha", "slope"):
        plan = plan_precision(measure, standard_error=0.08, cluster_size=10, icc=0.1)
        error = plan.table.set_index("sittings")["standard error"]
        assert error[plan.size] <= 0.08 + 1e-9
        assert error[error.index < plan.size].min() > 0.08


@pytest.mark.parametrize("measure", ["correlation", "alpha", "percentile", "mean"])
def test_too_few_sittings_to_know_anything(measure):
    plan = plan_precision(measure, n=4, cluster_size=10, icc=0.5, percentile=0.2)
    assert "too few" in plan.answer[0] or measure == "mean"
    assert (plan.table["standard error"] > 0).all()


def test_everything_wrong_is_said_at_once():
    with pytest.raises(InvalidInput) as caught:
        plan_retention(1.3, -0.1, power=0.04, significance=0.05, lost=2, icc=0.1)
    told = str(caught.value)
    for name in ("leaving", "difference", "power", "lost", "icc"):
        assert f"{name}: " in told
    assert "more than the chance of a false alarm, 0.05, got 0.04" in told


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        (lambda: plan_retention(0.05, 0.056), "only 5.0% leave"),
        (lambda: plan_precision("facility", standard_error=0), "standard_error: "),
        (lambda: plan_precision("facility", standard_error=0.1, width=0.1), "not both"),
        (lambda: plan_precision("facility", sd=0.9), "sd: expected 0 to 0.5, got 0.9"),
        (lambda: plan_precision("slope", expected=1), "a slope has none"),
        (lambda: plan_precision("weight"), "measure: expected one of"),
        (lambda: plan_items(target=0.8), "or a table of item parameters"),
        (lambda: plan_items(reliability=0.6, items=10), "give either"),
        (lambda: plan_validity(0), "cannot be shown"),
        (lambda: plan_dif(0.01, facility=1), "facility: "),
        (lambda: plan_retention(n=float("nan")), "n: expected 4 to"),
    ],
)
def test_what_cannot_be_planned_is_a_sentence(ask, word):
    with pytest.raises(InvalidInput, match=word):
        ask()


def test_a_wish_that_no_size_grants():
    plan = plan_precision("correlation", standard_error=1e-6)
    assert plan.size is None
    assert "ask for less" in plan.answer[0]


def test_a_plan_prints_with_formula_and_source():
    told = str(plan_dif())
    assert "Formula: n = " in told
    assert "Mantel and Haenszel (1959)" in told


def test_tables_hold_numbers():
    for plan in (plan_retention(), plan_validity(), plan_dif(), plan_precision("alpha")):
        assert all(pd.api.types.is_numeric_dtype(kind) for kind in plan.table.dtypes)


def test_unequal_groups_see_what_the_plan_says():
    """Twenty thousand studies with three hires without the programme for each one under it."""
    rng = np.random.default_rng(7)
    n = plan_retention(0.35, 0.1, ratio=3).size
    with_it = rng.binomial(n, 0.25, 20_000) / n
    without = rng.binomial(3 * n, 0.35, 20_000) / (3 * n)
    pooled = (with_it + 3 * without) / 4
    z = (without - with_it) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / (3 * n)))
    assert (z > stats.norm.ppf(0.975)).mean() == pytest.approx(0.8, abs=0.015)


def test_validity_studies_see_what_the_plan_says():
    rng = np.random.default_rng(8)
    n = plan_validity(0.3).size
    x = rng.standard_normal((8000, n))
    y = 0.3 * x + np.sqrt(0.91) * rng.standard_normal((8000, n))
    x -= x.mean(axis=1, keepdims=True)
    y -= y.mean(axis=1, keepdims=True)
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    seen = np.abs(np.arctanh(r)) * np.sqrt(n - 3) > stats.norm.ppf(0.975)
    assert seen.mean() == pytest.approx(0.8, abs=0.02)


def test_the_interval_of_alpha_holds_as_often_as_it_says():
    """Parallel normal items: Feldt's model, so that the interval planned is the one met."""
    rng = np.random.default_rng(9)
    n, items = 100, 8
    row = row_at(plan_precision("alpha", expected=0.8, items=items, n=n), n)
    r = 0.8 / (items - (items - 1) * 0.8)
    person = np.sqrt(r) * rng.standard_normal((2000, n, 1))
    scores = person + np.sqrt(1 - r) * rng.standard_normal((2000, n, items))
    total = scores.sum(axis=2).var(axis=1, ddof=1)
    alphas = items / (items - 1) * (1 - scores.var(axis=1, ddof=1).sum(axis=1) / total)
    spread = np.quantile(alphas, 0.975) - np.quantile(alphas, 0.025)
    assert row["high"] - row["low"] == pytest.approx(spread, rel=0.08)
