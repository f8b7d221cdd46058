"""Item scores of very many sittings, quickly.

An item has few possible answers: five ratings of one to four, or none, make 5 ** 5 = 3,125. So
each is scored once by the rules, and a million answers are looked up. The rules stay the one
place where a score is made: this module only numbers the answers.

The number of an answer is a sum over its columns, digit times weight, as in 407 = 4*100 + 0*10 +
7*1: a matrix product. Numbers stay below 2 ** 24, up to where single precision holds every whole
number, so the product is exact in whatever order it is added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Item
from vbr_engine.responses import MISSING, Codes, allowed_codes

__all__ = ["AnswerNumbers", "every_answer", "n_answers"]

Numbers = npt.NDArray[np.intp]
Digits = npt.NDArray[np.float32]


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
    >>> from vbr_engine.bank.model import ResponseFormat
    >>> item = Item("late", "respect", ResponseFormat.PICK, ("a", "b"), (1.0, 0.0))
    >>> every_answer(item)[-2:].tolist()
    [[1, 0], [1, 1]]
    """
    low, high = allowed_codes(item)
    codes = np.array([MISSING, *range(low, high + 1)], dtype=np.int8)
    places = np.indices((len(codes),) * len(item.options), dtype=np.int8)
    return codes[places.reshape(len(item.options), -1).T]


class AnswerNumbers:
    """Turns rows of a response matrix into answer numbers, item by item.

    Parameters
    ----------
    items : sequence of Item
        All items of the bank, in its order.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        lows = [allowed_codes(item)[0] - 1 for item in items for _ in item.options]
        self._floor = np.array(lows, dtype=np.int8)
        self._weights = [_weights(item) for item in items]
        ends = np.cumsum([len(item.options) for item in items]).tolist()
        self._columns = [slice(a, b) for a, b in pairwise([0, *ends])]

    def digits(self, codes: Codes) -> Digits:
        """Return what stands in each cell as a digit: 0 for not answered, then 1, 2 and so on."""
        digits: Digits = (np.maximum(codes, self._floor) - self._floor).astype(np.float32)
        return digits

    def numbers(self, at: int, digits: Digits) -> Numbers:
        """Return the number of each row's answer to the item at position `at` of the bank."""
        return (digits[:, self._columns[at]] @ self._weights[at]).astype(np.intp)


def _weights(item: Item) -> Digits:
    low, high = allowed_codes(item)
    places = np.arange(len(item.options) - 1, -1, -1)
    return (float(high - low + 2) ** places).astype(np.float32)
