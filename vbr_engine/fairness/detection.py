"""How likely a true difference was to be found, and which one would have been.

Up to `EXACT` people the figures are added up over every possible outcome of Fisher's test; beyond,
a normal approximation is as good.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import binom

__all__ = ["detectable_ratio", "power"]

EXACT = 1_000
LEVEL = 0.05
NEARLY = 1 + 1e-7


def power(n: int, n_ref: int, rate: float, rate_ref: float, *, level: float = LEVEL) -> float:
    """Give the chance that Fisher's test finds a true difference.

    Parameters
    ----------
    n, n_ref : int
        People in the compared and in the reference group.
    rate, rate_ref : float
        Their true rates.
    level : float
        How small p has to be.

    Returns
    -------
    float

    Examples
    --------
    >>> round(power(30, 90, 0.32, 0.40), 2)
    0.1
    """
    if n + n_ref > EXACT:
        return _approximate(n, n_ref, rate, rate_ref, level)
    chances = binom.pmf(np.arange(n + 1), n, rate)
    chances_ref = binom.pmf(np.arange(n_ref + 1), n_ref, rate_ref)
    return float(chances @ _rejected(n, n_ref, level) @ chances_ref)


def detectable_ratio(
    n: int, n_ref: int, rate_ref: float, *, wanted: float = 0.8, level: float = LEVEL
) -> float | None:
    """Find the ratio below 1 that would be found with a power of 80%.

    Parameters
    ----------
    n, n_ref : int
        People in the compared and in the reference group.
    rate_ref : float
        The reference group's true rate.
    wanted : float
        The power.
    level : float
        How small p has to be.

    Returns
    -------
    float or None
        None if not even a rate of nothing would be found as often as that.

    Examples
    --------
    >>> round(detectable_ratio(100, 100, 0.5), 2)
    0.6
    """

    def lack(ratio: float) -> float:
        return power(n, n_ref, ratio * rate_ref, rate_ref, level=level) - wanted

    if not 0 < rate_ref < 1 or lack(0.0) < 0:
        return None
    return float(brentq(lack, 0.0, 1.0, xtol=1e-4))


@lru_cache(maxsize=64)
def _rejected(n: int, n_ref: int, level: float) -> NDArray[np.bool_]:
    """Say of every possible table whether Fisher's test rejects it."""
    of = _log_choose(n)[:, None] + _log_choose(n_ref)[None, :]
    rejected = np.zeros((n + 1, n_ref + 1), dtype=bool)
    for total in range(n + n_ref + 1):
        x = np.arange(max(0, total - n_ref), min(n, total) + 1)
        chances = np.exp(of[x, total - x] - of[x, total - x].max())
        chances /= chances.sum()
        order = np.sort(chances)
        reached = np.searchsorted(order, chances * NEARLY, side="right") - 1
        rejected[x, total - x] = np.cumsum(order)[reached] <= level
    return rejected


def _log_choose(n: int) -> NDArray[np.float64]:
    x = np.arange(n + 1)
    chosen: NDArray[np.float64] = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return chosen


def _approximate(n: int, n_ref: int, rate: float, rate_ref: float, level: float) -> float:
    both = (n * rate + n_ref * rate_ref) / (n + n_ref)
    null = sqrt(both * (1 - both) * (1 / n + 1 / n_ref))
    own = sqrt(rate * (1 - rate) / n + rate_ref * (1 - rate_ref) / n_ref)
    distance = abs(rate - rate_ref)
    normal = NormalDist()
    needed = normal.inv_cdf(1 - level / 2) * null
    if own == 0:
        return float(distance > needed)
    return normal.cdf((distance - needed) / own) + normal.cdf((-distance - needed) / own)
