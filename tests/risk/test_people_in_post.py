"""People who are in the job already: the risk of those who have stayed as long as they have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.reports.person_risk import person_risk
from vbr_engine.risk import Careers, DropOutModel, employer_actions, simulate_careers
from vbr_engine.risk.contrast import risk_difference
from vbr_engine.risk.posterior import Posterior
from vbr_engine.risk.prediction import rates_of
from vbr_engine.risk.stages import STAGES

TODAY = date(2026, 7, 10)


def fitted(made: Any) -> DropOutModel:
    return DropOutModel().fit(Careers.from_frame(made.frame, cut=made.cut))


def beforehand(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=[*STAGES, "ended", "ended_by"])


@pytest.fixture(scope="module")
def made() -> Any:
    return simulate_careers(1500, seed=8, starters_only=True)


@pytest.fixture(scope="module")
def model(made: Any) -> DropOutModel:
    return fitted(made)


@pytest.fixture(scope="module")
def person(made: Any) -> pd.DataFrame:
    """Somebody about whom all is known, at the usual values."""
    return beforehand(made.frame.dropna(subset=["travel_minutes", "hours_wanted"]).head(1)).assign(
        travel_minutes=20.0, shift_match=0.7
    )


def certain(posterior: Posterior) -> Posterior:
    """Take away all that is not known."""
    return replace(
        posterior,
        covariance=np.zeros_like(posterior.covariance),
        provider_variance=np.zeros_like(posterior.provider_variance),
        provider_cross=np.zeros_like(posterior.provider_cross),
        spread=0.0,
    )


@pytest.mark.parametrize("days", [14, 30, 90, 100, 333])
def test_who_is_left_after_some_days_is_divided_out(
    model: DropOutModel, made: Any, days: int
) -> None:
    people = beforehand(made.frame.head(200))
    sure = DropOutModel().set_params()
    vars(sure).update(vars(model) | {"posterior_": certain(model.posterior_)})
    by_then, by_the_end, from_then_on = (
        sure.risks(people, horizon, elapsed=elapsed)["risk"].to_numpy()
        for horizon, elapsed in ((days, None), (365, None), (365, days))
    )
    np.testing.assert_allclose(from_then_on, 1 - (1 - by_the_end) / (1 - by_then), atol=1e-12)


@pytest.mark.parametrize("days", [30, 90, 180])
def test_true_risks_of_those_who_stayed_are_found(days: int) -> None:
    ratios, held = [], []
    for seed in range(12):
        made = simulate_careers(400, seed=seed, starters_only=True)
        here = fitted(made).risks(beforehand(made.frame), elapsed=days)
        early, year = (made.truth[f"leaving-{horizon}"].to_numpy() for horizon in (days, 365))
        truth = (year - early) / (1 - early)
        # As many of each sort of people as have stayed.
        stayed = 1 - early
        risk, low, high = (here[name].to_numpy() for name in ("risk", "low", "high"))
        ratios.append((stayed @ risk) / (stayed @ truth))
        held.append(np.average((low <= truth) & (truth <= high), weights=stayed))
    assert np.mean(ratios) == pytest.approx(1, abs=0.08)
    assert 0.80 <= np.mean(held) <= 0.97


def test_the_first_day_of_work_says_how_long(model: DropOutModel, person: pd.DataFrame) -> None:
    days = [-20, 0, 7, 8, 120, 364]
    began = pd.Timestamp(TODAY) - pd.to_timedelta(days, unit="D")
    people = pd.concat([person] * len(days), ignore_index=True)
    told = model.predict_risk(people.assign(started_work=began), today=TODAY)
    same = model.predict_risk(people, today=TODAY, elapsed=[0, 0, 7, 8, 120, 364])
    pd.testing.assert_frame_equal(told, same)
    assert told["elapsed"].isna().tolist() == [True] * 3 + [False] * 3
    assert told["elapsed"].dropna().tolist() == [8, 120, 364]
    fresh = model.predict_risk(person, today=TODAY)["risk"].iloc[0]
    assert told["risk"].iloc[:3].tolist() == [fresh] * 3
    assert fresh > told["risk"].iloc[3] > told["risk"].iloc[4] > 0
    rates = told["provider_rate"]
    assert rates.iloc[2] > rates.iloc[3] > rates.iloc[4] > 0


@pytest.mark.parametrize(
    ("days", "horizon", "why"),
    [
        (90, 90, "longer than the time"),
        (91, 90, "longer than the time"),
        (365, 365, "longer than the time"),
        (2000, None, "longer than the time"),
        (360, None, "Fewer than 30 people"),
        (89, 90, "Fewer than 30 people"),
        (60, 90, ""),
    ],
)
def test_nothing_is_said_where_too_little_lies_ahead(
    model: DropOutModel, person: pd.DataFrame, days: int, horizon: int | None, why: str
) -> None:
    row = model.predict_risk(person, horizon, today=TODAY, elapsed=days).iloc[0]
    assert row["shown"] == (not why)
    assert why in row["why_not"]
    assert np.isnan(row["risk"]) == bool(why)
    assert np.isnan(row["provider_rate"]) == ("longer" in why)


def test_rates_are_of_those_who_stayed(model: DropOutModel) -> None:
    table = model.life_table_
    hazard = table.events.sum(axis=0) / table.at_risk.sum(axis=0)
    # From the end of week 13 on.
    seen = 1 - np.prod(1 - hazard[13:])
    assert rates_of(model, None, 13).pooled == pytest.approx(seen, abs=0.02)
    assert rates_of(model, None, 13).pooled < rates_of(model, None).pooled


def test_what_would_help_counts_only_what_lies_ahead(
    model: DropOutModel, person: pd.DataFrame
) -> None:
    hard = person.assign(travel_minutes=90.0)
    now, later = (
        employer_actions(model, hard, elapsed=days).set_index("action") for days in (0, 120)
    )
    assert (later["difference"].dropna() < now["difference"].reindex(later.index).dropna()).all()
    assert "nearer-round" in later.index
    assert "leaving before the first 12 months are over" in later["sentence"]["nearer-round"]
    assert {"shadow-shift", "buddy"} <= set(now.index)
    assert not {"shadow-shift", "buddy"} & set(later.index)
    assert "buddy" in set(employer_actions(model, hard, elapsed=30)["action"])
    assert employer_actions(model, hard, elapsed=365).empty
    # The same as the difference of the risks themselves.
    design = np.zeros((1, len(model.effects_)))
    there = np.eye(1, len(model.effects_))
    told = risk_difference(model.posterior_, there, design, since=15.5)
    risks = [model.posterior_.risk(X, since=15.5).risk[0] for X in (there, design)]
    assert told.difference[0] == pytest.approx(risks[0] - risks[1])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("who have stayed for 120 days", "who have stayed so long")),
        ("cy", ("sydd wedi aros am 120 diwrnod", "wedi aros cyhyd")),
    ],
)
def test_a_page_says_that_they_have_stayed(
    model: DropOutModel, person: pd.DataFrame, language: str, words: tuple[str, str]
) -> None:
    began = pd.Timestamp(TODAY) - pd.Timedelta(days=120)
    panel, told = person_risk(
        {"leaving": model}, person.assign(started_work=began), today=TODAY, language=language
    )
    part = next(part for part in panel.parts if part.outcome == "leaving")
    # At 90 days nothing lies ahead, at 12 months something does.
    assert told["shown"].tolist() == [False, True]
    assert len(part.figures) == 1
    assert words[0] in part.figures[0].sentence
    assert words[1] in part.rates[0]


@pytest.mark.parametrize("days", [-1, float("nan"), float("inf"), [1, 2, 3], "x"])
def test_days_that_cannot_be_are_refused(
    model: DropOutModel, person: pd.DataFrame, days: Any
) -> None:
    with pytest.raises(CareersError, match="expected days in the job"):
        model.predict_risk(person, today=TODAY, elapsed=days)


def test_withdrawal_knows_no_days_in_the_job(person: pd.DataFrame) -> None:
    made = simulate_careers(300, seed=3)
    model = DropOutModel("withdrawal").fit(Careers.from_frame(made.frame, cut=made.cut))
    with pytest.raises(CareersError, match="leave out the days"):
        model.predict_risk(person, today=TODAY, elapsed=30)


def test_a_first_day_with_a_time_zone_is_that_day(
    model: DropOutModel, person: pd.DataFrame
) -> None:
    began = pd.Timestamp(TODAY) - pd.Timedelta(days=40)
    plain, zoned = (
        model.predict_risk(person.assign(started_work=day), today=TODAY)
        for day in (began, began.tz_localize("UTC"))
    )
    pd.testing.assert_frame_equal(plain, zoned)
