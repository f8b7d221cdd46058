"""The difference of two groups' scores in standard deviations, with an exact interval.

References
----------
Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related
estimators. Journal of Educational Statistics, 6, 107-128.
Steiger, J. H., and Fouladi, R. T. (1997). Noncentrality interval estimation and the evaluation of
statistical models. In What if there were no significance tests? Erlbaum.
"""

from __future__ import annotations

from math import exp, lgamma, log, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import nct

__all__ = ["Standardised", "standardised_difference"]


class Standardised(NamedTuple):
    """Cohen's d, Hedges's g (d without its bias in small groups), and the interval of d."""

    d: float
    g: float
    low: float
    high: float


def standardised_difference(
    scores: ArrayLike, scores_ref: ArrayLike, *, coverage: float = 0.95
) -> Standardised:
    """Mean of the compared group less that of the reference group, in pooled standard deviations.

    Parameters
    ----------
    scores, scores_ref : array-like
        Complete.
    coverage : float
        Of the interval, which holds every true difference that the t test would not reject.

    Returns
    -------
    Standardised
        NaN if it cannot be told: under two people, or scores that do not vary.

    Examples
    --------
    >>> found = standardised_difference([1, 2, 3, 4], [3, 4, 5, 6])
    >>> [round(one, 2) for one in found]
    [-1.55, -1.35, -3.13, 0.12]
    """
    one, other = np.asarray(scores, dtype=float), np.asarray(scores_ref, dtype=float)
    n, m = len(one), len(other)
    freedom = n + m - 2
    if min(n, m) < 2:
        return Standardised(nan, nan, nan, nan)
    squares = float(((one - one.mean()) ** 2).sum() + ((other - other.mean()) ** 2).sum())
    if squares <= 1e-12 * max(1.0, float(abs(other.mean())) ** 2):
        return Standardised(nan, nan, nan, nan)
    d = float(one.mean() - other.mean()) / sqrt(squares / freedom)
    scale = sqrt(n * m / (n + m))
    tail = (1 - coverage) / 2
    low = _noncentrality(d * scale, freedom, 1 - tail)
    high = _noncentrality(d * scale, freedom, tail)
    return Standardised(d, d * _unbias(freedom), low / scale, high / scale)


def _unbias(freedom: int) -> float:
    return exp(lgamma(freedom / 2) - lgamma((freedom - 1) / 2) - log(freedom / 2) / 2)


def _noncentrality(t: float, freedom: int, share: float) -> float:
    """Find the true t of which that share lies below the one found."""
    reach = 6 + 3 * abs(t) / sqrt(freedom)
    return float(
        brentq(lambda centre: nct.cdf(t, freedom, centre) - share, t - reach, t + reach, xtol=1e-9)
    )
