"""How reports write lists, numbers, dates and names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

__all__ = ["listed", "number_word", "ordinal", "quoted", "shortened", "shown_name", "written_date"]

_ONES = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number_word(number: int) -> str:
    """Write a small number as a word, a larger one in digits.

    Examples
    --------
    >>> number_word(0), number_word(16), number_word(28), number_word(140)
    ('no', 'sixteen', 'twenty-eight', '140')
    """
    if number < len(_ONES):
        return _ONES[number]
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


def ordinal(number: int) -> str:
    """Write a place in a row.

    Examples
    --------
    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 21)]
    ['1st', '2nd', '3rd', '4th', '11th', '21st']
    """
    teens = 10 < number % 100 < 14
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def quoted(words: str) -> str:
    """Put words in quotation marks."""
    return f"‘{words}’"


def listed(names: Sequence[str], *, last: str = "and") -> str:
    """Write a list as people say it.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b"], last="or"), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def written_date(day: date) -> str:
    """Write a date the British way.

    Examples
    --------
    >>> written_date(date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def shown_name(name: str | None, *, limit: int = 100) -> str | None:
    """Make a name fit to be shown: one line, nothing invisible that turns text round, not endless.

    Examples
    --------
    >>> shown_name("  Ana\\u202e\\nLima "), shown_name("   ")
    ('Ana Lima', None)
    """
    if name is None:
        return None
    kept = (" " if unicodedata.category(c) == "Cc" else c for c in name if not _turns_text(c))
    line = " ".join("".join(kept).split())
    return (line if len(line) <= limit else line[: limit - 1].rstrip() + "…") or None


def shortened(text: str, *, limit: int = 420) -> str:
    """Keep whole sentences up to `limit` letters.

    Examples
    --------
    >>> shortened("One here. Two here. Three here.", limit=20)
    'One here. Two here. …'
    """
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    ends = [match.end() for match in re.finditer(r"[.!?][’”\"']?(?=\s)", flat[: limit + 1])]
    cut = flat[: ends[-1]] if ends else flat[:limit].rsplit(" ", 1)[0]
    return f"{cut} …"


def _turns_text(letter: str) -> bool:
    return (
        letter in "\u200e\u200f\u061c"
        or "\u202a" <= letter <= "\u202e"
        or ("\u2066" <= letter <= "\u2069")
        or unicodedata.category(letter) == "Cs"
    )
