"""Item parameters on disk: CSV, Parquet or JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from vbr_engine.errors import FileError, InvalidInput, Problem
from vbr_engine.files.drafts import read_json
from vbr_engine.files.tables import read_table, write_table
from vbr_engine.files.whole import check_place, shown, write_text
from vbr_engine.psychometrics.parameter_tables import parameter_frame, parameters_of

__all__ = ["check_parameters_writable", "read_parameters", "write_parameters"]

_ENDINGS = (".csv", ".parquet", ".json")


def read_parameters(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table of item parameters.

    Parameters
    ----------
    path : path-like
        CSV or Parquet with columns `item`, `model`, `a` (or `a_1`, ...), `d_1`, ...; or JSON: a
        list of such rows, or a mapping that has the list under `parameters`.

    Returns
    -------
    pandas.DataFrame
        By item.

    Raises
    ------
    FileError
        If it cannot be read, or is no such table, with every problem.
    """
    place = Path(path)
    table = _from_json(place) if place.suffix.lower() == ".json" else read_table(place)
    try:
        if "item" not in table:
            raise InvalidInput("a table of item parameters has a column item")
        items = parameter_frame(table)
        parameters_of(items)
    except InvalidInput as error:
        named = [replace(problem, file=shown(place)) for problem in error.problems]
        raise FileError(named) from error
    return items


def _from_json(place: Path) -> pd.DataFrame:
    held = read_json(place)
    rows = held.get("parameters") if isinstance(held, dict) else held
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = "expected a list of rows, or a mapping that has one under parameters"
        raise FileError([Problem(file=shown(place), message=message)])
    return pd.DataFrame(rows)


def check_parameters_writable(path: str | os.PathLike[str]) -> None:
    """Raise FileError if `write_parameters` could not write there; ask before long work."""
    place = Path(path)
    if place.suffix.lower() not in _ENDINGS:
        message = f"a table of item parameters ends in {', '.join(_ENDINGS)}"
        raise FileError([Problem(file=shown(place), message=message)])
    check_place(place)


def write_parameters(
    items: pd.DataFrame, path: str | os.PathLike[str], *, about: Mapping[str, Any]
) -> None:
    """Write a table of item parameters, whole or not at all.

    Parameters
    ----------
    items : pandas.DataFrame
        By item.
    path : path-like
        Ends in ``.csv``, ``.parquet`` or ``.json``.
    about : mapping
        What else a JSON file says; the tables have no room for it.

    Raises
    ------
    FileError
        If the ending is another one or the place cannot be written to.
    """
    table = items.reset_index()
    if Path(path).suffix.lower() != ".json":
        write_table(table, path)
        return
    rows = [row.dropna().to_dict() for _, row in table.iterrows()]
    text = json.dumps({**about, "parameters": rows}, ensure_ascii=False, indent=2)
    write_text(text + "\n", path)
