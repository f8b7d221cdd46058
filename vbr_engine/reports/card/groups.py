"""Whether the models treat groups alike, or that nobody knows."""

from __future__ import annotations

from vbr_engine.reports.card.data import OUTCOME_WORDS, Known
from vbr_engine.reports.manual.data import ManualPart, ManualSection

__all__ = ["groups"]


def groups(known: Known) -> ManualSection:
    """Say what is known about groups of people."""
    shared = ManualPart(
        sentences=(
            "Age, sex, ethnicity, health, religion and the other protected characteristics are "
            "refused as predictors by name. A fact that is allowed can still go with one of them "
            "(travel with ethnicity, hours with sex): that needs monitoring data, kept in a store "
            "of its own, and is looked at here only as counts.",
        )
    )
    gaps = tuple(
        ManualPart(
            title=OUTCOME_WORDS[outcome].name,
            gap="whether risks are as right, and errors as rare, in one group as in another",
            study="join monitoring data by application: "
            "`vbr risk card MODEL --careers CAREERS --monitoring FILE:COLUMN`. Groups under 20 "
            "people are not shown.",
        )
        for outcome in known.models
    )
    return ManualSection("fairness", "Fairness", (shared, *gaps))
