"""What people see in an item: the best answer, what would look best, and how hard it is to read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.bank.reading import count_words, reading_age
from vbr_engine.simulate.people import Floats
from vbr_engine.simulate.population import Population

__all__ = ["ItemView", "item_views"]

LOOKS = 0.45  # how far what looks best lies from the key, in rating points on a scale of four
_LOOKS_STREAM = 1 << 30  # beside the streams of the blocks, which count from 0


@dataclass(frozen=True, eq=False)
class ItemView:
    """An item as people see it.

    Parameters
    ----------
    item : Item
    best, looks : ndarray, shape (options,)
        What is right, and what looks right to somebody who wants to please: a rating, or how much
        an option draws (mean 0, standard deviation 1).
    load : float
        Words times reading age above 5, 1 for the average item of the bank.
    harder : float
        How much lower the trait of the groups after the first counts.
    asked : bool
        Whether the form has it.
    """

    item: Item
    best: Floats
    looks: Floats
    load: float
    harder: float
    asked: bool


def item_views(bank: Bank, population: Population, seed: int) -> tuple[ItemView, ...]:
    """See the bank as people do.

    Parameters
    ----------
    bank : Bank
    population : Population
    seed : int
        Decides what looks best.

    Returns
    -------
    tuple of ItemView
        In the order of the bank.
    """
    keys = population.keys(bank)
    asked = {item.id for item in (bank.items if population.form == "full" else draw_items(bank))}
    loads = reading_loads(bank) if population.second_language else dict.fromkeys(keys, 1.0)
    stream = np.random.SeedSequence(seed, spawn_key=(_LOOKS_STREAM,))
    rng = np.random.default_rng(stream)
    views = []
    for item in bank.items:
        best = _wanted(item, keys[item.id])
        noise = rng.standard_normal(len(item.options)).astype(np.float32)
        width = _width(item) if item.format is ResponseFormat.RATE else 1.0
        looks = best + np.float32(LOOKS * width) * noise
        harder = population.dif.get(item.id, 0.0)
        views.append(ItemView(item, best, looks, loads[item.id], harder, item.id in asked))
    return tuple(views)


def reading_loads(bank: Bank) -> dict[str, float]:
    """How much there is to read in each item, and how hard: 1 on average.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    dict of str to float
        By item.
    """
    texts = bank.text().items
    loads = {
        item.id: _load([t.scenario, t.question, *t.options.values()])
        for item in bank.items
        for t in [texts[item.id]]
    }
    average = sum(loads.values()) / len(loads)
    return {name: load / average for name, load in loads.items()}


def _load(texts: Iterable[str]) -> float:
    whole = "\n".join(texts)
    return count_words(whole) * max(reading_age(whole) - 5.0, 1.0)


def _width(item: Item) -> float:
    return ((item.scale or 1) - 1) / 3


def _wanted(item: Item, key: tuple[float, ...]) -> Floats:
    """The keyed rating, or how much the key speaks for each option, standardised."""
    keyed = np.array(key, dtype=np.float32)
    if item.format is ResponseFormat.RATE:
        return keyed
    if item.format is ResponseFormat.RANK:
        keyed = -keyed
    wanted: Floats = (keyed - keyed.mean()) / max(float(keyed.std()), 1e-6)
    return wanted
