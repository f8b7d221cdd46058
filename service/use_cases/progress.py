"""Where a sitting stands, worked out from its events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from service.storage.records import Event

__all__ = [
    "LONGEST_GAP",
    "OWN_WORDS",
    "WAYS",
    "Answer",
    "Progress",
    "Written",
    "answering_seconds",
    "progress_of",
]

LONGEST_GAP = timedelta(minutes=5)
# How somebody answers: on the page themselves; to a colleague, or on paper, who enters it; in their
# own words, typed; in their own words, said to a colleague who writes.
WAYS = ("self", "entered", "typed", "spoken")
OWN_WORDS = frozenset({"typed", "spoken"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that holds for an item; `revision` counts how often it was saved."""

    answer: Mapping[str, int]
    revision: int


@dataclass(frozen=True, slots=True)
class Written:
    """The answer in own words that holds for an item; its text stands in the remarks."""

    remark: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a sitting; `way` is one of `WAYS`."""

    events: tuple[Event, ...]
    answers: Mapping[str, Answer] = field(default_factory=dict)
    words: Mapping[str, Written] = field(default_factory=dict)
    way: str = WAYS[0]
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

    @property
    def in_words(self) -> bool:
        """Whether the scenarios are answered in own words, for two people to rate."""
        return self.way in OWN_WORDS

    @property
    def given(self) -> frozenset[str]:
        """Items that have an answer, in the way that holds."""
        return frozenset(self.words if self.in_words else self.answers)

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
    words: dict[str, Written] = {}
    way = WAYS[0]
    at: dict[str, datetime] = {}
    for event in events:
        at.setdefault(event.kind, event.at)
        item = event.item_id or ""
        if event.kind == "answered":
            revision = answers[item].revision + 1 if item in answers else 1
            answers[item] = Answer(event.body["answer"], revision)
        elif event.kind == "written":
            revision = words[item].revision + 1 if item in words else 1
            words[item] = Written(event.body.get("remark"), revision)
        elif event.kind == "adjusted":
            way = event.body.get("mode", way)
    return Progress(
        events=events,
        answers=answers,
        words=words,
        way=way,
        invited_at=at.get("invited"),
        started_at=at.get("started"),
        submitted_at=at.get("submitted"),
        last_activity_at=_last_activity(events),
    )


def _last_activity(events: tuple[Event, ...]) -> datetime | None:
    moves = {"invited", "link-renewed", "started", "answered", "written", "submitted"}
    return max((event.at for event in events if event.kind in moves), default=None)


def answering_seconds(events: Iterable[Event]) -> float:
    """Sum the time between one step of the candidate and the next.

    A step that took longer than `LONGEST_GAP` counts as that long: the candidate was away, but a
    slow reader must never look fast.
    """
    steps = [event.at for event in events if event.kind in {"started", "answered"}]
    gaps = (later - earlier for earlier, later in pairwise(steps))
    return sum(min(max(gap, timedelta()), LONGEST_GAP).total_seconds() for gap in gaps)
