"""What acting on the risks is worth: against R, and at its ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk.decision_curves import decision_curve

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"
ROSSI = pd.read_csv(GOLDEN / "rossi.csv")
ORACLES = pd.read_csv(GOLDEN / "oracles.csv").set_index(["figure", "at"])["value"]
RISK = 1 - np.exp(-np.exp(-3.2 + 0.04 * ROSSI["score"]) * 80 / 20)
CLUSTER = np.arange(len(ROSSI)) % 24


def _curve(**more):
    settings = {"cluster": CLUSTER, "n_bootstrap": 60, "seed": 1} | more
    return decision_curve(ROSSI["day"], ROSSI["seen"], RISK, 80, **settings)


def test_net_benefit_is_that_of_r():
    table = _curve(thresholds=[0.1, 0.2, 0.3])
    expected = [ORACLES["R-benefit", at] for at in (0.1, 0.2, 0.3)]
    np.testing.assert_allclose(table["model"], expected, atol=1e-7)


def test_supporting_all_is_worth_the_share_who_leave_less_the_odds_of_the_others():
    row = _curve(thresholds=[0.2]).iloc[0]
    left = ORACLES["R-observed", 80]
    assert row["all"] == pytest.approx(left - (1 - left) * 0.25, abs=1e-7)
    assert row["gain"] == pytest.approx(row["model"] - max(row["all"], 0), abs=1e-9)


def test_below_every_risk_the_model_is_all_and_above_every_risk_nothing():
    table = _curve(thresholds=[float(RISK.min()) / 2, 0.999])
    assert table["supported"].tolist() == [1, 0]
    assert table["gain"].tolist() == [0, 0]
    assert table.loc[1, "model"] == 0


def test_intervals_hold_the_figure_and_do_not_change():
    table = _curve()
    for name in ("model", "all", "gain"):
        inside = (table[f"{name}_low"] <= table[name]) & (table[name] <= table[f"{name}_high"])
        assert inside.mean() > 0.8
    pd.testing.assert_frame_equal(table, _curve())


def test_a_threshold_of_nought_is_told():
    with pytest.raises(CareersError, match="between 0 and 1"):
        _curve(thresholds=[0.0, 0.5])
