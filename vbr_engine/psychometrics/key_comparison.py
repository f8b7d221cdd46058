"""Rival keys and policies on the same answers: what each would change, for whom.

Different keys of one test can give wildly different rank orders, so a bank's key should be chosen
with this table in hand, before it is used, and then be left alone for the length of a campaign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import kendalltau, spearmanr

from vbr_engine.bank.model import Bank, ScoringPolicy
from vbr_engine.errors import BankError, InvalidInput
from vbr_engine.psychometrics.agreement import Floats
from vbr_engine.psychometrics.association import (
    alpha,
    correlation,
    correlation_interval,
    standardised_difference,
)
from vbr_engine.psychometrics.empirical import EmpiricalKey, outcome_shortage
from vbr_engine.psychometrics.joined import Joined, group_numbers, outcome_numbers
from vbr_engine.psychometrics.rivals import Rival, rival_keys
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.bands import band_codes, band_column
from vbr_engine.scoring.blocks import Scorer
from vbr_engine.scoring.keys import Key, narrowed, with_key
from vbr_engine.scoring.policy import estimate, layout
from vbr_engine.scoring.profile import NOT_MEASURED

__all__ = ["CURRENT", "SMALLEST_GROUP", "KeyComparison", "compare_keys"]

CURRENT = "current"
SMALLEST_GROUP = 30
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class KeyComparison:
    """Rival keys side by side. No group is named in it.

    Parameters
    ----------
    keys : DataFrame
        A row for each key, the bank's own first: ``key``; ``n`` sittings measured; ``mean`` and
        ``sd`` of the composite; ``alpha`` over item scores; ``validity`` with ``validity_low`` and
        ``validity_high`` over ``outcomes`` sittings; ``group_d``, the largest of the groups'
        differences in size, with interval; ``spearman`` and ``kendall`` with the bank's own
        composite; ``changed``, how many candidates change band, and ``changed_share``.
    bands : DataFrame
        ``key``, ``current`` band, ``band`` under the key, ``sittings``.
    groups : DataFrame
        ``key``, ``group`` (2 for the second largest, and so on), ``n``, ``d`` from the largest
        group with ``low`` and ``high``; below 0 the group scores lower.
    notes : tuple of str
    """

    keys: pd.DataFrame
    bands: pd.DataFrame
    groups: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Scored:
    """The composite and the items of all sittings under one key."""

    items: Floats
    composite: Floats
    band: npt.NDArray[np.object_]
    fold: npt.NDArray[np.int64] | None = None


def compare_keys(
    responses: ResponseMatrix,
    bank: Bank,
    keys: Mapping[str, Rival] | None = None,
    *,
    outcome: Joined | None = None,
    group: Joined | None = None,
    coverage: float = 0.95,
    progress: Callable[[int], None] | None = None,
) -> KeyComparison:
    """Compare rival keys and policies with the bank's own.

    Parameters
    ----------
    responses : ResponseMatrix
    bank : Bank
    keys : mapping of str to Bank, ScoringPolicy, Key or EmpiricalKey, optional
        By name; those of `rival_keys` if not given.
    outcome : mapping of str to number, Series by sitting, or one number for each sitting, optional
        Higher is better.
    group : mapping of str to value, Series by sitting, or one value for each sitting, optional
        Groups of fewer than 30 sittings are left out, and a note says so.
    coverage : float
        Of the intervals.
    progress : callable, optional
        Told how many keys are done.

    Returns
    -------
    KeyComparison
        The validity of an empirical key on the people who made it is cross-validated.

    Raises
    ------
    ResponsesError
        If outcome or group do not fit the responses.
    InvalidInput
        If a key is called ``current``.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 200, seed=1)
    >>> found = compare_keys(responses, bank).keys.set_index("key")
    >>> float(found.loc["current", "spearman"]), "consensus-mode" in found.index
    (1.0, True)
    """
    if keys is None:
        keys = rival_keys(responses, bank, outcome=outcome)
    if CURRENT in keys:
        raise InvalidInput(f"{CURRENT!r} is the bank's own key: call the rival something else")
    outside = _Outside.of(responses, outcome, group, coverage)
    rivals: dict[str, Rival] = {CURRENT: bank, **keys}
    own, rows, bands, groups = None, [], [], []
    notes = list(outside.notes)
    for done, (name, rival) in enumerate(rivals.items(), start=1):
        try:
            scored = _scored(responses, bank, rival)
        except BankError as error:
            if own is None:
                raise
            notes.append(f"{name} cannot be scored: {error}")
            continue
        own = own or scored
        differences = outside.differences(scored)
        rows.append(_row(name, scored, own, outside, differences))
        bands.append(_band_changes(name, scored, own))
        groups += [(name, *difference) for difference in differences]
        if progress is not None:
            progress(done)
    return KeyComparison(
        pd.DataFrame(rows),
        pd.concat(bands, ignore_index=True),
        pd.DataFrame(groups, columns=["key", "group", "n", "d", "low", "high"]),
        (*notes, *_origins(keys)),
    )


def _scored(responses: ResponseMatrix, bank: Bank, rival: Rival) -> _Scored:
    if isinstance(rival, EmpiricalKey):
        place = {name: at for at, name in enumerate(rival.sittings)}
        fold = [rival.fold[place[name]] if name in place else -1 for name in responses.sittings]
        items = rival.item_scores(responses)
        return _combined(items, bank, np.array(fold, dtype=np.int64))
    if isinstance(rival, ScoringPolicy):
        rival = replace(bank, policy=rival)
    elif isinstance(rival, Key):
        rival = with_key(bank, rival)
    codes = narrowed(responses, rival).codes
    scorer = Scorer(rival, len(codes))
    starts = range(0, len(codes), _BLOCK)
    items = np.concatenate([scorer(codes[at : at + _BLOCK]).items for at in starts], axis=1)
    return _combined(items, rival)


def _combined(items: Floats, bank: Bank, fold: npt.NDArray[np.int64] | None = None) -> _Scored:
    found = estimate(items, layout(bank))
    score, se = found.score[0], found.se[0]
    words = band_column(band_codes(score, se, bank.policy), bank.policy)
    if fold is not None and (fold < 0).all():
        fold = None
    return _Scored(items, score, np.asarray(words, dtype=object), fold)


@dataclass(frozen=True, eq=False)
class _Outside:
    """Outcome and group of the sittings, where they are known."""

    outcome: Floats | None
    group: npt.NDArray[np.int64] | None
    coverage: float
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        responses: ResponseMatrix,
        outcome: Joined | None,
        group: Joined | None,
        coverage: float,
    ) -> _Outside:
        notes, n = [], len(responses)
        numbers = None if outcome is None else outcome_numbers(outcome, responses)
        if numbers is not None:
            notes.append(f"{int(np.isfinite(numbers).sum()):,} of {n:,} sittings have an outcome.")
            shortage = outcome_shortage(numbers)
            notes += [f"No key is made from the outcome: {shortage}."] if shortage else []
        places = None if group is None else group_numbers(group, responses)
        if places is not None:
            sizes = np.bincount(places[places >= 0])
            small = sizes[sizes < SMALLEST_GROUP]
            notes.append(f"{int((places >= 0).sum()):,} of {n:,} sittings have a group.")
            if len(small):
                notes.append(
                    f"{len(small)} of {len(sizes)} groups are left out: they have fewer than "
                    f"{SMALLEST_GROUP} sittings."
                )
            if (sizes >= SMALLEST_GROUP).sum() < 2:
                notes.append(f"No two groups have {SMALLEST_GROUP} sittings: none are compared.")
        return cls(numbers, places, coverage, tuple(notes))

    def validity(self, scored: _Scored) -> dict[str, float]:
        """Correlation with the outcome; within folds if the outcome made the key."""
        if self.outcome is None:
            return {"validity": nan, "validity_low": nan, "validity_high": nan, "outcomes": 0}
        told = np.isfinite(self.outcome) & np.isfinite(scored.composite)
        n = plain = int(told.sum())
        if scored.fold is None:
            r = correlation(scored.composite[told], self.outcome[told]) if n > 1 else nan
        else:
            parts = [told & (scored.fold == fold) for fold in np.unique(scored.fold[told])]
            sizes = [int(part.sum()) for part in parts]
            found = [correlation(scored.composite[part], self.outcome[part]) for part in parts]
            r = float(np.average(found, weights=sizes)) if parts else nan
            plain = (n - 3 * (len(parts) - 1)) // 2  # why half: see `empirical`
        low, high = correlation_interval(r, plain, coverage=self.coverage)
        return {"validity": r, "validity_low": low, "validity_high": high, "outcomes": n}

    def differences(self, scored: _Scored) -> list[tuple[int, int, float, float, float]]:
        """Every other group that is large enough against the largest."""
        if self.group is None:
            return []
        told = np.isfinite(scored.composite)
        parts = [
            scored.composite[told & (self.group == at)] for at in range(int(self.group.max()) + 1)
        ]
        return [
            (
                at + 1,
                len(part),
                *standardised_difference(part, parts[0], coverage=self.coverage),
            )
            for at, part in enumerate(parts)
            if at and min(len(part), len(parts[0])) >= SMALLEST_GROUP
        ]


def _row(
    name: str,
    scored: _Scored,
    own: _Scored,
    outside: _Outside,
    differences: list[tuple[int, int, float, float, float]],
) -> dict[str, Any]:
    told = scored.composite[np.isfinite(scored.composite)]
    both = np.isfinite(scored.composite) & np.isfinite(own.composite)
    spearman, kendall = _rank_agreement(scored.composite[both], own.composite[both])
    largest = max(differences, key=lambda found: abs(found[2]), default=(0, 0, nan, nan, nan))
    changed = int((scored.band[both] != own.band[both]).sum())
    row = {
        "key": name,
        "n": len(told),
        "mean": float(told.mean()) if len(told) else nan,
        "sd": float(told.std(ddof=1)) if len(told) > 1 else nan,
        "alpha": alpha(scored.items),
    }
    row |= outside.validity(scored)
    row |= dict(zip(("group_d", "group_d_low", "group_d_high"), largest[2:], strict=True))
    row |= {"spearman": spearman, "kendall": kendall, "changed": changed}
    return row | {"changed_share": changed / int(both.sum()) if both.any() else nan}


def _rank_agreement(one: Floats, other: Floats) -> tuple[float, float]:
    if len(one) < 2 or np.ptp(one) == 0 or np.ptp(other) == 0:
        return nan, nan
    if np.array_equal(one, other):
        return 1.0, 1.0
    return float(spearmanr(one, other).statistic), float(kendalltau(one, other).statistic)


def _band_changes(name: str, scored: _Scored, own: _Scored) -> pd.DataFrame:
    pairs = pd.DataFrame({"current": own.band, "band": scored.band})
    measured = (pairs != NOT_MEASURED).any(axis=1)
    counted = pairs[measured].value_counts(sort=False).rename("sittings").reset_index()
    counted.insert(0, "key", name)
    return counted


def _origins(keys: Mapping[str, Rival]) -> Iterator[str]:
    for name, key in keys.items():
        if isinstance(key, Key):
            yield from (f"{name}: {note}" for note in key.notes)
    if any(isinstance(key, EmpiricalKey) for key in keys.values()):
        yield (
            "Keys from an outcome are held against people who did not make them "
            "(nested cross-validation)."
        )
