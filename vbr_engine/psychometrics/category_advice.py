"""What in a table of categories will trouble an item response model, in words."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.categories import CategoryTable

__all__ = ["advice_on_data"]

_FEW, _MANY = 200, 2000


def advice_on_data(table: CategoryTable, n_parameters: int = 0) -> tuple[str, ...]:
    """What in these answers will trouble an item response model, one sentence each.

    Parameters
    ----------
    table : CategoryTable
    n_parameters : int
        How many parameters the model has.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> advice_on_data(CategoryTable.from_any([[0], [0]]))[0]
    'item1: everybody who answered chose 0, so it says nothing about differences between people; \
leave it out.'
    """
    return (*_constant(table), *_rare(table), *_dependent(table), *_few(table, n_parameters))


def _constant(table: CategoryTable) -> list[str]:
    sentences = []
    for j in np.flatnonzero((table.counts > 0).sum(axis=1) < 2):
        if not table.labels[j]:
            sentences.append(f"{table.items[j]}: nobody answered it; leave it out.")
            continue
        label = table.labels[j][0]
        sentences.append(
            f"{table.items[j]}: everybody who answered chose {label}, so it says nothing about "
            "differences between people; leave it out."
        )
    return sentences


def _rare(table: CategoryTable) -> list[str]:
    sentences = []
    for j, labels in enumerate(table.labels):
        for label, count in zip(labels, table.counts[j], strict=False):
            if count == 0:
                sentences.append(f"{table.items[j]}: nobody chose {label}; it cannot be estimated.")
            elif count < 10 and len(labels) > 2:
                sentences.append(
                    f"{table.items[j]}: only {count} chose {label}; its slope and intercept are "
                    "uncertain. Join it to a neighbour or use a slope prior."
                )
        sentences.extend(_gaps(table.items[j], labels))
    return sentences


def _gaps(item: str, labels: tuple[Any, ...]) -> list[str]:
    if not labels or not all(isinstance(label, int) for label in labels):
        return []
    unused = sorted(set(range(labels[0], labels[-1] + 1)) - set(labels))
    if not unused or len(unused) > 10:
        return []
    return [
        f"{item}: nobody chose {', '.join(map(str, unused))}; the neighbouring categories are "
        "treated as adjacent."
    ]


def _dependent(table: CategoryTable) -> list[str]:
    """Pairs of items where one answer decides the other: as many pairs of answers as answers."""
    varied = np.flatnonzero(table.n_categories > 1)
    # Nearly always the first few sittings show that no pair does.
    pairs, kinds = _meetings(table, varied, _FEW)
    possible = (pairs <= kinds) & (pairs <= kinds[:, None])
    np.fill_diagonal(possible, val=False)
    varied = varied[possible.any(axis=0)]
    pairs, kinds = _meetings(table, varied, _MANY)
    one_to_one = (pairs == kinds) & (pairs == kinds[:, None]) & (kinds > 1)
    codes, names = table.codes[:_MANY, varied], [table.items[j] for j in varied]
    return [
        f"{names[j]} and {names[k]}: one answer decides the other; keep one of them."
        for j, k in np.argwhere(np.triu(one_to_one, 1))
        if np.sum((codes[:, j] >= 0) & (codes[:, k] >= 0)) >= 10
    ]


def _meetings(
    table: CategoryTable, items: NDArray[np.intp], size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How many pairs of answers each pair of items shows, and how many answers each item."""
    if len(items) == 0:
        return np.zeros((0, 0)), np.zeros(0)
    codes, sizes = table.codes[:size, items], table.n_categories[items]
    hot = np.concatenate(
        [codes[:, [j]] == np.arange(k) for j, k in enumerate(sizes)], axis=1
    ).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    met = (hot.T @ hot > 0).astype(float)
    pairs = np.add.reduceat(np.add.reduceat(met, starts, axis=0), starts, axis=1)
    return pairs, np.diag(pairs)


def _few(table: CategoryTable, n_parameters: int) -> list[str]:
    if len(table) >= n_parameters:
        return []
    return [
        f"There are {len(table)} sittings for {n_parameters} parameters: the estimates will be "
        "unstable. Gather more sittings, or use equal slopes."
    ]
