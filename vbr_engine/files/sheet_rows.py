"""Rows of a table as they are gathered: trimmed, measured, and stopped at the limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import shown
from vbr_engine.intake.sheet import Limits, Sheet, SheetRow, column_letters
from vbr_engine.intake.words import say

__all__ = ["LAST_ROW", "Gathering", "Refused", "some_rows"]

LAST_ROW = 1_048_576  # of a spreadsheet
_TITLES = 2  # rows below the first that may belong to a title
_SPACE = " \t\r\n\v\f\u00a0\u2007\u202f\ufeff\u200b"


class Refused(ValueError):
    """A file is not read, by the rule whose sentence says why.

    Parameters
    ----------
    rule : str
        Of ``words.yaml``.
    **values
        What its sentence leaves open.
    """

    def __init__(self, rule: str, **values: Any) -> None:
        self.rule = rule
        self.values = values
        super().__init__(say(rule, "en", **values))


def some_rows(lines: Sequence[int], language: str = "en", most: int = 5) -> str:
    """Name a few rows.

    Parameters
    ----------
    lines : sequence of int
    language : {"en", "cy"}
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
    some = say("one-row" if len(lines) == 1 else "some-rows", language, lines=named)
    beyond = len(lines) - most
    return say("many-more", language, some=some, count=beyond) if beyond > 0 else some


class Gathering:
    """Takes rows one by one and gives a sheet.

    Parameters
    ----------
    name : str
        The file's name.
    limits : Limits
    language : {"en", "cy"}
        Of what is told.

    Examples
    --------
    >>> gathering = Gathering("people.csv", Limits())
    >>> gathering.take(1, ["Name", "Email"])
    >>> gathering.take(2, ["  Ana Beispiel "])
    >>> gathering.done("csv").rows
    (SheetRow(line=2, cells=('Ana Beispiel', '')),)
    """

    def __init__(self, name: str, limits: Limits, language: str = "en") -> None:
        self.language = language
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
        Refused
        """
        trimmed = [cell.strip(_SPACE) for cell in cells]
        while trimmed and not trimmed[-1]:
            trimmed.pop()
        if not trimmed:
            return
        if len(trimmed) > self.limits.columns:
            raise Refused("many-columns", line=line, most=self.limits.columns)
        for at, cell in enumerate(trimmed):
            if len(cell) > self.limits.cell:
                self._too_long(line, at, len(cell))
                trimmed[at] = ""
        if not self.header or self._was_a_title(trimmed):
            self.header, self.header_line = tuple(trimmed), line
            return
        if len(self.rows) == self.limits.rows:
            raise Refused("many-rows", most=self.limits.rows)
        self._take_row(line, trimmed)

    def _was_a_title(self, cells: list[str]) -> bool:
        """Whether a few rows of one cell stood above the first row of several, and drop them."""
        if len(self.header) > 1 or len(self.rows) > _TITLES or sum(map(bool, cells)) < 2:
            return False
        above = [(self.header_line, self.header[0])]
        above += [(row.line, row.cells[0]) for row in self.rows]
        if any("@" in words for _, words in above):
            return False
        self.rows.clear()
        self._short.clear()
        self.note("note-title", rows=self.some_rows([line for line, _ in above]))
        return True

    def _take_row(self, line: int, cells: list[str]) -> None:
        width = len(self.header)
        if len(cells) > width:
            self.tell(line, None, "ragged", cells=len(cells), width=width)
        elif len(cells) < width:
            self._short.append(line)
        self.rows.append(SheetRow(line, (*cells[:width], *[""] * (width - len(cells)))))

    def note(self, rule: str, **values: Any) -> None:
        """Note what was guessed or left out."""
        self.notes.append(say(rule, self.language, **values))

    def some_rows(self, lines: Sequence[int]) -> str:
        """Name a few rows."""
        return some_rows(lines, self.language)

    def tell(self, line: int, at: int | None, rule: str, **values: Any) -> None:
        """Note what is wrong with a cell (or, without `at`, with a row)."""
        if len(self.problems) == self.limits.told:
            self._beyond += 1
            return
        column = "" if at is None else self._column(at)
        self.problems.append(self.problem(rule, row=line, column=column, **values))

    def problem(
        self, rule: str, *, row: int | None = None, column: str = "", **values: Any
    ) -> Problem:
        """Make a problem of this file."""
        message = say(rule, self.language, **values)
        return Problem(message=message, file=self.name, row=row, column=column, rule=rule)

    def _column(self, at: int) -> str:
        return (self.header[at] if at < len(self.header) else "") or column_letters(at)

    def _too_long(self, line: int, at: int, length: int) -> None:
        self.tell(line, at, "long-cell", length=length, most=self.limits.cell)

    def done(self, kind: str) -> Sheet:
        """Give the sheet.

        Raises
        ------
        FileError
            If there is no row below the header.
        """
        if not self.rows:
            rule = "header-only" if self.header else "empty"
            raise FileError([*self.problems, self.problem(rule)])
        if kind == "csv" and self._short:
            self.note("note-short", rows=self.some_rows(self._short))
        if self._beyond:
            self.problems.append(self.problem("more-problems", count=self._beyond))
        return Sheet(
            self.header,
            tuple(self.rows),
            tuple(self.notes),
            tuple(self.problems),
            kind,
            self.name,
            self.header_line,
        )
