"""Sentences why there is no figure that have something filled in, in English and again otherwise.

Tables hold them in English, as files do. A page in another language finds the sentence by its form,
and fills in the same words.
"""

from __future__ import annotations

import re
from functools import cache

from vbr_engine.words import Words, sentence

__all__ = ["ALARM", "CHANGED", "FEWER", "MORE", "NOT_MET", "OFF", "REVIEW", "retold"]

REVIEW = sentence("The model was to be reviewed by {day}. Until somebody has, it says nothing.")
ALARM = sentence("The model no longer fits what is seen: {alarm}")
OFF = sentence("The model is switched off: {reason}")
NOT_MET = sentence("The model has not met {word} as {fact}.")
CHANGED = sentence("The people have changed in {label} (population stability {figure}).")
MORE = sentence("More people than expected dropped out, as seen from {month} on.")
FEWER = sentence("Fewer people than expected dropped out, as seen from {month} on.")
_FORMS = (REVIEW, ALARM, OFF, NOT_MET, CHANGED, MORE, FEWER)
# Facts that a model may know by name only.
_FACTS = (sentence("source"),)
_FIELD = re.compile(r"\\\{(\w+)\\\}")


def retold(told: str, words: Words) -> str:
    """Say a sentence again in a reader's language.

    Parameters
    ----------
    told : str
        In English, with its fields filled in.
    words : Words

    Returns
    -------
    str
        Empty where its form is not known.

    Examples
    --------
    >>> from vbr_engine.words import ENGLISH, words_in
    >>> retold(OFF.format(reason="complaint 12"), ENGLISH)
    'The model is switched off: complaint 12'
    >>> retold("Something else.", words_in("cy"))
    ''
    """
    for form in _FORMS:
        found = _pattern(form).fullmatch(told)
        if found and words.knows(form):
            return words(
                form, **{name: _part(held, words) for name, held in found.groupdict().items()}
            )
    return ""


def _part(held: str, words: Words) -> str:
    return retold(held, words) or words.told(held)


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(_FIELD.sub(r"(?P<\1>.+)", re.escape(form)), re.DOTALL)
