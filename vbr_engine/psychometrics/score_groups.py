"""Answers to an item among people of the same total score: observed, and as the model expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from vbr_engine.psychometrics.curves import Array, ItemParameters, category_probabilities

__all__ = ["ScoreFit", "score_fit"]


@dataclass(frozen=True)
class ScoreFit:
    """S-X2 of one item."""

    statistic: float
    df: int
    p: float
    rmsea: float


def score_fit(
    items: ItemParameters,
    codes: NDArray[np.int8],
    nodes: Array,
    weights: Array,
    n_parameters: NDArray[np.intp],
    fewest: float,
) -> list[ScoreFit]:
    """S-X2 of every item.

    Parameters
    ----------
    items : ItemParameters
    codes : ndarray of int8, shape (people, items)
        Complete answers.
    nodes, weights : ndarray
        Distribution of theta.
    n_parameters : ndarray of int, shape (items,)
        How many were estimated for each item.
    fewest : float
        Cells that expect less are joined to their neighbours.

    Returns
    -------
    list of ScoreFit
    """
    p = category_probabilities(items, nodes)
    totals = codes.sum(axis=1, dtype=np.intp)
    steps = items.n_categories - 1
    sizes = np.bincount(totals, minlength=int(steps.sum()) + 1)
    everything = _score_distribution(p, steps) @ weights
    found = []
    for j, k in enumerate(items.n_categories):
        others = _score_distribution(np.delete(p, j, axis=0), np.delete(steps, j))
        expected = _expected(p[j, :k], others, weights, everything) * sizes[:, None]
        observed = np.zeros_like(expected)
        np.add.at(observed, (totals, codes[:, j]), 1.0)
        # The lowest and the highest total leave only one answer possible.
        cells = _joined(observed[1:-1], expected[1:-1], fewest)
        found.append(_test(*cells, int(n_parameters[j]), len(codes)))
    return found


def _score_distribution(p: Array, steps: NDArray[np.intp]) -> Array:
    """Probability of each total at each node, by Lord and Wingersky's recursion."""
    scores = np.ones((1, p.shape[2]))
    for item, most in zip(p, steps, strict=True):
        longer = np.zeros((len(scores) + most, p.shape[2]))
        for category in range(most + 1):
            longer[category : category + len(scores)] += scores * item[category]
        scores = longer
    return scores


def _expected(item: Array, others: Array, weights: Array, everything: Array) -> Array:
    """Share of each category among people of each total, shape (totals, categories)."""
    share = np.zeros((len(everything), len(item)))
    for category, curve in enumerate(item):
        share[category : category + len(others), category] = others @ (curve * weights)
    known = everything > 0
    return np.divide(share, everything[:, None], out=np.zeros_like(share), where=known[:, None])


def _joined(observed: Array, expected: Array, fewest: float) -> tuple[Array, Array]:
    """Cells after thin ones were joined; NaN where a cell went to its neighbour."""
    met = observed.sum(axis=1) > 0
    both = np.stack([observed[met], expected[met]])
    both = _without_single_people(both)
    if both.shape[2] > 2:
        for row in range(both.shape[1]):
            _join_categories(both[:, row], fewest)
    both = _join_rows(both, fewest)
    return both[0], both[1]


def _without_single_people(both: Array) -> Array:
    """A total that one person reached goes to the next higher, the last to the one below."""
    rows: list[Array] = []
    waiting: Array | None = None
    for row in np.moveaxis(both, 1, 0):
        row = row if waiting is None else row + waiting
        alone = row[0].sum() == 1
        waiting = row if alone else None
        if not alone:
            rows.append(row)
    if waiting is not None and rows:
        rows[-1] = rows[-1] + waiting
    elif waiting is not None:
        rows.append(waiting)
    return np.stack(rows, axis=1) if rows else both


def _join_categories(row: Array, fewest: float) -> None:
    """Thin cells go to the next category, a thin last one to the nearest that is left; in place."""
    last = row.shape[1] - 1
    for k in range(last):
        if row[1, k] < fewest:
            row[:, k + 1] += row[:, k]
            row[:, k] = np.nan
    left = np.flatnonzero(~np.isnan(row[1, :last]))
    if row[1, last] < fewest and len(left):
        row[:, left[-1]] += row[:, last]
        row[:, last] = np.nan


def _join_rows(both: Array, fewest: float) -> Array:
    """Totals that still have a thin cell go to the neighbour with fewer people."""
    while both.shape[1] > 1:
        with np.errstate(invalid="ignore"):
            thin = np.flatnonzero(np.any(both[1] < fewest, axis=1))
        if not len(thin):
            break
        row = int(thin[0])
        sides = [r for r in (row - 1, row + 1) if 0 <= r < both.shape[1]]
        beside = min(sides, key=lambda r: np.nansum(both[0, r]))
        both[:, beside] = _sum_of_known(both[:, beside], both[:, row])
        both = np.delete(both, row, axis=1)
    return both


def _sum_of_known(one: Array, other: Array) -> Array:
    total = np.nan_to_num(one) + np.nan_to_num(other)
    return np.where(np.isnan(one) & np.isnan(other), np.nan, total)


def _test(observed: Array, expected: Array, n_parameters: int, n: int) -> ScoreFit:
    known = expected > 0
    difference = observed[known] - expected[known]
    statistic = float(np.sum(difference**2 / expected[known]))
    df = max(int(known.sum()) - len(expected) - n_parameters, 0)
    if df == 0:
        return ScoreFit(statistic, 0, np.nan, np.nan)
    rmsea = (max(statistic - df, 0.0) / (df * max(n - 1, 1))) ** 0.5
    return ScoreFit(statistic, df, float(chi2.sf(statistic, df)), float(rmsea))
