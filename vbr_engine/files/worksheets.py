"""Cells of one worksheet as text: dates as ISO, numbers as typed, formulas by what they gave."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from openpyxl.utils.datetime import from_excel

from vbr_engine.files.sheet_rows import LAST_ROW, Gathering, Refused

__all__ = ["CellStyles", "Worksheet"]

_LAST_COLUMN = 16_384
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_MIDNIGHT = time(0)


@dataclass(frozen=True)
class CellStyles:
    """Which styles show a date, which show zeros in front, and where dates begin."""

    dates: frozenset[int]
    zeros: Mapping[int, int]
    epoch: datetime


class Worksheet:
    """Takes a worksheet element by element, and hands its rows over.

    Parameters
    ----------
    gathering : Gathering
    styles : CellStyles
    """

    def __init__(self, gathering: Gathering, styles: CellStyles) -> None:
        self._gathering = gathering
        self._styles = styles
        # A cell is its text, or the number of a shared string.
        self._rows: list[tuple[int, list[str | int]]] = []
        self._cells: list[str | int] = []
        self._hidden: list[int] = []
        self._formulas: list[int] = []
        self._merged: list[str] = []
        self._problems: list[tuple[int, int, str, str]] = []
        self._line = self._column = 0
        self._out_of_sight = self._inside = self._phonetic = False
        self._kind, self._style = "n", 0
        self._formula = False
        self._words: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Meet the beginning of an element."""
        if tag == "c":
            self._start_cell(attributes)
        elif tag in ("v", "t"):
            self._inside = not self._phonetic
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell" and len(self._merged) < 6:
            self._merged.append(attributes.get("ref", "")[:20])

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._line = int(given) if given.isascii() and given.isdigit() else self._line + 1
        if not 1 <= self._line <= LAST_ROW:
            raise Refused("damaged")
        self._out_of_sight = attributes.get("hidden") in ("1", "true") and bool(self._rows)
        self._cells, self._column = [], 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column(place) if place else self._column + 1
        if not 1 <= self._column <= _LAST_COLUMN:
            raise Refused("damaged")
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isascii() and style.isdigit() else 0
        self._formula = False
        self._words, self._length = [], 0

    def text(self, words: str) -> None:
        """Meet text; what is longer than a cell may be is counted, not kept."""
        if self._inside and self._length <= self._gathering.limits.cell:
            self._words.append(words)
            self._length += len(words)

    def end(self, tag: str) -> None:
        """Meet the end of an element."""
        if tag == "c":
            self._end_cell()
        elif tag in ("v", "t"):
            self._inside = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "row":
            self._end_row()

    def _end_cell(self) -> None:
        typed = "".join(self._words)
        value = self._value(typed) if typed else ""
        if self._formula:
            self._take_formula(typed)
        if value == "":
            return
        at = self._column - 1
        if at >= self._gathering.limits.columns:
            # A shared string may turn out to be blank: the gathering sees one column more.
            if isinstance(value, str) and value.strip() and not self._out_of_sight:
                raise Refused("many-columns", line=self._line, most=self._gathering.limits.columns)
            at = self._gathering.limits.columns
        self._cells.extend([""] * (at + 1 - len(self._cells)))
        self._cells[at] = value

    def _take_formula(self, typed: str) -> None:
        if self._out_of_sight:
            return
        if not typed and self._kind != "str":
            self._wrong("no-result")
        elif not self._formulas or self._formulas[-1] != self._line:
            self._formulas.append(self._line)

    def _wrong(self, rule: str, value: str = "") -> None:
        # A few more than are listed: the gathering counts the rest.
        if not self._out_of_sight and len(self._problems) < 10 * self._gathering.limits.told:
            self._problems.append((self._line, self._column - 1, rule, value))

    def _value(self, typed: str) -> str | int:
        kind = self._kind
        if kind == "s":
            return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else ""
        if kind in ("str", "inlineStr"):
            return unescaped(typed)
        if kind == "b":
            return "TRUE" if typed.strip() in ("1", "true") else "FALSE"
        if kind == "e":
            self._wrong("cell-error", typed[:20])
            return ""
        if kind == "d":
            return typed
        return self._number(typed)

    def _number(self, typed: str) -> str:
        try:
            number = float(typed)
        except ValueError:
            return typed
        if self._style in self._styles.dates:
            return self._moment(number)
        text = _as_typed(number, typed)
        return text.zfill(self._styles.zeros.get(self._style, 0)) if text.isdigit() else text

    def _moment(self, number: float) -> str:
        try:
            moment = from_excel(number, self._styles.epoch)
        except (ValueError, OverflowError, TypeError):
            self._wrong("no-date")
            return ""
        if isinstance(moment, datetime):
            seconds = moment.replace(microsecond=0)
            return (seconds.date() if seconds.time() == _MIDNIGHT else seconds).isoformat()
        if isinstance(moment, (date, time)):
            return moment.isoformat()
        return str(moment)

    def _end_row(self) -> None:
        if not any(cell != "" for cell in self._cells):
            return
        if self._out_of_sight:
            self._hidden.append(self._line)
            return
        if len(self._rows) > self._gathering.limits.rows:
            raise Refused("many-rows", most=self._gathering.limits.rows)
        self._rows.append((self._line, self._cells))

    def strings_used(self) -> set[int]:
        """Give the numbers of the shared strings that stand in cells."""
        return {cell for _, cells in self._rows for cell in cells if isinstance(cell, int)}

    def hand_over(self, strings: Mapping[int, str]) -> None:
        """Give every row to the gathering.

        Parameters
        ----------
        strings : mapping of int to str
            The shared strings.
        """
        plain = {number: unescaped(words) for number, words in strings.items()}
        for line, cells in self._rows:
            words = [plain.get(cell, "") if isinstance(cell, int) else cell for cell in cells]
            self._gathering.take(line, words)
        for line, at, rule, value in self._problems:
            self._gathering.tell(line, at, rule, value=value)
        self._note()

    def _note(self) -> None:
        gathering = self._gathering
        if self._hidden:
            gathering.note("note-hidden", rows=gathering.some_rows(self._hidden))
        if self._formulas:
            gathering.note("note-formulas", rows=gathering.some_rows(self._formulas))
        if self._merged:
            more = ", …" if len(self._merged) > 5 else ""
            gathering.note("note-merged", cells=", ".join(self._merged[:5]) + more)


def unescaped(text: str) -> str:
    """Read what a workbook writes for characters that XML cannot hold.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> unescaped("a_x005F_b")
    'a_b'
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_letter, text)


def _letter(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    # No text holds control characters or half a letter of UTF-16.
    return letter if letter.isprintable() or letter in "\t\n\r\u00a0" else ""


def _as_typed(number: float, typed: str) -> str:
    if not math.isfinite(number):
        return typed
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def _column(place: str) -> int:
    column = 0
    for letter in place[:4]:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column
