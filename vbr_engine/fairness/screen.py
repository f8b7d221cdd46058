"""The four-fifths rule as a screen, with how often it cries wolf at these numbers.

The rule is a convention of agencies in the United States: one group's rate under four fifths of
another's is to be looked into. It is no test in UK law.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import binom

__all__ = ["FourFifths", "four_fifths"]


class FourFifths(NamedTuple):
    """Whether the screen is failed, and how often equal groups of these sizes would fail it.

    `false_alarm`: in this direction, the compared group below. `either_way`: whichever is below.
    """

    below: bool
    false_alarm: float
    either_way: float


def four_fifths(selected: int, n: int, selected_ref: int, n_ref: int) -> FourFifths:
    """Screen two rates, and count out how often equal groups would fail the same screen.

    Parameters
    ----------
    selected, n : int
        How many of the compared group were selected, and of how many.
    selected_ref, n_ref : int
        The same of the reference group.

    Returns
    -------
    FourFifths
        The false alarms are added up over every possible outcome, at the rate of both together.

    Examples
    --------
    >>> found = four_fifths(6, 10, 13, 20)
    >>> found.below, round(found.false_alarm, 2), round(found.either_way, 2)
    (False, 0.22, 0.44)
    """
    rate = (selected + selected_ref) / (n + n_ref)
    one, other = _chance_below(n, n_ref, rate), _chance_below(n_ref, n, rate)
    return FourFifths(5 * selected * n_ref < 4 * selected_ref * n, one, min(1.0, one + other))


def _chance_below(n: int, n_ref: int, rate: float) -> float:
    """Give the chance that the first share is under four fifths of the second; all in integers."""
    selected_ref = np.arange(n_ref + 1)
    most = (4 * selected_ref * n + 5 * n_ref - 1) // (5 * n_ref) - 1  # the most that is below
    below = binom.pmf(selected_ref, n_ref, rate) * binom.cdf(most, n, rate)
    return float(below[1:].sum())
