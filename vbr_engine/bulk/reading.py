"""From a partition on disk to small whole numbers: each item's answers, numbered as they come."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from vbr_engine.bank.model import Bank
from vbr_engine.bulk.partitions import Partition, batches
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.files.whole import shown
from vbr_engine.psychometrics.score_classes import item_levels
from vbr_engine.responses import ResponseMatrix

__all__ = ["BankReader", "RawPart", "Reader", "TableReader"]

MOST = 100
_LISTED = 20
_FRAME_ROWS = 20_000

Codes = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class RawPart:
    """One partition's answers, numbered in the order in which they came.

    Parameters
    ----------
    codes : ndarray of int8, shape (rows, items)
        Places in `labels`; -1 is missing.
    weights : ndarray, shape (rows,), optional
    labels : tuple of tuple
        What was found in each item.
    """

    codes: Codes
    weights: NDArray[np.float64] | None
    labels: tuple[tuple[Any, ...], ...]

    def counts(self) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """How often each label of each item was chosen: rows, and by weight."""
        counted = []
        for j, labels in enumerate(self.labels):
            places, n = self.codes[:, j].astype(np.intp) + 1, len(labels) + 1
            rows = np.bincount(places, minlength=n)[1:]
            weighted = np.bincount(places, weights=self.weights, minlength=n)[1:]
            counted.append((rows.astype(np.int64), weighted.astype(np.float64)))
        return counted


class Reader(Protocol):
    """How a partition is read; it travels to whoever reads."""

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the items."""

    def read(self, partition: Partition) -> RawPart:
        """Read one partition."""


@dataclass(frozen=True)
class TableReader:
    """Reads plain tables: a column for each item.

    Parameters
    ----------
    items : tuple of str
    weight : str, optional
        The column of weights.
    words : bool
        Whether cells may hold words; else every cell is a number or empty.
    """

    items: tuple[str, ...]
    weight: str | None = None
    words: bool = False

    def read(self, partition: Partition) -> RawPart:
        """Read one partition.

        Parameters
        ----------
        partition : Partition

        Returns
        -------
        RawPart

        Raises
        ------
        FileError
            If it cannot be read.
        ResponsesError
            With file, row and column of every cell that is no category or weight.
        """
        codes = np.empty((partition.rows, len(self.items)), dtype=np.int8)
        weights = None if self.weight is None else np.ones(partition.rows)
        columns = [_Column(name, words=self.words) for name in self.items]
        done = 0
        wanted = [*self.items, *([] if self.weight is None else [self.weight])]
        for batch in batches(partition, wanted):
            rows = slice(done, done + batch.num_rows)
            for j, column in enumerate(columns):
                codes[rows, j] = column.encode(batch.column(j), partition.first_row + done)
            if weights is not None:
                weights[rows] = _weights(batch.column(len(columns)), partition, done, self.weight)
            done += batch.num_rows
        problems = [problem for column in columns for problem in column.problems]
        if problems:
            raise ResponsesError(_in_file(problems, partition))
        return RawPart(codes, weights, tuple(tuple(column.places) for column in columns))


@dataclass
class _Column:
    """The labels of one item met so far, each with its number."""

    name: str
    words: bool
    places: dict[Any, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def encode(self, cells: pa.Array, first_row: int) -> NDArray[np.int8]:
        """Number the cells."""
        told = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
        labels = told.dictionary.to_pylist()
        indices = told.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False)
        if len(labels) > MOST or len(self.places) > MOST:
            self._note(f"expected at most {MOST} categories: is this a measurement?")
            return np.full(len(cells), -1, dtype=np.int8)
        numbers = np.full(len(labels) + 1, -1, dtype=np.int8)
        for at, label in enumerate(labels):
            known, message = read_label(label, words=self.words)
            if message:
                for row in np.flatnonzero(indices == at)[:_LISTED]:
                    self._note(message, row=first_row + int(row) + 1)
            elif known is not None:
                numbers[at] = self.places.setdefault(known, len(self.places))
        return np.asarray(numbers[indices], dtype=np.int8)

    def _note(self, message: str, row: int | None = None) -> None:
        known = any(one.message == message and one.row == row for one in self.problems)
        if len(self.problems) < _LISTED and not known:
            self.problems.append(Problem(message=message, row=row, column=self.name))


