"""A chart of eigenvalues beside those of chance."""

from __future__ import annotations

from markupsafe import Markup

from vbr_engine.charts.canvas import Axis, Frame
from vbr_engine.charts.curves import HIGH, WIDE, Curve, line_chart

__all__ = ["scree_chart"]


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
    return line_chart([found, chance], frame, title, description, chart_id)
