"""How much people's scores vary over their own posteriors: what Louis' information takes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.posteriors import posteriors

if TYPE_CHECKING:
    from vbr_engine.psychometrics.expectation import Answers

__all__ = ["information_of_posteriors"]


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
