"""What an answer to one item earns: the rules, on whole matrices.

Every rule is a table, the points of each code in each option's column; points of an item are the
sum over its options. On top of the table stand a few rules of validity:

========== ===================================================================================
rate       any option without a rating: the item is not scored
rank       any option without a rank: not scored; options that share a rank earn nothing
most-least no most, or no least: not scored; a part given twice earns nothing
pick       any option without a code, or nothing picked: not scored (nothing ticked is what an
           item that was skipped looks like); more picks than asked for: 0 for the item;
           fewer: what was picked counts
========== ===================================================================================

Guessing means any valid answer with the same chance: each rating, each ranking, each pair of most
and least, each set of as many options as are keyed. What it earns on average follows from the
table alone, because a mean of sums is a sum of means: only the chance of each code in each column
is needed, not the list of all answers.

Points of ``rank`` are n-1 minus the distance in ranks, so four options earn 4 to 12 and 7 by
guessing. A test that pays 4 minus the distance whatever the number of options arrives at 8 to 16
and 11: one mark more per option for everybody, and the same figure after chance correction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Bank, Item, ResponseFormat, ScoringPolicy
from vbr_engine.errors import BankError
from vbr_engine.responses import MISSING, Codes

__all__ = [
    "ItemRule",
    "chances",
    "expected_by_guessing",
    "is_answered",
    "is_valid",
    "item_rules",
    "maximum",
    "points",
    "points_table",
]

Floats = npt.NDArray[np.float64]
Table = npt.NDArray[np.float64]

FIRST_CODE = {
    ResponseFormat.RATE: 1,
    ResponseFormat.RANK: 1,
    ResponseFormat.MOST_LEAST: -1,
    ResponseFormat.PICK: 0,
}


def points_table(item: Item, policy: ScoringPolicy) -> Table:
    """Points of each code in each option's column.

    Parameters
    ----------
    item : Item
    policy : ScoringPolicy

    Returns
    -------
    ndarray, shape (options, codes)
        Codes from the lowest allowed one up.

    Raises
    ------
    BankError
        If the policy names a rule that the format does not have.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> pick = next(item for item in bank.items if item.format == "pick")
    >>> float(points_table(pick, bank.policy).max())
    4.0
    """
    name = {
        ResponseFormat.RATE: policy.rate,
        ResponseFormat.RANK: policy.rank,
        ResponseFormat.MOST_LEAST: policy.most_least,
        ResponseFormat.PICK: policy.pick,
    }[item.format]
    rule = _RULES.get((item.format, name))
    if rule is None:
        known = ", ".join(sorted(n for f, n in _RULES if f is item.format))
        raise BankError(f"item {item.id}: {item.format} has no rule {name!r}, only {known}")
    return rule(item) * policy.points.get(item.format, DEFAULT_POINTS[item.format])


DEFAULT_POINTS = {
    ResponseFormat.RATE: 1.0,
    ResponseFormat.RANK: 1.0,
    ResponseFormat.MOST_LEAST: 1.0,
    ResponseFormat.PICK: 4.0,
}


def _rate_distances(item: Item) -> Table:
    ratings = np.arange(1, (item.scale or 0) + 1)
    return np.asarray(np.abs(ratings[None, :] - np.array(item.key)[:, None]), dtype=np.float64)


def _rate_near_miss(item: Item) -> Table:
    return (item.scale or 0) - 1 - _rate_distances(item)


def _rate_distance(item: Item) -> Table:
    return float(((item.scale or 0) - 1) ** 2) - _rate_distances(item) ** 2


def _rate_agreement(item: Item) -> Table:
    if item.agreement is None:
        raise BankError(f"item {item.id}: the rule 'agreement' needs the panel's shares")
    return np.array(item.agreement, dtype=np.float64)


def _rank_near_miss(item: Item) -> Table:
    ranks = np.arange(1, len(item.options) + 1)
    distances = np.abs(ranks[None, :] - np.array(item.key)[:, None])
    return np.asarray(len(item.options) - 1 - distances, dtype=np.float64)


def _most_least_match(item: Item) -> Table:
    key = np.array(item.key, dtype=np.float64)
    return np.stack([-key, np.zeros_like(key), key], axis=1)


def _pick_per_option(item: Item) -> Table:
    key = np.array(item.key, dtype=np.float64)
    return np.stack([np.zeros_like(key), key], axis=1)


_RULES: dict[tuple[ResponseFormat, str], Callable[[Item], Table]] = {
    (ResponseFormat.RATE, "near-miss"): _rate_near_miss,
    (ResponseFormat.RATE, "distance"): _rate_distance,
    (ResponseFormat.RATE, "agreement"): _rate_agreement,
    (ResponseFormat.RANK, "near-miss"): _rank_near_miss,
    (ResponseFormat.MOST_LEAST, "match"): _most_least_match,
    (ResponseFormat.PICK, "per-option"): _pick_per_option,
}


def expected_by_guessing(item: Item, policy: ScoringPolicy) -> float:
    """Mean points of an answer drawn from all valid answers with equal chance.

    Parameters
    ----------
    item : Item
    policy : ScoringPolicy

    Returns
    -------
    float
    """
    return float((points_table(item, policy) * chances(item)).sum())


def chances(item: Item) -> Floats:
    """Chance of each code in one option's column when guessing; the same for every option."""
    n = len(item.options)
    if item.format is ResponseFormat.RATE:
        return np.full(item.scale or 1, 1 / (item.scale or 1))
    if item.format is ResponseFormat.RANK:
        return np.full(n, 1 / n)
    if item.format is ResponseFormat.MOST_LEAST:
        return np.array([1 / n, (n - 2) / n, 1 / n])
    return np.array([1 - item.picks / n, item.picks / n])


