"""Whole answers to an item, and how what they earn goes with the other items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.items import mean_rest
from vbr_engine.bank.model import Bank, Item
from vbr_engine.psychometrics.association import correlation, correlation_interval
from vbr_engine.responses import Codes
from vbr_engine.scoring.rules import FIRST_CODE, is_valid, points_table

__all__ = ["Answered", "Relation", "answered_items"]

NEXT = 0.90  # coverage for what is asked only of an option that was found at a level already

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Relation:
    """A correlation with the mean score on the other items, over so many people."""

    r: float
    low: float
    high: float
    n: int

    @property
    def rises(self) -> bool:
        """Whether it is surely above 0, asked of this one option."""
        return correlation_interval(self.r, self.n, coverage=NEXT)[0] > 0

    @property
    def falls(self) -> bool:
        """Whether it is surely below 0, asked of this one option."""
        return correlation_interval(self.r, self.n, coverage=NEXT)[1] < 0


@dataclass(frozen=True, eq=False)
class Answered:
    """Whole answers to one item, and how those people did on the others."""

    item: Item
    codes: Codes
    rest: Floats
    coverage: float

    def relation(self, values: Floats) -> Relation:
        """Of numbers, one for each of these people."""
        r = correlation(values, self.rest)
        low, high = correlation_interval(r, len(values), coverage=self.coverage)
        return Relation(r, low, high, len(values))

    def option(self, place: int, item: Item | None, bank: Bank) -> Relation:
        """Of the points that one option earns, under another key if an item is given."""
        held = item or self.item
        table = points_table(held, bank.policy)
        earned = table[place, self.codes[:, place] - FIRST_CODE[held.format]]
        return self.relation(earned)

    def chosen(self, place: int, code: int) -> Relation:
        """Of giving an option a code."""
        return self.relation((self.codes[:, place] == code).astype(np.float64))


def answered_items(answers: Answers, bank: Bank, coverage: float) -> Iterator[Answered]:
    """Take the whole answers to each item, by people who answered others too.

    Parameters
    ----------
    answers : Answers
        To a bank.
    bank : Bank
    coverage : float
        Of the intervals of relations.

    Yields
    ------
    Answered
    """
    assert answers.responses is not None
    at = 0
    for item in bank.items:
        codes = answers.responses.codes[:, at : at + len(item.options)]
        at += len(item.options)
        rest = mean_rest(answers, item.id)
        whole = is_valid(item, codes) & ~np.isnan(rest)
        yield Answered(item, codes[whole], rest[whole], coverage)
