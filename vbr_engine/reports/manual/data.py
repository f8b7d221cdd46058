"""A technical manual as data: sections of parts, each with sentences, points, a table or a gap."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.reports.analysis.parts import Picture
from vbr_engine.reports.data import ReportData

__all__ = [
    "UNKNOWN",
    "ManualPart",
    "ManualSection",
    "ManualTable",
    "TechnicalManual",
    "count",
    "figure",
    "interval",
]

UNKNOWN = "Not yet established"


def figure(value: object, digits: int = 2) -> str:
    """Write a figure with a real minus sign; what is none says so.

    Examples
    --------
    >>> figure(-0.5), figure(float("nan")), figure(0.12345, 3)
    ('−0.50', 'not known', '0.123')
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return "not known"
    text = f"{value + 0.0:,.{digits}f}"
    zero = f"{0:.{digits}f}"
    return zero if text == f"-{zero}" else text.replace("-", "−")


def count(value: object) -> str:
    """Write how many there are; what is no number says so.

    Examples
    --------
    >>> count(12345), count(None)
    ('12,345', 'not known')
    """
    return f"{value:,}" if isinstance(value, int) else "not known"


def interval(value: float, low: float, high: float) -> str:
    """Write a figure with its limits, which stay together on one line.

    Examples
    --------
    >>> interval(0.5, 0.4, 0.6).replace(chr(160), " ")
    '0.50 (0.40 to 0.60)'
    """
    return f"{figure(value)} ({figure(low)}\u00a0to\u00a0{figure(high)})"


@dataclass(frozen=True, slots=True)
class ManualTable:
    """Rows of words and figures; the first cell of a row names it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ManualPart:
    """One stretch of a section.

    Parameters
    ----------
    title : str
        Heading; empty for the first stretch.
    sentences : tuple of str
        Paragraphs.
    points : tuple of str
        A list after them.
    lists : tuple of (str, tuple of str)
        Lists with a name each.
    pictures : tuple of Picture
    tables : tuple of ManualTable
    gap : str
        What is not yet established; empty where nothing is missing.
    study : str
        What study would establish it, and how big.
    """

    title: str = ""
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[ManualTable, ...] = ()
    gap: str = ""
    study: str = ""


@dataclass(frozen=True, slots=True)
class ManualSection:
    """A chapter of the manual."""

    id: str
    title: str
    parts: tuple[ManualPart, ...]

    @property
    def established(self) -> bool:
        """Whether nothing in the section is open."""
        return not any(part.gap for part in self.parts)


@dataclass(frozen=True)
class TechnicalManual(ReportData):
    """All that is known about one version of a bank."""

    language: str
    title: str
    bank: str
    bank_sha256: str
    status: str
    engine: str
    prepared: str | None
    with_key: bool
    summary: tuple[str, ...]
    sections: tuple[ManualSection, ...]

    @property
    def gaps(self) -> tuple[tuple[ManualSection, str], ...]:
        """Everything that is not yet established, with its section."""
        return tuple(
            (section, part.gap) for section in self.sections for part in section.parts if part.gap
        )
