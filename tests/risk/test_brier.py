"""How far risks lie from what happened: against scikit-survival and R, and by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.risk.brier import brier_score, integrated_brier, reference_brier, scaled_brier

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"
ROSSI = pd.read_csv(GOLDEN / "rossi.csv")
ORACLES = pd.read_csv(GOLDEN / "oracles.csv").set_index(["figure", "at"])["value"]
DAY, SEEN = ROSSI["day"], ROSSI["seen"]
HORIZONS = (20, 40, 60, 80, 100)


def _risk(horizon):
    return 1 - np.exp(-np.exp(-3.2 + 0.04 * ROSSI["score"]) * horizon / 20)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_the_brier_score_is_that_of_scikit_survival(horizon):
    found = brier_score(DAY, SEEN, _risk(horizon), horizon)
    assert found == pytest.approx(ORACLES["brier-day", horizon], abs=1e-7)


def test_the_brier_score_is_that_of_r():
    assert brier_score(DAY, SEEN, _risk(80), 80) == pytest.approx(ORACLES["R-brier", 80], abs=1e-7)


def test_the_integrated_score_is_that_of_scikit_survival():
    risks = np.column_stack([_risk(horizon) for horizon in HORIZONS])
    found = integrated_brier(DAY, SEEN, risks, HORIZONS)
    assert found == pytest.approx(ORACLES["ibs-day", 0], abs=1e-7)


def test_with_everybody_seen_it_is_the_mean_square():
    rng = np.random.default_rng(1)
    time, risk = rng.integers(1, 60, 300), rng.random(300)
    expected = ((time <= 30) - risk) ** 2
    assert brier_score(time, np.ones(300), risk, 30) == pytest.approx(expected.mean())
    share = (time <= 30).mean()
    assert reference_brier(time, np.ones(300), 30) == pytest.approx(share * (1 - share))


def test_one_risk_for_all_gains_nothing_and_the_truth_everything():
    time, event = [3, 5, 9, 9, 9], [1, 1, 1, 1, 1]
    assert scaled_brier(time, event, np.full(5, 0.4), 6) == pytest.approx(0)
    assert scaled_brier(time, event, [1, 1, 0, 0, 0], 6) == 1
    assert scaled_brier(time, event, [0, 0, 1, 1, 1], 6) < -3
    assert np.isnan(scaled_brier([1, 2], [1, 1], [0.5, 0.5], 6))


def test_a_weight_of_two_is_the_person_twice():
    copies = np.random.default_rng(2).integers(0, 3, len(DAY))
    twice = [np.repeat(column, copies) for column in (DAY, SEEN, _risk(60))]
    for score in (brier_score, scaled_brier):
        weighted = score(DAY, SEEN, _risk(60), 60, weight=copies)
        assert weighted == pytest.approx(score(*twice, 60))
