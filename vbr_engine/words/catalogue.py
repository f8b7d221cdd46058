"""Sentences in a reader's language."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from vbr_engine.words.languages import LANGUAGES, Language

__all__ = ["ENGLISH", "Words", "sentence", "words_in"]

_CATALOGUE = "translations/{code}/LC_MESSAGES/vbr_engine.mo"


def sentence(english: str) -> str:
    """Mark a sentence that is translated later, where it is used; it stays as it is.

    Parameters
    ----------
    english : str

    Returns
    -------
    str

    Examples
    --------
    >>> sentence("No computer decides.")
    'No computer decides.'
    """
    return english


@dataclass(frozen=True, slots=True)
class Words:
    """How one language says what the engine has to say.

    Parameters
    ----------
    language : Language
    messages : gettext.NullTranslations
        Its catalogue; a sentence that is not in it stays English.

    Examples
    --------
    >>> words = words_in("cy")
    >>> words("Overall"), words.date(date(2026, 11, 2)), words.listed(["te", "afal"])
    ('Yn gyffredinol', '2 Tachwedd 2026', 'te ac afal')
    """

    language: Language
    messages: NullTranslations

    @property
    def code(self) -> str:
        """Such as ``cy``."""
        return self.language.code

    @property
    def tag(self) -> str:
        """For the ``lang`` attribute, such as ``en-GB``."""
        return self.language.tag

    @property
    def reviewed(self) -> bool:
        """Whether the catalogue's header says so: ``Language-Team: reviewed ...``; English is."""
        told = self.messages.info().get("language-team", "")
        return self.code == "en" or told.strip().casefold().startswith("reviewed")

    def __call__(self, english: str, /, **fields: object) -> str:
        """Say a sentence, its named fields filled in."""
        return (self.messages.gettext(english) if english else "").format(**fields)

    def knows(self, english: str) -> bool:
        """Whether the catalogue has a sentence; English knows every one."""
        return self.code == "en" or self.messages.gettext(english) != english

    def told(self, english: str) -> str:
        """Say words that may be somebody's own, such as a label: these stay as they are."""
        return self.messages.gettext(english) if english else ""

    def plural(self, one: str, many: str, number: int, /, **fields: object) -> str:
        """Say a sentence in the form that goes with a number.

        Besides its own fields, a form may use ``{number}`` in digits, ``{word}`` and, for
        languages that need it, ``{feminine}``, and both with a capital.
        """
        word, feminine = self.number(number), self.number(number, feminine=True)
        ready = {
            "number": number,
            "word": word,
            "Word": word.capitalize(),
            "feminine": feminine,
            "Feminine": feminine.capitalize(),
        }
        return self.messages.ngettext(one, many, number).format(**(ready | fields))

    def number(self, number: int, *, feminine: bool = False) -> str:
        """Write a small number as a word."""
        return self.language.number_word(number, feminine=feminine)

    def ordinal(self, number: int) -> str:
        """Write a place in a row."""
        return self.language.ordinal(number)

    def listed(self, names: Sequence[str], *, last: str = "and") -> str:
        """Write a list, its last name joined with ``and`` or ``or``."""
        return self.language.listed(names, last=last)

    def date(self, day: date) -> str:
        """Write a date with the name of its month."""
        return f"{day.day} {self.language.months[day.month - 1]} {day.year}"

    def language_name(self, code: str) -> str:
        """Name a language; one that is not known by its code."""
        known = LANGUAGES.get(code)
        return self(known.name) if known else code


ENGLISH = Words(LANGUAGES["en"], NullTranslations())


def words_in(language: str) -> Words:
    """Return the words of a language; English for one that the engine does not have.

    Parameters
    ----------
    language : str
        Such as ``cy``; a region after it (``cy-GB``, ``en_GB``) makes no difference.

    Returns
    -------
    Words

    Examples
    --------
    >>> words_in("cy_GB").code, words_in("xx").code
    ('cy', 'en')
    """
    return _loaded(language.replace("_", "-").partition("-")[0].casefold())


@cache
def _loaded(code: str) -> Words:
    if code == "en" or code not in LANGUAGES:
        return ENGLISH
    content = pkgutil.get_data(__package__, _CATALOGUE.format(code=code))
    assert content is not None
    return Words(LANGUAGES[code], GNUTranslations(BytesIO(content)))


_LANGUAGE_NAMES = (sentence("English"), sentence("Welsh"))
