"""Where an application stands: what the board shows of everything that happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from vbr_engine.funnel.stages import PLACES

__all__ = ["STUCK_AFTER", "Happening", "Standing"]

_TWO_DAYS = timedelta(hours=48)
# Stage -> how long nothing may happen at it before the application is stuck.
STUCK_AFTER = {
    "applied": timedelta(hours=24),
    "invited": _TWO_DAYS,
    "started": _TWO_DAYS,
    "completed": _TWO_DAYS,
    "interviewed": _TWO_DAYS,
    "offered": _TWO_DAYS,
    "accepted": timedelta(days=7),
}
_ON_HOLD = timedelta(days=7)
# Here it is the candidate's turn: a call in vain does not get an application unstuck.
_CANDIDATES_TURN = ("invited", "started")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to an application.

    Parameters
    ----------
    kind : str
        Such as ``invited``, ``answered``, ``step``.
    at : datetime
        When it was recorded. Days are those of this clock: give local time for local days.
    body : mapping
        What else is known. Of a step: ``step``; perhaps ``on``, an ISO date (of an interview that
        was booked: its day), ``time``, ``outcome`` of a call, ``reason``, ``ended_by``.
    number : int
        Its number among the happenings of this application, from 1; 0 for its place.

    Examples
    --------
    >>> Happening("step", datetime(2026, 3, 2, 9), {"step": "offered"}).kind
    'step'
    """

    kind: str
    at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an application stands.

    Parameters
    ----------
    stage : str
        The furthest stage reached.
    since : datetime
        When it was reached; noon, where only its day is known.
    reached : mapping of str to date
        The day of each stage; they never run backwards.
    inferred : tuple of str
        Stages that nobody recorded, but that lie before one that was.
    ended : {"withdrawn", "not-appointed", "left"}, optional
    ended_on : date, optional
    ended_by : {"candidate", "employer", "transfer", "contract-end"}, optional
    reason : str, optional
        Code of `REASON_WORDS`.
    applied_at, started_at, submitted_at : datetime, optional
    last_activity_at : datetime, optional
        The candidate's own last step, an invitation or a new link.
    last_called_at : datetime, optional
    last_call : {"reached", "no-answer", "message-left"}, optional
        What came of the last call.
    n_calls : int
    first_contact_at, last_contact_at : datetime, optional
        When provider and candidate were in touch: on the telephone, or agreeing on something. A
        message that was left is not yet a contact.
    n_contacts : int
    interview_on : date, optional
        Day of an interview of which nobody has said yet whether it took place.
    interview_time : str, optional
        Such as ``10:30``.
    missed_on : date, optional
        Day of an interview that the candidate did not come to, and that has no successor.
    missed_at : datetime, optional
        When that was recorded.
    n_answered, total : int
        Scenarios.
    first_view, decision : str, optional
    report_opened : bool
    decided_at, bounced_at, reminded_at : datetime, optional
    n_reminders : int
    adjusted : bool
        An adjustment is in place.
    adjustment_asked_at, person_asked_at : datetime, optional
        When the candidate asked for an adjustment, or to speak with a person, and nobody has yet
        agreed on one, or spoken with them.
    contested : bool
        The candidate has asked for another person to look, and nobody has answered yet.
    erased : bool
        Nobody knows any longer who this was.

    Examples
    --------
    >>> from vbr_engine.funnel import standing_of
    >>> at = datetime(2026, 3, 2, 9)
    >>> standing = standing_of([Happening("invited", at), Happening("started", at)])
    >>> standing.stage, standing.is_stuck(at + timedelta(hours=50))
    ('started', True)
    """

    stage: str
    since: datetime
    reached: Mapping[str, date]
    inferred: tuple[str, ...] = ()
    ended: str | None = None
    ended_on: date | None = None
    ended_by: str | None = None
    reason: str | None = None
    applied_at: datetime | None = None
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    last_activity_at: datetime | None = None
    last_called_at: datetime | None = None
    last_call: str | None = None
    n_calls: int = 0
    first_contact_at: datetime | None = None
    last_contact_at: datetime | None = None
    n_contacts: int = 0
    interview_on: date | None = None
    interview_time: str | None = None
    missed_on: date | None = None
    missed_at: datetime | None = None
    n_answered: int = 0
    total: int = 0
    first_view: str | None = None
    report_opened: bool = False
    decision: str | None = None
    decided_at: datetime | None = None
    bounced_at: datetime | None = None
    reminded_at: datetime | None = None
    n_reminders: int = 0
    adjusted: bool = False
    adjustment_asked_at: datetime | None = None
    person_asked_at: datetime | None = None
    contested: bool = False
    erased: bool = False

    def has_come_to(self, stage: str) -> bool:
        """Whether this stage, or a later one, is reached."""
        return PLACES[self.stage] >= PLACES[stage]

    def is_stuck(self, now: datetime) -> bool:
        """Whether nothing has happened for longer than its stage should take."""
        limit = _ON_HOLD if self.decision == "hold" else STUCK_AFTER.get(self.stage)
        if self.ended or self.erased or limit is None or self.has_come_to("started_work"):
            return False
        if self.interview_on and now.date() <= self.interview_on:
            return False
        moves = [self.since, self.last_activity_at]
        if self.stage not in _CANDIDATES_TURN:
            moves += [self.last_contact_at, self.decided_at]
        return now - max(move for move in moves if move is not None) >= limit

    def days_here(self, now: datetime) -> int:
        """Count the whole days at this stage."""
        return max((now - self.since).days, 0)

    def to_dict(self) -> dict[str, Any]:
        """Write it down in what JSON knows."""
        return {name: _plain(getattr(self, name)) for name in NAMES}

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Standing:
        """Read what `to_dict` wrote; what it does not know is left out."""
        read = {name: value for name, value in held.items() if name in NAMES}
        for name in _MOMENTS:
            if read.get(name) is not None:
                read[name] = datetime.fromisoformat(read[name])
        for name in ("ended_on", "interview_on", "missed_on"):
            if read.get(name) is not None:
                read[name] = date.fromisoformat(read[name])
        read["reached"] = {stage: date.fromisoformat(day) for stage, day in held["reached"].items()}
        read["inferred"] = tuple(held.get("inferred", ()))
        return cls(**read)


NAMES = tuple(each.name for each in fields(Standing))
_MOMENTS = ("since", *(name for name in NAMES if name.endswith("_at")))


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one as well
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(held) for name, held in value.items()}
    return list(value) if isinstance(value, tuple) else value
