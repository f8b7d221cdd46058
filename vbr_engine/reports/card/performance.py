"""How well the models do, with intervals, or that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbr_engine.reports.card.data import Known
from vbr_engine.reports.card.evaluated import found_part
from vbr_engine.reports.manual.data import (
    ManualPart,
    ManualSection,
    ManualTable,
    count,
    figure,
    interval,
)
from vbr_engine.risk.levels import Checks
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["performance"]

_STUDY = (
    "run `vbr risk evaluate`, best on careers that these models have not seen; the card then shows "
    "what it found. With 40 events a concordance is known to about ±.10, with 200 to about ±.05."
)


def performance(known: Known) -> ManualSection:
    """Say how well each model tells apart, and how right its risks are."""
    parts = [
        ManualPart(
            sentences=(
                "Concordance: of two people, how often the one who went earlier had the higher "
                "risk; .50 is chance. Before somebody starts, an honest figure lies between .58 "
                "and .65; above .70, look for something that was known only afterwards. Slope: 1 "
                "means that differences between people are as large as predicted; below 1, they "
                "were overstated.",
            )
        )
    ]
    for outcome, model in known.models.items():
        parts += _parts(outcome, model, known.evaluations.get(outcome))
    return ManualSection("performance", "How well it does", tuple(parts))


def _parts(
    outcome: str, model: DropOutModel, evaluation: Mapping[str, Any] | None
) -> list[ManualPart]:
    title = OUTCOME_WORDS[outcome].name
    if evaluation is not None:
        return [found_part(evaluation, title)]
    parts = [] if model.checks_ is None else [_left_out(title, model.checks_)]
    gap = ManualPart(
        title="" if parts else title,
        gap="how right its risks are by horizon, with intervals and a calibration curve",
        study=_STUDY,
    )
    return [*parts, gap]


def _left_out(title: str, checks: Checks) -> ManualPart:
    rows = (
        ("Concordance", interval(checks.auc, checks.auc_low, checks.auc_high)),
        ("Calibration slope", interval(checks.slope, checks.slope_low, checks.slope_high)),
        ("Gain in log-likelihood for each event", figure(checks.gain, 3)),
    )
    return ManualPart(
        title=title,
        sentences=(
            f"Each of {count(checks.n_providers)} providers was left out in turn, in groups, and "
            f"predicted from the others ({count(checks.n_events)} events). Risks are compared "
            "within these data, so other places and later years may differ.",
            *checks.failures,
        ),
        tables=(
            ManualTable(
                "At providers left out, with 95% intervals", ("What", "Figure (95%)"), rows
            ),
        ),
    )
