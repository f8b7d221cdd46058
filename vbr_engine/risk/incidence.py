"""How many ended in which way, where one end keeps out the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.risk.shares import ROUNDING, inside_of, loglog, product_of, share_of
from vbr_engine.risk.survival import Timeline

__all__ = ["cumulative_incidence"]

Array = NDArray[np.float64]


def cumulative_incidence(
    time: ArrayLike, cause: ArrayLike, *, horizons: ArrayLike, interval: float = 0.95
) -> pd.DataFrame:
    """Say how many ended in which way by then, where one end keeps out the others.

    Parameters
    ----------
    time : array-like, shape (n,)
    cause : array-like of int, shape (n,)
        0 for still there when last seen; any other number for a way to end.
    horizons : array-like
    interval : float

    Returns
    -------
    DataFrame
        ``cause``, ``time``, ``incidence``, ``se``, ``low``, ``high``.

    Notes
    -----
    The estimator of Aalen and Johansen; standard errors by the delta method with binomial
    increments (Marubini and Valsecchi, 1995), intervals on the scale of log minus log. Beyond the
    last time seen the figures are empty, unless all have ended.

    References
    ----------
    Aalen and Johansen (1978), Scandinavian Journal of Statistics 5.

    Examples
    --------
    >>> table = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1], horizons=[2])
    >>> table["incidence"].tolist()
    [0.25, 0.25]
    """
    causes = np.asarray(cause)
    line = Timeline.of(time, causes != 0)
    at_risk, events, _ = line.counts()
    before = np.concatenate([[1.0], product_of(share_of(events, at_risk))[:-1]])
    asked = np.atleast_1d(np.asarray(horizons, dtype=float))
    parts = []
    for kind in np.unique(causes[causes != 0]):
        mine = np.bincount(line.place, causes == kind, len(line.times)).astype(float)
        share, se = _incidence(at_risk, events, mine, before)
        parts.append(_read_off(kind, line.times, share, se, asked, interval))
    someone_left = before[-1] * (1 - events[-1] / at_risk[-1]) > ROUNDING
    for table in parts if someone_left else ():
        table.loc[asked > line.times[-1], ["incidence", "se", "low", "high"]] = np.nan
    if not parts:
        return pd.DataFrame(columns=["cause", "time", "incidence", "se", "low", "high"])
    return pd.concat(parts, ignore_index=True)


def _incidence(at_risk: Array, events: Array, mine: Array, before: Array) -> tuple[Array, Array]:
    """Return the incidence of one cause after each time, and its standard error."""
    F = np.cumsum(before * share_of(mine, at_risk))
    # Sums over s <= t of (F(t) - F(s))^2 a(s), of b(s), and of (F(t) - F(s)) c(s).
    a = share_of(events, at_risk * (at_risk - events))
    b = before**2 * share_of(mine * (at_risk - mine), at_risk**3)
    c = before * share_of(mine, at_risk**2)
    first = F**2 * np.cumsum(a) - 2 * F * np.cumsum(F * a) + np.cumsum(F**2 * a)
    third = F * np.cumsum(c) - np.cumsum(F * c)
    return F, np.sqrt(np.maximum(first + np.cumsum(b) - 2 * third, 0))


def _read_off(
    kind: Any, times: Array, share: Array, se: Array, asked: Array, interval: float
) -> pd.DataFrame:
    place = np.searchsorted(times, asked, side="right")
    value = np.concatenate([[0.0], share])[place]
    error = np.concatenate([[0.0], se])[place]
    inside = inside_of(value)
    relative = np.divide(error, value, out=np.zeros(len(value)), where=inside)
    low, high = loglog(value, relative, interval)
    table = pd.DataFrame(
        {
            "cause": kind,
            "time": asked,
            "incidence": value,
            "se": error,
            "low": np.where(inside, low, np.nan),
            "high": np.where(inside, high, np.nan),
        }
    )
    return table
