"""Scoring one sitting with the engine, and reading the profile that was kept."""

from __future__ import annotations

from service.storage import Unit
from service.use_cases.candidate import Sat
from service.use_cases.progress import answering_seconds
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.profile import Profile

__all__ = ["answers_of", "profile_of", "responses_of", "score_sitting"]


def answers_of(sat: Sat) -> dict[str, dict[str, int]]:
    """Return the answers that hold, by item and option."""
    return {item: dict(given.answer) for item, given in sat.progress.answers.items()}


def responses_of(sat: Sat) -> ResponseMatrix:
    """Return the sitting as a response matrix of one row."""
    return ResponseMatrix.from_answers({sat.sitting.id: answers_of(sat)}, sat.bank)


def score_sitting(sat: Sat) -> Profile:
    """Score the answers as they stand; the same answers always give the same profile."""
    seconds = {sat.sitting.id: answering_seconds(sat.progress.events)}
    return score(responses_of(sat), sat.bank, seconds=seconds).profile(sat.sitting.id)


def profile_of(unit: Unit, sat: Sat) -> Profile | None:
    """Return the profile that was kept at submission, if there is one."""
    body = unit.at(sat.sitting.provider_id).profiles.get(sat.sitting.id)
    return None if body is None else Profile.from_dict(body)
