"""Every English word of the funnel that a page shows, in one place, for whoever translates it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

from vbr_engine.funnel.calls import CALL_SENTENCES, TRIED_SENTENCES, URGENCY_WORDS
from vbr_engine.funnel.reasons import REASON_WORDS
from vbr_engine.funnel.rules import STEP_PROBLEMS
from vbr_engine.funnel.stages import END_WORDS, STAGE_WORDS
from vbr_engine.funnel.steps import CALL_OUTCOMES, ENDER_WORDS, STEP_WORDS

__all__ = ["TABLES", "extract"]

# What the words are about -> code -> English.
TABLES: Mapping[str, Mapping[str, str]] = {
    "stage": STAGE_WORDS,
    "end": END_WORDS,
    "step": STEP_WORDS,
    "outcome of a call": CALL_OUTCOMES,
    "who ended it": ENDER_WORDS,
    "reason": REASON_WORDS,
    "why to call": CALL_SENTENCES,
    "last call": TRIED_SENTENCES,
    "urgency": URGENCY_WORDS,
    "what is wrong with a step": STEP_PROBLEMS,
}


def extract(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Hand the words to Babel's ``pybabel extract``, as a method of extraction.

    Parameters
    ----------
    fileobj : file
        This module; it is not read.
    keywords : mapping
    comment_tags : collection of str
    options : mapping
        As Babel gives them; they change nothing.

    Yields
    ------
    tuple of (int, str, str, list of str)
        Line, function, words, and a comment for the translator.

    Notes
    -----
    In a ``babel.cfg``::

        [extractors]
        funnel = vbr_engine.funnel.words:extract
        [funnel: vbr_engine/funnel/words.py]

    Examples
    --------
    >>> from io import BytesIO
    >>> next(extract(BytesIO(), {}, [], {}))
    (1, '', 'applied', ['stage: applied'])
    """
    for about, table in TABLES.items():
        for code, english in table.items():
            yield 1, "", english, [f"{about}: {code}"]
