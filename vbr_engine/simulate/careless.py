"""Answers of people who do not read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.responses import Codes
from vbr_engine.simulate.answers import chosen

__all__ = ["LongStrings", "guesses", "straight"]

STRING = 12  # options on end with the same rating, on average


def guesses(item: Item, n: int, rng: np.random.Generator) -> Codes:
    """Answer at random."""
    if item.format is ResponseFormat.RATE:
        drawn = rng.integers(1, (item.scale or 1) + 1, (n, len(item.options)))
        return drawn.astype(np.int8)
    return chosen(item, rng.random((n, len(item.options)), dtype=np.float32))


def straight(item: Item) -> Codes:
    """Give one rating throughout, or take the options in the order of the bank."""
    if item.format is ResponseFormat.RATE:
        return np.full(len(item.options), max(1, (item.scale or 1) - 1), dtype=np.int8)
    down = -np.arange(len(item.options), dtype=np.float32)
    answer: Codes = chosen(item, down[None, :])[0]
    return answer


class LongStrings:
    """Give the same rating for a dozen options on end, across items, then another.

    Parameters
    ----------
    n : int
        How many people.
    rng : Generator
    """

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        self._rng = rng
        self._height: npt.NDArray[np.float64] = rng.random(n)

    def answer(self, item: Item) -> Codes:
        """Go on with the next item.

        Parameters
        ----------
        item : Item

        Returns
        -------
        ndarray of int8, shape (people, options)
        """
        n = len(self._height)
        if item.format is not ResponseFormat.RATE:
            return np.broadcast_to(straight(item), (n, len(item.options)))
        codes = np.empty((n, len(item.options)), dtype=np.int8)
        for option in range(len(item.options)):
            anew = self._rng.random(n) < 1 / STRING
            self._height = np.where(anew, self._rng.random(n), self._height)
            codes[:, option] = 1 + np.floor(self._height * (item.scale or 1))
        return codes
