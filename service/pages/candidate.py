"""Candidate pages: the invitation, practice, one scenario at a time, check, send, feedback."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, csrf, requires, set_sitting_cookie, store
from service.errors import BeingRated, NotSubmitted
from service.pages.answers import (
    Given,
    field_name,
    form_is_fresh,
    given_from_answer,
    read_answer,
    refused,
    tell,
)
from service.pages.kept_forms import kept_answer
from service.use_cases import asking, sittings
from service.use_cases.rights import place_of
from service.use_cases.views import Invitation, Question
from service.words import gettext as _
from vbr_engine.errors import ResponsesError

__all__ = ["blueprint"]

blueprint = Blueprint("candidate", __name__)


@blueprint.get("/i/<token>", strict_slashes=False)
@requires("link")
def landing(token: str) -> str:
    """Show who asks and why; opening a link changes nothing, because mail scanners open links."""
    invitation = sittings.view_invitation(store(), token)
    place = place_of(store(), invitation.sitting_id)
    return render_template(
        "candidate/landing.html", invitation=invitation, place=place, token=token
    )


@blueprint.post("/i/<token>")
@requires("link")
@csrf.exempt
def start(token: str) -> Response:
    """Start or carry on. The link is the proof, so the form needs no other."""
    place = place_of(store(), asking.sitting_behind(store(), token))
    if not place.may_start:  # the page says why
        return redirect(url_for("candidate.landing", token=token), 303)
    if request.form.get("research") == "yes":
        asking.consent(store(), place.sitting_id, research=True, now=clock())
    sitting_id = sittings.start_sitting(store(), token, now=clock())
    invitation = sittings.view_invitation(store(), token)
    response = redirect(where_next(invitation), 303)
    set_sitting_cookie(response, sitting_id, token)
    return response


@blueprint.get("/i/<token>/practice")
@requires("link")
def practice(token: str) -> str:
    """Show the practice scenario."""
    return _practice_page(token, tried=False)


@blueprint.post("/i/<token>/practice")
@requires("link")
@csrf.exempt
def try_practice(token: str) -> str:
    """Explain the practice scenario; nothing is scored or saved."""
    return _practice_page(token, tried=True)


@blueprint.get("/sitting/<sitting_id>/question/<int:number>")
@requires("candidate")
def question(sitting_id: str, number: int) -> str | Response:
    """Show one scenario with the answer as saved."""
    shown = sittings.show_question(store(), sitting_id, number)
    if shown.submitted:
        return _already_sent(sitting_id)
    if shown.in_words:
        return _to_words(sitting_id, number)
    kept = kept_answer()
    if kept is not None:
        return _question_page(shown, read_answer(shown, kept), expired=True)
    return _question_page(shown, given_from_answer(shown.item, shown.answer))


@blueprint.post("/sitting/<sitting_id>/question/<int:number>")
@requires("candidate")
@csrf.exempt
def answer(sitting_id: str, number: int) -> str | Response | tuple[str, int]:
    """Save one answer and go on.

    The form's token is checked here, so that an expired form comes back with the answer in it.
    """
    shown = sittings.show_question(store(), sitting_id, number)
    if shown.submitted:
        return _already_sent(sitting_id)
    if shown.in_words:
        return _to_words(sitting_id, number)
    given = read_answer(shown, request.form)
    if not form_is_fresh():
        return _question_page(shown, given, expired=True), 400
    if given.errors and request.form.get("action") == "leave":
        return _leave(shown, given)
    return _save(shown, given)


@blueprint.get("/sitting/<sitting_id>/check")
@requires("candidate")
def check(sitting_id: str) -> str | Response:
    """Show all answers before they are sent."""
    review = sittings.review_sitting(store(), sitting_id)
    if review.submitted:
        return _already_sent(sitting_id)
    return _check_page(sitting_id, missing=())


@blueprint.get("/sitting/<sitting_id>/submit")
@requires("candidate")
def submit_again(sitting_id: str) -> Response:
    """Lead an address reloaded without its form back to where sending starts."""
    return redirect(url_for("candidate.check", sitting_id=sitting_id), 303)


@blueprint.post("/sitting/<sitting_id>/submit")
@requires("candidate")
@csrf.exempt
def submit(sitting_id: str) -> Response | tuple[str, int]:
    """Send the answers. With some missing, only after a clear yes."""
    if not form_is_fresh():
        flash(_("Nothing was sent yet. Please choose “Send my answers” once more."), "note")
        return redirect(url_for("candidate.check", sitting_id=sitting_id), 303)
    outcome = sittings.submit_sitting(
        store(),
        sitting_id,
        now=clock(),
        allow_incomplete=request.form.get("send-incomplete") == "yes",
    )
    if outcome.outcome == "incomplete":
        return _check_page(sitting_id, missing=outcome.missing), 422
    if outcome.outcome == "already-submitted":
        return _already_sent(sitting_id)
    flash(_("Your answers are sent. Thank you."))
    return redirect(url_for("candidate.feedback", sitting_id=sitting_id), 303)


@blueprint.get("/sitting/<sitting_id>/feedback")
@requires("candidate")
def feedback(sitting_id: str) -> str | Response:
    """Show the feedback, in words."""
    try:
        told = sittings.candidate_feedback_for(store(), sitting_id)
    except BeingRated:
        about = sittings.describe_sitting(store(), sitting_id)
        return render_template("words/waiting.html", about=about)
    except NotSubmitted as error:
        flash(str(error), "note")
        return redirect(url_for("candidate.check", sitting_id=sitting_id), 303)
    return render_template(
        "candidate/feedback.html",
        feedback=told,
        about=sittings.describe_sitting(store(), sitting_id),
    )


def where_next(invitation: Invitation) -> str:
    """Return the address where a candidate goes on."""
    here, number = invitation.sitting_id, invitation.next_number
    if invitation.state == "completed":
        return url_for("candidate.feedback", sitting_id=here)
    if number is None:
        return url_for("candidate.check", sitting_id=here)
    if invitation.in_words:
        return url_for("words.words", sitting_id=here, number=number)
    return url_for("candidate.question", sitting_id=here, number=number)


def _to_words(sitting_id: str, number: int) -> Response:
    place: dict[str, Any] = {"from": "check"} if request.args.get("from") == "check" else {}
    return redirect(url_for("words.words", sitting_id=sitting_id, number=number, **place), 303)


def _practice_page(token: str, *, tried: bool) -> str:
    view = sittings.practice(store(), token)
    chosen = [request.form.get(field_name(str(n))) for n in range(len(view.practice.options))]
    return render_template(
        "candidate/practice.html",
        view=view,
        tried=tried,
        chosen=chosen,
        token=token,
        invitation=sittings.view_invitation(store(), token),
    )


def _question_page(shown: Question, given: Given, *, expired: bool = False) -> str:
    return render_template(
        "candidate/question.html",
        question=shown,
        given=given,
        errors={} if expired else given.errors,
        expired=expired,
        from_check=request.values.get("from") == "check",
        about=sittings.describe_sitting(store(), shown.sitting_id),
    )


def _check_page(sitting_id: str, *, missing: tuple[int, ...]) -> str:
    return render_template(
        "candidate/check.html",
        review=sittings.review_sitting(store(), sitting_id),
        missing=missing,
        about=sittings.describe_sitting(store(), sitting_id),
    )


def _save(shown: Question, given: Given) -> str | Response | tuple[str, int]:
    if given.errors:
        return _question_page(shown, given), 422
    try:
        saved = sittings.save_answer(
            store(),
            shown.sitting_id,
            shown.item.id,
            given.answer,
            revision=request.form.get("revision", default=shown.revision, type=int),
            now=clock(),
        )
    except ResponsesError as error:
        return _question_page(shown, refused(given, error)), 422
    if saved.outcome == "other-way":
        return _to_words(shown.sitting_id, shown.number)
    if saved.outcome == "already-submitted":
        return _already_sent(shown.sitting_id)
    tell(saved.outcome, shown.number)
    return redirect(_after(shown), 303)


def _leave(shown: Question, given: Given) -> Response:
    """Go on without an answer; what was only begun cannot be kept, and we say so."""
    begun = given.most or given.least or any(given.answer.values())
    if begun and shown.answer is None:
        words = _(
            "You left scenario %(number)s before it was complete, so nothing is saved for it. "
            "You can come back to it at the end.",
            number=shown.number,
        )
        flash(words, "note")
    return redirect(_after(shown), 303)


def _after(shown: Question) -> str:
    if request.form.get("from") == "check" or shown.number == shown.total:
        return url_for("candidate.check", sitting_id=shown.sitting_id)
    return url_for("candidate.question", sitting_id=shown.sitting_id, number=shown.number + 1)


def _already_sent(sitting_id: str) -> Response:
    flash(_("Your answers were already sent, so nothing was changed."), "note")
    return redirect(url_for("candidate.feedback", sitting_id=sitting_id), 303)
