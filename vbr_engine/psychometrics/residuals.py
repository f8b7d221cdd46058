"""Answers less what a model expects, and their mean squares: infit and outfit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import (
    Array,
    ItemParameters,
    category_probabilities,
    category_slopes,
)

__all__ = ["Residuals", "mean_squares", "residuals_of"]

_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Residuals:
    """What was answered against what was expected, shape (people, items); NaN where missing."""

    raw: Array
    variance: Array
    fourth: Array


def _category_scores(items: ItemParameters) -> Array:
    if items.model == "nominal":
        return category_slopes(items)
    n_categories = items.intercepts.shape[1] + 1
    return np.tile(np.arange(n_categories, dtype=float), (len(items), 1))


def residuals_of(items: ItemParameters, codes: NDArray[np.int8], theta: Array) -> Residuals:
    """What each person answered less what is expected at a theta, with its moments."""
    scores = _category_scores(items)
    found = np.full((3, *codes.shape), np.nan)
    for start in range(0, len(codes), _BLOCK):
        rows = slice(start, start + _BLOCK)
        p = category_probabilities(items, np.nan_to_num(theta[rows]))
        mean = np.einsum("jkn,jk->jn", p, scores)
        square = (scores[:, :, None] - mean[:, None, :]) ** 2
        given = scores[np.arange(len(items)), np.maximum(codes[rows], 0)]
        found[0, rows] = given - mean.T
        found[1, rows] = np.sum(p * square, axis=1).T
        found[2, rows] = np.sum(p * square**2, axis=1).T
    found[:, codes < 0] = np.nan
    return Residuals(*found)


def mean_squares(residuals: Residuals, *, axis: int) -> dict[str, Array]:
    """Infit (weighted by information) and outfit (not), with z by Wilson and Hilferty's root."""
    with np.errstate(invalid="ignore", divide="ignore"):
        square, variance = residuals.raw**2, residuals.variance
        n = np.sum(~np.isnan(square), axis=axis)
        total = np.nansum(variance, axis=axis)
        infit = np.nansum(square, axis=axis) / total
        outfit = np.nansum(square / variance, axis=axis) / n
        spread_in = np.nansum(residuals.fourth - variance**2, axis=axis) / total**2
        spread_out = np.nansum(residuals.fourth / variance**2 - 1.0, axis=axis) / n**2
        return {
            "infit": infit,
            "infit_z": _cube_root_z(infit, spread_in),
            "outfit": outfit,
            "outfit_z": _cube_root_z(outfit, spread_out),
        }


def _cube_root_z(mean_square: Array, variance: Array) -> Array:
    q = np.sqrt(variance)
    return np.asarray((np.cbrt(mean_square) - 1.0) * 3.0 / q + q / 3.0)
