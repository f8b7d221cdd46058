"""Item responses as small whole numbers: the one table that every verb of this room starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse

from vbr_engine.errors import Problem, ResponsesError

__all__ = ["MISSING_CODE", "CategoryTable", "TableError"]

MISSING_CODE = -1
_MOST = 100

Codes = NDArray[np.int8]


class TableError(ResponsesError, ValueError):
    """A table of categories that cannot be used; a ValueError too, as scikit-learn expects."""


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
        frame = _as_frame(X)
        names = tuple(str(name) for name in frame.columns)
        _check_frame(frame, names)
        known = [None] * len(names) if labels is None else list(labels)
        if len(known) != len(names):
            raise TableError(f"expected {len(known)} items, got {len(names)} columns")
        codes, found = _encode_all(frame, names, known)
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

    def advice(self, n_parameters: int = 0) -> tuple[str, ...]:
        """What in these data will trouble an item response model, one sentence each.

        Parameters
        ----------
        n_parameters : int
            How many parameters the model has.

        Returns
        -------
        tuple of str
        """
        return (*_constant(self), *_rare(self), *_dependent(self), *_few(self, n_parameters))


def collapse(
    codes: Codes, weights: NDArray[np.float64], groups: NDArray[np.intp]
) -> tuple[Codes, NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """One row per pattern and group, with the weights added up, in the order of groups.

    Parameters
    ----------
    codes : ndarray of int8, shape (sittings, items)
    weights : ndarray, shape (sittings,)
    groups : ndarray of int, shape (sittings,)

    Returns
    -------
    codes, weights, groups : ndarray
        Of the patterns.
    inverse : ndarray of int
        The pattern of each sitting.
    """
    key = _fingerprint(codes, groups)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(groups[first], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    first, inverse = first[order], place[inverse.ravel()]
    added = np.bincount(inverse, weights=weights, minlength=len(first))
    return codes[first], np.asarray(added, dtype=np.float64), groups[first], inverse


def _fingerprint(codes: Codes, groups: NDArray[np.intp]) -> NDArray[np.int64]:
    """A 64-bit number for each row; two different rows share one about never (1e-9 at 100,000)."""
    multipliers = np.random.default_rng(20261122).integers(
        -(2**62), 2**62, size=codes.shape[1] + 1, dtype=np.int64
    )
    key = groups.astype(np.int64) * multipliers[-1]
    for j in range(codes.shape[1]):
        key += codes[:, j].astype(np.int64) * multipliers[j]
    return np.asarray(key)


def _as_frame(X: Any) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        return X
    if hasattr(X, "to_frame") and not isinstance(X, pd.Series | pd.Index):
        frame: pd.DataFrame = X.to_frame()
        return frame.set_index("sitting") if "sitting" in frame.columns else frame
    if issparse(X):
        raise TableError("Sparse data are not supported: expected a dense table")
    array = np.asarray(X) if hasattr(X, "__array__") else np.asarray(X, dtype=_kind(X))
    if array.ndim != 2:
        raise TableError(
            f"Expected 2D array, a table of sittings by items; got {array.ndim}D array instead. "
            "Reshape your data with array.reshape(-1, 1) if it has one item."
        )
    return pd.DataFrame(array, columns=[f"item{j + 1}" for j in range(array.shape[1])])


def _kind(X: Any) -> Any:
    mixed = any(isinstance(v, str) or v is None for row in X for v in np.ravel(row))
    return object if mixed else None


def _check_frame(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    if frame.shape[1] == 0:
        raise TableError(f"0 feature(s) (shape={frame.shape}) while a minimum of 1 is required.")
    if len(frame) == 0:
        raise TableError(f"Found array with 0 sample(s) (shape={frame.shape}); 1 is required.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"expected one column per item, got several named {', '.join(twice)}")


def _encode_all(
    frame: pd.DataFrame, names: tuple[str, ...], known: list[Any]
) -> tuple[Codes, tuple[tuple[Any, ...], ...]]:
    codes = np.empty(frame.shape, dtype=np.int8)
    found: list[tuple[Any, ...]] = []
    problems: list[Problem] = []
    for j, name in enumerate(names):
        values = _readable(frame.iloc[:, j])
        try:
            codes[:, j], labels = _encode(values, name, known[j])
            found.append(labels)
        except TableError as error:
            problems.extend(error.problems)
    if problems:
        raise TableError(problems)
    return codes, tuple(found)


def _readable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers written as text become numbers."""
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return column
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers if bool((numbers.notna() | column.isna()).all()) else column


