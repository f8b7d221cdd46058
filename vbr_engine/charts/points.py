"""A chart of points, the unusual ones named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    INK,
    PENS,
    QUIET,
    Axis,
    Frame,
    bottom_axis,
    cut_to,
    left_axis,
    line,
    mark,
    opening,
    text,
    width_of,
)

__all__ = ["Point", "scatter_chart"]

WIDE, HIGH = 640, 400
HEIGHT = 13.0


@dataclass(frozen=True, slots=True)
class Point:
    """A point with its name, which is written beside it if it is `named`."""

    label: str
    x: float
    y: float
    named: bool = False


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def scatter_chart(
    points: Sequence[Point],
    *,
    x_label: str,
    y_label: str,
    title: str,
    description: str,
    chart_id: str,
    lines_at: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Draw points, with the names of those that stand out.

    Parameters
    ----------
    points : sequence of Point
        Those that are not numbers are left out. A name is left out where there is no room for it.
    x_label, y_label : str
        Names of the axes.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    lines_at : sequence of (float, str)
        Heights at which a dashed line is drawn, with what it means.

    Returns
    -------
    Markup

    Examples
    --------
    >>> points = [Point("tea", 0.4, 0.3), Point("door", 0.9, -0.1, named=True)]
    >>> svg = scatter_chart(points, x_label="Facility", y_label="r", title="Items",
    ...                     description="Two items", chart_id="s")
    >>> ">door</text>" in svg, ">tea</text>" in svg
    (True, False)
    """
    drawn = [point for point in points if isfinite(point.x) and isfinite(point.y)]
    heights = [point.y for point in drawn] + [height for height, _ in lines_at]
    frame = Frame(
        52,
        WIDE - 12,
        34,
        HIGH - 50,
        Axis.around([point.x for point in drawn], label=x_label, steps=8),
        Axis.around(heights, label=y_label),
    )
    marks = [opening((WIDE, HIGH), title, description, chart_id), *left_axis(frame)]
    marks += bottom_axis(frame)
    taken = []
    for height, words in lines_at:
        y, box = frame.y(height), _emptier_end(words, height, drawn, frame)
        marks.append(line(frame.left, y, frame.right, y, INK, dash="5 4"))
        marks.append(text(box.left, y - 5, words, colour=QUIET, small=True))
        taken += [box, _Box(frame.left, y - 1, frame.right, y + 1)]
    for point in drawn:
        marks.append(_dot(point, frame))
    return Markup("").join([*marks, *_labels(drawn, frame, taken), Markup("</svg>")])


def _emptier_end(words: str, height: float, points: Sequence[Point], frame: Frame) -> _Box:
    """Find where fewer points lie under the words of a line: at its right or at its left."""
    y, wide = frame.y(height), width_of(words)
    ends = [
        _Box(frame.right - wide, y - 18, frame.right, y),
        _Box(frame.left + 4, y - 18, frame.left + 4 + wide, y),
    ]
    dots = [_around(frame.x(point.x), frame.y(point.y)) for point in points]
    return min(ends, key=lambda end: sum(end.touches(dot) for dot in dots))


def _dot(point: Point, frame: Frame) -> Markup:
    pen = PENS[1] if point.named else PENS[0]
    shape = "diamond" if point.named else "circle"
    return mark(frame.x(point.x), frame.y(point.y), shape, pen.colour, hollow=not point.named)


def _labels(points: Sequence[Point], frame: Frame, taken: list[_Box]) -> list[Markup]:
    """Write names where they hide neither a point nor another name."""
    occupied = taken + [_around(frame.x(point.x), frame.y(point.y)) for point in points]
    marks = []
    for point in points:
        if not point.named:
            continue
        words = cut_to(point.label, 180)
        x, y, wide = frame.x(point.x), frame.y(point.y), width_of(words)
        for left, base in (
            (x + 7, y + 4),
            (x - 7 - wide, y + 4),
            (x - wide / 2, y - 8),
            (x - wide / 2, y + 17),
            (x + 5, y - 8),
            (x + 5, y + 16),
            (x - 5 - wide, y - 8),
            (x - 5 - wide, y + 16),
        ):
            box = _Box(left, base - HEIGHT + 3, left + wide, base + 3)
            inside = box.left >= frame.left and box.right <= WIDE and box.bottom <= frame.bottom
            if inside and not any(box.touches(other) for other in occupied):
                marks.append(text(left, base, words, small=True))
                occupied.append(box)
                break
    return marks


def _around(x: float, y: float) -> _Box:
    return _Box(x - 4, y - 4, x + 4, y + 4)
