"""What people earn on the items of a bank, as ordered categories for an item response model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.bank.model import Bank
from vbr_engine.errors import InvalidInput
from vbr_engine.responses import Codes, ResponseMatrix
from vbr_engine.scoring.rules import ItemRule, item_rules, points

__all__ = ["ScoreClasses", "score_classes"]

MOST = 8
FEWEST = 10  # sittings that a category needs to stand alone

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScoreClasses:
    """Item scores as categories.

    Parameters
    ----------
    table : pandas.DataFrame
        A row for each sitting and a column for each item; 0 is the lowest category, NaN is not
        scored.
    starts : dict of str to tuple of float
        The lowest level, in points, of each category of an item.
    left_out : dict of str to str
        Items that cannot be calibrated, and why.
    """

    table: pd.DataFrame
    starts: dict[str, tuple[float, ...]]
    left_out: dict[str, str]


def score_classes(
    responses: ResponseMatrix,
    bank: Bank,
    *,
    value: str | None = None,
    most: int = MOST,
    fewest: int = FEWEST,
) -> ScoreClasses:
    """Turn the points that answers earn into ordered categories.

    An item's points, by the rules of the bank's policy and before chance correction, are rounded to
    the nearest of at most `most` evenly spaced levels from the fewest points to the most. The
    levels follow from the bank alone, so that two samples are cut alike; only a level that fewer
    than `fewest` sittings reach is joined to the rarer of its neighbours.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
    value : str, optional
        Take the items of this value only.
    most : int, default 8
    fewest : int, default 10

    Returns
    -------
    ScoreClasses

    Raises
    ------
    InvalidInput
        If the bank has no such value.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> sat = vbr_engine.simulate_responses(bank, 200, seed=1)
    >>> found = score_classes(sat, bank, value="kind")
    >>> len(found.table), int(found.table.max().max()) < 8
    (200, True)
    """
    columns: dict[str, Floats] = {}
    starts: dict[str, tuple[float, ...]] = {}
    left_out: dict[str, str] = {}
    for one in item_levels(responses, bank, value=value, most=most):
        told = ~np.isnan(one.levels)
        found, counts = np.unique(one.levels[told], return_counts=True)
        firsts = joined(found.tolist(), counts.tolist(), fewest)
        if len(firsts) < 2:
            left_out[one.item] = why_left_out(int(told.sum()), fewest)
            continue
        classes = np.full(len(one.levels), np.nan)
        classes[told] = np.searchsorted(firsts, one.levels[told], side="right") - 1.0
        columns[one.item] = classes
        starts[one.item] = one.points_at(firsts)
    table = pd.DataFrame(columns, index=pd.Index(list(responses.sittings), name="sitting"))
    return ScoreClasses(table, starts, left_out)


@dataclass(frozen=True, eq=False)
class Levels:
    """What answers to one item earn, as numbers of evenly spaced levels.

    Parameters
    ----------
    item : str
    levels : ndarray, shape (sittings,)
        NaN is not scored.
    lowest, step : float
        Points at level 0, and between two levels.
    """

    item: str
    levels: Floats
    lowest: float
    step: float

    def points_at(self, firsts: Sequence[float]) -> tuple[float, ...]:
        """Points of some levels."""
        return tuple(round(self.lowest + self.step * first, 6) for first in firsts)


def item_levels(
    responses: ResponseMatrix, bank: Bank, *, value: str | None = None, most: int = MOST
) -> list[Levels]:
    """Round the points that answers earn to levels that follow from the bank alone.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
    value : str, optional
        Take the items of this value only.
    most : int, default 8

    Returns
    -------
    list of Levels
        One for each item.

    Raises
    ------
    InvalidInput
        If the bank has no such value.
    """
    known = [one.id for one in bank.values]
    if value is not None and value not in known:
        raise InvalidInput(f"expected a value out of {', '.join(known)}, got {value}")
    found = []
    for rule, codes in _by_item(bank, responses.codes):
        if value is None or rule.item.value == value:
            lowest, step = _ruler(rule, most)
            # Half-way goes up, whatever the last bit of a sum of fractions is.
            levels = np.floor((points(rule, codes) - lowest) / step + 0.5 + 1e-9)
            found.append(Levels(rule.item.id, levels, lowest, step))
    return found


def _by_item(bank: Bank, codes: Codes) -> list[tuple[ItemRule, Codes]]:
    rules = item_rules(bank)
    ends = np.cumsum([len(rule.item.options) for rule in rules])
    return list(zip(rules, np.split(codes, ends[:-1], axis=1), strict=True))


def item_rulers(bank: Bank, *, most: int = MOST) -> dict[str, tuple[float, float]]:
    """Points at level 0 of each item of a bank, and between two levels."""
    return {rule.item.id: _ruler(rule, most) for rule in item_rules(bank)}


def _ruler(rule: ItemRule, most: int) -> tuple[float, float]:
    lowest = float(rule.table.min(axis=1).sum())
    span = rule.maximum - lowest
    return lowest, span / (int(np.clip(round(span) + 1, 2, most)) - 1)


def why_left_out(told: int, fewest: int = FEWEST) -> str:
    """Say why an item that so many answered cannot be calibrated."""
    if told == 0:
        return "nobody answered it"
    return f"of {told} who answered it, fewer than {fewest} differ from the rest"


def joined(found: Sequence[float], counts: Sequence[int], fewest: int = FEWEST) -> list[float]:
    """Join rare levels to the rarer neighbour.

    Parameters
    ----------
    found : sequence of float
        The levels that occur, ascending.
    counts : sequence of int
        How often.
    fewest : int, default 10

    Returns
    -------
    list of float
        The lowest level of each class.
    """
    firsts, sizes = list(found), list(counts)
    while len(firsts) > 1 and min(sizes) < fewest:
        at = sizes.index(min(sizes))
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(sizes)]
        upper = max(at, min(beside, key=sizes.__getitem__))
        sizes[upper - 1] += sizes.pop(upper)
        firsts.pop(upper)
    return firsts
