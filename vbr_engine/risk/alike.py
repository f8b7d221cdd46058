"""Applications that are alike beyond chance: the same person, or the same row, more than once.

Copies that land on both sides of a validation make a model look far better than it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vbr_engine.errors import Problem
from vbr_engine.risk.careers import EVENT_COLUMNS, Careers
from vbr_engine.risk.stages import STAGES

__all__ = ["alike_groups", "check_alike"]

_DATES = (*STAGES, "ended")
_BESIDES = ("provider", *_DATES, "ended_by", "ended_reason")
_MOST_UNLIKE = 2
_BLOCKS = 4
_NEIGHBOURS = 6
_MARGIN = 10.0  # bits: one table of a thousand tells a pair by chance
_SAMPLE = 5_000
_TOLD = 3

Words = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class _Field:
    """One column as codes, and how much it tells that two rows agree in it."""

    codes: NDArray[np.int64]
    bits: NDArray[np.float32]
    fact: bool

    @property
    def entropy(self) -> float:
        return float(self.bits.mean())


def check_alike(careers: Careers) -> list[Problem]:
    """Find applications that look like copies of one another.

    Parameters
    ----------
    careers : Careers

    Returns
    -------
    list of Problem
        One warning with the rule ``alike``, or none.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(300, seed=1)
    >>> check_alike(Careers.from_frame(made.frame, cut=made.cut))
    []
    """
    groups = alike_groups(careers)
    members = pd.Series(careers.frame["application"].to_numpy(dtype=object)).groupby(groups)
    sizes = np.bincount(groups)
    several = np.flatnonzero(sizes > 1)
    if not len(several):
        return []
    shown = "; ".join(" and ".join(members.get_group(group)[:3]) for group in several[:_TOLD])
    message = (
        f"{int(sizes[several].sum()):,} applications look like copies of one another, in"
        f" {len(several):,} groups ({shown}{'; ...' if len(several) > _TOLD else ''}): alike in all"
        " but two fields, or in all that was known beforehand, far beyond chance. Count each person"
        " once; in a validation keep the copies together, or it will look better than it is"
    )
    return [Problem(message=message, severity="warning", rule="alike")]


def alike_groups(careers: Careers) -> NDArray[np.int64]:
    """Number the groups of applications that are alike beyond chance.

    Parameters
    ----------
    careers : Careers

    Returns
    -------
    ndarray of int64, shape (n,)
        The same number for copies of one another, from 0; most applications are alone in theirs.

    Notes
    -----
    Two applications are alike if all but two fields (facts, provider, dates, who ended it) are
    equal, or all facts, and if what is equal is rare enough: the information in it, the negative
    binary logarithm of how often each value occurs (of a date, the wait since the stage before),
    must exceed the number of pairs by 10 bits. Empty cells tell nothing. Candidates are found by
    hashing: of four blocks of columns two are equal at least if no more than two fields differ, so
    that six sorted hashes find them without comparing everybody with everybody.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(300, seed=1)
    >>> twice = made.frame.assign(application=made.frame["application"] + "-again").head(5)
    >>> table = pd.concat([made.frame, twice])
    >>> int(alike_groups(Careers.from_frame(table, cut=made.cut)).max()) + 1
    300
    """
    n = len(careers)
    fields = _fields(careers.frame) if n > 1 else []
    if not fields:
        return np.arange(n)
    wanted = np.log2(n * (n - 1) / 2) + _MARGIN
    left, right = _pairs(fields, wanted)
    joined = coo_array((np.ones(len(left)), (left, right)), shape=(n, n))
    groups: NDArray[np.int64] = connected_components(joined, directed=False)[1].astype(np.int64)
    return groups


def _fields(frame: pd.DataFrame) -> list[_Field]:
    facts = [name for name in frame.columns if name not in EVENT_COLUMNS]
    fields = [_field(frame[name], fact=True) for name in _apart(frame, facts)]
    waits = _waits(frame)
    for name in _BESIDES:
        if name in frame and frame[name].notna().any():
            fields.append(_field(frame[name], waits.get(name), fact=False))
    return fields


def _apart(frame: pd.DataFrame, names: list[str]) -> list[str]:
    """Leave out a column that says what another says in other words, such as miles and minutes."""
    sample = frame[names].head(_SAMPLE)
    codes = {name: pd.factorize(sample[name])[0].astype(np.int64) for name in names}
    kept: list[str] = []
    for name in names:
        mine = codes[name]
        size = len(np.unique(mine))
        if not any(_same(mine, codes[other], size) for other in kept):
            kept.append(name)
    return kept


def _same(mine: NDArray[np.int64], other: NDArray[np.int64], size: int) -> bool:
    pairs = len(np.unique(mine * (other.max(initial=0) + 2) + other))
    return 2 < size < len(mine) / 2 and pairs <= 1.05 * min(size, len(np.unique(other)))


def _waits(frame: pd.DataFrame) -> dict[str, pd.Series[Any]]:
    """Return the days from the stage before to each date; of the first date the date itself."""
    latest, waits = frame[_DATES[0]], {}
    for name in _DATES[1:]:
        if name in frame:
            waits[name] = (frame[name] - latest).dt.days.where(latest.notna())
            latest = frame[name].fillna(latest)
    return waits


def _field(column: pd.Series[Any], told_by: pd.Series[Any] | None = None, *, fact: bool) -> _Field:
    codes = pd.factorize(column)[0].astype(np.int64)
    rare = codes if told_by is None else pd.factorize(told_by)[0].astype(np.int64)
    counts = np.bincount(rare + 1)
    bits = np.log2(len(column) / np.maximum(counts, 1)).astype(np.float32)
    bits[0] = 0.0  # that both are empty
    return _Field(codes, bits[rare + 1], fact)


def _pairs(fields: list[_Field], wanted: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    blocks = [_hashed(block) for block in _blocks(fields)]
    everything = np.sum(blocks, axis=0, dtype=np.uint64)
    order = np.argsort(everything, kind="stable")
    keys = (
        [first + second for first, second in combinations(blocks, 2)] if len(blocks) > 1 else blocks
    )
    facts = [(place, field) for place, field in enumerate(fields) if field.fact]
    found = [_agreeing(fields, *_candidates(key, order), wanted) for key in keys]
    if facts:
        found.append(
            _agreeing(fields, *_candidates(_hashed(facts), order), wanted, facts_only=True)
        )
    return np.concatenate([left for left, _ in found]), np.concatenate(
        [right for _, right in found]
    )


def _blocks(fields: list[_Field]) -> list[list[tuple[int, _Field]]]:
    """Deal the fields out so that each block tells about as much."""
    blocks: list[list[tuple[int, _Field]]] = [[] for _ in range(min(_BLOCKS, len(fields)))]
    told = [0.0] * len(blocks)
    for place, field in sorted(enumerate(fields), key=lambda one: -one[1].entropy):
        least = int(np.argmin(told))
        blocks[least].append((place, field))
        told[least] += field.entropy + 0.1
    return blocks


def _hashed(fields: list[tuple[int, _Field]]) -> Words:
    """Add up a well-mixed number for each field (Steele, Lea and Flood, 2014)."""
    total = np.zeros(len(fields[0][1].codes), dtype=np.uint64)
    for place, field in fields:
        mixed = field.codes.astype(np.uint64) + np.uint64((place + 1) << 40)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        total += mixed ^ (mixed >> np.uint64(31))
    return total


def _candidates(
    key: Words, order: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return neighbours with the same key; rows equal in everything stand side by side."""
    rows = order[np.argsort(key[order], kind="stable")]
    held = key[rows]
    left, right = [], []
    for step in range(1, _NEIGHBOURS + 1):
        same = np.flatnonzero(held[step:] == held[:-step])
        left.append(rows[same])
        right.append(rows[same + step])
    return np.concatenate(left), np.concatenate(right)


def _agreeing(
    fields: list[_Field],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    wanted: float,
    *,
    facts_only: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    unlike, told = np.zeros(len(left), dtype=np.int64), np.zeros(len(left))
    for field in fields:
        if facts_only and not field.fact:
            continue
        same = field.codes[left] == field.codes[right]
        unlike += ~same
        told += np.where(same, field.bits[left], 0)
    alike = (unlike <= (0 if facts_only else _MOST_UNLIKE)) & (told >= wanted)
    return left[alike], right[alike]
