"""The codes that a cell of the response matrix can hold, and words for a wrong one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Item, ResponseFormat

__all__ = ["MISSING", "Codes", "allowed_codes", "expected", "fits", "printable"]

MISSING = -128
LONGEST = 60  # characters of a name or a cell that a message shows

Codes = npt.NDArray[np.int8]


def allowed_codes(item: Item) -> tuple[int, int]:
    """Return the lowest and the highest code that an option of `item` can have.

    Parameters
    ----------
    item : Item

    Returns
    -------
    tuple of int
        Every whole number from the first to the second is allowed.

    Examples
    --------
    >>> allowed_codes(Item("late", "respect", ResponseFormat.MOST_LEAST, ("a", "b"), (1, -1)))
    (-1, 1)
    """
    if item.format is ResponseFormat.RATE:
        return 1, item.scale or 0
    if item.format is ResponseFormat.RANK:
        return 1, len(item.options)
    return (-1, 1) if item.format is ResponseFormat.MOST_LEAST else (0, 1)


def fits(code: Any, low: int, high: int) -> bool:
    """Say whether `code` is a whole number from `low` to `high`."""
    whole = isinstance(code, int | np.integer) and not isinstance(code, bool)
    return whole and low <= code <= high


def expected(low: int, high: int, got: Any) -> str:
    """Say which codes were expected, and what came instead."""
    wanted = {(-1, 1): "1 (most), -1 (least) or 0", (0, 1): "1 or 0"}
    told = wanted.get((low, high), f"a whole number {low} to {high}")
    return f"expected {told}, got '{printable(str(got))}'"


def printable(name: str) -> str:
    """Shorten and escape a name, so that no odd character upsets a terminal."""
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}..."
    return shown if shown.isprintable() else repr(shown)[1:-1]
