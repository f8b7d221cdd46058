"""`FILE:COLUMN`: one column of a table that has a row for a sitting, such as an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from vbr_engine.errors import FileError, Problem
from vbr_engine.files import read_table
from vbr_engine.files.matrices import named_rows

__all__ = ["read_column"]


def read_column(
    place: str, sittings: Sequence[str], *, key: str = "sitting", of: str = "responses"
) -> tuple[pd.Series, tuple[str, ...]]:
    """Read a column and join it to sittings.

    Parameters
    ----------
    place : str
        ``FILE:COLUMN``; the file has a column ``sitting`` (or `key`) too.
    sittings : sequence of str
    key : str
        What names the rows of both, such as ``application``.
    of : str
        What the rows to join to are, in a word.

    Returns
    -------
    column : Series
        By sitting, those that are in `sittings` only.
    notes : tuple of str
        What was left out, in sentences.

    Raises
    ------
    FileError
        With what is wrong with the file.
    ResponsesError
        With the sittings that come twice.
    """
    path, _, column = place.rpartition(":")
    if not path or not column:
        raise FileError(f"expected FILE:COLUMN, got {place!r}")
    table, name = read_table(path), Path(path).name
    for wanted in (key, column):
        if wanted not in table.columns:
            message = f"there is no column {wanted!r}: only {', '.join(map(str, table.columns))}"
            raise FileError([Problem(file=name, message=message)])
    whole = table[key].notna()
    rows = named_rows(table[whole], key, Path(path))
    known = rows.index.isin(list(sittings))
    notes = []
    if not whole.all():
        notes.append(f"{name}: rows without {_one(key)}, left out: {int((~whole).sum()):,}.")
    if not known.all():
        strangers = int((~known).sum())
        notes.append(f"{name}: rows of {key}s without {of}, left out: {strangers:,}.")
    return rows.loc[known, column], tuple(notes)


def _one(key: str) -> str:
    return f"an {key}" if key[0] in "aeiou" else f"a {key}"
