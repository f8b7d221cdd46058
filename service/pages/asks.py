"""What a candidate can choose and ask with the link, before starting."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, csrf, requires, set_sitting_cookie, store
from service.errors import InvalidForm
from service.pages.forms import given_fields, request_id
from service.use_cases import asking
from service.use_cases.holding_words import WAYS
from service.use_cases.rights import Place, place_of
from service.words import gettext as _

__all__ = ["adjustment_form", "blueprint"]

blueprint = Blueprint("asks", __name__)


@blueprint.post("/i/<token>/language")
@requires("link")
@csrf.exempt
def language(token: str) -> Response:
    """Choose the language of the questions; once started it stays."""
    code = request.form.get("language", "")
    try:
        chosen = asking.choose_language(store(), token, code, now=clock())
    except InvalidForm:
        return redirect(url_for("candidate.landing", token=token), 303)
    if not chosen:
        words = _(
            "The language stays as it is once you have started, so that everybody answers one set "
            "of questions in one language. If it does not suit you, ask for another way to answer."
        )
        flash(words, "note")
    return redirect(url_for("candidate.landing", token=token), 303)


@blueprint.route("/i/<token>/adjustment", methods=["GET", "POST"])
@requires("link")
@csrf.exempt
def adjustment(token: str) -> str | Response | tuple[str, int]:
    """Ask to answer in another way. The link is the proof, so the form needs no other."""
    place = place_of(store(), asking.sitting_behind(store(), token))
    return adjustment_form(
        place,
        here=url_for("asks.adjustment", token=token),
        back=url_for("candidate.landing", token=token),
        data_address=url_for("asks.your_data", token=token),
    )


@blueprint.get("/i/<token>/how-it-is-used")
@requires("link")
def how_it_is_used(token: str) -> str:
    """Say what the result is used for, and what it never is."""
    place = place_of(store(), asking.sitting_behind(store(), token))
    return render_template(
        "candidate/how_used.html",
        about=place,
        place=place,
        back=url_for("candidate.landing", token=token),
        data_address=url_for("asks.your_data", token=token),
    )


@blueprint.get("/i/<token>/your-data")
@requires("link")
def your_data(token: str) -> Response:
    """Open the page about the candidate's data and rights in this browser, without starting.

    Only the browser is changed: it gets the cookie of the sitting.
    """
    sitting_id = asking.sitting_behind(store(), token)
    response = redirect(url_for("rights.index", sitting_id=sitting_id), 303)
    set_sitting_cookie(response, sitting_id, token)
    return response


def adjustment_form(place: Place, **places: str) -> str | Response | tuple[str, int]:
    """Show the form about another way to answer, or take in what it says.

    Parameters
    ----------
    place : Place
    **places : str
        Addresses: ``here`` of the form, ``back``, and ``data_address`` of the page about rights if
        it is not the sitting's own.
    """
    given = given_fields("text", "reach")
    ways = request.form.getlist("ways")
    if request.method == "GET":
        return _page(place, {}, {}, [], places)
    try:
        asking.ask_adjustment(
            store(),
            place.sitting_id,
            ways=ways,
            now=clock(),
            request_id=request_id(),
            **given,
        )
    except InvalidForm as error:
        return _page(place, error.fields, given, ways, places), 422
    flash(_("We have passed on what you asked for."))
    return redirect(places["here"], 303)


def _page(
    place: Place,
    errors: dict[str, str],
    given: dict[str, str],
    ways: list[str],
    places: Mapping[str, str],
) -> str:
    return render_template(
        "candidate/adjustment.html",
        about=place,
        place=place,
        asked=place.asked("adjustment-asked"),
        errors=errors,
        given=given,
        chosen=ways,
        ways=WAYS.items(),
        request_id=request_id(),
        **places,
    )
