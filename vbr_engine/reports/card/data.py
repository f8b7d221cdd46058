"""A model card as data, and what it is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from vbr_engine.reports.data import ReportData
from vbr_engine.reports.manual.data import ManualSection

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["EvaluationReport", "Known", "ModelCard", "RiskDocument", "share", "spanned"]


@dataclass(frozen=True, eq=False)
class Known:
    """What a card is made from.

    Parameters
    ----------
    models : mapping of str to DropOutModel
        By outcome.
    about : mapping
        What they were trained on, and when.
    sha256 : str
        Of the models' manifest.
    evaluations : mapping of str to mapping
        What an evaluation found, by outcome.
    prepared : datetime.date or None
    """

    models: Mapping[str, DropOutModel]
    about: Mapping[str, Any]
    sha256: str
    evaluations: Mapping[str, Mapping[str, Any]]
    prepared: date | None

    @property
    def simulated(self) -> bool:
        """Whether the careers were made up."""
        return bool(self.about.get("simulated"))

    @property
    def by_group(self) -> bool:
        """Whether anything is known of groups."""
        return any(held["groups"] for held in self.evaluations.values())

    @property
    def review_by(self) -> date | None:
        """From which day on the first of the models says nothing."""
        return min((model.review_by_ for model in self.models.values()), default=None)


@dataclass(frozen=True)
class RiskDocument(ReportData):
    """Chapters about the models of one training.

    Parameters
    ----------
    language, title : str
    simulated : bool
        Whether it rests on made-up careers.
    facts : tuple of (str, str)
    summary : tuple of str
        What to take away.
    sections : tuple of ManualSection
    engine, sha256 : str
        What it was made with, and the hash of the models' manifest.
    prepared : str or None
    figures : dict
        The same as numbers, for programs.
    """

    language: str
    title: str
    simulated: bool
    facts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    sections: tuple[ManualSection, ...]
    engine: str
    sha256: str
    prepared: str | None
    figures: dict[str, Any] = field(repr=False)

    @property
    def gaps(self) -> tuple[tuple[ManualSection, str], ...]:
        """Everything that is not yet established, with its section."""
        return tuple(
            (section, part.gap) for section in self.sections for part in section.parts if part.gap
        )


@dataclass(frozen=True)
class ModelCard(RiskDocument):
    """All that is known about the models of one training."""


@dataclass(frozen=True)
class EvaluationReport(RiskDocument):
    """How well the models of one training do on some careers."""


def share(value: float) -> str:
    """Write a share as whole per cent.

    Examples
    --------
    >>> share(0.381), share(0.002), share(0)
    ('38%', 'under 1%', '0%')
    """
    told = f"{value:.0%}"
    return "under 1%" if value and told == "0%" else told


def spanned(low: float, high: float, *, percent: bool = True) -> str:
    """Write an interval of shares, which stays together on one line.

    Examples
    --------
    >>> spanned(0.12, 0.345).replace(chr(160), " "), spanned(0.12, 0.345, percent=False)
    ('12% to 34%', '12\\xa0to\\xa034')
    """
    told = f"{share(low)} to {share(high)}".replace(" ", "\u00a0")
    return told if percent else told.replace("%", "")
