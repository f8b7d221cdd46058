"""How long people stay: against lifelines, R and statsmodels, a textbook, and a slow count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk.incidence import cumulative_incidence
from vbr_engine.risk.survival import Timeline, censoring_weights, kaplan_meier

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"
ROSSI = pd.read_csv(GOLDEN / "rossi.csv")
ORACLES = pd.read_csv(GOLDEN / "oracles.csv").set_index(["figure", "at"])["value"]
TIMES = {"week": ("week", "arrest", (10, 25, 52)), "day": ("day", "seen", (20, 50, 80, 100))}
# Weeks in remission under 6-MP (Freireich et al., 1963), as every textbook has them.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSE = [True] * 9 + [False] * 12


def _slow(time, event, at):
    """Multiply the share who did not leave, time by time, by counting heads."""
    share = 1.0
    for moment in sorted({t for t, e in zip(time, event, strict=True) if e and t <= at}):
        at_risk = sum(t >= moment for t in time)
        leaving = sum(t == moment and e for t, e in zip(time, event, strict=True))
        share *= 1 - leaving / at_risk
    return share


def _drawn(seed, n=60):
    rng = np.random.default_rng(seed)
    return rng.integers(1, 15, n), rng.random(n) < 0.5


@pytest.mark.parametrize("clock", TIMES)
@pytest.mark.parametrize("program", ["", "R-"])
def test_kaplan_meier_is_that_of_lifelines_and_of_r(clock, program):
    time, event, points = TIMES[clock]
    curve = kaplan_meier(ROSSI[time], ROSSI[event]).at(points)
    names = {"": "survival", "-low": "low", "-high": "high"} | ({"-se": "se"} if program else {})
    for ending, column in names.items():
        expected = [ORACLES[f"{program}km-{clock}{ending}", at] for at in points]
        np.testing.assert_allclose(curve[column], expected, atol=5e-8)


def test_kaplan_meier_is_that_of_the_textbook():
    curve = kaplan_meier(REMISSION, RELAPSE).at([6, 7, 10, 13, 16, 22, 23])
    survival = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    np.testing.assert_allclose(curve["survival"], survival, atol=6e-4)
    np.testing.assert_allclose(curve["se"], errors, atol=6e-5)


@pytest.mark.parametrize("seed", range(10))
def test_kaplan_meier_is_a_count_of_heads(seed):
    time, event = _drawn(seed)
    curve = kaplan_meier(time, event).at([1, 4, 9, time.max()])
    expected = [_slow(time, event, at) for at in (1, 4, 9, time.max())]
    np.testing.assert_allclose(curve["survival"], expected, atol=1e-12)
    assert curve["at_risk"].tolist() == [(time > at).sum() for at in (1, 4, 9, time.max())]


def test_a_weight_of_two_is_the_person_twice():
    time, event = _drawn(3)
    copies = np.random.default_rng(4).integers(0, 3, len(time))
    weighted = kaplan_meier(time, event, weight=copies).at([3, 8])
    again = kaplan_meier(np.repeat(time, copies), np.repeat(event, copies)).at([3, 8])
    pd.testing.assert_frame_equal(weighted, again)


def test_nobody_left_does_not_mean_that_nobody_ever_will():
    row = kaplan_meier([5] * 20, [False] * 20).at([3, 5]).iloc[1]
    # The exact bound: 20 people, none of whom left.
    assert row["survival"] == row["high"] == 1
    assert row["low"] == pytest.approx(0.025 ** (1 / 20))


def test_everybody_left_does_not_mean_that_everybody_would():
    row = kaplan_meier([1, 2, 3, 3, 3], [True] * 5).at([3]).iloc[0]
    assert row["survival"] == row["low"] == 0
    assert row["high"] == pytest.approx(1 - 0.025 ** (1 / 3))


def test_beyond_what_was_seen_there_is_no_figure():
    assert kaplan_meier([5, 9], [True, False]).at([10])["survival"].isna().all()
    assert kaplan_meier([5, 9], [True, True]).at([10])["survival"].tolist() == [0.0]


@pytest.mark.parametrize("seed", range(10))
def test_weights_for_those_out_of_sight_give_kaplan_meier_back(seed):
    time, event = _drawn(seed)
    weights = censoring_weights(time, event, 7)
    left = event & (time <= 7)
    assert weights @ left / len(time) == pytest.approx(1 - _slow(time, event, 7))
    assert not weights[~event & (time <= 7)].any()


def test_without_anybody_out_of_sight_all_weigh_the_same():
    time = np.arange(1, 30)
    assert (censoring_weights(time, time < 20, 15) == 1).all()


def test_who_goes_out_of_sight_when_others_leave_was_still_there_then():
    line = Timeline.of([2, 2, 3], [True, False, False])
    assert line.survival().tolist() == pytest.approx([2 / 3, 2 / 3])
    assert line.censoring().tolist() == pytest.approx([1 / 2, 0])


@pytest.mark.parametrize("program", ["R", "sm"])
def test_ends_that_compete_are_those_of_r_and_statsmodels(program):
    cause = np.where(ROSSI["seen"] == 1, np.where(ROSSI["age"] % 3 == 0, 2, 1), 0)
    horizons = (20, 50, 80, 100)
    table = cumulative_incidence(ROSSI["day"], cause, horizons=horizons)
    for kind, part in table.groupby("cause"):
        for ending, column in (("", "incidence"), ("-se", "se")):
            expected = [ORACLES[f"{program}-cif-{kind}{ending}", at] for at in horizons]
            np.testing.assert_allclose(part[column], expected, atol=5e-8)
        assert ((part["low"] < part["incidence"]) & (part["incidence"] < part["high"])).all()


def test_with_everybody_seen_an_incidence_is_a_share():
    rng = np.random.default_rng(1)
    time, cause = rng.integers(1, 30, 200), rng.integers(1, 4, 200)
    table = cumulative_incidence(time, cause, horizons=[12]).set_index("cause")
    for kind in (1, 2, 3):
        share = ((time <= 12) & (cause == kind)).mean()
        assert table.loc[kind, "incidence"] == pytest.approx(share)
        assert table.loc[kind, "se"] == pytest.approx(np.sqrt(share * (1 - share) / 200))


def test_all_ends_together_are_one_minus_kaplan_meier():
    time, cause = _drawn(5)[0], np.random.default_rng(6).integers(0, 3, 60)
    together = cumulative_incidence(time, cause, horizons=[8])["incidence"].sum()
    assert together == pytest.approx(1 - _slow(time, cause != 0, 8))


def test_when_all_have_ended_rounding_does_no_harm():
    rng = np.random.default_rng(7)
    for n in range(3, 40):
        time, cause = rng.integers(1, 6, n), rng.integers(1, 3, n)
        table = cumulative_incidence(time, cause, horizons=[9])
        assert table["incidence"].sum() == pytest.approx(1)
        weight = rng.random(n)
        assert kaplan_meier(time, cause > 0, weight=weight).at([9])["survival"].tolist() == [0]


def test_beyond_what_was_seen_no_end_has_a_figure():
    table = cumulative_incidence([2, 3, 5], [1, 2, 0], horizons=[4, 6])
    assert table["incidence"].isna().tolist() == [False, True, False, True]


def test_nothing_ended_gives_an_empty_table():
    assert cumulative_incidence([1, 2], [0, 0], horizons=[1]).empty


@pytest.mark.parametrize(
    ("time", "event", "told"),
    [
        ([], [], "a time and an end each"),
        ([1, 2], [True], "a time and an end each"),
        ([1, -2], [True, True], "0 or more, got -2"),
        ([1, np.nan], [True, True], "got nan"),
    ],
)
def test_what_cannot_be_is_told(time, event, told):
    with pytest.raises(CareersError, match=told):
        kaplan_meier(time, event)
