"""Rows of a table as they are gathered: trimmed, measured, and stopped at the limits."""

from __future__ import annotations

from collections.abc import Sequence

from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import shown
from vbr_engine.intake.sheet import Limits, Sheet, SheetRow, column_letters

__all__ = ["LAST_ROW", "Gathering", "TooMuch", "some_rows", "too_many_columns", "too_many_rows"]

LAST_ROW = 1_048_576  # of a spreadsheet
_TITLES = 2  # rows below the first that may belong to a title
_SPACE = " \t\r\n\v\f\u00a0\u2007\u202f\ufeff\u200b"


class TooMuch(ValueError):
    """There is more in it than is read."""


def too_many_rows(limits: Limits) -> TooMuch:
    """Say that there are more rows than are read."""
    return TooMuch(
        f"it has more than {limits.rows:,} rows: split it into files of at most {limits.rows:,}"
    )


def too_many_columns(line: int, limits: Limits) -> TooMuch:
    """Say that there are more columns than are read."""
    return TooMuch(f"row {line} has more than {limits.columns} columns: at most so many are read")


def some_rows(lines: Sequence[int], most: int = 5) -> str:
    """Name a few rows.

    Parameters
    ----------
    lines : sequence of int
    most : int

    Returns
    -------
    str

    Examples
    --------
    >>> some_rows([4]), some_rows([4, 9]), some_rows([1, 2, 3, 4, 5, 6, 7])
    ('row 4', 'rows 4, 9', 'rows 1, 2, 3, 4, 5 and 2 more')
    """
    named = ", ".join(str(line) for line in lines[:most])
    beyond = len(lines) - most
    more = f" and {beyond:,} more" if beyond > 0 else ""
    return f"row{'s' if len(lines) > 1 else ''} {named}{more}"


class Gathering:
    """Takes rows one by one and gives a sheet.

    Parameters
    ----------
    name : str
        The file's name.
    limits : Limits

    Examples
    --------
    >>> gathering = Gathering("people.csv", Limits())
    >>> gathering.take(1, ["Name", "Email"])
    >>> gathering.take(2, ["  Ana Beispiel "])
    >>> gathering.done("csv").rows
    (SheetRow(line=2, cells=('Ana Beispiel', '')),)
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = shown(name)
        self.limits = limits
        self.header: tuple[str, ...] = ()
        self.header_line = 0
        self.rows: list[SheetRow] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self._beyond = 0
        self._short: list[int] = []

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Take a row; an empty one is passed over.

        Raises
        ------
        TooMuch
        """
        trimmed = [cell.strip(_SPACE) for cell in cells]
        while trimmed and not trimmed[-1]:
            trimmed.pop()
        if not trimmed:
            return
        if len(trimmed) > self.limits.columns:
            raise too_many_columns(line, self.limits)
        for at, cell in enumerate(trimmed):
            if len(cell) > self.limits.cell:
                self._too_long(line, at, len(cell))
                trimmed[at] = ""
        if not self.header or self._was_a_title(trimmed):
            self.header, self.header_line = tuple(trimmed), line
            return
        if len(self.rows) == self.limits.rows:
            raise too_many_rows(self.limits)
        self._take_row(line, trimmed)

    def _was_a_title(self, cells: list[str]) -> bool:
        """Whether a few rows of one cell stood above the first row of several, and drop them."""
        if len(self.header) > 1 or len(self.rows) > _TITLES or sum(map(bool, cells)) < 2:
            return False
        above = [self.header[0], *(row.cells[0] for row in self.rows)]
        if any("@" in words for words in above):
            return False
        self.rows.clear()
        self._short.clear()
        told = f"row {self.header_line}" if len(above) == 1 else f"{len(above)} rows"
        self.notes.append(f"What stands at the top ({told}) was taken for a title and left out.")
        return True

    def _take_row(self, line: int, cells: list[str]) -> None:
        width = len(self.header)
        if len(cells) > width:
            message = f"this row has {len(cells)} cells, and the header has {width}"
            self.tell(line, None, f"{message}: is a comma inside a cell that is not in quotes?")
        elif len(cells) < width:
            self._short.append(line)
        self.rows.append(SheetRow(line, (*cells[:width], *[""] * (width - len(cells)))))

    def tell(self, line: int, at: int | None, message: str) -> None:
        """Note what is wrong with a cell (or, without `at`, with a row)."""
        if len(self.problems) == self.limits.told:
            self._beyond += 1
            return
        column = "" if at is None else self._column(at)
        self.problems.append(
            Problem(message=message, file=self.name, row=line, column=column, rule="cell")
        )

    def _column(self, at: int) -> str:
        return (self.header[at] if at < len(self.header) else "") or column_letters(at)

    def _too_long(self, line: int, at: int, length: int) -> None:
        most = self.limits.cell
        self.tell(line, at, f"this cell has {length:,} characters; at most {most:,} are read")

    def done(self, kind: str) -> Sheet:
        """Give the sheet.

        Raises
        ------
        FileError
            If there is no row below the header.
        """
        if not self.rows:
            message = "it is empty"
            if self.header:
                message = "it has a header but no row below it: add a row for each person"
            raise FileError([*self.problems, Problem(file=self.name, message=message)])
        if kind == "csv" and self._short:
            told = f"Fewer cells than the header: {some_rows(self._short)}."
            self.notes.append(f"{told} What is missing was read as empty.")
        if self._beyond:
            message = f"and {self._beyond:,} more problems of this kind"
            self.problems.append(Problem(message=message, file=self.name, rule="cell"))
        return Sheet(
            self.header,
            tuple(self.rows),
            tuple(self.notes),
            tuple(self.problems),
            kind,
            self.name,
            self.header_line,
        )
