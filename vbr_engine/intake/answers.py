"""Cells that hold a number, yes or no, or a language."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LANGUAGES_OFFERED", "hours_of", "language_of", "minutes_of", "yes_or_no"]

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "✔", "☑", "ie", "oes", "ydy", "ydw"})
_NO = frozenset({"no", "n", "false", "f", "0", "none", "na", "nac", "nage", "nid", "✗", "✘", "☐"})
_NO_WORDS = frozenset({"nac oes", "nac ydy", "nac ydw", "not yet", "n/a", "na fydd"})
_LANGUAGES = {
    "en": "en eng english gb en-gb saesneg uk",
    "cy": "cy cym wel welsh cymraeg cy-gb wales",
}
LANGUAGES_OFFERED = {word: code for code, words in _LANGUAGES.items() for word in words.split()}
_NUMBER = r"(\d{1,4}(?:[.,]\d{1,2})?)"
_MINUTES = re.compile(rf"{_NUMBER}\s*(?:m|min|mins|minutes?|munud|munudau)?\.?")
_HOURS_MINUTES = re.compile(
    rf"{_NUMBER}\s*(?:h|hr|hrs|hours?|awr|oriau)\.?(?:\s*(\d{{1,2}})\s*(?:m|mins?|minutes?|munud)?)?"
)
_HOURS = re.compile(
    rf"{_NUMBER}\s*(?:h|hr|hrs|hours?|awr|oriau)?\.?"
    r"(?:\s*(?:/|per|a|pw|each|yr)?\s*(?:w|wk|week|wythnos))?"
)


def minutes_of(text: str) -> float | None:
    """Read minutes.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None

    Examples
    --------
    >>> minutes_of("25 mins"), minutes_of("1 hr 10"), minutes_of("far")
    (25.0, 70.0, None)
    """
    plain = _plain(text)
    found = _MINUTES.fullmatch(plain)
    if found:
        return _number(found[1])
    found = _HOURS_MINUTES.fullmatch(plain)
    return 60 * _number(found[1]) + float(found[2] or 0) if found else None


def hours_of(text: str) -> float | None:
    """Read hours a week.

    Parameters
    ----------
    text : str

    Returns
    -------
    float or None

    Examples
    --------
    >>> hours_of("16"), hours_of("22,5 hours per week"), hours_of("full time")
    (16.0, 22.5, None)
    """
    found = _HOURS.fullmatch(_plain(text))
    return _number(found[1]) if found else None


def yes_or_no(text: str) -> str | None:
    """Read yes or no, in English or Welsh.

    Parameters
    ----------
    text : str

    Returns
    -------
    {"yes", "no"} or None

    Examples
    --------
    >>> yes_or_no("Y"), yes_or_no("nac oes"), yes_or_no("sometimes")
    ('yes', 'no', None)
    """
    plain = _plain(text).rstrip(".!")
    if plain in _NO or plain in _NO_WORDS:
        return "no"
    return "yes" if plain in _YES else None


def language_of(text: str) -> str | None:
    """Read which of the two languages is meant.

    Parameters
    ----------
    text : str

    Returns
    -------
    {"en", "cy"} or None

    Examples
    --------
    >>> language_of("Welsh"), language_of("Saesneg"), language_of("Polish")
    ('cy', 'en', None)
    """
    return LANGUAGES_OFFERED.get(_plain(text))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _number(text: str) -> float:
    return float(text.replace(",", "."))
