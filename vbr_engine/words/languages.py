"""The languages that reports are written in, and how each writes what no catalogue can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vbr_engine.words import english, welsh

__all__ = ["LANGUAGES", "Language"]


class _NumberWord(Protocol):
    def __call__(self, number: int, *, feminine: bool = False) -> str: ...


class _Ordinal(Protocol):
    def __call__(self, number: int) -> str: ...


class _Listed(Protocol):
    def __call__(self, names: Sequence[str], *, last: str = "and") -> str: ...


@dataclass(frozen=True, slots=True)
class Language:
    """One language.

    Parameters
    ----------
    code : str
        As a sitting and a bank's catalogue name it, such as ``cy``.
    tag : str
        For the ``lang`` attribute of a page.
    name : str
        In English.
    months : tuple of str
    number_word, ordinal, listed : callable
        Write a number as a word, a place in a row, and a list.
    """

    code: str
    tag: str
    name: str
    months: tuple[str, ...]
    number_word: _NumberWord
    ordinal: _Ordinal
    listed: _Listed


LANGUAGES: Mapping[str, Language] = {
    "en": Language(
        "en",
        "en-GB",
        "English",
        english.MONTHS,
        english.number_word,
        english.ordinal,
        english.listed,
    ),
    "cy": Language(
        "cy", "cy", "Welsh", welsh.MONTHS, welsh.number_word, welsh.ordinal, welsh.listed
    ),
}
