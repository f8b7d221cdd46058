"""How well risks rank: against lifelines, scikit-survival and R, and a look at every pair."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk.concordance import auc_at, harrell_c, uno_c
from vbr_engine.risk.survival import Timeline, censoring_weights

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"
ROSSI = pd.read_csv(GOLDEN / "rossi.csv")
ORACLES = pd.read_csv(GOLDEN / "oracles.csv").set_index(["figure", "at"])["value"]
DAY, SEEN, SCORE = (ROSSI[name] for name in ("day", "seen", "score"))


def _every_pair(time, event, risk, weight, until, factor):
    agree = pairs = 0.0
    for i in range(len(time)):
        if not event[i] or time[i] > until:
            continue
        for j in range(len(time)):
            if time[j] > time[i] or (time[j] == time[i] and not event[j]):
                both = weight[i] * weight[j] * factor[i]
                pairs += both
                agree += both * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    return agree / pairs


def _drawn(seed, n=70):
    rng = np.random.default_rng(seed)
    time, event = rng.integers(1, 12, n), rng.random(n) < 0.5
    return time, event, rng.integers(0, 9, n) / 8, rng.integers(0, 3, n).astype(float)


def test_harrells_c_is_that_of_three_programs():
    for name in ("harrell-week", "harrell-week-sksurv", "R-harrell-week"):
        c = harrell_c(ROSSI["week"], ROSSI["arrest"], SCORE)
        assert c == pytest.approx(ORACLES[name, 0], abs=1e-7)
    for name in ("harrell-day", "harrell-day-sksurv", "R-harrell-day"):
        assert harrell_c(DAY, SEEN, SCORE) == pytest.approx(ORACLES[name, 0], abs=1e-7)
    for until in (61, 91):
        expected = ORACLES["R-harrell-day-until", until]
        assert harrell_c(DAY, SEEN, SCORE, until=until) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("until", [61, 91, None])
@pytest.mark.parametrize("program", ["uno-day", "R-uno-day"])
def test_unos_c_is_that_of_scikit_survival_and_of_r(program, until):
    expected = ORACLES[program, until or 0]
    assert uno_c(DAY, SEEN, SCORE, until=until) == pytest.approx(expected, abs=1e-7)


def test_ties_between_leaving_and_going_out_of_sight_are_read_as_r_reads_them():
    weeks = DAY // 2
    assert harrell_c(weeks, SEEN, SCORE) == pytest.approx(ORACLES["R-harrell-tied", 0], abs=1e-7)
    found = uno_c(weeks, SEEN, SCORE, until=40)
    assert found == pytest.approx(ORACLES["R-uno-tied", 40], abs=1e-7)


@pytest.mark.parametrize("horizon", [20, 40, 60, 80, 100])
def test_the_area_under_the_curve_is_that_of_scikit_survival(horizon):
    assert auc_at(DAY, SEEN, SCORE, horizon) == pytest.approx(ORACLES["auc-day", horizon], abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("until", [6, 100])
def test_counting_by_merging_is_looking_at_every_pair(seed, until):
    time, event, risk, weight = _drawn(seed)
    ones = np.ones(len(time))
    expected = _every_pair(time, event, risk, weight, until, ones)
    assert harrell_c(time, event, risk, until=until, weight=weight) == pytest.approx(expected)
    line = Timeline.of(time, event)
    before = np.concatenate([[1.0], line.censoring(weight)])[line.place]
    factor = np.divide(1.0, before**2, out=np.zeros(len(time)), where=before > 0)
    expected = _every_pair(time, event, risk, weight, until, factor)
    assert uno_c(time, event, risk, until=until, weight=weight) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(8))
def test_the_area_is_every_pair_of_a_leaver_and_a_stayer(seed):
    time, event, risk, _ = _drawn(seed)
    known, left = censoring_weights(time, event, 5), event & (time <= 5)
    agree = pairs = 0.0
    for i in np.flatnonzero(left):
        for j in np.flatnonzero(time > 5):
            pairs += known[i] * known[j]
            agree += known[i] * known[j] * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    assert auc_at(time, event, risk, 5) == pytest.approx(agree / pairs)


@pytest.mark.parametrize("measure", [harrell_c, uno_c, lambda t, e, r: auc_at(t, e, r, 6)])
def test_turning_the_risks_round_turns_the_figure_round(measure):
    time, event, risk, _ = _drawn(9)
    assert measure(time, event, risk) + measure(time, event, -risk) == pytest.approx(1)
    assert measure(time, event, np.exp(3 * risk)) == pytest.approx(measure(time, event, risk))
    assert measure(time, event, np.zeros(len(time))) == 0.5


def test_without_a_pair_there_is_no_figure():
    assert np.isnan(harrell_c([3, 4], [False, False], [0.1, 0.2]))
    assert np.isnan(harrell_c([3, 3], [True, True], [0.1, 0.2]))
    assert np.isnan(auc_at([3, 4], [True, True], [0.1, 0.2], 9))


def test_a_missing_risk_is_told():
    with pytest.raises(CareersError, match="1 lack one"):
        harrell_c([1, 2], [True, False], [0.5, np.nan])
    with pytest.raises(CareersError, match="expected 2 risks"):
        harrell_c([1, 2], [True, False], [0.5])


def test_a_hundred_thousand_people_take_less_than_a_second():
    rng = np.random.default_rng(1)
    n = 100_000
    time, event, risk = rng.integers(1, 400, n), rng.random(n) < 0.3, rng.normal(size=n)
    took = []
    for measure in (harrell_c, uno_c, lambda t, e, r: auc_at(t, e, r, 90)):
        began = perf_counter()
        assert measure(time, event, risk) == pytest.approx(0.5, abs=0.01)
        took.append(perf_counter() - began)
    # Measured: 0.2, 0.2 and 0.01 seconds; the bound leaves room for a busy machine.
    assert max(took) < 1.5
