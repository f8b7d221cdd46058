"""How the curves answer to their parameters: gradients and information for estimation.

The parameters of an item stand in one row: slope then intercepts (graded, gpcm), or slopes then
intercepts of categories 1, 2, ... (nominal). Places that an item does not have hold 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array, ItemParameters, cumulative, thresholds

__all__ = ["complete_information", "pack", "parameter_scores", "present", "unpack"]

# Gaps between neighbouring intercepts beyond which numbers overflow.
_TINY, _HUGE = 1e-150, 700.0


def present(model: str, n_categories: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which places of the parameter rows exist, shape (items, parameters)."""
    steps = np.arange(1, int(n_categories.max())) < n_categories[:, None]
    first = steps if model == "nominal" else n_categories[:, None] > 1
    return np.hstack([first, steps])


def pack(items: ItemParameters) -> Array:
    """One row of parameters per item."""
    slopes = items.slopes if items.model == "nominal" else items.slopes[:, None]
    return np.nan_to_num(np.hstack([slopes, items.intercepts]))


def unpack(
    model: str, names: tuple[str, ...], rows: Array, n_categories: NDArray[np.intp]
) -> ItemParameters:
    """Items from their parameter rows."""
    width = int(n_categories.max()) - 1
    missing = np.arange(1, width + 1) >= n_categories[:, None]
    intercepts = np.where(missing, np.nan, rows[:, -width:])
    slopes = np.where(missing, np.nan, rows[:, :width]) if model == "nominal" else rows[:, 0]
    return ItemParameters(model, names, slopes, intercepts)


def parameter_scores(items: ItemParameters, theta: Array, probabilities: Array) -> Array:
    """Derivatives of each category's log-probability, shape (items, categories, parameters, n)."""
    if items.model == "graded":
        return _graded_scores(items, theta)
    steps = probabilities.shape[1] - 1
    # d log P_k / d z_l = 1[k = l] - P_l
    residuals = np.eye(steps + 1)[None, :, 1:, None] - probabilities[:, None, 1:, :]
    if items.model == "nominal":
        return np.concatenate([theta * residuals, residuals], axis=2)
    by_slope = np.einsum("jklq,l->jkq", residuals, np.arange(1.0, steps + 1)) * theta
    return np.concatenate([by_slope[:, :, None], residuals], axis=2)


def theta_steps(model: str, width: int) -> Array | None:
    """How much of theta each category adds to the derivatives of category 0, (categories, P).

    In the divide-by-total models the derivatives of two categories differ by a multiple of theta
    or of 1 only. None for graded items, where they differ otherwise.
    """
    if model == "graded":
        return None
    if model == "gpcm":
        return np.hstack([np.arange(width)[:, None], np.zeros((width, width - 1))])
    return np.hstack([np.eye(width)[:, 1:], np.zeros((width, width - 1))])


def _graded_scores(items: ItemParameters, theta: Array) -> Array:
    f = cumulative(items, theta)
    _, gaps = thresholds(items)
    pull = 1.0 / np.expm1(np.clip(gaps, _TINY, _HUGE))
    n_items, n_categories, n_nodes = f.shape[0], f.shape[1] - 1, len(theta)
    scores = np.zeros((n_items, n_categories, n_categories, n_nodes))
    scores[:, :, 0] = theta * (1.0 - f[:, :-1] - f[:, 1:])
    for k in range(1, n_categories):
        scores[:, k, k] = 1.0 - f[:, k] + pull[:, k, None]
        scores[:, k - 1, k] = -f[:, k] - pull[:, k - 1, None]
    return scores


def complete_information(
    items: ItemParameters, theta: Array, counts: Array, probabilities: Array, scores: Array
) -> Array:
    """Information of each item's parameters if theta were known, shape (items, P, P).

    ``counts`` are expected numbers of people by item, category and node.
    """
    if items.model == "graded":
        return _graded_information(items, theta, counts)
    people = counts.sum(axis=1)
    weight = probabilities * people[:, None, :]
    n_items, n_categories, n_parameters, n_nodes = scores.shape
    flat = scores.transpose(0, 2, 1, 3).reshape(n_items, n_parameters, -1)
    weighted = flat * weight.reshape(n_items, 1, n_categories * n_nodes)
    return np.asarray(weighted @ flat.transpose(0, 2, 1))


def _graded_information(items: ItemParameters, theta: Array, counts: Array) -> Array:
    f = cumulative(items, theta)[:, 1:-1]
    _, gaps = thresholds(items)
    spread = f * (1.0 - f) * (counts[:, 1:] + counts[:, :-1])
    # e^g / (e^g - 1)^2 without squares too large for a number.
    pull = 0.25 / np.sinh(np.clip(gaps, _TINY, _HUGE) / 2) ** 2
    pull = pull * counts.sum(axis=2)
    n_items, n_categories = gaps.shape
    information = np.zeros((n_items, n_categories, n_categories))
    information[:, 0, 0] = spread.sum(axis=1) @ theta**2
    information[:, 0, 1:] = information[:, 1:, 0] = spread @ theta
    for k in range(1, n_categories):
        information[:, k, k] = spread[:, k - 1].sum(axis=1) + pull[:, k] + pull[:, k - 1]
        if k + 1 < n_categories:
            information[:, k, k + 1] = information[:, k + 1, k] = -pull[:, k]
    return information
