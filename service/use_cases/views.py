"""What a use case hands to a page: frozen, in words and figures, never a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.use_cases.messages import Delivery
from vbr_engine.bank.model import Practice, ResponseFormat
from vbr_engine.funnel import Call, Standing

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
    in_words: bool = False


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
    in_words: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an answer: saved, unchanged, replaced-other, already-submitted, other-way."""

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
    in_words: bool = False


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
    paused: bool = field(default=False, compare=False)
    pause_reason: str = field(default="", compare=False)
    has_second_factor: bool = False


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
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class VacancyCounts:
    """How many applications are where; the stuck, those to call and the ready have not ended.

    `ready` have finished the assessment, and nobody has decided.
    """

    total: int = 0
    going: int = 0
    ended: int = 0
    stuck: int = 0
    to_call: int = 0
    ready: int = 0
    decided: int = 0


@dataclass(frozen=True, slots=True)
class VacancyLine:
    """A vacancy in the list; `stages` counts those that have not ended, in order."""

    id: str
    title: str
    opened_on: date
    closed_on: date | None
    counts: VacancyCounts
    stages: tuple[tuple[str, int], ...]


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
    account_id: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A candidate on the board of a vacancy: where they stand and what is waited for, no score.

    `state` is invited, started, stuck (either of them, or completed, with nothing happening) or
    completed. `call` says why to call today.
    """

    sitting_id: str
    name: str
    state: str
    standing: Standing
    stuck_since: datetime | None
    call: Call | None
    delivery: Delivery | None
    simulated: bool

    @property
    def n_answered(self) -> int:
        """Scenarios with an answer."""
        return self.standing.n_answered

    @property
    def total(self) -> int:
        """Scenarios of the form."""
        return self.standing.total

    @property
    def decision(self) -> str | None:
        """What was decided last."""
        return self.standing.decision

    @property
    def first_view_recorded(self) -> bool:
        """Whether somebody noted a view before the report."""
        return self.standing.first_view is not None


@dataclass(frozen=True, slots=True)
class Board:
    """A vacancy with one page of its candidates, who waits longest first.

    `shows` and `stages` count what each filter would give, among those that the search finds.
    """

    vacancy: Vacancy
    rows: tuple[BoardRow, ...]
    counts: VacancyCounts
    shows: Mapping[str, int]
    stages: tuple[tuple[str, int], ...]
    n_found: int
    page: int
    n_pages: int
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: an event's kind, who did it, and what was chosen (or "").

    `undone_by` is who took it back, if somebody did; `can_undo` says that it is the last step.
    """

    at: datetime
    kind: str
    by: str
    choice: str
    number: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    undone_by: str = ""
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Everything about one candidate but the scores.

    `first_views` are oldest first, one for each person; `openers` are the ids of the accounts that
    opened the report. `decisions` are newest first; the first holds. `may_only_read` says that the
    report opens without a first view for somebody who leaves deciding to others.
    """

    row: BoardRow
    email: str
    phone: str
    vacancy: Vacancy
    standing: Standing
    facts: Mapping[str, Any]
    timeline: tuple[TimelineEntry, ...]
    first_views: tuple[FirstView, ...]
    openers: frozenset[str]
    decisions: tuple[Decision, ...]
    state: str
    being_rated: bool = False
    may_only_read: bool = False

    def view_of(self, account: Account) -> FirstView | None:
        """Return the first view of one person."""
        return next((view for view in self.first_views if view.account_id == account.id), None)

    def needs_view(self, account: Account) -> bool:
        """Whether a person has to note a first view before the report opens."""
        return self.view_of(account) is None and account.id not in self.openers


@dataclass(frozen=True, slots=True)
class Invited:
    """A new sitting and the only copy of its link's token."""

    sitting_id: str
    token: str
