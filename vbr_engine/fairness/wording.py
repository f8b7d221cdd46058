"""Comparisons in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

__all__ = [
    "CLEARER_WITHIN",
    "MOVED_AWAY",
    "MOVED_TO",
    "UNSURE_WITHIN",
    "comparison_sentence",
    "in_hundred",
    "pooled_sentence",
    "probability",
    "screen_sentence",
    "with_interval",
]

MOVED_AWAY = (
    "it is not found within providers: the groups went to different providers, which select "
    "different shares."
)
MOVED_TO = (
    "within providers it is another one, because the groups went to different providers, which "
    "select different shares."
)
UNSURE_WITHIN = "within providers chance alone may explain what is left of it."
CLEARER_WITHIN = "within providers the difference is clearer."


def in_hundred(share: float) -> str:
    """Write a share as so many of 100.

    Examples
    --------
    >>> in_hundred(0.324), in_hundred(0.003), in_hundred(0.998), in_hundred(0.0)
    ('32', 'under 1', 'over 99', 'none')
    """
    if 0 < share < 0.005:
        return "under 1"
    if 0.995 < share < 1:
        return "over 99"
    return f"{100 * share:.0f}" if share else "none"


def with_interval(value: float, low: float, high: float) -> str:
    """Write a ratio with its interval.

    Examples
    --------
    >>> with_interval(0.668, 0.550, 0.811), with_interval(2.0, 0.9, float("inf"))
    ('0.67 (0.55 to 0.81)', '2.00 (0.90 or more)')
    """
    if not isfinite(value):
        return "not computed"
    if not isfinite(high):
        return f"{value:.2f} ({low:.2f} or more)"
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def probability(p: float) -> str:
    """Write a probability.

    Examples
    --------
    >>> probability(0.0001), probability(0.0312), probability(0.4), probability(1.0)
    ('under 0.001', '0.031', '0.40', '1')
    """
    if p < 0.001:
        return "under 0.001"
    return "1" if p > 0.995 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def comparison_sentence(row: Mapping[str, Any], *, many: bool) -> str:
    """Say what a comparison found.

    Parameters
    ----------
    row : mapping
        A row of the table of comparisons.
    many : bool
        Whether p was adjusted for several comparisons.

    Returns
    -------
    str
    """
    who = f"{row['dimension']}: {row['group']} and {row['reference']}"
    if row["verdict"] == "not enough data":
        return f"{row['dimension']}: {row['group']}: not enough data to compare."
    told = (
        f"{who}. Of 100, {in_hundred(row['rate'])} and {in_hundred(row['rate_reference'])} were "
        f"selected, a ratio of {with_interval(row['ratio'], row['ratio_low'], row['ratio_high'])}."
    )
    return f"{told} {_reading(row, many)}"


def _reading(row: Mapping[str, Any], many: bool) -> str:
    named = "adjusted p" if many else "exact p"
    p = f"{named} {probability(row['p_adjusted'])}"
    if row["verdict"] in ("lower", "higher"):
        return (
            f"{row['group']} was selected {'less' if row['verdict'] == 'lower' else 'more'} often, "
            f"and by more than chance explains ({p})."
        )
    if row["verdict"] == "alike":
        return f"No difference that matters: the whole interval lies within 0.80 to 1.25 ({p})."
    return (
        f"The data cannot tell: chance alone may explain it ({p}), and so may a true ratio "
        f"anywhere in that interval. A true ratio of 0.8 would have been found "
        f"{_times(row['power'])} with these numbers."
    )


def _times(share: float) -> str:
    told = in_hundred(share)
    return "hardly ever" if told in ("none", "under 1") else f"{told} times in 100"


def screen_sentence(row: Mapping[str, Any]) -> str:
    """Say how the four-fifths screen comes out, and how often it cries wolf.

    Parameters
    ----------
    row : mapping
        A row of the table of comparisons.

    Returns
    -------
    str
    """
    alarm = _times(row["four_fifths_false_alarm"])
    state = "is under" if row["four_fifths"] else "is not under"
    return (
        f"{row['dimension']}: {row['group']} {state} four fifths of {row['reference']}. With these "
        f"numbers, groups that are treated alike would be so {alarm}."
    )


def pooled_sentence(row: Mapping[str, Any], crude: Mapping[str, Any] | None) -> str:
    """Say what providers say together, each compared with itself.

    Parameters
    ----------
    row : mapping
        A row of the table of pooled figures.
    crude : mapping or None
        The comparison that leaves providers out of account.

    Returns
    -------
    str
    """
    who = f"{row['dimension']}: {row['group']} and {row['reference']}"
    if row["note"]:
        return f"{who}: {row['note']}"
    ratio = with_interval(row["ratio"], row["ratio_low"], row["ratio_high"])
    told = f"{who}, within {row['providers']} providers: a ratio of {ratio}, exact p "
    told += f"{probability(row['p'])}. {_agreement(row)}"
    return f"{told} {_beside(row, crude)}".strip()


def _agreement(row: Mapping[str, Any]) -> str:
    if not isfinite(row["p_heterogeneity"]):
        return "Whether providers differ cannot be told."
    p = probability(row["p_heterogeneity"])
    if row["p_heterogeneity"] <= 0.05:
        return f"Providers differ by more than chance (p {p}): one figure does not fit them all."
    return f"No sign that providers differ in it (p {p})."


def _beside(row: Mapping[str, Any], crude: Mapping[str, Any] | None) -> str:
    if crude is None or not isfinite(crude.get("ratio", float("nan"))):
        return ""
    apart = crude["verdict"] in ("lower", "higher")
    holds = row["ratio_high"] < 1 or row["ratio_low"] > 1
    same_side = (crude["ratio"] < 1) == (row["ratio"] < 1)
    if apart == (holds and same_side):
        return ""
    moved = not crude["ratio_low"] <= row["ratio"] <= crude["ratio_high"]
    told = f"All together the ratio is {crude['ratio']:.2f}"
    if apart and not holds:
        return f"{told}, but {MOVED_AWAY if moved else UNSURE_WITHIN}"
    return f"{told}; {MOVED_TO if moved else CLEARER_WITHIN}"
