"""Made-up sittings, to practise on and to measure with. They are not norms of anything.

Each candidate has a latent trait for every value, standard normal and correlated between values.
The higher the trait, the closer the answers come to the key:

========== ===================================================================================
rate       the keyed rating, plus the person's leniency, plus noise that shrinks with the
           trait, rounded onto the scale
rank       options drawn one after another with chances that follow the key and the trait
           (Plackett-Luce)
most-least the option most drawn to is most, the one least drawn to is least
pick       the options most drawn to, as many as are asked for
========== ===================================================================================

Careless candidates answer without reading: half of them at random, half with one rating
throughout and options in the order of the bank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.errors import InvalidInput
from vbr_engine.responses import MISSING, Codes, ResponseMatrix

__all__ = ["MOST", "simulate_responses"]

MOST = 10_000_000  # sittings at once; more would not fit into the memory of most machines

CORRELATION = 0.5  # between the traits of two values
NOISE = 1.0  # standard deviation of a rating's noise at an average trait, on a scale of four
NOISE_SLOPE = 0.35  # how fast noise shrinks with the trait
LENIENCY = 0.3  # standard deviation of a person's leniency, in rating points
PULL = 1.3  # how strongly the key draws at an average trait, in logits
PULL_SLOPE = 0.4
BLOCK = 20_000

Traits = npt.NDArray[np.float32]


def simulate_responses(
    bank: Bank,
    n: int,
    *,
    seed: int,
    form: str = "full",
    careless: float = 0.0,
    progress: Callable[[int], None] | None = None,
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

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = simulate_responses(bank, 3, seed=1)
    >>> responses.sittings[-1], bool((responses.codes == -128).any())
    ('simulated-000003', False)
    """
    _check(n, seed, form, careless)
    codes = np.full((n, len(bank.columns)), MISSING, dtype=np.int8)
    asked = {item.id for item in (bank.items if form == "full" else draw_items(bank))}
    starts = range(0, n, BLOCK)
    for start, child in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        _fill(codes[start : start + BLOCK], bank, asked, careless, np.random.default_rng(child))
        if progress is not None:
            progress(min(start + BLOCK, n))
    names = tuple(f"simulated-{number:06d}" for number in range(1, n + 1))
    return ResponseMatrix(codes, names, bank)


def _check(n: int, seed: int, form: str, careless: float) -> None:
    if not 1 <= n <= MOST:
        raise InvalidInput(f"expected 1 to {MOST:,} sittings, got {n}")
    if seed < 0:
        raise InvalidInput(f"expected a seed of 0 or more, got {seed}")
    if form not in ("full", "default"):
        raise InvalidInput(f"expected the form 'full' or 'default', got {form!r}")
    if not 0 <= careless <= 1:
        raise InvalidInput(f"expected a share of careless candidates of 0 to 1, got {careless}")


def _fill(
    codes: Codes, bank: Bank, asked: set[str], careless: float, rng: np.random.Generator
) -> None:
    n = len(codes)
    traits = _traits(bank, n, rng)
    leniency = rng.normal(0, LENIENCY, n).astype(np.float32)
    # 0 reads; 1 answers at random; 2 answers in a straight line.
    manner = np.where(rng.random(n) < careless, rng.integers(1, 3, n), 0)
    for item, columns in _places(bank):
        if item.id not in asked:
            continue
        answers = _attentive(item, traits[item.value], leniency, rng)
        at_random = np.flatnonzero(manner == 1)
        answers[at_random] = _guesses(item, len(at_random), rng)
        answers[manner == 2] = _straight(item)
        codes[:, columns] = answers


def _places(bank: Bank) -> Iterator[tuple[Item, slice]]:
    at = 0
    for item in bank.items:
        yield item, slice(at, at + len(item.options))
        at += len(item.options)


def _traits(bank: Bank, n: int, rng: np.random.Generator) -> dict[str, Traits]:
    common = rng.standard_normal(n, dtype=np.float32) * np.float32(np.sqrt(CORRELATION))
    own = np.float32(np.sqrt(1 - CORRELATION))
    return {
        value.id: common + own * rng.standard_normal(n, dtype=np.float32) for value in bank.values
    }


def _attentive(item: Item, trait: Traits, leniency: Traits, rng: np.random.Generator) -> Codes:
    if item.format is ResponseFormat.RATE:
        return _ratings(item, trait, leniency, rng)
    pull = np.float32(PULL) * np.exp(np.float32(PULL_SLOPE) * trait)
    wanted = pull[:, None] * _wanted(item)[None, :]
    return _chosen(item, wanted + _gumbel(wanted.shape, rng))


def _ratings(item: Item, trait: Traits, leniency: Traits, rng: np.random.Generator) -> Codes:
    scale = item.scale or 1
    width = np.float32(NOISE * (scale - 1) / 3)
    noise = rng.standard_normal((len(trait), len(item.options)), dtype=np.float32)
    noise *= (width * np.exp(-np.float32(NOISE_SLOPE) * trait))[:, None]
    noise += np.array(item.key, dtype=np.float32) + leniency[:, None]
    return np.clip(np.rint(noise), 1, scale).astype(np.int8)


def _wanted(item: Item) -> Traits:
    """How much the key speaks for each option, standardised over the options."""
    key = np.array(item.key, dtype=np.float32)
    if item.format is ResponseFormat.RANK:
        key = -key
    wanted: Traits = (key - key.mean()) / max(float(key.std()), 1e-6)
    return wanted


def _gumbel(shape: tuple[int, ...], rng: np.random.Generator) -> Traits:
    noise = rng.standard_exponential(shape, dtype=np.float32)
    return -np.log(np.maximum(noise, np.float32(1e-30)))


def _chosen(item: Item, wanted: Traits) -> Codes:
    """Turn what is wanted most into an answer; ties have chance nil."""
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


def _guesses(item: Item, n: int, rng: np.random.Generator) -> Codes:
    if item.format is ResponseFormat.RATE:
        drawn = rng.integers(1, (item.scale or 1) + 1, (n, len(item.options)))
        return drawn.astype(np.int8)
    return _chosen(item, rng.random((n, len(item.options)), dtype=np.float32))


def _straight(item: Item) -> Codes:
    if item.format is ResponseFormat.RATE:
        return np.full(len(item.options), max(1, (item.scale or 1) - 1), dtype=np.int8)
    down = -np.arange(len(item.options), dtype=np.float32)
    straight: Codes = _chosen(item, down[None, :])[0]
    return straight
