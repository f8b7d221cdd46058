"""What each kind of happening changes in a standing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from vbr_engine.funnel.stages import PLACES, STAGES
from vbr_engine.funnel.standing import NAMES, Happening
from vbr_engine.funnel.steps import STEPS, Step

__all__ = ["INFERRED", "KINDS", "State", "opened"]

# Stages that a provider may not have recorded; what a candidate did in the assessment is known.
INFERRED = ("interviewed", "offered", "accepted", "started_work")

# A standing while it is being worked out: its fields, by name.
State = dict[str, Any]

_NOON = time(12)


def opened(first: Happening, total: int) -> State:
    """Begin at `applied`, on the day of the first happening or the earlier one that it names.

    Parameters
    ----------
    first : Happening
    total : int
        Scenarios of the form.

    Returns
    -------
    dict
        The fields of a standing.

    Examples
    --------
    >>> opened(Happening("invited", datetime(2026, 3, 2, 9)), 14)["stage"]
    'applied'
    """
    at = first.at
    day = min(_day(first.body.get("applied"), at), at.date())
    state = dict.fromkeys(NAMES)
    state |= dict.fromkeys(("report_opened", "adjusted", "contested", "erased"), False)
    state |= dict.fromkeys(("n_calls", "n_contacts", "n_answered", "n_reminders"), 0)
    applied = _moment(day, at)
    state |= {"stage": "applied", "since": applied, "applied_at": applied, "inferred": ()}
    return state | {"reached": {"applied": day}, "total": total}


def _day(written: object, at: datetime) -> date:
    """Read an ISO date; where there is none, it is the day of the record."""
    try:
        return date.fromisoformat(str(written)) if written else at.date()
    except ValueError:
        return at.date()


def _past(happening: Happening) -> date:
    """Read the day of a step: nothing was recorded before it happened."""
    return min(_day(happening.body.get("on"), happening.at), happening.at.date())


def _moment(day: date, at: datetime) -> datetime:
    return at if day == at.date() else datetime.combine(day, _NOON, at.tzinfo)


def _reach(state: State, stage: str, at: datetime, day: date) -> None:
    """Come to a stage, unless it has ended or has come further; days never run backwards."""
    here, there = PLACES[state["stage"]], PLACES[stage]
    if state["ended"] or there <= here:
        return
    reached = state["reached"]
    day = max(day, reached[state["stage"]])
    skipped = tuple(each for each in STAGES[here + 1 : there] if each in INFERRED)
    reached.update(dict.fromkeys((*skipped, stage), day))
    if skipped:
        state["inferred"] += skipped
    state["stage"], state["since"] = stage, max(_moment(day, at), state["since"])


def _contact(state: State, at: datetime) -> None:
    state["n_contacts"] += 1
    state["first_contact_at"] = state["first_contact_at"] or at
    state["last_contact_at"] = at


def _invited(state: State, happening: Happening) -> None:
    state["last_activity_at"] = happening.at
    state["total"] = happening.body.get("total", state["total"])
    _reach(state, "invited", happening.at, happening.at.date())


def _link_renewed(state: State, happening: Happening) -> None:
    state["last_activity_at"], state["bounced_at"] = happening.at, None


def _started(state: State, happening: Happening) -> None:
    state["last_activity_at"], state["bounced_at"] = happening.at, None
    state["started_at"] = state["started_at"] or happening.at
    _reach(state, "started", happening.at, happening.at.date())


def _answered(state: State, happening: Happening) -> None:
    state["last_activity_at"] = happening.at
    if happening.body.get("revision", 1) == 1:
        state["n_answered"] += 1


def _submitted(state: State, happening: Happening) -> None:
    state["last_activity_at"] = state["submitted_at"] = happening.at
    state["adjustment_asked_at"] = None  # it came too late for one
    _reach(state, "completed", happening.at, happening.at.date())


def _first_view(state: State, happening: Happening) -> None:
    state["first_view"] = happening.body.get("view", "recorded")


def _report_opened(state: State, happening: Happening) -> None:
    state["report_opened"] = True


def _decided(state: State, happening: Happening) -> None:
    state["decision"], state["decided_at"] = happening.body.get("decision"), happening.at


def _reminded(state: State, happening: Happening) -> None:
    state["reminded_at"] = happening.at
    state["n_reminders"] += 1


def _bounced(state: State, happening: Happening) -> None:
    state["bounced_at"] = happening.at


def _adjusted(state: State, happening: Happening) -> None:
    state["adjusted"], state["adjustment_asked_at"] = True, None
    state["n_answered"] = happening.body.get("answered", state["n_answered"])


def _active(state: State, happening: Happening) -> None:
    state["last_activity_at"] = happening.at


def _adjustment_asked(state: State, happening: Happening) -> None:
    state["last_activity_at"] = state["adjustment_asked_at"] = happening.at


def _person_asked(state: State, happening: Happening) -> None:
    state["last_activity_at"] = state["person_asked_at"] = happening.at


def _request_answered(state: State, happening: Happening) -> None:
    asked = f"{happening.body.get('request')}_asked_at"
    if asked in ("person_asked_at", "adjustment_asked_at"):
        state[asked] = None


def _erased(state: State, happening: Happening) -> None:
    state["erased"] = True


def _contested(state: State, happening: Happening) -> None:
    state["contested"] = True


def _contest_answered(state: State, happening: Happening) -> None:
    state["contested"] = False


def _withdrawn(state: State, happening: Happening) -> None:
    """Let the candidate withdraw in person."""
    state["last_activity_at"] = happening.at
    how = STEPS["left" if PLACES[state["stage"]] >= PLACES["started_work"] else "withdrawn"]
    _end(state, how, Happening("step", happening.at, {**happening.body, "ended_by": "candidate"}))


def _step(state: State, happening: Happening) -> None:
    step = STEPS.get(happening.body.get("step", ""))
    if step is None or (state["ended"] and step.code not in ("called", "reopened")):
        return
    if step.contact:
        _contact(state, happening.at)
    if step.ends:
        _end(state, step, happening)
    elif step.stage:
        _come_to(state, step.stage, happening)
    else:
        _OTHERS[step.code](state, happening)


def _come_to(state: State, stage: str, happening: Happening) -> None:
    _clear_interview(state)
    _reach(state, stage, happening.at, _past(happening))


def _called(state: State, happening: Happening) -> None:
    state["n_calls"] += 1
    state["last_called_at"] = happening.at
    state["last_call"] = outcome = happening.body.get("outcome", "reached")
    if outcome == "reached":
        _contact(state, happening.at)
        state["bounced_at"] = state["person_asked_at"] = None


def _booked(state: State, happening: Happening) -> None:
    _clear_interview(state)
    state["interview_on"] = _day(happening.body.get("on"), happening.at)
    state["interview_time"] = happening.body.get("time")


def _missed(state: State, happening: Happening) -> None:
    day = state["interview_on"] or _day(happening.body.get("on"), happening.at)
    _clear_interview(state)
    state["missed_on"], state["missed_at"] = day, happening.at


def _clear_interview(state: State) -> None:
    state |= dict.fromkeys(("interview_on", "interview_time", "missed_on", "missed_at"))


def _reopened(state: State, happening: Happening) -> None:
    """Take the end back, and take in what the candidate did meanwhile."""
    state |= dict.fromkeys(("ended", "ended_on", "ended_by", "reason"))
    for stage, at in (("started", state["started_at"]), ("completed", state["submitted_at"])):
        if at is not None:
            _reach(state, stage, at, at.date())


def _end(state: State, step: Step, happening: Happening) -> None:
    if state["ended"]:
        return
    body = happening.body
    by = body.get("ended_by")
    day = max(_past(happening), state["reached"][state["stage"]])
    state |= {"ended": step.ends, "ended_on": day, "reason": body.get("reason")}
    state["ended_by"] = by if by in step.enders else step.enders[0]
    _clear_interview(state)


_Take = Callable[[State, Happening], None]
_OTHERS: dict[str, _Take] = {
    "called": _called,
    "interview-booked": _booked,
    "did-not-attend": _missed,
    "reopened": _reopened,
}
KINDS: dict[str, _Take] = {
    "invited": _invited,
    "link-renewed": _link_renewed,
    "started": _started,
    "language-chosen": _active,
    "consented": _active,
    "answered": _answered,
    "written": _answered,
    "submitted": _submitted,
    "first-view": _first_view,
    "report-opened": _report_opened,
    "decided": _decided,
    "reminded": _reminded,
    "bounced": _bounced,
    "adjustment-asked": _adjustment_asked,
    "adjusted": _adjusted,
    "person-asked": _person_asked,
    "request-answered": _request_answered,
    "contested": _contested,
    "contest-answered": _contest_answered,
    "withdrawn": _withdrawn,
    "erased": _erased,
    "step": _step,
}
