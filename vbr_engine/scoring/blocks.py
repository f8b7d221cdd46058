"""Item scores of a block of sittings, by rule when they are few, by lookup when they are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Bank, ResponseFormat
from vbr_engine.responses import Codes
from vbr_engine.scoring.lookup import AnswerNumbers, every_answer, n_answers
from vbr_engine.scoring.policy import corrected
from vbr_engine.scoring.quality import item_words
from vbr_engine.scoring.ratings import RatingTally, packed_counts
from vbr_engine.scoring.rules import Floats, ItemRule, item_rules, points
from vbr_engine.scoring.standardised import standardised_scores

__all__ = ["Block", "Scorer"]

LARGEST_TABLE = 1 << 19  # answers; an item with more is scored by rule
_ENTRIES_A_SITTING = 30  # tables pay from about this many entries for each sitting


@dataclass(frozen=True, eq=False)
class Block:
    """What is known about the items of some sittings.

    Parameters
    ----------
    items : ndarray, shape (items, sittings)
        Item scores, in the order of the bank; NaN where not scored.
    most_frequent, ratings : ndarray, shape (sittings,)
        How often the most frequent rating was given, and how many ratings there are.
    """

    items: Floats
    most_frequent: npt.NDArray[np.int64]
    ratings: npt.NDArray[np.int64]

    @property
    def answered(self) -> Floats:
        """How many items are scored, by sitting."""
        return np.asarray((self.items == self.items).sum(axis=0), dtype=np.float64)

    def words(self, by_item: Floats) -> Floats:
        """How many words the scored items have, by sitting."""
        return np.asarray(by_item @ (self.items == self.items), dtype=np.float64)


class Scorer:
    """Scores items of a bank, prepared for about so many sittings.

    Parameters
    ----------
    bank : Bank
    n_sittings : int
        Decides between rule and lookup; the scores are the same to the last bit.
    """

    def __init__(self, bank: Bank, n_sittings: int) -> None:
        self.bank = bank
        self.rules = item_rules(bank)
        self.words = item_words(bank)
        self._columns = _column_slices(self.rules)
        possible = [n_answers(rule.item) for rule in self.rules]
        limit = LARGEST_TABLE if sum(possible) <= _ENTRIES_A_SITTING * n_sittings else 0
        self._tabled = [at for at, n in enumerate(possible) if n <= limit]
        self._scores: dict[int, Floats] = {}
        self._counts: dict[int, npt.NDArray[np.uint64]] = {}
        if self._tabled:
            self._prepare_tables()

    def _prepare_tables(self) -> None:
        items = [rule.item for rule in self.rules]
        self._numbers = AnswerNumbers(items)
        for at in self._tabled:
            codes = every_answer(items[at])
            self._scores[at] = self._by_rule(self.rules[at], codes)
            if items[at].format is ResponseFormat.RATE:
                self._counts[at] = packed_counts(items[at], codes)

    def _by_rule(self, rule: ItemRule, codes: Codes) -> Floats:
        return corrected(points(rule, codes), rule, self.bank.policy)

    def __call__(self, codes: Codes) -> Block:
        """Score the items of some sittings.

        Parameters
        ----------
        codes : ndarray of int8, shape (sittings, columns)

        Returns
        -------
        Block
        """
        scores = np.empty((len(self.rules), len(codes)))
        tally = RatingTally(len(codes))
        digits = self._numbers.digits(codes) if self._tabled else None
        for at, rule in enumerate(self.rules):
            mine = codes[:, self._columns[at]]
            rated = rule.item.format is ResponseFormat.RATE
            if digits is not None and at in self._scores:
                numbers = self._numbers.numbers(at, digits)
                # "clip" only spares a check: no number is outside its table.
                np.take(self._scores[at], numbers, out=scores[at], mode="clip")
                if rated:
                    tally.add(np.take(self._counts[at], numbers, mode="clip"), mine.shape[1])
            else:
                scores[at] = self._by_rule(rule, mine)
                if rated:
                    tally.add(packed_counts(rule.item, mine), mine.shape[1])
        if self.bank.policy.standardise_within_person:
            standardised_scores(self.rules, self._columns, self.bank.policy, codes, scores)
        return Block(scores, *tally.largest_and_total())


def _column_slices(rules: Sequence[ItemRule]) -> tuple[slice, ...]:
    ends = np.cumsum([len(rule.item.options) for rule in rules]).tolist()
    return tuple(slice(a, b) for a, b in zip([0, *ends[:-1]], ends, strict=True))
