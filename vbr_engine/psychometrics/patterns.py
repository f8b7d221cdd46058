"""Sittings with the same answers, counted once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["collapse"]

Codes = NDArray[np.int8]


def collapse(
    codes: Codes, weights: NDArray[np.float64], groups: NDArray[np.intp]
) -> tuple[Codes, NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """One row per pattern and group, with the weights added up, in the order of groups.

    Parameters
    ----------
    codes : ndarray of int8, shape (sittings, items)
    weights : ndarray, shape (sittings,)
    groups : ndarray of int, shape (sittings,)

    Returns
    -------
    codes, weights, groups : ndarray
        Of the patterns.
    inverse : ndarray of int
        The pattern of each sitting.
    """
    key = _fingerprint(codes, groups)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(groups[first], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    first, inverse = first[order], place[inverse.ravel()]
    added = np.bincount(inverse, weights=weights, minlength=len(first))
    return codes[first], np.asarray(added, dtype=np.float64), groups[first], inverse


def _fingerprint(codes: Codes, groups: NDArray[np.intp]) -> NDArray[np.int64]:
    """A 64-bit number for each row; two different rows share one about never (1e-9 at 100,000)."""
    multipliers = np.random.default_rng(20261122).integers(
        -(2**62), 2**62, size=codes.shape[1] + 1, dtype=np.int64
    )
    key = groups.astype(np.int64) * multipliers[-1]
    for j in range(codes.shape[1]):
        key += codes[:, j].astype(np.int64) * multipliers[j]
    return np.asarray(key)
