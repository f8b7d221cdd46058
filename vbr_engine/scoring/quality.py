"""Response quality: three reasons to read a profile with care. None of them changes a score.

``straight-lining``
    Nearly all ratings are the same. Judged by the share of the most frequent rating, which does
    not depend on the order in which options were shown.
``very-fast``
    Faster than anybody reads: the words of the scored scenarios, their questions and options,
    in the time taken. Adults read English non-fiction silently at 175 to 300 words a minute
    (Brysbaert, 2019); the limit is twice the upper figure. Needs the time.
``many-unanswered``
    More than a quarter of the default form's length is missing. Which items a sitting was shown
    is not in the response matrix, so a sitting that was asked more is judged against the same
    length.

References
----------
Brysbaert, M. (2019). How many words do we read per minute? Journal of Memory and Language, 109.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vbr_engine.bank.model import Bank
from vbr_engine.scoring.profile import Flag

__all__ = ["FLAGS", "flag_bits", "flag_details", "item_words"]

FLAGS = ("straight-lining", "very-fast", "many-unanswered")

SAME_SHARE = 0.9  # of the ratings, for straight-lining
SAME_LEAST = 12  # ratings without which nothing is said about them
WORDS_A_MINUTE = 600.0
UNANSWERED_SHARE = 0.25

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def item_words(bank: Bank) -> Floats:
    """Count the words that a candidate reads for each item, in the bank's first language.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    ndarray, shape (items,)
        0 for an item without text.
    """
    if not bank.catalogues:
        return np.zeros(len(bank.items))
    texts = bank.text().items
    words = []
    for item in bank.items:
        text = texts.get(item.id)
        parts = [text.scenario, text.question, *text.options.values()] if text else []
        words.append(sum(len(part.split()) for part in parts))
    return np.array(words, dtype=np.float64)


def flag_bits(
    most_frequent: Counts, ratings: Counts, answered: Floats, pace: Floats, length: int
) -> npt.NDArray[np.uint8]:
    """Return the flags of many sittings, one bit each in the order of `FLAGS`.

    Parameters
    ----------
    most_frequent, ratings : ndarray
        How often the most frequent rating was given, and how many ratings there are.
    answered : ndarray
        Items scored.
    pace : ndarray
        Words a minute; NaN where the time is not known.
    length : int
        Length of the default form.

    Returns
    -------
    ndarray of uint8
    """
    same = (ratings >= SAME_LEAST) & (most_frequent >= SAME_SHARE * ratings)
    fast = pace > WORDS_A_MINUTE
    few = answered < (1 - UNANSWERED_SHARE) * length
    bits: npt.NDArray[np.uint8] = (same * 1 + fast * 2 + few * 4).astype(np.uint8)
    return bits


def flag_details(
    bits: int, *, most_frequent: float, ratings: float, answered: float, pace: float, length: int
) -> tuple[Flag, ...]:
    """Return one sitting's flags with the figures behind them.

    Parameters
    ----------
    bits : int
        From `flag_bits`.
    most_frequent, ratings, answered, pace : float
    length : int

    Returns
    -------
    tuple of Flag
    """
    details = (
        {"same": most_frequent, "ratings": ratings, "limit_share": SAME_SHARE},
        {"words_a_minute": pace, "limit": WORDS_A_MINUTE},
        {"answered": answered, "length": float(length), "limit_share": UNANSWERED_SHARE},
    )
    return tuple(
        Flag(name, detail)
        for at, (name, detail) in enumerate(zip(FLAGS, details, strict=True))
        if bits >> at & 1
    )
