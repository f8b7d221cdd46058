"""Why there is no figure: one plain sentence for each reason, and a figure where there is none."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, DropOutModel, simulate_careers
from vbr_engine.risk.prediction import BANDS, PREDICTION_COLUMNS

TODAY = date(2026, 8, 1)


@pytest.fixture(scope="module")
def made():
    return simulate_careers(1200, seed=1, starters_only=True, missing=0.0)


@pytest.fixture(scope="module")
def model(made):
    return DropOutModel().fit(Careers.from_frame(made.frame, cut=made.cut))


@pytest.fixture
def person(made):
    """Somebody in the middle of everything, at the largest provider."""
    provider = made.frame["provider"].mode()[0]
    return pd.DataFrame(
        [
            {
                "application": "a",
                "provider": provider,
                "source": "job-board",
                "travel_minutes": 20.0,
                "hours_wanted": 20.0,
                "hours_offered": 20.0,
                "shift_match": 0.75,
                "own_transport": "yes",
                "guaranteed_hours": "yes",
                "care_experience": "yes",
            }
        ]
    )


def told(model, candidates, horizon=None, today=TODAY):
    return model.predict_risk(candidates, horizon, today=today).iloc[0]


def test_usual_person_gets_a_figure(model, person):
    row = told(model, person)
    assert row["shown"]
    assert row["why_not"] == ""
    assert row["note"] == ""
    assert 0 < row["low"] < row["risk"] < row["high"] < 1
    assert set(row["band"].split("/")) <= set(BANDS)
    assert row["england_rate"] == 0.246


def test_columns_are_those_promised(model, made):
    table = model.predict_risk(made.frame.head(5), 90, today=TODAY)
    assert tuple(table.columns) == PREDICTION_COLUMNS
    assert (table["horizon"] == 90).all()
    assert table["england_rate"].isna().all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"source": "carrier-pigeon"}, "has not met 'carrier-pigeon' as source"),
        (
            {"travel_minutes": None, "shift_match": None, "hours_wanted": None},
            "More than 30% of what the model needs is not known.",
        ),
        ({"travel_minutes": 230.0}, "unlike any that the model has learned from"),
    ],
)
def test_no_figure_about_somebody_unlike_the_others(model, person, changes, said):
    row = told(model, person.assign(**changes))
    assert said in row["why_not"]
    assert not row["shown"]
    assert row["band"] == ""
    assert np.isnan(row[["risk", "low", "high"]].to_numpy(dtype=float)).all()
    assert 0 < row["provider_rate"] < 1


def test_a_source_that_is_not_known_is_missing_not_new(model, person):
    assert told(model, person.assign(source=None))["shown"]


def test_two_of_seven_may_be_missing(model, person):
    assert told(model, person.assign(travel_minutes=None, shift_match=None))["shown"]
    without = person.drop(columns=["travel_minutes", "shift_match", "own_transport"])
    assert "More than 30%" in told(model, without)["why_not"]


def about_to_start(frame):
    return frame.drop(columns=["started_work", "ended"])


def test_about_one_in_a_hundred_of_its_own_people_is_far_out(model, made):
    table = model.predict_risk(about_to_start(made.frame), today=TODAY)
    assert 0 < table["why_not"].str.contains("unlike").mean() <= 0.011


def test_model_past_its_review_date_says_nothing(model, made, person):
    assert model.review_by_ == (made.cut + pd.DateOffset(months=12)).date()
    assert told(model, person, today=model.review_by_)["shown"]
    row = told(model, person, today=model.review_by_ + pd.Timedelta(days=1))
    assert str(model.review_by_) in row["why_not"]
    assert not row["shown"]


def test_review_date_can_be_set(made):
    careers = Careers.from_frame(made.frame.head(100), cut=made.cut)
    short = DropOutModel(review_months=3).fit(careers)
    assert short.review_by_ == (made.cut + pd.DateOffset(months=3)).date()


def test_provider_with_few_starts_falls_back_and_says_so(model, person):
    row = told(model, person.assign(provider="somewhere new"))
    assert row["shown"]
    assert "fewer than 5 starts" in row["note"]
    everywhere = told(model, person)
    assert row["high"] - row["low"] > everywhere["high"] - everywhere["low"]
    assert row["provider_high"] - row["provider_low"] > 0.3


def test_four_starts_are_few_and_five_are_not(made):
    frame = made.frame.copy()
    first = frame.index[:9]
    frame.loc[first, "provider"] = ["four"] * 4 + ["five"] * 5
    model = DropOutModel().fit(Careers.from_frame(frame, cut=made.cut))
    notes = model.predict_risk(frame.loc[first], today=TODAY)["note"]
    assert (notes != "").tolist() == [True] * 4 + [False] * 5


def test_conflict_with_published_effects_silences_the_model(model, person):
    against = DropOutModel.from_dict(model.to_dict())
    against.conflict_ = dataclasses.replace(model.conflict_, conflict=True)
    assert "speak against the published effects" in told(against, person)["why_not"]


def test_few_events_give_rates_only(made, person):
    small = DropOutModel().fit(Careers.from_frame(made.frame.head(60), cut=made.cut))
    row = told(small, person)
    assert row["level"] == "L0"
    assert "bands need 30" in row["why_not"]
    assert row["band"] == ""
    assert 0 < row["provider_low"] < row["provider_rate"] < row["provider_high"] < 1


def test_bands_come_before_figures(made, person):
    middle = DropOutModel().fit(Careers.from_frame(made.frame.head(250), cut=made.cut))
    row = told(middle, person)
    assert row["level"] == "L1"
    assert not row["shown"]
    assert np.isnan(row["risk"])
    assert row["band"]
    assert "figures about a person need 100" in row["why_not"]


def test_bands_follow_the_situation(made, person):
    middle = DropOutModel().fit(Careers.from_frame(made.frame.head(250), cut=made.cut))
    hard = person.assign(
        travel_minutes=60.0, guaranteed_hours="no", care_experience="no", source="walk-in"
    )
    easy = person.assign(travel_minutes=5.0, source="referral")
    assert "higher" in told(middle, hard)["band"]
    assert "lower" in told(middle, easy)["band"]
    assert "higher" not in told(middle, easy)["band"]


def test_who_has_started_work_cannot_withdraw():
    made = simulate_careers(800, seed=2)
    model = DropOutModel("withdrawal").fit(Careers.from_frame(made.frame, cut=made.cut))
    table = model.predict_risk(made.frame.drop(columns="ended"), today=TODAY)
    at_work = made.frame["started_work"].notna().to_numpy()
    assert table.loc[at_work, "why_not"].str.contains("have started work").all()
    assert table.loc[at_work, "provider_rate"].isna().all()
    assert table.loc[~at_work, "provider_rate"].notna().all()
    assert table.loc[~at_work, "shown"].mean() > 0.9


def test_whoever_has_worked_for_a_year_or_ended_gets_no_figure(model, made):
    days = pd.Timestamp(TODAY) - pd.to_timedelta([0, 7, 8, 400], unit="D")
    row = about_to_start(made.frame).head(1)
    people = pd.concat([row] * 4, ignore_index=True).assign(started_work=days)
    table = model.predict_risk(people, today=TODAY)
    assert table["shown"].tolist() == [True, True, True, False]
    assert table["risk"].isna().tolist() == [False, False, False, True]
    assert table["why_not"].iloc[-1].startswith("They have worked for longer than the time")
    over = told(model, row.assign(ended=pd.Timestamp(TODAY)))
    assert (over["why_not"], over["shown"], over["band"]) == (
        "This application has ended.",
        False,
        "",
    )


def test_rates_count_only_the_steps_ahead():
    made = simulate_careers(800, seed=2)
    model = DropOutModel("withdrawal").fit(Careers.from_frame(made.frame, cut=made.cut))
    row = made.frame[made.frame["started_work"].notna()].head(1)
    fresh = row.assign(**dict.fromkeys(["invited", "started", "completed", "interviewed"], pd.NaT))
    fresh = fresh.assign(**dict.fromkeys(["offered", "accepted", "started_work"], pd.NaT))
    late = row.assign(started_work=pd.NaT)
    first, last = told(model, fresh), told(model, late)
    assert last["provider_rate"] < first["provider_rate"]
    assert last["risk"] < first["risk"]


@pytest.mark.parametrize("horizon", [0, 366, -5])
def test_horizons_that_cannot_be_are_refused(model, person, horizon):
    with pytest.raises(CareersError, match="horizon of 1 to 365 days"):
        model.predict_risk(person, horizon, today=TODAY)


def test_withdrawal_has_no_horizon(made, person):
    made = simulate_careers(300, seed=3)
    model = DropOutModel("withdrawal").fit(Careers.from_frame(made.frame, cut=made.cut))
    with pytest.raises(CareersError, match="leave out a horizon"):
        model.predict_risk(person, 90, today=TODAY)


def test_columns_that_are_missing_are_named(model, person):
    with pytest.raises(CareersError, match="no column application and no column provider"):
        model.predict_risk(person.drop(columns=["application", "provider"]), today=TODAY)


def test_longer_horizons_hold_more_risk(model, person):
    risks = [told(model, person, horizon)["risk"] for horizon in (180, 270, 365)]
    assert risks == sorted(risks)


def test_index_of_the_table_says_nothing(model, made):
    some = made.frame.sample(50, random_state=1)
    again = model.predict_risk(some.reset_index(drop=True), today=TODAY)
    pd.testing.assert_frame_equal(model.predict_risk(some, today=TODAY), again)


def test_no_candidates_are_no_trouble(model, made):
    assert len(model.predict_risk(made.frame.head(0), today=TODAY)) == 0
