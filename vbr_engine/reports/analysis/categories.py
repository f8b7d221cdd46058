"""Curves of an item's categories, as the graded response model has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import tanh
from typing import Any

from vbr_engine.charts import Curve
from vbr_engine.reports.analysis.parts import TracePanel

__all__ = ["category_chances", "category_panel"]

THETAS = tuple(n / 4 for n in range(-12, 13))


def category_panel(rows: Sequence[Mapping[str, Any]], stem: str) -> tuple[TracePanel, ...]:
    """Make a picture of an item's parameters; nothing where one of them is unknown."""
    held = {row["parameter"]: row["estimate"] for row in rows}
    slope = held.pop("a", None)
    found = (held.get(f"d_{k}") for k in range(1, len(held) + 1))
    intercepts = [estimate for estimate in found if estimate is not None]
    if slope is None or not intercepts or len(intercepts) < len(held):
        return ()
    chances = [category_chances(slope, intercepts, theta) for theta in THETAS]
    curves = tuple(
        Curve(str(k), tuple((theta, p[k]) for theta, p in zip(THETAS, chances, strict=True)))
        for k in range(len(chances[0]))
    )
    told = f"{len(curves)} categories, slope {slope:.2f}".replace("-", "−")
    caption = "By the model: chance of each category of the item score"
    return (TracePanel(stem, caption, told, curves, modelled=True),)


def category_chances(slope: float, intercepts: Sequence[float], theta: float) -> tuple[float, ...]:
    """Work out the chance of each category: those to reach it less those to reach the next.

    Examples
    --------
    >>> [round(p, 3) for p in category_chances(1.0, [1.0, -1.0], 0.0)]
    [0.269, 0.462, 0.269]
    """
    reached = [1.0, *((1 + tanh((slope * theta + d) / 2)) / 2 for d in intercepts), 0.0]
    return tuple(low - high for low, high in pairwise(reached))
