"""What these numbers could have shown, and how often a bare rule of thumb cries wolf."""

from __future__ import annotations

from typing import Any

from vbr_engine.fairness.comparison import NOT_ENOUGH
from vbr_engine.fairness.impact import AdverseImpact
from vbr_engine.fairness.wording import in_hundred
from vbr_engine.reports.analysis.parts import Block, Column, Section, Table, records

__all__ = ["sureness_section"]


def sureness_section(impact: AdverseImpact) -> Section:
    """Give the section on power and on the four-fifths screen.

    Parameters
    ----------
    impact : AdverseImpact

    Returns
    -------
    Section
    """
    rows = [row for row in records(impact.comparisons) if row["verdict"] != NOT_ENOUGH]
    blocks = [Block(sentences=impact.notes)] if impact.notes else []
    if rows:
        blocks += [
            Block(
                heading="What could have been found",
                sentences=(
                    "A comparison that finds nothing says little if it could not have found much.",
                ),
                table=_power(rows),
            ),
            Block(
                heading="The four-fifths screen",
                sentences=(
                    "A ratio under four fifths is a reason to look, taken from guidance in the "
                    "United States. It is not UK law: the Equality Act 2010 names no number. With "
                    "few people it fires often although groups are treated alike; the table says "
                    "how often. Go by the interval and the exact test.",
                ),
                table=_screen(rows),
            ),
        ]
    least, cell = impact.about["least"], impact.about["cell"]
    blocks.append(
        Block(
            heading="What is not shown",
            sentences=(
                f"A group's figures are shown where it has at least {least} people, at least "
                f"{cell} of them selected and {cell} not. Other groups are named and not counted: "
                "‘not enough data’. What is shown is chosen so that what is hidden cannot be "
                "worked out by taking figures from each other.",
                "That holds within one report. Publish one version for one set of decisions: two "
                "reports that differ by a few people can be taken from each other.",
            ),
        )
    )
    return Section("sureness", "How sure, and what is not shown", tuple(blocks))


def _power(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Group, compared with"),
        Column("Chance of finding a true ratio of 0.8", "r"),
        Column("Ratio that would be found 4 times in 5", "r"),
    )
    cells = tuple((_names(row), f"{in_hundred(row['power'])} in 100", _least(row)) for row in rows)
    return Table("Power of the comparisons", columns, cells)


def _least(row: dict[str, Any]) -> str:
    ratio = row["detectable_ratio"]
    return "none" if ratio is None else f"{ratio:.2f} or lower"


def _screen(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Group, compared with"),
        Column("Ratio", "r"),
        Column("Under four fifths"),
        Column("Equal groups would be, so often", "r"),
        Column("One of the two under the other", "r"),
    )
    cells = tuple(
        (
            _names(row),
            "not computed" if row["ratio"] is None else f"{row['ratio']:.2f}",
            "yes" if row["four_fifths"] else "no",
            f"{in_hundred(row['four_fifths_false_alarm'])} in 100",
            f"{in_hundred(row['four_fifths_either_way'])} in 100",
        )
        for row in rows
    )
    return Table("The screen and its false alarms", columns, cells)


def _names(row: dict[str, Any]) -> str:
    return f"{row['dimension']}: {row['group']}, {row['reference']}"
