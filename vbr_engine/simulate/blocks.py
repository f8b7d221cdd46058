"""Filling a table of answers, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from vbr_engine.bank.model import Bank
from vbr_engine.responses import MISSING, Codes
from vbr_engine.simulate.answers import attentive
from vbr_engine.simulate.careless import LongStrings, guesses, straight
from vbr_engine.simulate.people import BLOCK, People, draw_people
from vbr_engine.simulate.population import Population
from vbr_engine.simulate.views import ItemView, item_views

__all__ = ["Progress", "filled", "sat_by"]

Progress = Callable[[int], None]
_RETEST_STREAM = 1 << 29  # beside the streams of the blocks, which count from 0


def filled(
    codes: Codes, bank: Bank, population: Population, seed: int, progress: Progress | None
) -> Iterator[People]:
    """Fill the table block by block, and give the people of each."""
    views = item_views(bank, population, seed)
    n = len(codes)
    starts = range(0, n, BLOCK)
    for start, child in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        block = codes[start : start + BLOCK]
        rng, besides = (np.random.default_rng(one) for one in (child, child.spawn(1)[0]))
        people = draw_people(bank, len(block), population, rng, besides)
        _sit(block, people, views, population, rng, besides)
        yield people
        if progress is not None:
            progress(min(start + BLOCK, n))


def sat_by(people: People, views: Sequence[ItemView], population: Population, seed: int) -> Codes:
    """Let given people sit, from streams that no drawing of people uses."""
    width = sum(len(view.item.options) for view in views)
    codes = np.full((len(people), width), MISSING, dtype=np.int8)
    streams = np.random.SeedSequence(seed, spawn_key=(_RETEST_STREAM,)).spawn(2)
    _sit(codes, people, views, population, *map(np.random.default_rng, streams))
    return codes


def _sit(
    codes: Codes,
    people: People,
    views: Sequence[ItemView],
    population: Population,
    rng: np.random.Generator,
    besides: np.random.Generator,
) -> None:
    at_random = np.flatnonzero(people.careless == 1)
    strings = np.flatnonzero(people.careless == 3)
    on_end = LongStrings(len(strings), besides)
    for view, columns in _places(views):
        if not view.asked:
            continue
        answers = attentive(view, people, population, rng)
        answers[at_random] = guesses(view.item, len(at_random), rng)
        answers[people.careless == 2] = straight(view.item)
        answers[strings] = on_end.answer(view.item)
        codes[:, columns] = answers
    asked = [columns for view, columns in _places(views) if view.asked]
    _leave_gaps(codes, asked, population, besides)


def _places(views: Sequence[ItemView]) -> Iterator[tuple[ItemView, slice]]:
    at = 0
    for view in views:
        yield view, slice(at, at + len(view.item.options))
        at += len(view.item.options)


def _leave_gaps(
    codes: Codes, columns: Sequence[slice], population: Population, rng: np.random.Generator
) -> None:
    """Empty what was skipped, and what came after the last item before leaving."""
    n = len(codes)
    if population.skip:
        for place in columns:
            codes[rng.random(n) < population.skip, place] = MISSING
    if population.drop_out and len(columns) > 1:
        last = rng.integers(1, len(columns), n)
        last[rng.random(n) >= population.drop_out] = len(columns)
        for number, place in enumerate(columns):
            codes[last <= number, place] = MISSING
