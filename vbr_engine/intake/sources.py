"""How somebody found the job: a fixed list, recognised by the words that people use for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pkgutil import get_data

import yaml

__all__ = ["SOURCES", "source_label", "source_of"]

_TABLE = yaml.safe_load(get_data("vbr_engine.intake", "sources.yaml") or b"")

SOURCES: Mapping[str, Mapping[str, str]] = _TABLE["sources"]
"""Each source with what it is called in English (``en``) and in Welsh (``cy``)."""

_KNOWN = [(phrase, source) for source, phrases in _TABLE["phrases"].items() for phrase in phrases]


def source_of(words: str) -> str | None:
    """Find the source that is meant.

    Parameters
    ----------
    words : str

    Returns
    -------
    str or None
        An id of `SOURCES`; None if the words are not known.

    Examples
    --------
    >>> source_of("Indeed advert"), source_of("a friend of mine"), source_of("radio")
    ('job-board', 'referral', None)
    """
    letters = unicodedata.normalize("NFKD", words.lower())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', bare).strip()} "
    if plain.strip().replace(" ", "-") in SOURCES:
        return plain.strip().replace(" ", "-")
    return next((source for phrase, source in _KNOWN if f" {phrase} " in plain), None)


def source_label(source: str, language: str = "en") -> str:
    """Say what a source is called.

    Parameters
    ----------
    source : str
        An id of `SOURCES`.
    language : {"en", "cy"}

    Returns
    -------
    str

    Examples
    --------
    >>> source_label("jobcentre"), source_label("agency", "cy")
    ('Jobcentre Plus', 'Asiantaeth')
    """
    return SOURCES[source]["cy" if language == "cy" else "en"]
