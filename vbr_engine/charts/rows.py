"""A chart of rows: a dot with its interval for each, over zones that have names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    GRID,
    INK,
    PENS,
    QUIET,
    SHADES,
    Axis,
    Frame,
    bottom_axis,
    cut_to,
    line,
    mark,
    opening,
    rectangle,
    text,
)
from vbr_engine.charts.log_axis import LogAxis

__all__ = ["PlotRow", "Zone", "forest_chart"]

WIDE, NAMES, FIGURES, ROW = 700, 236, 150, 24


@dataclass(frozen=True, slots=True)
class PlotRow:
    """One row: what it is, where it lies, and its figures in words on the right.

    Parameters
    ----------
    label : str
    value : float or None
        None: nothing is drawn, `figures` say why.
    low, high : float or None
        Interval, if there is one.
    figures : str
        Words on the right.
    strong : bool
        Drawn as a filled diamond instead of a hollow circle.

    Examples
    --------
    >>> PlotRow("respect", 0.7, 0.6, 0.8, "0.70 (0.60 to 0.80)").strong
    False
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    figures: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the axis with a name; a darker one has a higher shade (0 to 2)."""

    low: float
    high: float
    label: str
    shade: int = 0


def forest_chart(
    rows: Sequence[PlotRow],
    *,
    x_label: str,
    title: str,
    description: str,
    chart_id: str,
    zones: Sequence[Zone] = (),
    include: Sequence[float] = (),
    limits: tuple[float, float] | None = None,
    ratios: bool = False,
) -> Markup:
    """Draw each row as a dot on its interval.

    Parameters
    ----------
    rows : sequence of PlotRow
        From the top down.
    x_label : str
        Name of the axis.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    zones : sequence of Zone
        Stretches of the axis that mean something.
    include : sequence of float
        Values that the axis has to reach.
    limits : (float, float), optional
        Values beyond are drawn at the end of the axis, as an arrow.
    ratios : bool
        A half and two are equally far from one, which has a line.

    Returns
    -------
    Markup

    Examples
    --------
    >>> rows = [PlotRow("respect", 0.7, 0.6, 0.8), PlotRow("kind", None, figures="not computed")]
    >>> svg = forest_chart(rows, x_label="Alpha", title="Reliability", description="By scale",
    ...                    chart_id="f", include=[0, 1])
    >>> svg.count("<circle"), "not computed" in svg
    (1, True)
    """
    frame, height = _frame(rows, x_label, include, limits, zoned=bool(zones), ratios=ratios)
    marks = [opening((WIDE, height), title, description, chart_id)]
    marks += _zones(zones, frame)
    marks += bottom_axis(frame, grid=not zones)
    nothing = 1.0 if ratios else 0.0
    if frame.across.low < nothing < frame.across.high:
        x = frame.x(nothing)
        marks.append(line(x, frame.top, x, frame.bottom, QUIET))
    for n, row in enumerate(rows):
        marks += _row(row, frame, frame.top + ROW * (n + 0.5))
    return Markup("").join([*marks, Markup("</svg>")])


def _frame(
    rows: Sequence[PlotRow],
    x_label: str,
    include: Sequence[float],
    limits: tuple[float, float] | None,
    *,
    zoned: bool,
    ratios: bool,
) -> tuple[Frame, float]:
    ends = [end for row in rows for end in (row.value, row.low, row.high)]
    held = [end for end in ends if end is not None and isfinite(end)]
    if limits:
        held = [min(max(value, limits[0]), limits[1]) for value in held]
    kind = LogAxis if ratios else Axis
    across = kind.around([*held, *include], label=x_label)
    top = 26.0 if zoned else 8.0
    bottom = top + ROW * max(1, len(rows))
    return Frame(NAMES, WIDE - FIGURES, top, bottom, across, across), bottom + 46


def _zones(zones: Sequence[Zone], frame: Frame) -> list[Markup]:
    marks = []
    for zone in zones:
        low, high = max(zone.low, frame.across.low), min(zone.high, frame.across.high)
        if low >= high:
            continue
        left, right = frame.x(low), frame.x(high)
        shade = SHADES[min(zone.shade, len(SHADES) - 1)]
        marks.append(rectangle(left, frame.top, right - left, frame.bottom - frame.top, shade))
        marks.append(
            text((left + right) / 2, frame.top - 7, zone.label, anchor="middle", bold=True)
        )
        for edge, x in ((low, left), (high, right)):
            if frame.across.low < edge < frame.across.high:
                marks.append(line(x, frame.top, x, frame.bottom, QUIET, dash="3 3"))
    return marks


def _row(row: PlotRow, frame: Frame, y: float) -> list[Markup]:
    base = y + 4.5
    marks = [
        line(0, y + ROW / 2, WIDE, y + ROW / 2, GRID),
        text(2, base, cut_to(row.label, NAMES - 8), bold=row.strong),
    ]
    if row.figures:
        marks.append(text(WIDE - FIGURES + 12, base, cut_to(row.figures, FIGURES - 8)))
    if row.value is None or not isfinite(row.value):
        return marks
    pen = PENS[1] if row.strong else PENS[0]
    marks += _interval(row, frame, y)
    x = frame.x(row.value)
    if frame.across.low <= row.value <= frame.across.high:
        shape = "diamond" if row.strong else "circle"
        marks.append(mark(x, y, shape, pen.colour, size=4.5, hollow=not row.strong))
    else:
        marks.append(text(x, base, "◄" if row.value < frame.across.low else "►", anchor="middle"))
    return marks


def _interval(row: PlotRow, frame: Frame, y: float) -> list[Markup]:
    """Draw a line from end to end; an end beyond the axis has no cap."""
    ends = [end for end in (row.low, row.high) if end is not None and isfinite(end)]
    if len(ends) < 2:
        return []
    caps = [end for end in ends if frame.across.low <= end <= frame.across.high]
    return [
        line(frame.x(ends[0]), y, frame.x(ends[1]), y, INK, width=1.8),
        *(line(frame.x(end), y - 4, frame.x(end), y + 4, INK, width=1.8) for end in caps),
    ]
