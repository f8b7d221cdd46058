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
    """Cells after thin ones were joined; NaN where a cell went to its neighbour.

    First whole totals at both ends, as long as some category cannot occur at them; then totals that
    one person reached; then categories within a total, the thinnest first and two at least left;
    last, a total that is thin even so goes to the neighbour with fewer people.
    """
    met = observed.sum(axis=1) > 0
    if not met.any():
        return observed[met], expected[met]
    rows = list(np.moveaxis(np.stack([observed[met], expected[met]]), 1, 0))
    rows = _without_single_people(_without_impossible(rows))
    rows = _without_thin([_joined_categories(row, fewest) for row in rows], fewest)
    both = np.stack(rows, axis=1)
    return both[0], both[1]


def _without_impossible(rows: list[Array]) -> list[Array]:
    """Totals at which a category cannot occur go inwards, from either end, until all can."""
    rows = list(rows)
    for end, beside in ((0, 1), (-1, -2)):
        while len(rows) > 1 and (rows[end][1] <= 0).any():
            rows[beside] = rows[beside] + rows[end]
            del rows[end]
    return rows


def _without_single_people(rows: list[Array]) -> list[Array]:
    """A total that one person reached goes to the next higher, the last to the one below."""
    kept: list[Array] = []
    waiting: Array | None = None
    for row in rows:
        row = row if waiting is None else row + waiting
        alone = row[0].sum() == 1
        waiting = row if alone else None
        if not alone:
            kept.append(row)
    if waiting is not None and kept:
        kept[-1] = kept[-1] + waiting
    elif waiting is not None:
        kept.append(waiting)
    return kept


def _joined_categories(row: Array, fewest: float) -> Array:
    """The thinnest cell goes to the neighbour nearer the middle, until none is thin or two left."""
    row = row.copy()
    while True:
        left = np.flatnonzero(~np.isnan(row[1]))
        place = int(np.argmin(row[1, left]))
        if len(left) <= 2 or row[1, left[place]] >= fewest:
            return row
        up = place == 0 or (place < len(left) - 1 and place < (len(left) - 1) / 2)
        thin, beside = left[place], left[place + 1 if up else place - 1]
        row[:, beside] += row[:, thin]
        row[:, thin] = np.nan


def _without_thin(rows: list[Array], fewest: float) -> list[Array]:
    """The first total with a thin cell goes to the neighbour with fewer people, and so on."""
    rows = list(rows)
    while len(rows) > 1:
        thin = next((at for at, row in enumerate(rows) if np.nanmin(row[1]) < fewest), None)
        if thin is None:
            break
        sides = [at for at in (thin - 1, thin + 1) if 0 <= at < len(rows)]
        beside = min(sides, key=lambda at: np.nansum(rows[at][0]))
        rows[beside] = _joined_categories(_sum_of_known(rows[beside], rows[thin]), fewest)
        del rows[thin]
    return rows


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
