"""Colleagues who enter a candidate's answers: the same scenarios, fields and checks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages.answers import Given, given_from_answer, read_answer, refused, tell
from service.pages.frame import frame, recruiter
from service.use_cases import entry, sittings
from service.use_cases.adjustments import Adjustment, adjustment_of
from service.use_cases.entry import BY_STAFF, HOW
from service.use_cases.views import Question, Saved
from service.use_cases.words import WordsQuestion, save_words, show_words
from service.words import gettext as _
from vbr_engine.errors import ResponsesError

__all__ = ["blueprint"]

blueprint = Blueprint("entry", __name__)
blueprint.context_processor(frame)

ONE = "/entry/<sitting_id>"
HOW_WORDS = {
    "phone": lazy_gettext("By phone"),
    "paper": lazy_gettext("From the paper form"),
    "in-person": lazy_gettext("Side by side"),
}


@blueprint.get("/entry")
@requires("recruiter")
def index() -> Response | str | tuple[str, int]:
    """Find a candidate by the reference on a paper form."""
    given = request.args.get("reference", "").strip()
    if not given:
        return render_template("entry/index.html", given="", errors={})
    try:
        found = entry.find_by_reference(store(), recruiter().provider_id, given)
    except InvalidForm as error:
        return render_template("entry/index.html", given=given, errors=error.fields), 422
    return redirect(url_for(".start", sitting_id=found), 303)


@blueprint.route(ONE, methods=["GET", "POST"])
@requires("recruiter")
def start(sitting_id: str) -> Response | str | tuple[str, int]:
    """Say how entering works, and begin."""
    account = recruiter()
    found = adjustment_of(store(), account.provider_id, sitting_id)
    elsewhere = _elsewhere(found)
    if elsewhere:
        return elsewhere
    how = request.form.get("how", "")
    if request.method == "GET":
        return _start_page(found, {})
    try:
        number = entry.begin(
            store(), account.provider_id, sitting_id, account=account, how=how, now=clock()
        )
    except InvalidForm as error:
        return _start_page(found, error.fields), 422
    if number is None:
        return redirect(url_for(".check", sitting_id=sitting_id, how=how), 303)
    return redirect(url_for(".question", sitting_id=sitting_id, number=number, how=how), 303)


@blueprint.route(ONE + "/<int:number>", methods=["GET", "POST"])
@requires("recruiter")
def question(sitting_id: str, number: int) -> Response | str | tuple[str, int]:
    """Enter the answer to one scenario."""
    found = adjustment_of(store(), recruiter().provider_id, sitting_id)
    elsewhere = _elsewhere(found)
    if elsewhere:
        return elsewhere
    if found.in_words:
        return redirect(url_for(".words", sitting_id=sitting_id, number=number, **_place()), 303)
    shown = sittings.show_question(store(), sitting_id, number)
    if request.method == "GET":
        return _question_page(found, shown, given_from_answer(shown.item, shown.answer))
    given = read_answer(shown, request.form)
    if given.errors and request.form.get("action") == "leave":
        return _left(shown, begun=bool(given.most or given.least or any(given.answer.values())))
    if given.errors:
        return _question_page(found, shown, given), 422
    try:
        saved = sittings.save_answer(
            store(),
            sitting_id,
            shown.item.id,
            given.answer,
            revision=_revision(shown),
            now=clock(),
            by=recruiter().id,
            how=_how(),
        )
    except ResponsesError as error:
        return _question_page(found, shown, refused(given, error)), 422
    return _saved(shown, saved)


@blueprint.route(ONE + "/words/<int:number>", methods=["GET", "POST"])
@requires("recruiter")
def words(sitting_id: str, number: int) -> Response | str | tuple[str, int]:
    """Write down what a candidate says to one scenario."""
    found = adjustment_of(store(), recruiter().provider_id, sitting_id)
    elsewhere = _elsewhere(found)
    if elsewhere:
        return elsewhere
    if not found.in_words:
        return redirect(url_for(".question", sitting_id=sitting_id, number=number, **_place()), 303)
    shown = show_words(store(), sitting_id, number)
    if request.method == "GET":
        return _words_page(found, shown, shown.said, {})
    text = request.form.get("words", "")
    if request.form.get("action") == "leave" and not text.strip():
        return _left(shown, begun=False)
    try:
        saved = save_words(
            store(),
            sitting_id,
            number,
            text,
            revision=_revision(shown),
            now=clock(),
            by=recruiter().id,
            how=_how(),
        )
    except InvalidForm as error:
        return _words_page(found, shown, text, error.fields), 422
    return _saved(shown, saved)


@blueprint.get(ONE + "/check")
@requires("recruiter")
def check(sitting_id: str) -> Response | str:
    """Show everything that was entered before it is sent."""
    found = adjustment_of(store(), recruiter().provider_id, sitting_id)
    return _elsewhere(found) or _check_page(found, {}, missing=())


@blueprint.post(ONE + "/submit")
@requires("recruiter")
def submit(sitting_id: str) -> Response | tuple[str, int]:
    """Send the answers for the candidate, who has confirmed them."""
    account = recruiter()
    found = adjustment_of(store(), account.provider_id, sitting_id)
    elsewhere = _elsewhere(found)
    if elsewhere:
        return elsewhere
    try:
        outcome = entry.submit_for(
            store(),
            account.provider_id,
            sitting_id,
            account=account,
            how=_how(),
            confirmed=request.form.get("confirmed") == "yes",
            allow_incomplete=request.form.get("send-incomplete") == "yes",
            now=clock(),
        )
    except InvalidForm as error:
        return _check_page(found, error.fields, missing=()), 422
    if outcome.outcome == "incomplete":
        return _check_page(found, {}, missing=outcome.missing), 422
    if outcome.outcome == "submitted":
        flash(_("The answers are sent. Thank you."))
    return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)


def _elsewhere(found: Adjustment) -> Response | None:
    """Lead away where there is nothing to enter."""
    if found.state == "completed":
        flash(_("The answers were already sent, so nothing can be entered."), "note")
        return redirect(url_for("candidates.candidate", sitting_id=found.sitting_id), 303)
    if found.way not in BY_STAFF:
        flash(_("Choose first that a colleague enters the answers."), "note")
        return redirect(url_for("adjustment.adjustment", sitting_id=found.sitting_id), 303)
    started = found.state != "invited" or request.endpoint == "entry.start"
    return None if started else redirect(url_for(".start", sitting_id=found.sitting_id), 303)


def _how() -> str:
    how = request.values.get("how", "")
    return how if how in HOW else HOW[0]


def _place() -> dict[str, Any]:
    """Return what the address carries on: how the answers arrive, and whether to go back."""
    back = {"from": "check"} if request.values.get("from") == "check" else {}
    return {"how": _how(), **back}


def _revision(shown: Question | WordsQuestion) -> int:
    return request.form.get("revision", default=shown.revision, type=int)


def _saved(shown: Question | WordsQuestion, saved: Saved) -> Response:
    tell(saved.outcome, shown.number)
    return redirect(_after(shown), 303)


def _left(shown: Question | WordsQuestion, *, begun: bool) -> Response:
    if begun and not (isinstance(shown, Question) and shown.answer is not None):
        said = _("Scenario %(number)s was not complete, so it is not saved.", number=shown.number)
        flash(said, "note")
    return redirect(_after(shown), 303)


def _after(shown: Question | WordsQuestion) -> str:
    if request.form.get("from") == "check" or shown.number == shown.total:
        return url_for(".check", sitting_id=shown.sitting_id, how=_how())
    number = shown.number + 1
    return url_for(".question", sitting_id=shown.sitting_id, number=number, how=_how())


def _start_page(found: Adjustment, errors: dict[str, str]) -> str:
    return render_template(
        "entry/start.html",
        found=found,
        errors=errors,
        hows=[(code, str(said)) for code, said in HOW_WORDS.items()],
        given=request.form.get("how", ""),
    )


def _question_page(found: Adjustment, shown: Question, given: Given) -> str:
    return render_template(
        "entry/question.html",
        found=found,
        question=shown,
        given=given,
        errors=given.errors,
        text=None,
        place=_place(),
    )


def _words_page(found: Adjustment, shown: WordsQuestion, text: str, errors: dict[str, str]) -> str:
    return render_template(
        "entry/question.html",
        found=found,
        question=shown,
        given=None,
        errors=errors,
        text=text,
        place=_place(),
    )


def _check_page(found: Adjustment, errors: dict[str, str], *, missing: tuple[int, ...]) -> str:
    return render_template(
        "entry/check.html",
        found=found,
        review=sittings.review_sitting(store(), found.sitting_id),
        errors=errors,
        missing=missing,
        how=_how(),
    )
