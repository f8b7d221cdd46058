"""The stages of an application, the intervals of a job, and how either can end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.funnel.stages import CAUSES, STAGE_WORDS, TO_WORK

__all__ = [
    "CAUSES",
    "OUTCOMES",
    "STAGES",
    "STAGE_WORDS",
    "Interval",
    "anything_ahead",
    "counted_share",
    "funnel_intervals",
    "share_ahead",
    "steps_passed",
    "tenure_intervals",
]

STAGES = TO_WORK
# Withdrawing before the first day of work; leaving within 12 months of it.
OUTCOMES = ("withdrawal", "leaving")

_WEEKS = 13
# As much of an interval as is lost in rounding.
_NOTHING = 1e-9
_MONTH_ENDS = (122, 152, 183, 213, 244, 274, 305, 335, 365)


@dataclass(frozen=True, slots=True)
class Interval:
    """One step at risk.

    Parameters
    ----------
    name : str
        Such as ``offered to accepted`` or ``week 3``.
    start, end : int
        Numbers of the stages that bound it, or days since the first day of work: from `start`, up
        to but without `end`.

    Examples
    --------
    >>> tenure_intervals()[0]
    Interval(name='week 1', start=0, end=7)
    """

    name: str
    start: int
    end: int


def funnel_intervals() -> tuple[Interval, ...]:
    """List the steps from applying to the first day of work.

    Returns
    -------
    tuple of Interval
        One for each stage that has a next one; bounds are numbers of stages.

    Examples
    --------
    >>> [interval.name for interval in funnel_intervals()][-1]
    'accepted to started_work'
    """
    return tuple(
        Interval(f"{here} to {there}", place, place + 1)
        for place, (here, there) in enumerate(pairwise(STAGES))
    )


def tenure_intervals() -> tuple[Interval, ...]:
    """List the weeks of the first 3 months in a job, then the months to the end of the year.

    Returns
    -------
    tuple of Interval
        22 intervals; bounds are days since the first day of work.

    Examples
    --------
    >>> len(tenure_intervals()), tenure_intervals()[-1].end
    (22, 365)
    """
    weeks = [Interval(f"week {week}", 7 * (week - 1), 7 * week) for week in range(1, _WEEKS + 1)]
    starts = (7 * _WEEKS, *_MONTH_ENDS)
    months = [
        Interval(f"month {month}", start, end)
        for month, (start, end) in enumerate(zip(starts, _MONTH_ENDS, strict=False), start=4)
    ]
    return (*weeks, *months)


def counted_share(
    intervals: tuple[Interval, ...], outcome: str, horizon: int | None
) -> NDArray[np.float64]:
    """Say how much of each interval lies before a horizon.

    Parameters
    ----------
    intervals : tuple of Interval
    outcome : {"withdrawal", "leaving"}
    horizon : int, optional
        Days since the first day of work; all of each interval by default.

    Returns
    -------
    ndarray, shape (j,)
        0 to 1.

    Raises
    ------
    CareersError
        If the horizon lies beyond the intervals, or the outcome has none.

    Examples
    --------
    >>> counted_share(tenure_intervals()[:3], "leaving", 10).round(2).tolist()
    [1.0, 0.43, 0.0]
    """
    if horizon is None:
        return np.ones(len(intervals))
    if outcome == "withdrawal":
        raise CareersError("withdrawal counts up to the first day of work: leave out a horizon")
    start, end = np.array([(step.start, step.end) for step in intervals], dtype=np.float64).T
    if not isinstance(horizon, (int, np.integer)) or not 1 <= horizon <= end[-1]:
        raise CareersError(f"expected a horizon of 1 to {end[-1]:.0f} days, got {horizon}")
    share: NDArray[np.float64] = np.clip((horizon - start) / (end - start), 0, 1)
    return share


def steps_passed(intervals: tuple[Interval, ...], days: ArrayLike) -> NDArray[np.float64]:
    """Say how many intervals lie behind somebody, the last of them in part.

    Parameters
    ----------
    intervals : tuple of Interval
        Of the job.
    days : array-like
        Since the first day of work.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> steps_passed(tenure_intervals(), [0, 7, 10.5, 400]).tolist()
    [0.0, 1.0, 1.5, 22.0]
    """
    bounds = [0, *(step.end for step in intervals)]
    known = np.asarray(days, dtype=np.float64)
    passed: NDArray[np.float64] = np.interp(known, bounds, np.arange(len(bounds)))
    return passed


def share_ahead(share: NDArray[np.float64], passed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how much of each interval still counts for somebody who has come through the first ones.

    Parameters
    ----------
    share : ndarray, shape (j,)
        How much of each interval counts for somebody at the beginning.
    passed : ndarray, shape (n,)
        Intervals behind each person, the last of them in part.

    Returns
    -------
    ndarray, shape (n, j)

    Examples
    --------
    >>> share_ahead(np.array([1.0, 1.0, 0.5]), np.array([0.0, 1.25])).tolist()
    [[1.0, 1.0, 0.5], [0.0, 0.75, 0.5]]
    """
    behind = np.clip(passed[:, None] - np.arange(len(share)), 0, 1)
    return np.maximum(share - behind, 0.0)


def anything_ahead(ahead: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say for each person whether anything still counts.

    Parameters
    ----------
    ahead : ndarray, shape (n, j)
        Of `share_ahead`.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> anything_ahead(np.array([[0.0, 0.2], [0.0, 1e-16]])).tolist()
    [True, False]
    """
    there: NDArray[np.bool_] = ahead.max(axis=1, initial=0.0) > _NOTHING
    return there
