"""What may follow what: lenient about stages that a small provider skips, strict about days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from vbr_engine.funnel.days import day_in_full
from vbr_engine.funnel.reasons import reasons_for
from vbr_engine.funnel.stages import POST_DAYS, STAGE_WORDS
from vbr_engine.funnel.standing import Standing
from vbr_engine.funnel.steps import CALL_OUTCOMES, STEP_WORDS, STEPS, Step

__all__ = ["FURTHEST_INTERVIEW", "STEP_PROBLEMS", "StepProblem", "allowed_steps", "check_step"]

_WITHOUT_DAY = ("called", "reopened")
FURTHEST_INTERVIEW = timedelta(days=365)

# Key -> sentence, with values to fill in.
STEP_PROBLEMS = {
    "unknown-step": "There is no step called %(step)s.",
    "not-invited": "Invite this person first.",
    "ended": "This application has ended. Reopen it first.",
    "not-ended": "This application is open already.",
    "not-now": "“%(step)s” comes too late: the stage is already “%(stage)s”.",
    "not-yet": "“%(step)s” comes too early: this person has not started work.",
    "at-work": "This person has started work. Record that they left.",
    "no-interview": "No interview is booked.",
    "no-offer": "No offer is recorded.",
    "day-missing": "Enter a day.",
    "day-ahead": "Enter a day that is not in the future.",
    "day-too-far": "Enter a day within the next year.",
    "interview-past": "Enter the day of the interview: today or later.",
    "day-early": "Enter a day from %(day)s on, the day of “%(stage)s”.",
    "too-early": "%(number)s days in post are reached on %(day)s.",
    "outcome": "Choose what came of the call.",
    "reason": "Choose a reason.",
    "ended-by": "Choose who ended it.",
}


@dataclass(frozen=True, slots=True)
class StepProblem:
    """Why a step cannot be recorded.

    Parameters
    ----------
    key : str
        One of `STEP_PROBLEMS`.
    part : {"step", "on", "reason", "ended_by", "outcome"}
        The field to point at.
    values : mapping
        What the sentence names: days as dates, stages and steps as their codes.

    Examples
    --------
    >>> StepProblem("reason", "reason").words
    'Choose a reason.'
    """

    key: str
    part: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The sentence in English."""
        shown = {name: _shown(name, value) for name, value in self.values.items()}
        return STEP_PROBLEMS[self.key] % shown


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return day_in_full(value)
    labels = {"stage": STAGE_WORDS, "step": STEP_WORDS}.get(name, {})
    return labels.get(value, value)


def allowed_steps(standing: Standing | None, today: date | None = None) -> tuple[Step, ...]:
    """List the steps that can be recorded now, the most likely next one first.

    Parameters
    ----------
    standing : Standing, optional
        None before the invitation: then there are none.
    today : date, optional
        Leaves out what it is too early for.

    Returns
    -------
    tuple of Step

    Examples
    --------
    >>> from datetime import datetime
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> standing = standing_of([Happening("submitted", datetime(2026, 3, 2, 9))])
    >>> [step.code for step in allowed_steps(standing)][:3]
    ['called', 'interview-booked', 'attended']
    """
    if standing is None:
        return ()
    steps = [STEPS[code] for code in _order(standing, today)]
    return tuple(step for step in steps if not _misfit(standing, step))


def check_step(
    standing: Standing | None,
    step: str,
    *,
    on: date | None,
    today: date,
    reason: str | None = None,
    ended_by: str | None = None,
    outcome: str | None = None,
) -> tuple[StepProblem, ...]:
    """Say why a step cannot be recorded.

    Parameters
    ----------
    standing : Standing, optional
    step : str
        Code of `STEPS`.
    on : date, optional
        Its day; of an interview that was booked, the day of the interview. A call needs none.
    today : date
    reason : str, optional
        Code of the reason for an end.
    ended_by : str, optional
        Who ended a job.
    outcome : str, optional
        What came of a call.

    Returns
    -------
    tuple of StepProblem
        None of them: it can be recorded.

    Examples
    --------
    >>> from datetime import datetime
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> standing = standing_of([Happening("invited", datetime(2026, 3, 2, 9))])
    >>> today = date(2026, 3, 5)
    >>> check_step(standing, "offered", on=today, today=today)
    ()
    >>> [problem.words for problem in check_step(standing, "withdrawn", on=None, today=today)]
    ['Enter a day.', 'Choose a reason.']
    """
    known = STEPS.get(step)
    if known is None:
        return (StepProblem("unknown-step", "step", {"step": step}),)
    if standing is None:
        return (StepProblem("not-invited", "step"),)
    misfit = _misfit(standing, known)
    if misfit:
        return (misfit,)
    found = [_wrong_day(standing, known, on, today)]
    if known.code == "called" and outcome not in CALL_OUTCOMES:
        found.append(StepProblem("outcome", "outcome"))
    if known.ends:
        found += _wrong_end(known, ended_by, reason)
    return tuple(problem for problem in found if problem)


