"""Scoring: from a response matrix to scores and profiles, as the bank's policy declares."""

from __future__ import annotations

from vbr_engine.scoring.profile import Flag, Profile, ValueScore
from vbr_engine.scoring.scores import Scores, score

__all__ = ["Flag", "Profile", "Scores", "ValueScore", "score"]
