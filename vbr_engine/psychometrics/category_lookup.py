"""Whole-numbered answers to known categories, looked up all at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.psychometrics.category_reading import Codes

__all__ = ["CategoryLookup", "plain_numbers", "whole_numbers"]

_WIDEST = 1000
_MOST = 100
_FARTHEST = 2**23  # exact in 32 bits
_CELLS = 65_536  # that stay near the processor while they are looked at several times
_UNKNOWN = -2


def plain_numbers(X: Any) -> NDArray[Any] | None:
    """A table as an array where that is at hand and holds numbers; else None."""
    if isinstance(X, pd.DataFrame):
        kinds = set(X.dtypes.to_numpy())
        if not all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in kinds):
            return None
        X = X.to_numpy()
    if not (isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind in "iuf" and X.size):
        return None
    return X.astype(np.float32) if X.dtype == np.float16 else X


def whole_numbers(numbers: NDArray[Any]) -> tuple[Codes, tuple[tuple[int, ...], ...]] | None:
    """Codes of whole-numbered answers, and what each item's categories were called.

    Parameters
    ----------
    numbers : ndarray of numbers, shape (sittings, items)
        NaN is missing.

    Returns
    -------
    tuple or None
        None if some answer is not a whole number, or they are too many to be categories.

    Examples
    --------
    >>> whole_numbers(np.array([[1.0, 4.0], [5.0, np.nan]]))[1]
    ((1, 5), (4,))
    """
    lowest, highest = (float(end.reduce(numbers, axis=None)) for end in (np.fmin, np.fmax))
    if not -_FARTHEST < lowest <= highest < _FARTHEST or highest - lowest >= _WIDEST:
        return None
    first, span = int(lowest), int(highest) - int(lowest) + 1
    places = np.empty(numbers.shape, dtype=np.int32)
    for rows in _parts(*numbers.shape):
        found = _places(numbers[rows], first, span)
        if found is None:
            return None
        places[rows] = found
    width = span + 1
    places += _offsets(numbers.shape[1], width)
    met = np.bincount(places.ravel(), minlength=numbers.shape[1] * width)
    there = met.reshape(-1, width)[:, :span] > 0
    if there.sum(axis=1).max() > _MOST:
        return None
    table = np.where(there, np.cumsum(there, axis=1) - 1, -1).astype(np.int8)
    table = np.hstack([table, np.full((len(table), 1), -1, dtype=np.int8)])
    labels = tuple(tuple((np.flatnonzero(row) + first).tolist()) for row in there)
    return table.ravel().take(places), labels


def _parts(n_rows: int, n_items: int) -> Iterator[slice]:
    size = max(_CELLS // n_items, 1)
    return (slice(start, start + size) for start in range(0, n_rows, size))


def _offsets(n_items: int, width: int) -> NDArray[np.int32]:
    return np.arange(n_items, dtype=np.int32) * np.int32(width)


def _places(numbers: NDArray[Any], lowest: int, span: int) -> NDArray[np.int32] | None:
    """How far each number lies above the lowest, ``span`` where missing; None if one is outside."""
    if numbers.dtype.kind == "f":
        beyond = lowest + span
        missing = np.isnan(numbers)
        numbers = np.where(missing, numbers.dtype.type(beyond), numbers)
        if numbers.min() < lowest or numbers.max() > beyond:
            return None
        places = numbers.astype(np.int32)
        if np.count_nonzero(numbers == beyond) != np.count_nonzero(missing):
            return None
        if (places != numbers).any():
            return None
    else:
        if numbers.min() < lowest or numbers.max() >= lowest + span:
            return None
        places = numbers.astype(np.int32)
    places -= np.int32(lowest)
    return places


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
        self.usable = self.usable and self._span <= _WIDEST and abs(self._lowest) < _FARTHEST
        if not self.usable:
            return
        table = np.full((len(labels), self._span + 1), _UNKNOWN, dtype=np.int8)
        table[:, self._span] = -1
        for row, some in zip(table, labels, strict=True):
            row[np.array(some, dtype=np.intp) - self._lowest] = np.arange(len(some))
        self._table = table.ravel()
        self._rows = _offsets(len(labels), self._span + 1)

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
        codes = np.empty(numbers.shape, dtype=np.int8)
        for rows in _parts(*numbers.shape):
            places = _places(numbers[rows], self._lowest, self._span)
            if places is None:
                return None
            places += self._rows
            codes[rows] = self._table.take(places)
        return None if codes.min() < -1 else codes
