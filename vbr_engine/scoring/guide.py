"""What a rater reads before rating an answer in somebody's own words.

A rater never sees who answered, what the other rater gave, or the multiple-choice answers. The
rubric's levels say in general what to look for; for each item this comes from the signs of its
value and from the same key that answers to the options are compared with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from vbr_engine.bank.model import Bank, Catalogue, Item, ResponseFormat
from vbr_engine.bank.rubric import DEFAULT_RUBRIC, DEFAULT_RUBRIC_TEXTS, Rubric, RubricText
from vbr_engine.errors import BankError

__all__ = ["GuideLevel", "RatingGuide", "rating_guide", "rubric_of", "rubric_text"]


def rubric_of(bank: Bank) -> Rubric:
    """Return the bank's rubric, or the engine's default.

    Parameters
    ----------
    bank : Bank

    Returns
    -------
    Rubric

    Examples
    --------
    >>> import vbr_engine
    >>> rubric_of(vbr_engine.read_bank("tests/banks/tiny")).points
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    return bank.policy.rubric or DEFAULT_RUBRIC


def rubric_text(bank: Bank, language: str = "en") -> RubricText:
    """Return the words of the bank's rubric: `prompt` for the candidate, `levels` for raters.

    Parameters
    ----------
    bank : Bank
    language : str
        Where the bank has no words in it, the language that its scenarios are then shown in.

    Returns
    -------
    RubricText

    Examples
    --------
    >>> import vbr_engine
    >>> rubric_text(vbr_engine.read_bank("tests/banks/tiny")).levels[4].name
    'Fully there'
    """
    catalogue = bank.text(language)
    default = DEFAULT_RUBRIC_TEXTS.get(catalogue.language, DEFAULT_RUBRIC_TEXTS["en"])
    return (catalogue.rubric or default) if bank.policy.rubric else default


@dataclass(frozen=True, slots=True)
class GuideLevel:
    """A level, its name, and what to look for before giving it."""

    level: int
    name: str
    look_for: str


@dataclass(frozen=True)
class RatingGuide:
    """What a rater reads; the key can be read out of it, so never show it to a candidate.

    Parameters
    ----------
    language, item, title : str
    scenario, question : str
        As the candidate read them; `question` is the rubric's prompt.
    value, definition : str
        The name of the value that the item measures, and what it means.
    positive, negative : tuple of str
        Signs of the value, and signs against it.
    held_good, held_poor : tuple of str
        Options, in words, that the key holds good and poor; the candidate did not see them.
    rationale : str
        What the key rests on.
    levels : tuple of GuideLevel
        From 0 up.
    """

    language: str
    item: str
    title: str
    scenario: str
    question: str
    value: str
    definition: str
    positive: tuple[str, ...]
    negative: tuple[str, ...]
    held_good: tuple[str, ...]
    held_poor: tuple[str, ...]
    rationale: str
    levels: tuple[GuideLevel, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the guide as mappings and texts."""
        return asdict(self)


def rating_guide(bank: Bank, item_id: str, language: str = "en") -> RatingGuide:
    """Put together what a rater reads for one item.

    Parameters
    ----------
    bank : Bank
    item_id : str
    language : str
        Of the bank's texts.

    Returns
    -------
    RatingGuide

    Raises
    ------
    BankError
        If the bank has no such item.

    Examples
    --------
    >>> import vbr_engine
    >>> guide = rating_guide(vbr_engine.read_bank("tests/banks/tiny"), "cold-tea")
    >>> guide.value, len(guide.levels), len(guide.held_good)
    ('Kind', 5, 2)
    """
    item = bank.item_by_id.get(item_id)
    if item is None:
        raise BankError(f"{bank.label} has no item {item_id}")
    catalogue, words = bank.text(language), rubric_text(bank, language)
    text, value = catalogue.items[item.id], catalogue.values[item.value]
    good, poor = _held(item, catalogue)
    return RatingGuide(
        language=catalogue.language,
        item=item.id,
        title=text.title,
        scenario=text.scenario,
        question=words.prompt,
        value=value.name,
        definition=value.definition,
        positive=value.positive,
        negative=value.negative,
        held_good=good,
        held_poor=poor,
        rationale=text.rationale,
        levels=tuple(GuideLevel(n, one.name, one.look_for) for n, one in words.levels.items()),
    )


def _held(item: Item, catalogue: Catalogue) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the options on the good and on the poor side of the key, the outermost first."""
    worth = dict(zip(item.options, _worths(item), strict=True))
    words = catalogue.items[item.id].options
    good = sorted((o for o in item.options if worth[o] > 0), key=lambda o: -worth[o])
    poor = sorted((o for o in item.options if worth[o] < 0), key=lambda o: worth[o])
    return tuple(words[option] for option in good), tuple(words[option] for option in poor)


def _worths(item: Item) -> list[float]:
    """Return how far each option is on the good side of the key; 0 is neither."""
    if item.format is ResponseFormat.RATE:
        return [keyed - (1 + (item.scale or 1)) / 2 for keyed in item.key]
    if item.format is ResponseFormat.RANK:
        ends = {1.0: 1.0, float(len(item.options)): -1.0}
        return [ends.get(rank, 0.0) for rank in item.key]
    if item.format is ResponseFormat.PICK:
        return [1.0 if keyed else -1.0 for keyed in item.key]
    return list(item.key)
