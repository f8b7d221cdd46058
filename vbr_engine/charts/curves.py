"""Charts of lines: trace lines, information, errors along the score, eigenvalues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    INK,
    PENS,
    QUIET,
    Axis,
    Frame,
    Pen,
    bottom_axis,
    cut_to,
    left_axis,
    line,
    marks,
    opening,
    path,
    right_axis,
    spread,
    text,
    width_of,
)

__all__ = [
    "Curve",
    "category_chart",
    "error_chart",
    "information_chart",
    "scree_chart",
    "trace_chart",
]

WIDE, HIGH = 640, 330
PANEL, LARGE_PANEL = (218, 168), (288, 210)


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


def trace_chart(
    curves: Sequence[Curve],
    *,
    title: str,
    description: str,
    chart_id: str,
    groups: int = 5,
    top: float = 1.0,
    large: bool = False,
) -> Markup:
    """Draw how often each answer is given, from the lowest to the highest score group.

    Parameters
    ----------
    curves : sequence of Curve
        One an answer: group number (1 to `groups`) and share. A strong one is the key.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    groups : int
        How many score groups there are.
    top : float
        Share at the top of the picture.
    large : bool
        Larger, for a picture that stands alone.

    Returns
    -------
    Markup
        A small ``<svg>``, made to stand beside others.

    Examples
    --------
    >>> curves = [Curve("1", ((1, 0.7), (5, 0.2))), Curve("4", ((1, 0.3), (5, 0.8)), strong=True)]
    >>> svg = trace_chart(curves, title="Option a", description="By score", chart_id="a")
    >>> svg.startswith("<svg"), svg.count("<polyline"), "style=" in svg
    (True, 2, False)
    """
    width, height = size = LARGE_PANEL if large else PANEL
    percent = Axis(0.0, top, (0.0, top / 2, top), percent=True)
    names = max((width_of(curve.label) for curve in curves), default=0.0)
    across = Axis(0.75, groups + 0.25, tuple(float(n) for n in range(1, groups + 1)))
    frame = Frame(42, width - 16 - min(names, 70), 12, height - 42, across, percent)
    ends = ("lowest", "highest") if frame.right - frame.left > 90 else ("low", "high")
    marks = [
        opening(size, title, description, chart_id),
        *left_axis(frame),
        *bottom_axis(frame),
        text(frame.left, height - 8, ends[0], small=True, colour=QUIET),
        text(frame.right, height - 8, ends[1], small=True, colour=QUIET, anchor="end"),
        *_lines(curves, frame, marked=True),
        *_names(curves, frame, room=72),
    ]
    return Markup("").join([*marks, Markup("</svg>")])


def category_chart(
    curves: Sequence[Curve], *, title: str, description: str, chart_id: str
) -> Markup:
    """Draw the chance of each category along the trait, as an item response model has it.

    Parameters
    ----------
    curves : sequence of Curve
        One a category: trait and chance.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.

    Returns
    -------
    Markup
        A small ``<svg>``, made to stand beside others.

    Examples
    --------
    >>> curves = [Curve("0", ((-3, 0.9), (3, 0.1))), Curve("1", ((-3, 0.1), (3, 0.9)))]
    >>> category_chart(curves, title="Tea", description="By trait", chart_id="c").count("<poly")
    2
    """
    width, height = PANEL
    points = [x for curve in curves for x, _ in curve.drawn]
    across = Axis.around(points, steps=6)
    frame = Frame(
        42, width - 22, 12, height - 42, across, Axis(0.0, 1.0, (0.0, 0.5, 1.0), percent=True)
    )
    marks = [
        opening(PANEL, title, description, chart_id),
        *left_axis(frame),
        *bottom_axis(frame),
        text((frame.left + frame.right) / 2, height - 8, "trait", small=True, anchor="middle"),
        *_lines(curves, frame, marked=False),
        *_peaks(curves, frame),
    ]
    return Markup("").join([*marks, Markup("</svg>")])


def _peaks(curves: Sequence[Curve], frame: Frame) -> list[Markup]:
    """Name each curve above its highest point."""
    tops = [
        (curve.label, max(curve.drawn, key=lambda point: point[1]))
        for curve in curves
        if curve.drawn
    ]
    return [
        text(
            min(max(frame.x(x), frame.left + 6), frame.right - 4),
            max(frame.y(y) - 5, 11),
            label,
            anchor="middle",
            small=True,
        )
        for label, (x, y) in tops
    ]


def information_chart(
    information: Curve,
    errors: Curve,
    *,
    title: str,
    description: str,
    chart_id: str,
    x_label: str = "Trait (theta)",
) -> Markup:
    """Draw information along the trait, and the standard error on an axis of its own.

    Parameters
    ----------
    information, errors : Curve
        Both along the same values of the trait.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    x_label : str
        Name of the axis below.

    Returns
    -------
    Markup

    Examples
    --------
    >>> svg = information_chart(
    ...     Curve("Information", ((-1.0, 4.0), (1.0, 2.0))),
    ...     Curve("Standard error", ((-1.0, 0.5), (1.0, 0.71))),
    ...     title="Information", description="Highest at −1", chart_id="i",
    ... )
    >>> svg.count("<polyline"), svg.count("stroke-dasharray")
    (2, 2)
    """
    both = [x for curve in (information, errors) for x, _ in curve.drawn]
    up = Axis.around([0.0, *(y for _, y in information.drawn)], label="Information")
    second = Axis.around([0.0, *_within(errors)], label="Standard error")
    frame = Frame(52, WIDE - 56, 52, HIGH - 50, Axis.around(both, label=x_label, steps=8), up)
    solid, dashed = PENS[0], PENS[1]
    marks = [
        opening((WIDE, HIGH), title, description, chart_id),
        *left_axis(frame),
        *bottom_axis(frame),
        *right_axis(frame, second, WIDE - 4),
        *_legend([(information.label, solid), (errors.label, dashed)], frame.left, 14),
    ]
    for stretch in information.stretches:
        marks.append(path([(frame.x(x), frame.y(y)) for x, y in stretch], solid.colour, width=2.5))
    for stretch in errors.stretches:
        kept = [(frame.x(x), frame.y(y, second)) for x, y in stretch if y <= second.high]
        marks.append(path(kept, dashed.colour, width=2.5, dash=dashed.dashes))
    return Markup("").join([*marks, Markup("</svg>")])


def scree_chart(
    found: Curve, chance: Curve, *, title: str, description: str, chart_id: str
) -> Markup:
    """Draw eigenvalues, and those that chance would give.

    Parameters
    ----------
    found, chance : Curve
        Number of the component and its eigenvalue.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.

    Returns
    -------
    Markup

    Examples
    --------
    >>> svg = scree_chart(
    ...     Curve("Answers", ((1, 4.0), (2, 0.9))), Curve("Chance", ((1, 1.3), (2, 1.1))),
    ...     title="Eigenvalues", description="One stands out", chart_id="s",
    ... )
    >>> svg.count("<polyline")
    2
    """
    points = [*found.drawn, *chance.drawn]
    last = int(max((x for x, _ in points), default=2))
    step = max(1, round(last / 10))
    ticks = tuple(float(n) for n in range(1, last + 1, step))
    up = Axis.around([0.0, *(y for _, y in points)], label="Eigenvalue")
    across = Axis(0.5, last + 0.5, ticks, "Component")
    frame = Frame(52, WIDE - 12, 52, HIGH - 50, across, up)
    return _plain([found, chance], frame, title, description, chart_id)


def error_chart(
    curves: Sequence[Curve],
    *,
    title: str,
    description: str,
    chart_id: str,
    x_label: str = "Score",
    cuts: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Draw the standard error along the score.

    Parameters
    ----------
    curves : sequence of Curve
        Score and standard error.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    x_label : str
        Name of the axis below.
    cuts : sequence of (float, str)
        Scores where a band begins, with its name.

    Returns
    -------
    Markup

    Examples
    --------
    >>> svg = error_chart([Curve("all", ((0.2, 0.11), (0.8, 0.07)))], title="Errors",
    ...                   description="Smaller high up", chart_id="e", cuts=[(0.6, "Close")])
    >>> "Close" in svg, svg.count("<polyline")
    (True, 1)
    """
    points = [point for curve in curves for point in curve.drawn]
    scores = [*(x for x, _ in points), *(cut for cut, _ in cuts)]
    across = Axis.around(scores, label=x_label, steps=8)
    up = Axis.around([0.0, *(y for _, y in points)], label="Standard error")
    frame = Frame(52, WIDE - 12, 52, HIGH - 50, across, up)
    return _plain(curves, frame, title, description, chart_id, cuts=cuts)


