"""Whom to call today, and why, in a plain sentence. No score and no risk figure comes in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from vbr_engine.funnel.days import day_words
from vbr_engine.funnel.due import Due, dues
from vbr_engine.funnel.standing import Standing

__all__ = ["CALL_SENTENCES", "TRIED_SENTENCES", "URGENCY_WORDS", "Call", "call_list"]

# %(day)s is a day with its preposition, such as "on Monday" or "yesterday".
CALL_SENTENCES = {
    "applied": "Applied %(day)s; has not been invited yet.",
    "person-asked": "Asked %(day)s to speak with a person.",
    "adjustment-asked": "Asked %(day)s for an adjustment; none is agreed yet.",
    "bounced": "Our message came back %(day)s. Ask for the right address.",
    "not-started": "Invited %(day)s; has not started.",
    "not-finished": "Stopped %(day)s after %(answered)d of %(total)d scenarios.",
    "not-finished-unknown": "Started, and stopped %(day)s.",
    "finished": "Finished %(day)s; nobody has called since.",
    "finished-tried": "Finished %(day)s; nobody has spoken with them since.",
    "undecided": "Finished %(day)s; nothing is decided yet.",
    "no-interview-day": "Chosen for an interview %(day)s; no day is agreed yet.",
    "on-hold": "Put on hold %(day)s. Tell them how things stand.",
    "not-told": "Decided against %(day)s, and still open here. Tell them, unless that is done, "
    "and record it.",
    "interview-tomorrow": "The interview is %(day)s. Ask if they can come.",
    "interview-past": "The interview was %(day)s. Did they come?",
    "missed-interview": "Missed the interview %(day)s. Ask what happened.",
    "interviewed": "Interviewed %(day)s; no offer and no answer yet.",
    "offer-open": "Offered the job %(day)s; has not answered.",
    "keep-warm": "Accepted the job; last in touch %(day)s. Keep in touch until the first day.",
    "first-week": "Started work %(day)s. Ask how the first days are going.",
    "day-30": "Started work %(day)s. Ask how the first 30 days went.",
    "day-90": "Started work %(day)s. Ask how the first 90 days went.",
    "day-180": "Started work %(day)s. Ask how the first half year went.",
    "day-365": "Started work %(day)s. Ask how the first year went.",
}
TRIED_SENTENCES = {
    "no-answer": "No answer %(called)s.",
    "message-left": "We left a message %(called)s.",
}
URGENCY_WORDS = {"now": "Today", "late": "Late", "due": "Due"}

_TWICE = 2.0


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to call.

    Parameters
    ----------
    key : str
        Whose application.
    why : str
        Key of `CALL_SENTENCES`.
    words : str
        The sentence in English, with one about the last call in vain.
    urgency : {"now", "late", "due"}
        Of no use tomorrow; waiting for at least twice as long as the rule says; or simply due.
    due : datetime
        Since when the call is due.
    tried : str
        Key of `TRIED_SENTENCES`, or empty.
    values : mapping
        What the sentences name: ``day`` and ``called`` as dates, ``answered``, ``total``.

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> standing = standing_of([Happening("submitted", datetime(2026, 3, 2, 9))])
    >>> call, = call_list({"a": standing}, datetime(2026, 3, 4, 9))
    >>> call.words, call.urgency
    ('Finished on Monday; nobody has called since.', 'late')
    """

    key: str
    why: str
    words: str
    urgency: str
    due: datetime
    tried: str
    values: Mapping[str, Any]


def call_list(
    standings: Mapping[str, Standing] | Iterable[tuple[str, Standing]], now: datetime
) -> tuple[Call, ...]:
    """Say whom to call today, and why: one reason each.

    Parameters
    ----------
    standings : mapping of str to Standing, or iterable of pairs
        By application.
    now : datetime
        By the clock whose days are meant: give local time.

    Returns
    -------
    tuple of Call
        What cannot wait until tomorrow first; then who waits longest, measured by how long the
        rule lets them wait. Nobody whose application or job has ended.

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> invited = standing_of([Happening("invited", datetime(2026, 3, 2, 9))])
    >>> call_list({"a": invited}, datetime(2026, 3, 3, 9))
    ()
    >>> call_list({"a": invited}, datetime(2026, 3, 5, 9))[0].words
    'Invited on Monday; has not started.'
    """
    pairs = standings.items() if isinstance(standings, Mapping) else standings
    found = []
    for key, standing in pairs:
        due = _first(standing, now)
        if due is not None:
            found.append((_place(due, now), key, standing, due))
    found.sort(key=lambda each: (each[0], each[1]))
    return tuple(_call(key, standing, due, now) for _, key, standing, due in found)


def _first(standing: Standing, now: datetime) -> Due | None:
    """Choose one reason: the most pressing of those that are due and still of use."""
    open_now = [
        due
        for due in dues(standing, now.tzinfo)
        if due.at <= now and (due.until is None or now < due.until)
    ]
    return min(open_now, key=lambda due: _place(due, now), default=None)


def _place(due: Due, now: datetime) -> tuple[bool, float]:
    return not due.rule.pressing, -_share(due, now)


def _share(due: Due, now: datetime) -> float:
    """Measure the waiting by what the rule allows."""
    allowed = max(due.at - due.begun, timedelta(hours=4))
    return (now - due.begun) / allowed


def _call(key: str, standing: Standing, due: Due, now: datetime) -> Call:
    why = _sentence(standing, due)
    values: dict[str, Any] = {"day": due.day}
    if why == "not-finished":
        values |= {"answered": standing.n_answered, "total": standing.total}
    if due.tried and standing.last_called_at:
        values["called"] = standing.last_called_at.date()
    urgency = "late" if _share(due, now) >= _TWICE else "due"
    urgency = "now" if due.rule.pressing else urgency
    words = _words(why, due.tried, values, now.date())
    return Call(key, why, words, urgency, due.at, due.tried, values)


def _sentence(standing: Standing, due: Due) -> str:
    why = due.rule.why
    if why == "not-finished" and not standing.total:
        return "not-finished-unknown"
    return f"{why}-tried" if due.tried and f"{why}-tried" in CALL_SENTENCES else why


def _words(why: str, tried: str, values: Mapping[str, Any], today: date) -> str:
    shown = {
        name: day_words(held, today) if isinstance(held, date) else held
        for name, held in values.items()
    }
    sentences = [CALL_SENTENCES[why], *([TRIED_SENTENCES[tried]] if tried else [])]
    return " ".join(sentences) % shown
