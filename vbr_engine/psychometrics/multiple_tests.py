"""Many tests at once: how small a p must be when it is the smallest of many."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput

__all__ = ["adjusted"]

Floats = NDArray[np.float64]


def adjusted(p: Any, method: str = "benjamini-hochberg") -> Floats:
    """Adjust p values for their number; NaN is left out and stays NaN.

    Parameters
    ----------
    p : array-like
    method : {"benjamini-hochberg", "holm", "none"}
        Benjamini and Hochberg control the share of false alarms among the alarms; Holm controls
        the chance of any false alarm.

    Returns
    -------
    ndarray

    References
    ----------
    Holm 1979; Benjamini and Hochberg 1995.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    >>> adjusted([0.01, 0.04, 0.03], "holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=float)
    if method not in _METHODS:
        raise InvalidInput(f"expected one of {', '.join(_METHODS)} to adjust p, got {method!r}")
    result = values.copy()
    told = ~np.isnan(values)
    order = np.argsort(values[told], kind="stable")
    ranked = np.empty(len(order))
    ranked[order] = _METHODS[method](values[told][order])
    result[told] = np.minimum(ranked, 1)
    return result


def _benjamini_hochberg(p: Floats) -> Floats:
    scaled = p * len(p) / np.arange(1, len(p) + 1)
    return np.asarray(np.minimum.accumulate(scaled[::-1])[::-1])


def _holm(p: Floats) -> Floats:
    return np.asarray(np.maximum.accumulate(p * np.arange(len(p), 0, -1)))


def _none(p: Floats) -> Floats:
    return p


_METHODS = {"benjamini-hochberg": _benjamini_hochberg, "holm": _holm, "none": _none}
