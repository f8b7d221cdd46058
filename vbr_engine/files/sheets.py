"""Tables that people upload or paste: CSV, Excel workbooks and lists of addresses, read safely.

What comes here may be hostile: nothing is believed before it has been measured, no more is kept
than the limits allow, and whatever is wrong is told in sentences.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import BinaryIO

from vbr_engine.errors import FileError
from vbr_engine.files.sheet_kinds import foreign, is_archive
from vbr_engine.files.sheet_rows import Gathering, Refused
from vbr_engine.files.sheet_text import decoded, read_text
from vbr_engine.files.whole import cannot
from vbr_engine.files.workbooks import read_workbook
from vbr_engine.intake.sheet import Limits, Sheet

__all__ = ["read_sheet"]

_LIMITS = Limits()


def read_sheet(
    content: bytes | str | os.PathLike[str] | BinaryIO,
    *,
    name: str = "",
    limits: Limits = _LIMITS,
    language: str = "en",
) -> Sheet:
    """Read a table that somebody uploaded or pasted.

    CSV may have commas, semicolons or tabs, and be UTF-8, UTF-16 or Windows-1252. Of a workbook
    the first visible sheet is read: dates as ISO, formulas by the result last stored, hidden rows
    left out. Text may also be addresses, one a line: ``Ana Beispiel <ana@example.org>``. What was
    guessed or left out stands in the sheet's notes; what is wrong with single cells in its
    problems.

    Parameters
    ----------
    content : bytes, str, path-like or binary file
        A string is text that was pasted, never a path.
    name : str
        The file's name, for messages.
    limits : Limits
        How much is read.
    language : {"en", "cy"}
        Of what is told.

    Returns
    -------
    Sheet

    Raises
    ------
    FileError
        If it cannot be read, is something else, is empty, or is too large.

    Examples
    --------
    >>> sheet = read_sheet("Name;Email\\nAna Beispiel;ana@example.org")
    >>> sheet.header, sheet.rows[0].cells
    (('Name', 'Email'), ('Ana Beispiel', 'ana@example.org'))
    >>> read_sheet(b"Name,Email", name="people.csv")
    Traceback (most recent call last):
    vbr_engine.errors.FileError: people.csv: it has a header but no row below it: add a row ...
    """
    if not name and isinstance(content, os.PathLike):
        name = Path(content).name
    gathering = Gathering(name, limits, language)
    try:
        kind = _read(content, gathering)
    except FileError:
        raise
    except Refused as error:
        problem = gathering.problem(error.rule, **error.values)
        raise FileError([*gathering.problems, problem]) from error
    except (ValueError, OverflowError, LookupError) as error:
        # What no rule foresees in a file that was made to upset us, such as absurd numbers.
        raise FileError([*gathering.problems, gathering.problem("damaged")]) from error
    return gathering.done(kind)


def _read(content: bytes | str | os.PathLike[str] | BinaryIO, gathering: Gathering) -> str:
    if isinstance(content, str):
        _check_size(len(content), gathering.limits)
        return read_text(content, gathering)
    held = _bytes(content, gathering.limits)
    if not held.strip():
        raise Refused("empty")
    if is_archive(held):
        return read_workbook(held, gathering)
    told = foreign(held)
    if told:
        raise Refused(told)
    text, (guessed, line) = decoded(held)
    if guessed:
        gathering.note(guessed, line=line)
    return read_text(text, gathering)


def _bytes(content: bytes | os.PathLike[str] | BinaryIO, limits: Limits) -> bytes:
    """Read no more than the limit and one byte."""
    if isinstance(content, os.PathLike):
        place = Path(content)
        try:
            with place.open("rb") as opened:
                held = opened.read(limits.bytes + 1)
        except OSError as error:
            raise cannot("read", place, error) from error
    elif isinstance(content, bytes | bytearray | memoryview):
        _check_size(len(content), limits)
        return bytes(content)
    else:
        held = _up_to(content, limits.bytes + 1)
    _check_size(len(held), limits)
    return held


def _up_to(opened: BinaryIO, most: int) -> bytes:
    """Read from what may give less than it was asked for."""
    held = io.BytesIO()
    while held.tell() < most and (chunk := opened.read(min(most - held.tell(), 1_048_576))):
        held.write(chunk)
    return held.getvalue()


def _check_size(length: int, limits: Limits) -> None:
    if length > limits.bytes:
        raise Refused("large", most=limits.bytes / 1_000_000)
