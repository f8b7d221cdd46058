"""A chart of bars: how many people have which score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from vbr_engine.charts.canvas import (
    INK,
    QUIET,
    Axis,
    Frame,
    bottom_axis,
    left_axis,
    line,
    opening,
    rectangle,
    text,
    width_of,
)

__all__ = ["Bar", "distribution_chart"]

WIDE, HIGH = 640, 320


@dataclass(frozen=True, slots=True)
class Bar:
    """How many people have a score from `low` to `high`."""

    low: float
    high: float
    n: int


def distribution_chart(
    bars: Sequence[Bar],
    *,
    x_label: str,
    title: str,
    description: str,
    chart_id: str,
    cuts: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Draw how scores are spread, and where bands begin.

    Parameters
    ----------
    bars : sequence of Bar
        From the lowest up.
    x_label : str
        Name of the axis below.
    title, description : str
        What the chart shows, for people who do not see it.
    chart_id : str
        Unique on its page.
    cuts : sequence of (float, str)
        Scores where a band begins, with its name.

    Returns
    -------
    Markup

    Examples
    --------
    >>> bars = [Bar(0.0, 0.5, 12), Bar(0.5, 1.0, 30)]
    >>> svg = distribution_chart(bars, x_label="Composite", title="Scores",
    ...                          description="Most above 0.5", chart_id="d", cuts=[(0.65, "Close")])
    >>> svg.count("<rect"), "Close" in svg
    (2, True)
    """
    ends = [end for bar in bars for end in (bar.low, bar.high)]
    across = Axis.around([*ends, *(cut for cut, _ in cuts)], label=x_label, steps=8)
    up = Axis.around([0, *(bar.n for bar in bars)], label="People")
    frame = Frame(58, WIDE - 12, 34 + 17 * len(cuts), HIGH - 50, across, up)
    marks = [opening((WIDE, HIGH), title, description, chart_id), *left_axis(frame)]
    for bar in bars:
        left, right, top = frame.x(bar.low), frame.x(bar.high), frame.y(bar.n)
        if bar.n:
            wide = max(1.0, right - left)
            marks.append(
                rectangle(left, top, wide, frame.bottom - top, "#9fb8c4", stroke="#3f5661")
            )
    return Markup("").join([*marks, *bottom_axis(frame), *_cuts(cuts, frame), Markup("</svg>")])


def _cuts(cuts: Sequence[tuple[float, str]], frame: Frame) -> list[Markup]:
    """Draw a line down from each cut's name, every name on a line of its own."""
    marks = []
    for n, (cut, label) in enumerate(sorted(cuts)):
        x, base = frame.x(cut), 14 + 17.0 * n
        marks.append(line(x, base - 10, x, frame.bottom, INK, width=1.5, dash="5 3"))
        fits = x + 6 + width_of(label) <= WIDE
        place = (x + 6, "start") if fits else (x - 6, "end")
        marks.append(text(place[0], base, label, anchor=place[1], colour=QUIET))
    return marks
