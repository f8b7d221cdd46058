"""Intervals of one share, of a ratio and of a difference of two shares, by score tests.

An interval holds every ratio (or difference) that a score test would not reject. It stays inside
what is possible, and works with no one, or everyone, selected.

References
----------
Miettinen, O., and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine,
4, 213-226.
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA,
22, 209-212.
"""

from __future__ import annotations

from collections.abc import Callable
from math import acos, cos, exp, inf, nan, pi, sqrt
from statistics import NormalDist
from typing import NamedTuple

from scipy.optimize import brentq

from vbr_engine.fairness.checks import check_counts

__all__ = ["Estimate", "difference_interval", "quantile", "ratio_interval", "wilson"]

FARTHEST = 25.0  # of the logarithm of a ratio


class Estimate(NamedTuple):
    """A figure and its interval."""

    value: float
    low: float
    high: float


def quantile(coverage: float) -> float:
    """Give the standard normal quantile of a two-sided interval.

    Examples
    --------
    >>> round(quantile(0.95), 2)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + coverage / 2)


def wilson(selected: float, n: float, *, coverage: float = 0.95) -> Estimate:
    """Wilson's interval of a share.

    Parameters
    ----------
    selected, n : float
        May be effective numbers, of weighted people.
    coverage : float

    Returns
    -------
    Estimate
        NaN without people.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(9, 27)]
    [0.333, 0.186, 0.522]
    """
    if n <= 0:
        return Estimate(nan, nan, nan)
    check_counts(selected, n)
    share, z2 = selected / n, quantile(coverage) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def ratio_interval(
    selected: int, n: int, selected_ref: int, n_ref: int, *, coverage: float = 0.95
) -> Estimate:
    """Ratio of two shares, with the interval of Miettinen and Nurminen.

    Parameters
    ----------
    selected, n : int
        How many of the compared group were selected, and of how many.
    selected_ref, n_ref : int
        The same of the reference group.
    coverage : float

    Returns
    -------
    Estimate
        The ratio is NaN if nobody was selected, infinite if nobody of the reference group was.

    Examples
    --------
    >>> [round(end, 2) for end in ratio_interval(15, 50, 41, 68)]
    [0.5, 0.31, 0.77]
    """
    check_counts((selected, selected_ref), (n, n_ref))
    if n <= 0 or n_ref <= 0:
        return Estimate(nan, nan, nan)
    share, share_ref, z = selected / n, selected_ref / n_ref, quantile(coverage)

    def lack(log_ratio: float, sign: float) -> float:
        ratio = exp(log_ratio)
        rate, rate_ref = _rates_at_ratio(selected, n, selected_ref, n_ref, ratio)
        variance = rate * (1 - rate) / n + ratio**2 * rate_ref * (1 - rate_ref) / n_ref
        return _score(share - ratio * share_ref, variance, n + n_ref) - sign * z

    low = _root(lack, 1.0, -FARTHEST, FARTHEST) if selected else -inf
    high = _root(lack, -1.0, -FARTHEST, FARTHEST) if selected_ref else inf
    value = share / share_ref if selected_ref else (inf if selected else nan)
    return Estimate(value, exp(low), exp(high) if high < inf else inf)


def _rates_at_ratio(x: int, n: int, x_ref: int, n_ref: int, ratio: float) -> tuple[float, float]:
    """Give the likeliest two rates that have that ratio."""
    a = (n + n_ref) * ratio
    b = n * ratio + x + n_ref + x_ref * ratio
    c = x + x_ref
    rate_ref = 2 * c / (b + sqrt(max(0.0, b * b - 4 * a * c)))  # the smaller root, kept exact
    return min(1.0, ratio * rate_ref), min(1.0, rate_ref)


def difference_interval(
    selected: int, n: int, selected_ref: int, n_ref: int, *, coverage: float = 0.95
) -> Estimate:
    """Difference of two shares, with the interval of Miettinen and Nurminen.

    Parameters
    ----------
    selected, n : int
        How many of the compared group were selected, and of how many.
    selected_ref, n_ref : int
        The same of the reference group.
    coverage : float

    Returns
    -------
    Estimate

    Examples
    --------
    >>> [round(end, 4) for end in difference_interval(56, 70, 48, 80)]
    [0.2, 0.0528, 0.3382]
    """
    check_counts((selected, selected_ref), (n, n_ref))
    if n <= 0 or n_ref <= 0:
        return Estimate(nan, nan, nan)
    value, z = selected / n - selected_ref / n_ref, quantile(coverage)

    def lack(difference: float, sign: float) -> float:
        rate, rate_ref = _rates_at_difference(selected, n, selected_ref, n_ref, difference)
        variance = rate * (1 - rate) / n + rate_ref * (1 - rate_ref) / n_ref
        return _score(value - difference, variance, n + n_ref) - sign * z

    ends = -1 + 1e-12, 1 - 1e-12
    return Estimate(value, _root(lack, 1.0, *ends), _root(lack, -1.0, *ends))


def _rates_at_difference(x: int, n: int, x_ref: int, n_ref: int, d: float) -> tuple[float, float]:
    """Give the likeliest two rates that differ by that: the root of a cubic that lies in 0 to 1."""
    size = n + n_ref
    l2 = (n + 2 * n_ref) * d - size - x - x_ref
    l1 = (n_ref * d - size - 2 * x_ref) * d + x + x_ref
    l0 = x_ref * d * (1 - d)
    third = l2 / (3 * size)
    turn = third**3 - l1 * l2 / (6 * size**2) + l0 / (2 * size)
    reach = sqrt(max(0.0, third**2 - l1 / (3 * size))) * (1 if turn >= 0 else -1)
    angle = turn / reach**3 if reach else 0.0
    root = 2 * reach * cos((pi + acos(min(1.0, max(-1.0, angle)))) / 3) - third
    rate_ref = min(1.0, max(0.0, root))
    return min(1.0, max(0.0, rate_ref + d)), rate_ref


def _score(distance: float, variance: float, size: int) -> float:
    spread = variance * size / (size - 1) if size > 1 else variance
    if spread <= 1e-300:
        return 0.0 if distance == 0 else (inf if distance > 0 else -inf)
    return distance / sqrt(spread)


def _root(lack: Callable[[float, float], float], sign: float, low: float, high: float) -> float:
    """Find where a falling score meets the quantile; the end of the range where it never does."""
    at_low, at_high = _held(lack(low, sign)), _held(lack(high, sign))
    if at_low <= 0:
        return low
    if at_high >= 0:
        return high
    return float(brentq(lambda at: _held(lack(at, sign)), low, high, xtol=1e-12, rtol=1e-12))


def _held(value: float) -> float:
    return min(1e6, max(-1e6, value))
