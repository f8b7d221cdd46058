"""Scores of groups side by side."""

from __future__ import annotations

from math import isfinite
from typing import Any

from vbr_engine.fairness.comparison import NOT_ENOUGH
from vbr_engine.fairness.impact import AdverseImpact
from vbr_engine.reports.analysis.parts import Block, Column, Section, Table, records
from vbr_engine.reports.fairness.figures import ratio_of

__all__ = ["score_section"]


def score_section(impact: AdverseImpact) -> Section | None:
    """Give the section, or None where no column of scores was named.

    Parameters
    ----------
    impact : AdverseImpact

    Returns
    -------
    Section or None
    """
    if not impact.about["score"]:
        return None
    rows = [row for row in records(impact.comparisons) if row["verdict"] != NOT_ENOUGH]
    told = (
        f"How the column {impact.about['score']} differs. Cohen's d is the difference of means in "
        "standard deviations: below 0, the group scores lower. About 0.2 is usually called small, "
        "0.5 medium. A difference in scores may come from the questions, from the way they were "
        "put, or from who applies; an analysis of the questions by group tells these apart.",
        "The scoring rate is the share that scores above the middle of all scores; its ratio is "
        "read like a selection ratio.",
    )
    if not rows:
        nothing = "No two groups have enough scores to compare."
        return Section("scores", "Scores", (Block(sentences=(nothing,)),))
    columns = (
        Column("Group, compared with"),
        Column("Cohen's d (interval)", "r"),
        Column("Hedges's g", "r"),
        Column("Ratio of scoring rates (interval)", "r"),
    )
    cells = tuple(
        (
            f"{row['dimension']}: {row['group']}, {row['reference']}",
            _d(row),
            NOT_ENOUGH if row["g"] is None else _signed(row["g"]),
            ratio_of(row, "scoring_ratio"),
        )
        for row in rows
    )
    table = Table("Differences in scores", columns, cells)
    return Section("scores", "Scores", (Block(sentences=told, table=table),))


def _d(row: dict[str, Any]) -> str:
    if row["d"] is None or not isfinite(row["d"]):
        return NOT_ENOUGH
    return f"{_signed(row['d'])} ({_signed(row['d_low'])} to {_signed(row['d_high'])})"


def _signed(value: float) -> str:
    told = f"{value:.2f}"
    return told.removeprefix("-" if not float(told) else "").replace("-", "−")
