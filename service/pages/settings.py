"""A manager's settings: who the organisation is for candidates, quiet hours, periods, words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm, NotFound
from service.languages import page_language
from service.pages.forms import given_fields
from service.pages.frame import frame, member
from service.storage.standings import LOCAL
from service.use_cases import settings_changes
from service.use_cases.own_values import ValueWords, beside, values_of
from service.use_cases.retention import AHEAD, foreseen
from service.use_cases.settings import (
    LEAST_MONTHS,
    MOST_MONTHS,
    SPOKEN,
    USUAL_MONTHS,
    Change,
    ProviderSettings,
    changes_of,
    provider_settings,
)
from service.use_cases.vacancies import available_banks
from service.words import gettext as _
from service.words import ngettext

__all__ = ["blueprint"]

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
blueprint.context_processor(lambda: frame("settings"))
LANGUAGE_WORDS = {"en": lazy_gettext("English"), "cy": lazy_gettext("Welsh")}
LANGUAGE_CHOICES = {"en cy": ("en", "cy"), "en": ("en",), "cy": ("cy",)}


@blueprint.get("")
@requires("manager")
def index() -> str:
    """Show what is set, and where to change it."""
    settings = _settings()
    banks = available_banks(store())
    return render_template(
        "settings/index.html",
        settings=settings,
        spoken=_language_words(settings.languages),
        quiet=_quiet_words(settings),
        banks=[(bank, len(settings.own_words(bank.id, "en"))) for bank in banks],
        foreseen=foreseen(store(), member().provider_id, now=clock()),
        changes=[(one, _change_words(one)) for one in changes_of(store(), member().provider_id)],
        elsewhere=[name for name in ("messages.index", "people.index") if _is_there(name)],
        local=LOCAL,
    )


@blueprint.route("/details", methods=["GET", "POST"])
@requires("manager")
def details() -> Response | str | tuple[str, int]:
    """Change the name that candidates see, contacts and languages."""
    if request.method == "GET":
        held = _settings()
        given = {
            "shown_name": held.shown_name,
            "adjustments": held.adjustments,
            "complaints": held.complaints,
            "languages": " ".join(held.languages),
        }
        return _form("settings/details.html", given)
    given = given_fields("shown_name", "adjustments", "complaints", "languages")
    try:
        settings_changes.change_details(
            store(),
            member().provider_id,
            shown_name=given["shown_name"],
            adjustments=given["adjustments"],
            complaints=given["complaints"],
            languages=LANGUAGE_CHOICES.get(given["languages"], ()),
            by=member(),
            now=clock(),
        )
    except InvalidForm as error:
        return _form("settings/details.html", given, error.fields), 422
    return _saved()


@blueprint.route("/quiet", methods=["GET", "POST"])
@requires("manager")
def quiet() -> Response | str | tuple[str, int]:
    """Change when no reminder goes."""
    if request.method == "GET":
        held = _settings().quiet
        given = {
            "begins": held.begins.isoformat("minutes"),
            "ends": held.ends.isoformat("minutes"),
            "sundays": "yes" if held.sundays else "no",
        }
        return _form("settings/quiet.html", given)
    given = given_fields("begins", "ends", "sundays")
    try:
        settings_changes.change_quiet(
            store(),
            member().provider_id,
            begins=given["begins"],
            ends=given["ends"],
            sundays=given["sundays"] == "yes",
            by=member(),
            now=clock(),
        )
    except InvalidForm as error:
        return _form("settings/quiet.html", given, error.fields), 422
    return _saved()


@blueprint.route("/retention", methods=["GET", "POST"])
@requires("manager")
def retention() -> Response | str | tuple[str, int]:
    """Show whose names will be erased, and change the period."""
    if request.method == "GET":
        return _retention({"months": str(_settings().retention_months)}, {})
    given = given_fields("months", "seen")
    try:
        if not _was_shown(given):
            return _retention(given, {}, asked=True)
        settings_changes.change_retention(
            store(), member().provider_id, months=given["months"], by=member(), now=clock()
        )
    except InvalidForm as error:
        return _retention(given, error.fields), 422
    return _saved()


@blueprint.route("/values/<bank_id>", methods=["GET", "POST"])
@requires("manager")
def values(bank_id: str) -> Response | str | tuple[str, int]:
    """Change the organisation's own words for the values of a bank."""
    lines = values_of(store(), bank_id, page_language().code)
    held = _settings()
    if request.method == "GET":
        return _values(bank_id, lines, held.crosswalk.get(bank_id, {}), {})
    given = {
        line.value: {code: request.form.get(f"{line.value}.{code}", "") for code in SPOKEN}
        for line in lines
    }
    if request.form.get("preview"):
        return _values(bank_id, lines, given, {}, preview=True)
    try:
        settings_changes.change_values(
            store(), member().provider_id, bank_id, words=given, by=member(), now=clock()
        )
    except InvalidForm as error:
        return _values(bank_id, lines, given, error.fields), 422
    return _saved()


