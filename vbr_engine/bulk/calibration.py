"""Calibrate on partitions: a first look, then passes until the next one promises nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from vbr_engine.bulk.crews import Crew, OneMachine
from vbr_engine.bulk.names import check_names, name_column
from vbr_engine.bulk.outputs import output_parts
from vbr_engine.bulk.partitions import PartitionedTable
from vbr_engine.bulk.reading import BankReader, Reader, TableReader
from vbr_engine.bulk.source import PartitionedAnswers
from vbr_engine.bulk.survey import CountedTable, PartSurvey, Survey, survey_of
from vbr_engine.bulk.thetas import Thetas
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.files.whole import shown
from vbr_engine.psychometrics.item_response_model import ItemResponseModel
from vbr_engine.psychometrics.score_classes import item_rulers, joined, why_left_out

__all__ = ["Calibration", "Watch", "calibrate_partitions", "table_reader"]

_SAMPLE = 2000


class Watch(Protocol):
    """Whoever wants to know how far the work is."""

    def reading(self, done: int, of: int) -> None:
        """So many partitions are read."""

    def partition(self, done: int, of: int) -> None:
        """A pass is so far."""

    def passed(self, n: int, log_likelihood: float) -> None:
        """So many passes are done."""


class _Nobody:
    def reading(self, done: int, of: int) -> None:
        pass

    def partition(self, done: int, of: int) -> None:
        pass

    def passed(self, n: int, log_likelihood: float) -> None:
        pass


@dataclass(frozen=True, eq=False)
class Calibration:
    """A fitted model and what it was fitted to.

    Parameters
    ----------
    model : ItemResponseModel
    n : int
        Sittings.
    answered : ndarray of int, shape (items,)
        Sittings that answered each item.
    notes : tuple of str
        What deserves a word: items left out, files without rows.
    starts : dict of str to tuple of float
        For a bank, the lowest points of each category of an item.
    """

    model: ItemResponseModel
    n: int
    answered: np.ndarray[Any, np.dtype[np.intp]]
    notes: tuple[str, ...]
    starts: dict[str, tuple[float, ...]]


def table_reader(
    table: PartitionedTable, *, weight: str | None = None, words: bool = False
) -> TableReader:
    """Say how to read a plain table: every column is an item, but for names of rows and weights.

    Parameters
    ----------
    table : PartitionedTable
    weight : str, optional
        The column of sample weights.
    words : bool
        Whether cells may hold words, as raw options do.

    Returns
    -------
    TableReader

    Raises
    ------
    ResponsesError
        If there is no such column, or no item.
    """
    file = shown(table.place)
    if weight is not None and weight not in table.columns:
        message = f"there is no column {weight!r} of weights"
        raise ResponsesError([Problem(file=file, message=message)])
    items = tuple(name for name in table.columns if name not in (name_column(table), weight))
    if not items:
        raise ResponsesError([Problem(file=file, message="expected at least one item, got none")])
    return TableReader(items, weight, words)


def calibrate_partitions(
    model: ItemResponseModel,
    table: PartitionedTable,
    reader: Reader,
    *,
    most: int | None = None,
    scores: str | os.PathLike[str] | None = None,
    crew: Crew | None = None,
    watch: Watch | None = None,
) -> Calibration:
    """Fit a model to a table that need not fit into memory.

    The optimum is that of ``model.fit`` on all rows at once: each pass goes over every partition
    and adds up what the search asks for, in the order of partitions.

    Parameters
    ----------
    model : ItemResponseModel
        Not fitted yet; options as in memory.
    table : PartitionedTable
    reader : Reader
        `table_reader` for a plain table, BankReader for responses to a bank.
    most : int, optional
        Refuse items of more categories.
    scores : path-like, optional
        A folder for everybody's theta (EAP) and its standard error, a part for each partition.
    crew : Crew, optional
        Who does it; threads of this process by default. It is not closed if it was given.
    watch : Watch, optional
        Told how far the work is.

    Returns
    -------
    Calibration

    Raises
    ------
    FileError, ResponsesError
        With file, row and column of what cannot be read.

    Examples
    --------
    >>> import tempfile, numpy as np, pandas as pd
    >>> from vbr_engine.bulk import find_partitions
    >>> from vbr_engine.psychometrics import GradedResponseModel
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.standard_normal((400, 1))
    >>> X = pd.DataFrame((theta + rng.logistic(size=(400, 3)) > 0).astype(int), columns=[*"abc"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     X[:150].to_parquet(f"{folder}/1.parquet")
    ...     X[150:].to_parquet(f"{folder}/2.parquet")
    ...     table = find_partitions(folder)
    ...     found = calibrate_partitions(GradedResponseModel(), table, table_reader(table))
    >>> whole = GradedResponseModel().fit(X)
    >>> found.n, abs(found.model.log_likelihood_ - whole.log_likelihood_) < 1e-6
    (400, True)
    """
    own = OneMachine() if crew is None else None
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            work = _Work(table, reader, crew or own, watch or _Nobody(), most)
            return work.calibrated(model, scores)
    finally:
        if own is not None:
            own.close()


@dataclass(frozen=True, eq=False)
class _Work:
    """What is calibrated, and by whom."""

    table: PartitionedTable
    reader: Reader
    crew: Any
    watch: Watch
    most: int | None

    def calibrated(
        self, model: ItemResponseModel, scores: str | os.PathLike[str] | None
    ) -> Calibration:
        targets = None if scores is None else output_parts(self.table, scores)
        names = name_column(self.table)
        if names is not None:
            check_names(self.table, names)
        found, starts = self.looked()
        of = len(self.table.partitions)
        answers = PartitionedAnswers(self.crew, found, lambda done: self.watch.partition(done, of))
        model.n_features_in_ = len(found.items)
        model.feature_names_in_ = np.array(found.items, dtype=object)
        model.fit_answers(_counted(answers, found), answers, on_pass=self.watch.passed)
        if targets is not None:
            prior = model.group_parameters_.iloc[0]
            answers.each(
                [
                    Thetas(model.items_, model.nodes_, prior["mean"], prior["sd"], one, names)
                    for one in targets
                ]
            )
        left_out = [f"{item} is left out: {why}." for item, why in found.left_out.items()]
        notes = (*self.table.notes, *left_out)
        return Calibration(model, found.n_rows, found.counts.sum(axis=1), notes, starts)

    def looked(self) -> tuple[Survey, dict[str, tuple[float, ...]]]:
        """Read all partitions and put together what is in them."""
        parts: list[PartSurvey] = []
        for part in self.crew.look(self.reader, self.table.partitions):
            parts.append(part)
            self.watch.reading(len(parts), len(self.table.partitions))
        try:
            found, starts = _survey(parts, self.reader)
            _check(found, self.most)
        except ResponsesError as error:
            file = shown(self.table.place)
            raise ResponsesError(replace(one, file=file) for one in error.problems) from None
        return found, starts


def _survey(parts: list[PartSurvey], reader: Reader) -> tuple[Survey, dict[str, tuple[float, ...]]]:
    if not isinstance(reader, BankReader):
        return survey_of(parts, reader.items), {}
    found = survey_of(parts, reader.items, _levels)
    rulers = item_rulers(reader.bank, most=reader.most)
    starts = {
        item: tuple(round(rulers[item][0] + rulers[item][1] * first, 6) for first in labels)
        for item, labels in zip(found.items, found.labels, strict=True)
    }
    # The categories are numbered as in memory; what they are worth is said by `starts`.
    plain = tuple(tuple(range(len(labels))) for labels in found.labels)
    return replace(found, labels=plain), starts


def _levels(_: int, rows: dict[Any, int]) -> tuple[list[tuple[Any, ...]], str]:
    """Join the levels that hardly anybody reached to a neighbour."""
    levels = sorted(level for level, n in rows.items() if n)
    firsts = joined(levels, [rows[level] for level in levels])
    if len(firsts) < 2:
        return [], why_left_out(sum(rows.values()))
    ends = [*firsts[1:], np.inf]
    return [
        tuple(level for level in levels if first <= level < end)
        for first, end in zip(firsts, ends, strict=True)
    ], ""


def _check(found: Survey, most: int | None) -> None:
    """Refuse what no model can be estimated from, every reason at once."""
    if found.total_weight <= 0:
        raise ResponsesError("every weight is zero")
    if not found.items:
        raise ResponsesError("there is no item on which the sittings differ")
    problems = [
        Problem(column=name, message=told)
        for name, labels in zip(found.items, found.labels, strict=True)
        if (told := _wrong(labels, most))
    ]
    if problems:
        raise ResponsesError(problems)


def _wrong(labels: tuple[Any, ...], most: int | None) -> str:
    if not labels:
        return "nobody answered; leave this column out"
    if len(labels) == 1:
        return f"everybody who answered has {labels[0]}; leave this column out"
    if most is not None and len(labels) > most:
        return f"expected {most} categories, got {len(labels)}; graded takes any number"
    return ""


def _counted(answers: PartitionedAnswers, found: Survey) -> CountedTable:
    few = answers.thinned(_SAMPLE)
    rows = pd.RangeIndex(len(few.codes))
    return CountedTable(few.codes, found.labels, found.items, rows, found.n_rows, found.counts)
