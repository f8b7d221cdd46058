"""The first visible sheet of an Excel workbook (.xlsx), read as a stream."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from datetime import datetime

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from vbr_engine.files.sheet_kinds import opened_archive
from vbr_engine.files.sheet_rows import Gathering, Refused
from vbr_engine.files.worksheets import CellStyles, Worksheet
from vbr_engine.files.xml_streams import Parts, local

__all__ = ["read_workbook"]

_MOST_STYLES = 70_000
# Dates in the languages of East Asia, which openpyxl's table leaves out.
_MORE_DATES = frozenset({*range(27, 37), *range(50, 59)})


def read_workbook(content: bytes, gathering: Gathering) -> str:
    """Read the rows of the first visible sheet.

    Parameters
    ----------
    content : bytes
    gathering : Gathering
        Takes the rows.

    Returns
    -------
    str
        ``xlsx``.

    Raises
    ------
    Refused
    """
    with opened_archive(content) as archive:
        parts = Parts(archive, gathering.limits.uncompressed)
        book = _Book(_main_part(parts))
        book.read(parts)
        part = _first_sheet(book, parts, gathering)
        styles = _styles(parts, book)
        sheet = Worksheet(gathering, styles)
        parts.stream(part, sheet.start, sheet.end, sheet.text)
        strings = _Strings(sheet.strings_used(), gathering.limits.cell)
        if strings.wanted and book.strings_part(parts):
            parts.stream(book.strings_part(parts), strings.start, strings.end, strings.text)
        sheet.hand_over(strings.found)
    return "xlsx"


def _main_part(parts: Parts) -> str:
    found = [
        target
        for kind, _, target in _relations(parts, "_rels/.rels", "")
        if kind == "officeDocument" and target in parts.names
    ]
    main = found[0] if found else "xl/workbook.xml"
    if main not in parts.names:
        raise Refused("not-workbook")
    return main


def _relations(parts: Parts, name: str, folder: str) -> list[tuple[str, str, str]]:
    """List kind, id and target."""
    found: list[tuple[str, str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            place = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found.append((kind, attributes.get("Id", ""), place))

    if name in parts.names:
        parts.stream(name, start)
    return found


@dataclass
class _Book:
    """What the workbook part says."""

    part: str
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    epoch: datetime = CALENDAR_WINDOWS_1900
    relations: list[tuple[str, str, str]] = field(default_factory=list)

    def read(self, parts: Parts) -> None:
        parts.stream(self.part, self._start)
        folder, name = posixpath.split(self.part)
        self.relations = _relations(parts, f"{folder}/_rels/{name}.rels".lstrip("/"), folder)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = CALENDAR_MAC_1904
        if tag == "sheet":
            ids = [
                value for name, value in attributes.items() if local(name) == "id" and "}" in name
            ]
            visible = attributes.get("state", "visible") == "visible"
            self.sheets.append((attributes.get("name", ""), ids[0] if ids else "", visible))

    def of_kind(self, parts: Parts, kind: str) -> list[tuple[str, str]]:
        return [
            (name, target)
            for found, name, target in self.relations
            if found == kind and target in parts.names
        ]

    def strings_part(self, parts: Parts) -> str:
        usual = posixpath.join(posixpath.dirname(self.part), "sharedStrings.xml")
        related = [target for _, target in self.of_kind(parts, "sharedStrings")]
        return related[0] if related else usual if usual in parts.names else ""


def _first_sheet(book: _Book, parts: Parts, gathering: Gathering) -> str:
    worksheets = dict(book.of_kind(parts, "worksheet"))
    seen = [
        (name, worksheets[key]) for name, key, shown in book.sheets if shown and key in worksheets
    ]
    if not seen:
        raise Refused("no-sheet")
    if len(seen) > 1:
        others = ", ".join(f"“{name[:60]}”" for name, _ in seen[1:4])
        gathering.note("note-sheet", first=seen[0][0][:60], others=others)
    return seen[0][1]


def _styles(parts: Parts, book: _Book) -> CellStyles:
    codes: dict[int, str] = dict(BUILTIN_FORMATS)
    formats: list[int] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt" and len(codes) < _MOST_STYLES:
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside and len(formats) < _MOST_STYLES:
            formats.append(_number(attributes.get("numFmtId")))

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    for _, part in book.of_kind(parts, "styles")[:1]:
        parts.stream(part, start, end)
    dates = {
        at
        for at, number in enumerate(formats)
        if number in _MORE_DATES or is_date_format(codes.get(number))
    }
    zeros = {
        at: len(codes[number])
        for at, number in enumerate(formats)
        if re.fullmatch("0{2,20}", codes.get(number, ""))
    }
    return CellStyles(frozenset(dates), zeros, book.epoch)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


class _Strings:
    """The shared strings that the sheet uses; the others are passed over."""

    def __init__(self, wanted: set[int], longest: int) -> None:
        self.wanted = wanted
        self.found: dict[int, str] = {}
        self._longest = longest
        self._at = -1
        self._inside = self._phonetic = False
        self._words: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._at += 1
            self._words, self._length = [], 0
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "t":
            self._inside = not self._phonetic and self._at in self.wanted

    def text(self, words: str) -> None:
        if self._inside and self._length <= self._longest:
            self._words.append(words)
            self._length += len(words)

    def end(self, tag: str) -> None:
        if tag == "t":
            self._inside = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si" and self._at in self.wanted:
            self.found[self._at] = "".join(self._words)
