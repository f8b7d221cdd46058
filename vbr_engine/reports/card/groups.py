"""Whether the models treat groups alike, or that nobody knows."""

from __future__ import annotations

from vbr_engine.reports.card.by_group import error_tables, group_sentences, group_tables
from vbr_engine.reports.card.data import Known
from vbr_engine.reports.manual.data import ManualPart, ManualSection
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["groups"]

_READING = (
    "In each group the risks should be as right as in the others: 1 seen for each predicted. An "
    "interval that holds 1 does not prove it; with few people it is wide. Groups under 20 people, "
    "and any that could be worked out from the rest, are not shown."
)


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
    parts = tuple(_part(known, outcome) for outcome in known.models)
    return ManualSection("fairness", "Fairness", (shared, *parts))


def _part(known: Known, outcome: str) -> ManualPart:
    title = OUTCOME_WORDS[outcome].name
    held = known.evaluations.get(outcome, {"groups": ()})
    tables = (*group_tables(held), *error_tables(held))
    if tables:
        return ManualPart(title=title, sentences=(_READING, *group_sentences(held)), tables=tables)
    return ManualPart(
        title=title,
        gap="whether risks are as right, and errors as rare, in one group as in another",
        study="join monitoring data by application when the models are evaluated: "
        "`vbr risk evaluate MODEL CAREERS --monitoring FILE:COLUMN`. Groups under 20 people are "
        "not shown.",
    )
