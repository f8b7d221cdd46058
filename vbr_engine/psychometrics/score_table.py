"""Item scores as a checked table of numbers, and what goes together in it.

Statistics of test theory start from scores (not raw options): a number per person and item, NaN
where there was no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import Problem, ResponsesError

__all__ = [
    "Missing",
    "ScoreTable",
    "as_frame",
    "checked_weights",
    "correlations",
    "covariances",
    "read_scores",
]

Floats = NDArray[np.float64]
Missing = Literal["pairwise", "listwise"]


@dataclass(frozen=True)
class ScoreTable:
    """Scores of persons on items.

    Parameters
    ----------
    scores : ndarray of float64, shape (persons, items)
        NaN where there was no answer.
    items : tuple of str
        Names of the columns.
    rows : pandas.Index
        Names of the rows.
    weights : ndarray of float64, shape (persons,), optional
        Persons behind each row; 1 each if not given.
    """

    scores: Floats
    items: tuple[str, ...]
    rows: pd.Index[Any]
    weights: Floats | None = None

    @property
    def n(self) -> float:
        """Persons, by their weights."""
        return float(len(self.scores) if self.weights is None else self.weights.sum())

    def counts(self) -> Floats:
        """Weights, which are 1 where none are given."""
        return np.ones(len(self.scores)) if self.weights is None else self.weights

    def complete(self) -> ScoreTable:
        """Keep the rows that have every answer."""
        return self.of_rows(~np.isnan(self.scores).any(axis=1))

    def of_rows(self, kept: Any) -> ScoreTable:
        """Keep some rows."""
        weights = None if self.weights is None else self.weights[kept]
        return ScoreTable(self.scores[kept], self.items, self.rows[np.flatnonzero(kept)], weights)

    def varying(self) -> tuple[ScoreTable, tuple[str, ...]]:
        """Leave out items on which everybody has the same score, and name them."""
        spread = np.array([_spread(column) > 0 for column in self.scores.T])
        names = np.array(self.items, dtype=object)
        kept = ScoreTable(self.scores[:, spread], tuple(names[spread]), self.rows, self.weights)
        return kept, tuple(names[~spread])


def _spread(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(np.ptp(known)) if known.size else 0.0


def read_scores(X: Any, *, at_least: int = 2, sample_weight: Any = None) -> ScoreTable:
    """Check a table of item scores.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Numbers, or text that reads as numbers; None, NaN or an empty text is no answer.
    at_least : int, default 2
        Items needed.
    sample_weight : array-like, shape (persons,), optional
        Persons behind each row. Rows of weight 0 are left out.

    Returns
    -------
    ScoreTable
        The same scores as float64.

    Raises
    ------
    ResponsesError
        Naming every cell that is not a number, up to fifty, and every other problem.

    Examples
    --------
    >>> read_scores([[1, 2], ["3", None]]).scores
    array([[ 1.,  2.],
           [ 3., nan]])
    """
    frame = as_frame(X)
    problems = [*_shape_problems(frame, at_least)]
    if problems:
        raise ResponsesError(problems)
    numbers = frame.apply(pd.to_numeric, errors="coerce")
    scores = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    problems = [*_cell_problems(frame, scores)]
    if problems:
        raise ResponsesError(problems)
    table = ScoreTable(scores, tuple(map(str, frame.columns)), frame.index)
    return table if sample_weight is None else _weighted(table, sample_weight)


def _weighted(table: ScoreTable, given: Any) -> ScoreTable:
    weights = checked_weights(given, table.rows)
    return replace(table, weights=weights).of_rows(weights > 0)


def checked_weights(given: Any, rows: pd.Index[Any]) -> Floats:
    """Read how many persons stand behind each row; 1 each if nothing is given.

    Parameters
    ----------
    given : array-like, shape (rows,), optional
    rows : pandas.Index
        Their names.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    ResponsesError
        If there are more or fewer, or with every row whose weight is no finite number from 0 up.
    """
    if given is None:
        return np.ones(len(rows))
    weights = np.asarray(given, dtype=np.float64)
    if weights.shape != (len(rows),):
        raise ResponsesError(
            f"sample_weight: expected {len(rows)} numbers, one a row, "
            f"got an array of shape {weights.shape}"
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise ResponsesError(
            Problem(row=str(rows[at]), message=f"sample_weight: got {weights[at]:g}")
            for at in wrong[:50]
        )
    return weights


def as_frame(X: Any) -> pd.DataFrame:
    """Give an array's columns names; a data frame passes as it is.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Any values.

    Returns
    -------
    pandas.DataFrame
        With columns `item1` and so on for an array.

    Examples
    --------
    >>> as_frame([["a", "b"]]).columns.tolist()
    ['item1', 'item2']
    """
    if isinstance(X, pd.DataFrame):
        return X
    array = np.asarray(X)
    if array.ndim != 2:
        raise ResponsesError(
            [
                Problem(
                    message=f"expected a table of persons by items, got {array.ndim} dimension(s)"
                )
            ]
        )
    return pd.DataFrame(array, columns=[f"item{j}" for j in range(1, array.shape[1] + 1)])


def _shape_problems(frame: pd.DataFrame, at_least: int) -> Iterator[Problem]:
    if frame.shape[1] < at_least:
        yield Problem(message=f"expected at least {at_least} items, got {frame.shape[1]}")
    if len(frame) < 2:
        yield Problem(message=f"expected at least 2 persons, got {len(frame)}")
    for name in frame.columns[frame.columns.duplicated()].unique():
        yield Problem(message="this column's name is used more than once", column=str(name))


def _cell_problems(frame: pd.DataFrame, scores: Floats) -> Iterator[Problem]:
    known = frame.notna().to_numpy()
    bad = (np.isnan(scores) & known) | np.isinf(scores)
    rows, columns = np.nonzero(bad)
    named = 0
    for i, j in zip(rows, columns, strict=True):
        value = frame.iat[int(i), int(j)]
        if isinstance(value, str) and not value.strip():
            continue
        if named == 50:
            yield Problem(message="and more cells like these")
            return
        named += 1
        message = f"expected a number or nothing, got {value!r}"
        yield Problem(
            message=message, row=str(frame.index[int(i)]), column=str(frame.columns[int(j)])
        )


def covariances(table: ScoreTable) -> Floats:
    """Covariance of each pair of items, over the persons who answered both.

    Parameters
    ----------
    table : ScoreTable
        Scores.

    Returns
    -------
    ndarray, shape (items, items)
        Divided by the number of those persons less one. It need not be positive definite when
        answers are missing.

    Raises
    ------
    ResponsesError
        When fewer than two persons answered some pair.

    Examples
    --------
    >>> covariances(read_scores([[1, 2], [2, 4], [3, 6]]))
    array([[1., 2.],
           [2., 4.]])
    """
    both, product, _, _ = _pair_sums(table)
    return np.asarray(product / (both - 1))


def correlations(table: ScoreTable, *, undefined: float | None = None) -> Floats:
    """Pearson correlation of each pair of items, over the persons who answered both.

    Means and variances are those of the same persons, so with missing answers this differs a
    little from scaling `covariances` by the items' own variances.

    Parameters
    ----------
    table : ScoreTable
        Scores.
    undefined : float, optional
        What to put where the persons who answered both items all gave one of them the same score;
        without it that is an error.

    Returns
    -------
    ndarray, shape (items, items)
        With ones on the diagonal.

    Raises
    ------
    ResponsesError
        When a pair cannot be correlated.

    Examples
    --------
    >>> correlations(read_scores([[1, 2], [2, 4], [3, 6]])).round(6)
    array([[1., 1.],
           [1., 1.]])
    """
    _, product, square_row, square_column = _pair_sums(table)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = product / np.sqrt(square_row * square_column)
    unknown = ~np.isfinite(found)
    if undefined is None and unknown.any():
        raise ResponsesError(_uncorrelated(table.items, unknown))
    found[unknown] = np.nan if undefined is None else undefined
    return np.asarray(found)


def _uncorrelated(items: tuple[str, ...], unknown: NDArray[np.bool_]) -> Iterator[Problem]:
    for i, j in np.argwhere(np.triu(unknown))[:50]:
        yield Problem(
            message=f"{items[i]} and {items[j]} cannot be correlated: of the persons who answered "
            "both, all have the same score on one of them"
        )


def _pair_sums(table: ScoreTable) -> tuple[Floats, Floats, Floats, Floats]:
    """Count, centred cross product, and both centred sums of squares, for each pair."""
    answered = (~np.isnan(table.scores)).astype(np.float64)
    counted = answered * table.counts()[:, None]
    filled = np.where(answered > 0, table.scores, 0.0)
    total = (filled * counted).sum(axis=0)
    centred = (filled - total / np.maximum(counted.sum(axis=0), 1e-300)) * answered
    weighed = centred * table.counts()[:, None]
    both = answered.T @ counted
    _need_overlap(both, table.items)
    sums = weighed.T @ answered  # row item over those who answered the column item
    product = weighed.T @ centred - sums * sums.T / both
    squares = (weighed * centred).T @ answered - sums**2 / both
    size = (filled**2 * counted).T @ answered
    squares = np.where(squares > 1e-12 * np.maximum(size, 1e-300), squares, 0.0)
    return both, product, squares, squares.T


def _need_overlap(both: Floats, items: tuple[str, ...]) -> None:
    lonely = np.argwhere(np.triu(both < 2))
    if len(lonely):
        raise ResponsesError(
            Problem(message=f"fewer than two persons answered both {items[i]} and {items[j]}")
            for i, j in lonely[:50]
        )
