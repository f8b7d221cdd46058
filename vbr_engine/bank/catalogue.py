"""What a bank says: the texts of one language, without a key.

Texts live apart from keys, so that what a candidate reads can be handed around without the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from vbr_engine.bank.formats import ResponseFormat
from vbr_engine.bank.rubric import RubricText

__all__ = [
    "BandText",
    "Catalogue",
    "CrosswalkText",
    "ItemText",
    "Practice",
    "Probe",
    "Translation",
    "TranslationState",
    "ValueText",
]


class TranslationState(StrEnum):
    """How far a translation has come."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class Translation:
    """What has been done to a translation.

    Parameters
    ----------
    state : TranslationState
    reviewer : str
        The reviewer's role, never a name; empty for a draft.
    on : str
        Month or day of the review; empty for a draft.
    """

    state: TranslationState
    reviewer: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One interview question, with what good and poor answers look like."""

    question: str
    good: tuple[str, ...]
    poor: tuple[str, ...]


@dataclass(frozen=True)
class ValueText:
    """What a value means, in one language.

    `positive` and `negative` are behavioural anchors. `strength` is told to a candidate whose
    answers were close to the key; `reflection` is the one thing to read or think about.
    """

    name: str
    definition: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    probes: tuple[Probe, ...]
    strength: str
    reflection: str


@dataclass(frozen=True)
class ItemText:
    """A scenario in one language.

    `discuss` is a neutral prompt for the interviewer. `rationale` says what the key rests on:
    it gives the key away and is for researchers only.
    """

    title: str
    scenario: str
    question: str
    options: Mapping[str, str]
    discuss: str
    rationale: str


@dataclass(frozen=True, slots=True)
class BandText:
    """A band's name and the sentence that says what it means."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Practice:
    """An unscored item to try before starting: a `rate` scenario."""

    scenario: str
    question: str
    options: tuple[str, ...]
    explanation: str


@dataclass(frozen=True)
class CrosswalkText:
    """Another framework's name and its words by id, in one language."""

    name: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Catalogue:
    """All texts of a bank in one language.

    Parameters
    ----------
    language : str
        BCP 47 tag, such as ``en`` or ``cy``.
    title, summary, status_note : str
        `status_note` tells in plain words what the bank's status means for a reader.
    instructions : mapping of ResponseFormat to str
    scales : mapping of int to tuple of str
        Labels of the rating points, from 1, for each scale length in use.
    values, items, bands : mapping of str to text
    practice : Practice
    crosswalks : mapping of str to CrosswalkText
    rubric : RubricText or None
        None for a bank without a rubric of its own.
    translation : Translation or None
        None for the language that the bank was written in.
    """

    language: str
    title: str
    summary: str
    status_note: str
    instructions: Mapping[ResponseFormat, str]
    scales: Mapping[int, tuple[str, ...]]
    values: Mapping[str, ValueText]
    items: Mapping[str, ItemText]
    bands: Mapping[str, BandText]
    practice: Practice
    crosswalks: Mapping[str, CrosswalkText]
    rubric: RubricText | None = None
    translation: Translation | None = None

    @property
    def is_draft_translation(self) -> bool:
        """Whether this is a translation that nobody has reviewed."""
        return self.translation is not None and self.translation.state is TranslationState.DRAFT
