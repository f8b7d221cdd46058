"""How many are where: counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from vbr_engine.funnel import Happening, funnel_counts, standing_of

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)


def ago(days, kind, **body):
    return Happening(kind, NOW - timedelta(days=days), body)


def step(days, code, **body):
    return ago(days, "step", step=code, **body)


STANDINGS = [
    standing_of([ago(1, "invited")]),
    standing_of([ago(5, "invited")]),
    standing_of([ago(9, "invited")]),
    standing_of([ago(9, "invited"), step(1, "called", outcome="no-answer")]),
    standing_of([ago(9, "invited"), ago(1, "link-renewed")]),
    standing_of([ago(9, "invited"), ago(8, "submitted")]),
    standing_of([ago(9, "invited"), ago(8, "submitted"), step(1, "called", outcome="reached")]),
    standing_of([ago(9, "invited"), ago(8, "submitted"), ago(5, "decided", decision="hold")]),
    standing_of(
        [ago(9, "invited"), ago(8, "submitted"), step(8, "interview-booked", on="2026-03-21")]
    ),
    standing_of([ago(9, "invited"), step(3, "withdrawn", reason="pay")]),
    standing_of([ago(99, "invited"), step(80, "started-work")]),
    standing_of([ago(99, "invited"), step(80, "started-work"), step(3, "left", reason="pay")]),
]


def test_how_many_are_where_how_long_and_how_many_are_stuck():
    counts = funnel_counts(STANDINGS, NOW)
    assert {each.stage: (each.here, each.stuck, each.reached) for each in counts.stages} == {
        "applied": (0, 0, 12),
        "invited": (5, 3, 12),
        "started": (0, 0, 6),
        "completed": (4, 1, 6),
        "interviewed": (0, 0, 2),
        "offered": (0, 0, 2),
        "accepted": (0, 0, 2),
        "started_work": (1, 0, 2),
        "in_post_30": (0, 0, 0),
        "in_post_90": (0, 0, 0),
        "in_post_180": (0, 0, 0),
        "in_post_365": (0, 0, 0),
    }
    assert counts.ended == {"withdrawn": 1, "not-appointed": 0, "left": 1}
    assert (counts.total, counts.stuck) == (12, 4)
    assert [each.median_days for each in counts.stages[:4]] == [None, 9, None, 8]


def test_the_share_of_the_stuck_is_of_those_here():
    counts = {each.stage: each for each in funnel_counts(STANDINGS, NOW).stages}
    assert counts["invited"].stuck_share == pytest.approx(3 / 5)
    assert counts["offered"].stuck_share is None


@pytest.mark.parametrize(
    ("happenings", "hours"),
    [
        ([ago(9, "applied")], 24),
        ([ago(9, "invited")], 48),
        ([ago(9, "invited"), ago(8, "started")], 48),
        ([ago(9, "invited"), ago(8, "submitted")], 48),
        ([ago(9, "invited"), step(8, "attended")], 48),
        ([ago(9, "invited"), step(8, "offered")], 48),
        ([ago(9, "invited"), step(8, "accepted")], 168),
        ([ago(9, "invited"), ago(9, "submitted"), ago(8, "decided", decision="hold")], 168),
        ([ago(9, "invited"), ago(9, "submitted"), ago(8, "decided", decision="not-now")], 48),
        ([ago(9, "invited"), ago(9, "submitted"), step(8, "called", outcome="reached")], 48),
    ],
)
def test_nothing_may_happen_for_so_long_and_then_it_is_stuck(happenings, hours):
    standing, last = standing_of(happenings), happenings[-1].at
    assert not standing.is_stuck(last + timedelta(hours=hours, seconds=-1))
    assert standing.is_stuck(last + timedelta(hours=hours))


def test_a_coming_interview_is_not_stuck_and_one_that_nobody_spoke_of_is():
    booked = standing_of([ago(9, "invited"), step(8, "interview-booked", on="2026-03-20")])
    assert not booked.is_stuck(NOW)
    assert booked.is_stuck(NOW + timedelta(days=1))


def test_nobody_at_work_is_stuck():
    assert not standing_of([ago(400, "invited"), step(300, "started-work")]).is_stuck(NOW)


def test_a_call_does_not_start_an_assessment_for_the_candidate():
    spoken = standing_of([ago(9, "invited"), step(1, "called", outcome="reached")])
    assert spoken.is_stuck(NOW)
