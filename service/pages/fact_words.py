"""What the facts of an application are called, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from service.languages import page_language
from service.words import ngettext
from vbr_engine.intake import SOURCES, source_label

__all__ = ["LABELS", "YES_OR_NO", "fact_label", "known_facts", "sources"]

LABELS = {
    "source": lazy_gettext("How they found the job"),
    "travel_minutes": lazy_gettext("Minutes of travel to the round"),
    "hours_wanted": lazy_gettext("Hours a week they want"),
    "hours_offered": lazy_gettext("Hours a week you can offer"),
    "own_transport": lazy_gettext("Has transport of their own"),
    "care_experience": lazy_gettext("Has worked in care before"),
}
YES_OR_NO = {"yes": lazy_gettext("Yes"), "no": lazy_gettext("No")}


def fact_label(name: str) -> str:
    """Say what a fact is called, or nothing if it is none."""
    return str(LABELS.get(name, ""))


def sources() -> tuple[tuple[str, str], ...]:
    """Return the sources with their words in the reader's language."""
    return tuple((source, source_label(source, page_language().code)) for source in SOURCES)


def known_facts(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what is known: label and value, in words."""
    return tuple((fact_label(name), _value(name, value)) for name, value in facts.items())


def _value(name: str, value: Any) -> str:
    if name == "source" and value in SOURCES:
        return source_label(value, page_language().code)
    if name == "travel_minutes":
        return ngettext("%(num)s minute", "%(num)s minutes", value)
    return str(YES_OR_NO.get(value, value))
