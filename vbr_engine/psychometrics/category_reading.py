"""Columns of answers, however they are written, as numbers of categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import issparse

from vbr_engine.errors import Problem, ResponsesError

__all__ = ["Codes", "TableError", "as_frame", "check_frame", "encode"]

_MOST = 100

Codes = NDArray[np.int8]


class TableError(ResponsesError, ValueError):
    """A table of categories that cannot be used; a ValueError too, as scikit-learn expects."""


def as_frame(X: Any) -> pd.DataFrame:
    """A table as a data frame, its columns named."""
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


def check_frame(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    """Refuse a table that is empty, or names an item twice."""
    if frame.shape[1] == 0:
        raise TableError(f"0 feature(s) (shape={frame.shape}) while a minimum of 1 is required.")
    if len(frame) == 0:
        raise TableError(f"Found array with 0 sample(s) (shape={frame.shape}); 1 is required.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"expected one column per item, got several named {', '.join(twice)}")


def encode(
    frame: pd.DataFrame, names: tuple[str, ...], known: list[Any]
) -> tuple[Codes, tuple[tuple[Any, ...], ...]]:
    """Codes of all columns and the labels of each; ``known`` are labels to keep to, or None."""
    codes = np.empty(frame.shape, dtype=np.int8)
    found: list[tuple[Any, ...]] = []
    problems: list[Problem] = []
    for j, name in enumerate(names):
        values = _readable(frame.iloc[:, j])
        try:
            codes[:, j], labels = _encode_column(values, name, known[j])
            found.append(labels)
        except TableError as error:
            problems.extend(error.problems)
    if problems:
        raise TableError(problems)
    return codes, tuple(found)


def _readable(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers written as text become numbers, blank text is missing, all else becomes text."""
    if isinstance(column.dtype, pd.CategoricalDtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return column
    numbers = pd.to_numeric(column, errors="coerce")
    if bool((numbers.notna() | column.isna()).all()):
        return numbers
    text = column.astype(object).map(str, na_action="ignore").str.strip()
    text = text.where(text != "", None)
    numbers = pd.to_numeric(text, errors="coerce")
    return numbers if bool((numbers.notna() | text.isna()).all()) else text


def _encode_column(column: pd.Series[Any], name: str, known: Any) -> tuple[Codes, tuple[Any, ...]]:
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
