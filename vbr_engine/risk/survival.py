"""How long people stay: Kaplan-Meier, and those who go out of sight.

Times are whole days (or steps) counted so that somebody whose time is 30 or less has left within
30 days. At one time, leaving comes before being lost from sight. Weights are copies of a person: a
bootstrap that draws a provider twice gives its people the weight 2.

Everywhere in this package the estimand of the risk of withdrawing or leaving is net: an exit that
the employer brought about, a transfer or the end of a contract takes a person out of sight. Only
`incidence` says what happened in fact, with each exit beside the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.shares import loglog, product_of, share_of

__all__ = ["SurvivalCurve", "Timeline", "censoring_weights", "kaplan_meier"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Timeline:
    """Times sorted once, to be counted under many weights.

    Parameters
    ----------
    times : ndarray, shape (m,)
        Distinct times, rising.
    place : ndarray of int, shape (n,)
        Place of each person's time in `times`.
    event : ndarray of bool, shape (n,)

    Examples
    --------
    >>> line = Timeline.of([1, 2, 2, 3], [True, True, False, True])
    >>> line.survival().round(3).tolist(), line.censoring().round(3).tolist()
    ([0.75, 0.5, 0.0], [1.0, 0.5, 0.5])
    """

    times: Array
    place: NDArray[np.intp]
    event: Flags

    @classmethod
    def of(cls, time: ArrayLike, event: ArrayLike) -> Timeline:
        """Sort times.

        Parameters
        ----------
        time : array-like, shape (n,)
        event : array-like of bool, shape (n,)
            Whether the person left then, instead of going out of sight.

        Returns
        -------
        Timeline

        Raises
        ------
        CareersError
            If there is nobody, lengths differ, or a time is not a number or below 0.
        """
        told, flags = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
        if told.ndim != 1 or told.shape != flags.shape or not len(told):
            raise CareersError(f"expected a time and an end each, got {told.shape}, {flags.shape}")
        if not np.all(told >= 0):
            wrong = told[~(told >= 0)][0]
            raise CareersError(f"expected times of 0 or more, got {wrong:g}")
        times, place = np.unique(told, return_inverse=True)
        return cls(times, place, flags)

    @property
    def time(self) -> Array:
        """Time of each person."""
        return self.times[self.place]

    def counts(self, weight: Array | None = None) -> tuple[Array, Array, Array]:
        """Count who is at risk, who leaves and who goes out of sight at each time.

        Parameters
        ----------
        weight : ndarray, shape (n,), optional

        Returns
        -------
        at_risk, events, censored : ndarray, shape (m,)
        """
        w = np.ones(len(self.place)) if weight is None else weight
        m = len(self.times)
        events = np.bincount(self.place, w * self.event, m)
        censored = np.bincount(self.place, w * ~self.event, m)
        at_risk: Array = np.cumsum((events + censored)[::-1])[::-1].astype(float)
        return at_risk, events.astype(float), censored.astype(float)

    def survival(self, weight: Array | None = None) -> Array:
        """Return the Kaplan-Meier share who have not left, after each time."""
        at_risk, events, _ = self.counts(weight)
        return product_of(share_of(events, at_risk))

    def censoring(self, weight: Array | None = None) -> Array:
        """Return the Kaplan-Meier share still in sight, after each time."""
        at_risk, events, censored = self.counts(weight)
        return product_of(share_of(censored, at_risk - events))

    def weights_at(self, horizon: float, weight: Array | None = None) -> Array:
        """Weight those whose state at the horizon is known for those of whom it is not.

        Parameters
        ----------
        horizon : float
        weight : ndarray, shape (n,), optional

        Returns
        -------
        ndarray, shape (n,)
            Inverse of the chance of still being in sight: just before leaving for who left by the
            horizon, at the horizon for who was there longer, 0 for all others.
        """
        w = np.ones(len(self.place)) if weight is None else weight
        seen = np.concatenate([[1.0], self.censoring(weight)])
        last = int(np.searchsorted(self.times, horizon, side="right"))
        left = self.event & (self.place < last)
        chance = np.where(left, seen[self.place], seen[last])
        known = (left | (self.place >= last)) & (w > 0) & (chance > 0)
        return np.divide(w, chance, out=np.zeros(len(w)), where=known)


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve with its intervals.

    Parameters
    ----------
    times, at_risk, events, survival, se, low, high : ndarray, shape (m,)
        By distinct time; `at_risk` just before it, the others after it.
    """

    times: Array
    at_risk: Array
    events: Array
    survival: Array
    se: Array
    low: Array
    high: Array

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """Read the curve off.

        Parameters
        ----------
        times : array-like
            Such as days.

        Returns
        -------
        DataFrame
            ``time``, ``at_risk`` (still there and in sight after it), ``events`` (left by then),
            ``survival``, ``se``, ``low``, ``high``; empty figures beyond the last time seen.
        """
        asked = np.atleast_1d(np.asarray(times, dtype=float))
        place = np.searchsorted(self.times, asked, side="right")
        left = np.concatenate([[0.0], np.cumsum(self.events)])
        ahead = np.append(self.at_risk, 0.0)
        table = pd.DataFrame({"time": asked, "at_risk": ahead[place], "events": left[place]})
        beyond = asked > self.times[-1]
        for name, first in (("survival", 1.0), ("se", 0.0), ("low", 1.0), ("high", 1.0)):
            held = np.concatenate([[first], getattr(self, name)])[place]
            table[name] = np.where(beyond & (self.survival[-1] > 0), np.nan, held)
        return table


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, *, weight: ArrayLike | None = None, interval: float = 0.95
) -> SurvivalCurve:
    """Estimate how many stay how long.

    Parameters
    ----------
    time : array-like, shape (n,)
    event : array-like of bool, shape (n,)
        Whether the person left then, instead of going out of sight.
    weight : array-like, shape (n,), optional
        Copies of each person.
    interval : float
        Probability that an interval holds, at one time.

    Returns
    -------
    SurvivalCurve
        Standard errors by Greenwood's formula, intervals on the scale of log minus log; before
        anybody has left, and after all have, the exact bound for that many people.

    References
    ----------
    Kaplan and Meier (1958), J. Am. Stat. Assoc. 53; Kalbfleisch and Prentice (2002), section 1.4.

    Examples
    --------
    >>> curve = kaplan_meier([10, 20, 20, 40, 50], [True, True, False, True, False])
    >>> curve.at([30]).round(3).values.tolist()
    [[30.0, 2.0, 2.0, 0.6, 0.219, 0.126, 0.882]]
    """
    line = Timeline.of(time, event)
    at_risk, events, _ = line.counts(None if weight is None else np.asarray(weight, dtype=float))
    survival = product_of(share_of(events, at_risk))
    relative: Array = np.sqrt(np.cumsum(share_of(events, at_risk * (at_risk - events))))
    low, high = loglog(survival, relative, interval)
    bound = ((1 - interval) / 2) ** (1 / np.maximum(at_risk, 1.0))
    low, high = np.where(survival == 1, bound, low), np.where(survival == 1, 1.0, high)
    # After the last has left, as many as were there then say how high it can be.
    last = at_risk[np.argmax(survival == 0)] if survival[-1] == 0 else 1.0
    none = 1 - ((1 - interval) / 2) ** (1 / max(float(last), 1.0))
    high = np.where(survival == 0, none, high)
    se = survival * relative
    return SurvivalCurve(line.times, at_risk, events, survival, se, low, high)


def censoring_weights(
    time: ArrayLike, event: ArrayLike, horizon: float, *, weight: ArrayLike | None = None
) -> Array:
    """Weight people by the inverse of their chance of being in sight (IPCW).

    Parameters
    ----------
    time, event : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional
        Copies of each person.

    Returns
    -------
    ndarray, shape (n,)
        0 where the state at the horizon is not known.

    References
    ----------
    Graf et al. (1999), Statistics in Medicine 18.

    Examples
    --------
    >>> censoring_weights([1, 2, 3, 9], [True, False, True, False], 5).round(3).tolist()
    [1.0, 0.0, 1.5, 1.5]
    """
    copies = None if weight is None else np.asarray(weight, dtype=float)
    return Timeline.of(time, event).weights_at(horizon, copies)
