"""Two groups side by side: how often each category was chosen, score by score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Comparison", "ItemTable", "Purified", "purify"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ItemTable:
    """One item's answers: strata of the matching score by group by category.

    Parameters
    ----------
    counts : ndarray, shape (strata, 2, categories)
        Reference group first. Categories nobody chose are left out.
    scores : ndarray, shape (categories,)
        What each category counts.
    levels : ndarray, shape (strata,)
        The matching score of each stratum.
    """

    counts: Floats
    scores: Floats
    levels: Floats

    @property
    def n(self) -> Floats:
        """How many of each group answered, reference first."""
        total: Floats = self.counts.sum(axis=(0, 2))
        return total

    @property
    def matched(self) -> float:
        """Share of the focal group with somebody of the reference group at the same score."""
        n_r, n_f = self.counts.sum(axis=2).T
        return float(n_f[n_r > 0].sum() / n_f.sum())


@dataclass(frozen=True, eq=False)
class Comparison:
    """The answers of a reference and a focal group, and what they are matched on.

    Parameters
    ----------
    codes : ndarray of int8, shape (sittings, items)
        Category numbers; -1 where nothing was answered. Column by column in memory.
    scores : tuple of ndarray
        What each category of an item counts.
    focal : ndarray of bool, shape (sittings,)
    weight : ndarray, shape (sittings,)
    items : tuple of str
    matching : ndarray, optional
        A score from elsewhere to match on; by default the total of the anchors and the item.
    strata : int, optional
        Join matching scores into about so many groups of like size.
    prorate : bool
        Raise the total of a sitting with missing answers to what it would be with all answered.
    """

    codes: NDArray[np.int8]
    scores: tuple[Floats, ...]
    focal: Mask
    weight: Floats
    items: tuple[str, ...]
    matching: Floats | None = None
    strata: int | None = None
    prorate: bool = False

    def values(self, item: int) -> Floats:
        """What the answers to one item count; nothing where it was not answered."""
        return np.append(self.scores[item], 0.0)[self.codes[:, item]]

    def total(self, anchors: Mask) -> Floats:
        """The sum over the anchors."""
        total = np.zeros(len(self.codes))
        for item in np.flatnonzero(anchors).tolist():
            total += self.values(item)
        return total

    def answered(self, anchors: Mask) -> Floats:
        """How many of the anchors were answered."""
        return np.asarray((self.codes[:, anchors] >= 0).sum(axis=1), dtype=float)

    def tables(self, anchors: Mask) -> list[ItemTable]:
        """Every item's table, each matched on the anchors and the item itself.

        Parameters
        ----------
        anchors : ndarray of bool, shape (items,)
            Items that make up the matching score; not used where a score is given.

        Returns
        -------
        list of ItemTable
        """
        given = self.matching
        total = self.total(anchors) if given is None else given
        strata = self._stratify(total)
        tables = []
        for item in range(len(self.items)):
            own = given is None and (not anchors[item] or self.prorate)
            place, levels = self._stratify(self._own(total, anchors, item)) if own else strata
            tables.append(self._table(item, place, levels))
        return tables

    def _own(self, total: Floats, anchors: Mask, item: int) -> Floats:
        """The matching score of one item: it always counts itself (Holland and Thayer 1988)."""
        with_item = anchors.copy()
        with_item[item] = True
        score = total if anchors[item] else total + self.values(item)
        if not self.prorate:
            return score
        answered = np.maximum(self.answered(with_item), 1)
        return np.asarray(np.round(score * with_item.sum() / answered))

    def _stratify(self, score: Floats) -> tuple[NDArray[np.intp], Floats]:
        if self.strata is not None:
            score = _joined(score, self.strata)
        low, high = score.min(), score.max()
        if high - low < 4 * len(score) and np.array_equal(score, np.floor(score)):
            place = (score - low).astype(np.intp)
            return place, np.arange(low, high + 1)
        levels, place = np.unique(np.round(score, 9), return_inverse=True)
        return place, levels

    def _table(self, item: int, place: NDArray[np.intp], levels: Floats) -> ItemTable:
        codes = self.codes[:, item].astype(np.intp)
        width = len(self.scores[item]) + 1
        cell = (place * 2 + self.focal) * width + codes + 1
        flat = np.bincount(cell, weights=self.weight, minlength=len(levels) * 2 * width)
        counts = flat.reshape(len(levels), 2, width)[:, :, 1:]
        some, used = counts.sum(axis=(1, 2)) > 0, counts.sum(axis=(0, 1)) > 0
        return ItemTable(counts[some][:, :, used], self.scores[item][used], levels[some])


def _joined(score: Floats, strata: int) -> Floats:
    """The score replaced by the number of its group, groups of about the same size."""
    cuts = np.unique(np.quantile(score, np.linspace(0, 1, strata + 1)[1:-1]))
    return np.searchsorted(cuts, score, side="left").astype(float)


@dataclass(frozen=True)
class Purified:
    """What came out of looking at every item, and which items it was matched on.

    Parameters
    ----------
    results : list of dict
        One for each item.
    anchors : ndarray of bool
        The items that make up the matching score.
    rounds : int
        How often the matching score was made anew.
    settled : bool
        Whether the last round found the same items as the one before.
    """

    results: list[dict[str, Any]]
    anchors: Mask
    rounds: int
    settled: bool


def purify(
    look: Callable[[Mask], list[dict[str, Any]]],
    suspect: Callable[[dict[str, Any]], bool],
    n_items: int,
    rounds: int,
    *,
    fewest: int = 1,
    strength: Callable[[dict[str, Any]], float] | None = None,
) -> Purified:
    """Look at every item, match without the suspects, and again until they stay the same.

    Where a few items differ much, all others seem to differ the other way: with `strength`, only
    the strongest of the new suspects, down to half of the strongest, are left out at a time.

    Parameters
    ----------
    look : callable
        From a mask of anchors to a result for each item.
    suspect : callable
        Whether an item with this result should be left out of the matching score.
    n_items : int
    rounds : int
        At most so many times; 0 matches on every item.
    fewest : int
        With fewer anchors than that it stops.
    strength : callable, optional
        How strongly an item with this result is suspected.

    Returns
    -------
    Purified
    """
    anchors = np.ones(n_items, dtype=bool)
    results = look(anchors)
    for done in range(rounds):
        kept = np.array([not suspect(result) for result in results])
        if strength is not None:
            kept |= _weaker(kept, anchors, [strength(result) for result in results])
        if kept.sum() < fewest or np.array_equal(kept, anchors):
            return Purified(results, anchors, done, bool(kept.sum() >= fewest))
        anchors, results = kept, look(kept)
    settled = np.array_equal([not suspect(result) for result in results], anchors)
    return Purified(results, anchors, rounds, rounds == 0 or settled)


def _weaker(kept: Mask, anchors: Mask, strengths: list[float]) -> Mask:
    """New suspects less than half as strong as the strongest of them."""
    fresh = anchors & ~kept
    most = max((value for value, new in zip(strengths, fresh, strict=True) if new), default=0.0)
    return np.asarray(fresh & (np.nan_to_num(strengths) < most / 2))
