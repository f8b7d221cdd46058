"""Ratings standardised within person before keying (McDaniel and others, 2011).

People differ in how high they rate anything (elevation) and in how much of the scale they use
(scatter). With the switch on, a person's ratings are brought to the mean and the spread of the key
of the same options; what is left is which options they rate above which.

Over the m rate options of one scale that the person answered (items scored only), with ratings r
and keyed ratings q: ``r' = mean(q) + sd(q) * (r - mean(r)) / sd(r)``. A person who gives one rating
throughout has no shape: every r' is mean(q). The rules ``near-miss`` and ``distance`` then apply to
r', which need not be whole and may leave the scale. ``agreement`` needs whole ratings and cannot be
standardised.

Guessing is then this person's own ratings, dealt out to the same options in any order: what their
elevation and scatter earn without any shape. An option's expected points are the mean of its points
over the m ratings, exactly. If ratings are drawn without regard to the key, every order of them is
equally likely, so the chance-corrected mean is 0 for every person and thus for all. The maximum is
that of r' = q.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import ResponseFormat, ScoringPolicy
from vbr_engine.errors import BankError
from vbr_engine.responses import Codes
from vbr_engine.scoring.rules import Floats, ItemRule

__all__ = ["standardised_scores"]


def standardised_scores(
    rules: Sequence[ItemRule],
    columns: Sequence[slice],
    policy: ScoringPolicy,
    codes: Codes,
    scores: Floats,
) -> None:
    """Replace the scores of ``rate`` items by standardised ones.

    Parameters
    ----------
    rules : sequence of ItemRule
    columns : sequence of slice
        Where each item stands in `codes`.
    policy : ScoringPolicy
    codes : ndarray of int8, shape (sittings, columns)
    scores : ndarray, shape (items, sittings)
        NaN where an item is not scored; changed in place.

    Raises
    ------
    BankError
        If the rule for ``rate`` cannot be standardised.
    """
    if policy.rate not in ("near-miss", "distance"):
        raise BankError(f"ratings cannot be standardised under the rule {policy.rate!r}")
    rated = [at for at, rule in enumerate(rules) if rule.item.format is ResponseFormat.RATE]
    for scale in sorted({rules[at].item.scale or 0 for at in rated}):
        group = [at for at in rated if rules[at].item.scale == scale]
        _one_scale(scale, group, rules, columns, policy, codes, scores)


def _one_scale(
    scale: int,
    group: Sequence[int],
    rules: Sequence[ItemRule],
    columns: Sequence[slice],
    policy: ScoringPolicy,
    codes: Codes,
    scores: Floats,
) -> None:
    key = np.concatenate([np.array(rules[at].item.key, dtype=np.float64) for at in group])
    ratings = np.concatenate([codes[:, columns[at]] for at in group], axis=1).T
    owner = np.concatenate([np.full(len(rules[at].item.options), at) for at in group])
    scored = (scores == scores)[owner]
    counts = [_added((ratings == r) & scored) for r in range(1, scale + 1)]
    number = np.maximum(_added(scored), 1.0)
    key_mean, key_sd = _moments(key[:, None] * scored, scored, number)
    mean, sd = _moments(np.where(scored, ratings, 0.0), scored, number)
    slope = np.divide(key_sd, sd, out=np.zeros_like(sd), where=sd > 0)
    for at in group:
        earned = np.zeros(len(codes))
        expected = np.zeros(len(codes))
        for option, keyed in enumerate(rules[at].item.key):
            given = codes[:, columns[at]][:, option]
            for rating in range(1, scale + 1):
                moved = key_mean + slope * (rating - mean)
                worth = _worth(moved - keyed, scale, policy.rate)
                expected += worth * counts[rating - 1] / number
                earned += np.where(given == rating, worth, 0.0)
        best = len(rules[at].item.key) * _worth(np.zeros(1), scale, policy.rate)[0]
        scores[at] = _corrected(earned, expected, best, policy, scores[at])


def _worth(difference: Floats, scale: int, rule: str) -> Floats:
    if rule == "near-miss":
        return scale - 1 - np.abs(difference)
    return float((scale - 1) ** 2) - np.square(difference)


def _corrected(
    earned: Floats, expected: Floats, best: float, policy: ScoringPolicy, before: Floats
) -> Floats:
    if not policy.chance_correction:
        return np.where(before == before, earned / best, np.nan)
    room = best - expected
    # No room: every option of the group has the same key, and shape says nothing about it.
    told = (before == before) & (room > 1e-9)
    return np.where(told, (earned - expected) / np.where(told, room, 1.0), np.nan)


def _added(rows: npt.NDArray[np.generic]) -> Floats:
    total = np.zeros(rows.shape[1])
    for row in rows:
        total += row
    return total


def _moments(rows: Floats, scored: npt.NDArray[np.bool_], number: Floats) -> tuple[Floats, Floats]:
    mean = _added(rows) / number
    return mean, np.sqrt(_added(np.square((rows - mean) * scored)) / number)
