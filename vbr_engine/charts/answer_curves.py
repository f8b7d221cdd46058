"""Small charts of how answers go: given along the score, or expected along the trait."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    QUIET,
    Axis,
    Frame,
    bottom_axis,
    cut_to,
    left_axis,
    opening,
    spread,
    text,
    width_of,
)
from vbr_engine.charts.curves import Curve, curve_marks

__all__ = ["category_chart", "trace_chart"]

PANEL, LARGE_PANEL = (218, 168), (288, 210)


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
        *curve_marks(curves, frame, marked=True),
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
        *curve_marks(curves, frame, marked=False),
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


def _names(curves: Sequence[Curve], frame: Frame, *, room: float) -> list[Markup]:
    """Write each line's name at its right end, none on another."""
    told = [curve for curve in curves if curve.drawn]
    ends = [frame.y(curve.drawn[-1][1]) for curve in told]
    places = spread(ends, 13, frame.top, frame.bottom)
    return [
        text(frame.right + 5, y + 4, cut_to(curve.label, room), bold=curve.strong, small=True)
        for curve, y in zip(told, places, strict=True)
    ]
