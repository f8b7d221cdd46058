"""Tables that people download: CSV and Excel workbooks in which nothing runs as a formula."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from vbr_engine.files.formulas import is_formula_like, neutralised
from vbr_engine.intake.template import example_rows, template_header, template_notes

__all__ = ["SHEET_FORMATS", "people_template", "write_sheet"]

SHEET_FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Formats that can be written, with their media types."""

_LONGEST = 32_767  # characters in a cell of a workbook
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_IN_TITLE = re.compile(r"[\\*?:/\[\]\x00-\x1f]")
_WIDEST, _NARROWEST = 60, 10


def write_sheet(
    rows: Iterable[Sequence[Any]],
    *,
    header: Sequence[str],
    format: str = "csv",
    title: str = "",
) -> bytes:
    """Write a table that a spreadsheet program opens and none of whose cells it runs.

    CSV is UTF-8 with a mark for Excel, and each text is in quotes; text that would be a formula
    has an apostrophe before it, which `read_sheet` takes away again. In a workbook such text is
    marked as text, and stays as it is. Numbers stay numbers, also below 0.

    Parameters
    ----------
    rows : iterable of sequences
        Text, numbers, truths, dates or None; they may come one by one.
    header : sequence of str
    format : {"csv", "xlsx"}
    title : str
        Of the workbook's sheet.

    Returns
    -------
    bytes

    Examples
    --------
    >>> write_sheet([["=1+1", -3]], header=["Name", "Change"]).decode("utf-8-sig")
    '"Name","Change"\\r\\n"\\'=1+1",-3\\r\\n'
    """
    if format not in SHEET_FORMATS:
        raise ValueError(f"format: expected csv or xlsx, got {format!r}")
    if format == "csv":
        return _csv([header], rows)
    book = Workbook(write_only=True)
    _add_sheet(book, title or "Table", header, rows)
    return _saved(book)


def people_template(format: str = "xlsx", language: str = "en") -> bytes:
    """Write the table that people fill in: headings and two examples, which are passed over.

    Parameters
    ----------
    format : {"csv", "xlsx"}
        A workbook has a second sheet that says what each column is for.
    language : {"en", "cy"}

    Returns
    -------
    bytes

    Examples
    --------
    >>> people_template("csv").decode("utf-8-sig").splitlines()[0][:31]
    '"Name","Email","Mobile","Langua'
    """
    header, rows = template_header(language), example_rows(language)
    if format != "xlsx":
        return write_sheet(rows, header=header, format=format)
    book = Workbook(write_only=True)
    _add_sheet(book, "Pobl" if language == "cy" else "People", header, rows, text_below=True)
    notes = template_notes(language)
    _add_sheet(book, "Nodiadau" if language == "cy" else "Notes", notes[0], notes[1:])
    return _saved(book)


def _csv(header: Iterable[Sequence[str]], rows: Iterable[Sequence[Any]]) -> bytes:
    written = io.StringIO(newline="")
    # In quotes, so that a semicolon inside a cell begins no cell where semicolons part columns.
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    for part in (header, rows):
        writer.writerows([_csv_cell(value) for value in row] for row in part)
    return written.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> Any:
    value = _simple(value)
    if isinstance(value, str):
        return neutralised(_UNWRITABLE.sub("", value))
    return value.isoformat() if isinstance(value, date) else value


def _simple(value: Any) -> Any:
    """Give text, a number or a date for anything."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if isinstance(value, int | float | Decimal | date):
        return value
    if hasattr(value, "item"):  # a number of numpy
        return _simple(value.item())
    return str(value)


def _add_sheet(
    book: Any,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    text_below: bool = False,
) -> None:
    sheet = book.create_sheet(_IN_TITLE.sub(" ", title)[:31].strip("' ") or "Table")
    sheet.freeze_panes = "A2"
    for at, heading in enumerate(header, start=1):
        column = sheet.column_dimensions[get_column_letter(at)]
        column.width = min(max(len(heading) + 4, _NARROWEST, 24 if at < 3 else 0), _WIDEST)
        if text_below:
            column.number_format = "@"  # a phone number keeps its first 0
    bold = Font(bold=True)
    sheet.append([_workbook_cell(sheet, heading, font=bold) for heading in header])
    for row in rows:
        sheet.append([_workbook_cell(sheet, value, as_text=text_below) for value in row])


def _workbook_cell(sheet: Any, value: Any, *, font: Any = None, as_text: bool = False) -> Any:
    value = _simple(value)
    if value == "":
        return None
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.replace(tzinfo=None)  # a workbook knows no time zones
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        _set_text(cell, value)
    else:
        cell.value = value
    if isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd"
    if as_text:
        cell.number_format = "@"
    if font is not None:
        cell.font = font
    return cell


def _set_text(cell: Any, text: str) -> None:
    plain = _LOOKS_ESCAPED.sub("_x005F_", _UNWRITABLE.sub("", text))[:_LONGEST]
    # Set past openpyxl's guessing, which would make a formula of =1+1.
    cell._value = plain.replace("\r", "_x000D_")
    cell.data_type = "s"
    if is_formula_like(text):
        cell.quotePrefix = True


def _saved(book: Any) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
