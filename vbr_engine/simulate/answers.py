"""From what people see to what they answer, in each response format."""

from __future__ import annotations

import numpy as np

from vbr_engine.bank.model import Item, ResponseFormat
from vbr_engine.responses import Codes
from vbr_engine.simulate.people import Floats, People
from vbr_engine.simulate.population import Population
from vbr_engine.simulate.views import ItemView

__all__ = ["attentive", "chosen"]

NOISE = 1.0  # standard deviation of a rating's noise at an average trait, on a scale of four
NOISE_SLOPE = 0.35  # how fast noise shrinks with the trait
PULL = 1.3  # how strongly the key draws at an average trait, in logits
PULL_SLOPE = 0.4
FAKED = 2.0  # how much a trait gains by faking at full strength


def attentive(
    view: ItemView, people: People, population: Population, rng: np.random.Generator
) -> Codes:
    """Draw the answers of people who read.

    Parameters
    ----------
    view : ItemView
    people : People
    population : Population
    rng : Generator

    Returns
    -------
    ndarray of int8, shape (people, options)
    """
    trait = _shown_trait(view, people, population)
    best = _aimed_at(view, people, population)
    noisier = None
    if population.second_language:
        noisier = 1 + np.float32(population.language_noise * view.load) * people.reading
    if view.item.format is ResponseFormat.RATE:
        return _ratings(view.item, trait, best, noisier, people, rng)
    pull = np.float32(PULL) * np.exp(np.float32(PULL_SLOPE) * trait)
    if noisier is not None:
        pull = pull / noisier
    wanted = pull[:, None] * best
    return chosen(view.item, wanted + _gumbel(wanted.shape, rng))


def _shown_trait(view: ItemView, people: People, population: Population) -> Floats:
    """The trait as it shows in this item: lower where the item is unfair, higher by faking."""
    trait = people.traits[view.item.value]
    if view.harder:
        trait = trait - np.float32(view.harder) * (people.group > 0).astype(np.float32)
    if population.faking:
        gain = np.float32(FAKED * population.faking_strength)
        trait = trait + gain * people.faking.astype(np.float32)
    return trait


def _aimed_at(view: ItemView, people: People, population: Population) -> Floats:
    """What each person takes for the best answer, shape (people or 1, options)."""
    best = view.best[None, :]
    if not population.faking:
        return best
    strength = np.float32(population.faking_strength) * people.faking.astype(np.float32)[:, None]
    return best + strength * (view.looks - view.best)[None, :]


def _ratings(
    item: Item,
    trait: Floats,
    best: Floats,
    noisier: Floats | None,
    people: People,
    rng: np.random.Generator,
) -> Codes:
    scale = item.scale or 1
    width = np.float32(NOISE * (scale - 1) / 3)
    noise = rng.standard_normal((len(trait), len(item.options)), dtype=np.float32)
    spread = width * np.exp(-np.float32(NOISE_SLOPE) * trait)
    noise *= (spread if noisier is None else spread * noisier)[:, None]
    noise += best + people.leniency[:, None]
    if people.scatter.any():
        middle = np.float32((scale + 1) / 2)
        noise = middle + (noise - middle) * np.exp(people.scatter)[:, None]
    return np.clip(np.rint(noise), 1, scale).astype(np.int8)


def _gumbel(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    noise = rng.standard_exponential(shape, dtype=np.float32)
    return -np.log(np.maximum(noise, np.float32(1e-30)))


def chosen(item: Item, wanted: Floats) -> Codes:
    """Turn what is wanted most into an answer; ties have chance nil.

    Parameters
    ----------
    item : Item
        Not of format rate.
    wanted : ndarray, shape (people, options)

    Returns
    -------
    ndarray of int8, shape (people, options)
    """
    order = np.argsort(-wanted, axis=1, kind="stable")
    codes = np.zeros(wanted.shape, dtype=np.int8)
    if item.format is ResponseFormat.RANK:
        ranks = np.arange(1, wanted.shape[1] + 1, dtype=np.int8)
        np.put_along_axis(codes, order, np.broadcast_to(ranks, wanted.shape), axis=1)
    elif item.format is ResponseFormat.MOST_LEAST:
        np.put_along_axis(codes, order[:, :1], np.int8(1), axis=1)
        np.put_along_axis(codes, order[:, -1:], np.int8(-1), axis=1)
    else:
        np.put_along_axis(codes, order[:, : item.picks], np.int8(1), axis=1)
    return codes
