"""How often each rating is given, over all items of a sitting.

The counts of one item are packed into one whole number, seven bits for each of nine ratings: a
million sittings are then added up with one addition an item. Seven bits hold 127, so the tally
unpacks what it has before an item could overflow them; a bank may have any number of items.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Item
from vbr_engine.responses import Codes

__all__ = ["RatingTally", "packed_counts"]

Counts = npt.NDArray[np.int64]
Packed = npt.NDArray[np.uint64]

_BITS = 7
_FULL = (1 << _BITS) - 1
MOST_RATINGS = 64 // _BITS


def packed_counts(item: Item, codes: Codes) -> Packed:
    """Count how often each rating is given in answers to one ``rate`` item.

    Parameters
    ----------
    item : Item
    codes : ndarray of int8, shape (answers, options)

    Returns
    -------
    ndarray of uint64, shape (answers,)
    """
    scale = item.scale or 0
    if scale > MOST_RATINGS or len(item.options) > _FULL:
        raise ValueError(f"{item.id} has more ratings or options than can be counted")
    counts = np.zeros(len(codes), dtype=np.uint64)
    for rating in range(1, scale + 1):
        given = (codes == rating).sum(axis=1).astype(np.uint64)
        counts += given << np.uint64(_BITS * (rating - 1))
    return counts


class RatingTally:
    """Adds up packed counts, item by item, and never overflows.

    Parameters
    ----------
    n : int
        How many sittings.
    """

    def __init__(self, n: int) -> None:
        self._packed: Packed = np.zeros(n, dtype=np.uint64)
        self._held = 0
        self._unpacked: list[Counts] = [np.zeros(n, dtype=np.int64) for _ in range(MOST_RATINGS)]

    def add(self, counts: Packed, options: int) -> None:
        """Add the counts of one item with so many options."""
        if self._held + options > _FULL:
            self._unpack()
        self._packed += counts
        self._held += options

    def largest_and_total(self) -> tuple[Counts, Counts]:
        """Return how often the most frequent rating is given, and how many ratings there are."""
        self._unpack()
        largest, total = np.zeros_like(self._unpacked[0]), np.zeros_like(self._unpacked[0])
        for count in self._unpacked:
            np.maximum(largest, count, out=largest)
            total += count
        return largest, total

    def _unpack(self) -> None:
        left = self._packed
        for count in self._unpacked:
            if not left.any():
                break
            count += (left & np.uint64(_FULL)).astype(np.int64)
            left = left >> np.uint64(_BITS)
        self._packed = np.zeros_like(self._packed)
        self._held = 0
