"""YAML text to plain data, with the line of every path.

Banks come from strangers too, so the reader is a strict one: no anchors, aliases or tags, no
deep nesting, no key twice. Words are words: only ``true``, ``false``, ``null`` and numbers are
anything but text, as in YAML 1.2.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["Document", "Path", "is_text", "named", "read_document"]

Path = tuple[Hashable, ...]

MAX_DEPTH = 16
MOST_PROBLEMS = 500

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTH = {"true": True, "false": False}
_NORWAY = frozenset({"yes", "no", "on", "off"})
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,3})?")
_INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)")


@dataclass(frozen=True)
class Document:
    """What a text holds.

    Parameters
    ----------
    data : object
        Mappings, lists, text, numbers, truth values and None; None if nothing could be read.
    lines : mapping of tuple to int
        The line, from 1, of each path; a path is a tuple of keys and list positions.
    problems : tuple of (tuple, int or None, str)
        Path, line and message of what is wrong with the text itself.
    """

    data: Any
    lines: Mapping[Path, int]
    problems: tuple[tuple[Path, int | None, str], ...]

    def line(self, path: Path) -> int | None:
        """Give the line of `path`, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


@dataclass
class _Frame:
    """A mapping or list under construction."""

    path: Path
    container: Any
    key: Hashable = None
    awaits_key: bool = True


class _Refused(Exception):
    """Nothing after this point is worth reading."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass
class _Builder:
    """Builds data from YAML events without recursion."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[tuple[Path, int | None, str]] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Refused(line, f"{MOST_PROBLEMS} problems so far; the rest was not read")
        if isinstance(event, yaml.NodeEvent):
            self._refuse_machinery(event, line)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open({}, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open([], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Refused(line, "a second document starts here; a file holds one")

    def _refuse_machinery(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor is not None:
            raise _Refused(
                line, "anchors (&name) and aliases (*name) are not read; write the text out"
            )
        if getattr(event, "tag", None) not in (None, "!"):
            raise _Refused(line, f"tags such as {event.tag[:40]!r} are not read")  # type: ignore[attr-defined]

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        plain = event.implicit[0] and not (event.style or "").strip()
        value = _resolve(event.value) if plain else event.value
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.awaits_key:
            self._key(frame, value, line)
            path = (*frame.path, frame.key)
        else:
            path = self._place(value, line)
        if plain and event.value.lower() in _NORWAY:
            message = (
                f"`{event.value}` without quotes is a word to some programs and {_truth_of(event)} "
                f'to others: write "{event.value}" in quotes, or {_truth_of(event)}'
            )
            self.problems.append((path, line, message))

    def _key(self, frame: _Frame, key: Hashable, line: int) -> None:
        frame.awaits_key = False
        frame.key = key
        path = (*frame.path, key)
        if not isinstance(key, str | int) or isinstance(key, bool):
            self.problems.append((frame.path, line, f"a key must be a word, got {key!r}"))
        elif key in frame.container:
            first = self.lines.get(path)
            self.problems.append((path, line, f"is keyed twice, first on line {first}"))
            frame.key = _Again(key)
        else:
            self.lines[path] = line

    def _place(self, value: Any, line: int) -> Path:
        if not self.stack:
            self.data = value
            self.lines[()] = line
            return ()
        frame = self.stack[-1]
        if isinstance(frame.container, list):
            path = (*frame.path, len(frame.container))
            frame.container.append(value)
            self.lines[path] = line
            return path
        frame.awaits_key = True
        path = (*frame.path, frame.key)
        if not isinstance(frame.key, _Again):
            frame.container[frame.key] = value
        return path

    def _open(self, container: Any, line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _Refused(line, f"is nested more than {MAX_DEPTH} levels deep")
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.container, dict) and frame.awaits_key:
            raise _Refused(
                line, "a key must be a word, got a list or a mapping; are {} or [] text?"
            )
        self.stack.append(_Frame(self._place(container, line), container))


@dataclass(frozen=True)
class _Again:
    """A key that is there already: what it holds is read, and not kept."""

    key: Hashable

    def __str__(self) -> str:
        return str(self.key)


def read_document(text: str) -> Document:
    """Read one YAML document.

    Parameters
    ----------
    text : str

    Returns
    -------
    Document
        With `data` None where the text could not be read to its end.

    Examples
    --------
    >>> document = read_document("items:\\n  - id: tea\\n    scale: 4\\n    scale: 5\\n")
    >>> document.data, document.line(("items", 0, "scale"))
    ({'items': [{'id': 'tea', 'scale': 4}]}, 3)
    >>> document.problems
    ((('items', 0, 'scale'), 4, 'is keyed twice, first on line 3'),)
    """
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except _Refused as error:
        builder.problems.append(((), error.line, str(error)))
        return Document(None, builder.lines, tuple(builder.problems))
    except yaml.YAMLError as error:
        builder.problems.append(((), *_explained(error, text)))
        return Document(None, builder.lines, tuple(builder.problems))
    if builder.data is None:
        builder.problems.append(((), None, "the file is empty"))
    return Document(builder.data, builder.lines, tuple(builder.problems))


def named(path: Path, data: Any) -> str:
    """Write a path with ids in place of list positions, such as ``items.late-call.key.b``."""
    words: list[str] = []
    for step in path:
        listed = isinstance(data, list) and isinstance(step, int)
        data = _inside(data, step)
        own = data.get("id") if listed and isinstance(data, dict) else None
        place = step + 1 if listed and isinstance(step, int) else step
        words.append(own if isinstance(own, str) else str(place))
    return ".".join(words)


def is_text(word: str) -> bool:
    """Tell whether a word without quotes is text to every program.

    Examples
    --------
    >>> is_text("tea"), is_text("no"), is_text("12")
    (True, False, False)
    """
    return _resolve(word) == word and word.lower() not in _NORWAY


def _inside(data: Any, step: Hashable) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=_LOADER)


def _resolve(word: str) -> Any:
    if word in _NULL:
        return None
    if word.lower() in _TRUTH:
        return _TRUTH[word.lower()]
    if _WHOLE.fullmatch(word):
        return int(word)
    if _NUMBER.fullmatch(word) and not re.match(r"[-+]?0[0-9]", word):
        return float(word)
    if infinite := _INFINITY.fullmatch(word):
        return float(f"{infinite[1]}inf")
    return word


def _truth_of(event: yaml.ScalarEvent) -> str:
    return "true" if event.value.lower() in {"yes", "on"} else "false"


def _explained(error: yaml.YAMLError, text: str) -> tuple[int | None, str]:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        position = getattr(error, "position", None)
        line = None if position is None else text[:position].count("\n") + 1
        return line, "is not YAML: it holds a character that text cannot have"
    rows = text.splitlines()
    row = rows[mark.line] if mark.line < len(rows) else ""
    what = getattr(error, "problem", None) or "it cannot be read"
    return mark.line + 1, f"is not YAML: {what}{_hint(what, row)}"


def _hint(what: str, row: str) -> str:
    if "\t" in row:
        return "; there is a tab, and YAML is indented with spaces"
    if "mapping values are not allowed" in what:
        return "; a text with a colon in it needs quotes around it"
    if "did not find expected" in what or "could not find expected" in what:
        return "; look at the indentation, quotes and brackets here and just above"
    return ""
