"""Fisher's exact test for one table and over several, and Holm's control of many tests.

References
----------
Fisher, R. A. (1935). The logic of inductive inference. Journal of the Royal Statistical Society,
98, 39-82.
Mehta, C. R., Patel, N. R., and Gray, R. (1985). Computing an exact confidence interval for the
common odds ratio in several 2 x 2 contingency tables. JASA, 80, 969-973.
Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
Statistics, 6, 65-70.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import fftconvolve
from scipy.special import gammaln

from vbr_engine.fairness.checks import check_counts

__all__ = ["exact_test", "holm", "two_sided"]

NEARLY = 1 + 1e-7  # probabilities that are equal but for rounding count as equal


def exact_test(
    selected: ArrayLike, n: ArrayLike, selected_ref: ArrayLike, n_ref: ArrayLike
) -> float:
    """Test whether two groups are selected alike: Fisher's test, within strata if there are any.

    Parameters
    ----------
    selected, n : int or sequence of int
        How many of the compared group were selected, and of how many; one figure per stratum.
    selected_ref, n_ref : int or sequence of int
        The same of the reference group.

    Returns
    -------
    float
        Two-sided p: the chance, if selection were alike within every stratum, of a total as
        unlikely as the one found or more so. 1 if nothing could differ.

    Examples
    --------
    >>> round(exact_test(3, 4, 1, 4), 4)
    0.4857
    >>> round(exact_test([3, 2], [4, 5], [1, 1], [4, 6]), 4)
    0.1766
    """
    check_counts(selected, n)
    check_counts(selected_ref, n_ref)
    tables = np.atleast_2d(np.array([selected, n, selected_ref, n_ref], dtype=np.int64).T)
    chances, found = np.ones(1), 0
    for x, size, x_ref, size_ref in tables:
        total = int(x + x_ref)
        low, high = max(0, total - int(size_ref)), min(int(size), total)
        here = _hypergeometric(np.arange(low, high + 1), int(size), int(size_ref), total)
        chances = _sum_of(chances, here)
        found += int(x) - low
    return two_sided(chances, found)


def _hypergeometric(
    x: NDArray[np.int64], size: int, size_ref: int, total: int
) -> NDArray[np.float64]:
    """Give the chances of so many selected of the first group, of all that are possible."""
    y = total - x
    logs = -(gammaln(x + 1) + gammaln(size - x + 1) + gammaln(y + 1) + gammaln(size_ref - y + 1))
    chances: NDArray[np.float64] = np.exp(logs - logs.max())
    chances /= chances.sum()
    return chances


def two_sided(chances: NDArray[np.float64], found: int) -> float:
    """Add up the chances of everything that is as unlikely as what was found.

    Parameters
    ----------
    chances : ndarray
    found : int
        Which of them was found.

    Returns
    -------
    float
    """
    return min(1.0, float(chances[chances <= chances[found] * NEARLY].sum()))


def _sum_of(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the distribution of a sum; of long ones by Fourier transform."""
    if min(len(first), len(second)) < 500:
        return np.convolve(first, second)
    quick: NDArray[np.float64] = fftconvolve(first, second)
    return np.clip(quick, 0.0, None)


def holm(p: Sequence[float]) -> list[float]:
    """Adjust p for their number, so that one false alarm among them all stays as rare as in one.

    Parameters
    ----------
    p : sequence of float
        NaN where nothing was tested; it does not count.

    Returns
    -------
    list of float

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    held = np.asarray(p, dtype=float)
    adjusted = np.full(held.shape, np.nan)
    tested = np.flatnonzero(np.isfinite(held))
    order = tested[np.argsort(held[tested], kind="stable")]
    raised = held[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(raised))
    return [float(one) for one in adjusted]
