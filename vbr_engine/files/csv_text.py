"""How a CSV file is written: its encoding, what stands between columns, and what it is instead.

What had to be guessed is told once, through the logger of this package, so that a reading that
went wrong can be noticed. What cannot be read as a table is refused with a sentence.
"""

from __future__ import annotations

import codecs
import csv
import logging
import os
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import shown

__all__ = ["CsvText", "foreign_file", "look_at_csv", "ragged_rows", "tell"]

LISTED = 1000  # rows of a wrong length that are written out

_LOG = logging.getLogger(__name__)
_SEPARATORS = ",;\t|"
_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright bars"}
_SAMPLE = 20  # rows that decide what stands between columns
_BYTES = 2**20
_EXCEL = "this is an Excel workbook: save it as CSV (UTF-8)"
_SHEET = "this is a spreadsheet, not a table of text: save it as CSV (UTF-8)"
_BEGINNINGS = {
    b"\xd0\xcf\x11\xe0": _EXCEL,
    b"PAR1": "this is a Parquet file; its name should end in .parquet",
    b"\x1f\x8b": "this is a compressed file: unpack it first",
    b"%PDF": "this is a PDF document, not a table",
    b"\x28\xb5\x2f\xfd": "this is a compressed file: unpack it first",
}


@dataclass(frozen=True)
class CsvText:
    """How a CSV file is written.

    Parameters
    ----------
    encoding : str
        As Python names it.
    separator : str
        What stands between columns.
    skipped : int
        Lines before the header: Excel's ``sep=;``.
    names : tuple of str
        The header.
    """

    encoding: str
    separator: str
    skipped: int
    names: tuple[str, ...]


def tell(place: Path, message: str) -> None:
    """Say what was guessed about a file, on standard error unless logging is set up otherwise."""
    _LOG.warning("%s: %s", shown(place), message)


def foreign_file(place: Path) -> str:
    """Say what a file is that is neither CSV nor Parquet, going by its first bytes.

    Parameters
    ----------
    place : path-like

    Returns
    -------
    str
        A sentence, or nothing.
    """
    with place.open("rb") as raw:
        head = raw.read(4)
    if head[:2] == b"PK":
        return _packed(place)
    return next((told for start, told in _BEGINNINGS.items() if head.startswith(start)), "")


def _packed(place: Path) -> str:
    try:
        with zipfile.ZipFile(place) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "this is an Excel workbook or a zip archive, damaged: save the table as CSV (UTF-8)"
    if any(name.startswith("xl/") for name in names):
        return _EXCEL
    if "mimetype" in names and "content.xml" in names:
        return _SHEET
    return "this is a zip archive: unpack it first"


def look_at_csv(place: Path) -> CsvText:
    """Find how a CSV file is written, and tell what was guessed.

    Parameters
    ----------
    place : path-like

    Returns
    -------
    CsvText

    Raises
    ------
    FileError
        With every name of a column that cannot be right, and the rows of a wrong length.
    ValueError
        If it is no text, or has no header.
    """
    foreign = foreign_file(place)
    if foreign:
        raise ValueError(foreign)
    encoding, guessed = _encoding(place)
    skipped, separator = _announced(place, encoding)
    if not separator:
        separator = _separator(place, encoding)
    text = CsvText(encoding, separator, skipped, _header(place, encoding, separator, skipped))
    problems = [*_wrong_names(text.names)]
    if problems:
        problems += ragged_rows(place, text)
        raise FileError(
            Problem(file=shown(place), line=one.line, row=one.row, message=one.message)
            for one in problems
        )
    if separator != "," and len(text.names) > 1:
        guessed.append(f"columns are separated by {_WORDS.get(separator, separator)}")
    if guessed:
        tell(place, f"{'; '.join(guessed)}.")
    return text


def _encoding(place: Path) -> tuple[str, list[str]]:
    with place.open("rb") as raw:
        head = raw.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        _decoded(place, "utf-8-sig")
        return "utf-8-sig", []
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _decoded(place, "utf-16")
        return "utf-16", []
    for encoding, silent in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if silent and silent.count(0) > 0.8 * len(silent):
            _decoded(place, encoding)
            return encoding, ["read as UTF-16"]
    _no_zero_bytes(place)
    try:
        _decoded(place, "utf-8")
    except UnicodeDecodeError as error:
        line = _line_at(place, error.start)
        try:
            _decoded(place, "cp1252")
        except UnicodeDecodeError:
            raise ValueError(
                f"it is not UTF-8 text (see line {line}); save it as CSV (UTF-8)"
            ) from None
        return "cp1252", [f"it is not UTF-8 (see line {line}) and was read as Windows-1252"]
    return "utf-8", []


