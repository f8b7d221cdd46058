"""Answering in own words: one scenario at a time, on any device."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, csrf, requires, store
from service.errors import InvalidForm
from service.pages.answers import form_is_fresh, tell
from service.pages.kept_forms import kept_answer
from service.use_cases import sittings
from service.use_cases import words as use_case
from service.use_cases.words import WordsQuestion
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("words", __name__)

ONE = "/sitting/<sitting_id>/words/<int:number>"


@blueprint.get(ONE)
@requires("candidate")
def words(sitting_id: str, number: int) -> str | Response:
    """Show one scenario with what was written so far."""
    shown = use_case.show_words(store(), sitting_id, number)
    elsewhere, kept = _elsewhere(shown), kept_answer()
    if elsewhere or kept is None:
        return elsewhere or _page(shown, shown.said)
    return _page(shown, kept.get("words", ""), expired=True)


@blueprint.post(ONE)
@requires("candidate")
@csrf.exempt
def write(sitting_id: str, number: int) -> str | Response | tuple[str, int]:
    """Save what was written and go on.

    The form's token is checked here, so that an expired form comes back with the text in it.
    """
    shown = use_case.show_words(store(), sitting_id, number)
    text = request.form.get("words", "")
    elsewhere = _elsewhere(shown)
    if elsewhere:
        return elsewhere
    if not form_is_fresh():
        return _page(shown, text, expired=True), 400
    if request.form.get("action") == "leave" and not text.strip():
        return redirect(_after(shown), 303)
    try:
        saved = use_case.save_words(
            store(),
            sitting_id,
            number,
            text,
            revision=request.form.get("revision", default=shown.revision, type=int),
            now=clock(),
        )
    except InvalidForm as error:
        return _page(shown, text, errors=error.fields), 422
    tell(saved.outcome, number)
    return redirect(_after(shown), 303)


def _elsewhere(shown: WordsQuestion) -> Response | None:
    if shown.submitted:
        flash(_("Your answers were already sent, so nothing was changed."), "note")
        return redirect(url_for("candidate.feedback", sitting_id=shown.sitting_id), 303)
    if not shown.in_words:
        there = url_for("candidate.question", sitting_id=shown.sitting_id, number=shown.number)
        return redirect(there, 303)
    return None


def _page(
    shown: WordsQuestion,
    text: str,
    *,
    errors: dict[str, str] | None = None,
    expired: bool = False,
) -> str:
    return render_template(
        "words/words.html",
        question=shown,
        text=text,
        errors=errors or {},
        expired=expired,
        from_check=request.values.get("from") == "check",
        about=sittings.describe_sitting(store(), shown.sitting_id),
    )


def _after(shown: WordsQuestion) -> str:
    if request.form.get("from") == "check" or shown.number == shown.total:
        return url_for("candidate.check", sitting_id=shown.sitting_id)
    return url_for(".words", sitting_id=shown.sitting_id, number=shown.number + 1)
