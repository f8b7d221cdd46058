"""Shares of people, their products and their intervals, none of which rounding does harm to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["ROUNDING", "inside_of", "loglog", "product_of", "share_of"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A share nearer to 0 or 1 than this is there, but for rounding.
ROUNDING = 1e-12


def loglog(share: Array, relative: Array, interval: float) -> tuple[Array, Array]:
    """Return the interval of a share, given its standard error relative to itself."""
    inside = inside_of(share)
    held = np.where(inside, share, 0.5)
    width = float(ndtri(0.5 + interval / 2)) * np.where(inside, relative, 0.0) / -np.log(held)
    low = np.where(inside, held ** np.exp(width), share)
    high = np.where(inside, held ** np.exp(-width), share)
    return low, high


def inside_of(share: Array) -> Flags:
    """Say which shares are neither none nor all."""
    return (share > ROUNDING) & (share < 1 - ROUNDING)


def share_of(part: Array, whole: Array) -> Array:
    """Divide, and give 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > ROUNDING)


def product_of(hazard: Array) -> Array:
    """Multiply the shares who stay, from the first on."""
    stayed = np.where(hazard > 1 - ROUNDING, 0.0, 1 - hazard)
    return np.asarray(np.cumprod(stayed), dtype=float)
