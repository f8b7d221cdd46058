"""Whether as many leave as the risks say: in the large, by slope, and along the curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri

from vbr_engine.risk.logistic import coefficients, sandwich
from vbr_engine.risk.resampling import Figure
from vbr_engine.risk.survival import Timeline, kaplan_meier

__all__ = [
    "FEWEST_FOR_A_CURVE",
    "Recalibration",
    "calibration_curve",
    "observed_over_expected",
    "recalibration",
    "recalibration_line",
]

Array = NDArray[np.float64]

# Van Calster and others (2016): a flexible curve needs as many events, and as many without.
FEWEST_FOR_A_CURVE = 200
_KNOTS = (0.05, 0.35, 0.65, 0.95)
_POINTS = 21
_MOST_STEPS = 40
# Nobody's risk is 0 or 1.
_EDGE = 1e-6
_NEAR = 1e-8


@dataclass(frozen=True)
class Recalibration:
    """How the risks would have to be moved.

    Parameters
    ----------
    slope : Figure
        1 is right; below 1 the risks are spread too far.
    intercept : Figure
        Goes with the slope.
    in_the_large : Figure
        Shift of the logit with the slope held at 1: 0 is right, above 0 more leave than the risks
        say.
    """

    slope: Figure
    intercept: Figure
    in_the_large: Figure


def observed_over_expected(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    weight: ArrayLike | None = None,
    interval: float = 0.95,
) -> Figure:
    """Divide the share who left by the mean of the risks.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional
        Copies of each person.
    interval : float

    Returns
    -------
    Figure
        Interval from Greenwood's standard error, on the log scale; people count as independent.

    Examples
    --------
    >>> observed_over_expected([1, 2, 9, 9], [1, 1, 0, 0], [0.5, 0.5, 0.5, 0.5], 5).value
    1.0
    """
    row = kaplan_meier(time, event, weight=weight).at([horizon]).iloc[0]
    observed = 1 - row["survival"]
    copies = None if weight is None else np.asarray(weight, dtype=float)
    expected = float(np.average(np.asarray(risk, dtype=float), weights=copies))
    if not (observed > 0 and expected > 0):
        return Figure(float(observed / expected) if expected > 0 else np.nan, np.nan, np.nan)
    ratio = observed / expected
    width = float(ndtri(0.5 + interval / 2)) * row["se"] / observed
    return Figure(float(ratio), float(ratio * np.exp(-width)), float(ratio * np.exp(width)))


def recalibration(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    interval: float = 0.95,
) -> Recalibration:
    """Regress what happened by the horizon on the logit of the risk.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional
        Copies of each person.
    cluster : array-like of int, shape (n,), optional
        Provider of each; by default everybody stands alone.
    interval : float

    Returns
    -------
    Recalibration
        Those out of sight are stood for by others (IPCW); intervals by the sandwich over clusters,
        with the weights taken as known. NaN where it cannot be fitted.

    References
    ----------
    Cox (1958), Biometrika 45; Van Calster et al. (2016), J. Clin. Epidemiol. 74.

    Examples
    --------
    >>> time, left = [1, 1, 9, 9, 1, 9, 9, 9], [1, 1, 0, 0, 1, 0, 0, 0]
    >>> found = recalibration(time, left, [0.5] * 4 + [0.25] * 4, 5)
    >>> round(found.slope.value, 3), round(found.in_the_large.value, 3)
    (1.0, 0.0)
    """
    line = Timeline.of(time, event)
    copies = None if weight is None else np.asarray(weight, dtype=float)
    known = line.weights_at(horizon, copies)
    left = (line.event & (line.time <= horizon)).astype(float)
    groups = np.arange(len(left)) if cluster is None else np.asarray(cluster)
    x = _logit(risk)
    both = np.column_stack([np.ones(len(x)), x])
    at = coefficients(both, left, known, np.zeros(len(x)))
    shift = coefficients(both[:, :1], left, known, x)
    se = sandwich(both, left, known, np.zeros(len(x)), at, groups)
    se_shift = sandwich(both[:, :1], left, known, x, shift, groups)
    width = float(ndtri(0.5 + interval / 2))
    figures = [
        Figure(float(value), float(value - width * error), float(value + width * error))
        for value, error in (
            (at[1], np.sqrt(se[1, 1])),
            (at[0], np.sqrt(se[0, 0])),
            (shift[0], np.sqrt(se_shift[0, 0])),
        )
    ]
    return Recalibration(*figures)


def recalibration_line(left: Array, risk: Array, weight: Array) -> tuple[float, float]:
    """Return only the shift in the large and the slope, of weighted people.

    Parameters
    ----------
    left, risk, weight : ndarray, shape (n,)

    Returns
    -------
    in_the_large, slope : float
        NaN where it cannot be fitted.
    """
    x = _logit(risk)
    total = float(weight @ left)
    if not 0 < total < weight.sum():
        return np.nan, np.nan
    return _shift(x, total, weight), _slope(x, left, weight)


def _shift(x: Array, total: float, weight: Array) -> float:
    """Return the shift of the logits at which as many are expected as there were."""
    shift = 0.0
    for _ in range(_MOST_STEPS):
        p = expit(x + shift)
        step = float((total - weight @ p) / (weight @ (p * (1 - p))))
        shift += max(-3.0, min(3.0, step))
        if abs(step) < _NEAR:
            return shift
    return np.nan


def _slope(x: Array, left: Array, weight: Array) -> float:
    """Return the slope of a logistic line, by Newton's steps worked out in full."""
    middle, slope = 0.0, 0.0
    at = x - weight @ x / weight.sum()
    for _ in range(_MOST_STEPS):
        p = expit(middle + slope * at)
        off, w = weight * (left - p), weight * p * (1 - p)
        wx = w * at
        a, b, c = float(w.sum()), float(wx.sum()), float(wx @ at)
        size = a * c - b * b
        if not size > 1e-12 * a * c:
            return np.nan
        u, v = float(off.sum()), float(off @ at)
        up, steeper = (c * u - b * v) / size, (a * v - b * u) / size
        part = min(1.0, 3.0 / max(abs(up), abs(steeper), 3.0))
        middle, slope = middle + part * up, slope + part * steeper
        if max(abs(up), abs(steeper)) < _NEAR:
            return slope
    return np.nan


