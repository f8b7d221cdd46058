"""Whether as many leave as the risks say: against R, and on risks that are right or wrong by
design."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from vbr_engine.risk.calibration import (
    calibration_curve,
    observed_over_expected,
    recalibration,
    recalibration_line,
)
from vbr_engine.risk.survival import censoring_weights

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"
ROSSI = pd.read_csv(GOLDEN / "rossi.csv")
ORACLES = pd.read_csv(GOLDEN / "oracles.csv").set_index(["figure", "at"])["value"]
DAY, SEEN = ROSSI["day"], ROSSI["seen"]
RISK = 1 - np.exp(-np.exp(-3.2 + 0.04 * ROSSI["score"]) * 80 / 20)


def _people(seed, n, *, spread=1.0, shift=0.0):
    """People who leave by day 100 with a known risk, and what somebody says of it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(-0.8, 0.8, n)
    left = rng.random(n) < expit(x)
    time = np.where(left, rng.integers(1, 101, n), 200)
    lost = rng.integers(40, 400, n)
    said = expit(spread * x + shift)
    return np.minimum(time, lost), left & (time <= lost), said, expit(x)


def test_recalibration_is_that_of_r():
    clusters = np.arange(len(DAY)) % 20
    found = recalibration(DAY, SEEN, RISK, 80, cluster=clusters)
    assert found.slope.value == pytest.approx(ORACLES["R-recal-slope", 80], abs=1e-6)
    assert found.intercept.value == pytest.approx(ORACLES["R-recal-intercept", 80], abs=1e-6)
    assert found.in_the_large.value == pytest.approx(ORACLES["R-recal-large", 80], abs=1e-6)
    few = np.sqrt(20 / 19)
    for name, figure in (("slope", found.slope), ("intercept", found.intercept)):
        width = 1.959964 * few * ORACLES[f"R-recal-{name}-se", 80]
        assert figure.high - figure.value == pytest.approx(width, abs=1e-6)


def test_the_quick_line_is_the_careful_one():
    careful = recalibration(DAY, SEEN, RISK, 80)
    left = ((SEEN == 1) & (DAY <= 80)).to_numpy(dtype=float)
    shift, slope = recalibration_line(left, RISK.to_numpy(), censoring_weights(DAY, SEEN, 80))
    assert slope == pytest.approx(careful.slope.value, abs=1e-8)
    assert shift == pytest.approx(careful.in_the_large.value, abs=1e-8)


def test_observed_over_expected_is_what_r_sees_over_the_mean():
    found = observed_over_expected(DAY, SEEN, RISK, 80)
    assert found.value == pytest.approx(ORACLES["R-observed", 80] / RISK.mean(), abs=1e-7)
    assert found.low * found.high == pytest.approx(found.value**2)


def test_its_interval_holds_as_often_as_it_says():
    held = 0
    for seed in range(200):
        time, event, said, _ = _people(seed, 250)
        found = observed_over_expected(time, event, said, 100)
        held += found.low <= 1 <= found.high
    # 190 expected; five standard deviations below it is 174.
    assert 176 <= held <= 200


@pytest.mark.parametrize(("spread", "shift"), [(1.0, 0.0), (2.0, 0.0), (0.5, 0.3), (1.0, -0.7)])
def test_risks_spread_too_far_or_moved_are_found_out(spread, shift):
    time, event, said, _ = _people(1, 20_000, spread=spread, shift=shift)
    found = recalibration(time, event, said, 100)
    assert found.slope.value == pytest.approx(1 / spread, abs=0.06)
    assert found.intercept.value == pytest.approx(-shift / spread, abs=0.06)
    if spread == 1:
        assert found.in_the_large.value == pytest.approx(-shift, abs=0.05)


def test_without_leavers_or_without_a_difference_there_is_no_line():
    none = recalibration([9, 9, 9], [0, 0, 0], [0.1, 0.2, 0.3], 5)
    assert np.isnan([none.slope.value, none.slope.low, none.in_the_large.value]).all()
    ones = np.ones(4)
    shift, slope = recalibration_line(np.array([1.0, 0, 1, 0]), np.full(4, 0.5), ones)
    assert (shift, np.isnan(slope)) == (pytest.approx(0), True)
    # Risks that part leavers from stayers cleanly have no finite slope.
    _, clean = recalibration_line(np.array([1.0, 1, 0, 0]), np.array([0.9, 0.8, 0.2, 0.1]), ones)
    assert np.isnan(clean) or clean > 5


def test_few_people_are_shown_in_thirds():
    time, event, said, _ = _people(2, 300)
    table = calibration_curve(time, event, said, 100)
    assert table["kind"].eq("thirds").all()
    assert table["people"].tolist() == [100, 100, 100]
    assert table["predicted"].is_monotonic_increasing
    assert ((table["low"] < table["observed"]) & (table["observed"] < table["high"])).all()


def test_the_curve_needs_two_hundred_on_either_side():
    time, said = np.r_[np.full(199, 5), np.full(400, 99)], np.linspace(0.1, 0.6, 599)
    event = time == 5
    assert calibration_curve(time, event, said, 50)["kind"].iloc[0] == "thirds"
    time[200], event[200] = 5, True
    assert calibration_curve(time, event, said, 50)["kind"].iloc[0] == "curve"


def test_the_curve_finds_the_truth():
    time, event, said, _ = _people(3, 8_000, spread=1.8, shift=0.4)
    table = calibration_curve(time, event, said, 100)
    assert len(table) == 21
    expected = expit((logit(table["predicted"]) - 0.4) / 1.8)
    inside = (table["low"] <= expected) & (expected <= table["high"])
    assert inside.mean() >= 0.85
    np.testing.assert_allclose(table["observed"], expected, atol=0.05)


def test_equal_risks_are_one_group():
    table = calibration_curve([1, 9, 9, 9], [1, 0, 0, 0], [0.25] * 4, 5)
    assert table[["predicted", "observed", "people"]].values.tolist() == [[0.25, 0.25, 4]]
