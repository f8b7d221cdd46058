"""How far the evidence of a model goes, and what that allows."""

from __future__ import annotations

from typing import Any

from vbr_engine.reports.card.data import OUTCOME_WORDS
from vbr_engine.reports.manual.data import ManualPart
from vbr_engine.risk.model import DropOutModel

__all__ = ["evidence_figures", "evidence_part", "level_sentence"]


def evidence_part(model: DropOutModel) -> ManualPart:
    """Say how many people and events there are, what they allow, and why not more."""
    words, held = OUTCOME_WORDS[model.outcome], model.evidence()
    return ManualPart(
        sentences=(
            f"{model.n_people_:,} people {words.people}; {model.n_events_:,} of them "
            f"{words.event}.",
            level_sentence(model),
            *(("Why it may not say more:",) if held.reasons else ()),
        ),
        points=held.reasons,
    )


def level_sentence(model: DropOutModel) -> str:
    """Say the level, and what it means."""
    level = model.evidence().level
    return f"Evidence level {level.code}, {level.title}. {level.sentence}"


def evidence_figures(model: DropOutModel) -> dict[str, Any]:
    """Give the level, its reasons and the checks behind it as plain data."""
    checks = model.checks_
    return {
        **model.evidence().to_dict(),
        "checks": None if checks is None else checks.to_dict(),
    }