def _plain(
    curves: Sequence[Curve],
    frame: Frame,
    title: str,
    description: str,
    chart_id: str,
    *,
    cuts: Sequence[tuple[float, str]] = (),
) -> Markup:
    marks = [
        opening((WIDE, HIGH), title, description, chart_id),
        *left_axis(frame),
        *bottom_axis(frame),
        *_cuts(cuts, frame),
        *_lines(curves, frame, marked=True),
    ]
    if len(curves) > 1:
        keys = [(curve.label, PENS[n % len(PENS)]) for n, curve in enumerate(curves)]
        marks += _legend(keys, frame.left, 14)
    return Markup("").join([*marks, Markup("</svg>")])


def _lines(curves: Sequence[Curve], frame: Frame, *, marked: bool) -> list[Markup]:
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


def _names(curves: Sequence[Curve], frame: Frame, *, room: float) -> list[Markup]:
    """Write each line's name at its right end, none on another."""
    told = [curve for curve in curves if curve.drawn]
    ends = [frame.y(curve.drawn[-1][1]) for curve in told]
    places = spread(ends, 13, frame.top, frame.bottom)
    return [
        text(frame.right + 5, y + 4, cut_to(curve.label, room), bold=curve.strong, small=True)
        for curve, y in zip(told, places, strict=True)
    ]


def _legend(keys: Sequence[tuple[str, Pen]], left: float, y: float) -> list[Markup]:
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


def _within(errors: Curve) -> list[float]:
    """Leave out standard errors that run away at the ends: they would flatten the rest."""
    held = sorted(y for _, y in errors.drawn)
    if not held:
        return []
    limit = 3 * held[len(held) // 2]
    return [y for y in held if y <= limit]
