"""How far raters agree: r_wg, the intraclass correlation, Kendall's W, weighted kappa.

References
----------
Cohen, J. (1968). Weighted kappa: nominal scale agreement with provision for scaled disagreement or
partial credit. Psychological Bulletin, 70(4), 213-220.
James, L. R., Demaree, R. G., and Wolf, G. (1984). Estimating within-group interrater reliability
with and without response bias. Journal of Applied Psychology, 69(1), 85-98.
Kendall, M. G., and Babington Smith, B. (1939). The problem of m rankings. Annals of Mathematical
Statistics, 10(3), 275-287.
McGraw, K. O., and Wong, S. P. (1996). Forming inferences about some intraclass correlation
coefficients. Psychological Methods, 1(1), 30-46.
Shrout, P. E., and Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater
reliability. Psychological Bulletin, 86(2), 420-428.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, f, rankdata

from vbr_engine.errors import InvalidInput

__all__ = ["Concordance", "Intraclass", "intraclass", "kendall_w", "r_wg", "weighted_kappa"]

Floats = npt.NDArray[np.float64]


def r_wg(ratings: npt.ArrayLike, null_variance: npt.ArrayLike) -> Floats:
    """Agreement of raters on each thing rated, against answers at random.

    Parameters
    ----------
    ratings : array_like, shape (raters, things)
        NaN where missing.
    null_variance : array_like
        Variance of an answer at random; ``(k**2 - 1) / 12`` for a scale of k points.

    Returns
    -------
    ndarray, shape (things,)
        1 minus the ratio of the sample variance to `null_variance`. Below 0 raters differ more
        than random answers do. NaN with fewer than two raters.

    Examples
    --------
    >>> r_wg([[1.0, 4.0], [2.0, 4.0], [3.0, 4.0]], (4**2 - 1) / 12)
    array([0.2, 1. ])
    """
    given = np.asarray(ratings, dtype=np.float64)
    n = (given == given).sum(axis=0)
    mean = np.nansum(given, axis=0) / np.maximum(n, 1)
    variance = np.nansum((given - mean) ** 2, axis=0) / np.maximum(n - 1, 1)
    return np.where(n > 1, 1.0 - variance / np.asarray(null_variance), nan)


@dataclass(frozen=True, slots=True)
class Intraclass:
    """Two-way random effects, absolute agreement: ICC(2,1) and ICC(2,k).

    Parameters
    ----------
    single, single_low, single_high : float
        ICC(2,1), of one rater, and its interval.
    average, average_low, average_high : float
        ICC(2,k), of the mean of these k raters.
    things, raters : int
    """

    single: float
    single_low: float
    single_high: float
    average: float
    average_low: float
    average_high: float
    things: int
    raters: int


def intraclass(ratings: npt.ArrayLike, *, coverage: float = 0.95) -> Intraclass:
    """Intraclass correlation when every rater rated every thing.

    Parameters
    ----------
    ratings : array_like, shape (things, raters)
        Complete.
    coverage : float
        Of the intervals (McGraw and Wong, 1996).

    Returns
    -------
    Intraclass
        NaN with fewer than two things or raters, or if nothing varies.

    Raises
    ------
    InvalidInput
        If a rating is missing.

    Examples
    --------
    >>> found = intraclass([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8],
    ...                     [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> round(found.single, 2), round(found.average, 2)
    (0.29, 0.62)
    """
    given = np.asarray(ratings, dtype=np.float64)
    if given.ndim != 2 or not np.isfinite(given).all():
        raise InvalidInput("an intraclass correlation needs a complete table, things by raters")
    n, k = given.shape
    if n < 2 or k < 2:
        return Intraclass(nan, nan, nan, nan, nan, nan, n, k)
    between, raters, error = _mean_squares(given)
    spread = between + (k - 1) * error + k * (raters - error) / n
    if spread <= 1e-12:
        return Intraclass(nan, nan, nan, nan, nan, nan, n, k)
    single = (between - error) / spread
    low, high = _interval(single, (between, raters, error), n, k, coverage)
    ends = (_of_mean(single, k), _of_mean(low, k), _of_mean(high, k))
    return Intraclass(single, low, high, *ends, n, k)


def _mean_squares(given: Floats) -> tuple[float, float, float]:
    n, k = given.shape
    grand = given.mean()
    rows, columns = given.mean(axis=1) - grand, given.mean(axis=0) - grand
    rest = given - grand - rows[:, None] - columns[None, :]
    return (
        float(k * (rows**2).sum() / (n - 1)),
        float(n * (columns**2).sum() / (k - 1)),
        float((rest**2).sum() / ((n - 1) * (k - 1))),
    )


def _of_mean(single: float, k: int) -> float:
    """Step up to the mean of k raters (Spearman and Brown); for ICC(2) this is exact."""
    divisor = 1.0 + (k - 1) * single
    return k * single / divisor if divisor > 1e-12 else nan


def _interval(
    single: float, squares: tuple[float, float, float], n: int, k: int, coverage: float
) -> tuple[float, float]:
    between, raters, error = squares
    if error <= 1e-12:
        return nan, nan
    ratio, tail = raters / error, 0.5 + coverage / 2
    known = n * (1 + (k - 1) * single) - k * single
    freedom = (k - 1) * (n - 1) * (k * single * ratio + known) ** 2
    freedom /= (n - 1) * (k * single * ratio) ** 2 + known**2
    if freedom <= 0:
        return nan, nan
    above, below = f.ppf(tail, n - 1, freedom), f.ppf(tail, freedom, n - 1)
    rest = k * raters + (k * n - k - n) * error
    low = n * (between - above * error) / (above * rest + n * between)
    high = n * (below * between - error) / (rest + n * below * between)
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Concordance:
    """Agreement of several rankings.

    Parameters
    ----------
    w : float
        0 none, 1 the same ranking by all.
    chi_square : float
        Friedman's statistic, ``raters * (things - 1) * w``.
    p : float
        Chance of so much agreement or more among random rankings, by the chi-square distribution.
    raters, things : int
    """

    w: float
    chi_square: float
    p: float
    raters: int
    things: int


def kendall_w(rankings: npt.ArrayLike) -> Concordance:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    rankings : array_like, shape (raters, things)
        Ranks or anything that orders; complete. Ties get their mean rank.

    Returns
    -------
    Concordance
        NaN with fewer than two raters or things, or if every rater ties everything.

    Raises
    ------
    InvalidInput
        If a rank is missing.

    Examples
    --------
    >>> found = kendall_w([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])
    >>> round(found.w, 2), round(found.chi_square, 2)
    (0.16, 2.43)
    """
    given = np.asarray(rankings, dtype=np.float64)
    if given.ndim != 2 or not np.isfinite(given).all():
        raise InvalidInput("Kendall's W needs complete rankings, raters by things")
    m, n = given.shape
    if m < 2 or n < 2:
        return Concordance(nan, nan, nan, m, n)
    ranks = rankdata(given, axis=1)
    squares = float(((ranks.sum(axis=0) - m * (n + 1) / 2) ** 2).sum())
    most = m**2 * (n**3 - n) - m * sum(_ties(row) for row in ranks)
    if most <= 0:
        return Concordance(nan, nan, nan, m, n)
    w = 12 * squares / most
    statistic = m * (n - 1) * w
    return Concordance(w, statistic, float(chi2.sf(statistic, n - 1)), m, n)


def _ties(ranks: Floats) -> float:
    _, times = np.unique(ranks, return_counts=True)
    return float((times**3 - times).sum())


def weighted_kappa(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Agreement of two raters beyond chance, disagreement weighted by its square.

    Parameters
    ----------
    first, second : array_like, shape (answers,)
        Levels.

    Returns
    -------
    float
        1 if they always agree, 0 if no more than by chance. NaN without an answer, or where both
        give one and the same level throughout.

    Examples
    --------
    >>> round(weighted_kappa([0, 1, 2, 3], [0, 1, 2, 2]), 3)
    0.875
    """
    one, other = (np.asarray(given, dtype=np.float64) for given in (first, second))
    if not len(one):
        return nan
    by_chance = one.var() + other.var() + (one.mean() - other.mean()) ** 2
    if by_chance <= 1e-12:
        return nan
    return float(1 - ((one - other) ** 2).mean() / by_chance)
