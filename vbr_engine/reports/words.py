"""How reports write lists, numbers, dates and names."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from vbr_engine.words import ENGLISH
from vbr_engine.words.english import listed, number_word, ordinal

__all__ = ["listed", "number_word", "ordinal", "quoted", "shortened", "shown_name", "written_date"]


def quoted(words: str) -> str:
    """Put words in quotation marks."""
    return f"‘{words}’"


def written_date(day: date) -> str:
    """Write a date the British way.

    Examples
    --------
    >>> written_date(date(2026, 11, 2))
    '2 November 2026'
    """
    return ENGLISH.date(day)


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
