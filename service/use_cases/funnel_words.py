"""The engine's funnel in the reader's language: stages, steps, reasons, whom to call and why.

The English stands in `vbr_engine.funnel`, once; ``babel.cfg`` hands it to the translators.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date
from flask import has_app_context
from flask_babel import get_locale

from service.words import gettext as _
from vbr_engine.funnel import (
    CALL_OUTCOMES,
    CALL_SENTENCES,
    END_WORDS,
    ENDER_WORDS,
    REASON_WORDS,
    STAGE_WORDS,
    STEP_PROBLEMS,
    STEP_WORDS,
    TRIED_SENTENCES,
    URGENCY_WORDS,
    Call,
    StepProblem,
)

__all__ = [
    "call_sentence",
    "day_in_sentence",
    "day_with_year",
    "end_words",
    "ender_words",
    "outcome_words",
    "problem_words",
    "reason_words",
    "stage_title",
    "stage_words",
    "step_words",
    "urgency_words",
]


def stage_words(stage: str) -> str:
    """Say what a stage is called, as within a sentence."""
    return _(STAGE_WORDS[stage])


def stage_title(stage: str) -> str:
    """Say what a stage is called, with a capital."""
    return _capital(_(STAGE_WORDS[stage]))


def end_words(ended: str) -> str:
    """Say how an application ended, with a capital."""
    return _capital(_(END_WORDS[ended]))


def step_words(step: str) -> str:
    """Say what the button of a step says."""
    return _(STEP_WORDS[step])


def outcome_words(outcome: str) -> str:
    """Say what came of a call."""
    return _(CALL_OUTCOMES[outcome])


def ender_words(ender: str) -> str:
    """Say who ended a job."""
    return _(ENDER_WORDS[ender])


def reason_words(reason: str) -> str:
    """Say why it ended; a code that this version does not know stays a code."""
    return _(REASON_WORDS[reason]) if reason in REASON_WORDS else reason


def urgency_words(urgency: str) -> str:
    """Say how a call presses."""
    return _(URGENCY_WORDS[urgency])


def problem_words(problem: StepProblem) -> str:
    """Say why a step cannot be recorded."""
    tables: Mapping[str, Mapping[str, str]] = {"stage": STAGE_WORDS, "step": STEP_WORDS}
    shown: dict[str, object] = {}
    for name, value in problem.values.items():
        words = tables.get(name, {}).get(value) if isinstance(value, str) else None
        shown[name] = day_with_year(value) if isinstance(value, date) else value
        if words is not None:
            shown[name] = _(words)
    return _(STEP_PROBLEMS[problem.key], **shown)


def call_sentence(call: Call, today: date) -> str:
    """Say why to call somebody today, and what came of the last try."""
    shown = {
        name: day_in_sentence(value, today) if isinstance(value, date) else value
        for name, value in call.values.items()
    }
    sentences = [_(CALL_SENTENCES[call.why], **shown)]
    if call.tried:
        sentences.append(_(TRIED_SENTENCES[call.tried], **shown))
    return " ".join(sentences)


def day_in_sentence(day: date, today: date) -> str:
    """Name a day as within a sentence, with its preposition."""
    apart = (day - today).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if apart in near:
        return near[apart]
    if abs(apart) < 7:
        return _("on %(weekday)s", weekday=_date(day, "EEEE"))
    if day.year == today.year:
        return _("on %(day)s", day=_date(day, "d MMMM"))
    return _("on %(day)s", day=day_with_year(day))


def day_with_year(day: date) -> str:
    """Name a day with its month and year."""
    return _date(day, "d MMMM y")


def _date(day: date, pattern: str) -> str:
    locale = get_locale() if has_app_context() else None
    return str(format_date(day, pattern, locale=locale or "en_GB"))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