def _encode(column: pd.Series[Any], name: str, known: Any) -> tuple[Codes, tuple[Any, ...]]:
    if known is None:
        known = _labels(column, name)
    if pd.api.types.is_numeric_dtype(column.dtype):
        codes = _number_codes(column.to_numpy(dtype=float, na_value=np.nan), known)
    else:
        codes = pd.Index(list(known)).get_indexer(column).astype(np.int16)
    wrong = np.flatnonzero((codes < 0) & column.notna().to_numpy())
    if len(wrong):
        raise TableError(
            [
                Problem(
                    message=f"expected one of {', '.join(map(str, known))}, got {column.iloc[i]!s}",
                    row=str(column.index[i]),
                    column=name,
                )
                for i in wrong[:5]
            ]
        )
    return codes.astype(np.int8), tuple(known)


def _number_codes(values: NDArray[np.float64], known: Any) -> NDArray[np.int16]:
    levels = np.asarray(known, dtype=float)
    if len(levels) == 0:
        return np.full(len(values), -1, dtype=np.int16)
    place = np.minimum(np.searchsorted(levels, values), len(levels) - 1)
    return np.where(levels[place] == values, place, -1).astype(np.int16)


def _labels(column: pd.Series[Any], name: str) -> tuple[Any, ...]:
    """The values that occur, in order."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(column.dropna())
        return tuple(label for label in column.cat.categories if label in present)
    values = pd.unique(column.dropna())
    _check_values(values, name)
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return tuple(sorted(str(v) for v in values))
    numbers = sorted(float(v) for v in values)
    return tuple(int(v) if v.is_integer() else v for v in numbers)


def _check_values(values: Any, name: str) -> None:
    if values.dtype.kind == "c":
        raise TableError("Complex data not supported: expected category codes")
    if values.dtype.kind == "f" and np.isinf(values).any():
        raise TableError(
            [Problem(message="expected category codes, got infinity (inf)", column=name)]
        )
    if len(values) > _MOST:
        message = f"expected at most {_MOST} categories, got {len(values)}: is this a measurement?"
        raise TableError([Problem(message=message, column=name)])


def _constant(table: CategoryTable) -> list[str]:
    sentences = []
    for j in np.flatnonzero((table.counts > 0).sum(axis=1) < 2):
        label = table.labels[j][0] if table.labels[j] else "nothing"
        sentences.append(
            f"{table.items[j]}: everybody who answered chose {label}, so it says nothing about "
            "differences between people; leave it out."
        )
    return sentences


def _rare(table: CategoryTable) -> list[str]:
    sentences = []
    for j, labels in enumerate(table.labels):
        for label, count in zip(labels, table.counts[j], strict=False):
            if count == 0:
                sentences.append(f"{table.items[j]}: nobody chose {label}; it cannot be estimated.")
            elif count < 10 and len(labels) > 2:
                sentences.append(
                    f"{table.items[j]}: only {count} chose {label}; its slope and intercept are "
                    "uncertain. Join it to a neighbour or use a slope prior."
                )
        sentences.extend(_gaps(table.items[j], labels))
    return sentences


def _gaps(item: str, labels: tuple[Any, ...]) -> list[str]:
    if not labels or not all(isinstance(label, int) for label in labels):
        return []
    unused = sorted(set(range(labels[0], labels[-1] + 1)) - set(labels))
    if not unused or len(unused) > 10:
        return []
    return [
        f"{item}: nobody chose {', '.join(map(str, unused))}; the neighbouring categories are "
        "treated as adjacent."
    ]


def _dependent(table: CategoryTable) -> list[str]:
    """Pairs of items where one answer decides the other: as many pairs of answers as answers."""
    codes = table.codes[:2000]
    hot = np.concatenate(
        [codes[:, [j]] == np.arange(k) for j, k in enumerate(table.n_categories)], axis=1
    ).astype(np.float32)
    starts = np.concatenate([[0], np.cumsum(table.n_categories)[:-1]]).astype(np.intp)
    met = (hot.T @ hot > 0).astype(float)
    pairs = np.add.reduceat(np.add.reduceat(met, starts, axis=0), starts, axis=1)
    kinds = np.diag(pairs)
    one_to_one = (pairs == kinds) & (pairs == kinds[:, None]) & (kinds > 1)
    return [
        f"{table.items[j]} and {table.items[k]}: one answer decides the other; keep one of them."
        for j, k in np.argwhere(np.triu(one_to_one, 1))
        if np.sum((codes[:, j] >= 0) & (codes[:, k] >= 0)) >= 10
    ]


def _few(table: CategoryTable, n_parameters: int) -> list[str]:
    if len(table) >= n_parameters:
        return []
    return [
        f"There are {len(table)} sittings for {n_parameters} parameters: the estimates will be "
        "unstable. Gather more sittings, or use equal slopes."
    ]
