"""What a candidate answered, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vbr_engine.bank.model import Catalogue, Item, ResponseFormat
from vbr_engine.words import Words, words_in

__all__ = ["AnswerLine", "answer_lines"]


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One option as it was answered, a label such as ``Good`` and its text; or an own answer."""

    label: str
    text: str


def answer_lines(
    item: Item,
    catalogue: Catalogue,
    answer: Mapping[str, int],
    *,
    words: Words | None = None,
) -> tuple[AnswerLine, ...]:
    """Say an answer in words: best rating, first rank or chosen option first.

    Parameters
    ----------
    item : Item
    catalogue : Catalogue
    answer : mapping of str to int
        Option id -> code, as in a response matrix.
    words : Words, optional
        The reader's language; the catalogue's by default.

    Returns
    -------
    tuple of AnswerLine
        One for each rated or ranked option; for ``most-least`` the best and the worst, for
        ``pick`` the options picked.
    """
    texts = catalogue.items[item.id].options
    given = [(option, int(answer[option])) for option in item.options if option in answer]
    if item.format in (ResponseFormat.PICK, ResponseFormat.MOST_LEAST):
        given = [(option, code) for option, code in given if code]
    given.sort(key=lambda pair: pair[1], reverse=item.format is not ResponseFormat.RANK)
    words = words or words_in(catalogue.language)
    return tuple(
        AnswerLine(_label(item, catalogue, code, words), texts[option]) for option, code in given
    )


def _label(item: Item, catalogue: Catalogue, code: int, words: Words) -> str:
    if item.format is ResponseFormat.RATE:
        return _rating(item, catalogue, code)
    if item.format is ResponseFormat.RANK:
        return words.ordinal(code)
    if item.format is ResponseFormat.MOST_LEAST:
        return words("Best") if code > 0 else words("Worst")
    return words("Chosen")


def _rating(item: Item, catalogue: Catalogue, code: int) -> str:
    labels = catalogue.scales.get(item.scale or 0, ())
    return labels[code - 1] if 0 < code <= len(labels) else str(code)
