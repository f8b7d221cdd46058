"""Tables on disk: CSV or Parquet, by the ending."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pandas as pd
from pyarrow import ArrowException

from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import cannot, check_place, replacing, shown

__all__ = ["check_writable", "csv_header", "ending_of", "read_table", "write_table"]

_ENDINGS = (".csv", ".parquet")
_WORKBOOKS = (".xlsx", ".xls", ".ods")
_OTHER_FILES = {
    b"PK\x03\x04": "this is a workbook or a zip archive; save the table as CSV (UTF-8)",
    b"\xd0\xcf\x11\xe0": "this is a workbook; save the table as CSV (UTF-8)",
    b"PAR1": "this is a Parquet file; its name should end in .parquet",
}


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table; its format comes from the ending, ``.csv`` or ``.parquet``.

    In CSV only an empty field is missing, and a column called ``sitting`` or ``item`` stays
    text, so that ``007`` and ``NA`` are names like any other.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileError
        If the file is not there, is not what its ending says, or names a column twice.
    """
    place = Path(path)
    ending = ending_of(place)
    try:
        return _read_csv(place) if ending == ".csv" else pd.read_parquet(place, engine="pyarrow")
    except (OSError, ValueError, ArrowException, csv.Error) as error:
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
    if ending not in _ENDINGS:
        message = "a table's name ends in .csv or .parquet"
        if ending in _WORKBOOKS and not writing:
            message += "; save the workbook as CSV (UTF-8) and give that"
        raise FileError([Problem(file=shown(place), message=message)])
    return ending


def _read_csv(place: Path) -> pd.DataFrame:
    header, _ = csv_header(place)
    frame = pd.read_csv(
        place,
        dtype={"sitting": str, "item": str},
        encoding="utf-8-sig",
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
    )
    if list(frame.columns) != header:
        raise ValueError("the header and the rows have different numbers of columns")
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("rows have more columns than the header")
    return frame


def csv_header(place: Path, *, separators: str = ",") -> tuple[list[str], str]:
    """Read the names of a CSV file's columns and say what stands between them.

    Parameters
    ----------
    place : path-like
    separators : str
        What may stand between columns: the first, unless the header is one column under it.

    Returns
    -------
    names : list of str
    separator : str

    Raises
    ------
    ValueError
        Where the names cannot be right.
    """
    with place.open("rb") as raw:
        told = _OTHER_FILES.get(raw.read(4))
    if told:
        raise ValueError(told)
    header, separator = _first_row(place, separators[0]), separators[0]
    for other in separators[1:]:
        if len(header) == 1 and other in header[0]:
            header, separator = _first_row(place, other), other
    _check_names(header)
    return header, separator


def _first_row(place: Path, separator: str) -> list[str]:
    with place.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.reader(opened, delimiter=separator)
        return next((row for row in rows if row), [])


def _check_names(header: list[str]) -> None:
    if not header:
        raise ValueError("No columns: the file is empty")
    if "" in header:
        place = header.index("") + 1
        raise ValueError(f"column {place} has no name; if it numbers the rows, leave it out")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ValueError(f"columns named twice: {', '.join(twice)}")
    if len(header) == 1 and ";" in header[0]:
        raise ValueError("columns are separated by semicolons; save it with commas")
