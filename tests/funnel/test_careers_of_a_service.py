"""What a service records comes back as the careers that happened, and trains the models."""

from datetime import UTC, datetime, time, timedelta

import pandas as pd
import pytest

from vbr_engine.funnel import CAREER_COLUMNS, STAGES, STEPS, Happening, career_row, standing_of
from vbr_engine.risk import STAGES as RISK_STAGES
from vbr_engine.risk import Careers, DropOutModel, require_sound, simulate_careers

RECORDED = {
    "invited": ("invited", None),
    "started": ("started", None),
    "completed": ("submitted", None),
    "interviewed": ("step", "attended"),
    "offered": ("step", "offered"),
    "accepted": ("step", "accepted"),
    "started_work": ("step", "started-work"),
}


@pytest.fixture(scope="module")
def made():
    return simulate_careers(600, seed=11, providers=8, missing=0)


def happenings_of(row):
    """Record a simulated career as a recruiter and a candidate would, a day late now and then."""
    found = []
    for stage, (kind, code) in RECORDED.items():
        if pd.isna(row[stage]):
            continue
        body = {"step": code, "on": row[stage].date().isoformat()} if code else {}
        if stage == "invited":
            body["applied"] = row["applied"].date().isoformat()
        late = timedelta(days=1 if code and row[stage].day % 3 == 0 else 0)
        found.append((row[stage] + late, kind, body))
    if not pd.isna(row["ended"]):
        found.append((row["ended"], "step", _end(row)))
    if not found:  # applied, and nothing since
        found.append((row["applied"], "applied", {}))
    moments = [
        (datetime.combine(day.date(), time(9), UTC) + timedelta(minutes=place), kind, body)
        for place, (day, kind, body) in enumerate(found)
    ]
    first = moments[0][0]
    if moments[0][1] == "step":  # ended before anybody invited them
        body = {"applied": row["applied"].date().isoformat()}
        moments.insert(0, (first - timedelta(minutes=1), "applied", body))
    return [Happening(kind, at, body) for at, kind, body in moments]


def _end(row):
    at_work = not pd.isna(row["started_work"])
    code = {"candidate": "withdrawn", "employer": "not-appointed"}.get(row["ended_by"], "left")
    body = {"step": "left" if at_work else code, "ended_by": row["ended_by"], "reason": "other"}
    return body | {"on": row["ended"].date().isoformat()}


def rows_of(frame):
    known = [name for name in frame if name not in CAREER_COLUMNS]
    return [
        career_row(happenings_of(row), {name: row[name] for name in known})
        for row in frame.to_dict("records")
    ]


def test_simulated_careers_come_back_to_the_day(made):
    columns = [*RISK_STAGES, "ended"]
    frame = pd.DataFrame(rows_of(made.frame))
    back = Careers.from_frame(frame, cut=made.cut + timedelta(days=1)).frame
    truth = Careers.from_frame(made.frame, cut=made.cut).frame
    pd.testing.assert_frame_equal(back[columns], truth[columns])
    assert back["ended_by"].fillna("").tolist() == truth["ended_by"].fillna("").tolist()
    assert (back["ended"].notna() & back["started_work"].isna()).sum() > 50
    assert (back["ended"].notna() & back["started_work"].notna()).sum() > 20


def test_a_drop_out_model_learns_the_same_from_them(made):
    frame = pd.DataFrame(rows_of(made.frame))
    ours = Careers.from_frame(frame, cut=made.cut)
    require_sound(ours)
    for outcome in ("withdrawal", "leaving"):
        learnt = DropOutModel(outcome=outcome).fit(ours)
        true = DropOutModel(outcome=outcome).fit(Careers.from_frame(made.frame, cut=made.cut))
        assert learnt.n_events_ == true.n_events_ > 20
        assert learnt.posterior_.effects == pytest.approx(true.posterior_.effects, abs=1e-9)


def test_a_first_contact_is_a_fact_only_where_nobody_gave_one():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    happenings = [
        Happening("invited", at),
        Happening("step", at + timedelta(hours=3), {"step": "called", "outcome": "no-answer"}),
        Happening("step", at + timedelta(hours=30), {"step": "called", "outcome": "reached"}),
    ]
    facts = {"application": "a", "provider": "P"}
    assert career_row(happenings, facts)["contacted_within_hours"] == 30
    told = career_row(happenings, facts | {"contacted_within_hours": 2})
    assert told["contacted_within_hours"] == 2
    assert career_row(happenings[:2], facts)["contacted_within_hours"] is None


@pytest.mark.parametrize("contacted", [True, False])
def test_how_long_somebody_waited_does_not_tell_how_long_they_stayed(contacted):
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    outcome = "reached" if contacted else "no-answer"
    late = Happening("step", at + timedelta(hours=500), {"step": "called", "outcome": outcome})
    row = career_row([Happening("invited", at), late], {"application": "a", "provider": "P"})
    assert row["contacted_within_hours"] == 72


def test_an_interview_that_nobody_recorded_is_dated_by_the_offer():
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    offered = {"step": "offered", "on": "2026-03-05"}
    row = career_row(
        [Happening("invited", at), Happening("step", at + timedelta(days=4), offered)],
        {"application": "a", "provider": "P"},
    )
    assert row["interviewed"] == row["offered"] == datetime(2026, 3, 5).date()
    assert row["started"] is row["completed"] is None


def test_facts_cannot_overwrite_what_happened():
    invited = [Happening("invited", datetime(2026, 3, 2, 9))]
    with pytest.raises(ValueError, match="got offered"):
        career_row(invited, {"application": "a", "provider": "P", "offered": "2026-03-02"})


def test_the_models_read_the_very_same_stages():
    assert STAGES[: len(RISK_STAGES)] == RISK_STAGES
    assert {step.stage for step in STEPS.values() if step.stage} <= set(STAGES)
    assert standing_of([Happening("invited", datetime(2026, 3, 2))]).stage in STAGES
