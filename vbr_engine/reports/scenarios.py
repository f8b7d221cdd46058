"""Which scenarios to talk about in the interview, and what the candidate answered there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.reports.answers import AnswerLine, answer_lines
from vbr_engine.reports.words import shortened
from vbr_engine.scoring.guide import rubric_text
from vbr_engine.scoring.profile import OWN_WORDS, Profile
from vbr_engine.words import ENGLISH, Words

__all__ = ["TalkingPoint", "choose_scenarios", "talking_points"]

FEWEST, MOST, PER_VALUE = 3, 4, 2


@dataclass(frozen=True, slots=True)
class TalkingPoint:
    """A scenario to talk about: what it was, what the candidate answered, what to ask."""

    item: str
    title: str
    value: str
    scenario: str
    question: str
    answers: tuple[AnswerLine, ...]
    discuss: str


def talking_points(
    profile: Profile,
    bank: Bank,
    answers: Mapping[str, Mapping[str, int]],
    catalogue: Catalogue,
    words: Words = ENGLISH,
    said: Mapping[str, str] | None = None,
) -> tuple[TalkingPoint, ...]:
    """Put the scenarios worth talking about in words, without their key.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    answers : mapping of str to mapping
        Item id -> option id -> code.
    catalogue : Catalogue
    words : Words
        Of the reader.
    said : mapping of str to str, optional
        Item id -> the answer, where candidates answered in their own words.

    Returns
    -------
    tuple of TalkingPoint
    """
    chosen = choose_scenarios(profile, bank)
    if profile.mode == OWN_WORDS:
        label, asked = words("In their own words"), rubric_text(bank, catalogue.language).prompt
        own = {item: (AnswerLine(label, text),) for item, text in (said or {}).items() if text}
        return tuple(_point(bank, i, asked, own[i], catalogue) for i in chosen if i in own)
    items = [bank.item_by_id[item] for item in chosen if item in answers]
    return tuple(
        _point(
            bank,
            item.id,
            catalogue.items[item.id].question,
            answer_lines(item, catalogue, answers[item.id], words=words),
            catalogue,
        )
        for item in items
    )


def choose_scenarios(profile: Profile, bank: Bank) -> tuple[str, ...]:
    """Choose the answered items with the lowest chance-corrected scores.

    Three (fewer if fewer were answered), and a fourth if its score falls short of the highest
    band; at most two of one value.

    Parameters
    ----------
    profile : Profile
    bank : Bank

    Returns
    -------
    tuple of str
        Item ids, the lowest score first.
    """
    scores = {
        item.id: score for item in bank.items if (score := profile.items.get(item.id)) is not None
    }
    high = bank.policy.bands[-1].minimum
    taken: list[str] = []
    per_value: Counter[str] = Counter()
    for item in sorted(scores, key=lambda name: scores[name]):
        value = bank.item_by_id[item].value
        wanted = len(taken) < FEWEST or (len(taken) < MOST and scores[item] < high)
        if wanted and per_value[value] < PER_VALUE:
            taken.append(item)
            per_value[value] += 1
    return tuple(taken)


def _point(
    bank: Bank, item_id: str, asked: str, answers: tuple[AnswerLine, ...], catalogue: Catalogue
) -> TalkingPoint:
    item, text = bank.item_by_id[item_id], catalogue.items[item_id]
    return TalkingPoint(
        item=item_id,
        title=text.title,
        value=catalogue.values[item.value].name,
        scenario=shortened(text.scenario),
        question=asked,
        answers=answers,
        discuss=text.discuss,
    )
