"""How well the models do, with intervals, or that nobody knows."""

from __future__ import annotations

from vbr_engine.reports.card.data import OUTCOME_WORDS, Known
from vbr_engine.reports.manual.data import ManualPart, ManualSection

__all__ = ["performance"]

_STUDY = (
    "run `vbr risk evaluate` on careers that these models have not seen, best of providers that "
    "are new to them. With 40 events an area under the curve is known to about ±.10, with 200 to "
    "±.05"
)


def performance(known: Known) -> ManualSection:
    """Say how well each model tells apart, and how right its risks are."""
    parts = tuple(
        ManualPart(
            title=OUTCOME_WORDS[outcome].name,
            gap="how well the model does on people whom it has not seen",
            study=f"{_STUDY}.",
        )
        for outcome in known.models
    )
    return ManualSection("performance", "How well it does", parts)