def _settings() -> ProviderSettings:
    return provider_settings(store(), member().provider_id)


def _saved() -> Response:
    flash(_("Saved."))
    return redirect(url_for(".index"), 303)


def _form(template: str, given: Mapping[str, str], errors: Mapping[str, str] | None = None) -> str:
    choices = [(key, _language_words(codes)) for key, codes in LANGUAGE_CHOICES.items()]
    return render_template(template, given=given, errors=errors or {}, choices=choices)


def _was_shown(given: Mapping[str, str]) -> bool:
    """Whether the manager has seen whom a shorter period would erase."""
    months = settings_changes.whole_months(given["months"])
    shorter = LEAST_MONTHS <= months < _settings().retention_months
    return not shorter or given["seen"] == given["months"]


def _retention(given: Mapping[str, str], errors: Mapping[str, str], *, asked: bool = False) -> str:
    months = (
        settings_changes.whole_months(given["months"]) if asked else _settings().retention_months
    )
    found = foreseen(store(), member().provider_id, now=clock(), months=months)
    return render_template(
        "settings/retention.html",
        given=given,
        errors=errors,
        asked=asked,
        months=months,
        foreseen=found,
        ahead=AHEAD.days,
        least=LEAST_MONTHS,
        most=MOST_MONTHS,
        usual=USUAL_MONTHS,
        now=_settings().retention_months,
    )


def _values(
    bank_id: str,
    lines: tuple[ValueWords, ...],
    given: Mapping[str, Mapping[str, str]],
    errors: Mapping[str, str],
    *,
    preview: bool = False,
) -> str:
    if not lines:
        raise NotFound(_("There are no such values."))
    return render_template(
        "settings/values.html",
        bank_id=bank_id,
        lines=lines,
        given=given,
        errors={name.replace(".", "-"): said for name, said in errors.items()},
        preview=preview,
        beside=beside,
        tongues={code: str(LANGUAGE_WORDS[code]) for code in SPOKEN},
    )


def _language_words(codes: tuple[str, ...]) -> str:
    return _("English and Welsh") if len(codes) > 1 else str(LANGUAGE_WORDS[codes[0]])


def _quiet_words(settings: ProviderSettings) -> str:
    held = settings.quiet
    between = _(
        "from %(begins)s to %(ends)s",
        begins=held.begins.isoformat("minutes"),
        ends=held.ends.isoformat("minutes"),
    )
    return _("%(between)s, and all Sunday", between=between) if held.sundays else between


_CHANGES: Mapping[str, Any] = {
    "details": lambda _change: _("Name, contacts or languages changed"),
    "quiet": lambda _change: _("Quiet hours changed"),
    "values": lambda _change: _("Words for the values changed"),
    "renamed": lambda _change: _("Name or contact changed by the council"),
    "paused": lambda _change: _("Paused by the council"),
    "resumed": lambda _change: _("The council let it go on"),
    "retention": lambda change: _(
        "Period changed from %(before)s to %(after)s",
        before=ngettext("%(num)d month", "%(num)d months", change.detail.get("before", 0)),
        after=ngettext("%(num)d month", "%(num)d months", change.detail.get("after", 0)),
    ),
}


def _change_words(change: Change) -> str:
    told = _CHANGES.get(change.what)
    return str(told(change)) if told else change.what


def _is_there(endpoint: str) -> bool:
    return endpoint in current_app.view_functions
