"""Scoring one sitting with the engine, and reading the profile that was kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.storage import Tenant, Unit
from service.use_cases.candidate import Sat
from service.use_cases.progress import answering_seconds
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring import Rating, score, score_ratings
from vbr_engine.scoring.profile import Profile

__all__ = ["answers_of", "keep_profile", "profile_of", "responses_of", "score_sitting"]


def answers_of(sat: Sat) -> dict[str, dict[str, int]]:
    """Return the answers that hold, by item and option; none where they are in own words."""
    if sat.progress.in_words:
        return {}
    return {item: dict(given.answer) for item, given in sat.progress.answers.items()}


def responses_of(sat: Sat) -> ResponseMatrix:
    """Return the sitting as a response matrix of one row."""
    return ResponseMatrix.from_answers({sat.sitting.id: answers_of(sat)}, sat.bank)


def score_sitting(sat: Sat, ratings: Iterable[Rating] = ()) -> Profile:
    """Score the answers as they stand; the same answers always give the same profile.

    Answers in own words are scored from how people rated them. How long it took is left out where
    a colleague entered any answer: it would say how fast that person types.
    """
    if sat.progress.in_words:
        return score_ratings(sat.bank, sat.sitting.form.items, ratings, sitting=sat.sitting.id)
    entered = any(
        event.kind == "answered" and "entered" in event.body for event in sat.progress.events
    )
    seconds = None if entered else {sat.sitting.id: answering_seconds(sat.progress.events)}
    return score(responses_of(sat), sat.bank, seconds=seconds).profile(sat.sitting.id)


def keep_profile(tenant: Tenant, profile: Profile, *, at: datetime) -> None:
    """Keep a profile with the bank, policy and engine that made it."""
    tenant.profiles.add(
        profile.sitting,
        bank_sha256=profile.bank_sha256,
        policy=profile.policy,
        engine=profile.engine,
        body=profile.to_dict(),
        now=at,
    )


def profile_of(unit: Unit, sat: Sat) -> Profile | None:
    """Return the profile that was kept at submission, if there is one."""
    body = unit.at(sat.sitting.provider_id).profiles.get(sat.sitting.id)
    return None if body is None else Profile.from_dict(body)
