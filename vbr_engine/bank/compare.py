"""What differs between two versions of a bank, each difference by its path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vbr_engine.bank.form import draw_items
from vbr_engine.bank.meaning import GROUPS, Steps, group_of, level_of
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import dump_bank
from vbr_engine.bank.versions import Level, is_enough, next_version
from vbr_engine.errors import BankError

__all__ = ["BankDifference", "Change", "compare_banks", "required_version"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    Parameters
    ----------
    path : str
        Such as ``items.late-call.key.b`` or ``catalogues.en.items.late-call.title``.
    kind : {"added", "removed", "changed", "reordered"}
    old, new : object
        Plain data as in the bank's files; None where there is nothing.
    level : Level
    group : str
        A key of `GROUPS`.
    note : str
        Why it has this level, where that is not plain.

    Examples
    --------
    >>> print(Change("items.tea.key.b", "changed", 3, 4, Level.MAJOR, "key"))
    items.tea.key.b: 3 -> 4
    """

    path: str
    kind: str
    old: Any
    new: Any
    level: Level
    group: str
    note: str = ""

    def __str__(self) -> str:
        if self.kind not in {"added", "removed"}:
            return f"{self.path}: {shown(self.old)} -> {shown(self.new)}"
        held = self.new if self.old is None else self.old
        told = isinstance(held, dict | list) or self.path.endswith(f".{held}")
        return f"{self.path}: {self.kind}" + ("" if told else f": {shown(held)}")


@dataclass(frozen=True, slots=True)
class BankDifference:
    """Everything that differs between two versions of a bank.

    Parameters
    ----------
    old, new : str
        The versions.
    changes : tuple of Change
        In the order of the groups, then of the file.

    Examples
    --------
    >>> BankDifference("0.1.0", "0.1.1", ()).level is None
    True
    """

    old: str
    new: str
    changes: tuple[Change, ...]

    @property
    def level(self) -> Level | None:
        """The largest level of a change; None where nothing differs."""
        return max((change.level for change in self.changes), default=None)

    @property
    def enough(self) -> bool:
        """Whether the new version's number says what the changes mean."""
        return is_enough(self.old, self.new, self.level)

    def groups(self) -> dict[str, tuple[Change, ...]]:
        """Return the changes by the name of their group; groups without a change are left out."""
        found = {
            name: tuple(change for change in self.changes if change.group == group)
            for group, name in GROUPS.items()
        }
        return {name: changes for name, changes in found.items() if changes}


def compare_banks(old: Bank, new: Bank) -> BankDifference:
    """List every difference between two versions of a bank, by path.

    A change is *major* if it changes a score or what an answer meant, *minor* if it brings
    something new that old answers do not feel, *patch* if it puts a slip right.

    Parameters
    ----------
    old, new : Bank
        Two versions of one bank.

    Returns
    -------
    BankDifference

    Raises
    ------
    BankError
        If they are not versions of one bank.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> compare_banks(bank, bank).changes
    ()
    """
    if old.id != new.id:
        raise BankError(f"expected two versions of one bank, got {old.id} and {new.id}")
    before, after = _document(old), _document(new)
    found = list(_walk((), before, after))
    gone = {step[0] for step in found if step[1] in {"added", "removed"}}
    changes = [_change(*one) for one in found if not _follows(one[0], one[1], gone)]
    changes += _drawn(old, new)
    order = list(GROUPS)
    changes.sort(key=lambda change: order.index(change.group))
    return BankDifference(old.version, new.version, tuple(changes))


def required_version(old: Bank, difference: BankDifference) -> str:
    """Give the least version number that may carry a difference.

    Parameters
    ----------
    old : Bank
    difference : BankDifference
        From `old` to something newer.

    Returns
    -------
    str
        The old number where nothing differs.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> key = Change("items.late-call.key.b", "changed", 3, 4, Level.MAJOR, "key")
    >>> required_version(bank, BankDifference(bank.version, "", (key,)))
    '0.3.0'
    """
    return next_version(old.version, difference.level)


def shown(value: Any) -> str:
    """Write a plain value as a bank file would, on one line."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {shown(held)}' for name, held in value.items())}}}"
    return str(value)


def _document(bank: Bank) -> dict[str, Any]:
    dump = dump_bank(bank)
    return {**dump["bank"], "version": "", "catalogues": dump["catalogues"]}


def _walk(path: Steps, old: Any, new: Any) -> Iterator[tuple[Steps, str, Any, Any]]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _walk_mapping(path, old, new)
    elif path[-1:] in (("options",), ("values",)) and isinstance(old, list):
        yield from _walk_mapping(path, {id_: id_ for id_ in old}, {id_: id_ for id_ in new})
    elif _by_id(old) is not None and _by_id(new) is not None:
        yield from _walk_mapping(path, _by_id(old) or {}, _by_id(new) or {})
    else:
        yield path, "changed", old, new


def _walk_mapping(
    path: Steps, old: dict[str, Any], new: dict[str, Any]
) -> Iterator[tuple[Steps, str, Any, Any]]:
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield (*path, str(name)), "removed", old[name], None
        elif name not in old:
            yield (*path, str(name)), "added", None, new[name]
        else:
            yield from _walk((*path, str(name)), old[name], new[name])
    kept, still = [name for name in old if name in new], [name for name in new if name in old]
    if kept != still and path[-1:] in _ORDERED:
        yield path, "reordered", kept, still


_ORDERED = {("items",), ("options",), ("values",), ("bands",), ("crosswalks",)}


def _by_id(held: Any) -> dict[str, Any] | None:
    if not isinstance(held, list) or not all(isinstance(one, dict) and "id" in one for one in held):
        return None
    return {one["id"]: one for one in held}


def _follows(path: Steps, kind: str, gone: set[Steps]) -> bool:
    """Tell whether a change only follows from an item, option or value that came or went."""
    if kind == "reordered":
        return path[:1] == ("catalogues",)
    if kind == "changed":
        return False
    inside = path[2:] if path[0] == "catalogues" else path
    if path != inside and inside[:1] in {("items",), ("values",)}:
        return any(inside[:length] in gone for length in range(2, len(inside) + 1))
    if inside[:1] == ("items",) and inside[2:3] in {("key",), ("agreement",)}:
        return (*inside[:2], "options", inside[-1]) in gone
    values = {step[-1] for step in gone if step[:1] == ("values",)}
    return path[0] in {"policy", "form", "crosswalks"} and path[-1] in values


def _change(path: Steps, kind: str, old: Any, new: Any) -> Change:
    group = group_of(path)
    level, note = level_of(path, kind, old, new)
    return Change(".".join(path), kind, old, new, level, group, note)


def _drawn(old: Bank, new: Bank) -> list[Change]:
    """Say how the default form differs, which no line of the file shows."""
    before, after = ([item.id for item in draw_items(bank)] for bank in (old, new))
    if sorted(before) == sorted(after):
        return []
    counts = [Counter(item.value for item in draw_items(bank)) for bank in (old, new)]
    level = Level.MINOR if counts[0] == counts[1] else Level.MAJOR
    note = "items that leave -> items that come"
    if level is Level.MAJOR:
        note += "; what a value needs to be measured differs"
    out = sorted(set(before) - set(after))
    return [
        Change(
            "form (drawn)", "changed", out, sorted(set(after) - set(before)), level, "form", note
        )
    ]
