"""What a password is worth once everything that is guessed first is taken away.

Lists of leaked passwords are long because they hold every combination of the same few parts:
common words, names, years, keys side by side, one sign many times. So the parts are kept here, and
a password is measured by what they do not explain and by how many of them it takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

__all__ = ["worth"]

ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "azertyuiop",
    "qwertzuiop",
)
LEAST_RUN = 3
LEAST_KNOWN = 3
SHORT = 3
_LOOKS_LIKE = str.maketrans("01345789@$!|+€", "oieastbgasiite")
_YEAR = re.compile(r"(19|20)\d\d")


def worth(password: str, *, known: Iterable[str] = ()) -> int:
    """Count the letters and digits that no common part explains, and a little for common words.

    Each different common word counts 2, or 1 if it is short; names that everybody knows, years,
    keys side by side and repetition count nothing.

    Parameters
    ----------
    password : str
        In its normal form.
    known : iterable of str
        What everybody knows about whose it is: names, addresses, the organisation.

    Examples
    --------
    >>> worth("Password2026!!"), worth("qwertyuiop123"), worth("aaaaaaaaaaaaaa")
    (2, 2, 1)
    >>> worth("Meadow Care 1", known=["Meadow Care", "rae@meadow.example"])
    1
    >>> worth("correct horse battery"), worth("tiger piano lemon rocket")
    (16, 8)
    """
    plain = _plain(password)
    once = plain[: _period(plain)]
    explained = [False] * len(once)
    for word in _parts(known):
        _found(explained, once, word)
    for start, end in (*_same(once), *_years(once)):
        explained[start:end] = [True] * (end - start)
    common = [word for word in _common() if _found(explained, once, word)]
    for start, end in _runs(once):
        explained[start:end] = [True] * (end - start)
    return explained.count(False) + sum(1 + (len(word) > SHORT) for word in common)


def _plain(text: str) -> str:
    """Return text in small letters without marks, spaces and signs."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    signs = set("@$!|+€")
    kept = "".join(one for one in apart if one.isalnum() or one in signs)
    return kept.strip("!|+")


def _period(text: str) -> int:
    """Return the length of what the whole text repeats: its own length if it does not."""
    return (text + text).find(text, 1) if text else 0


def _found(explained: list[bool], once: str, word: str) -> bool:
    """Mark a word wherever it stands, also in disguise, and say if it did."""
    found = False
    for text in (once, once.translate(_LOOKS_LIKE)):
        start = text.find(word)
        while start >= 0:
            if not any(explained[start : start + len(word)]):
                explained[start : start + len(word)] = [True] * len(word)
                found = True
            start = text.find(word, start + 1)
    return found


def _runs(text: str) -> Iterable[tuple[int, int]]:
    """Find keys side by side and alphabets, in either direction."""
    rows = (*ROWS, *(row[::-1] for row in ROWS))
    start = 0
    while start < len(text):
        end = start + LEAST_RUN
        if not any(text[start:end] in row for row in rows) or end > len(text):
            start += 1
            continue
        while end < len(text) and any(text[start : end + 1] in row for row in rows):
            end += 1
        yield start, end
        start = end


def _same(text: str) -> Iterable[tuple[int, int]]:
    return (match.span() for match in re.finditer(r"(.)\1{2,}", text))


def _years(text: str) -> Iterable[tuple[int, int]]:
    return (match.span() for match in _YEAR.finditer(text))


def _parts(known: Iterable[str]) -> list[str]:
    """Return the words of what is known, without spaces and signs."""
    words = {_plain(word) for text in known for word in re.split(r"[^\w]+|_", text)}
    return sorted((word for word in words if len(word) >= LEAST_KNOWN), key=len, reverse=True)


@cache
def _common() -> tuple[str, ...]:
    text = (files("service") / "common_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    words = {_plain(word) for line in lines for word in line.split()}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))
