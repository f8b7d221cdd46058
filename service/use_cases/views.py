"""What a use case hands to a page: frozen, in words and figures, never a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from vbr_engine.bank.model import Practice, ResponseFormat

__all__ = [
    "Account",
    "Board",
    "BoardRow",
    "CandidatePage",
    "Decision",
    "FirstView",
    "Invitation",
    "Invited",
    "PracticeView",
    "Question",
    "Review",
    "ReviewEntry",
    "Saved",
    "ShownItem",
    "ShownText",
    "Submitted",
    "TimelineEntry",
    "Vacancy",
    "VacancyCounts",
    "VacancyLine",
]


@dataclass(frozen=True, slots=True)
class Invitation:
    """The page behind an invitation link.

    `state` is invited, started or completed; `expires_at` is known when the link was followed.
    """

    sitting_id: str
    provider_name: str
    contact: str
    vacancy_title: str
    bank_title: str
    bank_summary: str
    bank_status: str
    value_names: tuple[str, ...]
    minutes: int
    n_items: int
    n_answered: int
    next_number: int | None
    state: str
    simulated: bool
    language: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item as a candidate may see it: no key, no value.

    `options` are ids in presented order. `picks` is how many to choose, for ``pick``.
    """

    id: str
    format: ResponseFormat
    options: tuple[str, ...]
    scale: int | None
    picks: int | None


@dataclass(frozen=True, slots=True)
class ShownText:
    """The words of an item that a candidate may see: no rationale."""

    title: str
    scenario: str
    question: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One scenario of a sitting.

    Parameters
    ----------
    number, total : int
        From 1.
    options : tuple of (str, str)
        Option id and text, in the order presented to this candidate.
    answer : mapping of str to int, or None
        What is saved, in the encoding of the response matrix.
    revision : int
        How often this item's answer was saved; goes into the form, comes back with the answer.
    next_number : int or None
        The first unanswered question, or None.
    """

    sitting_id: str
    number: int
    total: int
    item: ShownItem
    text: ShownText
    instruction: str
    scale_labels: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    answer: Mapping[str, int] | None
    revision: int
    n_answered: int
    next_number: int | None
    submitted: bool
    language: str


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an answer: saved, unchanged, replaced-other or already-submitted."""

    outcome: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """One line of the check-your-answers page."""

    number: int
    title: str
    answered: bool
    answer_lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that a candidate checks before submitting."""

    sitting_id: str
    entries: tuple[ReviewEntry, ...]
    n_answered: int
    total: int
    submitted: bool
    language: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a submission: submitted, already-submitted or incomplete.

    `missing` holds the numbers of the unanswered questions.
    """

    outcome: str
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PracticeView:
    """The practice scenario: unscored, saved nowhere."""

    practice: Practice
    instruction: str
    scale_labels: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is signed in, for an organisation, in a role of `service.storage.tables`."""

    id: str
    provider_id: str
    provider_name: str
    name: str
    email: str
    role: str
    language: str = "en"
    session_id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post that a provider recruits for."""

    id: str
    title: str
    contact: str
    bank_id: str
    bank_version: str
    bank_title: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class VacancyCounts:
    """How many candidates are where. `stuck` ones are not counted as invited or started."""

    invited: int = 0
    started: int = 0
    stuck: int = 0
    completed: int = 0
    decided: int = 0

    @property
    def total(self) -> int:
        """Everybody invited; the decided are among the completed."""
        return self.invited + self.started + self.stuck + self.completed


@dataclass(frozen=True, slots=True)
class VacancyLine:
    """A vacancy in the list."""

    id: str
    title: str
    opened_on: date
    counts: VacancyCounts


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided, why and when.

    `decision` is invite-to-interview, hold or not-now.
    """

    decision: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstView:
    """A person's first view, recorded before the scores: promising, unsure or concerns."""

    view: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A candidate on the board of a vacancy. `state` is invited, started, stuck or completed."""

    sitting_id: str
    name: str
    state: str
    n_answered: int
    total: int
    invited_at: datetime
    last_activity_at: datetime
    first_view_recorded: bool
    decision: str | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A vacancy with its candidates, those who wait longest for somebody first."""

    vacancy: Vacancy
    rows: tuple[BoardRow, ...]
    counts: VacancyCounts
    stuck_hours: int


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: an event's kind, who did it, and what was chosen (or "")."""

    at: datetime
    kind: str
    by: str
    choice: str


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Everything about one candidate but the scores.

    `decisions` are newest first; the first holds.
    """

    row: BoardRow
    email: str
    vacancy: Vacancy
    timeline: tuple[TimelineEntry, ...]
    first_view: FirstView | None
    report_opened: bool
    decisions: tuple[Decision, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A new sitting and the only copy of its link's token."""

    sitting_id: str
    token: str
