"""Whole sittings, block by block: candidates, a panel of experts, the same people again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.bank.model import Bank, ResponseFormat
from vbr_engine.errors import InvalidInput
from vbr_engine.responses import MISSING, Codes, ResponseMatrix
from vbr_engine.simulate.answers import NOISE, NOISE_SLOPE
from vbr_engine.simulate.blocks import Progress, filled, sat_by
from vbr_engine.simulate.people import (
    People,
    draw_people,
    draw_traits,
    joined,
    truth_table,
)
from vbr_engine.simulate.population import Population, check_number
from vbr_engine.simulate.views import item_views

__all__ = [
    "Simulation",
    "simulate_panel",
    "simulate_responses",
    "simulate_retest",
    "simulate_sittings",
]


@dataclass(frozen=True, eq=False)
class Simulation:
    """Simulated sittings, and what is true of each.

    Parameters
    ----------
    responses : ResponseMatrix
    truth : DataFrame
        A row for each sitting: ``sitting``, ``kind`` (attentive, careless, faking, second-language
        or expert), ``careless_kind``, ``group`` where there are groups, the trait of each value
        as ``true_VALUE`` and their mean, ``true_composite``, ``leniency``, ``scatter``,
        ``reading_difficulty``.
    population : Population
    seed : int
    people : People
        The same as arrays.
    """

    responses: ResponseMatrix
    truth: pd.DataFrame
    population: Population
    seed: int
    people: People = field(repr=False)


def simulate_responses(
    bank: Bank,
    n: int,
    *,
    seed: int,
    form: str = "full",
    careless: float = 0.0,
    progress: Progress | None = None,
) -> ResponseMatrix:
    """Make up sittings.

    Parameters
    ----------
    bank : Bank
    n : int
        How many; they are named ``simulated-000001`` and so on.
    seed : int
        The same seed gives the same sittings.
    form : {"full", "default"}
        Whether every item is answered, or those that the default form draws.
    careless : float
        Share of candidates who answer without reading.
    progress : callable, optional
        Told how many sittings have been made, now and then.

    Returns
    -------
    ResponseMatrix

    Raises
    ------
    InvalidInput
        If a number makes no sense.

    See Also
    --------
    simulate_sittings : With known traits, and more kinds of people.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = simulate_responses(bank, 3, seed=1)
    >>> responses.sittings[-1], bool((responses.codes == -128).any())
    ('simulated-000003', False)
    """
    population = Population(form=form, careless=careless)
    check_number(n, seed)
    codes = np.full((n, len(bank.columns)), MISSING, dtype=np.int8)
    for _ in filled(codes, bank, population, seed, progress):
        pass
    return ResponseMatrix(codes, _names(n), bank)


def simulate_sittings(
    bank: Bank,
    n: int,
    *,
    seed: int,
    population: Population | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Make up sittings of people whose traits are known.

    Parameters
    ----------
    bank : Bank
    n : int
        How many; they are named ``simulated-000001`` and so on.
    seed : int
        The same seed gives the same sittings.
    population : Population, optional
        Who they are; by default all read, in one group, with nothing planted.
    progress : callable, optional
        Told how many sittings have been made, now and then.

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidInput
        If a number makes no sense, or the bank has no such item or option.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> made = simulate_sittings(bank, 200, seed=1, population=Population(careless=0.5))
    >>> sorted(made.truth["kind"].unique()), len(made.responses)
    (['attentive', 'careless'], 200)
    """
    population = population or Population()
    check_number(n, seed)
    population.check_against(bank)
    codes = np.full((n, len(bank.columns)), MISSING, dtype=np.int8)
    people = joined(list(filled(codes, bank, population, seed, progress)))
    return _simulation(codes, _names(n), bank, population, seed, people)


