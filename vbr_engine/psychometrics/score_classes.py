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
    known = [one.id for one in bank.values]
    if value is not None and value not in known:
        raise InvalidInput(f"expected a value out of {', '.join(known)}, got {value}")
    columns: dict[str, Floats] = {}
    starts: dict[str, tuple[float, ...]] = {}
    left_out: dict[str, str] = {}
    for rule, codes in _by_item(bank, responses.codes):
        if value is not None and rule.item.value != value:
            continue
        levels, step, lowest = _levels(rule, points(rule, codes), most)
        classes, firsts = _joined(levels, fewest)
        if len(firsts) < 2:
            left_out[rule.item.id] = _why(levels, fewest)
            continue
        columns[rule.item.id] = classes
        starts[rule.item.id] = tuple(round(lowest + step * first, 6) for first in firsts)
    table = pd.DataFrame(columns, index=pd.Index(list(responses.sittings), name="sitting"))
    return ScoreClasses(table, starts, left_out)


def _by_item(bank: Bank, codes: Codes) -> list[tuple[ItemRule, Codes]]:
    rules = item_rules(bank)
    ends = np.cumsum([len(rule.item.options) for rule in rules])
    return list(zip(rules, np.split(codes, ends[:-1], axis=1), strict=True))


def _levels(rule: ItemRule, earned: Floats, most: int) -> tuple[Floats, float, float]:
    """Numbers of the levels, the points between two of them, and the points of level 0."""
    lowest = float(rule.table.min(axis=1).sum())
    span = rule.maximum - lowest
    step = span / (int(np.clip(round(span) + 1, 2, most)) - 1)
    # Half-way goes up, whatever the last bit of a sum of fractions is.
    return np.floor((earned - lowest) / step + 0.5 + 1e-9), step, lowest


def _why(levels: Floats, fewest: int) -> str:
    told = int((~np.isnan(levels)).sum())
    if told == 0:
        return "nobody answered it"
    return f"of {told} who answered it, fewer than {fewest} differ from the rest"


def _joined(levels: Floats, fewest: int) -> tuple[Floats, Sequence[float]]:
    """Number the levels that occur from 0, the rare ones joined to a neighbour."""
    told = ~np.isnan(levels)
    found, counts = np.unique(levels[told], return_counts=True)
    firsts, sizes = found.tolist(), counts.tolist()
    while len(firsts) > 1 and min(sizes) < fewest:
        at = sizes.index(min(sizes))
        beside = [place for place in (at - 1, at + 1) if 0 <= place < len(sizes)]
        upper = max(at, min(beside, key=sizes.__getitem__))
        sizes[upper - 1] += sizes.pop(upper)
        firsts.pop(upper)
    classes = np.full(len(levels), np.nan)
    classes[told] = np.searchsorted(firsts, levels[told], side="right") - 1.0
    return classes, firsts
