"""Version numbers of banks: which is later, and how far a change must raise one."""

from __future__ import annotations

import re
from enum import IntEnum

from vbr_engine.errors import BankError

__all__ = ["Level", "is_enough", "later", "next_version"]

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")

_Order = tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]


class Level(IntEnum):
    """How much a change means for answers that were given before it."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


def later(old: str, new: str) -> bool:
    """Tell whether `new` comes after `old`, as semantic versioning orders them.

    Parameters
    ----------
    old, new : str

    Returns
    -------
    bool

    Examples
    --------
    >>> later("0.9.0", "0.10.0"), later("1.0.0", "1.0.0-rc.1")
    (True, False)
    """
    return _order(new) > _order(old)


def next_version(old: str, level: Level | None) -> str:
    """Give the least version that may carry a change of `level` after `old`.

    Before 1.0.0 everything moves one place to the right: a change that alters scores raises the
    second number, any other the third.

    Parameters
    ----------
    old : str
    level : Level or None
        None for no change.

    Returns
    -------
    str

    Examples
    --------
    >>> next_version("1.4.2", Level.MAJOR), next_version("1.4.2", Level.PATCH)
    ('2.0.0', '1.4.3')
    >>> next_version("0.1.0", Level.MAJOR), next_version("0.1.0", Level.MINOR)
    ('0.2.0', '0.1.1')
    """
    if level is None:
        return old
    (major, minor, patch), released, _ = _order(old)
    if not released:
        return f"{major}.{minor}.{patch}"
    place = level if major else level - 1
    if place >= Level.MAJOR:
        return f"{major + 1}.0.0"
    if place == Level.MINOR:
        return f"{major}.{minor + 1}.0"
    return f"{major}.{minor}.{patch + 1}"


def is_enough(old: str, new: str, level: Level | None) -> bool:
    """Tell whether `new` may carry a change of `level` after `old`.

    A pre-release promises nothing, so whatever comes after one is enough.

    Parameters
    ----------
    old, new : str
    level : Level or None

    Returns
    -------
    bool

    Examples
    --------
    >>> is_enough("0.1.0", "0.1.1", Level.MAJOR), is_enough("0.1.0", "0.2.0-draft", Level.MAJOR)
    (False, True)
    >>> is_enough("1.0.0-rc.1", "1.0.0-rc.2", Level.MAJOR)
    True
    """
    if level is None:
        return new == old or later(old, new)
    if not later(old, new):
        return False
    least = next_version(old, level)
    return not _order(old)[1] or _order(new)[0] >= _order(least)[0]


def _order(version: str) -> _Order:
    """Return the numbers, whether it is a release, and the parts of a pre-release."""
    found = _VERSION.fullmatch(version)
    if found is None:
        raise BankError(f"expected a semantic version such as 0.2.0, got {version!r}")
    major, minor, patch = (int(number) for number in found.group(1, 2, 3))
    before = found[4]
    parts = tuple(
        (False, int(part), "") if part.isdigit() else (True, 0, part)
        for part in (before.split(".") if before else ())
    )
    return (major, minor, patch), before is None, parts