def calibration_curve(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    interval: float = 0.95,
) -> pd.DataFrame:
    """Set how many left against the risk that was said.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
    horizon : float
    weight : array-like, shape (n,), optional
        Copies of each person.
    cluster : array-like of int, shape (n,), optional
    interval : float

    Returns
    -------
    DataFrame
        ``kind``, ``predicted``, ``observed``, ``low``, ``high``, ``people``. With at least 200 who
        left by the horizon and 200 known to have stayed, a smooth ``curve``: a logistic regression
        on a natural spline of the logit, weighted, with pointwise intervals. Else ``thirds`` of the
        people by risk, each with its Kaplan-Meier share; or fewer groups where risks are equal.

    Examples
    --------
    >>> time, left = [1, 9, 9, 1, 1, 9], [1, 0, 0, 1, 1, 0]
    >>> table = calibration_curve(time, left, [0.1, 0.1, 0.4, 0.4, 0.7, 0.7], 5)
    >>> table[["kind", "predicted", "observed"]].values.tolist()
    [['thirds', 0.1, 0.5], ['thirds', 0.4, 0.5], ['thirds', 0.7, 0.5]]
    """
    line = Timeline.of(time, event)
    copies = np.ones(len(line.place)) if weight is None else np.asarray(weight, dtype=float)
    told = np.asarray(risk, dtype=float)
    left = line.event & (line.time <= horizon)
    events = float(copies @ left)
    stayed = float(copies @ (line.time > horizon))
    x = _logit(told)
    knots = np.quantile(x, _KNOTS)
    if min(events, stayed) < FEWEST_FOR_A_CURVE or np.min(np.diff(knots)) <= 0:
        return _thirds(line, told, horizon, copies, interval)
    groups = np.arange(len(x)) if cluster is None else np.asarray(cluster)
    basis, known = _spline(x, knots), line.weights_at(horizon, copies)
    none = np.zeros(len(x))
    at = coefficients(basis, left.astype(float), known, none)
    spread = sandwich(basis, left.astype(float), known, none, at, groups)
    bottom, top = np.quantile(x, [0.01, 0.99]).tolist()
    grid = np.linspace(bottom, top, _POINTS)
    points = _spline(grid, knots)
    middle = points @ at
    width = float(ndtri(0.5 + interval / 2)) * np.sqrt(((points @ spread) * points).sum(axis=1))
    return pd.DataFrame(
        {
            "kind": "curve",
            "predicted": expit(grid),
            "observed": expit(middle),
            "low": expit(middle - width),
            "high": expit(middle + width),
            "people": int(copies.sum()),
        }
    )


def _thirds(
    line: Timeline, risk: Array, horizon: float, copies: Array, interval: float
) -> pd.DataFrame:
    cuts = np.unique(np.quantile(risk, [1 / 3, 2 / 3]))
    place = np.searchsorted(cuts, risk, side="left")
    rows = []
    for group in np.unique(place):
        mine = place == group
        if not copies[mine].sum() > 0:
            continue
        curve = kaplan_meier(
            line.time[mine], line.event[mine], weight=copies[mine], interval=interval
        )
        row = curve.at([horizon]).iloc[0]
        mean = float(np.average(risk[mine], weights=copies[mine]))
        shares = [1 - float(row[name]) for name in ("survival", "high", "low")]
        rows.append(("thirds", mean, *shares, round(copies[mine].sum())))
    names = ["kind", "predicted", "observed", "low", "high", "people"]
    return pd.DataFrame(rows, columns=names).round({"predicted": 12})


def _logit(risk: ArrayLike) -> Array:
    return np.asarray(logit(np.clip(np.asarray(risk, dtype=float), _EDGE, 1 - _EDGE)))


def _spline(x: Array, knots: Array) -> Array:
    """Return a natural cubic spline: straight beyond the outer knots."""
    last, before = knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2

    def cube(at: float) -> Array:
        return np.asarray(np.maximum(x - at, 0) ** 3)

    bends = [
        (
            cube(knot)
            - cube(before) * (last - knot) / (last - before)
            + cube(last) * (before - knot) / (last - before)
        )
        / scale
        for knot in knots[:-2]
    ]
    return np.column_stack([np.ones(len(x)), x, *bends])
