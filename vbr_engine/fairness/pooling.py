"""One ratio over many providers, each compared with itself, and whether providers agree.

References
----------
Mantel, N., and Haenszel, W. (1959). Statistical aspects of the analysis of data from retrospective
studies of disease. Journal of the National Cancer Institute, 22, 719-748.
Greenland, S., and Robins, J. M. (1985). Estimation of a common effect parameter from sparse
follow-up data. Biometrics, 41, 55-68.
Robins, J., Breslow, N., and Greenland, S. (1986). Estimators of the Mantel-Haenszel variance
consistent in both sparse data and large-strata limiting models. Biometrics, 42, 311-323.
Breslow, N. E., and Day, N. E. (1980). Statistical methods in cancer research, 1. IARC; with the
correction of Tarone, R. E. (1985). Biometrika, 72, 91-95.
Higgins, J. P. T., and Thompson, S. G. (2002). Quantifying heterogeneity in a meta-analysis.
Statistics in Medicine, 21, 1539-1558.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from vbr_engine.fairness.exact import exact_test
from vbr_engine.fairness.score_intervals import Estimate, quantile

__all__ = ["Pooled", "pool"]

EXACT = 20_000  # people; beyond, the normal curve is as good
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """What providers say together.

    Parameters
    ----------
    n_strata : int
        Providers that say something: both groups are there, and not all were treated alike.
    risk_ratio, odds_ratio : Estimate
        Of Mantel and Haenszel.
    p : float
        Two-sided: selection alike within every provider. Exact up to 20,000 people, then by the
        test of Cochran, Mantel and Haenszel.
    q, freedom, p_q, i_squared : float
        Cochran's Q of the logarithms of the risk ratios around the common one, with its p, and the
        share of their variation that is more than chance.
    breslow_day, p_breslow_day : float
        The same question of the odds ratios, with Tarone's correction.
    """

    n_strata: int
    risk_ratio: Estimate
    odds_ratio: Estimate
    p: float
    q: float
    freedom: int
    p_q: float
    i_squared: float
    breslow_day: float
    p_breslow_day: float


def pool(
    selected: Sequence[int],
    n: Sequence[int],
    selected_ref: Sequence[int],
    n_ref: Sequence[int],
    *,
    coverage: float = 0.95,
) -> Pooled:
    """Pool two groups over strata.

    Parameters
    ----------
    selected, n : sequence of int
        Per stratum: how many of the compared group were selected, and of how many.
    selected_ref, n_ref : sequence of int
        The same of the reference group.
    coverage : float

    Returns
    -------
    Pooled
        NaN for what cannot be told, such as heterogeneity of one stratum.

    Examples
    --------
    >>> found = pool([10, 4], [40, 30], [30, 12], [60, 40])
    >>> [round(end, 3) for end in found.risk_ratio]
    [0.483, 0.289, 0.809]
    """
    tables = np.array([selected, n, selected_ref, n_ref], dtype=float)
    x, size, x_ref, size_ref = tables[:, _informative(tables)]
    whole = size + size_ref
    told = Pooled(
        n_strata=len(x),
        risk_ratio=_risk_ratio(x, size, x_ref, size_ref, whole, coverage),
        odds_ratio=_odds_ratio(x, size - x, x_ref, size_ref - x_ref, whole, coverage),
        p=_chance(x, size, x_ref, size_ref),
        q=nan,
        freedom=max(0, len(x) - 1),
        p_q=nan,
        i_squared=nan,
        breslow_day=nan,
        p_breslow_day=nan,
    )
    return _with_heterogeneity(told, x, size, x_ref, size_ref)


def _chance(x: Floats, size: Floats, x_ref: Floats, size_ref: Floats) -> float:
    """Give the exact p, or with very many people that of Cochran, Mantel and Haenszel."""
    whole, total = size + size_ref, x + x_ref
    if not len(x):
        return nan
    if whole.sum() <= EXACT:
        return exact_test(x, size, x_ref, size_ref)
    lack = float((x - size * total / whole).sum())
    spread = size * size_ref * total * (whole - total) / (whole**2 * (whole - 1))
    return float(chi2.sf(lack**2 / float(spread.sum()), 1))


def _informative(tables: Floats) -> NDArray[np.bool_]:
    x, size, x_ref, size_ref = tables
    total = x + x_ref
    informs: NDArray[np.bool_] = (
        (size > 0) & (size_ref > 0) & (total > 0) & (total < size + size_ref)
    )
    return informs


def _risk_ratio(
    x: Floats, size: Floats, x_ref: Floats, size_ref: Floats, whole: Floats, coverage: float
) -> Estimate:
    above, below = float((x * size_ref / whole).sum()), float((x_ref * size / whole).sum())
    if above <= 0 or below <= 0:
        return Estimate(above / below if below else nan, nan, nan)
    spread = ((x + x_ref) * size * size_ref - x * x_ref * whole) / whole**2
    return _around(above / below, float(spread.sum()) / (above * below), coverage)


def _odds_ratio(
    x: Floats, other: Floats, x_ref: Floats, other_ref: Floats, whole: Floats, coverage: float
) -> Estimate:
    r, s = x * other_ref / whole, x_ref * other / whole
    above, below = float(r.sum()), float(s.sum())
    if above <= 0 or below <= 0:
        return Estimate(above / below if below else nan, nan, nan)
    p, q = (x + other_ref) / whole, (x_ref + other) / whole
    variance = float((p * r).sum()) / (2 * above**2)
    variance += float((p * s + q * r).sum()) / (2 * above * below)
    variance += float((q * s).sum()) / (2 * below**2)
    return _around(above / below, variance, coverage)


def _around(value: float, variance: float, coverage: float) -> Estimate:
    width = quantile(coverage) * sqrt(max(0.0, variance))
    return Estimate(value, exp(log(value) - width), exp(log(value) + width))


def _with_heterogeneity(
    told: Pooled, x: Floats, size: Floats, x_ref: Floats, size_ref: Floats
) -> Pooled:
    common, odds = told.risk_ratio.value, told.odds_ratio.value
    if told.n_strata < 2 or not (common > 0 and odds > 0):
        return told
    q = _cochran(x, size, x_ref, size_ref, log(common))
    between = _breslow_day(x, size, x_ref, size_ref, odds)
    return Pooled(
        told.n_strata,
        told.risk_ratio,
        told.odds_ratio,
        told.p,
        q=q,
        freedom=told.freedom,
        p_q=float(chi2.sf(q, told.freedom)),
        i_squared=max(0.0, (q - told.freedom) / q) if q else 0.0,
        breslow_day=between,
        p_breslow_day=float(chi2.sf(between, told.freedom)),
    )


def _cochran(x: Floats, size: Floats, x_ref: Floats, size_ref: Floats, common: float) -> float:
    """Weigh each log ratio by its own precision; half a person is added to empty cells."""
    empty = (x == 0) | (x_ref == 0) | (x == size) | (x_ref == size_ref)
    add = np.where(empty, 0.5, 0.0)
    a, n, c, m = x + add, size + 2 * add, x_ref + add, size_ref + 2 * add
    ratio = np.log(a / n) - np.log(c / m)
    variance = 1 / a - 1 / n + 1 / c - 1 / m
    return float(((ratio - common) ** 2 / variance).sum())


def _breslow_day(x: Floats, size: Floats, x_ref: Floats, size_ref: Floats, odds: float) -> float:
    total = x + x_ref
    expected = _expected(size, size_ref, total, odds)
    variance = 1 / (
        1 / expected
        + 1 / (total - expected)
        + 1 / (size - expected)
        + 1 / (size_ref - total + expected)
    )
    lack = x - expected
    tarone = float(lack.sum()) ** 2 / float(variance.sum())
    return float((lack**2 / variance).sum()) - tarone


def _expected(size: Floats, size_ref: Floats, total: Floats, odds: float) -> Floats:
    """Give how many would be selected at that odds ratio, with the margins as they are."""
    if abs(odds - 1) < 1e-10:
        return size * total / (size + size_ref)
    b = odds * (size + total) + size_ref - total
    root = np.sqrt(b * b - 4 * odds * (odds - 1) * size * total)
    found: Floats = (b - root) / (2 * (odds - 1))
    return found
