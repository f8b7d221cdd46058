"""A bank's CHANGELOG.md: a section for each version, a line for each change, with its reason."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

__all__ = ["OPEN_LIST", "has_version", "reason_for", "unfinished", "with_section"]

OPEN_LIST = "For a person to decide"
DRAFT = "(draft)"
WIDTH = 100

_HEADING = re.compile(r"^## +\[?v?(\d+\.\d+\.\d+[^\s\]]*)\]?(.*)$")
_ENTRY = re.compile(r"^[-*] +")
_PATH = re.compile(r"`([^`]+)`")
_MARK = re.compile(r"^\*\*[a-z]+\*\* +")
# An entry as `vbr revise` writes it: `path`: what, a full stop, then why.
_WHAT = re.compile(r"^`[^`]+`: .+?\. +")


def has_version(text: str, version: str) -> bool:
    """Tell whether a changelog has a section for a version.

    Examples
    --------
    >>> has_version("# Changes\\n\\n## 0.2.0 (May)\\n", "0.2.0")
    True
    """
    return any(name == version for name, _, _ in _sections(text))


def unfinished(text: str, version: str) -> list[str]:
    """List what still has to be done to a version's section before the version is published.

    Parameters
    ----------
    text : str
    version : str

    Returns
    -------
    list of str
        Sentences; empty if the section may stand as it is.

    Examples
    --------
    >>> unfinished("## 0.2.0 (draft)\\n\\n- A key.\\n", "0.2.0")
    ['its section is headed (draft): read the changes, then head it with a date']
    >>> unfinished("## 0.1.0\\n", "0.2.0")
    ['there is no section "## 0.2.0": say what changed, and why']
    """
    found = [(rest, body) for name, rest, body in _sections(text) if name == version]
    if not found:
        return [f'there is no section "## {version}": say what changed, and why']
    said = []
    if any(DRAFT in rest for rest, _ in found):
        said.append(f"its section is headed {DRAFT}: read the changes, then head it with a date")
    if any(OPEN_LIST in line for _, body in found for line in body if line.startswith("#")):
        said.append(f'its list "{OPEN_LIST}" is there still: decide each, then take the list out')
    if not any(_ENTRY.match(line) for _, body in found for line in body):
        said.append("its section is empty: say what changed, and why")
    return said


def reason_for(text: str, version: str, path: str) -> str:
    """Find the reason that a changelog gives for a change.

    Parameters
    ----------
    text : str
    version : str
    path : str
        An entry is about a path if it names it in backticks, or names what it is part of, such as
        the item.

    Returns
    -------
    str
        Empty if there is none.

    Examples
    --------
    >>> log = "## 0.2.0\\n\\n- **scoring** `items.tea.key.b`: 3 -> 4. All agree.\\n"
    >>> reason_for(log, "0.2.0", "items.tea.key.b")
    'All agree.'
    """
    nearest = ""
    depth = 0
    for entry in _entries(text, version):
        for token in _PATH.findall(entry):
            near = _nearness(token, path)
            if near > depth:
                nearest, depth = entry, near
    return _WHAT.sub("", _MARK.sub("", nearest), count=1)


def with_section(text: str, version: str, entries: Sequence[str], undecided: Sequence[str]) -> str:
    """Put the section of a draft above those of earlier versions.

    Parameters
    ----------
    text : str
        The changelog so far; may be empty.
    version : str
    entries, undecided : sequence of str
        One for each change that was made, and for each that waits for a person.

    Returns
    -------
    str

    Examples
    --------
    >>> print(with_section("# Changes\\n\\n## 0.1.0\\n", "0.2.0", ["`a`: 1 -> 2. So."], []), end="")
    # Changes
    <BLANKLINE>
    ## 0.2.0 (draft)
    <BLANKLINE>
    - `a`: 1 -> 2. So.
    <BLANKLINE>
    ## 0.1.0
    """
    lines = [f"## {version} {DRAFT}", "", *map(_wrapped, entries), ""]
    if undecided:
        lines += [f"### {OPEN_LIST}", "", *map(_wrapped, undecided), ""]
    section = "\n".join(lines) + "\n"
    found = re.search(r"^## ", text, re.MULTILINE)
    if found is None:
        return (
            (text.rstrip() + "\n\n" if text.strip() else "# Changes\n\n") + section.rstrip() + "\n"
        )
    return text[: found.start()] + section + text[found.start() :]


def _wrapped(entry: str) -> str:
    return textwrap.fill(
        entry,
        WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _sections(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Give each version's number, the rest of its heading, and its lines."""
    name, rest = "", ""
    body: list[str] = []
    for line in text.splitlines():
        if line.startswith("## "):
            if name:
                yield name, rest, body
            found = _HEADING.match(line)
            name, rest, body = (found[1], found[2], []) if found else ("", "", [])
        else:
            body.append(line)
    if name:
        yield name, rest, body


def _entries(text: str, version: str) -> Iterator[str]:
    """Give each entry of a version's section, its lines put together."""
    entry: list[str] = []
    for line in (line for name, _, body in _sections(text) if name == version for line in body):
        if _ENTRY.match(line) or not line.startswith(" "):
            yield from [" ".join(entry)] if entry else []
            entry = [_ENTRY.sub("", line)] if _ENTRY.match(line) else []
        elif entry:
            entry.append(line.strip())
    yield from [" ".join(entry)] if entry else []


def _nearness(token: str, path: str) -> int:
    """Say how many steps of a path a token names; 0 if it is about something else."""
    named, steps = token.split("."), path.split(".")
    if steps[: len(named)] == named:
        return len(named)
    item = next((steps[at + 1] for at in range(len(steps) - 1) if steps[at] == "items"), None)
    # An entry on one option stands for what follows from it elsewhere in the item.
    follows = item is not None and (token == item or named[:2] == ["items", item])
    return 1 if follows else 0