def read_label(label: Any, *, words: bool) -> tuple[Any, str]:
    """A cell's category, or what is wrong with it; nothing is no answer."""
    if label is None or (isinstance(label, str) and not label.strip()):
        return None, ""
    if isinstance(label, str):
        number = pd.to_numeric(label, errors="coerce")
        if math.isnan(number):
            return (label, "") if words else (None, f"expected a number or nothing, got {label!r}")
        label = float(number)
    try:
        number = float(label)
    except (TypeError, ValueError):
        return (str(label), "") if words else (None, f"expected a number or nothing, got {label!r}")
    if math.isnan(number):
        return None, ""
    if math.isinf(number):
        return None, "expected category codes, got infinity (inf)"
    return (int(number) if number.is_integer() else number), ""


def _weights(
    cells: pa.Array, partition: Partition, done: int, name: str | None
) -> NDArray[np.float64]:
    told: NDArray[np.float64] = pd.to_numeric(cells.to_pandas(), errors="coerce").to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    wrong = np.flatnonzero(~(np.isfinite(told) & (told >= 0)))
    if len(wrong):
        problems = [
            Problem(
                message=f"expected a weight of 0 or more, got {cells[int(at)].as_py()}",
                row=partition.first_row + done + int(at) + 1,
                column=str(name),
            )
            for at in wrong[:_LISTED]
        ]
        raise ResponsesError(_in_file(problems, partition))
    return told


def _in_file(problems: list[Problem], partition: Partition) -> list[Problem]:
    file = shown(Path(partition.path))
    return [
        Problem(file=file, row=one.row, column=one.column, message=one.message)
        for one in problems[:_LISTED]
    ]


@dataclass(frozen=True)
class BankReader:
    """Reads responses to a bank: an item's answers are the levels of the points that they earn.

    Parameters
    ----------
    bank : Bank
    value : str, optional
        Take the items of this value only.
    most : int
        Most levels of an item.
    """

    bank: Bank
    value: str | None = None
    most: int = 8

    @property
    def items(self) -> tuple[str, ...]:
        """Names of the items."""
        kept = (item for item in self.bank.items if self.value in (None, item.value))
        return tuple(item.id for item in kept)

    def responses(self, partition: Partition) -> ResponseMatrix:
        """Read and check the responses of one partition.

        Parameters
        ----------
        partition : Partition

        Returns
        -------
        ResponseMatrix

        Raises
        ------
        ResponsesError
            With file, row and column of all that the bank does not allow.
        """
        try:
            return ResponseMatrix.from_frames(self._frames(partition), self.bank)
        except ResponsesError as error:
            moved = [_moved(problem, partition.first_row) for problem in error.problems]
            raise ResponsesError(_in_file(moved, partition)) from None

    def _frames(self, partition: Partition) -> Iterator[pd.DataFrame]:
        for batch in batches(partition, None, rows=_FRAME_ROWS):
            yield batch.to_pandas()

    def read(self, partition: Partition) -> RawPart:
        """Read one partition.

        Parameters
        ----------
        partition : Partition

        Returns
        -------
        RawPart

        Raises
        ------
        ResponsesError
            With file, row and column of all that the bank does not allow.
        """
        held = self.responses(partition)
        found = item_levels(held, self.bank, value=self.value, most=self.most)
        codes = [np.where(np.isnan(one.levels), -1.0, one.levels).astype(np.int8) for one in found]
        labels = tuple(tuple(range(self.most)) for _ in codes)
        return RawPart(np.stack(codes, axis=1), None, labels)


def _moved(problem: Problem, rows: int) -> Problem:
    """Number a row in its file rather than in its partition."""
    return replace(problem, row=problem.row + rows) if isinstance(problem.row, int) else problem
