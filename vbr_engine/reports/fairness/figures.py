"""How the report on fairness writes its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vbr_engine.charts import PlotRow, Zone
from vbr_engine.fairness.comparison import NOT_ENOUGH, SCREEN
from vbr_engine.fairness.wording import in_hundred, probability, with_interval
from vbr_engine.reports.analysis.parts import Picture

__all__ = [
    "LIMITS",
    "NO_FIGURE",
    "headline",
    "points",
    "ratio_of",
    "ratio_picture",
    "share_of",
    "tested",
]

LIMITS = 0.05, 20.0
NO_FIGURE = NOT_ENOUGH


def ratio_of(row: Mapping[str, Any], stem: str = "ratio") -> str:
    """Write a ratio with its interval, or that there is none.

    Examples
    --------
    >>> ratio_of({"ratio": 0.8, "ratio_low": 0.5, "ratio_high": None})
    '0.80 (0.50 or more)'
    >>> ratio_of({"ratio": None})
    'not enough data'
    """
    value = row.get(stem)
    if value is None:
        return NO_FIGURE
    high = row[f"{stem}_high"]
    return with_interval(value, row[f"{stem}_low"], float("inf") if high is None else high)


def points(row: Mapping[str, Any]) -> str:
    """Write a difference of shares in percentage points.

    Examples
    --------
    >>> points({"difference": -0.032, "difference_low": -0.0474, "difference_high": -0.0168})
    '−3 points (−5 to −2)'
    """
    if row.get("difference") is None:
        return NO_FIGURE
    value, low, high = (_whole(100 * row[f"difference{end}"]) for end in ("", "_low", "_high"))
    return f"{value} points ({low} to {high})"


def _whole(value: float) -> str:
    return f"{value + 0.0:.0f}".replace("-0", "0" if abs(value) < 0.5 else "-0").replace("-", "−")


def share_of(row: Mapping[str, Any]) -> str:
    """Write a rate as so many in 100, with its interval.

    Examples
    --------
    >>> share_of({"rate": 0.3, "rate_low": 0.21, "rate_high": 0.4})
    '30 (21 to 40)'
    """
    if row.get("rate") is None:
        return NO_FIGURE
    rate, low, high = (in_hundred(row[name]) for name in ("rate", "rate_low", "rate_high"))
    return f"{rate} ({low} to {high})"


def tested(p: float | None) -> str:
    """Write a p, or that there is none."""
    return NO_FIGURE if p is None else probability(p)


def ratio_picture(
    rows: Sequence[tuple[str, Mapping[str, Any], bool]],
    *,
    picture_id: str,
    title: str,
    against: str,
) -> Picture:
    """Give the picture of ratios with their intervals.

    Parameters
    ----------
    rows : sequence of (str, mapping, bool)
        Name, figures, and whether it stands for several.
    picture_id, title, against : str

    Returns
    -------
    Picture
    """
    drawn = tuple(
        PlotRow(
            name,
            row.get("ratio"),
            row.get("ratio_low"),
            row.get("ratio_high"),
            ratio_of(row),
            strong,
        )
        for name, row, strong in rows
    )
    described = "; ".join(f"{row.label} {row.figures}" for row in drawn)
    return Picture(
        kind="forest",
        id=picture_id,
        title=title,
        description=f"Selection rate as a multiple of that of {against}, on a scale on which a "
        f"half is as far from one as two is. {described}.",
        figures={
            "rows": drawn,
            "x_label": f"Selected so many times as often as {against}",
            "zones": (Zone(SCREEN, 1 / SCREEN, "0.8 to 1.25"),),
            "include": (0.5, 2.0),
            "limits": LIMITS,
            "ratios": True,
        },
    )


def headline(name: str) -> str:
    """Begin a column's name with a capital letter.

    Examples
    --------
    >>> headline("sex × ethnicity")
    'Sex × ethnicity'
    """
    return name[:1].upper() + name[1:]
