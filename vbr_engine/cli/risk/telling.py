"""What commands say about how far a model's evidence goes."""

from __future__ import annotations

from vbr_engine.risk import DropOutModel
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["evidence_lines"]


def evidence_lines(model: DropOutModel) -> list[str]:
    """Say how many events there are, what the model may say, and why not more."""
    words, held = OUTCOME_WORDS[model.outcome], model.evidence()
    lines = [
        f"{words.name}: {model.n_people_:,} {words.people}, {model.n_events_:,} {words.event}.",
        f"  Level {held.level.code}, {held.level.title}. {held.level.sentence}",
    ]
    return lines + [f"  Why not more: {reason}" for reason in held.reasons]
