"""A table as people keep it: a header and rows of text, with the row numbers they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from vbr_engine.errors import Problem

__all__ = ["Limits", "Sheet", "SheetRow", "column_letters"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read from a file that somebody uploads.

    Parameters
    ----------
    rows, columns : int
        Below the header, and across.
    cell : int
        Characters in one cell.
    bytes : int
        Of the file as it came.
    uncompressed : int
        Bytes of everything inside a workbook, which is a compressed archive.
    told : int
        Problems of single cells that are listed; the rest are counted.

    Examples
    --------
    >>> Limits(rows=500).columns
    60
    """

    rows: int = 20_000
    columns: int = 60
    cell: int = 5_000
    bytes: int = 10_000_000
    uncompressed: int = 100_000_000
    told: int = 100


class SheetRow(NamedTuple):
    """One row: its number as a spreadsheet shows it, and as many cells as the header."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table that has been read.

    Parameters
    ----------
    header : tuple of str
        The first row that is not empty.
    rows : tuple of SheetRow
        Empty rows are left out.
    notes : tuple of str
        What had to be guessed or was left out, in sentences.
    problems : tuple of Problem
        Of single cells and rows, by row and column.
    format : {"csv", "xlsx", "lines"}
    name : str
        The file's name as it was given.
    header_line : int
        Row number of the header.

    Examples
    --------
    >>> Sheet(("Name",), (SheetRow(2, ("Ana Beispiel",)),)).rows[0].line
    2
    """

    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    format: str = "csv"
    name: str = ""
    header_line: int = 1


def column_letters(place: int) -> str:
    """Name a column as a spreadsheet does.

    Parameters
    ----------
    place : int
        From 0.

    Returns
    -------
    str

    Examples
    --------
    >>> column_letters(0), column_letters(26)
    ('A', 'AA')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
