"""Reliability coefficients of a covariance matrix: one number each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from vbr_engine.psychometrics.factoring import Estimator, extract_factors

__all__ = [
    "alpha",
    "alpha_standard_error",
    "feldt_interval",
    "mean_correlation",
    "one_factor_omega",
    "stratified_alpha",
]

Floats = NDArray[np.float64]


def alpha(C: Floats) -> float:
    """Cronbach's alpha (Guttman's lambda 3) of a covariance matrix; NaN when nothing varies.

    Parameters
    ----------
    C : ndarray, shape (items, items)
        Covariances; correlations give standardised alpha.

    Returns
    -------
    float
        At most 1; below 0 when items go against each other.

    Examples
    --------
    >>> alpha(np.array([[1, 0.5], [0.5, 1]])).__round__(4)
    0.6667
    """
    k, total = len(C), float(C.sum())
    if k < 2 or total <= 0:
        return float("nan")
    return k / (k - 1) * (1 - float(np.trace(C)) / total)


def alpha_standard_error(C: Floats, n: float) -> float:
    """Large-sample standard error of alpha for any covariance matrix (van Zyl et al. 2000).

    Parameters
    ----------
    C : ndarray, shape (items, items)
        Covariances.
    n : int
        Persons.

    Returns
    -------
    float
        Standard error.

    Examples
    --------
    >>> round(alpha_standard_error(np.array([[1, 0.5], [0.5, 1]]), 100), 4)
    0.0667
    """
    k, total, trace = len(C), float(C.sum()), float(np.trace(C))
    square = C @ C
    spread = total * (float(np.trace(square)) + trace**2) - 2 * trace * float(square.sum())
    if total <= 0 or spread < 0:
        return float("nan")
    return float(np.sqrt(2 * k**2 / ((k - 1) ** 2 * total**3) * spread / n))


def feldt_interval(
    value: float, n: float, k: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval of alpha from the F distribution (Feldt 1965).

    Parameters
    ----------
    value : float
        Alpha.
    n : int
        Persons.
    k : int
        Items.
    confidence : float, default 0.95
        Coverage when items are parallel and scores normal.

    Returns
    -------
    low, high : float
        Limits.

    Examples
    --------
    >>> [round(limit, 3) for limit in feldt_interval(0.8, 100, 10)]
    [0.736, 0.854]
    """
    tail = (1 - confidence) / 2
    upper, lower = stats.f.ppf([1 - tail, tail], n - 1, (n - 1) * (k - 1))
    return float(1 - (1 - value) * upper), float(1 - (1 - value) * lower)


def mean_correlation(R: Floats) -> float:
    """Mean correlation of two different items.

    Parameters
    ----------
    R : ndarray, shape (items, items)
        Correlations.

    Returns
    -------
    float
        The mean off the diagonal.

    Examples
    --------
    >>> mean_correlation(np.array([[1, 0.5], [0.5, 1]]))
    0.5
    """
    k = len(R)
    return float((R.sum() - np.trace(R)) / (k * (k - 1)))


def stratified_alpha(C: Floats, strata: NDArray[np.generic]) -> float:
    """Alpha of a composite of several subtests (Rajaratnam, Cronbach & Gleser 1965).

    Parameters
    ----------
    C : ndarray, shape (items, items)
        Covariances.
    strata : ndarray, shape (items,)
        Each item's subtest. A subtest of one item counts as without reliability of its own.

    Returns
    -------
    float
        One less the error variance of all subtests over the variance of the total.

    Examples
    --------
    >>> C = np.array([[10, 6, 1, 1], [6, 10, 1, 1], [1, 1, 10, 6], [1, 1, 6, 10]])
    >>> round(stratified_alpha(C, np.array(["a", "a", "b", "b"])), 4), round(alpha(C), 4)
    (0.7778, 0.5926)
    """
    error = 0.0
    for stratum in np.unique(strata):
        block = C[np.ix_(strata == stratum, strata == stratum)]
        own = alpha(block) if len(block) > 1 else 0.0
        error += float(block.sum()) * (1 - own)
    total = float(C.sum())
    return 1 - error / total if total > 0 else float("nan")


def one_factor_omega(C: Floats, *, estimator: Estimator = "ml") -> float:
    """McDonald's omega of a test with one factor.

    Parameters
    ----------
    C : ndarray, shape (items, items)
        Covariances. Items without variance add nothing. A matrix that is not positive definite is
        fitted by minimum residuals.
    estimator : {"ml", "minres"}
        How the factor is fitted.

    Returns
    -------
    float
        Squared sum of loadings over itself plus the uniquenesses; NaN below three items.

    Examples
    --------
    >>> one = np.array([0.8, 0.7, 0.6, 0.5])
    >>> round(one_factor_omega(np.outer(one, one) + np.diag(1 - one**2)), 4)
    0.7494
    """
    kept = np.diag(C) > 0
    C = C[np.ix_(kept, kept)]
    if len(C) < 3:
        return float("nan")
    if estimator == "ml" and np.linalg.eigvalsh(C)[0] <= 1e-10 * np.trace(C) / len(C):
        estimator = "minres"
    fit = extract_factors(C, 1, estimator=estimator)
    common = float(fit.loadings.sum()) ** 2
    return common / (common + float(fit.uniqueness.sum()))
