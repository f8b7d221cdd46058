"""How a provider words its messages: list, change with a preview, back to our words."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, settings, store
from service.errors import InvalidForm
from service.pages.frame import frame, member
from service.storage.standings import LOCAL
from service.use_cases import wordings
from service.use_cases.message_kinds import FIELDS
from service.use_cases.wordings import Line, Wording
from service.words import gettext as _

__all__ = ["LANGUAGE_NAMES", "blueprint"]

blueprint = Blueprint("messages", __name__, url_prefix="/settings/messages")
blueprint.context_processor(lambda: frame("settings"))

LANGUAGE_NAMES = {"en": "English", "cy": "Cymraeg"}


@blueprint.get("")
@requires("manager")
def index() -> str:
    """List the messages to candidates."""
    lines = wordings.list_wordings(store(), member().provider_id)
    texts = settings().mail.can_text
    shown = [line for line in lines if line.channel == "email" or texts or line.own]
    groups: dict[str, list[Line]] = {}
    for line in shown:
        groups.setdefault(line.kind.code, []).append(line)
    there = "settings.index" in current_app.view_functions
    return render_template(
        "wordings/index.html",
        groups=list(groups.values()),
        language_names=LANGUAGE_NAMES,
        settings_href=url_for("settings.index") if there else None,
    )


@blueprint.get("/<kind>/<language>/<channel>")
@requires("manager")
def edit(kind: str, language: str, channel: str) -> str:
    """Show the words of a message, and how it reads."""
    wordings.known_kind(kind, language, channel)
    with store().read() as unit:
        wording = wordings.wording_of(unit.at(member().provider_id), kind, language, channel)
    return _form(kind, language, channel, wording, {})


@blueprint.post("/<kind>/<language>/<channel>")
@requires("manager")
def save(kind: str, language: str, channel: str) -> Response | str | tuple[str, int]:
    """Keep the words, or show how they read without keeping them."""
    given = Wording(request.form.get("subject", ""), request.form.get("body", ""), own=True)
    try:
        wording = wordings.check_wording(
            kind, language, channel, subject=given.subject, body=given.body
        )
        if "preview" in request.form:
            return _form(kind, language, channel, wording, {}, unsaved=True)
        wordings.save_wording(
            store(),
            member().provider_id,
            kind,
            language,
            channel,
            subject=given.subject,
            body=given.body,
            by=member().id,
            now=clock(),
        )
    except InvalidForm as error:
        return _form(kind, language, channel, given, error.fields), 422
    flash(_("The message is saved. From now on it goes in your words."))
    return redirect(url_for("messages.edit", kind=kind, language=language, channel=channel), 303)


@blueprint.get("/<kind>/<language>/<channel>/reset")
@requires("manager")
def ask_reset(kind: str, language: str, channel: str) -> str:
    """Ask before the organisation's own words are dropped."""
    about = wordings.known_kind(kind, language, channel)
    usual = wordings.usual(kind, language, channel)
    return render_template(
        "wordings/reset.html", kind=about, language=language, channel=channel, usual=usual
    )


@blueprint.post("/<kind>/<language>/<channel>/reset")
@requires("manager")
def reset(kind: str, language: str, channel: str) -> Response:
    """Go back to the service's words."""
    wordings.reset_wording(store(), member().provider_id, kind, language, channel)
    flash(_("The message goes in our words again."))
    return redirect(url_for("messages.edit", kind=kind, language=language, channel=channel), 303)


def _form(
    kind: str,
    language: str,
    channel: str,
    wording: Wording,
    errors: dict[str, str],
    *,
    unsaved: bool = False,
) -> str:
    about = wordings.known_kind(kind, language, channel)
    expires = (clock() + store().link_lifetime).astimezone(LOCAL).date()
    with store().read() as unit:
        fields = wordings.sample_fields(
            unit.at(member().provider_id),
            kind,
            language,
            today=expires,
            address=settings().public_url or request.url_root.rstrip("/"),
        )
    return render_template(
        "wordings/edit.html",
        kind=about,
        language=language,
        channel=channel,
        language_name=LANGUAGE_NAMES[language],
        wording=wording,
        preview=None if errors else wordings.fill(wording, fields),
        fields=[(name, FIELDS[name], name in about.needed) for name in about.fields],
        unsaved=unsaved,
        errors=errors,
    )
