"""Whether one language says as much as another: entries, placeholders, figures, lengths.

A translated item is another instrument. What can be counted is counted here; whether it means the
same is for people who speak both languages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.bank.texts import texts_of
from vbr_engine.errors import Problem

__all__ = ["length_shifts", "parity", "untranslated"]

# An option grew or shrank by half against the other options of its item.
_SHIFT = 1.5
_PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[sd]|%[sd]|\[\[[^\]]*\]\]")
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def parity(catalogue: Catalogue, first: Catalogue) -> Iterator[Problem]:
    """Warn where a catalogue has other entries, placeholders or figures than the first one.

    Parameters
    ----------
    catalogue, first : Catalogue

    Yields
    ------
    Problem
    """
    original = {placed.path: placed.text for placed in texts_of(first)}
    texts = {placed.path: placed.text for placed in texts_of(catalogue)}
    for path in original.keys() - texts.keys():
        yield _warned(catalogue, path, f"{first.language} says something here, and this does not")
    for path, text in texts.items():
        if path not in original:
            yield _warned(catalogue, path, f"{first.language} says nothing here")
            continue
        for what, pattern in (("placeholders", _PLACEHOLDER), ("figures", _FIGURE)):
            here, there = (Counter(pattern.findall(one)) for one in (text, original[path]))
            if here != there:
                message = f"its {what} are {_listed(here)}; in {first.language} {_listed(there)}"
                yield _warned(catalogue, path, message)


def untranslated(catalogue: Catalogue, first: Catalogue) -> Iterator[Problem]:
    """Warn about texts of two words or more that are the same as in the first language."""
    if catalogue is first:
        return
    original = {placed.path: placed.text for placed in texts_of(first)}
    for placed in texts_of(catalogue):
        same = placed.text.casefold() == original.get(placed.path, "").casefold()
        if same and len(placed.text.split()) > 1:
            message = f"is the same as in {first.language}: has it been translated?"
            yield _problem(catalogue, placed.path, message, "untranslated", "warning")


def length_shifts(bank: Bank, catalogue: Catalogue, first: Catalogue) -> Iterator[Problem]:
    """Note each option that is much longer or shorter beside its neighbours than in the first.

    A candidate may take a long option for the careful one, so a translation keeps the proportions.
    """
    for item in bank.items:
        here, there = (_shares(held.items[item.id].options) for held in (catalogue, first))
        for option in item.options:
            ratio = here[option] / there[option]
            if not 1 / _SHIFT <= ratio <= _SHIFT:
                message = (
                    f"is {ratio:.1f} x as long beside the other options as in {first.language}"
                )
                path = f"items.{item.id}.options.{option}"
                yield _problem(catalogue, path, message, "length-shift", "note")


def _shares(texts: Mapping[str, str]) -> dict[str, float]:
    whole = sum(map(len, texts.values()))
    return {option: len(text) / whole for option, text in texts.items()}


def _listed(found: Counter[str]) -> str:
    return ", ".join(sorted(found.elements())) or "none"


def _warned(catalogue: Catalogue, path: str, message: str) -> Problem:
    return _problem(catalogue, path, message, "parity", "warning")


def _problem(catalogue: Catalogue, path: str, message: str, rule: str, severity: str) -> Problem:
    return Problem(
        message=message, path=path, file=catalogue.language, rule=rule, severity=severity
    )