def _order(standing: Standing, today: date | None) -> tuple[str, ...]:
    """Put the steps into the order in which a recruiter is likely to want them."""
    if standing.ended:
        return ("reopened", "called")
    if standing.has_come_to("started_work"):
        return (*_days_in_post(standing, today), "called", "left")
    first: tuple[str, ...] = ("called", "interview-booked", "attended", "did-not-attend")
    if standing.interview_on and (today is None or standing.interview_on <= today):
        first = ("attended", "did-not-attend", "called", "interview-booked")
    elif standing.decision == "invite-to-interview" and not standing.has_come_to("interviewed"):
        first = ("interview-booked", "called", "attended")
    elif standing.stage == "interviewed":
        first = ("offered", "called", "interview-booked")
    elif standing.stage == "offered":
        first = ("accepted", "declined-offer", "called")
    elif standing.stage == "accepted":
        first = ("started-work", "called")
    rest = ("offered", "accepted", "started-work", "withdrawn", "not-appointed")
    return tuple(dict.fromkeys((*first, *rest)))


def _days_in_post(standing: Standing, today: date | None) -> tuple[str, ...]:
    """Give the days in post that can be confirmed, the latest first; all, without a today."""
    if today is None:
        return _IN_POST
    early = (_too_early(standing, STEPS[code], today) for code in _IN_POST)
    return tuple(code for code, too in zip(_IN_POST, early, strict=True) if not too)[::-1]


_IN_POST = tuple(f"in-post-{days}" for days in POST_DAYS.values())


def _misfit(standing: Standing, step: Step) -> StepProblem | None:
    if standing.ended and step.code not in ("reopened", "called"):
        return StepProblem("ended", "step")
    if step.code == "reopened":
        return None if standing.ended else StepProblem("not-ended", "step")
    at_work = standing.has_come_to("started_work")
    if (step.ends == "left" or step.code in _IN_POST) and not at_work:
        return StepProblem("not-yet", "step", {"step": step.code})
    if step.ends in ("withdrawn", "not-appointed") and at_work:
        return StepProblem("at-work", "step")
    return _passed(standing, step)


def _passed(standing: Standing, step: Step) -> StepProblem | None:
    """Find out whether it has gone beyond this step; a second interview needs to be booked."""
    late = StepProblem("not-now", "step", {"step": step.code, "stage": standing.stage})
    if step.code in ("interview-booked", "attended", "did-not-attend"):
        if standing.has_come_to("offered"):
            return late
        if standing.interview_on or step.code == "interview-booked":
            return None
        skipped = step.code == "attended" and standing.stage != "interviewed"
        return None if skipped else StepProblem("no-interview", "step")
    if step.code == "declined-offer" and standing.stage != "offered":
        return late if standing.has_come_to("accepted") else StepProblem("no-offer", "step")
    return late if step.stage and standing.has_come_to(step.stage) else None


def _wrong_day(standing: Standing, step: Step, on: date | None, today: date) -> StepProblem | None:
    if on is None:
        return None if step.code in _WITHOUT_DAY else StepProblem("day-missing", "on")
    if step.code == "interview-booked":
        if on < today:
            return StepProblem("interview-past", "on")
        return StepProblem("day-too-far", "on") if on - today > FURTHEST_INTERVIEW else None
    if on > today:
        return StepProblem("day-ahead", "on")
    last = standing.reached[standing.stage]
    if on < last and step.code not in _WITHOUT_DAY:
        return StepProblem("day-early", "on", {"day": last, "stage": standing.stage})
    return _too_early(standing, step, on)


def _too_early(standing: Standing, step: Step, on: date) -> StepProblem | None:
    days = POST_DAYS.get(step.stage or "")
    if days is None or not standing.has_come_to("started_work"):
        return None
    due = standing.reached["started_work"] + timedelta(days=days)
    return StepProblem("too-early", "on", {"number": days, "day": due}) if on < due else None


def _wrong_end(step: Step, ended_by: str | None, reason: str | None) -> list[StepProblem]:
    by = ended_by or (step.enders[0] if len(step.enders) == 1 else None)
    if by not in step.enders:
        return [StepProblem("ended-by", "ended_by")]
    if reason not in reasons_for(step.ends or "", by):
        return [StepProblem("reason", "reason")]
    return []
