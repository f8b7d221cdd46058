"""Which dates of a row contradict the others: as few as can be, so that each is told once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["out_of_order", "told_first"]

Days = NDArray[np.datetime64]
Flags = NDArray[np.bool_]


def out_of_order(days: Days) -> tuple[Flags, Flags]:
    """Find the fewest dates without which all others are in order.

    Parameters
    ----------
    days : ndarray of datetime64, shape (rows, stages)
        Stages in the order in which they should come; NaT where one was not reached.

    Returns
    -------
    early, late : ndarray of bool, shape (rows, stages)
        Dates that lie before an earlier stage, and others that lie after a later one. Of two dates
        that contradict one another, the one of the later stage.

    Examples
    --------
    >>> days = np.array([["2026-05-01", "2026-01-02", "2026-01-03"]], dtype="datetime64[D]")
    >>> early, late = out_of_order(days)
    >>> early.any(), late.tolist()
    (np.False_, [[True, False, False]])
    """
    known = ~np.isnat(days)
    at = np.where(known, days.astype("datetime64[s]").astype(np.int64), np.iinfo(np.int64).min)
    latest = np.maximum.accumulate(at, axis=1)
    early, late = np.zeros(days.shape, dtype=bool), np.zeros(days.shape, dtype=bool)
    rows = np.flatnonzero((known & (at < latest)).any(axis=1))
    if len(rows):
        kept = _longest(at[rows], known[rows])
        held = np.where(kept, at[rows], np.iinfo(np.int64).min)
        wrong = known[rows] & ~kept
        early[rows] = wrong & (at[rows] < np.maximum.accumulate(held, axis=1))
        late[rows] = wrong & ~early[rows]
    return early, late


def _longest(at: NDArray[np.int64], known: Flags) -> Flags:
    """Mark the most dates of each row that are in order; of equally many, those of early stages."""
    rows, stages = np.arange(len(at)), at.shape[1]
    length = known.astype(np.intp)
    before = np.full(at.shape, -1)
    for stage in range(stages):
        for other in range(stage):
            fits = known[:, stage] & known[:, other] & (at[:, other] <= at[:, stage])
            better = fits & (length[:, other] + 1 > length[:, stage])
            length[better, stage] = length[better, other] + 1
            before[better, stage] = other
    kept = np.zeros(at.shape, dtype=bool)
    place = length.argmax(axis=1)
    for _ in range(stages):
        on = place >= 0
        kept[rows[on], place[on]] = True
        place = np.where(on, before[rows, place], -1)
    return kept & known


def told_first(wrong: Flags, days: Days) -> Flags:
    """Leave out what follows from an earlier stage that is as wrong: those dates come after it.

    Parameters
    ----------
    wrong : ndarray of bool, shape (rows, stages)
    days : ndarray of datetime64, shape (rows, stages)

    Returns
    -------
    ndarray of bool, shape (rows, stages)

    Examples
    --------
    >>> days = np.array([["2027-05-01", "2027-05-02", "2027-04-01"]], dtype="datetime64[D]")
    >>> told_first(np.array([[True, True, True]]), days).tolist()
    [[True, False, True]]
    """
    first = wrong.copy()
    for stage in range(days.shape[1]):
        for other in range(stage):
            first[:, stage] &= ~(wrong[:, other] & (days[:, other] <= days[:, stage]))
    return first
