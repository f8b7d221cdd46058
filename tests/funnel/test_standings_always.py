"""Whatever happens, in whatever order: one fold, one end, days that never run backwards."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.funnel import (
    CAUSES,
    ENDS,
    REASON_WORDS,
    STAGES,
    STEPS,
    Happening,
    Standing,
    allowed_steps,
    call_list,
    career_row,
    check_step,
    dues,
    fold,
    funnel_counts,
    last_step,
    next_due,
    skipped_stages,
    standing_of,
)
from vbr_engine.funnel.reasons import reasons_for
from vbr_engine.risk import Careers

patient = settings(deadline=None)
FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)
KINDS = (
    *("invited", "link-renewed", "started", "answered", "submitted", "first-view"),
    *("report-opened", "decided", "reminded", "bounced", "adjusted", "contested"),
    *("contest-answered", "withdrawn", "erased", "something-new"),
    *(
        "adjustment-asked",
        "person-asked",
        "request-answered",
        "written",
        "consented",
        "facts",
        "moved",
    ),
)


@st.composite
def bodies_of_steps(draw, at):
    """A step as a page might send it, or as a broken client might."""
    body = {"step": draw(st.sampled_from([*STEPS, "no-such-step"]))}
    apart = draw(st.one_of(st.none(), st.integers(-60, 60)))
    if apart is not None:
        body["on"] = (at + timedelta(days=apart)).date().isoformat()
    if apart == 0:
        body["on"] = "next Tuesday"
    body["outcome"] = draw(st.sampled_from(["reached", "no-answer", "message-left"]))
    body["ended_by"] = draw(st.sampled_from([None, *CAUSES, "nobody"]))
    body["reason"] = draw(st.sampled_from([None, *REASON_WORDS]))
    return body


@st.composite
def histories(draw, undoing=False, most=25):
    at, made = FIRST, []
    for number in range(1, draw(st.integers(1, most)) + 1):
        at += timedelta(hours=draw(st.one_of(st.integers(0, 30), st.integers(0, 3000))))
        kind = draw(st.sampled_from(("step", *KINDS, "step", "step")))
        if undoing and number > 1 and draw(st.integers(0, 4)) == 0:
            made.append(
                Happening("undone", at, {"number": draw(st.integers(1, number - 1))}, number)
            )
            continue
        body = draw(bodies_of_steps(at)) if kind == "step" else _body(draw, kind)
        made.append(Happening(kind, at, body, number))
    return made


def _body(draw, kind):
    if kind == "answered":
        return {"revision": draw(st.integers(1, 3))}
    if kind == "decided":
        return {"decision": draw(st.sampled_from(["invite-to-interview", "hold", "not-now"]))}
    return {"total": 14} if kind == "invited" else {}


def folded(happenings):
    standing = None
    for happening in happenings:
        standing = fold(standing, happening)
    return standing


@patient
@given(histories())
def test_one_after_the_other_is_the_same_as_all_at_once(happenings):
    assert folded(happenings) == standing_of(happenings)


@patient
@given(histories(undoing=True))
def test_what_was_undone_might_as_well_never_have_been(happenings):
    void = {each.body["number"] for each in happenings if each.kind == "undone"}
    left = [
        each
        for each in happenings
        if each.kind != "undone" and not (each.kind == "step" and each.number in void)
    ]
    if left:
        assert standing_of(happenings) == folded(left)


@patient
@given(histories(undoing=True))
def test_undo_of_the_last_step_gives_the_standing_before_it(happenings):
    last = last_step(happenings)
    if last is None or len(happenings) == 1:
        return
    without = [each for each in happenings if each is not last]
    undo = Happening("undone", happenings[-1].at, {"number": last.number}, len(happenings) + 1)
    if any(each.kind != "undone" for each in without):
        try:
            before = standing_of(without)
        except ValueError:
            return
        assert standing_of([*happenings, undo]) == before


@patient
@given(histories())
def test_days_never_run_backwards_and_nothing_ends_twice(happenings):
    ends = []
    standing = None
    for happening in happenings:
        before, standing = standing, fold(standing, happening)
        days = [standing.reached[stage] for stage in STAGES if stage in standing.reached]
        assert days == sorted(days)
        assert standing.stage == [stage for stage in STAGES if stage in standing.reached][-1]
        if before is not None:
            assert STAGES.index(standing.stage) >= STAGES.index(before.stage)
            assert standing.since >= before.since
            ends.append((before.ended, standing.ended, happening.body.get("step")))
        ended = (standing.ended is None, standing.ended_on is None, standing.ended_by is None)
        assert len(set(ended)) == 1
        if standing.ended:
            assert standing.ended in ENDS
            assert standing.ended_on >= days[-1]
    for before, after, step in ends:
        if before is not None:
            assert after == before or (after is None and step == "reopened")


@patient
@given(histories())
def test_nobody_is_taken_to_have_sat_an_assessment(happenings):
    standing = standing_of(happenings)
    kinds = {each.kind for each in happenings}
    assert "started" in kinds or "started" not in standing.reached
    assert "submitted" in kinds or "completed" not in standing.reached
    assert not {"invited", "started", "completed"} & set(standing.inferred)


@patient
@given(histories())
def test_it_comes_back_from_json_as_it_was(happenings):
    standing = standing_of(happenings)
    assert Standing.from_dict(json.loads(json.dumps(standing.to_dict()))) == standing


@patient
@given(histories(), st.integers(0, 400))
def test_who_is_on_the_list_is_due_open_and_there_once(happenings, days):
    standing = standing_of(happenings)
    now = happenings[-1].at + timedelta(days=days)
    calls = call_list({"a": standing}, now)
    assert len(calls) <= 1
    if standing.ended:
        assert not calls
        assert next_due(standing) is None
    for call in calls:
        assert call.due <= now
        assert next_due(standing) <= now
        assert call.words
        assert "%" not in call.words
    open_now = [d for d in dues(standing) if d.at <= now and (d.until is None or now < d.until)]
    assert bool(open_now) == bool(calls)


@settings(deadline=None, max_examples=40)
@given(st.lists(histories(most=8), min_size=1, max_size=6))
def test_every_history_makes_a_row_that_the_risk_models_read(several):
    rows = [
        career_row(happenings, {"application": f"a{number}", "provider": "P"})
        for number, happenings in enumerate(several)
    ]
    cut = max(each[-1].at for each in several).date()
    careers = Careers.from_frame(pd.DataFrame(rows), cut=cut + timedelta(days=1))
    for row, happenings in zip(careers.frame.to_dict("records"), several, strict=True):
        standing = standing_of(happenings)
        assert pd.isna(row["ended"]) == (standing.ended is None)
        assert row["applied"].date() == standing.reached["applied"]


@patient
@given(st.lists(histories(), max_size=8), st.integers(0, 60))
def test_counts_add_up(several, days):
    standings = [standing_of(each) for each in several]
    now = FIRST + timedelta(days=400 + days)
    counts = funnel_counts(standings, now)
    assert counts.total == len(standings)
    assert sum(stage.here for stage in counts.stages) + sum(counts.ended.values()) == counts.total
    assert counts.stuck == sum(standing.is_stuck(now) for standing in standings)
    assert [stage.reached for stage in counts.stages] == [
        sum(standing.has_come_to(stage) for standing in standings) for stage in STAGES
    ]


@patient
@given(st.data())
def test_a_step_without_a_problem_does_what_its_button_says(data):
    """Walk through the funnel by what is offered; the model is the list of steps itself."""
    standing, at = standing_of([Happening("invited", FIRST)]), FIRST
    for _ in range(data.draw(st.integers(1, 14))):
        at += timedelta(days=data.draw(st.integers(0, 40)))
        offered = allowed_steps(standing, at.date())
        assert len({step.code for step in offered}) == len(offered)
        step = data.draw(st.sampled_from(offered))
        by = data.draw(st.sampled_from(step.enders)) if step.enders else None
        reason = data.draw(st.sampled_from(reasons_for(step.ends, by))) if step.ends else None
        outcome = "reached" if step.code == "called" else None
        given_ = {"reason": reason, "ended_by": by, "outcome": outcome}
        problems = check_step(standing, step.code, on=at.date(), today=at.date(), **given_)
        assert not problems
        inferred = skipped_stages(standing, step.stage) if step.stage else ()
        body = {"step": step.code, "on": at.date().isoformat(), **given_}
        after = fold(standing, Happening("step", at, body))
        assert after.inferred == standing.inferred + (
            inferred if after.stage != standing.stage else ()
        )
        assert after.ended == (step.ends or (None if step.code == "reopened" else standing.ended))
        assert step.stage is None or after.has_come_to(step.stage)
        if step.ends:
            assert (after.ended_by, after.reason) == (by, reason)
        standing = after


@patient
@given(histories(), st.sampled_from(list(STEPS)), st.integers(0, 20))
def test_what_is_not_offered_is_refused(happenings, code, days):
    standing = standing_of(happenings)
    today = (happenings[-1].at + timedelta(days=days)).date()
    problems = check_step(
        standing,
        code,
        on=today,
        today=today,
        reason="other",
        ended_by=(STEPS[code].enders or (None,))[0],
        outcome="reached",
    )
    offered = code in {step.code for step in allowed_steps(standing, today)}
    # A day may still be wrong where the step fits: an earlier record may lie in the future.
    assert offered == (not [each for each in problems if each.key not in ("day-early",)])
    assert all(problem.words for problem in problems)


def test_another_way_to_answer_counts_its_own_answers():
    """Answers chosen are kept when the way changes, and do not count as answers in own words."""
    made = [
        Happening("invited", FIRST, {"total": 14}, 1),
        Happening("started", FIRST, {}, 2),
        *(Happening("answered", FIRST, {"revision": 1}, n) for n in (3, 4, 5)),
        Happening("adjusted", FIRST, {"mode": "typed", "answered": 0}, 6),
        Happening("written", FIRST, {"revision": 1}, 7),
    ]
    assert folded(made).n_answered == 1
    back = Happening("adjusted", FIRST, {"mode": "entered", "answered": 3}, 8)
    assert folded([*made, back]).n_answered == 3