def simulate_retest(first: Simulation, *, seed: int, stability: float = 0.9) -> Simulation:
    """Let the same people sit again, later.

    Parameters
    ----------
    first : Simulation
    seed : int
        Another than that of the first sitting.
    stability : float
        Correlation of a trait with itself, from -1 to 1. Leniency, scatter, kind and group stay.

    Returns
    -------
    Simulation
        The sittings have the same names as before.

    Raises
    ------
    InvalidInput
        If a number makes no sense.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> first = simulate_sittings(bank, 100, seed=1)
    >>> again = simulate_retest(first, seed=2, stability=0.8)
    >>> again.responses.sittings == first.responses.sittings
    True
    """
    bank, population, before = first.responses.bank, first.population, first.people
    check_number(len(before), seed)
    if not -1 <= stability <= 1:
        raise InvalidInput(f"expected a stability of -1 to 1, got {stability}")
    if seed == first.seed:
        raise InvalidInput(f"expected another seed than that of the first sitting, got {seed}")
    means = [population.group_means.get(name, 0.0) for name in population.groups] or [0.0]
    mean = np.array(means, dtype=np.float32)[before.group]
    anew = draw_traits(bank, len(before), np.random.default_rng(np.random.SeedSequence(seed)))
    kept, fresh = np.float32(stability), np.float32(np.sqrt(1 - stability**2))
    traits = {
        value: mean + kept * (trait - mean) + fresh * anew[value]
        for value, trait in before.traits.items()
    }
    people = replace(before, traits=traits)
    views = item_views(bank, population, first.seed)
    codes = sat_by(people, views, population, seed)
    return _simulation(codes, first.responses.sittings, bank, population, seed, people)


def simulate_panel(
    bank: Bank,
    n: int,
    *,
    seed: int,
    accuracy: float | Sequence[float] = 0.85,
    mis_keyed: Sequence[str] = (),
    leniency: float = 0.2,
) -> Simulation:
    """Let a panel of experts sit the bank.

    Parameters
    ----------
    bank : Bank
    n : int
        How many; they are named ``simulated-expert-0001`` and so on.
    seed : int
        The same seed gives the same panel.
    accuracy : float or sequence of float
        About how far an expert's ratings correlate with the key before they are rounded, above 0
        and below 1; one for all or one for each. Other formats follow.
    mis_keyed : sequence of str
        Options, as ``item.option``, whose key the experts do not share.
    leniency : float
        Standard deviation of experts' leniency, in rating points.

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidInput
        If a number makes no sense, or the bank has no such option.

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> simulate_panel(bank, 12, seed=1).truth["kind"].unique().tolist()
    ['expert']
    """
    population = Population(leniency=leniency, mis_keyed=tuple(mis_keyed))
    check_number(n, seed)
    population.check_against(bank)
    each = np.atleast_1d(np.asarray(accuracy, dtype=float))
    if len(each) not in (1, n) or not np.all((each > 0) & (each < 1)):
        raise InvalidInput(f"expected an accuracy above 0 and below 1 for 1 or {n} experts")
    trait = np.broadcast_to(_trait_of(each, bank), n).astype(np.float32)
    streams = np.random.SeedSequence(seed).spawn(2)
    drawn = draw_people(bank, n, population, *map(np.random.default_rng, streams))
    people = replace(drawn, traits=dict.fromkeys(drawn.traits, trait))
    codes = sat_by(people, item_views(bank, population, seed), population, seed)
    names = tuple(f"simulated-expert-{number:04d}" for number in range(1, n + 1))
    made = _simulation(codes, names, bank, population, seed, people)
    return replace(made, truth=made.truth.assign(kind="expert"))


def _trait_of(accuracy: npt.NDArray[np.float64], bank: Bank) -> npt.NDArray[np.float64]:
    """The trait at which ratings correlate so far with the key."""
    # Variance of keyed ratings, in units of the noise.
    spreads = [
        np.var(item.key) * 9 / ((item.scale or 1) - 1) ** 2
        for item in bank.items
        if item.format is ResponseFormat.RATE
    ]
    spread = float(np.sqrt(np.mean(spreads))) if spreads else 1.0
    noise = spread * np.sqrt(1 / accuracy**2 - 1)
    return np.asarray(-np.log(noise / NOISE) / NOISE_SLOPE)


def _simulation(
    codes: Codes,
    names: Sequence[str],
    bank: Bank,
    population: Population,
    seed: int,
    people: People,
) -> Simulation:
    responses = ResponseMatrix(codes, tuple(names), bank)
    return Simulation(
        responses, truth_table(people, names, bank, population), population, seed, people
    )


def _names(n: int) -> tuple[str, ...]:
    return tuple(f"simulated-{number:06d}" for number in range(1, n + 1))
