"""What a change at a path of a bank means for answers that were given before it."""

from __future__ import annotations

from typing import Any

from vbr_engine.bank.versions import Level
from vbr_engine.bank.wording import is_slip

__all__ = ["GROUPS", "Steps", "group_of", "level_of"]

Steps = tuple[str, ...]

GROUPS = {
    "items": "Items and options",
    "key": "Keys",
    "policy": "Scoring policy",
    "form": "Default form",
    "values": "Values",
    "answered": "Words that candidates answer",
    "said": "Words that say what a result means",
    "words": "Other words",
    "about": "About the bank",
}


_SCORED = frozenset({"value", "format", "options", "scale"})
_NEW = frozenset({"form", "status", "crosswalks"})
_NAMES: dict[Steps, Level] = {("policy", "id"): Level.PATCH, ("policy", "key"): Level.MINOR}


def group_of(path: Steps) -> str:
    """Give the key of `GROUPS` that a path belongs to.

    Examples
    --------
    >>> group_of(("items", "tea", "key", "b")), group_of(("catalogues", "en", "bands", "part"))
    ('key', 'said')
    """
    if path[0] == "catalogues":
        return _words_group(path[2:])
    if path[0] == "items":
        return "key" if path[2:3] in {("key",), ("agreement",)} else "items"
    return path[0] if path[0] in {"policy", "form", "values"} else "about"


def _words_group(inside: Steps) -> str:
    part, field = inside[:1], inside[2:3]
    if part == ("rubric",):
        return "answered" if inside[1:2] == ("prompt",) else "said"
    if part in {("instructions",), ("scales",)}:
        return "answered"
    if part == ("items",) and field in {("scenario",), ("question",), ("options",)}:
        return "answered"
    if part == ("bands",) or (part == ("values",) and field in {("definition",), ("name",)}):
        return "said"
    return "words"


def level_of(path: Steps, kind: str, old: Any, new: Any) -> tuple[Level, str]:
    """Say how much a change means, and why where that is not plain.

    Parameters
    ----------
    path : tuple of str
    kind : {"added", "removed", "changed", "reordered"}
    old, new : object

    Returns
    -------
    tuple of (Level, str)

    Examples
    --------
    >>> level_of(("items", "tea", "key", "b"), "changed", 3, 4)
    (<Level.MAJOR: 3>, '')
    """
    if kind == "reordered":
        return Level.PATCH, "the order alone"
    if path[0] == "catalogues":
        return _words_level(path, kind, old, new)
    if path[0] == "items" and len(path) == 2:
        return (Level.MINOR if kind == "added" else Level.MAJOR), ""
    if path[0] == "items":
        return (Level.MAJOR if group_of(path) == "key" or path[2] in _SCORED else Level.PATCH), ""
    if path == ("policy", "rubric") and kind == "added":
        return Level.MINOR, "answers to the options do not feel it"
    if path[0] in {"policy", "values"}:
        return _NAMES.get(path[:2], Level.MAJOR), ""
    return (Level.MINOR if path[0] in _NEW else Level.PATCH), ""


def _words_level(path: Steps, kind: str, old: Any, new: Any) -> tuple[Level, str]:
    group = group_of(path)
    if kind == "changed" and is_slip(old, new):
        return Level.PATCH, "reads like a slip put right"
    if kind == "removed" and len(path) == 2:
        return Level.MAJOR, "a language less"
    if kind == "changed" and group == "answered":
        return Level.MAJOR, "candidates now answer to other words"
    if kind == "changed" and group == "said":
        return Level.MAJOR, "a result now means something else"
    return Level.MINOR, ""
