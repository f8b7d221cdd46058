"""How the card writes a figure of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vbr_engine.reports.card.data import share, spanned
from vbr_engine.reports.manual.data import figure

__all__ = ["Held", "by_horizon", "in_words"]

Held = Mapping[str, Any]

_AS_SHARES = ("observed", "expected")
_FINE = ("brier", "integrated-brier", "scaled-brier", "log-gain")


def in_words(row: Held) -> str:
    """Write a figure with its interval."""
    value, low, high = row["value"], row["low"], row["high"]
    if value is None:
        return "not known"
    if row["figure"] in _AS_SHARES:
        return share(value) if low is None else f"{share(value)} ({spanned(low, high)})"
    digits = 3 if row["figure"] in _FINE else 2
    if low is None:
        return figure(value, digits)
    ends = f"{figure(low, digits)}\u00a0to\u00a0{figure(high, digits)}"
    return f"{figure(value, digits)} ({ends})"


def by_horizon(horizon: int | str) -> str:
    """Write a horizon."""
    return f"{horizon} days" if isinstance(horizon, int) else "the first day"
