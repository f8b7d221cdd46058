"""The interview guide: what to ask, why, and what good and poor answers look like."""

from __future__ import annotations

from dataclasses import dataclass

from vbr_engine.bank.model import Bank, Probe, ValueText
from vbr_engine.reports.data import ReportData
from vbr_engine.reports.values import Evidence, Result, value_results
from vbr_engine.reports.words import listed, number_word, quoted
from vbr_engine.scoring.profile import Profile

__all__ = ["GuideTopic", "InterviewGuide", "RatingAnchor", "choose_topics", "interview_guide"]

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


ANCHORS = (
    RatingAnchor(1, "Mostly poor signs, or no example even when asked again"),
    RatingAnchor(2, "Some of both, more poor signs than good"),
    RatingAnchor(3, "Mostly good signs, with a real example"),
    RatingAnchor(4, "Good signs throughout, with a real example and what came of it"),
)

HOW_TO = (
    "Ask everybody you interview for this job the same main questions. The questions here come on "
    "top: they are where this candidate's answers leave something open.",
    "Ask for a real example: what happened, what they did, what came of it. Examples from family, "
    "volunteering or another job count as much as care work.",
    "Write down what is said, then rate each answer on its own before you talk to each other or "
    "look at the results again.",
)


def interview_guide(profile: Profile, bank: Bank, *, language: str = "en") -> InterviewGuide:
    """Choose what to ask one candidate.

    Up to three values are explored: those that were not measured (two at most) and those whose
    interval starts lowest; the first of these with two questions. One more is confirmed: the value
    whose interval starts highest. The same value always brings the same questions.

    Parameters
    ----------
    profile : Profile
    bank : Bank
    language : str

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
    catalogue = bank.text(language)
    explored, confirmed = choose_topics(value_results(profile, bank, catalogue))
    topics = [
        _topic(result, "explore", catalogue.values[result.id], probes=1 if n else 2)
        for n, result in enumerate(explored)
    ]
    topics += [_topic(one, "confirm", catalogue.values[one.id], probes=1) for one in confirmed]
    return InterviewGuide(how_to=HOW_TO, anchors=ANCHORS, topics=tuple(topics))


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


def _topic(result: Result, purpose: str, words: ValueText, *, probes: int) -> GuideTopic:
    return GuideTopic(
        value=result.id,
        name=result.name,
        definition=result.definition,
        purpose=purpose,
        reason=_explore_reason(result) if purpose == "explore" else _confirm_reason(result),
        questions=words.probes[:probes],
    )


def _explore_reason(result: Result) -> str:
    if result.evidence is Evidence.NOT_MEASURED:
        return (
            "Not measured: too few of its scenarios were answered. That says nothing about the "
            "candidate; ask as you would ask anybody."
        )
    answered = f"{number_word(result.n_answered)} scenarios"
    if _clearly_good(result):
        return f"Nothing stands out as weak. {answered.capitalize()} is not much to go on: check."
    if result.evidence is Evidence.MIXED:
        names = listed([quoted(band.name) for band in result.bands], last="or")
        return f"The evidence is mixed: on {answered} the result may be {names}."
    return (
        f"On {answered} the result is {quoted(result.band)}. Find out what the candidate does "
        "in real situations, and why, before you draw anything from it."
    )


def _confirm_reason(result: Result) -> str:
    if _clearly_good(result):
        return (
            f"The result is {quoted(result.band)}. Choosing well on paper is not yet doing it: "
            "ask for something the candidate has done."
        )
    return (
        "Of the values measured, this is where the answers were most in line. Give the candidate "
        "room to show it."
    )
