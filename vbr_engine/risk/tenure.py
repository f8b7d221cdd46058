"""How long somebody has been in the job already: a risk is told of those who have stayed so long.

A hazard model says it directly: what lies behind somebody no longer counts. It needs people who
were seen to leave in what still lies ahead.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.levels import INDEX_FROM
from vbr_engine.risk.stages import anything_ahead, share_ahead, steps_passed
from vbr_engine.words import sentence

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["FIRST_DAYS", "days_behind", "silence_ahead"]

Array = NDArray[np.float64]

# Whoever is in the first week of the job is told of as somebody who begins.
FIRST_DAYS = 7
_OVER = sentence("They have worked for longer than the time that is asked about.")
# With `INDEX_FROM` in words.
_FEW_AHEAD = sentence(
    "Fewer than 30 people have been seen to leave in the time that still lies ahead of them."
)


def days_behind(
    outcome: str, candidates: pd.DataFrame, today: date, elapsed: ArrayLike | None = None
) -> Array:
    """Count the days in the job that each person has behind them.

    Parameters
    ----------
    outcome : {"leaving", "withdrawal"}
    candidates : DataFrame
        ``started_work``, where it is known.
    today : date
    elapsed : array-like, optional
        The days themselves, one number or one for each person.

    Returns
    -------
    ndarray, shape (n,)
        0 before the first day, in the first week, and for `withdrawal`.

    Raises
    ------
    CareersError
        If a number of days cannot be, or is given for `withdrawal`.

    Examples
    --------
    >>> people = pd.DataFrame({"started_work": ["2026-03-01", None, "2026-03-28", "2026-05-01"]})
    >>> days_behind("leaving", people, date(2026, 3, 31)).tolist()
    [30.0, 0.0, 0.0, 0.0]
    """
    if outcome == "withdrawal":
        if elapsed is not None:
            raise CareersError("withdrawal ends with the first day of work: leave out the days")
        return np.zeros(len(candidates))
    if elapsed is None:
        days = _since_first_day(candidates, today)
    else:
        days = _given(elapsed, len(candidates))
    behind: Array = np.where(days > FIRST_DAYS, days, 0.0)
    return behind


def _since_first_day(candidates: pd.DataFrame, today: date) -> Array:
    if "started_work" not in candidates:
        return np.zeros(len(candidates))
    began = pd.to_datetime(candidates["started_work"], errors="coerce").dt.tz_localize(None)
    return np.asarray((pd.Timestamp(today) - began).dt.days.fillna(0), dtype=np.float64)


def _given(elapsed: ArrayLike, n: int) -> Array:
    try:
        days = np.floor(np.asarray(elapsed, dtype=np.float64))
    except (TypeError, ValueError):
        raise CareersError(f"expected days in the job as numbers, got {elapsed!r}") from None
    if days.shape not in ((), (n,)):
        raise CareersError(f"expected days in the job of {n} people, got {days.size}")
    if not (np.isfinite(days) & (days >= 0)).all():
        raise CareersError("expected days in the job of 0 or more")
    return np.broadcast_to(days, (n,))


def silence_ahead(
    model: DropOutModel, horizon: int | None, days: Array
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[str, str]]:
    """Say of whom nothing can be said up to a horizon, because of what they have behind them.

    Parameters
    ----------
    model : DropOutModel
    horizon : int, optional
    days : ndarray, shape (n,)
        Of `days_behind`.

    Returns
    -------
    over, few : ndarray of bool, shape (n,)
        Nothing lies ahead of them; too few were seen to leave in what does.
    told : tuple of str
        The sentence for each.
    """
    each, place = np.unique(days, return_inverse=True)
    ahead = share_ahead(model.share(horizon), steps_passed(model.intervals_, each))
    seen = ahead @ model.life_table_.events.sum(axis=0)
    over = ~anything_ahead(ahead)
    few = (each > 0) & (seen < INDEX_FROM)
    return over[place], few[place], (_OVER, _FEW_AHEAD)
