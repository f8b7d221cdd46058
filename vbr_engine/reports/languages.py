"""Which language a report is in, and what its reader has to know about that."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Catalogue, TranslationState
from vbr_engine.words import ENGLISH, Words, sentence, words_in

__all__ = ["LanguageNote", "bank_texts", "draft_notes", "language_notes", "tag_of"]

_DRAFT = sentence("This is a draft translation. No translator has reviewed it yet.")

_DRAFT_TEXTS = sentence(
    "The texts of the question bank are a draft translation. No translator has reviewed them yet."
)


@dataclass(frozen=True, slots=True)
class LanguageNote:
    """A sentence about the languages of a report, and the language that it is in itself."""

    language: str
    text: str


def bank_texts(bank: Bank, language: str) -> Catalogue:
    """Return a bank's texts in a language, or in the first language that it has.

    Parameters
    ----------
    bank : Bank
    language : str
        A region after it makes no difference, unless the bank has texts for just that region.

    Returns
    -------
    Catalogue

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> bank_texts(bank, "en_GB").language, bank_texts(bank, "xx").language
    ('en', 'en')
    """
    known = language in bank.catalogues
    return bank.text(language if known else language.replace("_", "-").partition("-")[0])


def language_notes(
    words: Words, texts: Catalogue, *, taken_in: str | None = None
) -> tuple[LanguageNote, ...]:
    """Say what a reader has to know about the languages of a report: in most reports, nothing.

    A translation that nobody has reviewed says so in its own language and in English.

    Parameters
    ----------
    words : Words
        Of the reader.
    texts : Catalogue
        The bank's texts in the report.
    taken_in : str, optional
        Language of the texts that the candidate read.

    Returns
    -------
    tuple of LanguageNote
    """
    notes = list(draft_notes(words, texts))
    if texts.language != words.code:
        name = words.language_name(texts.language)
        told = words(
            "The texts of the question bank are in this language: {language}.", language=name
        )
        notes.append(LanguageNote(words.tag, told))
    if taken_in not in (None, texts.language):
        name = words.language_name(str(taken_in))
        told = words(
            "The candidate read and answered in another language: {language}.", language=name
        )
        notes.append(LanguageNote(words.tag, told))
    return tuple(notes)


def draft_notes(words: Words, texts: Catalogue | None = None) -> tuple[LanguageNote, ...]:
    """Say, in the reader's language and in English, that nobody has reviewed a translation.

    Parameters
    ----------
    words : Words
        Of the reader.
    texts : Catalogue, optional
        The bank's texts, where there are some.

    Returns
    -------
    tuple of LanguageNote
        None where nothing is a draft.
    """
    translation = texts.translation if texts else None
    if not words.reviewed:
        draft = _DRAFT
    elif translation and translation.state is TranslationState.DRAFT:
        draft = _DRAFT_TEXTS
    else:
        return ()
    return tuple(LanguageNote(each.tag, each(draft)) for each in dict.fromkeys((words, ENGLISH)))


def tag_of(language: str) -> str:
    """Return the ``lang`` attribute for texts of a bank.

    Examples
    --------
    >>> tag_of("en"), tag_of("cy"), tag_of("pl")
    ('en-GB', 'cy', 'pl')
    """
    words = words_in(language)
    return words.tag if words.code == language else language
