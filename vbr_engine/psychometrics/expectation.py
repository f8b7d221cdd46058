"""Where people stand, given the items: the expectation step, in blocks of rows.

Answers become ones in a matrix of sittings by (item, category) cells. Then the log-likelihood of
every sitting at every node is one matrix product, and the expected counts are another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array

__all__ = ["Answers", "Expectation", "expect", "information_of_posteriors", "normal_weights"]

_BLOCK = 1024
_KEPT = 6_000_000


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
        """About ``n`` rows, evenly spread, with weights that add up to the same in each group."""
        if n >= len(self.codes):
            return self
        keep = np.linspace(0, len(self.codes) - 1, n).astype(np.intp)
        weights, groups = self.weights[keep], self.groups[keep]
        full = np.bincount(self.groups, weights=self.weights, minlength=self.n_groups)
        kept = np.bincount(groups, weights=weights, minlength=self.n_groups)
        if np.any(kept == 0):
            return self
        return Answers(self.codes[keep], weights * (full / kept)[groups], groups, self.n_categories)


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


def normal_weights(nodes: Array, means: Array, sds: Array) -> Array:
    """Logarithm of normal densities at the nodes, made to add up to 1; shape (groups, nodes)."""
    log_density = -0.5 * ((nodes - means[:, None]) / sds[:, None]) ** 2
    log_density -= log_density.max(axis=1, keepdims=True)
    return np.asarray(log_density - np.log(np.exp(log_density).sum(axis=1, keepdims=True)))


def posteriors(ones: Array, log_cells: Array, log_weights: Array) -> tuple[Array, Array]:
    """Posterior of each row over the nodes, and its log-likelihood."""
    posterior = ones @ log_cells
    posterior += log_weights
    top = posterior.max(axis=1)
    posterior -= top[:, None]
    np.exp(posterior, out=posterior)
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    return posterior, np.log(total) + top


def expect(answers: Answers, log_probabilities: Array, log_weights: Array) -> Expectation:
    """One pass: log-likelihood and expected counts.

    Parameters
    ----------
    answers : Answers
    log_probabilities : ndarray, shape (items, categories, nodes)
    log_weights : ndarray, shape (groups, nodes)

    Returns
    -------
    Expectation
    """
    log_cells = log_probabilities[answers.cells]
    counts = np.zeros_like(log_cells)
    mass = np.zeros_like(log_weights)
    log_likelihood = 0.0
    for rows, group, ones in answers.blocks():
        weights = answers.weights[rows]
        posterior, log_rows = posteriors(ones, log_cells, log_weights[group])
        log_likelihood += float(weights @ log_rows)
        posterior *= weights[:, None]
        counts += ones.T @ posterior
        mass[group] += posterior.sum(axis=0)
    spread = np.zeros(log_probabilities.shape)
    spread[answers.cells] = counts
    return Expectation(log_likelihood, spread, mass)


def _orthonormal(posterior: Array, nodes: Array, n: int) -> Iterator[Array]:
    """Polynomials in theta, orthonormal under each row's posterior, times the posterior."""
    before, now = np.zeros_like(posterior), np.ones_like(posterior)
    size_before = np.ones(len(posterior))
    for degree in range(n):
        weighted = posterior * now
        size = np.einsum("iq,iq->i", weighted, now)
        size = np.maximum(size, 1e-280)
        yield weighted / np.sqrt(size)[:, None]
        centre = np.einsum("iq,iq,q->i", weighted, now, nodes) / size
        ratio = size / size_before if degree else np.zeros(len(size))
        before, now = now, (nodes - centre[:, None]) * now - ratio[:, None] * before
        size_before = size


def information_of_posteriors(
    answers: Answers,
    log_probabilities: Array,
    log_weights: Array,
    scores: Array,
    group_scores: Array,
    selection: Array | NDArray[np.intp],
    *,
    nodes: Array,
    degrees: int,
    steps: Array | None = None,
) -> Array:
    """Louis' missing information: how much people's scores vary over their own posteriors.

    The covariance of a function of theta under a posterior is the sum of squares of its
    coefficients on polynomials that are orthonormal there (Parseval), so a few degrees stand for
    all pairs of items at once.

    Parameters
    ----------
    answers : Answers
    log_probabilities : ndarray, shape (items, categories, nodes)
    log_weights : ndarray, shape (groups, nodes)
    scores : ndarray, shape (items, categories, parameters, nodes)
    group_scores : ndarray, shape (groups, 2, nodes)
        Derivatives of the log-density with respect to mean and log standard deviation.
    selection : ndarray
        Positions of the free parameters, or a matrix that adds those that share a value.
    nodes : ndarray
    degrees : int
        Highest degree.
    steps : ndarray, shape (categories, parameters), optional
        Multiple of theta by which each category's derivatives differ from those of category 0;
        given, only category 0 is worked out.

    Returns
    -------
    ndarray, shape (free parameters, free parameters)
    """
    log_cells = log_probabilities[answers.cells]
    kept = scores if steps is None else scores[:, 0]
    flat = np.ascontiguousarray(kept.reshape(-1, len(nodes)).T)
    total: Array | None = None
    for rows, group, ones in answers.blocks():
        posterior, _ = posteriors(ones, log_cells, log_weights[group])
        root = np.sqrt(answers.weights[rows])[:, None]
        for degree, weighted in enumerate(_orthonormal(posterior, nodes, degrees + 1)):
            if degree == 0:
                continue
            if steps is None:
                by_item = _pick(weighted @ flat, answers.codes[rows], scores.shape)
            else:
                lead = weighted @ nodes if degree == 1 else None
                by_item = _lifted(weighted @ flat, answers.codes[rows], steps, lead)
            by_group = np.zeros((len(by_item), *group_scores.shape[:2]))
            by_group[:, group] = weighted @ group_scores[group].T
            full = np.hstack([by_item, by_group.reshape(len(by_item), -1)])
            free = (full[:, selection] if selection.ndim == 1 else full @ selection) * root
            total = free.T @ free if total is None else total + free.T @ free
    return np.zeros((0, 0)) if total is None else total


def _lifted(values: Array, codes: NDArray[np.int8], steps: Array, lead: Array | None) -> Array:
    """Category 0's values, raised to those of the category chosen; 0 where missing.

    Theta is a polynomial of degree 1, so it raises the coefficients of that degree alone.
    """
    chosen = values.reshape(*codes.shape, -1)
    if lead is not None:
        chosen = chosen + steps[np.maximum(codes, 0)] * lead[:, None, None]
    if (codes < 0).any():
        chosen = chosen * (codes >= 0)[:, :, None]
    return np.asarray(chosen.reshape(len(codes), -1))


def _pick(values: Array, codes: NDArray[np.int8], shape: tuple[int, ...]) -> Array:
    """Of the values for every category, those of the category chosen; 0 where missing."""
    n_items, n_categories, n_parameters, _ = shape
    table = values.reshape(len(codes), n_items, n_categories, n_parameters)
    chosen = table[np.arange(len(codes))[:, None], np.arange(n_items), np.maximum(codes, 0)]
    chosen *= (codes >= 0)[:, :, None]
    return np.asarray(chosen.reshape(len(codes), -1))
