"""Whether a test-wise candidate could guess the key: by length, or by position in the file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from scipy.special import chdtrc

from vbr_engine.bank.model import Bank, Catalogue, Item, ResponseFormat
from vbr_engine.errors import Problem

__all__ = [
    "best_options",
    "key_order",
    "key_positions",
    "length_cue",
    "long_best_options",
    "longest_and_best",
]

# One-sided five per cent.
_Z = 1.645
_P = 0.05
_MUCH_LONGER = 1.3


def best_options(item: Item) -> tuple[str, ...]:
    """Options that the key holds to be best.

    Parameters
    ----------
    item : Item

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> best_options(Item("late", "kind", ResponseFormat.RANK, ("a", "b", "c"), (2.0, 1.0, 3.0)))
    ('b',)
    """
    top = min(item.key) if item.format is ResponseFormat.RANK else max(item.key)
    return tuple(
        option for option, keyed in zip(item.options, item.key, strict=True) if keyed == top
    )


def longest_and_best(bank: Bank, catalogue: Catalogue) -> tuple[float, float, float]:
    """Count items whose longest option is a best one: seen, expected by chance, its variance."""
    hits = expected = variance = 0.0
    for item in bank.items:
        chance = len(best_options(item)) / len(item.options)
        hits += _longest(item, catalogue) in best_options(item)
        expected += chance
        variance += chance * (1 - chance)
    return hits, expected, variance


def length_cue(bank: Bank, catalogue: Catalogue) -> Iterator[Problem]:
    """Warn if the longest option is the best one more often than chance explains.

    Chance is the share of best options among an item's options; the limit is one-sided, five
    per cent, by the normal approximation.
    """
    hits, expected, variance = longest_and_best(bank, catalogue)
    if variance and hits - expected > _Z * math.sqrt(variance):
        number = len(bank.items)
        message = (
            f"the longest option is a best one in {hits:.0f} of {number} items; "
            f"by chance it would be in {expected:.1f}"
        )
        yield _cue(message, "items", catalogue.language, "length-cue", "warning")


def long_best_options(bank: Bank, catalogue: Catalogue) -> Iterator[Problem]:
    """Note each item whose best option is the longest, and much longer than the mean."""
    for item in bank.items:
        texts = catalogue.items[item.id].options
        longest = _longest(item, catalogue)
        mean = sum(map(len, texts.values())) / len(texts)
        if longest in best_options(item) and len(texts[longest]) > _MUCH_LONGER * mean:
            message = f"the best option is the longest, {len(texts[longest]) / mean:.1f} x the mean"
            path = f"items.{item.id}.options.{longest}"
            yield _cue(message, path, catalogue.language, "long-best-option", "note")


def key_positions(bank: Bank) -> Iterator[Problem]:
    """Warn if best options stand at some positions of the file more often than chance explains.

    A chi-square test over positions, with the items' own expected shares, five per cent.
    """
    seen, expected = _positions(bank.items)
    degrees = len(expected) - 1
    if degrees < 1 or min(expected) < 1 or sum(expected) < 5 * len(expected):
        return
    chi_square = sum((o - e) ** 2 / e for o, e in zip(seen, expected, strict=True))
    if chdtrc(degrees, chi_square) < _P:
        counts = ", ".join(
            f"{place}: {o:.0f} ({e:.1f})"
            for place, (o, e) in enumerate(zip(seen, expected, strict=True), start=1)
        )
        message = f"best options favour some places in the list; seen (expected) at {counts}"
        yield _cue(message, "items", "", "key-position", "warning")


def key_order(bank: Bank) -> Iterator[Problem]:
    """Warn for each item whose options stand in the order of the key."""
    for item in bank.items:
        if item.format in {ResponseFormat.RATE, ResponseFormat.RANK} and len(item.options) > 2:
            ordered = sorted(item.key)
            if list(item.key) in (ordered, ordered[::-1]):
                message = "the options stand in the order of the key; mix them"
                yield _cue(message, f"items.{item.id}.key", "", "key-order", "warning")


def _longest(item: Item, catalogue: Catalogue) -> str:
    texts = catalogue.items[item.id].options
    return max(item.options, key=lambda option: len(texts[option]))


def _positions(items: Sequence[Item]) -> tuple[list[float], list[float]]:
    """Count best options seen and expected at each position; rare last ones are taken together."""
    most = max(len(item.options) for item in items)
    seen, expected = [0.0] * most, [0.0] * most
    for item in items:
        best = best_options(item)
        for place, option in enumerate(item.options):
            seen[place] += option in best
            expected[place] += len(best) / len(item.options)
    while len(expected) > 1 and expected[-1] < 5:
        expected[-2:] = [sum(expected[-2:])]
        seen[-2:] = [sum(seen[-2:])]
    return seen, expected


def _cue(message: str, path: str, file: str, rule: str, severity: str) -> Problem:
    return Problem(message=message, path=path, file=file, rule=rule, severity=severity)
