"""Curves: lines with gaps, their marks and names, and a plain chart of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    INK,
    PENS,
    Frame,
    Pen,
    bottom_axis,
    left_axis,
    line,
    marks,
    opening,
    path,
    text,
    width_of,
)

__all__ = ["HIGH", "WIDE", "Curve", "curve_marks", "legend", "line_chart"]

WIDE, HIGH = 640, 330


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with its name; a point that is None or not a number leaves a gap.

    Parameters
    ----------
    label : str
        Written at its end.
    points : tuple of (float, float or None)
        From the left.
    strong : bool
        Drawn thick: the keyed answer.

    Examples
    --------
    >>> Curve("all items", ((-1.0, 4.0), (0.0, None), (1.0, 3.0))).drawn
    ((-1.0, 4.0), (1.0, 3.0))
    """

    label: str
    points: tuple[tuple[float, float | None], ...]
    strong: bool = False

    @property
    def drawn(self) -> tuple[tuple[float, float], ...]:
        """The points that there are."""
        return tuple(chain.from_iterable(self.stretches))

    @property
    def stretches(self) -> list[list[tuple[float, float]]]:
        """The points between gaps."""
        found: list[list[tuple[float, float]]] = [[]]
        for x, y in self.points:
            if y is None or not isfinite(y) or not isfinite(x):
                found.append([])
            else:
                found[-1].append((x, y))
        return [stretch for stretch in found if stretch]


def line_chart(
    curves: Sequence[Curve],
    frame: Frame,
    title: str,
    description: str,
    chart_id: str,
    *,
    cuts: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Draw lines in a frame, named above where there are more than one.

    Parameters
    ----------
    curves : sequence of Curve
    frame : Frame
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    cuts : sequence of (float, str)
        Places along the axis below that are marked, with their names.

    Returns
    -------
    Markup

    Examples
    --------
    >>> from vbr_engine.charts.canvas import Axis
    >>> frame = Frame(52, 628, 52, 280, Axis(0.0, 1.0, (0.0, 1.0)), Axis(0.0, 2.0, (0.0, 2.0)))
    >>> curves = [Curve("now", ((0, 1), (1, 2))), Curve("then", ((0, 0), (1, 1)))]
    >>> line_chart(curves, frame, "Growth", "More now", "g").count("<polyline")
    2
    """
    marks = [
        opening((WIDE, HIGH), title, description, chart_id),
        *left_axis(frame),
        *bottom_axis(frame),
        *_cuts(cuts, frame),
        *curve_marks(curves, frame, marked=True),
    ]
    if len(curves) > 1:
        keys = [(curve.label, PENS[n % len(PENS)]) for n, curve in enumerate(curves)]
        marks += legend(keys, frame.left, 14)
    return Markup("").join([*marks, Markup("</svg>")])


def curve_marks(curves: Sequence[Curve], frame: Frame, *, marked: bool) -> list[Markup]:
    """Draw curves, each with dashes and, if `marked`, a mark of its own.

    Parameters
    ----------
    curves : sequence of Curve
    frame : Frame
    marked : bool

    Returns
    -------
    list of Markup
    """
    drawn = []
    for n, curve in enumerate(curves):
        pen = PENS[n % len(PENS)]
        width = 3.2 if curve.strong else 1.7
        for stretch in curve.stretches:
            places = [(frame.x(x), frame.y(y)) for x, y in stretch]
            if len(places) > 1:
                drawn.append(path(places, pen.colour, width=width, dash=pen.dashes))
            if marked:
                size = 4.0 if curve.strong else 3.0
                drawn.append(marks(places, pen.shape, pen.colour, size=size))
    return drawn


def legend(keys: Sequence[tuple[str, Pen]], left: float, y: float) -> list[Markup]:
    """Name lines side by side.

    Parameters
    ----------
    keys : sequence of (str, Pen)
    left, y : float
        Where the first begins, and the line that all stand on.

    Returns
    -------
    list of Markup
    """
    marks, x = [], left
    for label, pen in keys:
        marks.append(line(x, y - 4, x + 30, y - 4, pen.colour, width=2.5, dash=pen.dashes))
        marks.append(text(x + 36, y, label))
        x += 36 + width_of(label) + 24
    return marks


def _cuts(cuts: Sequence[tuple[float, str]], frame: Frame) -> list[Markup]:
    marks = []
    for cut, label in cuts:
        x = frame.x(cut)
        marks.append(line(x, frame.top - 6, x, frame.bottom, INK, dash="3 3"))
        marks.append(text(x + 4, frame.top + 6, label, small=True))
    return marks
