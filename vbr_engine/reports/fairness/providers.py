"""Groups within providers: pooled, and single ones where that may be shown."""

from __future__ import annotations

from typing import Any

from vbr_engine.fairness.impact import AdverseImpact
from vbr_engine.reports.analysis.parts import Block, Column, Section, Table, records
from vbr_engine.reports.fairness.figures import headline, ratio_of, ratio_picture, tested

__all__ = ["provider_section"]


def provider_section(impact: AdverseImpact) -> Section | None:
    """Give the section, or None where no column of providers was named.

    Parameters
    ----------
    impact : AdverseImpact

    Returns
    -------
    Section or None
    """
    rows = list(records(impact.pooled))
    if not impact.about["provider"]:
        return None
    opening = (
        "Here each provider is compared with itself and the answers are put together. That leaves "
        "out what comes from groups going to providers that take on different shares.",
    )
    if not rows:
        nothing = "No two groups have enough data to be compared within providers."
        return Section("providers", "Within providers", (Block(sentences=(nothing,)),))
    blocks = [Block(sentences=(*opening, *(headline(row["sentence"]) for row in rows)))]
    if any(not row["note"] for row in rows):
        blocks.append(Block(table=_pooled(rows)))
    blocks += _single(impact, rows)
    return Section("providers", "Within providers", tuple(blocks))


def _pooled(rows: list[dict[str, Any]]) -> Table:
    columns = (
        Column("Group, compared with"),
        Column("Providers", "r"),
        Column("Pooled ratio (interval)", "r"),
        Column("Exact p", "r"),
        Column("Share of variation beyond chance", "r"),
        Column("p, providers alike", "r"),
        Column("Odds ratio (interval)", "r"),
    )
    cells = tuple(
        (
            f"{row['dimension']}: {row['group']}, {row['reference']}",
            "too few" if row["providers"] is None else f"{row['providers']:,.0f}",
            ratio_of(row),
            tested(row["p"]),
            "not computed" if row["i_squared"] is None else f"{row['i_squared']:.0%}",
            "not computed" if row["p_heterogeneity"] is None else tested(row["p_heterogeneity"]),
            ratio_of(row, "odds_ratio"),
        )
        for row in rows
    )
    return Table("Groups within providers, pooled (Mantel-Haenszel)", columns, cells)


def _single(impact: AdverseImpact, pooled: list[dict[str, Any]]) -> list[Block]:
    blocks = []
    single = list(records(impact.providers))
    for number, pool in enumerate(pooled, start=1):
        names = pool["dimension"], pool["group"]
        rows = [row for row in single if (row["dimension"], row["group"]) == names]
        if not rows:
            continue
        drawn = [(row["provider"], row, False) for row in rows]
        if not pool["note"]:
            drawn.append(("All providers, pooled", pool, True))
        title = f"{pool['dimension']}: {pool['group']} compared with {pool['reference']}"
        blocks.append(
            Block(
                heading=f"Single providers: {title}",
                sentences=(
                    "Only providers with enough people in every group are here. They are in the "
                    "order of their size and in no other. Chance moves each of them as far as its "
                    "interval reaches: this is no league table.",
                ),
                picture=ratio_picture(
                    drawn,
                    picture_id=f"providers-{number}",
                    title=f"{title}, by provider",
                    against=pool["reference"],
                ),
                table=_counts(rows, title),
                folded=True,
            )
        )
    return blocks


def _counts(rows: list[dict[str, Any]], title: str) -> Table:
    columns = (
        Column("Provider"),
        Column("Selected, of", "r"),
        Column("Selected of those compared with, of", "r"),
        Column("Ratio (interval)", "r"),
    )
    cells = tuple(
        (
            row["provider"],
            f"{row['selected']:,.0f} of {row['n']:,.0f}",
            f"{row['selected_reference']:,.0f} of {row['n_reference']:,.0f}",
            ratio_of(row),
        )
        for row in rows
    )
    return Table(f"{title}, by provider", columns, cells)
