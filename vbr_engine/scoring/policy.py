"""From points to value scores, as the bank's scoring policy declares.

Chance correction
    ``(points - expected) / (maximum - expected)`` by item: 0 is guessing, 1 is the key, whatever
    the format. Without it an item's score is its share of the maximum, and formats that pay more
    for guessing look easier.
Within-person standardisation
    See `standardised`.
Value score
    The mean of the value's scored items; not measured below the least number of them.
Composite
    The weighted mean of the measured values; not measured unless at least half of them are.
Standard error
    The absolute error of Brennan (1998): the spread of this person's own item scores. A value has
    two or three items, far too few for a spread of its own, so the squares are pooled over values:
    ``s**2 = sum((item - mean of its value)**2) / (items - values)``. The spread is never taken to
    be smaller than the policy's floor: three equal scores do not make a value certain. A value's
    error is ``s / sqrt(its items)``; the composite's follows by propagation, its items being
    independent samples within values. Where no value has two items, the spread is taken about the
    mean of all items, which can only be too wide on average; with a single item there is none, and
    then nothing is measured.

References
----------
Brennan, R. L. (1998). Raw-score conditional standard errors of measurement in generalizability
theory. Applied Psychological Measurement, 22(4), 307-331.
McDaniel, M. A., Psotka, J., Legree, P. J., Yost, A. P., and Weekley, J. A. (2011). Toward an
understanding of situational judgment item validity and group differences. Journal of Applied
Psychology, 96(2), 327-336.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, ScoringPolicy
from vbr_engine.scoring.rules import Floats, ItemRule

__all__ = ["MEASURED_SHARE", "Estimates", "Layout", "corrected", "estimate", "layout"]

MEASURED_SHARE = 0.5  # share of the values that must be measured for a composite


def corrected(points: Floats, rule: ItemRule, policy: ScoringPolicy) -> Floats:
    """Put points on the scale that formats share.

    Parameters
    ----------
    points : ndarray
        NaN where not scored.
    rule : ItemRule
    policy : ScoringPolicy

    Returns
    -------
    ndarray
    """
    if not policy.chance_correction:
        return points / rule.maximum
    return (points - rule.expected) / (rule.maximum - rule.expected)


@dataclass(frozen=True, eq=False)
class Layout:
    """Which items belong to which value, and what each value needs.

    Parameters
    ----------
    members : tuple of tuple of int
        For each value the positions of its items in the bank.
    needed : ndarray, shape (values, 1)
        Items without which a value is not measured.
    weights : ndarray, shape (values, 1)
    floor : float
        Least spread of item scores.
    """

    members: tuple[tuple[int, ...], ...]
    needed: Floats
    weights: Floats
    floor: float

    @property
    def values_needed(self) -> int:
        """How many values must be measured for a composite."""
        return ceil(MEASURED_SHARE * len(self.members))


def layout(bank: Bank) -> Layout:
    """Return the layout of `bank`, with what the default form draws for each value.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    Layout
    """
    drawn = [item.value for item in draw_items(bank)]
    share = bank.policy.minimum_share
    # The small step back keeps 0.6 * 5 at 3, whatever binary fractions make of it.
    needed = [max(1, ceil(share * drawn.count(value.id) - 1e-9)) for value in bank.values]
    return Layout(
        members=tuple(
            tuple(at for at, item in enumerate(bank.items) if item.value == value.id)
            for value in bank.values
        ),
        needed=np.array(needed, dtype=np.float64)[:, None],
        weights=np.array([[float(bank.policy.weights.get(v.id, 1.0))] for v in bank.values]),
        floor=bank.policy.item_sd_floor,
    )


@dataclass(frozen=True, eq=False)
class Estimates:
    """Scores of a block of sittings; row 0 is the composite, then the values.

    Parameters
    ----------
    score, se : ndarray, shape (1 + values, sittings)
        NaN where not measured.
    answered : ndarray, shape (1 + values, sittings)
        Values measured, then items scored for each value.
    """

    score: Floats
    se: Floats
    answered: Floats


def estimate(items: Floats, plan: Layout) -> Estimates:
    """Combine item scores.

    Parameters
    ----------
    items : ndarray, shape (items, sittings)
        NaN where not scored.
    plan : Layout

    Returns
    -------
    Estimates
    """
    scored = items == items  # False for NaN
    filled = items if scored.all() else np.where(scored, items, 0.0)
    number, mean = np.empty((2, len(plan.members), items.shape[1]))
    for value, members in enumerate(plan.members):
        number[value] = _added(scored, members)
        mean[value] = _added(filled, members) / np.maximum(number[value], 1.0)
    spread = _spread(filled, scored, mean, number, plan)
    measured = (number >= plan.needed) & (spread == spread)
    return _with_composite(mean, spread, number, measured, plan)


def _added(rows: npt.NDArray[Any], which: Sequence[int]) -> Floats:
    # One row after another, not `sum`: the same rounding for one sitting and for a million.
    total = np.zeros(rows.shape[1])
    for at in which:
        total += rows[at]
    return total


def _spread(
    filled: Floats, scored: npt.NDArray[np.bool_], mean: Floats, number: Floats, plan: Layout
) -> Floats:
    """Return the standard deviation of a person's item scores within values."""
    squares, freedom = np.zeros(mean.shape[1]), np.zeros(mean.shape[1])
    masked = not scored.all()
    for value, members in enumerate(plan.members):
        for at in members:
            away = filled[at] - mean[value]
            if masked:
                away *= scored[at]
            squares += np.square(away, out=away)
        freedom += np.maximum(number[value] - 1.0, 0.0)
    alone = freedom == 0
    if alone.any():
        squares[alone], freedom[alone] = _overall(filled[:, alone], scored[:, alone])
    unknown = freedom < 1
    spread: Floats = np.maximum(np.sqrt(squares / np.where(unknown, 1.0, freedom)), plan.floor)
    spread[unknown] = np.nan
    return spread


def _overall(filled: Floats, scored: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return squares about the mean of all items, and their degrees of freedom."""
    everything = range(len(filled))
    number = _added(scored, everything)
    mean = _added(filled, everything) / np.maximum(number, 1.0)
    return _added(np.square((filled - mean) * scored), everything), number - 1.0


def _with_composite(
    mean: Floats, spread: Floats, number: Floats, measured: npt.NDArray[np.bool_], plan: Layout
) -> Estimates:
    every = range(len(mean))
    weight = measured * plan.weights
    all_weight, n_measured = _added(weight, every), _added(measured, every)
    told = (n_measured >= plan.values_needed) & (all_weight > 0)
    divisor = np.where(told, all_weight, 1.0)
    root = np.sqrt(np.maximum(number, 1.0))
    score, se, answered = np.empty((3, 1 + len(mean), mean.shape[1]))
    score[0], score[1:] = _added(weight * mean, every) / divisor, mean
    np.divide(spread, root, out=se[1:])
    se[0] = spread * np.sqrt(_added(np.square(weight / root), every)) / divisor
    answered[0], answered[1:] = n_measured, number
    shown = np.vstack([told[None], measured])
    if not shown.all():
        score[~shown], se[~shown] = np.nan, np.nan
    return Estimates(score, se, answered)
