"""How far two things go together, with intervals: correlation, and the difference of two groups.

References
----------
Hedges, L. V., and Olkin, I. (1985). Statistical methods for meta-analysis. Academic Press.
"""

from __future__ import annotations

from math import atanh, isfinite, nan, sqrt, tanh
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from vbr_engine.psychometrics.agreement import Floats

__all__ = [
    "Difference",
    "alpha",
    "correlation",
    "correlation_interval",
    "standardised_difference",
]


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's correlation.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Complete.

    Returns
    -------
    float
        0 if either does not vary: it then predicts nothing.
    """
    if len(x) < 2:
        return 0.0
    x, y = x - x.mean(), y - y.mean()
    size = sqrt(float((x**2).sum()) * float((y**2).sum()))
    return float((x * y).sum()) / size if size > 1e-12 else 0.0


def correlation_interval(r: float, n: int, *, coverage: float = 0.95) -> tuple[float, float]:
    """Fisher's interval of a correlation.

    Parameters
    ----------
    r : float
    n : int
        Pairs.
    coverage : float

    Returns
    -------
    tuple of float
        NaN with fewer than four pairs.

    Examples
    --------
    >>> low, high = correlation_interval(0.5, 28)
    >>> round(low, 2), round(high, 2)
    (0.16, 0.74)
    """
    if n < 4 or not isfinite(r):
        return nan, nan
    if abs(r) >= 1:
        return r, r
    width = NormalDist().inv_cdf(0.5 + coverage / 2) / sqrt(n - 3)
    return tanh(atanh(r) - width), tanh(atanh(r) + width)


class Difference(NamedTuple):
    """A standardised difference of two means, and its interval."""

    d: float
    low: float
    high: float


def standardised_difference(first: Floats, second: Floats, *, coverage: float = 0.95) -> Difference:
    """Mean of the first less mean of the second, in pooled standard deviations.

    Parameters
    ----------
    first, second : ndarray
        Complete.
    coverage : float
        Of the interval, by the large-sample variance of Hedges and Olkin (1985).

    Returns
    -------
    Difference
        NaN if it cannot be told.

    Examples
    --------
    >>> found = standardised_difference(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
    >>> found.d
    -1.0
    """
    n, m = len(first), len(second)
    if n < 2 or m < 2:
        return Difference(nan, nan, nan)
    squares = float(((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum())
    if squares <= 1e-12:
        return Difference(nan, nan, nan)
    d = float(first.mean() - second.mean()) / sqrt(squares / (n + m - 2))
    width = NormalDist().inv_cdf(0.5 + coverage / 2)
    width *= sqrt((n + m) / (n * m) + d**2 / (2 * (n + m)))
    return Difference(d, d - width, d + width)


def alpha(items: Floats) -> float:
    """Cronbach's alpha of item scores, from the covariances of the pairs that are there.

    Parameters
    ----------
    items : ndarray, shape (items, people)
        NaN where not scored. Items that fewer than two people share with any other are left out.

    Returns
    -------
    float
        NaN with fewer than two items.

    Examples
    --------
    >>> alpha(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]))
    1.0
    """
    told = np.isfinite(items)
    items, told = items[told.any(axis=1)], told[told.any(axis=1)]
    k = len(items)
    if k < 2:
        return nan
    covariance = _covariances(items, told)
    shared = np.isfinite(covariance)
    if not shared.any():
        return nan
    # Pairs that nobody answered together count as the mean of those that somebody did.
    apart = ~np.eye(k, dtype=bool)
    rest = covariance[shared & apart].mean() if (shared & apart).any() else nan
    variances = np.nanmean(np.diag(covariance)) * k
    total = variances + rest * k * (k - 1)
    return float(k / (k - 1) * (1 - variances / total)) if total > 1e-12 else nan


def _covariances(items: Floats, told: np.ndarray) -> Floats:
    """Covariance of each pair over those who have both, with n - 1."""
    centre = np.where(told, items, 0.0).sum(axis=1) / told.sum(axis=1)
    filled = np.where(told, items - centre[:, None], 0.0)
    seen = told.astype(np.float64)
    n = seen @ seen.T
    sums = filled @ seen.T
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = (filled @ filled.T - sums * sums.T / n) / (n - 1)
    return np.where(n > 1, found, nan)
