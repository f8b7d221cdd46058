"""The right answers of a plain table: a list on the command line, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vbr_engine.errors import FileError, Problem
from vbr_engine.files import read_table

__all__ = ["read_key"]


def read_key(given: str) -> Mapping[str, Any] | Sequence[str]:
    """Read the right answers.

    Parameters
    ----------
    given : str
        Answers separated by commas, one for each item in their order; or a file, ``.csv`` or
        ``.parquet``: one row with a column for each item, or columns ``item`` and ``key``.

    Returns
    -------
    mapping of str to answer, or sequence of str

    Raises
    ------
    FileError
        If it is a file that cannot be read, or holds something else.

    Examples
    --------
    >>> read_key("4,4, 6")
    ['4', '4', '6']
    """
    if Path(given).suffix.lower() not in (".csv", ".parquet", ".tsv", ".txt"):
        return [answer.strip() for answer in given.split(",")]
    table = read_table(given)
    if {"item", "key"} <= set(table.columns):
        items = table["item"].map(str)
        twice = items[items.duplicated()].unique()
        if len(twice):
            raise FileError(
                Problem(file=Path(given).name, message=f"item {item} comes twice") for item in twice
            )
        return dict(zip(items, table["key"].tolist(), strict=True))
    if len(table) != 1:
        message = (
            "expected one row with a column for each item, or columns item and key; "
            f"got {len(table):,} rows"
        )
        raise FileError([Problem(file=Path(given).name, message=message)])
    return {str(name): cell for name, cell in table.iloc[0].items()}
