"""Where a sitting stands, worked out from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from service.storage.records import Event

__all__ = ["LONGEST_GAP", "STUCK_AFTER", "Answer", "Progress", "answering_seconds", "progress_of"]

STUCK_AFTER = timedelta(hours=48)
LONGEST_GAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that holds for an item; `revision` counts how often it was saved."""

    answer: Mapping[str, int]
    revision: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a sitting."""

    events: tuple[Event, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    invited_at: datetime | None = None
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    last_activity_at: datetime | None = None

    @property
    def state(self) -> str:
        """One of invited, started, completed."""
        if self.submitted_at:
            return "completed"
        return "started" if self.started_at else "invited"

    def state_at(self, now: datetime) -> str:
        """Like `state`, or stuck when the candidate has not moved for `STUCK_AFTER`."""
        waiting = self.last_activity_at is not None and now - self.last_activity_at >= STUCK_AFTER
        return "stuck" if waiting and not self.submitted_at else self.state

    def revision(self, item_id: str) -> int:
        """Return how often an item's answer was saved."""
        return self.answers[item_id].revision if item_id in self.answers else 0

    def has(self, kind: str) -> bool:
        """Whether an event of this kind has happened."""
        return any(event.kind == kind for event in self.events)


def progress_of(events: Iterable[Event]) -> Progress:
    """Work out the state from the events, oldest first.

    The candidate's own steps, an invitation and a new link count as activity; what recruiters do
    afterwards does not.
    """
    events = tuple(events)
    answers: dict[str, Answer] = {}
    at: dict[str, datetime] = {}
    for event in events:
        at.setdefault(event.kind, event.at)
        if event.item_id is not None:
            revision = answers[event.item_id].revision + 1 if event.item_id in answers else 1
            answers[event.item_id] = Answer(event.body["answer"], revision)
    return Progress(
        events=events,
        answers=answers,
        invited_at=at.get("invited"),
        started_at=at.get("started"),
        submitted_at=at.get("submitted"),
        last_activity_at=_last_activity(events),
    )


def _last_activity(events: tuple[Event, ...]) -> datetime | None:
    moves = {"invited", "link-renewed", "started", "answered", "submitted"}
    return max((event.at for event in events if event.kind in moves), default=None)


def answering_seconds(events: Iterable[Event]) -> float:
    """Sum the time between one step of the candidate and the next.

    A step that took longer than `LONGEST_GAP` counts as that long: the candidate was away, but a
    slow reader must never look fast.
    """
    steps = [event.at for event in events if event.kind in {"started", "answered"}]
    gaps = (later - earlier for earlier, later in pairwise(steps))
    return sum(min(max(gap, timedelta()), LONGEST_GAP).total_seconds() for gap in gaps)
