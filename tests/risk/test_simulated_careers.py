"""Made-up careers follow the risks that they say they do, and faults are there when asked for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError, DecisionsError
from vbr_engine.risk import STAGES, Careers, Faults, simulate_careers, simulate_decisions
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.priors import default_effects

NOTHING: dict[str, dict[str, float]] = {"withdrawal": {}, "leaving": {}}


def kaplan_meier(days: np.ndarray, left: np.ndarray, at: int) -> float:
    """Share that has left by a day, one death at a time, the obvious way."""
    staying = 1.0
    for day in np.unique(days[left & (days < at)]):
        staying *= 1 - (left & (days == day)).sum() / (days >= day).sum()
    return 1 - staying


def in_job(made: Any) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, pd.DataFrame]:
    rows = made.frame["started_work"].notna()
    frame = made.frame[rows]
    days = (frame["ended"].fillna(made.cut) - frame["started_work"]).dt.days.to_numpy()
    return frame, days, frame["ended_by"].eq("candidate").to_numpy(), made.truth[rows]


@pytest.mark.parametrize("horizon", [30, 90, 180, 365])
def test_leaving_follows_the_true_risks(horizon: int) -> None:
    # Providers alike and no effects, so that those who are dismissed early are like the others.
    made = simulate_careers(
        20_000, seed=1, months=60, starters_only=True, provider_sd=0, effects=NOTHING
    )
    _frame, days, left, truth = in_job(made)
    risk = truth[f"leaving-{horizon}"].mean()
    error = np.sqrt(risk * (1 - risk) / len(days))
    assert kaplan_meier(days, left, horizon) == pytest.approx(risk, abs=4 * error)


@pytest.mark.parametrize("tenth", [0, 4, 9])
def test_each_tenth_of_true_risk_leaves_as_often_as_it_should(tenth: int) -> None:
    made = simulate_careers(40_000, seed=2, months=60, starters_only=True, provider_sd=1.0)
    _frame, days, left, truth = in_job(made)
    risk = truth["leaving-365"].to_numpy()
    chosen = pd.qcut(risk, 10, labels=False) == tenth
    error = np.sqrt(risk[chosen].mean() * (1 - risk[chosen].mean()) / chosen.sum())
    got = kaplan_meier(days[chosen], left[chosen], 365)
    assert got == pytest.approx(risk[chosen].mean(), abs=4 * error + 0.01)


def test_steps_of_the_funnel_have_their_rates() -> None:
    made = simulate_careers(30_000, seed=3, provider_sd=0, effects=NOTHING, months=36)
    frame = made.frame[made.frame["applied"] < made.cut - pd.Timedelta(days=400)]
    # Beside the chance to withdraw, the employer's own; who would do both is tossed for.
    withdraw = np.array([0.03, 0.12, 0.05, 0.08, 0.05, 0.07, 0.07])
    decline = np.array([0.05, 0.0, 0.0, 0.15, 0.2, 0.0, 0.01])
    assert made.truth["withdrawal"].to_numpy() == pytest.approx(1 - np.prod(1 - withdraw))
    for step, (here, there) in enumerate(pairwise(STAGES)):
        reached = frame[frame[here].notna()]
        by = reached["ended_by"].where(reached[there].isna())
        for who, chance, other in (
            ("candidate", withdraw[step], decline[step]),
            ("employer", decline[step], withdraw[step]),
        ):
            expected = chance * (1 - other / 2)
            error = np.sqrt(expected * (1 - expected) / len(reached))
            assert by.eq(who).mean() == pytest.approx(expected, abs=4 * error + 1e-9), here


def test_effects_are_those_that_were_set() -> None:
    made = simulate_careers(5_000, seed=4, provider_sd=0, missing=0, effects={
        "withdrawal": {}, "leaving": {"travel": 0.4, "referred": -0.7}})  # fmt: skip
    chosen = [
        effect for effect in default_effects("leaving") if effect.name in made.effects["leaving"]
    ]
    X = design_matrix(made.frame, chosen).X
    log_hazard = np.log(-np.log1p(-made.truth["leaving-365"].to_numpy()))
    ones = np.ones(len(X))
    slopes = np.linalg.lstsq(np.column_stack([ones, X]), log_hazard, rcond=None)[0][1:]
    assert dict(zip([effect.name for effect in chosen], slopes, strict=True)) == pytest.approx(
        {"travel": 0.4, "referred": -0.7}
    )


def test_providers_differ_as_far_as_was_asked() -> None:
    made = simulate_careers(3_000, seed=5, providers=400, provider_sd=0.8)
    effects = made.truth.groupby("provider")["provider_effect"].agg(["nunique", "first"])
    assert (effects["nunique"] == 1).all()
    assert effects["first"].std() == pytest.approx(0.8, abs=0.12)


def test_nothing_is_known_after_the_cut() -> None:
    made = simulate_careers(800, seed=6)
    dates = made.frame[[*STAGES, "ended"]]
    assert dates.max().max() <= made.cut
    open_ = made.frame["ended"].isna()
    assert made.frame["ended_by"].isna().equals(open_)
    assert 0.2 < open_.mean() < 0.8
    assert len(Careers.from_frame(made.frame, cut=made.cut)) == 800


def test_same_seed_same_careers_with_faults_and_without() -> None:
    plain = simulate_careers(300, seed=7)
    faulty = simulate_careers(300, seed=7, faults=Faults(duplicates=0.1, leak=True, protected=True))
    pd.testing.assert_frame_equal(plain.frame, simulate_careers(300, seed=7).frame)
    pd.testing.assert_frame_equal(
        plain.frame, faulty.frame.iloc[:300][plain.frame.columns], check_dtype=False
    )
    assert not simulate_careers(300, seed=8).frame.equals(plain.frame)


def test_everything_is_called_simulated() -> None:
    made = simulate_careers(50, seed=9, faults=Faults(duplicates=0.5))
    assert made.frame["application"].str.startswith("simulated-").all()
    assert made.frame["provider"].str.startswith("simulated-").all()
    assert simulate_decisions(20, seed=1)["application"].str.startswith("simulated-").all()


def test_duplicates_repeat_somebody() -> None:
    made = simulate_careers(400, seed=10, faults=Faults(duplicates=0.15))
    copies = made.truth.dropna(subset="copy_of")
    assert 35 <= len(copies) <= 85
    assert made.frame["application"].is_unique
    frame = made.frame.set_index("application")
    facts = ["provider", "source", "travel_minutes", "hours_wanted", "composite", "ended_by"]
    first, second = frame.loc[copies["copy_of"], facts], frame.loc[copies["application"], facts]
    pd.testing.assert_frame_equal(first.reset_index(drop=True), second.reset_index(drop=True))
    moved = (
        frame.loc[copies["application"], "applied"].to_numpy()
        - frame.loc[copies["copy_of"], "applied"].to_numpy()
    )
    assert set(pd.to_timedelta(moved).days) == {0, 1}
    Careers.from_frame(made.frame, cut=made.cut)


def test_faults_are_planted() -> None:
    made = simulate_careers(2_000, seed=11, faults=Faults(leak=True, protected=True, proxy=2))
    gone = made.frame["ended"].notna()
    assert (made.frame.loc[gone, "rota_hours"] == 0).all()
    assert (made.frame.loc[~gone, "rota_hours"].dropna() > 0).all()
    assert "age_band" in made.frame
    assert "group" not in made.frame
    far = made.frame["travel_minutes"].groupby(made.monitoring["group"]).mean()
    assert far["B"] > far["A"] + 10
    plain = simulate_careers(2_000, seed=11)
    level = plain.frame["travel_minutes"].groupby(plain.monitoring["group"]).mean()
    assert level["B"] == pytest.approx(level["A"], abs=3)


def test_drift_lifts_later_risks() -> None:
    made = simulate_careers(
        3_000, seed=12, provider_sd=0, effects=NOTHING, starters_only=True, faults=Faults(drift=0.6)
    )
    years = (made.frame["started_work"] - made.frame["started_work"].min()).dt.days / 365
    log_hazard = np.log(-np.log1p(-made.truth["leaving-365"]))
    assert np.polyfit(years, log_hazard, 1)[0] == pytest.approx(0.6, abs=0.01)


def test_wrong_signs_turn_only_what_is_published() -> None:
    right, wrong = (
        simulate_careers(10, seed=1, faults=Faults(wrong_signs=turned)).effects["leaving"]
        for turned in (False, True)
    )
    turned = {name for name in right if wrong[name] == -right[name]}
    assert turned == {"travel", "no-guaranteed-hours", "new-to-care", "referred"}


@pytest.mark.parametrize(
    "options",
    [{"n": 0}, {"providers": 0}, {"provider_sd": -1}, {"months": 0}, {"missing": 1.0}],
)
def test_numbers_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CareersError, match="expected"):
        simulate_careers(**{"n": 10, "seed": 1} | options)


def test_unknown_effects_and_shares_are_refused() -> None:
    with pytest.raises(CareersError, match="star-sign"):
        simulate_careers(10, seed=1, effects={"withdrawal": {}, "leaving": {"star-sign": 1.0}})
    with pytest.raises(CareersError, match="duplicates"):
        Faults(duplicates=2)


def test_decisions_have_their_ratios() -> None:
    made = simulate_decisions(
        40_000, seed=1, ratios={"B": 0.8, "C": 0.5}, score_gaps={"B": -0.5}, unstated=0.1
    )
    rates = made["decision"].eq("invite").groupby(made["group"]).mean()
    assert rates["A"] == pytest.approx(0.5, abs=0.015)
    assert rates["B"] / rates["A"] == pytest.approx(0.8, abs=0.03)
    assert rates["C"] / rates["A"] == pytest.approx(0.5, abs=0.04)
    scores = made.groupby("group")["score"]
    gap = (scores.mean()["B"] - scores.mean()["A"]) / scores.std()["A"]
    assert gap == pytest.approx(-0.5, abs=0.05)
    assert made["group"].isna().mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    "options",
    [
        {"n": 0},
        {"ratios": {"Z": 1.0}},
        {"ratios": {"A": 3.0}},
        {"shares": {"A": 0.0}},
        {"unstated": 1.5},
    ],
)
def test_decisions_that_cannot_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(DecisionsError, match="expected"):
        simulate_decisions(**{"n": 10, "seed": 1} | options)
