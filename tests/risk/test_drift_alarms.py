"""Drift: quiet while nothing changes, loud when something does."""

from __future__ import annotations

import numpy as np
import pytest

from vbr_engine.risk import Careers, DropOutModel, simulate_careers
from vbr_engine.risk.drift import (
    CONTROL_LIMIT,
    RATIOS,
    cusum,
    drift_of,
    population_stability,
    running_sums,
    silence,
)


def runs(times, expected, n=1000, seed=1):
    """Share of two-year charts that raise an alarm."""
    rng = np.random.default_rng(seed)
    alarms = 0
    for _ in range(n):
        seen = rng.poisson(times * expected, 24).astype(float)
        charts = [running_sums(seen, np.full(24, float(expected)), ratio) for ratio in RATIOS]
        alarms += max(map(max, charts)) > CONTROL_LIMIT
    return alarms / n


@pytest.mark.parametrize("expected", [3, 10, 30])
def test_chart_cries_wolf_in_one_of_fifteen_runs_at_most(expected):
    assert runs(1.0, expected) <= 0.08


@pytest.mark.parametrize(("ratio", "expected"), [(1.5, 10), (0.6, 10), (1.5, 30)])
def test_chart_sees_half_as_many_again(ratio, expected):
    assert runs(ratio, expected, n=150) >= 0.9


def test_chart_by_hand():
    chart = cusum(np.array(["a", "a", "b"], dtype=object), np.array([1.0, 1, 0]), np.full(3, 0.5))
    first = 2 * np.log(1.5) - 1 * 0.5
    assert chart["more"].tolist() == pytest.approx([first, first - 0.25])
    low = 2 * np.log(1 / 1.5) + 1 / 3
    assert chart["fewer"].tolist() == pytest.approx([max(0, low), max(0, low) + 0.5 / 3])
    assert chart["people"].tolist() == [2, 1]


def test_population_stability_is_the_sum_of_both_divergences():
    a, b = np.array([0.2, 0.3, 0.5]), np.array([0.4, 0.4, 0.2])
    there = (a * np.log(a / b)).sum()
    back = (b * np.log(b / a)).sum()
    assert population_stability(a, b) == pytest.approx(there + back)
    assert population_stability(a, a) == 0
    assert np.isfinite(population_stability(np.array([1.0, 0]), np.array([0, 1.0])))
    assert np.isnan(population_stability(a, b, enough=False))


@pytest.fixture(scope="module")
def model():
    made = simulate_careers(1500, seed=1, starters_only=True)
    return DropOutModel().fit(Careers.from_frame(made.frame, cut=made.cut))


def test_same_people_and_outcomes_raise_no_alarm(model):
    made = simulate_careers(1500, seed=1, starters_only=True)
    again = drift_of(model, Careers.from_frame(made.frame, cut=made.cut))
    assert again.alarms == ()
    assert (again.stability["psi"] < 1e-9).all()
    assert again.chart["observed"].sum() == model.n_events_
    assert again.chart["expected"].sum() == pytest.approx(model.n_events_, rel=0.05)


def test_longer_travel_is_noticed(model):
    made = simulate_careers(500, seed=2, starters_only=True)
    frame = made.frame.assign(travel_minutes=(made.frame["travel_minutes"] * 1.8).clip(upper=240))
    drift = drift_of(model, Careers.from_frame(frame, cut=made.cut))
    assert any("travel" in alarm for alarm in drift.alarms)
    calm = drift.stability.set_index("effect")["psi"].drop("travel")
    assert (calm < 0.1).all()


def test_more_leavers_are_noticed_and_silence_the_model(model):
    made = simulate_careers(1500, seed=1, starters_only=True)
    frame = made.frame.copy()
    stayed = frame["ended"].isna() & frame["started_work"].notna()
    gone = stayed & (np.random.default_rng(1).random(len(frame)) < 0.35)
    days = (made.cut - frame["started_work"]).dt.days // 2
    frame.loc[gone, "ended"] = frame["started_work"] + days.astype("timedelta64[D]")
    frame.loc[gone, "ended_by"] = "candidate"
    drift = drift_of(model, Careers.from_frame(frame, cut=made.cut))
    assert any(alarm.startswith("More people than expected") for alarm in drift.alarms)
    people = made.frame.head(3).drop(columns=["started_work", "ended"])
    told = silence(model, drift).predict_risk(people, today=made.cut)
    assert not told["shown"].any()
    assert told["why_not"].str.contains("no longer fits").all()
    assert (
        silence(model, drift_of(model, Careers.from_frame(made.frame, cut=made.cut))).alarms_ == ()
    )
    assert model.predict_risk(people, today=made.cut)["shown"].any()


def test_few_people_say_nothing_about_the_population(model):
    made = simulate_careers(30, seed=3, starters_only=True)
    drift = drift_of(model, Careers.from_frame(made.frame, cut=made.cut))
    assert drift.stability["psi"].isna().all()
    assert drift.stability["sentence"].str.startswith("Too few").all()


def test_withdrawals_have_a_chart_too():
    made = simulate_careers(600, seed=4)
    careers = Careers.from_frame(made.frame, cut=made.cut)
    model = DropOutModel("withdrawal").fit(careers)
    chart = drift_of(model, careers).chart
    assert chart["people"].sum() == 600
    assert chart["expected"].sum() == pytest.approx(model.n_events_, rel=0.05)
