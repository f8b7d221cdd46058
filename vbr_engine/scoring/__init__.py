"""Scoring: from answers, or from raters' levels, to profiles, as the bank's policy declares."""

from __future__ import annotations

from vbr_engine.scoring.guide import RatingGuide, rating_guide, rubric_of, rubric_text
from vbr_engine.scoring.own_words import score_ratings
from vbr_engine.scoring.profile import Flag, Profile, ValueScore
from vbr_engine.scoring.raters import Rating, combine, needs_third, raters_needed
from vbr_engine.scoring.scores import Scores, score

__all__ = [
    "Flag",
    "Profile",
    "Rating",
    "RatingGuide",
    "Scores",
    "ValueScore",
    "combine",
    "needs_third",
    "raters_needed",
    "rating_guide",
    "rubric_of",
    "rubric_text",
    "score",
    "score_ratings",
]
