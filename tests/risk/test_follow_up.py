"""How long people were followed: days in the job, steps of the funnel, and who is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, kaplan_meier, simulate_careers
from vbr_engine.risk.follow_up import follow_up
from vbr_engine.risk.stages import STAGES

CUT = "2026-06-30"


def _careers(*rows):
    base = {"provider": "P", "applied": "2026-01-01"}
    table = pd.DataFrame([{"application": f"a{n}"} | base | row for n, row in enumerate(rows)])
    return Careers.from_frame(table, cut=CUT)


def _worked(started, ended=None, by=None):
    return {"started_work": started, "ended": ended, "ended_by": by}


def test_the_first_day_in_the_job_is_day_one():
    careers = _careers(
        _worked("2026-03-01", "2026-03-01", "candidate"),
        _worked("2026-03-01", "2026-03-30", "candidate"),
        _worked("2026-03-01", "2026-03-31", "candidate"),
        _worked("2026-06-30"),
    )
    follow = follow_up(careers, "leaving")
    assert follow.line.time.tolist() == [1, 30, 31, 1]
    # Within 30 days: days 0 to 29 after the first.
    assert follow.left_by(30).tolist() == [True, True, False, False]


def test_only_the_candidates_own_decision_is_an_event():
    careers = _careers(
        *(
            _worked("2026-03-01", "2026-04-01", by)
            for by in ("candidate", "employer", "transfer", "contract-end")
        )
    )
    follow = follow_up(careers, "leaving")
    assert follow.line.event.tolist() == [True, False, False, False]
    assert follow.cause.tolist() == [1, 2, 2, 2]


def test_leaving_after_the_year_is_no_event_of_the_year():
    careers = Careers.from_frame(
        pd.DataFrame(
            {
                "application": ["a"],
                "provider": ["P"],
                "started_work": ["2025-01-01"],
                "ended": ["2026-02-01"],
                "ended_by": ["candidate"],
            }
        ),
        cut=CUT,
    )
    follow = follow_up(careers, "leaving")
    assert follow.counts(365) == (0, 1)


def test_the_funnel_is_counted_in_steps_and_an_employers_no_in_halves():
    invited = {"invited": "2026-01-02"}
    offered = invited | {"offered": "2026-01-09"}
    careers = _careers(
        invited | {"ended": "2026-01-05", "ended_by": "candidate"},
        offered | {"ended": "2026-01-12", "ended_by": "employer"},
        offered,
        offered | {"started_work": "2026-02-01"},
    )
    follow = follow_up(careers, "withdrawal")
    rows = sorted(
        zip(follow.person.tolist(), follow.line.time.tolist(), follow.share.tolist(), strict=True)
    )
    place = STAGES.index("offered")
    assert rows == [
        (0, 2, 1),
        (1, place, 0.5),
        (1, place + 1, 0.5),
        (2, place, 1),
        (3, len(STAGES), 1),
    ]
    assert follow.counts(follow.last) == (1, 1)


def test_halves_make_the_actuarial_estimate():
    made = simulate_careers(3_000, seed=8)
    follow = follow_up(Careers.from_frame(made.frame, cut=made.cut), "withdrawal")
    line = follow.line
    found = kaplan_meier(line.time, line.event, weight=follow.share).at([follow.last])
    stayed = 1.0
    at_risk = np.array([(line.time >= step) @ follow.share for step in range(1, 8)])
    for step in range(1, 8):
        stayed *= 1 - (line.event & (line.time == step)).sum() / at_risk[step - 1]
    assert found["survival"].iloc[0] == pytest.approx(stayed)
    # What they were drawn from; as if the employer ended nothing.
    assert 1 - stayed == pytest.approx(made.truth["withdrawal"].mean(), abs=0.03)


def test_what_happened_is_not_handed_to_the_model():
    made = simulate_careers(60, seed=1)
    people = follow_up(Careers.from_frame(made.frame, cut=made.cut), "withdrawal").people
    assert {"application", "provider", "travel_minutes"} <= set(people)
    assert not set(people) & {*STAGES, "ended", "ended_by", "ended_reason", "cut"}


def test_who_was_there_when_records_began_is_left_out():
    careers = _careers(
        _worked("2026-02-01") | {"first_seen": "2026-03-01"},
        _worked("2026-03-05", "2026-04-01", "candidate") | {"first_seen": "2026-03-01"},
    )
    follow = follow_up(careers, "leaving")
    assert (len(follow), follow.late) == (1, 1)
    assert follow.people["application"].tolist() == ["a1"]


def test_nobody_at_work_is_told():
    with pytest.raises(CareersError, match="nobody"):
        follow_up(_careers({"invited": "2026-01-02"}), "leaving")
    with pytest.raises(CareersError, match="expected one of"):
        follow_up(_careers({}), "promotion")
