"""Item scores of very many sittings, quickly.

An item has few possible answers: five ratings of one to four, or none, make 5 ** 5 = 3,125. So
each is scored once by the rules, and a million answers are looked up. The rules stay the one
place where a score is made: this module only numbers the answers.

The number of an answer is a sum over its columns, digit times weight, as in 407 = 4*100 + 0*10 +
7*1; for all items at once that is one matrix product. Numbers stay below 2 ** 24, where single
precision holds every whole number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.responses import MISSING, Codes, allowed_codes

__all__ = ["AnswerNumbers", "every_answer", "n_answers", "rating_counts"]

Numbers = npt.NDArray[np.intp]


def n_answers(item: Item) -> int:
    """Return how many answers to `item` a response matrix can hold, not answered included."""
    low, high = allowed_codes(item)
    return int((high - low + 2) ** len(item.options))


def every_answer(item: Item) -> Codes:
    """Return every answer to `item` that a response matrix can hold, in order of its number.

    Parameters
    ----------
    item : Item

    Returns
    -------
    ndarray of int8, shape (answers, options)

    Examples
    --------
    >>> item = Item("late", "respect", ResponseFormat.PICK, ("a", "b"), (1.0, 0.0))
    >>> every_answer(item)[-2:].tolist()
    [[1, 0], [1, 1]]
    """
    low, high = allowed_codes(item)
    codes = np.array([MISSING, *range(low, high + 1)], dtype=np.int8)
    places = np.indices((len(codes),) * len(item.options), dtype=np.int8)
    return codes[places.reshape(len(item.options), -1).T]


@dataclass(frozen=True, eq=False)
class AnswerNumbers:
    """Turns rows of a response matrix into one number per item.

    Parameters
    ----------
    floor : ndarray of int8, shape (columns,)
        One less than each column's lowest code: what not answered is raised to.
    weights : ndarray of float32, shape (items, columns)
    offset : ndarray of float32, shape (items, 1)
    """

    floor: npt.NDArray[np.int8]
    weights: npt.NDArray[np.float32]
    offset: npt.NDArray[np.float32]

    @classmethod
    def of(cls, items: Sequence[Item], wanted: Callable[[Item], bool]) -> AnswerNumbers:
        """Prepare numbering; an item that is not `wanted` gets number 0 throughout."""
        width = sum(len(item.options) for item in items)
        floor = np.zeros(width, dtype=np.int8)
        weights = np.zeros((len(items), width), dtype=np.float32)
        at = 0
        for row, item in enumerate(items):
            n, (low, high) = len(item.options), allowed_codes(item)
            floor[at : at + n] = low - 1
            if wanted(item):
                weights[row, at : at + n] = float(high - low + 2) ** np.arange(n - 1, -1, -1)
            at += n
        offset = -(weights @ floor.astype(np.float32))[:, None]
        return cls(floor, weights, offset)

    def __call__(self, codes: Codes) -> Numbers:
        """Return the numbers, shape (items, rows)."""
        digits = np.maximum(codes, self.floor).astype(np.float32)
        return (self.weights @ digits.T + self.offset).astype(np.intp)


def rating_counts(item: Item, codes: Codes) -> npt.NDArray[np.uint64]:
    """Count how often each rating is given, a byte for each rating.

    Parameters
    ----------
    item : Item
    codes : ndarray of int8, shape (answers, options)

    Returns
    -------
    ndarray of uint64
        All 0 for formats other than ``rate``.
    """
    counts = np.zeros(len(codes), dtype=np.uint64)
    if item.format is ResponseFormat.RATE:
        for rating in range(1, (item.scale or 0) + 1):
            given = (codes == rating).sum(axis=1).astype(np.uint64)
            counts += given << np.uint64(8 * (rating - 1))
    return counts
