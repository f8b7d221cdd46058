"""What the report of an analysis is made of: words, figures, tables and pictures as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import pandas as pd

from vbr_engine.charts import Curve
from vbr_engine.reports.data import ReportData

__all__ = [
    "AnalysisReport",
    "Block",
    "Cell",
    "Column",
    "Finding",
    "Interval",
    "ItemCard",
    "ItemFlag",
    "Picture",
    "Section",
    "Table",
    "TracePanel",
    "figure",
    "interval",
    "records",
]


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95% interval; the ends may be unknown."""

    value: float
    low: float | None = None
    high: float | None = None


Cell = str | int | float | bool | Interval | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    label : str
    kind : {"words", "text", "count", "share", "r", "fine", "figure", "p"}
        Words or sentences, or how its figures are written: whole, per cent, two decimals, three,
        three digits in all, a probability.
    """

    label: str
    kind: str = "words"


@dataclass(frozen=True)
class Table:
    """Figures in rows; the first cell of a row names it, and may lead to an anchor."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """What a chart is drawn from: its kind, its name, what it shows, and its figures."""

    kind: str
    id: str
    title: str
    description: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """Some sentences, then a picture, then its table; a folded table is opened by its reader."""

    heading: str = ""
    sentences: tuple[str, ...] = ()
    picture: Picture | None = None
    table: Table | None = None
    folded: bool = False


@dataclass(frozen=True, slots=True)
class ItemFlag:
    """A sign on an item, what it may mean, and whether it is serious."""

    id: str
    title: str
    meaning: str
    serious: bool = False


@dataclass(frozen=True)
class TracePanel:
    """Lines that belong on one picture, up to a share of `top`; traces, or a model's curves."""

    id: str
    caption: str
    description: str
    curves: tuple[Curve, ...]
    top: float = 1.0
    alone: bool = False
    modelled: bool = False


@dataclass(frozen=True)
class ItemCard:
    """One item: its words, figures, flags, trace lines and the table of its answers."""

    id: str
    anchor: str
    title: str
    about: str
    scenario: str
    figures: tuple[tuple[str, str, Cell], ...]
    flags: tuple[ItemFlag, ...]
    options: tuple[tuple[str, str], ...]
    panels: tuple[TracePanel, ...]
    table: Table | None


@dataclass(frozen=True)
class Section:
    """A part of the page with an anchor of its own."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    cards: tuple[ItemCard, ...] = ()
    cards_note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence to take away, and the section that has the figures."""

    sentence: str
    section: str


@dataclass(frozen=True)
class AnalysisReport(ReportData):
    """What a researcher reads of an analysis.

    Parameters
    ----------
    title, language : str
    simulated : bool
    facts : tuple of (str, str)
        What was analysed.
    status : str
        How far the evidence behind the bank goes.
    findings : tuple of Finding
        The most important first, five at most.
    n_proposals : int
    sections : tuple of Section
    made : str
        What it was made with.
    """

    title: str
    language: str
    simulated: bool
    facts: tuple[tuple[str, str], ...]
    status: str
    findings: tuple[Finding, ...]
    n_proposals: int
    sections: tuple[Section, ...] = field(repr=False)
    made: str = ""


def figure(held: Any) -> float | None:
    """Give a finite number, or None.

    Examples
    --------
    >>> figure(0.5), figure(float("nan")), figure(None)
    (0.5, None, None)
    """
    return float(held) if held is not None and isfinite(held) else None


def interval(row: Mapping[str, Any], name: str, stem: str | None = None) -> Interval | None:
    """Read a figure and its interval from a row; None without the figure.

    Examples
    --------
    >>> interval({"alpha": 0.7, "alpha_low": 0.6, "alpha_high": 0.8}, "alpha")
    Interval(value=0.7, low=0.6, high=0.8)
    """
    value = figure(row.get(name))
    if value is None:
        return None
    ends = stem or name
    return Interval(value, figure(row.get(f"{ends}_low")), figure(row.get(f"{ends}_high")))


def records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Go through a table row by row; a missing number is None."""
    names = [str(name) for name in frame.columns]
    columns = [frame[name].tolist() for name in frame.columns]
    for cells in zip(*columns, strict=True):
        yield {
            name: None if isinstance(cell, float) and not isfinite(cell) else cell
            for name, cell in zip(names, cells, strict=True)
        }
