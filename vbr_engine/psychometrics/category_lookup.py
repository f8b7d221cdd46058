"""Whole-numbered answers to known categories, looked up all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.psychometrics.category_reading import Codes

__all__ = ["CategoryLookup", "plain_numbers"]

_WIDEST = 1000
_UNKNOWN = -2


def plain_numbers(X: Any) -> NDArray[Any] | None:
    """A table as an array where that is at hand and holds numbers; else None."""
    if isinstance(X, pd.DataFrame):
        if not all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in X.dtypes):
            return None
        X = X.to_numpy()
    usable = isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "iuf"
    return X if usable and X.size else None


class CategoryLookup:
    """Codes of categories that are whole numbers, without going through columns one by one.

    Parameters
    ----------
    labels : tuple of tuple
        Categories of each item in order.

    Examples
    --------
    >>> CategoryLookup(((1, 2, 5), (0, 1))).codes(np.array([[5.0, np.nan]])).tolist()
    [[2, -1]]
    """

    def __init__(self, labels: tuple[tuple[Any, ...], ...]) -> None:
        known = [label for some in labels for label in some]
        self.usable = bool(known) and all(type(label) is int for label in known)
        self._lowest = min(known) if self.usable else 0
        self._span = max(known) - self._lowest + 1 if self.usable else 0
        self.usable = self.usable and self._span <= _WIDEST
        if not self.usable:
            return
        table = np.full((len(labels), self._span + 1), _UNKNOWN, dtype=np.int8)
        table[:, self._span] = -1
        for row, some in zip(table, labels, strict=True):
            row[np.array(some, dtype=np.intp) - self._lowest] = np.arange(len(some))
        self._table = table.ravel()
        self._rows = np.arange(len(labels), dtype=np.int32) * np.int32(self._span + 1)

    def codes(self, numbers: NDArray[Any]) -> Codes | None:
        """Codes of the answers; None if one is not a known category, or this cannot tell.

        Parameters
        ----------
        numbers : ndarray of numbers, shape (sittings, items)
            NaN is missing.

        Returns
        -------
        ndarray of int8 or None
        """
        if not self.usable or numbers.shape[1] != len(self._rows):
            return None
        if numbers.dtype.kind == "f":
            numbers = numbers - self._lowest
            numbers[np.isnan(numbers)] = self._span
            if numbers.min() < 0 or numbers.max() > self._span:
                return None
            places = numbers.astype(np.int32)
            if (places != numbers).any():
                return None
        else:
            if numbers.min() < self._lowest or numbers.max() >= self._lowest + self._span:
                return None
            places = numbers.astype(np.int32) - np.int32(self._lowest)
        places += self._rows
        codes: Codes = self._table.take(places)
        return None if codes.min() < -1 else codes
