"""Tables on disk: CSV or Parquet, by the ending."""

from __future__ import annotations

import csv
import os
from collections import Counter
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
from pyarrow.parquet import ParquetFile

from vbr_engine.errors import FileError, Problem
from vbr_engine.files.csv_columns import typed_column
from vbr_engine.files.csv_text import foreign_file, look_at_csv, ragged_rows, tell
from vbr_engine.files.whole import cannot, check_place, replacing, shown

__all__ = [
    "check_parquet",
    "check_readable",
    "check_writable",
    "ending_of",
    "read_table",
    "write_table",
]

_ENDINGS = (".csv", ".parquet")
_OTHER_TEXT = (".tsv", ".txt")  # read as CSV, whatever stands between the columns
_WORKBOOKS = {
    ".xlsx": "an Excel workbook",
    ".xlsm": "an Excel workbook",
    ".xls": "an Excel workbook",
    ".ods": "a spreadsheet",
}
_NAMES = ("sitting", "item", "application", "provider")  # columns that stay text


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table; its format comes from the ending, ``.csv`` or ``.parquet``.

    In CSV an empty field is missing, and so is ``NA`` (as R writes it) among numbers; a column
    called ``sitting``, ``item``, ``application`` or ``provider`` stays text, so that ``007`` and
    ``NA`` are names like any other. Semicolons or tabs between columns, decimal commas, UTF-16 and
    Windows-1252 are read; what had to be guessed is told once by the logger ``vbr_engine.files``.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileError
        If the file is not there, is not what its ending says, names a column twice, or has rows
        of a wrong length.
    """
    place = Path(path)
    read = _read_csv if ending_of(place) == ".csv" else _read_parquet
    try:
        check_readable(place)
        return read(place)
    except (OSError, ValueError, pa.ArrowException, csv.Error) as error:
        raise cannot("read", place, error) from error


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table whole or not at all; its format comes from the ending.

    Parameters
    ----------
    frame : pandas.DataFrame
        The index is not written.
    path : path-like
        Ends in ``.csv`` or ``.parquet``.

    Raises
    ------
    FileError
        If the ending is another one or the place cannot be written to.
    """
    place = Path(path)
    ending = ending_of(place, writing=True)
    with replacing(place) as target:
        if ending == ".csv":
            frame.to_csv(target, index=False, lineterminator="\n")
        else:
            frame.to_parquet(target, engine="pyarrow", index=False)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise FileError if a table could not be written there; ask before long work, not after it.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``, in a folder that is there and may be written to.

    Raises
    ------
    FileError
    """
    place = Path(path)
    ending_of(place, writing=True)
    check_place(place)


def ending_of(place: Path, *, writing: bool = False) -> str:
    """Give a table's ending, in small letters, or raise FileError for one that is no table's."""
    ending = place.suffix.lower()
    if ending in _OTHER_TEXT and not writing:
        return ".csv"
    if ending not in _ENDINGS:
        message = "a table's name ends in .csv or .parquet"
        if ending in _WORKBOOKS and not writing:
            message = f"this is {_WORKBOOKS[ending]}: save it as CSV (UTF-8)"
        raise FileError([Problem(file=shown(place), message=message)])
    return ending


def check_readable(place: Path) -> None:
    """Raise OSError or ValueError for what is no file to read from."""
    if place.is_dir():
        raise IsADirectoryError("Is a directory: give the name of a file")
    if place.exists() and not place.is_file():
        raise ValueError("it is no file")


def check_parquet(place: Path) -> None:
    """Raise ValueError, with what it is, for a file that does not begin as Parquet does."""
    with place.open("rb") as raw:
        head = raw.read(4)
    if head == b"PAR1":
        return
    told = foreign_file(place) if head else "it is empty"
    raise ValueError(f"it is not a Parquet file, or not all of one: {told or 'is it CSV?'}")


def _read_csv(place: Path) -> pd.DataFrame:
    text = look_at_csv(place)
    try:
        # A quoted cell may hold a line break.
        table = pyarrow.csv.read_csv(
            place,
            read_options=pyarrow.csv.ReadOptions(encoding=text.encoding, skip_rows=text.skipped),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=text.separator, newlines_in_values=True
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(text.names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        ragged = ragged_rows(place, text)
        raise (FileError(ragged) if ragged else error) from error
    return _typed(place, table)


def _typed(place: Path, table: pa.Table) -> pd.DataFrame:
    names = [str(name).strip() for name in table.column_names]
    columns = {
        name: column if name.lower() in _NAMES else typed_column(name, column, partial(tell, place))
        for name, column in zip(names, table.columns, strict=True)
    }
    frame: pd.DataFrame = pa.table(columns).to_pandas()
    return frame


def _read_parquet(place: Path) -> pd.DataFrame:
    check_parquet(place)
    table = ParquetFile(place).read()
    names = Counter(table.column_names)
    problems = [
        Problem(file=shown(place), column=name, message="this column's name is used more than once")
        for name, times in names.items()
        if times > 1
    ]
    problems += [
        Problem(
            file=shown(place), column=one.name, message=f"expected one value a cell: {one.type}"
        )
        for one in table.schema
        if pa.types.is_nested(one.type)
    ]
    if problems:
        raise FileError(problems)
    kept = [name for name in names if not name.startswith("__index_level_")]
    frame: pd.DataFrame = table.select(kept).to_pandas(ignore_metadata=True)
    return frame
