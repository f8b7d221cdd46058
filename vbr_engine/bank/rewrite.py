"""YAML text changed in as few places as can be, so that comments and layout stay the author's."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import yaml

from vbr_engine.bank.document import is_text, read_document

__all__ = ["rewritten", "written"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WIDTH = 100
_Edit = tuple[int, int, str]


class _Writer(yaml.SafeDumper):
    """Writes text in quotes where a reader of YAML might take it for something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = None if is_text(data) else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Writer.add_representer(str, _Writer.represent_str)


def rewritten(text: str, data: Any) -> str:
    """Change YAML text so that it holds `data`; what need not change stays as it is.

    Parameters
    ----------
    text : str
        One YAML document.
    data : object
        What it is to hold: mappings, lists, text, numbers, truth values and None.

    Returns
    -------
    str
        Where the change is too large to make in place, the document is written anew under the
        comments that headed the old one.

    Examples
    --------
    >>> print(rewritten("# mine\\nkey: {a: 1, b: 2}  # why\\n", {"key": {"a": 1, "b": 3}}), end="")
    # mine
    key: {a: 1, b: 3}  # why
    """
    node = yaml.compose(text, Loader=_LOADER)
    made = text
    if node is not None:
        edits = sorted(_edits(text, node, read_document(text).data, data), reverse=True)
        for start, end, words in edits:
            made = made[:start] + words + made[end:]
    return made if read_document(made).data == data else _head(text) + written(data)


def written(data: Any) -> str:
    """Write plain data as a YAML document.

    Examples
    --------
    >>> print(written({"word": "no", "number": "12", "key": {"a": 1, "b": 2}}), end="")
    word: "no"
    number: "12"
    key: {a: 1, b: 2}
    """
    return _dumped(data)


def _dumped(data: Any, *, flow: bool | None = None, width: int = _WIDTH) -> str:
    text: str = yaml.dump(
        data,
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        width=width,
        default_flow_style=flow,
    )
    return text


def _head(text: str) -> str:
    lines = text.splitlines(keepends=True)
    rest = next((at for at, line in enumerate(lines) if not _is_bare(line)), len(lines))
    return "".join(lines[:rest])


def _is_bare(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _edits(text: str, node: yaml.Node, old: Any, new: Any) -> Iterator[_Edit]:
    """Find the places to change inside `node`, which holds `old`."""
    if old == new:
        return
    entries, wanted = _entries(node, old), _by_name(new)
    named = entries is not None and wanted is not None and type(old) is type(new)
    if not named or not _fits(node, list(entries or ()), list(wanted or ())):
        yield _replaced(text, node, new)
        return
    starts = [start for start, _, _ in entries.values()] if entries else []
    for at, (name, (start, inner, held)) in enumerate((entries or {}).items()):
        if name in (wanted or {}):
            yield from _edits(text, inner, held, (wanted or {})[name])
        else:
            following = starts[at + 1] if at + 1 < len(starts) else None
            yield _removed(text, start, inner, following)


def _entries(node: yaml.Node, old: Any) -> dict[Hashable, tuple[int, yaml.Node, Any]] | None:
    """Give the entries of a mapping, or of a list whose entries have names: start, node, data."""
    if isinstance(node, yaml.MappingNode) and isinstance(old, dict):
        pairs = zip(node.value, old.items(), strict=True)
        return {name: (key.start_mark.index, inner, held) for (key, inner), (name, held) in pairs}
    names = _by_name(old)
    if not isinstance(node, yaml.SequenceNode) or names is None:
        return None
    pairs = zip(node.value, names.items(), strict=True)
    return {name: (inner.start_mark.index, inner, held) for inner, (name, held) in pairs}


def _by_name(data: Any) -> dict[Hashable, Any] | None:
    if isinstance(data, dict):
        return data
    if not isinstance(data, list):
        return None
    names = [one.get("id") if isinstance(one, dict) else one for one in data]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        return None
    return dict(zip(names, data, strict=True))


def _fits(node: yaml.Node, old: list[Hashable], new: list[Hashable]) -> bool:
    """Tell whether entries only change inside, or whole lines of them go."""
    kept = [name for name in old if name in new]
    in_order = kept == new or (isinstance(node, yaml.MappingNode) and set(kept) == set(new))
    return (
        in_order
        and bool(kept)
        and (len(kept) == len(old) or not getattr(node, "flow_style", False))
    )


def _replaced(text: str, node: yaml.Node, new: Any) -> _Edit:
    start = node.start_mark.index
    end = _end(text, start, node)
    end -= len(text[start:end]) - len(text[start:end].rstrip())
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        indent = "\n" + " " * node.start_mark.column
        return start, end, _dumped(new, flow=False).rstrip().replace("\n", indent)
    # As the one entry of a list, so that commas and brackets in a text are quoted.
    return start, end, _dumped([new], flow=True, width=10**9).strip()[1:-1]


def _removed(text: str, start: int, node: yaml.Node, following: int | None) -> _Edit:
    first = _line_start(text, start)
    if following is not None:
        end = _line_start(text, following)
    else:
        end = _whole_line(text, _end(text, start, node))
    return first, _without_bare_lines(text, first, end), ""


def _end(text: str, start: int, node: yaml.Node) -> int:
    """Give the end of a node: of its last line if it is in block style, without comments after."""
    end = node.end_mark.index
    scalar = isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"}
    if scalar or getattr(node, "flow_style", False):
        return end
    return _without_bare_lines(text, start, _whole_line(text, end))


def _whole_line(text: str, at: int) -> int:
    """Give the end of the line that `at` stands in; its start, if only blanks come before."""
    if not text[_line_start(text, at) : at].strip():
        return _line_start(text, at)
    newline = text.find("\n", at)
    return len(text) if newline < 0 else newline + 1


def _without_bare_lines(text: str, start: int, end: int) -> int:
    lines = text[start:end].splitlines(keepends=True)
    while lines and _is_bare(lines[-1]):
        end -= len(lines.pop())
    return end


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1
