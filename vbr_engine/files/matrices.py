"""Plain tables of answers on disk: a row for each sitting, a column for each item, no bank."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from vbr_engine.errors import FileError, Problem, ResponsesError
from vbr_engine.files.tables import read_table
from vbr_engine.files.whole import shown
from vbr_engine.psychometrics.score_table import read_scores

__all__ = ["NAMES_OF_ROWS", "named_rows", "read_matrix"]

NAMES_OF_ROWS = ("sitting", "row", "id", "rownames")  # the last is what R's tables say
_LISTED = 50  # rows without a name, or with another's, that are written out


def read_matrix(
    path: str | os.PathLike[str], *, words: bool = False, needs: str | None = None
) -> pd.DataFrame:
    """Read a plain table of answers, its rows named by its first column or numbered from 1.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``. The first column may be ``sitting``, ``row``,
        ``id`` or ``rownames``.
    words : bool
        Whether cells may hold words, as raw options do; else every cell is a number or empty.
    needs : str, optional
        A column, anywhere in the table, that must name the rows.

    Returns
    -------
    pandas.DataFrame
        A column for each item; NaN for no answer.

    Raises
    ------
    FileError
        If it cannot be read.
    ResponsesError
        With every row that has no name or another's, and every cell that is no number.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "t.csv").write_text("sitting;late;tea\\nx;1;2,5\\ny;3;\\n")
    ...     read_matrix(f"{folder}/t.csv").to_numpy().tolist()
    [[1.0, 2.5], [3.0, nan]]
    """
    place = Path(path)
    table = read_table(place)
    if needs is not None and needs not in table.columns:
        message = f"there is no column {needs!r}: expected one, naming each {needs}"
        raise FileError([Problem(file=shown(place), message=message)])
    first = needs if needs is not None else str(table.columns[0])
    if first.lower() in NAMES_OF_ROWS or needs is not None:
        table = named_rows(table, first, place)
    else:
        table.index = pd.RangeIndex(1, len(table) + 1)
    try:
        return _words(table) if words else _numbers(table)
    except ResponsesError as error:
        raise ResponsesError(_in_file(error.problems, place)) from error


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    checked = read_scores(table, at_least=1)
    return pd.DataFrame(checked.scores, columns=list(checked.items), index=table.index)


def _words(table: pd.DataFrame) -> pd.DataFrame:
    read_scores(table.notna().astype(float), at_least=1)  # a table of the right shape is enough
    return table.mask(table.map(lambda cell: isinstance(cell, str) and not cell.strip()))


def named_rows(table: pd.DataFrame, column: str, place: Path) -> pd.DataFrame:
    """Name the rows of a table by one of its columns.

    Parameters
    ----------
    table : pandas.DataFrame
    column : str
    place : path-like
        The file, for what is wrong.

    Returns
    -------
    pandas.DataFrame
        Without that column; its index has its name.

    Raises
    ------
    ResponsesError
        With every row that has no name, and every name that comes twice.
    """
    names = table[column].map(_name).astype(object)
    problems = [*_wrong_rows(names, column)]
    if problems:
        raise ResponsesError(_in_file(problems, place))
    return table.drop(columns=column).set_axis(pd.Index(names, name=column))


def _name(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _wrong_rows(names: pd.Series[str], column: str) -> Iterator[Problem]:
    wrong = [(at, f"this row has no {column}") for at in names.index[names == ""]]
    first: dict[str, int] = {}
    for at, name in names.items():
        if name and first.setdefault(name, int(str(at))) != at:
            wrong.append((at, f"{column} {name} comes twice (row {first[name] + 1} too)"))
    for at, message in wrong[:_LISTED]:
        yield Problem(row=int(at) + 1, message=message)
    if len(wrong) > _LISTED:
        yield Problem(message=f"and {len(wrong) - _LISTED:,} more rows like these")


def _in_file(problems: Iterable[Problem], place: Path) -> list[Problem]:
    return [replace(one, file=shown(place)) for one in problems]
