"""What a risk panel holds."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.reports.data import ReportData
from vbr_engine.reports.languages import LanguageNote

__all__ = [
    "RiskAction",
    "RiskFigure",
    "RiskHeader",
    "RiskPanel",
    "RiskPart",
    "RiskReason",
]


@dataclass(frozen=True, slots=True)
class RiskHeader:
    """Whom it is about, and what it was made with."""

    application: str
    candidate: str | None
    provider: str | None
    prepared: str | None
    trained: str | None
    model: str | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class RiskFigure:
    """How many in a hundred up to a horizon, with the range."""

    horizon: int | None
    time: str
    sentence: str
    number: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class RiskReason:
    """A fact of the situation that moves the figure."""

    sentence: str
    direction: str
    group: str


@dataclass(frozen=True, slots=True)
class RiskAction:
    """Something that the employer can do."""

    id: str
    title: str
    who: str
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class RiskPart:
    """One of the two outcomes: a figure, or a band in words, or why neither."""

    outcome: str
    title: str
    figures: tuple[RiskFigure, ...]
    band: str | None
    why_not: str
    meaning: tuple[str, ...]
    rates: tuple[str, ...]
    level: str | None
    evidence: tuple[str, ...]
    reasons: tuple[RiskReason, ...]
    reasons_note: str
    unknown: str
    changes: tuple[RiskAction, ...]
    changes_note: str
    practices: tuple[RiskAction, ...]
    chart_description: str = ""

    @property
    def main(self) -> RiskFigure | None:
        """The figure of the longest horizon."""
        return self.figures[-1] if self.figures else None


@dataclass(frozen=True)
class RiskPanel(ReportData):
    """What a recruiter reads about one person's risks; no rank, no advice on whom to take."""

    language: str
    title: str
    header: RiskHeader
    parts: tuple[RiskPart, ...]
    use: tuple[str, ...]
    simulated_note: str
    language_notes: tuple[LanguageNote, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the good practice is described."""
        told = [action.source for part in self.parts for action in part.practices]
        return tuple(dict.fromkeys(told))
