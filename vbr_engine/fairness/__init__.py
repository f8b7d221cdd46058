"""Fairness of decisions and scores between groups: ratios with intervals, pooled and suppressed.

Nothing here reads or writes files. A group that is too small is named, never counted.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Loaded on first use, so that one figure does not wait for the others.
_HOME = {
    "AdverseImpact": "impact",
    "FourFifths": "screen",
    "ModelFairness": "models",
    "Pooled": "pooling",
    "Rule": "suppression",
    "adverse_impact": "impact",
    "difference_interval": "score_intervals",
    "exact_test": "exact",
    "four_fifths": "screen",
    "holm": "exact",
    "model_fairness": "models",
    "pool": "pooling",
    "power": "detection",
    "ratio_interval": "score_intervals",
    "standardised_difference": "standardised",
    "wilson": "score_intervals",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
