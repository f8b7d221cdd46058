"""The constants of a linear link between two calibrations of the same items, by four methods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.curves import ItemParameters, category_probabilities

__all__ = ["NODES", "WEIGHTS", "constants", "directions", "locations"]

Floats = NDArray[np.float64]
Residuals = Callable[[float, float], Floats]

NODES = np.linspace(-4.0, 4.0, 61)
WEIGHTS = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()

_FAR = 20.0  # logarithm of a slope that no scale has: a search that is lost stops there


def constants(
    old: ItemParameters, new: ItemParameters, *, method: str, symmetric: bool = False
) -> tuple[float, float]:
    """Find the line ``old = slope * new + intercept``.

    Parameters
    ----------
    old, new : ItemParameters
        The same items in the same order.
    method : str
        As in `vbr_engine.psychometrics.link`.
    symmetric : bool
        Weigh over the new scale as well.

    Returns
    -------
    slope, intercept : float
    """
    sign = float(np.sign((directions(old) * directions(new)).sum())) or 1.0
    if method in ("mean-mean", "mean-sigma"):
        return _moments(old, new, method, sign)
    residuals = _residuals(old, new, method, symmetric)
    # A nominal trait may run the other way, so both ways are searched.
    starts = [_moments(old, new, "mean-mean", way) for way in (sign, -sign)]
    # One flat item has locations far out, and moments that lead nowhere: start from no shift too.
    starts += [(slope, 0.0) for slope, _ in starts]
    return min((_least(residuals, start) for start in starts), key=lambda found: found[0])[1]


def _least(residuals: Residuals, start: tuple[float, float]) -> tuple[float, tuple[float, float]]:
    """Search on the logarithm of the slope's size: it can neither reach 0 nor turn round."""
    way = np.sign(start[0])

    def apart(point: Floats) -> Floats:
        return residuals(way * np.exp(np.clip(point[0], -_FAR, _FAR)), point[1])

    first = [np.log(abs(start[0])), start[1]]
    found = least_squares(apart, first, jac="3-point", xtol=1e-14, ftol=1e-14, gtol=1e-14)
    return float(found.cost), (float(way * np.exp(found.x[0])), float(found.x[1]))


def _residuals(old: ItemParameters, new: ItemParameters, method: str, symmetric: bool) -> Residuals:
    scores = _category_scores(old) if method == "stocking-lord" else None
    root = np.sqrt(WEIGHTS)

    def curves(items: ItemParameters, theta: Floats) -> Floats:
        found = category_probabilities(items, theta)
        return found if scores is None else np.tensordot(scores, found, axes=2)

    here_old, here_new = curves(old, NODES), curves(new, NODES)

    def residuals(slope: float, intercept: float) -> Floats:
        apart = (here_old - curves(new, (NODES - intercept) / slope)) * root
        if not symmetric:
            return np.asarray(apart.ravel())
        back = (curves(old, slope * NODES + intercept) - here_new) * root
        return np.concatenate([apart.ravel(), back.ravel()])

    return residuals


def _category_scores(items: ItemParameters) -> Floats:
    """Give what each category adds to the test score, of shape (n_items, n_categories)."""
    if items.model == "nominal":
        return directions(items)
    shape = (len(items), items.intercepts.shape[1] + 1)
    return np.broadcast_to(np.arange(shape[1], dtype=np.float64), shape)


def _moments(
    old: ItemParameters, new: ItemParameters, method: str, sign: float
) -> tuple[float, float]:
    there, here = locations(old), locations(new)
    if method == "mean-sigma":
        above, below = np.nanstd(there), np.nanstd(here)
    else:
        above, below = (np.linalg.norm(directions(i), axis=1).mean() for i in (new, old))
    if not (above > 1e-9 and below > 1e-9 and np.isfinite(above / below)):
        raise InvalidInput(f"{method}: the anchors' slopes or locations do not vary enough")
    slope = float(sign * above / below)
    return slope, float(np.nanmean(there) - slope * np.nanmean(here))


def directions(items: ItemParameters) -> Floats:
    """Give each item's slope, or for the nominal model its centred category slopes.

    Returns
    -------
    ndarray, shape (items, 1), or (items, categories) for nominal
        0 beyond an item's last category.
    """
    if items.model != "nominal":
        return items.slopes[:, None]
    return _centred(items, items.slopes)


def locations(items: ItemParameters) -> Floats:
    """Give thresholds, steps, or for the nominal model one location for each item.

    Returns
    -------
    ndarray, shape (items, categories - 1), or (items, 1) for nominal
        NaN beyond an item's last category, and where a slope of 0 leaves no location.
    """
    if items.model == "nominal":
        a, d = directions(items), _centred(items, items.intercepts)
        above, below = -(a * d).sum(axis=1, keepdims=True), (a * a).sum(axis=1, keepdims=True)
    elif items.model == "gpcm":
        above, below = -np.diff(items.intercepts, axis=1, prepend=0.0), directions(items)
    else:
        above, below = -items.intercepts, directions(items)
    return np.asarray(above / np.where(below == 0, np.nan, below))


def _centred(items: ItemParameters, given: Floats) -> Floats:
    """Put category 0 back, at 0, and take the mean of the item's categories away."""
    first = np.zeros((len(items), 1))
    held = np.hstack([first == 0, ~np.isnan(items.intercepts)])
    full = np.where(held, np.hstack([first, given]), 0.0)
    mean = full.sum(axis=1, keepdims=True) / held.sum(axis=1, keepdims=True)
    return np.asarray(np.where(held, full - mean, 0.0))
