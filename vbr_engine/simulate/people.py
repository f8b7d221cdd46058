"""Made-up people: their traits, and how they sit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.bank.model import Bank
from vbr_engine.simulate.population import CARELESS_KINDS, Population

__all__ = ["BLOCK", "Floats", "People", "draw_people", "draw_traits", "joined", "truth_table"]

CORRELATION = 0.5  # between the traits of two values
BLOCK = 20_000
READS_WELL = 0.0
KINDS = ("attentive", "careless", "faking", "second-language")

Floats = npt.NDArray[np.float32]
Small = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class People:
    """A block of people.

    Parameters
    ----------
    traits : dict of str to ndarray
        By value.
    leniency, scatter : ndarray
        In rating points, and as a logarithm.
    careless : ndarray of int8
        0 reads; 1, 2, 3 are the kinds of careless in order.
    faking : ndarray of bool
    reading : ndarray
        0 reads with ease; about 1 in a second language.
    group : ndarray of int8
    """

    traits: dict[str, Floats]
    leniency: Floats
    scatter: Floats
    careless: Small
    faking: npt.NDArray[np.bool_]
    reading: Floats
    group: Small

    def __len__(self) -> int:
        return len(self.leniency)

    @property
    def kind(self) -> Small:
        """Places in `KINDS`."""
        read = np.where(self.faking, 2, np.where(self.reading > READS_WELL, 3, 0))
        return np.where(self.careless > 0, 1, read).astype(np.int8)


def draw_people(
    bank: Bank,
    n: int,
    population: Population,
    rng: np.random.Generator,
    besides: np.random.Generator,
) -> People:
    """Draw a block of people.

    What has been drawn from the first generator since the beginning stays there, so that a seed
    keeps its meaning; everything that came later is drawn from the second.

    Parameters
    ----------
    bank : Bank
    n : int
    population : Population
    rng, besides : Generator

    Returns
    -------
    People
    """
    traits = draw_traits(bank, n, rng)
    leniency = rng.normal(0, population.leniency, n).astype(np.float32)
    careless = np.where(rng.random(n) < population.careless, rng.integers(1, 3, n), 0)
    if population.careless_kinds != CARELESS_KINDS[:2]:
        kinds = np.array([CARELESS_KINDS.index(kind) + 1 for kind in population.careless_kinds])
        careless = np.where(careless > 0, kinds[besides.integers(0, len(kinds), n)], 0)
    scatter = besides.normal(0, population.scatter, n).astype(np.float32)
    faking, second = _other_kinds(population, careless > 0, besides)
    difficulty = besides.uniform(0.5, 1.5, n).astype(np.float32)
    group = _groups(population, n, besides)
    means = [population.group_means.get(name, 0.0) for name in population.groups]
    if any(means):
        shift = np.array(means, dtype=np.float32)[group]
        traits = {value: trait + shift for value, trait in traits.items()}
    return People(
        traits=traits,
        leniency=leniency,
        scatter=scatter,
        careless=careless.astype(np.int8),
        faking=faking,
        reading=np.where(second, difficulty, np.float32(READS_WELL)),
        group=group,
    )


def draw_traits(bank: Bank, n: int, rng: np.random.Generator) -> dict[str, Floats]:
    """Draw standard normal traits that go together, a column for each value."""
    common = rng.standard_normal(n, dtype=np.float32) * np.float32(np.sqrt(CORRELATION))
    own = np.float32(np.sqrt(1 - CORRELATION))
    return {
        value.id: common + own * rng.standard_normal(n, dtype=np.float32) for value in bank.values
    }


def _other_kinds(
    population: Population, careless: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Who of the others fakes, and who reads in a second language: nobody does both."""
    left = max(1.0 - population.careless, 1e-12)
    drawn = rng.random(len(careless)) * left
    faking = ~careless & (drawn < population.faking)
    second = ~careless & ~faking & (drawn < population.faking + population.second_language)
    return faking, second


def _groups(population: Population, n: int, rng: np.random.Generator) -> Small:
    ends = np.cumsum(list(population.groups.values()))[:-1]
    return np.searchsorted(ends, rng.random(n), side="right").astype(np.int8)


def joined(blocks: Sequence[People]) -> People:
    """Put blocks of people one below the other."""
    values = blocks[0].traits
    return People(
        traits={value: np.concatenate([b.traits[value] for b in blocks]) for value in values},
        leniency=np.concatenate([b.leniency for b in blocks]),
        scatter=np.concatenate([b.scatter for b in blocks]),
        careless=np.concatenate([b.careless for b in blocks]),
        faking=np.concatenate([b.faking for b in blocks]),
        reading=np.concatenate([b.reading for b in blocks]),
        group=np.concatenate([b.group for b in blocks]),
    )


def truth_table(
    people: People, sittings: Sequence[str], bank: Bank, population: Population
) -> pd.DataFrame:
    """Show what is true of each sitting.

    Parameters
    ----------
    people : People
    sittings : sequence of str
    bank : Bank
    population : Population

    Returns
    -------
    DataFrame
        Columns ``sitting``, ``kind``, ``careless_kind``, ``group`` (where there are groups), the
        trait of each value as ``true_VALUE``, ``true_composite`` (their mean under the bank's
        weights), ``leniency``, ``scatter`` and ``reading_difficulty``.
    """
    weights = bank.policy.weights
    total = sum(weights[value.id] for value in bank.values)
    composite = sum(people.traits[v.id] * np.float32(weights[v.id] / total) for v in bank.values)
    columns: dict[str, object] = {
        "sitting": list(sittings),
        "kind": np.array(KINDS)[people.kind],
        "careless_kind": np.array(["", *CARELESS_KINDS])[people.careless],
    }
    if population.groups:
        columns["group"] = np.array(list(population.groups))[people.group]
    columns |= {f"true_{value.id}": people.traits[value.id] for value in bank.values}
    columns |= {
        "true_composite": composite,
        "leniency": people.leniency,
        "scatter": people.scatter,
        "reading_difficulty": people.reading,
    }
    return pd.DataFrame(columns)