def _chunks(place: Path) -> Iterator[bytes]:
    with place.open("rb") as raw:
        while chunk := raw.read(_BYTES):
            yield chunk


def _decoded(place: Path, encoding: str) -> None:
    """Raise UnicodeDecodeError, whose start is the place in the file, for bytes that cannot be."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    for chunk in _chunks(place):
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            error.start += read - kept
            raise
        read += len(chunk)
    decoder.decode(b"", final=True)


def _no_zero_bytes(place: Path) -> None:
    read = 0
    for chunk in _chunks(place):
        at = chunk.find(b"\0")
        if at >= 0:
            line = _line_at(place, read + at)
            raise ValueError(f"line {line} holds a zero byte: this is no text, or it is damaged")
        read += len(chunk)


def _line_at(place: Path, byte: int) -> int:
    with place.open("rb") as raw:
        return 1 + raw.read(max(byte, 0)).count(b"\n")


def _opened(place: Path, encoding: str) -> TextIO:
    return place.open(encoding=encoding, newline="")


def _announced(place: Path, encoding: str) -> tuple[int, str]:
    """Read the line ``sep=;`` that Excel understands."""
    with _opened(place, encoding) as text:
        first = text.readline(20).strip().strip('"')
    if len(first) == len("sep=") + 1 and first.lower().startswith("sep="):
        return 1, first[-1]
    return (1, "\t") if first.lower() == "sep=" else (0, "")


def _separator(place: Path, encoding: str) -> str:
    """Take what gives most rows the length of the header, then the longest header."""

    def merit(separator: str) -> tuple[bool, float, int]:
        with _opened(place, encoding) as text:
            found = [row for row in islice(csv.reader(text, delimiter=separator), _SAMPLE) if row]
        width = len(found[0]) if found else 0
        alike = sum(len(row) == width for row in found) / max(len(found), 1)
        return width > 1, alike, width

    # A tie goes to the first, the comma.
    return max(_SEPARATORS, key=merit)


def _header(place: Path, encoding: str, separator: str, skipped: int) -> tuple[str, ...]:
    with _opened(place, encoding) as text:
        rows = csv.reader(text, delimiter=separator)
        row = next((row for at, row in enumerate(rows) if row and at >= skipped), [])
    if not row:
        raise ValueError("No columns: the file is empty")
    return tuple(row)


def _wrong_names(names: tuple[str, ...]) -> Iterator[Problem]:
    for at, name in enumerate(names, start=1):
        if not name.strip():
            message = f"column {at} has no name; if it numbers the rows, leave it out"
            yield Problem(message=message)
    twice = [name for name, times in Counter(names).items() if times > 1 and name.strip()]
    if twice:
        yield Problem(message=f"columns named twice: {', '.join(sorted(twice))}")


def ragged_rows(place: str | os.PathLike[str], text: CsvText) -> list[Problem]:
    """List the rows that have more or fewer cells than the header, with their lines.

    Parameters
    ----------
    place : path-like
    text : CsvText

    Returns
    -------
    list of Problem
        At most a thousand; the rest are counted in the last.
    """
    problems: list[Problem] = []
    width, beyond = len(text.names), 0
    with _opened(Path(place), text.encoding) as opened:
        reader = csv.reader(opened, delimiter=text.separator)
        told = (row for at, row in enumerate(reader) if row and at >= text.skipped)
        for number, row in enumerate(told):
            if len(row) == width:
                continue
            if len(problems) == LISTED:
                beyond += 1
                continue
            message = f"expected {width} cells, as in the header, got {len(row)}"
            line = reader.line_num
            problems.append(Problem(file=shown(place), line=line, row=number, message=message))
    if beyond:
        message = f"and {beyond:,} more rows of a wrong length"
        problems.append(Problem(file=shown(place), message=message))
    return problems
