"""What a panel of experts proposes: the key that it agrees on, or none where it does not agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vbr_engine.analysis.notes import Notes
from vbr_engine.bank.model import Bank, ResponseFormat
from vbr_engine.bank.proposals import Proposal
from vbr_engine.psychometrics.panel import LEAST_AGREEMENT, PanelStatistics

__all__ = ["by_panel"]

LEAST_EXPERTS = 10
AGREED = 0.70  # r_wg from which a panel is said to agree (LeBreton and Senter 2008)


def by_panel(panel: PanelStatistics, bank: Bank, notes: Notes) -> Iterator[Proposal]:
    """Propose the panel's rating as the key where it agrees, and to drop where it does not.

    An option that the panel agrees to put in the middle of the scale is marked in the analysis, but
    is not proposed to go: that is a question of how long an item may be. Ratings alone: a rank, a
    pair or a set is one decision, and `vbr panel` shows it whole.

    Parameters
    ----------
    panel : PanelStatistics
    bank : Bank
    notes : Notes
        Added to.

    Yields
    ------
    Proposal
    """
    if panel.experts < LEAST_EXPERTS:
        notes.add(
            f"Nothing is proposed on the strength of the panel: that needs {LEAST_EXPERTS} "
            f"experts, and there are {panel.experts}."
        )
        return
    for row in panel.options.to_dict("records"):
        item = bank.item_by_id[row["item"]]
        if item.format is not ResponseFormat.RATE or row["n"] < LEAST_EXPERTS:
            continue
        if row["drop"] and row["r_wg"] < LEAST_AGREEMENT:
            yield _dropped(row)
        elif row["mode"] == row["mode"] and row["mode"] != row["key"] and row["r_wg"] >= AGREED:
            yield _rekeyed(row)


def _figures(row: dict[Any, Any]) -> dict[str, Any]:
    return {"experts": row["n"], "mean": row["mean"], "sd": row["sd"], "r_wg": row["r_wg"]}


def _dropped(row: dict[Any, Any]) -> Proposal:
    return Proposal(
        path=f"items.{row['item']}.options.{row['option']}",
        change="drop-option",
        reason=f"Experts agree too little on it: r_wg {row['r_wg']:.2f}, below {LEAST_AGREEMENT}",
        evidence=_figures(row),
    )


def _rekeyed(row: dict[Any, Any]) -> Proposal:
    to, key = int(row["mode"]), int(row["key"])
    return Proposal(
        path=f"items.{row['item']}.key.{row['option']}",
        change="rekey",
        to=to,
        reason=f"{row['share']:.0%} of the panel give it {to}, and it is keyed {key}",
        evidence=_figures(row) | {"share": row["share"]},
    )
