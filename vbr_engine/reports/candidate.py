"""Feedback for a candidate: kind, honest, in words, about the person's own answers only.

No number, no band, no comparison with others and nothing of the key is in it. Absolute feedback
is felt to be fairer than comparison, and a bare low score hurts without helping.
"""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Catalogue
from vbr_engine.reports.data import ReportData
from vbr_engine.reports.languages import LanguageNote, bank_texts, language_notes
from vbr_engine.scoring.profile import Profile, ValueScore
from vbr_engine.words import Words, sentence, words_in

__all__ = ["CandidateFeedback", "FeedbackPoint", "candidate_feedback"]

STRENGTHS = 3


@dataclass(frozen=True, slots=True)
class FeedbackPoint:
    """A value, and what is said about it."""

    value: str
    name: str
    text: str


@dataclass(frozen=True)
class CandidateFeedback(ReportData):
    """What a candidate reads after submitting."""

    language: str
    title: str
    asked: tuple[str, ...]
    strengths_note: str
    strengths: tuple[FeedbackPoint, ...]
    reflection_note: str
    reflection: FeedbackPoint | None
    next_steps: tuple[str, ...]
    rights: tuple[str, ...]
    contact: str | None
    texts_language: str
    language_notes: tuple[LanguageNote, ...]


def candidate_feedback(
    profile: Profile,
    bank: Bank,
    *,
    language: str = "en",
    texts: str | None = None,
    contact: str | None = None,
) -> CandidateFeedback:
    """Write feedback for one candidate.

    A value is called a strength only where its score lies in the highest band. One other value,
    the one with the lowest score, brings something to think about.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    language : str
        Of the reader; English where the engine does not have it.
    texts : str, optional
        Of the bank's own texts; `language` by default, or what the bank has.
    contact : str, optional
        Whom to ask, in the provider's words.

    Returns
    -------
    CandidateFeedback

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 1, seed=1)
    >>> sitting = responses.sittings[0]
    >>> profile = vbr_engine.score(responses, bank).profile(sitting)
    >>> candidate_feedback(profile, bank).asked[0].split(".")[0]
    'You answered twenty-eight situations from work in homecare'
    """
    words = words_in(language)
    catalogue = bank_texts(bank, texts or language)
    strong = _strengths(profile, bank)
    thought = _reflection(profile, strong)
    return CandidateFeedback(
        language=words.code,
        title=words("Your feedback"),
        asked=_asked(profile, words),
        strengths_note=words(_strengths_note(profile, bank, strong)),
        strengths=tuple(_point(score, catalogue, strength=True) for score in strong),
        reflection_note=words(_REFLECTION_NOTE) if thought else "",
        reflection=_point(thought, catalogue, strength=False) if thought else None,
        next_steps=tuple(map(words, _NEXT_STEPS)),
        rights=tuple(map(words, _RIGHTS)),
        contact=contact.strip() or None if contact else None,
        texts_language=catalogue.language,
        language_notes=language_notes(words, catalogue),
    )


_REFLECTION_NOTE = sentence(
    "We chose this with your answers in mind. It is not a mark against you: people who have worked "
    "in care for years come back to it."
)
_NEXT_STEPS = (
    sentence(
        "A person at the care provider reads your answers together with the rest of your "
        "application. No computer decides."
    ),
    sentence(
        "They use what you answered to prepare questions for an interview. If you are invited, "
        "think of times when you helped somebody, put something right, or learnt from a mistake. "
        "They do not have to come from paid work."
    ),
    sentence(
        "This was a short exercise, and it is new. How you are with people tells more than what "
        "you choose on a screen."
    ),
)
_RIGHTS = (
    sentence(
        "You can ask for a person to explain how your answers were used, or to look at them again."
    ),
    sentence(
        "If you think that something is wrong or unfair, say so. Tell them what you would do in "
        "the situation, and why."
    ),
    sentence(
        "If something made it hard, such as the language, the screen or the way the questions were "
        "put, you can ask to answer in another way, for example by talking to somebody. You do not "
        "have to say more about yourself than you want to."
    ),
)
_STRONG = sentence(
    "In the situations about this, you chose much as the people who wrote the questions would "
    "choose."
)
_TOO_FEW = sentence(
    "You answered too few of the situations for us to say something about your strengths. That is "
    "all it means: it is not a mark against you. If you ran out of time, or something made it "
    "hard, ask for another go or another way."
)
_SOMEWHERE = sentence(
    "In some of the situations you chose much as the people who wrote the questions would choose; "
    "in others you saw it in another way. No one value stood out from such a short exercise. You "
    "know more about your strengths than it does: bring them to the interview."
)
_ELSEWHERE = sentence(
    "In most of the situations you chose differently from the people who wrote the questions. "
    "That can have many reasons, and this short exercise does not know yours. Your strengths may "
    "lie in things that it does not ask about: bring them to the interview, with something you "
    "have done that you are proud of."
)


def _asked(profile: Profile, words: Words) -> tuple[str, ...]:
    answered = sum(score is not None for score in profile.items.values())
    return (
        words.plural(
            "You answered {word} situation from work in homecare. Thank you for the time and "
            "thought.",
            "You answered {word} situations from work in homecare. Thank you for the time and "
            "thought.",
            answered,
        ),
        words(
            "They were about how you would treat people, and what you would do when there is no "
            "perfect answer. Good care workers do not always agree on them."
        ),
    )


def _strengths(profile: Profile, bank: Bank) -> tuple[ValueScore, ...]:
    high = bank.policy.bands[-1].minimum
    strong = [
        score
        for score in profile.values
        if score.bands and score.score is not None and score.score >= high
    ]
    strong.sort(key=lambda score: score.score or 0.0, reverse=True)
    return tuple(strong[:STRENGTHS])


def _reflection(profile: Profile, strong: tuple[ValueScore, ...]) -> ValueScore | None:
    """Choose the lowest score that is not a strength, or else a value not measured."""
    named = {score.value for score in strong}
    others = [score for score in profile.values if score.value not in named]
    measured = [score for score in others if score.bands and score.score is not None]
    if measured:
        return min(measured, key=lambda score: score.score or 0.0)
    return others[0] if others and strong else None


def _strengths_note(profile: Profile, bank: Bank, strong: tuple[ValueScore, ...]) -> str:
    if strong:
        return _STRONG
    if not any(score.bands for score in profile.values):
        return _TOO_FEW
    return _SOMEWHERE if _agreed_somewhere(profile, bank) else _ELSEWHERE


def _agreed_somewhere(profile: Profile, bank: Bank) -> bool:
    high = bank.policy.bands[-1].minimum
    return any(score is not None and score >= high for score in profile.items.values())


def _point(score: ValueScore, catalogue: Catalogue, *, strength: bool) -> FeedbackPoint:
    text = catalogue.values[score.value]
    return FeedbackPoint(score.value, text.name, text.strength if strength else text.reflection)
