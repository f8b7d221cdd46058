"""How well risks rank people: C of Harrell and of Uno, and the area under the curve at a horizon.

A pair can be compared where one is known to have left before the other; it agrees where the one who
left first had the higher risk. Pairs are counted by merging, in order of n log n.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.survival import Timeline

__all__ = ["auc_at", "harrell_c", "uno_c", "weighted_auc"]

Array = NDArray[np.float64]


def harrell_c(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    until: float | None = None,
    weight: ArrayLike | None = None,
) -> float:
    """Return the share of pairs that can be compared in which the risks agree.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
        Higher is sooner.
    until : float, optional
        Count only those who left by then as the first of a pair.
    weight : array-like, shape (n,), optional
        Copies of each person.

    Returns
    -------
    float
        Equal risks agree by half; NaN where no pair can be compared.

    References
    ----------
    Harrell, Lee and Mark (1996), Statistics in Medicine 15.

    Examples
    --------
    >>> round(harrell_c([5, 8, 12, 12], [1, 1, 0, 1], [0.9, 0.2, 0.4, 0.1]), 3)
    0.667
    """
    line, score, copies = _read(time, event, risk, weight)
    return _concordance(line, score, copies, until, np.ones(len(score)))


def uno_c(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    *,
    until: float | None = None,
    weight: ArrayLike | None = None,
) -> float:
    """Return the share of agreeing pairs as it would be if all were in sight until a time.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
        Higher is sooner.
    until : float, optional
        Truncation: pairs whose first left later are left out. Weights grow towards the last times.
    weight : array-like, shape (n,), optional
        Copies of each person.

    Returns
    -------
    float
        NaN where no pair can be compared.

    References
    ----------
    Uno et al. (2011), Statistics in Medicine 30.

    Examples
    --------
    >>> round(uno_c([1, 2, 3, 4, 5], [1, 0, 1, 1, 0], [3, 9, 4, 1, 2]), 4)
    0.5952
    """
    line, score, copies = _read(time, event, risk, weight)
    seen = np.concatenate([[1.0], line.censoring(copies)])[line.place]
    inverse = np.divide(1.0, seen**2, out=np.zeros(len(seen)), where=seen > 0)
    return _concordance(line, score, copies, until, inverse)


def auc_at(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    weight: ArrayLike | None = None,
) -> float:
    """Return the chance that who left by the horizon had a higher risk than who stayed beyond it.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional
        Copies of each person.

    Returns
    -------
    float
        Cumulative cases, dynamic controls, weighted for those out of sight; NaN without either.

    References
    ----------
    Uno et al. (2007), J. Am. Stat. Assoc. 102; Hung and Chiang (2010).

    Examples
    --------
    >>> round(auc_at([1, 2, 3, 9, 9], [1, 0, 1, 0, 0], [0.5, 0.9, 0.3, 0.4, 0.1], 5), 3)
    0.714
    """
    line, score, copies = _read(time, event, risk, weight)
    left = line.event & (line.time <= horizon)
    return weighted_auc(left, score, line.weights_at(horizon, copies))


def weighted_auc(left: NDArray[np.bool_], risk: Array, weight: Array) -> float:
    """Return the area under the curve of weighted people.

    Parameters
    ----------
    left : ndarray of bool, shape (n,)
    risk : ndarray, shape (n,)
    weight : ndarray, shape (n,)

    Returns
    -------
    float
        NaN where nobody left or nobody stayed.

    Examples
    --------
    >>> weighted_auc(np.array([True, False]), np.array([0.4, 0.2]), np.ones(2))
    1.0
    """
    values, place = np.unique(risk, return_inverse=True)
    cases = np.bincount(place, weight * left, len(values))
    controls = np.bincount(place, weight * ~left, len(values))
    pairs = cases.sum() * controls.sum()
    if not pairs > 0:
        return float("nan")
    below = np.cumsum(controls) - 0.5 * controls
    return float(cases @ below / pairs)


def _read(
    time: ArrayLike, event: ArrayLike, risk: ArrayLike, weight: ArrayLike | None
) -> tuple[Timeline, Array, Array]:
    line = Timeline.of(time, event)
    score = np.asarray(risk, dtype=float)
    copies = np.ones(len(score)) if weight is None else np.asarray(weight, dtype=float)
    if score.shape != line.place.shape or copies.shape != score.shape:
        raise CareersError(f"expected {len(line.place)} risks and weights, got {score.shape}")
    if not np.isfinite(score).all():
        raise CareersError(f"expected a risk for everybody, {(~np.isfinite(score)).sum()} lack one")
    return line, score, copies


def _concordance(
    line: Timeline, score: Array, weight: Array, until: float | None, factor: Array
) -> float:
    first = np.flatnonzero(line.event & (line.time <= (np.inf if until is None else until)))
    if not len(first):
        return float("nan")
    position = _positions(line, first)
    _, rank = np.unique(score, return_inverse=True)
    rank = np.concatenate([rank, rank[first]])
    copies = np.concatenate([weight, np.zeros(len(first))])
    asked = position[len(score) :]
    below = _weight_before(position, np.lexsort((-position, rank)), copies)[asked]
    level = _weight_before(position, np.lexsort((position, rank)), copies)[asked]
    in_order = np.empty(len(copies))
    in_order[position] = copies
    later = np.cumsum(in_order)[asked]
    counted = weight[first] * factor[first]
    pairs = float(counted @ later)
    return float(counted @ (below + level) / 2 / pairs) if pairs > 0 else float("nan")


def _positions(line: Timeline, first: NDArray[np.intp]) -> NDArray[np.intp]:
    """Put everybody, and a question for each in `first`, into an order.

    Latest time first; at one time those who went out of sight, then the questions, then those who
    left, so that each question stands behind exactly those who are known to have stayed longer.
    """
    place = np.concatenate([line.place, line.place[first]])
    kind = np.concatenate([np.where(line.event, 2, 0), np.ones(len(first), dtype=int)])
    position = np.empty(len(place), dtype=np.intp)
    position[np.lexsort((kind, -place))] = np.arange(len(place))
    return position


def _weight_before(position: NDArray[np.intp], order: NDArray[np.intp], weight: Array) -> Array:
    """Add up, for each position, the weights of those before it in position and in `order`.

    All start in `order`; each step parts every block into its first and its second half of
    positions, keeping the order, and adds what the first half holds ahead of each in the second.
    """
    n = len(position)
    p, w = position[order], weight[order]
    total = np.zeros(n)
    index = np.arange(n)
    for bit in reversed(range((n - 1).bit_length())):
        half = 1 << bit
        second = (p & half) != 0
        start = p >> (bit + 1) << (bit + 1)
        passed = np.concatenate([[0.0], np.cumsum(np.where(second, 0.0, w))])
        total += np.where(second, passed[index] - passed[start], 0.0)
        firsts = np.concatenate([[0], np.cumsum(~second)])
        ahead = firsts[index] - firsts[start]
        to = np.where(second, half + index - ahead, start + ahead)
        p, w, total = _moved(to, p), _moved(to, w), _moved(to, total)
    return total


def _moved(to: NDArray[np.intp], values: NDArray[Any]) -> NDArray[Any]:
    moved = np.empty_like(values)
    moved[to] = values
    return moved