def maximum(item: Item, policy: ScoringPolicy) -> float:
    """Points of the best valid answer.

    Parameters
    ----------
    item : Item
    policy : ScoringPolicy

    Returns
    -------
    float
        For ``rate`` the best rating of each option; otherwise the key itself.
    """
    table = points_table(item, policy)
    if item.format is ResponseFormat.RATE:
        return float(table.max(axis=1).sum())
    key = np.array(item.key).astype(int) - FIRST_CODE[item.format]
    return float(table[np.arange(len(key)), key].sum())


@dataclass(frozen=True, eq=False)
class ItemRule:
    """One item, ready to score: its table, and what guessing and the key earn.

    Parameters
    ----------
    item : Item
    table : ndarray, shape (options, codes)
    expected, maximum : float
    """

    item: Item
    table: Table
    expected: float
    maximum: float


def item_rules(bank: Bank) -> tuple[ItemRule, ...]:
    """Return the rule of every item of `bank`, in the order of the bank.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    tuple of ItemRule

    Raises
    ------
    BankError
        If an item cannot tell the key from a guess.
    """
    rules = []
    for item in bank.items:
        table = points_table(item, bank.policy)
        rule = ItemRule(
            item, table, expected_by_guessing(item, bank.policy), maximum(item, bank.policy)
        )
        if rule.maximum - rule.expected < 1e-9:
            raise BankError(f"item {item.id}: guessing earns as much as the key")
        rules.append(rule)
    return tuple(rules)


def points(rule: ItemRule, codes: Codes) -> Floats:
    """Points of many answers to one item.

    Parameters
    ----------
    rule : ItemRule
    codes : ndarray of int8, shape (answers, options)
        Within the item's range, or `MISSING`.

    Returns
    -------
    ndarray, shape (answers,)
        NaN where the item is not scored.
    """
    earned = option_points(rule, codes)
    # One column after another, not `sum`: the same rounding whatever the shape of the block.
    total = np.zeros(len(codes))
    for at in range(codes.shape[1]):
        total += earned[:, at]
    if rule.item.format is ResponseFormat.PICK:
        total[(codes == 1).sum(axis=1) > rule.item.picks] = 0.0
    total[~is_answered(rule.item, codes)] = np.nan
    return total


def option_points(rule: ItemRule, codes: Codes) -> Floats:
    """Points by option, before the rules that look at the whole item; 0 where not answered."""
    given = codes != MISSING
    at = np.where(given, codes, FIRST_CODE[rule.item.format]) - FIRST_CODE[rule.item.format]
    earned: Floats = rule.table[np.arange(codes.shape[1])[None, :], at]
    earned[~given] = 0.0
    if rule.item.format is ResponseFormat.RANK:
        earned[_tied(codes)] = 0.0
    if rule.item.format is ResponseFormat.MOST_LEAST:
        for part in (1, -1):
            chosen = codes == part
            earned[chosen & (chosen.sum(axis=1) > 1)[:, None]] = 0.0
    return earned


def _tied(codes: Codes) -> npt.NDArray[np.bool_]:
    tied = np.zeros(codes.shape, dtype=bool)
    for shift in range(1, codes.shape[1]):
        tied |= codes == np.roll(codes, shift, axis=1)
    return tied


def is_answered(item: Item, codes: Codes) -> npt.NDArray[np.bool_]:
    """Say which answers are whole enough to be scored."""
    answered: npt.NDArray[np.bool_] = (codes != MISSING).all(axis=1)
    if item.format is ResponseFormat.PICK:
        answered &= (codes == 1).any(axis=1)
    if item.format is ResponseFormat.MOST_LEAST:
        answered &= (codes == 1).any(axis=1) & (codes == -1).any(axis=1)
    return answered


def is_valid(item: Item, codes: Codes) -> npt.NDArray[np.bool_]:
    """Say which answers are whole and such as a screen allows: no tie, no pick too many or few."""
    valid = is_answered(item, codes)
    if item.format is ResponseFormat.RANK:
        valid &= ~_tied(codes).any(axis=1)
    if item.format is ResponseFormat.MOST_LEAST:
        valid &= ((codes == 1).sum(axis=1) == 1) & ((codes == -1).sum(axis=1) == 1)
    if item.format is ResponseFormat.PICK:
        valid &= (codes == 1).sum(axis=1) == item.picks
    return valid
