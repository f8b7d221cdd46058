"""Draw providers, with all their people, to see how far a figure would move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FEWEST_PROVIDERS", "Figure", "drawn_weights", "interval_of"]

Array = NDArray[np.float64]

# With fewer, drawing providers says too little about how they differ; people are drawn instead.
FEWEST_PROVIDERS = 8


class Figure(NamedTuple):
    """A figure and its interval.

    Parameters
    ----------
    value, low, high : float
        NaN where it cannot be said.

    Examples
    --------
    >>> Figure(0.61, 0.55, 0.67).low
    0.55
    """

    value: float
    low: float
    high: float


def drawn_weights(cluster: NDArray[np.integer], draws: int, *, seed: int) -> Iterator[Array]:
    """Draw clusters with replacement, again and again.

    Parameters
    ----------
    cluster : ndarray of int, shape (n,)
        Number of each person's provider, from 0; where these are few, people are drawn one by one.
    draws : int
    seed : int

    Yields
    ------
    ndarray, shape (n,)
        How often each person was drawn.

    Examples
    --------
    >>> next(drawn_weights(np.arange(9), 1, seed=1)).sum()
    np.float64(9.0)
    """
    rng = np.random.default_rng(seed)
    groups, place = np.unique(cluster, return_inverse=True)
    if len(groups) < FEWEST_PROVIDERS:
        place = np.arange(len(cluster))
    k = int(place.max()) + 1
    for _ in range(draws):
        yield np.bincount(rng.integers(0, k, k), minlength=k).astype(float)[place]


def interval_of(draws: ArrayLike, interval: float) -> tuple[Array, Array]:
    """Return the middle part of what was drawn.

    Parameters
    ----------
    draws : array-like, shape (b, ...)
    interval : float
        Share of draws that lie inside.

    Returns
    -------
    low, high : ndarray
        NaN where a tenth of the draws or more gave no figure.

    Examples
    --------
    >>> low, high = interval_of([[1.0], [2.0], [3.0]], 0.5)
    >>> low.tolist(), high.tolist()
    ([1.5], [2.5])
    """
    drawn = np.asarray(draws, dtype=float)
    lost = ~np.isfinite(drawn)
    enough = lost.mean(axis=0) < 0.1 if len(drawn) else np.zeros(drawn.shape[1:], dtype=bool)
    bounds = np.full((2, *drawn.shape[1:]), np.nan)
    if enough.any():
        inside = np.where(lost, np.nan, drawn)[:, enough]
        tail = (1 - interval) / 2
        bounds[:, enough] = np.nanquantile(inside, [tail, 1 - tail], axis=0)
    return bounds[0], bounds[1]
