"""A bank's values beside the organisation's own words for them: in settings and in reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.storage import Store, Unit
from service.use_cases.settings import settings_of
from service.words import gettext as _
from vbr_engine.reports import CandidateFeedback, RecruiterReport

__all__ = [
    "ValueWords",
    "beside",
    "feedback_in_own_words",
    "own_words",
    "report_in_own_words",
    "values_of",
]


@dataclass(frozen=True, slots=True)
class ValueWords:
    """A value in the words of its bank, and of the frameworks that the bank knows."""

    value: str
    name: str
    definition: str
    elsewhere: tuple[tuple[str, tuple[str, ...]], ...]


def values_of(store: Store, bank_id: str, language: str) -> tuple[ValueWords, ...]:
    """Return the values of a bank's newest version; none if there is no such bank."""
    with store.read() as unit:
        record = unit.banks.newest(bank_id)
        bank = store.bank(unit, record.id, record.version, record.sha256) if record else None
    if bank is None:
        return ()
    texts = bank.text(language).values
    return tuple(
        ValueWords(
            value.id,
            texts[value.id].name,
            texts[value.id].definition,
            tuple(bank.in_other_words(value.id, language).items()),
        )
        for value in bank.values
    )


def own_words(unit: Unit, provider_id: str, bank_id: str, language: str) -> Mapping[str, str]:
    """Return an organisation's own words for the values of a bank, where it has any."""
    return settings_of(unit.at(provider_id).provider).own_words(bank_id, language)


def beside(name: str, words: str | None) -> str:
    """Say a value by its name and in the organisation's words, unless they are the same.

    Examples
    --------
    >>> beside("Kind", "Warm-hearted"), beside("Kind", "kind"), beside("Kind", None)
    ('Kind (in our words: Warm-hearted)', 'Kind', 'Kind')
    """
    if not words or words.casefold() == name.casefold():
        return name
    return _("%(name)s (in our words: %(words)s)", name=name, words=words)


def report_in_own_words(report: RecruiterReport, words: Mapping[str, str]) -> RecruiterReport:
    """Put the organisation's words beside the values in the headings of a recruiter's report."""
    if not words:
        return report
    topics = tuple(
        replace(topic, name=beside(topic.name, words.get(topic.value)))
        for topic in report.guide.topics
    )
    return replace(
        report,
        values=tuple(
            replace(result, name=beside(result.name, words.get(result.id)))
            for result in report.values
        ),
        guide=replace(report.guide, topics=topics),
    )


def feedback_in_own_words(
    feedback: CandidateFeedback, words: Mapping[str, str]
) -> CandidateFeedback:
    """Put the organisation's words beside the values in a candidate's feedback."""
    if not words:
        return feedback
    thought = feedback.reflection
    return replace(
        feedback,
        strengths=tuple(
            replace(point, name=beside(point.name, words.get(point.value)))
            for point in feedback.strengths
        ),
        reflection=thought
        and replace(thought, name=beside(thought.name, words.get(thought.value))),
    )
