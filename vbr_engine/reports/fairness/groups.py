"""Each kind of group: who was selected how often, and how far that differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbr_engine.fairness.comparison import NOT_ENOUGH
from vbr_engine.fairness.impact import AdverseImpact
from vbr_engine.reports.analysis.parts import Block, Column, Section, Table, records
from vbr_engine.reports.fairness.figures import (
    headline,
    points,
    ratio_of,
    ratio_picture,
    share_of,
    tested,
)

__all__ = ["group_sections"]

VERDICTS = {
    "lower": "selected less often",
    "higher": "selected more often",
    "alike": "no difference that matters",
    "cannot tell": "cannot tell",
    NOT_ENOUGH: NOT_ENOUGH,
}
ROLES = {
    "reference": "the others are compared with it",
    "compared": "compared",
    "rest": "not compared",
    NOT_ENOUGH: NOT_ENOUGH,
}


def group_sections(impact: AdverseImpact) -> Iterator[Section]:
    """Give a section for each kind of group.

    Parameters
    ----------
    impact : AdverseImpact

    Yields
    ------
    Section
    """
    for number, name in enumerate(dict.fromkeys(impact.groups["dimension"]), start=1):
        groups = [row for row in records(impact.groups) if row["dimension"] == name]
        rows = [row for row in records(impact.comparisons) if row["dimension"] == name]
        yield Section(
            f"groups-{number}",
            headline(name),
            tuple(_blocks(number, name, groups, rows, impact.about)),
        )


def _blocks(
    number: int, name: str, groups: list[dict[str, Any]], rows: list[dict[str, Any]], about: Any
) -> Iterator[Block]:
    told = tuple(headline(row["sentence"]) for row in rows if row["verdict"] != NOT_ENOUGH)
    compared = [row for row in rows if row["verdict"] != NOT_ENOUGH]
    if not compared:
        yield Block(sentences=("There are no two groups with enough data to compare.",))
    else:
        against = compared[0]["reference"]
        yield Block(
            sentences=told,
            picture=ratio_picture(
                [(row["group"], row, False) for row in rows],
                picture_id=f"ratios-{number}",
                title=f"{headline(name)}: selection compared with {against}",
                against=against,
            ),
        )
    yield Block(table=_counts(name, groups, about))
    if compared:
        yield Block(table=_figures(name, rows))


def _counts(name: str, groups: list[dict[str, Any]], about: Any) -> Table:
    columns = (
        Column("Group"),
        Column("People", "count"),
        Column("Selected", "count"),
        Column(f"Of 100 selected ({about['coverage']:.0%} interval)", "r"),
        Column("Role"),
    )
    rows = tuple(
        (
            row["group"],
            _count(row["n"]),
            _count(row["selected"]),
            share_of(row),
            ROLES[row["role"]],
        )
        for row in groups
    )
    return Table(f"{headline(name)}: who was selected", columns, rows)


def _count(held: float | None) -> str:
    return NOT_ENOUGH if held is None else f"{held:,.0f}"


def _figures(name: str, rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Group, compared with"),
        Column("Ratio (interval)", "r"),
        Column("Difference (interval)", "r"),
        Column("Exact p", "r"),
        Column("Adjusted p", "r"),
        Column("Reading"),
    )
    cells = tuple(
        (
            f"{row['group']}, {row['reference']}",
            ratio_of(row),
            points(row),
            tested(row["p"]),
            tested(row["p_adjusted"]),
            VERDICTS[row["verdict"]],
        )
        for row in rows
    )
    return Table(f"{headline(name)}: how far selection differs", columns, cells)
