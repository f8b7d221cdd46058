"""How well risks rank people: C of Harrell and of Uno, and the area under the curve at a horizon.

A pair can be compared where one is known to have left before the other; it agrees where the one who
left first had the higher risk. Pairs are counted by merging, in order of n log n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.survival import Timeline

__all__ = ["Pairs", "Ranks", "auc_at", "harrell_c", "uno_c", "weighted_auc"]

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
    return Pairs.of(line, score, until).concordances(copies)[0]


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
    return Pairs.of(line, score, until).concordances(copies)[1]


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
    return Ranks.of(risk).auc(left, weight)


@dataclass(frozen=True, eq=False)
class Ranks:
    """Risks put in order once, to be judged under many weights.

    Parameters
    ----------
    place : ndarray of int, shape (n,)
        Rank of each, equal risks together.
    size : int
        Distinct risks.
    """

    place: NDArray[np.intp]
    size: int

    @classmethod
    def of(cls, risk: Array) -> Ranks:
        """Rank risks."""
        values, place = np.unique(risk, return_inverse=True)
        return cls(place, len(values))

    def auc(self, left: NDArray[np.bool_], weight: Array) -> float:
        """Return the area under the curve of weighted people, NaN without a pair."""
        cases = np.bincount(self.place, weight * left, self.size)
        controls = np.bincount(self.place, weight * ~left, self.size)
        pairs = cases.sum() * controls.sum()
        if not pairs > 0:
            return float("nan")
        below = np.cumsum(controls) - 0.5 * controls
        return float(cases @ below / pairs)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Who can be compared with whom, put in order once, to be counted under many weights.

    Parameters
    ----------
    line : Timeline
    first : ndarray of int, shape (e,)
        Those who left, as the first of a pair.
    position : ndarray of int, shape (n + e,)
        Of everybody, and of a question for each in `first`: latest time first; at one time those
        who went out of sight, then the questions, then those who left, so that each question stands
        behind exactly those who are known to have stayed longer.
    orders : tuple of ndarray of int, shape (n + e,)
        By risk, with equal risks not counted, and counted; only one where no risks are equal.
    """

    line: Timeline
    first: NDArray[np.intp]
    position: NDArray[np.intp]
    orders: tuple[NDArray[np.intp], ...]

    @classmethod
    def of(cls, line: Timeline, score: Array, until: float | None = None) -> Pairs:
        """Put people in order.

        Parameters
        ----------
        line : Timeline
        score : ndarray, shape (n,)
        until : float, optional
            Only those who left by then are the first of a pair.

        Returns
        -------
        Pairs
        """
        first = np.flatnonzero(line.event & (line.time <= (np.inf if until is None else until)))
        place = np.concatenate([line.place, line.place[first]])
        kind = np.concatenate([np.where(line.event, 2, 0), np.ones(len(first), dtype=int)])
        position = np.empty(len(place), dtype=np.intp)
        position[np.lexsort((kind, -place))] = np.arange(len(place))
        values, rank = np.unique(score, return_inverse=True)
        rank = np.concatenate([rank, rank[first]])
        orders = (np.lexsort((-position, rank)), np.lexsort((position, rank)))
        return cls(line, first, position, orders[: 1 if len(values) == len(score) else 2])

    def concordances(self, weight: Array) -> tuple[float, float]:
        """Return the C of Harrell and that of Uno.

        Parameters
        ----------
        weight : ndarray, shape (n,)
            Copies of each person.

        Returns
        -------
        harrell, uno : float
            NaN where no pair can be compared.
        """
        if not len(self.first):
            return float("nan"), float("nan")
        copies = np.concatenate([weight, np.zeros(len(self.first))])
        asked = self.position[len(weight) :]
        below = [_weight_before(self.position, order, copies)[asked] for order in self.orders]
        agree = np.mean(below, axis=0)
        in_order = np.empty(len(copies))
        in_order[self.position] = copies
        later = np.cumsum(in_order)[asked]
        own = weight[self.first]
        seen = np.concatenate([[1.0], self.line.censoring(weight)])[self.line.place[self.first]]
        inverse = np.divide(own, seen**2, out=np.zeros(len(seen)), where=seen > 0)
        return _share_of(own, agree, later), _share_of(inverse, agree, later)


def _share_of(counted: Array, agree: Array, later: Array) -> float:
    pairs = float(counted @ later)
    return float(counted @ agree) / pairs if pairs > 0 else float("nan")


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
