"""True scores with a beta distribution, observed ones binomial around them (Lord 1965).

The beta's limits and shape come from the observed moments (Hanson 1991).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

__all__ = ["TrueScores", "effective_length", "fit_true_scores"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TrueScores:
    """A beta distribution of proportions between two limits.

    Parameters
    ----------
    lower, upper : float
        Limits, from 0 to 1.
    a, b : float
        Shape.
    n_moments : int
        How many moments of the true scores it has: 4, or fewer when the limits had to be set.
    """

    lower: float
    upper: float
    a: float
    b: float
    n_moments: int

    def share_below(self, proportion: Floats) -> Floats:
        """Share of persons whose true score is lower."""
        inside = np.clip((proportion - self.lower) / (self.upper - self.lower), 0.0, 1.0)
        return np.asarray(special.betainc(self.a, self.b, inside))

    def nodes(self, low: float, high: float, n: int = 300) -> tuple[Floats, Floats]:
        """Points and weights to integrate over persons between two quantiles.

        The points crowd towards both ends, where the quantile function is steep.
        """
        x, w = np.polynomial.legendre.leggauss(n)
        t = (x + 1) / 2
        smooth, slope = t**3 * (10 - 15 * t + 6 * t**2), 30 * t**2 * (1 - t) ** 2
        share = low + (high - low) * smooth
        inside = special.betaincinv(self.a, self.b, share)
        return self.lower + (self.upper - self.lower) * inside, (high - low) * slope * w / 2


def effective_length(mean: float, variance: float, reliability: float) -> float:
    """How many equal items, right or wrong, give a score in [0, 1] this reliability.

    Parameters
    ----------
    mean, variance : float
        Of the scores as proportions of what is possible.
    reliability : float
        Above 0 and below 1.

    Returns
    -------
    float
        Livingston and Lewis's effective test length, not rounded.

    Examples
    --------
    >>> round(effective_length(0.6, 0.04, 0.8), 2)
    26.0
    """
    return (mean * (1 - mean) - reliability * variance) / (variance * (1 - reliability))


def fit_true_scores(proportions: Floats, weights: Floats, n: int) -> TrueScores:
    """Fit the beta to observed scores on `n` items.

    Four moments are matched when that gives limits within [0, 1]; else a limit outside is set to
    the end of the range and three moments are matched; else both are set and two are.

    Parameters
    ----------
    proportions : ndarray
        Observed scores from 0 to 1.
    weights : ndarray
        Persons with each score.
    n : int
        Items.

    Returns
    -------
    TrueScores
        The distribution.

    Examples
    --------
    >>> uniform = fit_true_scores(np.arange(5) / 4, np.ones(5), 4)
    >>> bool(np.allclose([uniform.a, uniform.b, uniform.lower, uniform.upper], [1, 1, 0, 1]))
    True
    """
    mean, variance, skewness, kurtosis = _true_moments(proportions * n, weights, n)
    if variance <= 0:
        raise ValueError("no true variance")
    four = _four(mean, variance, skewness, kurtosis)
    if four and four.lower >= -1e-9 and four.upper <= 1 + 1e-9:
        return four
    three = _three(mean, variance, skewness, below=bool(four and four.lower < 0))
    return three or _two(mean, variance, 0.0, 1.0, 2)


def _true_moments(scores: Floats, weights: Floats, n: int) -> tuple[float, float, float, float]:
    """Mean, variance, skewness, kurtosis of true proportions, from falling factorial moments."""
    raw, product, allowed = [], np.ones_like(scores), 1.0
    for order in range(4):
        product, allowed = product * (scores - order), allowed * (n - order)
        raw.append(float(np.average(product, weights=weights)) / allowed if allowed else np.nan)
    m1, m2, m3, m4 = raw
    variance = m2 - m1**2
    if variance <= 0:
        return m1, variance, np.nan, np.nan
    third = m3 - 3 * m1 * m2 + 2 * m1**3
    fourth = m4 - 4 * m1 * m3 + 6 * m1**2 * m2 - 3 * m1**4
    return m1, variance, third / variance**1.5, fourth / variance**2


def _four(mean: float, variance: float, skewness: float, kurtosis: float) -> TrueScores | None:
    below = 6 + 3 * skewness**2 - 2 * kurtosis
    if not below > 0:
        return None
    r = 6 * (kurtosis - skewness**2 - 1) / below
    bottom = (r + 2) * (r + 3) * kurtosis - 3 * (r + 6) * (r + 1)
    inner = 1 - 24 * (r + 1) / bottom if bottom else np.nan
    if not (r > 0 and 0 <= inner < 1):
        return None
    one, other = r / 2 * (1 - np.sqrt(inner)), r / 2 * (1 + np.sqrt(inner))
    a, b = (one, other) if skewness >= 0 else (other, one)
    width = float(np.sqrt(variance * (a + b + 1) / (a * b))) * (a + b)
    lower = mean - width * a / (a + b)
    return TrueScores(float(lower), float(lower + width), float(a), float(b), 4)


def _two(mean: float, variance: float, lower: float, upper: float, n_moments: int) -> TrueScores:
    m = (mean - lower) / (upper - lower)
    v = variance / (upper - lower) ** 2
    total = m * (1 - m) / v - 1
    return TrueScores(lower, upper, m * total, (1 - m) * total, n_moments)


def _three(mean: float, variance: float, skewness: float, *, below: bool) -> TrueScores | None:
    """Set one limit to the end of the range, find the other by the skewness."""

    def at(limit: float) -> TrueScores:
        low, high = (0.0, limit) if below else (limit, 1.0)
        return _two(mean, variance, low, high, 3)

    def gap(limit: float) -> float:
        fit = at(limit)
        total = fit.a + fit.b
        found = 2 * (fit.b - fit.a) * np.sqrt(total + 1) / ((total + 2) * np.sqrt(fit.a * fit.b))
        return float(found - skewness)

    # The other limit must leave room for the variance: (mean - low) (high - mean) > variance.
    tightest = mean + variance / mean if below else mean - variance / (1 - mean)
    loosest = 1.0 if below else 0.0
    near = tightest + 1e-6 * (loosest - tightest)
    if not (loosest - tightest) * (1 if below else -1) > 0 or np.isnan(skewness):
        return None
    if gap(near) * gap(loosest) > 0:
        return None
    return at(float(optimize.brentq(gap, near, loosest, xtol=1e-14)))
