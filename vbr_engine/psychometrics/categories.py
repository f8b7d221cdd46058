"""Item responses as small whole numbers: the one table that every verb of this room starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.psychometrics.category_lookup import plain_numbers, whole_numbers
from vbr_engine.psychometrics.category_reading import (
    Codes,
    TableError,
    as_frame,
    check_frame,
    encode,
)

__all__ = ["CategoryTable"]


@dataclass(frozen=True, eq=False)
class CategoryTable:
    """Sittings by items, each cell the number of a category.

    Parameters
    ----------
    codes : ndarray of int8, shape (sittings, items)
        0 to K - 1 in each item's own K categories; -1 where nothing was answered.
    labels : tuple of tuple
        What the categories of each item were called, in order.
    items : tuple of str
        One name per column.
    rows : sequence
        One name per row.

    Examples
    --------
    >>> table = CategoryTable.from_any([[1, 4], [2, None], [5, 6]])
    >>> table.codes.tolist()
    [[0, 0], [1, -1], [2, 1]]
    >>> table.labels
    ((1, 2, 5), (4, 6))
    """

    codes: Codes
    labels: tuple[tuple[Any, ...], ...]
    items: tuple[str, ...]
    rows: Any

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def from_any(cls, X: Any, *, labels: Any = None) -> CategoryTable:
        """Read a data frame, an array or anything with ``to_frame()``.

        Numbers are ordered by size, text by the alphabet, ordered categories as they say. Text that
        is all numbers is read as numbers. NaN and None are missing.

        Parameters
        ----------
        X : data frame, array-like of shape (sittings, items), or CategoryTable
            Category codes.
        labels : tuple of tuple, optional
            Categories of each item in order, as a fitted model knows them; a value outside them is
            an error. By default the values that occur.

        Returns
        -------
        CategoryTable

        Raises
        ------
        ResponsesError
            With every column that cannot be read.
        """
        if isinstance(X, CategoryTable):
            return X if labels is None or X.labels == tuple(labels) else X.recoded(labels)
        frame = as_frame(X)
        names = tuple(str(name) for name in frame.columns)
        known = [None] * len(names) if labels is None else list(labels)
        if len(known) != len(names):
            raise TableError(f"expected {len(known)} items, got {len(names)} columns")
        check_frame(frame, names)
        numbers = plain_numbers(frame) if labels is None else None
        whole = None if numbers is None else whole_numbers(numbers)
        codes, found = encode(frame, names, known) if whole is None else whole
        return cls(codes, found, names, frame.index)

    @cached_property
    def n_categories(self) -> NDArray[np.intp]:
        """Number of categories of each item."""
        return np.array([len(labels) for labels in self.labels], dtype=np.intp)

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How often each category was chosen, shape (items, most categories)."""
        width = int(self.n_categories.max(initial=1))
        columns = [
            np.bincount(self.codes[:, j].astype(np.intp) + 1, minlength=width + 1)[1:]
            for j in range(len(self.items))
        ]
        return np.array(columns, dtype=np.intp).reshape(len(self.items), width)

    def recoded(self, labels: Any) -> CategoryTable:
        """The same answers, numbered by other labels.

        Parameters
        ----------
        labels : tuple of tuple
            Categories of each item in order.

        Returns
        -------
        CategoryTable
        """
        return CategoryTable.from_any(self.to_frame(), labels=labels)

    def to_frame(self) -> pd.DataFrame:
        """The answers under their original labels.

        Returns
        -------
        DataFrame
        """
        columns = {}
        for j, name in enumerate(self.items):
            words = np.array([*self.labels[j], np.nan], dtype=object)
            columns[name] = pd.Series(words[self.codes[:, j]], index=self.rows).infer_objects()
        return pd.DataFrame(columns, index=self.rows)

    def take(self, rows: NDArray[Any]) -> CategoryTable:
        """Some of the rows, with the same categories.

        Parameters
        ----------
        rows : ndarray
            Positions or a mask.

        Returns
        -------
        CategoryTable
        """
        return replace(self, codes=self.codes[rows], rows=np.asarray(self.rows)[rows])
