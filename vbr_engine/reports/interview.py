"""The interview guide: what to ask, why, and what good and poor answers look like."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Catalogue, Probe, ValueText
from vbr_engine.reports.data import ReportData
from vbr_engine.reports.languages import bank_texts
from vbr_engine.reports.values import Evidence, Result, value_results
from vbr_engine.reports.words import quoted
from vbr_engine.scoring.profile import Profile
from vbr_engine.words import Words, sentence, words_in

__all__ = [
    "GuideTopic",
    "InterviewGuide",
    "RatingAnchor",
    "choose_topics",
    "interview_guide",
    "written_guide",
]

EXPLORE, LEAST_EXPLORED, UNMEASURED = 3, 2, 2


@dataclass(frozen=True, slots=True)
class RatingAnchor:
    """What a rating from 1 to 4 stands for."""

    rating: int
    meaning: str


@dataclass(frozen=True, slots=True)
class GuideTopic:
    """One value to talk about.

    `purpose` is ``explore`` where the evidence is weak, mixed or missing, and ``confirm`` for a
    strength.
    """

    value: str
    name: str
    definition: str
    purpose: str
    reason: str
    questions: tuple[Probe, ...]


@dataclass(frozen=True)
class InterviewGuide(ReportData):
    """Questions for one interview, with signs to listen for and a rating scale."""

    how_to: tuple[str, ...]
    anchors: tuple[RatingAnchor, ...]
    topics: tuple[GuideTopic, ...]


_ANCHORS = (
    sentence("Mostly poor signs, or no example even when asked again"),
    sentence("Some of both, more poor signs than good"),
    sentence("Mostly good signs, with a real example"),
    sentence("Good signs throughout, with a real example and what came of it"),
)

_HOW_TO = (
    sentence(
        "Ask everybody you interview for this job the same main questions. The questions here come "
        "on top: they are where this candidate's answers leave something open."
    ),
    sentence(
        "Ask for a real example: what happened, what they did, what came of it. Examples from "
        "family, volunteering or another job count as much as care work."
    ),
    sentence(
        "Write down what is said, then rate each answer on its own before you talk to each other "
        "or look at the results again."
    ),
)


def interview_guide(
    profile: Profile, bank: Bank, *, language: str = "en", texts: str | None = None
) -> InterviewGuide:
    """Choose what to ask one candidate.

    Up to three values are explored: those that were not measured (two at most) and those whose
    interval starts lowest; the first of these with two questions. One more is confirmed: the value
    whose interval starts highest. The same value always brings the same questions.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    language : str
        Of the reader.
    texts : str, optional
        Of the bank's own texts; `language` by default, or what the bank has.

    Returns
    -------
    InterviewGuide

    Examples
    --------
    >>> import vbr_engine
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> responses = vbr_engine.simulate_responses(bank, 1, seed=1)
    >>> sitting = responses.sittings[0]
    >>> profile = vbr_engine.score(responses, bank).profile(sitting)
    >>> [topic.purpose for topic in interview_guide(profile, bank).topics]
    ['explore', 'explore', 'explore', 'confirm']
    """
    words = words_in(language)
    return written_guide(profile, bank, bank_texts(bank, texts or language), words)


def written_guide(
    profile: Profile, bank: Bank, catalogue: Catalogue, words: Words
) -> InterviewGuide:
    """Write the guide with given texts of the bank, in given words of the engine.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    catalogue : Catalogue
    words : Words

    Returns
    -------
    InterviewGuide
    """
    explored, confirmed = choose_topics(value_results(profile, bank, catalogue, words))
    asked = [(result, "explore", 1 if n else 2) for n, result in enumerate(explored)]
    asked += [(result, "confirm", 1) for result in confirmed]
    return InterviewGuide(
        how_to=tuple(map(words, _HOW_TO)),
        anchors=tuple(RatingAnchor(n, words(told)) for n, told in enumerate(_ANCHORS, start=1)),
        topics=tuple(
            _topic(result, purpose, catalogue.values[result.id], words, probes=probes)
            for result, purpose, probes in asked
        ),
    )


def choose_topics(
    results: tuple[Result, ...],
) -> tuple[tuple[Result, ...], tuple[Result, ...]]:
    """Choose the values to explore and the value to confirm.

    Parameters
    ----------
    results : tuple of Result
        Of every value.

    Returns
    -------
    explored, confirmed : tuple of Result
        No value is in both.
    """
    measured = sorted((result for result in results if result.measured), key=_start)
    confirms = len(measured) > 1 or any(result.reaches_top for result in measured)
    confirmed = measured[-1:] if confirms else []
    rest = measured[: len(measured) - len(confirmed)]
    unmeasured = [result for result in results if not result.measured]
    explored = [*unmeasured[: UNMEASURED if rest else EXPLORE], *rest][:EXPLORE]
    if len(explored) > LEAST_EXPLORED and _clearly_good(explored[-1]):
        explored.pop()
    return tuple(explored), tuple(confirmed)


def _start(result: Result) -> float:
    return result.low if result.low is not None else float("-inf")


def _clearly_good(result: Result) -> bool:
    return result.evidence is Evidence.CLEAR and result.reaches_top


def _topic(
    result: Result, purpose: str, text: ValueText, words: Words, *, probes: int
) -> GuideTopic:
    reason = _explore_reason if purpose == "explore" else _confirm_reason
    return GuideTopic(
        value=result.id,
        name=result.name,
        definition=result.definition,
        purpose=purpose,
        reason=reason(result, words),
        questions=text.probes[:probes],
    )


def _explore_reason(result: Result, words: Words) -> str:
    if result.evidence is Evidence.NOT_MEASURED:
        return words(
            "Not measured: too few of its scenarios were answered. That says nothing about the "
            "candidate; ask as you would ask anybody."
        )
    if _clearly_good(result):
        return words.plural(
            "Nothing stands out as weak. {Word} scenario is not much to go on: check.",
            "Nothing stands out as weak. {Word} scenarios is not much to go on: check.",
            result.n_answered,
        )
    if result.evidence is Evidence.MIXED:
        names = words.listed([quoted(band.name) for band in result.bands], last="or")
        return words.plural(
            "The evidence is mixed: on {word} scenario the result may be {bands}.",
            "The evidence is mixed: on {word} scenarios the result may be {bands}.",
            result.n_answered,
            bands=names,
        )
    return words.plural(
        "On {word} scenario the result is {band}. Find out what the candidate does in real "
        "situations, and why, before you draw anything from it.",
        "On {word} scenarios the result is {band}. Find out what the candidate does in real "
        "situations, and why, before you draw anything from it.",
        result.n_answered,
        band=quoted(result.band),
    )


def _confirm_reason(result: Result, words: Words) -> str:
    if _clearly_good(result):
        return words(
            "The result is {band}. Choosing well on paper is not yet doing it: ask for something "
            "the candidate has done.",
            band=quoted(result.band),
        )
    return words(
        "Of the values measured, this is where the answers were most in line. Give the candidate "
        "room to show it."
    )
