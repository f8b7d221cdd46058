"""How much people's scores vary over their own posteriors: what Louis' information takes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array, cumulative
from vbr_engine.psychometrics.posteriors import posteriors

if TYPE_CHECKING:
    from vbr_engine.psychometrics.expectation import Answers
    from vbr_engine.psychometrics.position import Position

__all__ = ["information_of_posteriors"]

Codes = NDArray[np.int8]
Coefficients = Callable[[Array, Codes, int], Array]


def information_of_posteriors(answers: Answers, position: Position, degrees: int) -> Array:
    """Louis' missing information: how much people's scores vary over their own posteriors.

    The covariance of a function of theta under a posterior is the sum of squares of its
    coefficients on polynomials that are orthonormal there (Parseval), so a few degrees stand for
    all pairs of items at once.

    Parameters
    ----------
    answers : Answers
    position : Position
    degrees : int
        Highest degree.

    Returns
    -------
    ndarray, shape (free parameters, free parameters)
    """
    design = position.design
    nodes, selection = design.nodes, design.selection
    log_cells = position.log_probabilities[answers.cells]
    coefficients = (_graded if position.steps is None else _divided)(position)
    total = np.zeros((design.n_free, design.n_free))
    for rows, group, ones in answers.blocks():
        posterior, _ = posteriors(ones, log_cells, position.log_weights[group])
        root = np.sqrt(answers.weights[rows])[:, None]
        for degree, weighted in _orthonormal(posterior, nodes, degrees):
            by_item = coefficients(weighted, answers.codes[rows], degree)
            by_group = np.zeros((len(by_item), *position.group_scores.shape[:2]))
            by_group[:, group] = weighted @ position.group_scores[group].T
            full = np.hstack([by_item, by_group.reshape(len(by_item), -1)])
            free = (full[:, selection] if selection.ndim == 1 else full @ selection) * root
            total += free.T @ free
    return total


def _orthonormal(posterior: Array, nodes: Array, degrees: int) -> Iterator[tuple[int, Array]]:
    """Polynomials in theta, orthonormal under each row's posterior, times the posterior."""
    before, now = np.zeros_like(posterior), np.ones_like(posterior)
    ratio = np.zeros((len(posterior), 1))
    weighted, size = posterior, posterior.sum(axis=1)
    for degree in range(1, degrees + 1):
        centre = np.einsum("iq,iq,q->i", weighted, now, nodes) / size
        before, now = now, (nodes - centre[:, None]) * now - ratio * before
        weighted = posterior * now
        size_before, size = size, np.maximum(np.einsum("iq,iq->i", weighted, now), 1e-280)
        ratio = (size / size_before)[:, None]
        yield degree, weighted / np.sqrt(size)[:, None]


def _divided(position: Position) -> Coefficients:
    """Coefficients of the scores in the divide-by-total models.

    There the scores of two categories differ by a multiple of theta and a constant: only those of
    category 0 are worked out. Theta is a polynomial of degree 1, so it raises the coefficients of
    that degree alone; a constant raises none.
    """
    nodes, steps = position.design.nodes, position.steps
    assert steps is not None
    flat = np.ascontiguousarray(position.scores[:, 0].reshape(-1, len(nodes)).T)

    def found(weighted: Array, codes: Codes, degree: int) -> Array:
        chosen = (weighted @ flat).reshape(*codes.shape, -1)
        if degree == 1:
            chosen += steps[np.maximum(codes, 0)] * (weighted @ nodes)[:, None, None]
        if (codes < 0).any():
            chosen *= (codes >= 0)[:, :, None]
        return np.asarray(chosen.reshape(len(codes), -1))

    return found


def _graded(position: Position) -> Coefficients:
    """Coefficients of the scores of graded items.

    The scores by intercepts are minus the curve at the bound, and a constant, for the two
    categories that meet there.
    """
    nodes, n_items = position.design.nodes, len(position.items)
    width = position.log_probabilities.shape[1]
    by_slope = np.ascontiguousarray(position.scores[:, :, 0].reshape(-1, len(nodes)).T)
    bounds = -cumulative(position.items, nodes)[:, 1:-1]
    by_bound = np.ascontiguousarray(bounds.reshape(-1, len(nodes)).T)
    inner = np.arange(1, width, dtype=np.int8)

    def found(weighted: Array, codes: Codes, degree: int) -> Array:
        chosen = np.empty((*codes.shape, width))
        slopes = (weighted @ by_slope).reshape(*codes.shape, width)
        place = np.maximum(codes, 0).astype(np.intp)[:, :, None]
        chosen[:, :, :1] = np.take_along_axis(slopes, place, axis=2)
        chosen[:, :, 0] *= codes >= 0
        meets = (codes[:, :, None] == inner) | (codes[:, :, None] == inner - 1)
        np.multiply((weighted @ by_bound).reshape(*codes.shape, -1), meets, out=chosen[:, :, 1:])
        return chosen.reshape(len(codes), n_items * width)

    return found
