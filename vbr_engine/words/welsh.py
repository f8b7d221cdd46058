"""How Welsh writes numbers, places, lists and dates."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

__all__ = ["MONTHS", "listed", "number_word", "ordinal"]

MONTHS = (
    "Ionawr",
    "Chwefror",
    "Mawrth",
    "Ebrill",
    "Mai",
    "Mehefin",
    "Gorffennaf",
    "Awst",
    "Medi",
    "Hydref",
    "Tachwedd",
    "Rhagfyr",
)
_ONES = ("dim", "un", "dau", "tri", "pedwar", "pump", "chwech", "saith", "wyth", "naw", "deg")
_FEMININE = {2: "dwy", 3: "tair", 4: "pedair"}
_TENS = {
    1: "un deg",
    2: "dau ddeg",
    3: "tri deg",
    4: "pedwar deg",
    5: "pum deg",
    6: "chwe deg",
    7: "saith deg",
    8: "wyth deg",
    9: "naw deg",
}
# How the places up to the twentieth end.
_ENDINGS = (
    *("af", "il", "ydd", "ydd", "ed", "ed", "fed", "fed", "fed", "fed"),
    *("eg", "fed", "eg", "eg", "fed", "eg", "eg", "fed", "eg", "fed"),
)
_VOWELS = frozenset("aeiouwy")
_LAST = {"and": "a", "or": "neu"}


def number_word(number: int, *, feminine: bool = False) -> str:
    """Write a small number as a word that stands by itself or before ``o``; a larger one in digits.

    The decimal words are used throughout: ``un deg chwech``, not ``un ar bymtheg``.

    Parameters
    ----------
    number : int
    feminine : bool
        For things whose name is feminine.

    Returns
    -------
    str

    Examples
    --------
    >>> number_word(0), number_word(4), number_word(4, feminine=True), number_word(28)
    ('dim', 'pedwar', 'pedair', 'dau ddeg wyth')
    >>> number_word(16), number_word(140)
    ('un deg chwech', '140')
    """
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    last = _FEMININE.get(ones, _ONES[ones]) if feminine else _ONES[ones]
    if number <= 10:
        return _ONES[number] if number == 10 else last
    return f"{_TENS[tens]} {last}" if ones else _TENS[tens]


def ordinal(number: int) -> str:
    """Write a place in a row.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 5, 7, 11, 21)]
    ['1af', '2il', '3ydd', '5ed', '7fed', '11eg', '21ain']
    """
    if 0 < number <= len(_ENDINGS):
        return f"{number}{_ENDINGS[number - 1]}"
    return f"{number}{'ain' if number % 20 else 'fed'}"


def listed(names: Sequence[str], *, last: str = "and") -> str:
    """Write a list; ``a`` (and) is ``ac`` before a vowel.

    Examples
    --------
    >>> listed(["‘caredig’", "‘gonest’"]), listed(["te", "llaeth", "afal"])
    ('‘caredig’ a ‘gonest’', 'te, llaeth ac afal')
    >>> listed(["coffi", "te"], last="or")
    'coffi neu te'
    """
    if len(names) < 2:
        return "".join(names)
    word = _LAST[last]
    if word == "a" and _starts_with_vowel(names[-1]):
        word = "ac"
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def _starts_with_vowel(words: str) -> bool:
    letters = (letter for letter in unicodedata.normalize("NFD", words) if letter.isalpha())
    return next(letters, "").casefold() in _VOWELS
