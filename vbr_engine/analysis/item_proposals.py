"""Items that do not belong, that work differently between groups, or whose key is in doubt."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from vbr_engine.bank.proposals import Proposal
from vbr_engine.psychometrics.association import correlation_interval
from vbr_engine.psychometrics.multiple_tests import adjusted

__all__ = ["by_ambiguity", "by_difference", "by_discrimination"]

LEVEL = 0.05
LEAST_R = 0.10  # an item-rest correlation surely below it does not pay for the reading
CLEAR_MARGIN = 0.25  # between what people hold to be best and the key


def by_discrimination(items: pd.DataFrame, least: int) -> Iterator[Proposal]:
    """Propose to retire items that surely have little to do with the others.

    Parameters
    ----------
    items : DataFrame
        Of the analysis.
    least : int
        Answers that a proposal needs.

    Yields
    ------
    Proposal
    """
    known = items[items["item_rest_r"].notna() & (items["n"] >= least)]
    for row in known.to_dict("records"):
        r, n = float(row["item_rest_r"]), int(row["n"])
        low, high = correlation_interval(r, n, coverage=1 - 2 * LEVEL / len(known))
        if high < LEAST_R:
            yield Proposal(
                path=f"items.{row['item']}",
                change="retire-item",
                reason=(
                    f"It has little to do with the other items: r {r:.2f}, surely below "
                    f"{LEAST_R:.2f}"
                ),
                evidence={"item-rest r": r, "low": low, "high": high, "n": n},
            )


def by_difference(differential: pd.DataFrame) -> Iterator[Proposal]:
    """Propose to retire or reword items that work differently between groups.

    Parameters
    ----------
    differential : DataFrame
        Of the analysis.

    Yields
    ------
    Proposal
        For each item one, of its largest difference.
    """
    if differential.empty:
        return
    holm = differential.groupby("column")["p"].transform(lambda p: adjusted(p, "holm"))
    known = differential.assign(p_holm=holm)
    found = known[known["flagged"] & (holm < LEVEL)].sort_values(
        "effect", key=lambda effect: -effect.abs(), kind="stable"
    )
    for row in found.drop_duplicates("item").to_dict("records"):
        large = str(row["size"]).startswith("C")
        way = "higher" if row["effect"] > 0 else "lower"
        told = (
            f"At the same score, the group {row['focal']} earns {way} on it than the group "
            f"{row['reference']} ({row['effect']:+.2f} standard deviations)"
        )
        after = (
            "retire it, unless people of both groups can say which words do it"
            if large
            else "ask people of both groups what they understood"
        )
        yield Proposal(
            path=f"items.{row['item']}",
            change="retire-item" if large else "reword",
            reason=f"{told}: {after}",
            evidence={
                "DIF class": row["size"],
                "effect": row["effect"],
                "p": row["p"],
                "p (Holm)": row["p_holm"],
            },
        )


def by_ambiguity(ambiguity: pd.DataFrame, least: int) -> Iterator[Proposal]:
    """Propose to reword items of which people who answer well hold another option to be best.

    Parameters
    ----------
    ambiguity : DataFrame
        Of the analysis.
    least : int
        Answers that a proposal needs.

    Yields
    ------
    Proposal
    """
    margin = ambiguity["modal_share"] - ambiguity["keyed_share"]
    clear = ambiguity["ambiguous"] & (ambiguity["n"] >= least) & (margin >= CLEAR_MARGIN)
    for row in ambiguity[clear].to_dict("records"):
        yield Proposal(
            path=f"items.{row['item']}",
            change="reword",
            reason=str(row["why"]).rstrip("."),
            evidence={
                "keyed share": row["keyed_share"],
                "modal share": row["modal_share"],
                "n": row["n"],
            },
        )
