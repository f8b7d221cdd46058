"""A chart of risks: points with their intervals, along time or against what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    INK,
    PENS,
    QUIET,
    Axis,
    Frame,
    bottom_axis,
    left_axis,
    line,
    mark,
    opening,
    path,
    text,
)

__all__ = ["RiskPoint", "risk_chart"]

WIDE, HIGH = 640, 340
CAP = 5.0


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """A share with its interval, 0 to 1, at a place on the axis below.

    Examples
    --------
    >>> RiskPoint(90, 0.2, 0.1, 0.3).risk
    0.2
    """

    at: float
    risk: float
    low: float
    high: float


def risk_chart(
    points: Sequence[RiskPoint],
    *,
    x_label: str,
    y_label: str,
    title: str,
    description: str,
    chart_id: str,
    diagonal: str = "",
    smooth: bool = False,
) -> Markup:
    """Draw shares with their intervals.

    Parameters
    ----------
    points : sequence of RiskPoint
        From the left.
    x_label, y_label : str
        Names of the axes.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    diagonal : str
        Name of the line on which both axes agree: both are shares then. Without it the points are
        joined, and the axis below begins at 0.
    smooth : bool
        The points are a curve: drawn as a line between the lines of its bounds.

    Returns
    -------
    Markup

    Examples
    --------
    >>> points = [RiskPoint(30, 0.1, 0.05, 0.2), RiskPoint(90, 0.2, 0.1, 0.3)]
    >>> svg = risk_chart(points, x_label="Days in the job", y_label="Have left", title="Leaving",
    ...                  description="It rises", chart_id="r")
    >>> svg.count("<circle"), svg.count("<polyline")
    (2, 1)
    """
    frame = _frame(points, x_label, y_label, bool(diagonal))
    marks = [
        opening((WIDE, HIGH), title, description, chart_id),
        *left_axis(frame),
        *bottom_axis(frame),
    ]
    if diagonal:
        marks += _diagonal(frame, diagonal)
    elif len(points) > 1:
        marks.append(_joined(points, frame, "risk"))
    if smooth:
        marks.append(_joined(points, frame, "risk", width=2.5))
        marks += [_joined(points, frame, end, dash="2 3") for end in ("low", "high")]
    else:
        marks += [drawn for point in points for drawn in _point(point, frame)]
    return Markup("").join([*marks, Markup("</svg>")])


def _frame(points: Sequence[RiskPoint], x_label: str, y_label: str, shares: bool) -> Frame:
    heights = [end for point in points for end in (point.low, point.high)]
    places = [point.at for point in points]
    up = Axis.around([0.0, *heights, *places] if shares else [0.0, *heights], label=y_label)
    up = Axis(up.low, up.high, up.ticks, y_label, percent=True)
    across = Axis.around([0.0, *places], label=x_label, steps=8)
    if shares:
        across = Axis(up.low, up.high, up.ticks, x_label, percent=True)
    return Frame(52, WIDE - 20, 36, HIGH - 50, across, up)


def _diagonal(frame: Frame, words: str) -> list[Markup]:
    low, high = frame.up.low, frame.up.high
    ends = (frame.x(low), frame.y(low), frame.x(high), frame.y(high))
    return [
        line(*ends, INK, dash="5 4"),
        text(frame.right, frame.top - 6, words, anchor="end", colour=QUIET, small=True),
    ]


def _joined(
    points: Sequence[RiskPoint], frame: Frame, what: str, *, width: float = 1.7, dash: str = ""
) -> Markup:
    places = [(frame.x(point.at), frame.y(getattr(point, what))) for point in points]
    return path(places, PENS[0].colour, width=width, dash=dash)


def _point(point: RiskPoint, frame: Frame) -> list[Markup]:
    x, y, colour = frame.x(point.at), frame.y(point.risk), PENS[0].colour
    low, high = frame.y(point.low), frame.y(point.high)
    ends = [line(x - CAP, end, x + CAP, end, colour, width=1.7) for end in (low, high)]
    return [line(x, low, x, high, colour, width=1.7), *ends, mark(x, y, "circle", colour)]
