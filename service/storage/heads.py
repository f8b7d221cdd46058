"""The heads of the ledger, kept outside the database: one line for each commit, itself chained.

Whoever can change the database but not this file cannot take back, replace or roll back what was
anchored. It is worth copying to another machine: a line is never changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from service.storage.cipher import Cipher
from service.storage.columns import Moment

__all__ = ["Anchor", "Head", "Heads", "HeadsFile"]

START = "0" * 64
TAIL = 8192
_NO_DIALECT: Any = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a provider's chain, and the first that came with it."""

    provider_id: str
    first: int
    number: int
    mac: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line of the file; `late` if it was written at a start and not with its commit."""

    line: int
    provider_id: str
    first: int
    number: int
    mac: str
    at: str
    late: bool
    code: str

    @property
    def text(self) -> str:
        """What the code is computed over, besides the code before."""
        parts = (self.line, self.provider_id, self.first, self.number, self.mac, self.at, self.late)
        return json.dumps(parts, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class HeadsFile:
    """What the file holds: its sound lines, and what is wrong with the others."""

    anchors: tuple[Anchor, ...]
    problems: tuple[str, ...]
    cut_lines: tuple[int, ...]
    exists: bool


class Heads:
    """The file of heads. Only who holds the write gate may append."""

    def __init__(self, path: Path, cipher: Cipher) -> None:
        self.path = path
        self._cipher = cipher

    def append(self, heads: Iterable[Head], *, at: datetime, late: bool = False) -> None:
        """Append a line for each head, durably.

        Raises
        ------
        OSError
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        is_new = not self.path.exists()
        descriptor = os.open(self.path, flags, 0o600)
        try:
            last, whole = _last(descriptor)
            os.write(descriptor, self._lines(heads, last, whole, at=at, late=late))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self.path.parent)

    def content(self) -> bytes | None:
        """Return the file as it is; None if there is none."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None

    def read(self, content: bytes | None) -> HeadsFile:
        """Read every line and check its code."""
        if content is None:
            return HeadsFile((), (), (), False)
        return self._checked(content.split(b"\n"))

    def _checked(self, lines: list[bytes]) -> HeadsFile:
        anchors: list[Anchor] = []
        problems, cut = [], []
        expected, previous = 1, START
        for place, line in enumerate(lines, start=1):
            if not line:
                continue
            anchor = _anchor(line)
            if anchor is None:
                cut.append(place)
                continue
            if anchor.line != expected:
                problems.append(_gap(place, expected, anchor.line))
            elif anchor.code != self._cipher.link(previous, anchor.text):
                problems.append(f"Line {place} is not as it was written.")
            anchors.append(anchor)
            expected, previous = anchor.line + 1, anchor.code
        return HeadsFile(tuple(anchors), tuple(problems), tuple(cut), True)

    def _lines(
        self, heads: Iterable[Head], last: Anchor | None, whole: bool, *, at: datetime, late: bool
    ) -> bytes:
        line, previous = (last.line, last.code) if last else (0, START)
        moment = str(Moment().process_bind_param(at, _NO_DIALECT))
        made = [] if whole else [""]  # a line that was cut off stays as it is, by itself
        for head in heads:
            line += 1
            draft = Anchor(
                line, head.provider_id, head.first, head.number, head.mac, moment, late, ""
            )
            previous = self._cipher.link(previous, draft.text)
            made.append(json.dumps(_mapping(draft, previous), separators=(",", ":")))
        return ("\n".join(made) + "\n").encode()


def _mapping(anchor: Anchor, code: str) -> Mapping[str, Any]:
    names = ("line", "provider_id", "first", "number", "mac", "at", "late")
    return {name: getattr(anchor, name) for name in names} | {"code": code}


def _anchor(line: bytes) -> Anchor | None:
    try:
        found = Anchor(**json.loads(line))
    except (ValueError, TypeError):
        return None
    numbers = (found.line, found.first, found.number)
    words = (found.provider_id, found.mac, found.at, found.code)
    sound = all(type(n) is int for n in numbers) and all(isinstance(w, str) for w in words)
    return found if sound else None


def _last(descriptor: int) -> tuple[Anchor | None, bool]:
    """Return the last line that can be read, and whether the file ends with a whole line."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, TAIL, max(0, size - TAIL))
    found = (_anchor(line) for line in reversed(tail.split(b"\n")) if line)
    return next((one for one in found if one is not None), None), tail[-1:] in (b"", b"\n")


def _gap(place: int, expected: int, found: int) -> str:
    if found > expected:
        missing = f"{expected}" if found == expected + 1 else f"{expected} to {found - 1}"
        return f"Before line {place}, what was written as line {missing} is missing."
    return f"Line {place} was written as line {found}: lines are repeated or in another order."


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
