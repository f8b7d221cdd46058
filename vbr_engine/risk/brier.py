"""How far risks lie from what happened: the Brier score under censoring."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import trapezoid

from vbr_engine.risk.survival import Timeline

__all__ = ["brier_score", "integrated_brier", "reference_brier", "scaled_brier"]

Array = NDArray[np.float64]


def brier_score(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    weight: ArrayLike | None = None,
) -> float:
    """Return the mean squared distance between risk and outcome at a horizon.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,), or float
        Of leaving by the horizon.
    horizon : float
    weight : array-like, shape (n,), optional
        Copies of each person.

    Returns
    -------
    float
        Those out of sight before the horizon are stood for by others (IPCW).

    References
    ----------
    Graf et al. (1999), Statistics in Medicine 18; Gerds and Schumacher (2006).

    Examples
    --------
    >>> brier_score([1, 3, 9, 9], [1, 0, 0, 0], [0.5, 0.5, 0.5, 0.0], 5)
    0.15625
    """
    line, copies = Timeline.of(time, event), _copies(time, weight)
    left = line.event & (line.time <= horizon)
    off = (left - np.asarray(risk, dtype=float)) ** 2
    return float(line.weights_at(horizon, copies) @ off / copies.sum())


def reference_brier(
    time: ArrayLike, event: ArrayLike, horizon: float, *, weight: ArrayLike | None = None
) -> float:
    """Return the Brier score of giving everybody the same risk, the one that was seen.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional

    Returns
    -------
    float

    Examples
    --------
    >>> reference_brier([1, 2, 9, 9], [1, 1, 0, 0], 5)
    0.25
    """
    line, copies = Timeline.of(time, event), _copies(time, weight)
    last = int(np.searchsorted(line.times, horizon, side="right"))
    seen = float(np.concatenate([[1.0], line.survival(copies)])[last])
    return brier_score(time, event, np.full(len(copies), 1 - seen), horizon, weight=copies)


def scaled_brier(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    weight: ArrayLike | None = None,
) -> float:
    """Return how much smaller the Brier score is than that of one risk for everybody.

    Parameters
    ----------
    time, event, risk : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional

    Returns
    -------
    float
        1 - B/B0: 1 for perfect, 0 for no better, negative for worse; NaN where all or none left.

    Examples
    --------
    >>> scaled_brier([1, 2, 9, 9], [1, 1, 0, 0], [0.5, 0.5, 0.0, 0.5], 5)
    0.25
    """
    reference = reference_brier(time, event, horizon, weight=weight)
    if not reference > 0:
        return float("nan")
    return 1 - brier_score(time, event, risk, horizon, weight=weight) / reference


def integrated_brier(
    time: ArrayLike,
    event: ArrayLike,
    risks: ArrayLike,
    horizons: ArrayLike,
    *,
    weight: ArrayLike | None = None,
) -> float:
    """Return the Brier score on average over the time between the horizons.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risks : array-like, shape (n, h)
        Of leaving by each horizon.
    horizons : array-like, shape (h,)
        Rising, at least two.
    weight : array-like, shape (n,), optional

    Returns
    -------
    float
        By the trapezium rule.

    Examples
    --------
    >>> integrated_brier([1, 9], [1, 0], [[0.5, 0.5], [0.5, 0.5]], [2, 4])
    0.25
    """
    at, each = np.asarray(horizons, dtype=float), np.asarray(risks, dtype=float)
    scores = [
        brier_score(time, event, each[:, place], horizon, weight=weight)
        for place, horizon in enumerate(at)
    ]
    return float(trapezoid(scores, at) / (at[-1] - at[0]))


def _copies(time: ArrayLike, weight: ArrayLike | None) -> Array:
    return np.ones(len(np.asarray(time))) if weight is None else np.asarray(weight, dtype=float)
