"""What a first look at all partitions finds: categories, how often, and what to make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbr_engine.bulk.reading import MOST, RawPart
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.categories import CategoryTable

__all__ = ["CountedTable", "PartSurvey", "Survey", "survey_of"]

Coding = Callable[[int, dict[Any, int]], tuple[list[tuple[Any, ...]], str]]


@dataclass(frozen=True, eq=False)
class PartSurvey:
    """What one partition holds; this is all that travels from the first pass.

    Parameters
    ----------
    n_rows : int
    weight : float
    labels : tuple of tuple
    counts : list of pair of ndarray
        Rows and weight of each label of each item.
    """

    n_rows: int
    weight: float
    labels: tuple[tuple[Any, ...], ...]
    counts: list[tuple[NDArray[np.int64], NDArray[np.float64]]]

    @classmethod
    def of(cls, part: RawPart) -> PartSurvey:
        """Count what was read."""
        n = len(part.codes)
        weight = float(n) if part.weights is None else float(part.weights.sum())
        return cls(n, weight, part.labels, part.counts())


@dataclass(frozen=True, eq=False)
class Survey:
    """Categories of the items of all partitions.

    Parameters
    ----------
    items : tuple of str
    kept : ndarray of int
        Which of the columns read the items are.
    labels : tuple of tuple
        Categories of each item, in order.
    recodes : tuple of ndarray of int8, shape (items, labels + 1)
        For each partition, what its numbers become; the last column is for -1.
    rows : tuple of int
        Of each partition.
    total_weight : float
    counts : ndarray of int, shape (items, categories)
        Rows.
    weighted : ndarray, shape (items, categories)
    left_out : dict of str to str
        Items that are not kept, and why.
    """

    items: tuple[str, ...]
    kept: NDArray[np.intp]
    labels: tuple[tuple[Any, ...], ...]
    recodes: tuple[NDArray[np.int8], ...]
    rows: tuple[int, ...]
    total_weight: float
    counts: NDArray[np.intp]
    weighted: NDArray[np.float64]
    left_out: dict[str, str]

    @property
    def n_rows(self) -> int:
        """Rows of all partitions."""
        return sum(self.rows)

    @cached_property
    def n_categories(self) -> NDArray[np.intp]:
        """Number of categories of each item."""
        return np.array([len(labels) for labels in self.labels], dtype=np.intp)


def survey_of(
    parts: Sequence[PartSurvey],
    names: Sequence[str],
    coding: Coding | None = None,
) -> Survey:
    """Put together what the partitions hold.

    Parameters
    ----------
    parts : sequence of PartSurvey
    names : sequence of str
        Of the columns read.
    coding : callable, optional
        Given a column and how many rows have each label, the categories, each as the labels that
        it joins, and if there are none why. By default each label that has weight is a category.

    Returns
    -------
    Survey

    Raises
    ------
    ResponsesError
        With every item of too many categories.
    """
    coding = coding or _each
    chosen: list[tuple[int, list[tuple[Any, ...]]]] = []
    left_out: dict[str, str] = {}
    problems = []
    for j, name in enumerate(names):
        found, why = coding(j, _rows_by_label(parts, j))
        if len(found) > MOST:
            message = (
                f"expected at most {MOST} categories, got {len(found)}: is this a measurement?"
            )
            problems.append(Problem(message=message, column=name))
        if why:
            left_out[name] = why
        else:
            chosen.append((j, found))
    if problems:
        raise ResponsesError(problems)
    kept = np.array([j for j, _ in chosen], dtype=np.intp)
    recodes = tuple(_recode(part, chosen) for part in parts)
    counts, weighted = _totals(parts, chosen, recodes)
    labels = tuple(tuple(joined[0] for joined in found) for _, found in chosen)
    return Survey(
        tuple(names[j] for j in kept),
        kept,
        labels,
        recodes,
        tuple(part.n_rows for part in parts),
        sum(part.weight for part in parts),
        counts,
        weighted,
        left_out,
    )


def _rows_by_label(parts: Sequence[PartSurvey], j: int) -> dict[Any, int]:
    """How many rows of some weight have each label."""
    rows: dict[Any, int] = {}
    for part in parts:
        counted, weighted = part.counts[j]
        for label, n, weight in zip(part.labels[j], counted, weighted, strict=True):
            if weight > 0:
                rows[label] = rows.get(label, 0) + int(n)
    return rows


def _each(_: int, rows: dict[Any, int]) -> tuple[list[tuple[Any, ...]], str]:
    if any(isinstance(label, str) for label in rows):
        return [(label,) for label in sorted(rows, key=str)], ""
    return [(label,) for label in sorted(rows)], ""


def _recode(part: PartSurvey, chosen: list[tuple[int, list[tuple[Any, ...]]]]) -> NDArray[np.int8]:
    width = max((len(labels) for labels in part.labels), default=0) + 1
    table = np.tile(np.arange(width, dtype=np.int8), (len(chosen), 1))
    table[:, -1] = -1
    for row, (j, found) in enumerate(chosen):
        place = {label: k for k, joined in enumerate(found) for label in joined}
        for at, label in enumerate(part.labels[j]):
            table[row, at] = place.get(label, -1)
    return table


def _totals(
    parts: Sequence[PartSurvey],
    chosen: list[tuple[int, list[tuple[Any, ...]]]],
    recodes: Sequence[NDArray[np.int8]],
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    width = max((len(found) for _, found in chosen), default=1)
    counts = np.zeros((len(chosen), width), dtype=np.intp)
    weighted = np.zeros((len(chosen), width))
    for part, recode in zip(parts, recodes, strict=True):
        for row, (j, _) in enumerate(chosen):
            rows, weights = part.counts[j]
            to = recode[row, : len(rows)]
            np.add.at(counts[row], to[to >= 0], rows[to >= 0])
            np.add.at(weighted[row], to[to >= 0], weights[to >= 0])
    return counts, weighted


@dataclass(frozen=True, eq=False)
class CountedTable(CategoryTable):
    """A table too large to be held: its categories and counts, and a sample of its rows.

    Parameters
    ----------
    codes : ndarray of int8, shape (rows of the sample, items)
    labels : tuple of tuple
    items : tuple of str
    rows : sequence
        Names of the sample's rows.
    n : int
        Rows of the whole table.
    counted : ndarray of int, shape (items, most categories)
        How often each category was chosen in it.
    """

    n: int = 0
    counted: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return self.n

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How often each category was chosen, shape (items, most categories)."""
        return super().counts if self.counted is None else self.counted
