"""Two groups side by side: every figure of one comparison, and what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbr_engine.fairness.detection import detectable_ratio, power
from vbr_engine.fairness.exact import exact_test
from vbr_engine.fairness.score_intervals import difference_interval, ratio_interval
from vbr_engine.fairness.screen import four_fifths
from vbr_engine.fairness.standardised import standardised_difference
from vbr_engine.fairness.suppression import Rule

__all__ = ["FIGURES", "NOT_ENOUGH", "SCREEN", "Side", "compare", "verdict"]

SCREEN = 0.8
NOT_ENOUGH = "not enough data"
FIGURES = (
    "n",
    "selected",
    "n_reference",
    "selected_reference",
    "rate",
    "rate_reference",
    "ratio",
    "ratio_low",
    "ratio_high",
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "p_adjusted",
    "four_fifths",
    "four_fifths_false_alarm",
    "four_fifths_either_way",
    "power",
    "detectable_ratio",
    "d",
    "g",
    "d_low",
    "d_high",
    "scoring_ratio",
    "scoring_ratio_low",
    "scoring_ratio_high",
)


@dataclass(frozen=True, eq=False)
class Side:
    """One group: how many were selected, and the scores of those who have one."""

    selected: NDArray[np.bool_]
    scores: NDArray[np.float64]

    @property
    def n(self) -> int:
        """People."""
        return len(self.selected)

    @property
    def chosen(self) -> int:
        """People selected."""
        return int(self.selected.sum())


def compare(
    side: Side, other: Side, *, rule: Rule, middle: float, coverage: float, level: float
) -> dict[str, Any]:
    """Compare a group with the reference group; both may be shown.

    Parameters
    ----------
    side, other : Side
        The compared group, and the reference group.
    rule : Rule
    middle : float
        The median of all scores: scoring above it is what scoring rates count. NaN: no scores.
    coverage : float
        Of intervals.
    level : float
        How small an adjusted p has to be.

    Returns
    -------
    dict
        A figure for each of `FIGURES`.
    """
    counts = side.chosen, side.n, other.chosen, other.n
    ratio = ratio_interval(*counts, coverage=coverage)
    difference = difference_interval(*counts, coverage=coverage)
    screen = four_fifths(*counts)
    rate = other.chosen / other.n
    found: dict[str, Any] = dict.fromkeys(FIGURES, nan)
    found |= {
        "n": side.n,
        "selected": side.chosen,
        "n_reference": other.n,
        "selected_reference": other.chosen,
        "rate": side.chosen / side.n,
        "rate_reference": rate,
        "ratio": ratio.value,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
        "difference": difference.value,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "p": exact_test(*counts),
        "four_fifths": screen.below,
        "four_fifths_false_alarm": screen.false_alarm,
        "four_fifths_either_way": screen.either_way,
        "power": power(side.n, other.n, SCREEN * rate, rate, level=level),
    }
    least = detectable_ratio(side.n, other.n, rate, level=level)
    found["detectable_ratio"] = nan if least is None else least
    return found | _scores(side, other, rule, middle, coverage)


def _scores(
    side: Side, other: Side, rule: Rule, middle: float, coverage: float
) -> dict[str, float]:
    scored = [one.scores[np.isfinite(one.scores)] for one in (side, other)]
    if min(map(len, scored)) < rule.least:
        return {}
    found = standardised_difference(*scored, coverage=coverage)
    told = {"d": found.d, "g": found.g, "d_low": found.low, "d_high": found.high}
    above = [int((part > middle).sum()) for part in scored]
    if not all(rule.allows(len(part), n) for part, n in zip(scored, above, strict=True)):
        return told
    ratio = ratio_interval(above[0], len(scored[0]), above[1], len(scored[1]), coverage=coverage)
    return told | {
        "scoring_ratio": ratio.value,
        "scoring_ratio_low": ratio.low,
        "scoring_ratio_high": ratio.high,
    }


def verdict(row: dict[str, Any], *, level: float) -> str:
    """Say what a comparison amounts to.

    Parameters
    ----------
    row : dict
        With ``p_adjusted``, ``ratio``, ``ratio_low`` and ``ratio_high``.
    level : float
        How small an adjusted p has to be.

    Returns
    -------
    {"lower", "higher", "alike", "cannot tell"}
        Alike: no sign of a difference, and the interval lies within 0.8 to 1.25.

    Examples
    --------
    >>> verdict({"p_adjusted": 0.4, "ratio": 0.9, "ratio_low": 0.5, "ratio_high": 1.4}, level=0.05)
    'cannot tell'
    """
    if row["p_adjusted"] <= level:
        return "lower" if row["ratio"] < 1 else "higher"
    near = row["ratio_low"] >= SCREEN and row["ratio_high"] <= 1 / SCREEN
    return "alike" if near else "cannot tell"
