"""From what happened to where it stands: one happening after the other, or all of them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from vbr_engine.funnel.stages import PLACES, STAGES
from vbr_engine.funnel.standing import NAMES, Happening, Standing
from vbr_engine.funnel.steps import STEPS, Step

__all__ = ["INFERRED", "fold", "last_step", "numbered", "skipped_stages", "standing_of"]

# Stages that a provider may not have recorded; what a candidate did in the assessment is known.
INFERRED = ("interviewed", "offered", "accepted", "started_work")

_NOON = time(12)
_State = dict[str, Any]


def fold(standing: Standing | None, happening: Happening, *, total: int = 0) -> Standing:
    """Take in one more happening.

    Parameters
    ----------
    standing : Standing, optional
        Where it stood; none before the first happening.
    happening : Happening
        One of an unknown kind changes nothing.
    total : int
        Scenarios of the form, where the first happening does not say so.

    Returns
    -------
    Standing

    Raises
    ------
    ValueError
        If something is to be undone: that takes the whole history, see `standing_of`.

    Examples
    --------
    >>> from datetime import datetime
    >>> invited = fold(None, Happening("invited", datetime(2026, 3, 2, 9)))
    >>> booked = {"step": "interview-booked", "on": "2026-03-09"}
    >>> standing = fold(invited, Happening("step", datetime(2026, 3, 3, 9), booked))
    >>> standing.stage, standing.interview_on
    ('invited', datetime.date(2026, 3, 9))
    """
    if happening.kind == "undone":
        raise ValueError("a step that is undone takes the whole history: use standing_of")
    take_in = _KINDS.get(happening.kind)
    if standing is not None and take_in is None:
        return standing
    state = _opened(happening, total) if standing is None else _thawed(standing)
    if take_in is not None:
        take_in(state, happening)
    return Standing(**state)


def standing_of(happenings: Iterable[Happening], *, total: int = 0) -> Standing:
    """Work out where an application stands from all that happened.

    Parameters
    ----------
    happenings : iterable of Happening
        Oldest first. A step that a later one of the kind ``undone`` names by its ``number`` counts
        as if it had never been; nothing but a step can be undone.
    total : int
        Scenarios of the form, where the first happening does not say so.

    Returns
    -------
    Standing

    Raises
    ------
    ValueError
        If nothing has happened.

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9)
    >>> standing_of([
    ...     Happening("invited", at),
    ...     Happening("step", at, {"step": "not-appointed", "reason": "post-filled"}),
    ...     Happening("undone", at, {"number": 2}),
    ... ]).ended is None
    True
    """
    state: _State | None = None
    for happening in numbered(happenings):
        if state is None:
            state = _opened(happening, total)
        take_in = _KINDS.get(happening.kind)
        if take_in is not None:
            take_in(state, happening)
    if state is None:
        raise ValueError("nothing has happened to this application")
    return Standing(**state)


def numbered(happenings: Iterable[Happening]) -> Sequence[Happening]:
    """Give the happenings that count: no step that was undone, and nothing that undoes.

    Parameters
    ----------
    happenings : iterable of Happening
        Oldest first; one without a number has that of its place.

    Returns
    -------
    sequence of Happening

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9)
    >>> [each.kind for each in numbered([
    ...     Happening("step", at, {"step": "called"}), Happening("undone", at, {"number": 1})])]
    []
    """
    happenings = list(happenings)
    void = {each.body.get("number") for each in happenings if each.kind == "undone"}
    if not void:
        return happenings
    return [
        each
        for place, each in enumerate(happenings, start=1)
        if each.kind != "undone" and not (each.kind == "step" and (each.number or place) in void)
    ]


def last_step(happenings: Iterable[Happening]) -> Happening | None:
    """Find the step that an undo would take back: the last that still counts.

    Parameters
    ----------
    happenings : iterable of Happening
        Oldest first, each with its number.

    Returns
    -------
    Happening or None

    Examples
    --------
    >>> from datetime import datetime
    >>> at = datetime(2026, 3, 2, 9)
    >>> last_step([Happening("invited", at, number=1)]) is None
    True
    """
    steps = [each for each in numbered(happenings) if each.kind == "step"]
    return steps[-1] if steps else None


def skipped_stages(standing: Standing, stage: str) -> tuple[str, ...]:
    """List the stages that reaching one would record as well, as of the same day.

    Parameters
    ----------
    standing : Standing
    stage : str

    Returns
    -------
    tuple of str
        Only what the employer sees; nobody is taken to have sat an assessment.

    Examples
    --------
    >>> from datetime import datetime
    >>> invited = fold(None, Happening("invited", datetime(2026, 3, 2)))
    >>> skipped_stages(invited, "accepted")
    ('interviewed', 'offered')
    """
    between = STAGES[PLACES[standing.stage] + 1 : PLACES[stage]]
    return tuple(each for each in between if each in INFERRED)


def _opened(first: Happening, total: int) -> _State:
    """Begin at `applied`, on the day of the first happening or the earlier one that it names."""
    at = first.at
    day = min(_day(first.body.get("applied"), at), at.date())
    state = dict.fromkeys(NAMES)
    state |= dict.fromkeys(("report_opened", "adjusted", "contested"), False)
    state |= dict.fromkeys(("n_calls", "n_contacts", "n_answered", "n_reminders"), 0)
    applied = _moment(day, at)
    state |= {"stage": "applied", "since": applied, "applied_at": applied, "inferred": ()}
    return state | {"reached": {"applied": day}, "total": total}


def _thawed(standing: Standing) -> _State:
    state = {name: getattr(standing, name) for name in NAMES}
    state["reached"] = dict(standing.reached)
    return state


def _day(written: object, at: datetime) -> date:
    """Read an ISO date; where there is none, it is the day of the record."""
    try:
        return date.fromisoformat(str(written)) if written else at.date()
    except ValueError:
        return at.date()


def _moment(day: date, at: datetime) -> datetime:
    return at if day == at.date() else datetime.combine(day, _NOON, at.tzinfo)


def _reach(state: _State, stage: str, at: datetime, day: date) -> None:
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


def _contact(state: _State, at: datetime) -> None:
    state["n_contacts"] += 1
    state["first_contact_at"] = state["first_contact_at"] or at
    state["last_contact_at"] = at


def _invited(state: _State, happening: Happening) -> None:
    state["last_activity_at"] = happening.at
    state["total"] = happening.body.get("total", state["total"])
    _reach(state, "invited", happening.at, happening.at.date())


def _link_renewed(state: _State, happening: Happening) -> None:
    state["last_activity_at"], state["bounced_at"] = happening.at, None


def _started(state: _State, happening: Happening) -> None:
    state["last_activity_at"], state["bounced_at"] = happening.at, None
    state["started_at"] = state["started_at"] or happening.at
    _reach(state, "started", happening.at, happening.at.date())


def _answered(state: _State, happening: Happening) -> None:
    state["last_activity_at"] = happening.at
    if happening.body.get("revision", 1) == 1:
        state["n_answered"] += 1


def _submitted(state: _State, happening: Happening) -> None:
    state["last_activity_at"] = state["submitted_at"] = happening.at
    _reach(state, "completed", happening.at, happening.at.date())


def _first_view(state: _State, happening: Happening) -> None:
    state["first_view"] = happening.body.get("view", "recorded")


def _report_opened(state: _State, happening: Happening) -> None:
    state["report_opened"] = True


def _decided(state: _State, happening: Happening) -> None:
    state["decision"], state["decided_at"] = happening.body.get("decision"), happening.at


def _reminded(state: _State, happening: Happening) -> None:
    state["reminded_at"] = happening.at
    state["n_reminders"] += 1


def _bounced(state: _State, happening: Happening) -> None:
    state["bounced_at"] = happening.at


def _adjusted(state: _State, happening: Happening) -> None:
    state["adjusted"] = True


def _contested(state: _State, happening: Happening) -> None:
    state["contested"] = True


def _contest_answered(state: _State, happening: Happening) -> None:
    state["contested"] = False


def _withdrawn(state: _State, happening: Happening) -> None:
    """Let the candidate withdraw in person."""
    how = STEPS["left" if PLACES[state["stage"]] >= PLACES["started_work"] else "withdrawn"]
    _end(state, how, Happening("step", happening.at, {**happening.body, "ended_by": "candidate"}))


def _step(state: _State, happening: Happening) -> None:
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


def _come_to(state: _State, stage: str, happening: Happening) -> None:
    state["interview_on"] = state["interview_time"] = state["missed_on"] = None
    _reach(state, stage, happening.at, _day(happening.body.get("on"), happening.at))


def _called(state: _State, happening: Happening) -> None:
    state["n_calls"] += 1
    state["last_called_at"] = happening.at
    state["last_call"] = outcome = happening.body.get("outcome", "reached")
    if outcome != "no-answer":
        _contact(state, happening.at)
    if outcome == "reached":
        state["bounced_at"] = None


def _booked(state: _State, happening: Happening) -> None:
    state["interview_on"] = _day(happening.body.get("on"), happening.at)
    state["interview_time"], state["missed_on"] = happening.body.get("time"), None


def _missed(state: _State, happening: Happening) -> None:
    on = happening.body.get("on")
    state["missed_on"] = _day(on, happening.at) if on else state["interview_on"]
    state["missed_on"] = state["missed_on"] or happening.at.date()
    state["interview_on"] = state["interview_time"] = None


def _reopened(state: _State, happening: Happening) -> None:
    """Take the end back, and take in what the candidate did meanwhile."""
    state |= dict.fromkeys(("ended", "ended_on", "ended_by", "reason"))
    for stage, at in (("started", state["started_at"]), ("completed", state["submitted_at"])):
        if at is not None:
            _reach(state, stage, at, at.date())


def _end(state: _State, step: Step, happening: Happening) -> None:
    if state["ended"]:
        return
    body, at = happening.body, happening.at
    by = body.get("ended_by")
    day = max(_day(body.get("on"), at), state["reached"][state["stage"]])
    state |= {"ended": step.ends, "ended_on": day, "reason": body.get("reason")}
    state["ended_by"] = by if by in step.enders else step.enders[0]
    state["interview_on"] = state["interview_time"] = state["missed_on"] = None


_Take = Callable[[_State, Happening], None]
_OTHERS: dict[str, _Take] = {
    "called": _called,
    "interview-booked": _booked,
    "did-not-attend": _missed,
    "reopened": _reopened,
}
_KINDS: dict[str, _Take] = {
    "invited": _invited,
    "link-renewed": _link_renewed,
    "started": _started,
    "answered": _answered,
    "submitted": _submitted,
    "first-view": _first_view,
    "report-opened": _report_opened,
    "decided": _decided,
    "reminded": _reminded,
    "bounced": _bounced,
    "adjusted": _adjusted,
    "contested": _contested,
    "contest-answered": _contest_answered,
    "withdrawn": _withdrawn,
    "step": _step,
}
