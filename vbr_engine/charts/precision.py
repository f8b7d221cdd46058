"""Charts of how sure scores are: information along the trait, errors along the score."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    PENS,
    Axis,
    Frame,
    bottom_axis,
    left_axis,
    opening,
    path,
    right_axis,
)
from vbr_engine.charts.curves import HIGH, WIDE, Curve, legend, line_chart

__all__ = ["error_chart", "information_chart"]


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
        *legend([(information.label, solid), (errors.label, dashed)], frame.left, 14),
    ]
    for stretch in information.stretches:
        marks.append(path([(frame.x(x), frame.y(y)) for x, y in stretch], solid.colour, width=2.5))
    for stretch in errors.stretches:
        kept = [(frame.x(x), frame.y(y, second)) for x, y in stretch if y <= second.high]
        marks.append(path(kept, dashed.colour, width=2.5, dash=dashed.dashes))
    return Markup("").join([*marks, Markup("</svg>")])


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
    return line_chart(curves, frame, title, description, chart_id, cuts=cuts)


def _within(errors: Curve) -> list[float]:
    """Leave out standard errors that run away at the ends: they would flatten the rest."""
    held = sorted(y for _, y in errors.drawn)
    if not held:
        return []
    limit = 3 * held[len(held) // 2]
    return [y for y in held if y <= limit]
