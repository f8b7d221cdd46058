"""The figures of one group: how many were expected and seen, how well people are told apart.

Intervals count weighted people as fewer (Kish's effective number).
"""

from __future__ import annotations

from math import exp, log, nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from vbr_engine.fairness.score_intervals import Estimate, quantile, wilson
from vbr_engine.fairness.suppression import Rule

__all__ = ["RATES", "difference_of", "figures_of"]

Floats = NDArray[np.float64]
RATES = {
    "fpr": "of those without the event, called at risk",
    "fnr": "of those with the event, not called at risk",
    "ppv": "of those called at risk, with the event",
}


def figures_of(
    risk: Floats,
    event: NDArray[np.bool_],
    weight: Floats,
    cut: float,
    rule: Rule,
    coverage: float,
) -> dict[str, Estimate]:
    """Work out every figure of one group.

    Parameters
    ----------
    risk : ndarray, shape (n,)
    event : ndarray of bool, shape (n,)
    weight : ndarray, shape (n,)
    cut : float
        Risk from which on people are called at risk.
    rule : Rule
    coverage : float

    Returns
    -------
    dict of str to Estimate
    """
    called = risk >= cut
    predicted = float(np.average(risk, weights=weight))
    return {
        "predicted": Estimate(predicted, nan, nan),
        "observed": _share(event, weight, coverage, 1),
        "calibration": _calibration(risk, event, weight, coverage),
        "auc": _area(risk, event, weight, coverage),
        "fpr": _share(called[~event], weight[~event], coverage, rule.cell),
        "fnr": _share(~called[event], weight[event], coverage, rule.cell),
        "ppv": _share(event[called], weight[called], coverage, rule.cell),
    }


def _share(held: NDArray[np.bool_], weight: Floats, coverage: float, fewest: int) -> Estimate:
    """Give a weighted share of at least so many people; the interval counts them as fewer."""
    if len(held) < max(1, fewest):
        return Estimate(nan, nan, nan)
    share = float(np.average(held, weights=weight))
    effective = float(weight.sum()) ** 2 / float((weight**2).sum())
    return wilson(share * effective, effective, coverage=coverage)


def _calibration(
    risk: Floats, event: NDArray[np.bool_], weight: Floats, coverage: float
) -> Estimate:
    """Find the shift on the logit scale that makes risks right on the whole."""
    at = logit(np.clip(risk, 1e-9, 1 - 1e-9))

    def lack(shift: float) -> float:
        return float((weight * (event - expit(at + shift))).sum())

    if lack(-30.0) <= 0 or lack(30.0) >= 0:
        return Estimate(nan, nan, nan)
    shift = float(brentq(lack, -30.0, 30.0, xtol=1e-10))
    right = expit(at + shift)
    bread = float((weight * right * (1 - right)).sum())
    meat = float((weight**2 * (event - right) ** 2).sum())
    plain = bool(np.all(weight == weight[0]))
    spread = 1 / sqrt(bread / weight[0]) if plain else sqrt(meat) / bread
    width = quantile(coverage) * spread
    return Estimate(shift, shift - width, shift + width)


def _area(risk: Floats, event: NDArray[np.bool_], weight: Floats, coverage: float) -> Estimate:
    """Give the weighted area under the ROC curve, its interval on the logit scale by DeLong."""
    above = _beaten(risk[event], risk[~event], weight[~event])
    below = 1 - _beaten(risk[~event], risk[event], weight[event])
    area = float(np.average(above, weights=weight[event]))
    variance = _spread(above, weight[event]) + _spread(below, weight[~event])
    if not 0 < area < 1 or not variance > 0:
        return Estimate(area, nan, nan)
    middle, width = log(area / (1 - area)), quantile(coverage) * sqrt(variance)
    width /= area * (1 - area)
    return Estimate(area, 1 / (1 + exp(width - middle)), 1 / (1 + exp(-width - middle)))


def _beaten(risk: Floats, others: Floats, weight: Floats) -> Floats:
    """Give, for each risk, the weighted share of others that lie below; ties count half."""
    order = np.argsort(others, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(weight[order])])
    low = total[np.searchsorted(others[order], risk, side="left")]
    high = total[np.searchsorted(others[order], risk, side="right")]
    share: Floats = (low + high) / (2 * total[-1])
    return share


def _spread(placed: Floats, weight: Floats) -> float:
    share = weight / weight.sum()
    middle = float((share * placed).sum())
    n = len(placed)
    return float((share**2 * (placed - middle) ** 2).sum()) * n / max(1, n - 1)


def difference_of(one: Estimate, other: Estimate) -> Estimate:
    """Take one from the other, each with the end of its interval that matters (Newcombe)."""
    value = one.value - other.value
    down = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    up = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Estimate(value, value - down, value + up)
