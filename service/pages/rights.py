"""The page about a candidate's data and rights, and what they can ask for there."""

from __future__ import annotations

import json

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages.asks import adjustment_form
from service.pages.fact_words import known_facts
from service.pages.forms import given_fields, request_id
from service.pages.kept_forms import kept_answer
from service.use_cases import asking
from service.use_cases.holding import as_document, held_about, note_download
from service.use_cases.holding_words import REASONS
from service.use_cases.rights import Place, place_of
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("rights", __name__)

ONE = "/sitting/<sitting_id>/your-data"


@blueprint.get(ONE)
@requires("candidate")
def index(sitting_id: str) -> str:
    """Say what a candidate can see, ask for and take back."""
    place = _place(sitting_id)
    held = held_about(store(), sitting_id, now=clock())
    return render_template("candidate/rights.html", about=place, place=place, held=held)


@blueprint.get(ONE + "/copy")
@requires("candidate")
def copy(sitting_id: str) -> str:
    """Show everything that is held, on one page to read or print."""
    place = _place(sitting_id)
    held = held_about(store(), sitting_id, now=clock())
    facts = known_facts(held.facts)
    return render_template("candidate/copy.html", about=place, place=place, held=held, facts=facts)


@blueprint.post(ONE + "/download")
@requires("candidate")
def download(sitting_id: str) -> Response:
    """Send everything that is held as a file that other programs can read."""
    held = held_about(store(), sitting_id, now=clock())
    note_download(store(), sitting_id, now=clock())
    response = make_response(json.dumps(as_document(held), ensure_ascii=False, indent=2))
    response.mimetype = "application/json"
    response.headers["Content-Disposition"] = 'attachment; filename="your-data.json"'
    return response


@blueprint.get(ONE + "/how-it-is-used")
@requires("candidate")
def how_it_is_used(sitting_id: str) -> str:
    """Say what the result is used for, and what it never is."""
    place = _place(sitting_id)
    return render_template(
        "candidate/how_used.html", about=place, place=place, back=_home(sitting_id)
    )


@blueprint.post(ONE + "/research")
@requires("candidate")
def research(sitting_id: str) -> Response:
    """Say yes or no to research."""
    wanted = request.form.get("research") == "yes"
    asking.consent(store(), sitting_id, research=wanted, now=clock())
    flash(
        _("Your answers may be used for research, without your name.")
        if wanted
        else _("Your answers are not used for research.")
    )
    return redirect(_home(sitting_id), 303)


@blueprint.route(ONE + "/adjustment", methods=["GET", "POST"])
@requires("candidate")
def adjustment(sitting_id: str) -> str | Response | tuple[str, int]:
    """Ask to answer in another way."""
    here = url_for("rights.adjustment", sitting_id=sitting_id)
    return adjustment_form(_place(sitting_id), here=here, back=_home(sitting_id))


@blueprint.route(ONE + "/person", methods=["GET", "POST"])
@requires("candidate")
def person(sitting_id: str) -> str | Response | tuple[str, int]:
    """Ask to talk with a person."""
    given = given_fields("text", "reach")
    if request.method == "GET":
        return _form("person", sitting_id, {}, {})
    try:
        asking.ask_person(store(), sitting_id, now=clock(), request_id=request_id(), **given)
    except InvalidForm as error:
        return _form("person", sitting_id, error.fields, given), 422
    flash(_("We have passed on that you want to talk with a person."))
    return redirect(_home(sitting_id), 303)


@blueprint.route(ONE + "/disagree", methods=["GET", "POST"])
@requires("candidate")
def disagree(sitting_id: str) -> str | Response | tuple[str, int]:
    """Contest a decision, or the result."""
    given = given_fields("text")
    if request.method == "GET":
        return _form("disagree", sitting_id, {}, {})
    try:
        asking.contest(store(), sitting_id, now=clock(), request_id=request_id(), **given)
    except InvalidForm as error:
        return _form("disagree", sitting_id, error.fields, given), 422
    flash(_("We have passed on what you said. Somebody who did not decide looks at it."))
    return redirect(_home(sitting_id), 303)


@blueprint.route(ONE + "/withdraw", methods=["GET", "POST"])
@requires("candidate")
def withdraw(sitting_id: str) -> str | Response | tuple[str, int]:
    """Ask, then end the application."""
    given = given_fields("reason")
    if request.method == "GET":
        return _form("withdraw", sitting_id, {}, {}, reasons=_reasons())
    try:
        open_still = asking.withdraw(store(), sitting_id, now=clock(), **given)
    except InvalidForm as error:
        return _form("withdraw", sitting_id, error.fields, given, reasons=_reasons()), 422
    if open_still:
        flash(_("You have withdrawn. Thank you for telling us."))
    else:
        flash(_("Your application had ended already, so nothing was changed."), "note")
    return redirect(_home(sitting_id), 303)


@blueprint.post(ONE + "/come-back")
@requires("candidate")
def come_back(sitting_id: str) -> Response:
    """Take a withdrawal back."""
    if asking.take_back_withdrawal(store(), sitting_id, now=clock()):
        flash(_("Your application goes on as before."))
    else:
        words = _(
            "Somebody has worked on your application since. Please ask to talk with a person."
        )
        flash(words, "note")
    return redirect(_home(sitting_id), 303)


@blueprint.route(ONE + "/erasure", methods=["GET", "POST"])
@requires("candidate")
def erasure(sitting_id: str) -> str | Response | tuple[str, int]:
    """Ask for everything that names the candidate to be erased."""
    given = given_fields("text")
    if request.method == "GET":
        return _form("erasure", sitting_id, {}, {})
    try:
        asking.ask_erasure(store(), sitting_id, now=clock(), request_id=request_id(), **given)
    except InvalidForm as error:
        return _form("erasure", sitting_id, error.fields, given), 422
    flash(_("We have passed on that you want your data to be erased."))
    return redirect(_home(sitting_id), 303)


def _place(sitting_id: str) -> Place:
    return place_of(store(), sitting_id)


def _home(sitting_id: str) -> str:
    return url_for("rights.index", sitting_id=sitting_id)


def _reasons() -> list[tuple[str, str]]:
    return [(code, str(words)) for code, words in REASONS.items()]


def _form(
    name: str, sitting_id: str, errors: dict[str, str], given: dict[str, str], **more: object
) -> str:
    place = _place(sitting_id)
    return render_template(
        f"candidate/{name}.html",
        about=place,
        place=place,
        errors=errors,
        given=given or kept_answer() or {},
        back=_home(sitting_id),
        request_id=request_id(),
        **more,
    )
