"""Rating answers in own words, blind; and how far the raters agree."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm, NotFound
from service.pages.forms import given_fields
from service.pages.frame import frame, recruiter
from service.use_cases import ratings
from service.use_cases.agreement import LEAST, agreement_of
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("ratings", __name__)
blueprint.context_processor(lambda: frame("tasks"))

INVITING = "people.index"


@blueprint.get("/ratings")
@requires("recruiter")
def index() -> str:
    """Say what waits to be rated by this account, and by others."""
    account = recruiter()
    invite = INVITING in current_app.view_functions and account.role == "manager"
    return render_template(
        "ratings/index.html",
        queue=ratings.queue_of(store(), account),
        next_code=ratings.next_to_rate(store(), account),
        invite=url_for(INVITING) if invite else "",
    )


@blueprint.route("/ratings/answer/<code>", methods=["GET", "POST"])
@requires("recruiter")
def answer(code: str) -> Response | tuple[str, int]:
    """Show one answer, and record its rating."""
    account = recruiter()
    given = given_fields("level", "note")
    if request.method == "GET":
        return _answer_page(code, {}, given)
    try:
        outcome = ratings.rate(store(), account, code, now=clock(), **given)
    except InvalidForm as error:
        return _answer_page(code, error.fields, given)
    if outcome == "gone":
        return _gone(code)
    return _go_on()


@blueprint.get("/ratings/agreement")
@requires("recruiter")
def agreement() -> str:
    """Show how far the raters of the organisation agree."""
    found = agreement_of(store(), recruiter().provider_id)
    return render_template("ratings/agreement.html", found=found, least=LEAST)


def _go_on() -> Response:
    code = ratings.next_to_rate(store(), recruiter())
    if code is None:
        flash(_("You have rated everything that waited for you. Thank you."))
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".answer", code=code), 303)


def _gone(code: str) -> Response:
    """Say that an answer needs no rating from this account any more; another's is not there."""
    if not ratings.was_rated(store(), recruiter(), code):
        raise NotFound(_("This answer does not wait for you."))
    flash(_("This answer was rated already, so nothing was changed."), "note")
    return redirect(url_for(".index"), 303)


def _answer_page(
    code: str, errors: dict[str, str], given: dict[str, str]
) -> Response | tuple[str, int]:
    try:
        shown = ratings.show_to_rate(store(), recruiter(), code)
    except NotFound:
        return _gone(code)
    levels = [(str(one.level), one.name, one.look_for) for one in shown.guide.levels]
    page = render_template(
        "ratings/answer.html",
        shown=shown,
        levels=levels,
        cannot=ratings.CANNOT,
        errors=errors,
        given=given,
    )
    return page, 422 if errors else 200
