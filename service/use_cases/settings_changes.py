"""Changing what a manager can set: every problem at once, and a line of history each time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

import structlog

from service.errors import NotFound
from service.storage import Store, Unit
from service.use_cases.forms import Form, plain_line
from service.use_cases.settings import (
    LEAST_MONTHS,
    MOST_MONTHS,
    SPOKEN,
    note_change,
    settings_of,
)
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["change_details", "change_quiet", "change_retention", "change_values", "whole_months"]

LONGEST_NAME, LONGEST_CONTACT, LONGEST_WORDS = 120, 600, 60
_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def change_details(
    store: Store,
    provider_id: str,
    *,
    shown_name: str,
    adjustments: str,
    complaints: str,
    languages: Iterable[str],
    by: Account,
    now: datetime,
) -> None:
    """Change the name that candidates see, whom they turn to, and the languages.

    Raises
    ------
    InvalidForm
        With a sentence for each of ``shown_name``, ``adjustments``, ``complaints``,
        ``languages``.
    """
    form = Form()
    name = form.line(
        "shown_name",
        shown_name,
        missing=_("Enter the name that candidates see."),
        longest=LONGEST_NAME,
    )
    contacts = {
        "adjustments": form.text(
            "adjustments",
            adjustments,
            missing=_("Enter whom candidates ask for another way to answer."),
            longest=LONGEST_CONTACT,
        ),
        "complaints": form.text(
            "complaints",
            complaints,
            missing=_("Enter whom candidates turn to with a complaint."),
            longest=LONGEST_CONTACT,
        ),
    }
    chosen = set(languages)
    offered = [code for code in SPOKEN if code in chosen]
    if not offered:
        form.problems["languages"] = _("Choose one language or both.")
    form.done()
    with store.write() as unit:
        own = "" if name == unit.at(provider_id).provider.name else name
        _change(
            unit,
            provider_id,
            {"shown_name": own, "contacts": contacts, "languages": offered},
            what="details",
            by=by,
            now=now,
        )


def change_quiet(
    store: Store,
    provider_id: str,
    *,
    begins: str,
    ends: str,
    sundays: bool,
    by: Account,
    now: datetime,
) -> None:
    """Change when no reminder goes.

    Raises
    ------
    InvalidForm
        With a sentence for ``begins`` or ``ends``.
    """
    form = Form()
    hours = {
        "begins": _clock_time(form, "begins", begins),
        "ends": _clock_time(form, "ends", ends),
    }
    form.done()
    with store.write() as unit:
        quiet = {**hours, "sundays": bool(sundays)}
        _change(unit, provider_id, {"quiet": quiet}, what="quiet", by=by, now=now)


def change_retention(
    store: Store, provider_id: str, *, months: str, by: Account, now: datetime
) -> None:
    """Change how long names and words are kept after an application ended.

    Raises
    ------
    InvalidForm
        With a sentence for ``months``.
    """
    form = Form()
    number = whole_months(months)
    if not LEAST_MONTHS <= number <= MOST_MONTHS:
        form.problems["months"] = _(
            "Enter a whole number of months from %(least)s to %(most)s.",
            least=LEAST_MONTHS,
            most=MOST_MONTHS,
        )
    form.done()
    with store.write() as unit:
        before = settings_of(unit.at(provider_id).provider).retention_months
        detail = {"before": before, "after": number}
        new = {"retention_months": number}
        _change(unit, provider_id, new, what="retention", by=by, now=now, detail=detail)


def whole_months(text: str) -> int:
    """Read a number of months; 0 for what is none.

    Examples
    --------
    >>> whole_months(" 6 "), whole_months("six"), whole_months("²"), whole_months("-3")
    (6, 0, 0, 0)
    """
    line = plain_line(text)
    return int(line) if line.isascii() and line.isdigit() and len(line) < 4 else 0


def change_values(
    store: Store,
    provider_id: str,
    bank_id: str,
    *,
    words: Mapping[str, Mapping[str, str]],
    by: Account,
    now: datetime,
) -> None:
    """Change the organisation's own words for the values of a bank; empty takes them away.

    Parameters
    ----------
    words : mapping of str to mapping
        Value -> language -> words.

    Raises
    ------
    InvalidForm
        With a sentence for each ``value.language`` that is too long.
    NotFound
        If there is no such bank or value.
    """
    form = Form()
    with store.read() as unit:
        record = unit.banks.newest(bank_id)
        bank = store.bank(unit, record.id, record.version, record.sha256) if record else None
    if bank is None or not set(words) <= {value.id for value in bank.values}:
        raise NotFound(_("There are no such values."))
    said = {
        value: {
            code: form.line(f"{value}.{code}", text, missing="", longest=LONGEST_WORDS)
            for code, text in given.items()
            if code in SPOKEN
        }
        for value, given in words.items()
    }
    form.done()
    kept = {
        value: {code: text for code, text in given.items() if text}
        for value, given in said.items()
        if any(given.values())
    }
    with store.write() as unit:
        crosswalk = {**settings_of(unit.at(provider_id).provider).crosswalk, bank_id: kept}
        _change(unit, provider_id, {"crosswalk": crosswalk}, what="values", by=by, now=now)


def _clock_time(form: Form, name: str, text: str) -> str:
    found = _TIME.fullmatch(plain_line(text))
    if found is None:
        form.problems[name] = _("Enter a time such as 20:00.")
        return ""
    return time(int(found[1]), int(found[2])).isoformat("minutes")


def _change(
    unit: Unit,
    provider_id: str,
    new: Mapping[str, Any],
    *,
    what: str,
    by: Account,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Keep what is different, with a line of history; the same again changes nothing."""
    provider = unit.at(provider_id).provider
    held = dict(provider.settings)
    if all(held.get(name) == value for name, value in new.items()):
        return
    settings = note_change({**held, **new}, what, by=by.id, now=now, detail=detail)
    unit.providers.change(
        provider.id, name=provider.name, contact=provider.contact, settings=settings
    )
    structlog.get_logger("vbr.settings").info(
        "changed", provider=provider.id, account=by.id, what=what, fields=sorted(new)
    )
