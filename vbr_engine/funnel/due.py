"""When somebody is to be called: one rule for each kind of waiting, with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from vbr_engine.funnel.stages import POST_DAYS
from vbr_engine.funnel.standing import Standing

__all__ = ["CALL_RULES", "RETRY", "CallRule", "Due", "dues", "next_due"]

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_OURS = "ours: a rule of thumb, to be checked against what providers do"
_SPEED = (
    "Sticky People, Applicants now expect a five-star service (2017): more than 24 hours are read "
    "as a lack of interest"
)
_STAY = (
    "Department of Health and Social Care, Adult Social Care Recruitment Campaign partner toolkit: "
    "remind people the day before, stay in touch while checks take their time"
)
_FIRST_DAYS = (
    "Home Care Pulse (United States, a vendor): more than half of those who leave do so within 90 "
    "days; no such figure is published for England"
)


@dataclass(frozen=True, slots=True)
class CallRule:
    """How long somebody may wait.

    Parameters
    ----------
    why : str
        Its name.
    wait : timedelta
        From when the waiting began until the call is due.
    again : timedelta, optional
        From a call that reached them until the next; none: the call was all it needed.
    source : str
        Where the length comes from.
    pressing : bool
        Whether it is of no use a day later.

    Examples
    --------
    >>> CALL_RULES["not-started"].wait
    datetime.timedelta(days=2)
    """

    why: str
    wait: timedelta
    again: timedelta | None
    source: str
    pressing: bool = False


_RULES = (
    CallRule("applied", 4 * _HOUR, 2 * _DAY, _SPEED),
    CallRule("person-asked", 4 * _HOUR, _DAY, _OURS, pressing=True),
    CallRule("adjustment-asked", 4 * _HOUR, _DAY, _OURS, pressing=True),
    CallRule("bounced", timedelta(), 2 * _DAY, _OURS, pressing=True),
    CallRule("not-started", 2 * _DAY, 2 * _DAY, _OURS),
    CallRule("not-finished", 2 * _DAY, 2 * _DAY, _OURS),
    CallRule("finished", 4 * _HOUR, None, _SPEED),
    CallRule("undecided", 2 * _DAY, 2 * _DAY, _SPEED),
    CallRule("no-interview-day", _DAY, 2 * _DAY, _SPEED),
    CallRule("on-hold", 7 * _DAY, 7 * _DAY, _STAY),
    CallRule("not-told", 2 * _DAY, 2 * _DAY, _OURS),
    CallRule("interview-tomorrow", _DAY, None, _STAY, pressing=True),
    CallRule("interview-past", _DAY, _DAY, _OURS),
    CallRule("missed-interview", 4 * _HOUR, 7 * _DAY, _OURS),
    CallRule("interviewed", 2 * _DAY, 2 * _DAY, _SPEED),
    CallRule("offer-open", 2 * _DAY, 2 * _DAY, _SPEED),
    CallRule("keep-warm", 7 * _DAY, 7 * _DAY, _STAY),
    CallRule("first-week", 2 * _DAY, None, _FIRST_DAYS),
    *(CallRule(f"day-{days}", 7 * _DAY, 7 * _DAY, _FIRST_DAYS) for days in POST_DAYS.values()),
)
CALL_RULES = {rule.why: rule for rule in _RULES}

# After a call in vain, until the next.
RETRY = {"no-answer": _DAY, "message-left": 2 * _DAY}
# How long after a day in post anybody still asks about it, where nobody has confirmed it.
_LAST_CHECK = 60 * _DAY


@dataclass(frozen=True, slots=True)
class Due:
    """A call that becomes due.

    Parameters
    ----------
    rule : CallRule
    begun : datetime
        When the waiting began: with the last call, where there was one.
    at : datetime
        From when on it is due.
    until : datetime, optional
        From when on it is of no use.
    day : date
        What the sentence names.
    tried : str
        ``no-answer`` or ``message-left``, where the last call was in vain.

    Examples
    --------
    >>> at = datetime(2026, 3, 2, 9)
    >>> Due(CALL_RULES["finished"], at, at + timedelta(hours=4), None, at.date()).tried
    ''
    """

    rule: CallRule
    begun: datetime
    at: datetime
    until: datetime | None
    day: date
    tried: str = ""


def next_due(standing: Standing, zone: tzinfo | None = None) -> datetime | None:
    """Say when the next call becomes due, so that a store can be asked for those due by now.

    Parameters
    ----------
    standing : Standing
    zone : tzinfo, optional
        Where days begin; by default the clock that the standing was folded by.

    Returns
    -------
    datetime or None
        None where nobody is to be called.

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> next_due(standing_of([Happening("invited", datetime(2026, 3, 2, 9))]))
    datetime.datetime(2026, 3, 4, 9, 0)
    """
    return min((due.at for due in dues(standing, zone)), default=None)


def dues(standing: Standing, zone: tzinfo | None = None) -> tuple[Due, ...]:
    """List the calls that become due if nothing else happens.

    Parameters
    ----------
    standing : Standing
    zone : tzinfo, optional
        Where days begin; by default the clock that the standing was folded by.

    Returns
    -------
    tuple of Due
        None for who has ended, or is erased.

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> submitted = standing_of([Happening("submitted", datetime(2026, 3, 2, 9))])
    >>> [due.rule.why for due in dues(submitted)]
    ['finished']
    """
    if standing.ended or standing.erased:
        return ()
    found = (_due(standing, *each) for each in _waiting(standing, zone or standing.since.tzinfo))
    return tuple(due for due in found if due is not None)


_Waiting = tuple[str, datetime, date, datetime | None]


def _waiting(standing: Standing, zone: tzinfo | None) -> Iterator[_Waiting]:
    """Tell what is waited for: the rule, since when, the day to name, until when."""
    if standing.has_come_to("started_work"):
        yield from _in_post(standing, zone)
    elif standing.person_asked_at:
        yield "person-asked", standing.person_asked_at, standing.person_asked_at.date(), None
    elif standing.adjustment_asked_at:
        asked = standing.adjustment_asked_at
        yield "adjustment-asked", asked, asked.date(), None
    elif standing.bounced_at and not _in_touch_since(standing, standing.bounced_at):
        yield "bounced", standing.bounced_at, standing.bounced_at.date(), None
    elif standing.stage == "accepted":
        begun = max(standing.since, standing.last_contact_at or standing.since)
        yield "keep-warm", begun, begun.date(), None
    elif standing.stage == "offered":
        yield "offer-open", standing.since, standing.since.date(), None
    elif standing.interview_on:
        yield from _interview(zone, standing.interview_on)
    elif standing.missed_on and standing.missed_at:
        yield "missed-interview", standing.missed_at, standing.missed_on, None
    else:
        yield _before_interview(standing)


def _before_interview(standing: Standing) -> _Waiting:
    since = standing.since
    active = standing.last_activity_at or since
    if standing.stage == "applied":
        return "applied", since, since.date(), None
    if standing.stage == "invited":
        return "not-started", active, since.date(), None
    if standing.stage == "started":
        return "not-finished", active, active.date(), None
    if standing.stage == "interviewed":
        return "interviewed", max(since, standing.last_contact_at or since), since.date(), None
    if standing.decision and standing.decided_at:
        why = _DECIDED.get(standing.decision, "undecided")
        return why, standing.decided_at, standing.decided_at.date(), None
    why = "undecided" if _in_touch_since(standing, since) else "finished"
    return why, since, since.date(), None


_DECIDED = {"invite-to-interview": "no-interview-day", "hold": "on-hold", "not-now": "not-told"}


def _interview(zone: tzinfo | None, day: date) -> Iterator[_Waiting]:
    begins = _start(zone, day)
    yield "interview-tomorrow", begins - 2 * _DAY, day, begins + _DAY
    yield "interview-past", begins, day, None


def _in_post(standing: Standing, zone: tzinfo | None) -> Iterator[_Waiting]:
    first = standing.reached["started_work"]
    days = list(POST_DAYS.items())
    begins = _start(zone, first)
    if standing.stage == "started_work":
        yield "first-week", begins + _DAY, first, begins + days[0][1] * _DAY
    for place, (stage, number) in enumerate(days):
        if standing.has_come_to(stage):
            continue
        last = place + 1 == len(days)
        gone = number * _DAY + _LAST_CHECK if last else days[place + 1][1] * _DAY
        yield f"day-{number}", begins + (number - 7) * _DAY, first, begins + gone


def _start(zone: tzinfo | None, day: date) -> datetime:
    return datetime.combine(day, time(), zone)


def _in_touch_since(standing: Standing, begun: datetime) -> bool:
    return standing.last_contact_at is not None and standing.last_contact_at >= begun


def _due(
    standing: Standing, why: str, begun: datetime, day: date, until: datetime | None
) -> Due | None:
    rule = CALL_RULES[why]
    called, tried = standing.last_called_at, standing.last_call or ""
    if rule.again is None and _in_touch_since(standing, begun):
        return None
    if called is None or called < begun:
        return Due(rule, begun, begun + rule.wait, until, day)
    wait = RETRY.get(tried, rule.again or rule.wait)
    at = max(called + wait, begun + rule.wait)
    return Due(rule, called, at, until, day, tried if tried in RETRY else "")
