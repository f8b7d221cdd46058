"""Tables written as text: commas, semicolons or tabs, in the encodings that spreadsheets write."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from vbr_engine.files.formulas import restored
from vbr_engine.files.sheet_rows import LAST_ROW, Gathering, Refused
from vbr_engine.intake.sheet import Limits

__all__ = ["decoded", "read_text"]

_SEPARATORS = ",;\t|"
_NOTES = {";": "note-semicolons", "\t": "note-tabs", "|": "note-bars"}
_SAMPLE = 20
_SAMPLED = 65_536
_LONGEST_ROW = 1_000_000
_ADDRESS = re.compile(r"""["']?([^<>@\t"]*?)["']?\s*<\s*([^<>@\s]+@[^<>@\s]+)\s*>""")
_ALONE = re.compile(r"()<?([^<>@\s,;]+@[^<>@\s,;]+)>?")


def decoded(content: bytes) -> tuple[str, tuple[str, int]]:
    """Turn bytes into text, with the rule of what was guessed and the line where it showed.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    text : str
    guessed : (str, int)

    Raises
    ------
    Refused

    Examples
    --------
    >>> decoded("Zoë".encode("cp1252"))[0]
    'Zoë'
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _plain(_strict(content, encoding)), ("", 0)
    head = content[:4096]
    for encoding, silent in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if silent and silent.count(0) > 0.8 * len(silent):
            return _plain(_strict(content, encoding)), ("note-utf-16", 1)
    if b"\0" in content:
        return _plain(content.decode("latin-1")), ("", 0)
    try:
        return content.decode("utf-8"), ("", 0)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    return _strict(content, "cp1252"), ("note-windows", line)


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused("odd-text", line=line) from error


def _plain(text: str) -> str:
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise Refused("zero-byte", line=line)
    return text


def read_text(text: str, gathering: Gathering) -> str:
    """Read rows from text.

    Parameters
    ----------
    text : str
    gathering : Gathering
        Takes the rows.

    Returns
    -------
    str
        ``csv``, or ``lines`` for addresses one a line.

    Raises
    ------
    Refused
    """
    text = _plain(text).removeprefix("\ufeff")
    people = _addresses(text, gathering.limits)
    if people:
        gathering.take(0, ["Name", "Email"])
        for line, person in people:
            gathering.take(line, person)
        return "lines"
    first = text[:20].split("\n", 1)[0].strip().strip('"').lower()
    announced = re.fullmatch(r"sep=(.?)", first)
    separator = (announced[1] or "\t") if announced else _separator(text)
    if separator in _NOTES:
        gathering.note(_NOTES[separator])
    for line, cells in _records(text, separator, skip=1 if announced else 0):
        if line > LAST_ROW:
            raise Refused("many-rows", most=gathering.limits.rows)
        gathering.take(line, [restored(cell) for cell in cells])
    return "csv"


def _records(text: str, separator: str, *, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Number the rows as a spreadsheet does: a cell of several lines is one row."""
    lines = _Remembered(text)
    reader = csv.reader(lines, delimiter=separator)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number > skip:
                yield number, cells
            lines.begin_row()
    except csv.Error as error:
        raise Refused(_rule(error), line=number + 1) from error
    if _is_open(lines.since, separator):
        raise Refused("open-quote", line=number)


class _Remembered:
    """Lines of a text; keeps those of the row that is being read."""

    def __init__(self, text: str) -> None:
        self._lines = StringIO(text, newline="")
        self.since: list[str] = []
        self.ended = False
        self._length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._lines.readline()
        if not line:
            self.ended = True
            raise StopIteration
        self.since.append(line)
        self._length += len(line)
        if self._length > _LONGEST_ROW:
            raise csv.Error("field larger than what is read")
        return line

    def begin_row(self) -> None:
        """Forget the row before, unless it was the last."""
        if not self.ended:
            self.since, self._length = [], 0


def _is_open(lines: list[str], separator: str) -> bool:
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _rule(error: csv.Error) -> str:
    return "long-row" if "field larger" in str(error) else "no-table"


def _separator(text: str) -> str:
    """Take what gives most rows the same length, then the longest rows."""

    def merit(separator: str) -> tuple[bool, float, int]:
        try:
            reader = csv.reader(StringIO(text[:_SAMPLED], newline=""), delimiter=separator)
            widths = Counter(len(row) for row in islice(reader, _SAMPLE) if row)
        except csv.Error:
            return False, 0.0, 0
        width, alike = max(widths.items(), key=lambda found: found[::-1], default=(0, 0))
        return width > 1, alike / max(widths.total(), 1), width

    # A tie goes to the first, the comma.
    return max(_SEPARATORS, key=merit)


def _addresses(text: str, limits: Limits) -> list[tuple[int, list[str]]]:
    """Read ``Ana Beispiel <ana@example.org>``, one a line or with semicolons between.

    Returns nothing unless all that is there has this shape.
    """
    found: list[tuple[int, list[str]]] = []
    if "@" not in text[:_SAMPLED]:
        return found
    for line, words in enumerate(StringIO(text), start=1):
        for part in _parted(words):
            if len(found) > limits.rows:
                raise Refused("many-rows", most=limits.rows)
            match = _ADDRESS.fullmatch(part) or _ALONE.fullmatch(part)
            if match is None:
                return []
            found.append((line, [match[1].strip(), match[2]]))
    return found


def _parted(words: str) -> list[str]:
    parts = re.split(r"(?<=>)\s*[;,]|;", words) if "<" in words else re.split(r"[;,]", words)
    return [part.strip() for part in parts if part.strip()]
