"""Where people stand, given the items: the expectation step, in blocks of rows.

Answers become ones in a matrix of sittings by (item, category) cells. Then the log-likelihood of
every sitting at every node is one matrix product, and the expected counts are another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.posterior_spread import information_of_posteriors
from vbr_engine.psychometrics.posteriors import densities, normal_weights

if TYPE_CHECKING:
    from vbr_engine.psychometrics.position import Position

__all__ = ["Answers", "Expectation", "Source", "normal_weights"]

_BLOCK = 1024
_KEPT = 6_000_000
_RUN = 16  # blocks that are added up by themselves
_MANY = 50_000  # rows that are worth threads
_THREADS = 2


@dataclass(frozen=True, eq=False)
class Expectation:
    """What one pass over the answers gives.

    Parameters
    ----------
    log_likelihood : float
    counts : ndarray, shape (items, categories, nodes)
        Expected numbers of people.
    mass : ndarray, shape (groups, nodes)
        Expected numbers of people in each group.
    """

    log_likelihood: float
    counts: Array
    mass: Array

    def __add__(self, other: Expectation) -> Expectation:
        return Expectation(
            self.log_likelihood + other.log_likelihood,
            self.counts + other.counts,
            self.mass + other.mass,
        )


class Source(Protocol):
    """Answers, wherever they are: all that a search needs to know of them."""

    @property
    def n_categories(self) -> NDArray[np.intp]:
        """Number of categories of each item."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""

    @property
    def total_weight(self) -> float:
        """Sum of the rows' weights."""

    def category_counts(self) -> Array:
        """How often each category was chosen, by weight; shape (items, categories)."""

    def thinned(self, n: int) -> Answers:
        """About ``n`` rows, evenly spread, in memory."""

    def expect(self, position: Position) -> Expectation:
        """One pass: log-likelihood and expected counts."""

    def missing_information(self, position: Position, degrees: int) -> Array:
        """What the spread of posteriors takes away from the information."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Category codes with a weight each, sorted by group.

    Parameters
    ----------
    codes : ndarray of int8, shape (sittings, items)
        -1 is missing.
    weights : ndarray, shape (sittings,)
    groups : ndarray of int, shape (sittings,)
        Ascending.
    n_categories : ndarray of int, shape (items,)
    """

    codes: NDArray[np.int8]
    weights: Array
    groups: NDArray[np.intp]
    n_categories: NDArray[np.intp]

    @cached_property
    def cells(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Item and category of each cell."""
        exists = np.arange(int(self.n_categories.max())) < self.n_categories[:, None]
        item, category = np.nonzero(exists)
        return item, category

    @cached_property
    def n_groups(self) -> int:
        """Number of groups."""
        return int(self.groups[-1]) + 1

    @cached_property
    def spans(self) -> tuple[tuple[slice, int], ...]:
        """Blocks of rows, each of one group."""
        bounds = np.searchsorted(self.groups, np.arange(self.n_groups + 1))
        return tuple(
            (slice(start, min(start + _BLOCK, int(end))), group)
            for group, (begin, end) in enumerate(pairwise(bounds))
            for start in range(int(begin), int(end), _BLOCK)
        )

    @cached_property
    def _ones(self) -> NDArray[np.generic]:
        """All cells: as float64 when that is small, else as bytes that each block widens."""
        item, category = self.cells
        small = len(self.codes) * len(item) <= _KEPT
        return np.concatenate(
            [
                (self.codes[rows][:, item] == category.astype(np.int8)).astype(
                    np.float64 if small else np.int8
                )
                for rows, _ in self.spans
            ]
        )

    def blocks(self) -> Iterator[tuple[slice, int, Array]]:
        """Yield rows, group and the block's cells as float64."""
        for rows, group in self.spans:
            yield rows, group, np.asarray(self._ones[rows], dtype=np.float64)

    def thinned(self, n: int) -> Answers:
        """About ``n`` rows, evenly spread by weight, the sum of weights kept in each group."""
        if n >= len(self.codes):
            return self
        reached = np.cumsum(self.weights)
        points = (np.arange(n) + 0.5) * (reached[-1] / n)
        keep, times = np.unique(np.searchsorted(reached, points), return_counts=True)
        groups = self.groups[keep]
        full = np.bincount(self.groups, weights=self.weights, minlength=self.n_groups)
        kept = np.bincount(groups, weights=times, minlength=self.n_groups)
        if np.any(kept == 0):
            return self
        return Answers(self.codes[keep], times * (full / kept)[groups], groups, self.n_categories)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.codes)

    @cached_property
    def total_weight(self) -> float:
        """Sum of the rows' weights."""
        return float(self.weights.sum())

    def category_counts(self) -> Array:
        """How often each category was chosen, by weight; shape (items, categories)."""
        counts = np.zeros((len(self.n_categories), int(self.n_categories.max())))
        for rows, _, ones in self.blocks():
            counts[self.cells] += self.weights[rows] @ ones
        return counts

    def expect(self, position: Position) -> Expectation:
        """One pass: log-likelihood and expected counts.

        Runs of rows are added up by themselves, then in their order, so that the sums are the same
        to the last bit however many threads there are.
        """
        log_cells = position.log_probabilities[self.cells]
        runs = [self.spans[at : at + _RUN] for at in range(0, len(self.spans), _RUN)]
        do = partial(self._counted, log_cells, position.log_weights)
        log_likelihood, counts, mass = 0.0, np.zeros_like(log_cells), 0.0 * position.log_weights
        for height, by_cell, by_group in _each(do, runs, len(self._ones)):
            log_likelihood += height
            counts += by_cell
            mass += by_group
        spread = np.zeros(position.log_probabilities.shape)
        spread[self.cells] = counts
        return Expectation(log_likelihood, spread, mass)

    def _counted(
        self, log_cells: Array, log_weights: Array, spans: Sequence[tuple[slice, int]]
    ) -> tuple[float, Array, Array]:
        """Log-likelihood, expected counts by cell, and by group, of some blocks."""
        height, counts, mass = 0.0, np.zeros_like(log_cells), np.zeros_like(log_weights)
        for rows, group in spans:
            ones, weights = np.asarray(self._ones[rows], dtype=np.float64), self.weights[rows]
            density, total, top = densities(ones, log_cells, log_weights[group])
            height += float(weights @ (np.log(total) + top))
            density *= (weights / total)[:, None]
            counts += ones.T @ density
            mass[group] += density.sum(axis=0)
        return height, counts, mass

    def missing_information(self, position: Position, degrees: int) -> Array:
        """What the spread of posteriors takes away from the information."""
        return information_of_posteriors(self, position, degrees)


def _each(do: Callable[[Any], Any], runs: Sequence[Any], rows: int) -> Iterator[Any]:
    """Results in order, worked out by some threads where there are many rows."""
    if rows < _MANY:
        yield from map(do, runs)
        return
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(do, runs)
