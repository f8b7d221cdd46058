"""Splitting a test into halves: the mean over all splits, and the best split."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = ["Halves", "split_halves"]

Floats = NDArray[np.float64]

_ENUMERATE = 20_000  # splits; 16 items have 12,870 counted twice


@dataclass(frozen=True)
class Halves:
    """Split-half coefficients (Guttman's and Rulon's form, for halves as equal as can be).

    Parameters
    ----------
    largest : float
        Of the best split found.
    mean : float
        Over all splits, exactly.
    half : tuple of int
        Positions of the items in one half of the best split.
    exact : bool
        Whether every split was looked at; if not, `largest` is a lower bound.
    """

    largest: float
    mean: float
    half: tuple[int, ...]
    exact: bool


def split_halves(matrix: Floats, *, n_starts: int = 200, random_state: int = 0) -> Halves:
    """Find the mean and the largest split-half coefficient.

    The coefficient of a split is four times the covariance of the two halves over the variance of
    the total. Up to 16 items every split is tried. Beyond, random splits are improved by exchanging
    one item for another until no exchange helps.

    Parameters
    ----------
    matrix : ndarray, shape (items, items)
        Covariances, or correlations for items in standard scores.
    n_starts : int, default 200
        Random splits to start from when there are too many to try all.
    random_state : int, default 0
        Seed of the random splits.

    Returns
    -------
    Halves
        The figures.

    Examples
    --------
    >>> matrix = np.array([[10, 8, 2, 2], [8, 10, 2, 2], [2, 2, 10, 8], [2, 2, 8, 10]])
    >>> found = split_halves(matrix)
    >>> round(found.largest, 4), round(found.mean, 4), found.half
    (0.9091, 0.7273, (0, 2))
    """
    k = len(matrix)
    total = float(matrix.sum())
    if total <= 0:
        return Halves(float("nan"), float("nan"), (), exact=True)
    exact = comb(k, k // 2) <= _ENUMERATE
    signs = (
        _every_split(k) if exact else _climb(matrix, n_starts, np.random.default_rng(random_state))
    )
    unlike = np.einsum("si,si->s", signs @ matrix, signs)
    best = int(np.argmin(unlike))
    half = tuple(int(i) for i in np.flatnonzero(signs[best] == signs[best, 0]))
    return Halves(1 - float(unlike[best]) / total, _mean(matrix), half, exact)


def _mean(matrix: Floats) -> float:
    """Mean coefficient: each pair of items is apart in the same share of the splits."""
    k = len(matrix)
    total = float(matrix.sum())
    between = total - float(np.trace(matrix))
    apart = (k // 2) * (k - k // 2) / (k * (k - 1))
    return 4 * apart * between / total


def _every_split(k: int) -> Floats:
    chosen = np.array(list(combinations(range(k), k // 2)))
    signs = np.ones((len(chosen), k))
    np.put_along_axis(signs, chosen, -1.0, axis=1)
    return signs


def _climb(matrix: Floats, n_starts: int, rng: np.random.Generator) -> Floats:
    start = np.where(np.arange(len(matrix)) < len(matrix) // 2, 1.0, -1.0)
    return np.array([_exchange(matrix, rng.permutation(start)) for _ in range(n_starts)])


def _exchange(matrix: Floats, signs: Floats) -> Floats:
    """Exchange the pair that lowers the variance of the difference most, until none does."""
    own = np.diag(matrix)
    while True:
        field = signs * (matrix @ signs)
        one, other = np.flatnonzero(signs > 0), np.flatnonzero(signs < 0)
        gain = (field - own)[one][:, None] + (field - own)[other][None, :]
        gain = gain + 2 * matrix[np.ix_(one, other)]
        best = np.unravel_index(np.argmax(gain), gain.shape)
        if gain[best] <= 1e-12:
            return signs
        signs[one[best[0]]], signs[other[best[1]]] = -1.0, 1.0
