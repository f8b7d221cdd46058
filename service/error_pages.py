"""One answer for each error: a page for people, a problem document for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from flask import Flask, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from service import errors
from service.access import current_account, rule_of
from service.pages.account import sign_in_again
from service.pages.frame import frame_of
from service.pages.kept_forms import again_page, keep_answer, keep_form, opened
from service.problems import from_messages, problem
from service.use_cases.views import Account
from vbr_engine.errors import InvalidInput

__all__ = ["install"]

GO_BACK = _("Go back and try again.")
AGAIN = _("Something needs to be put right")


@dataclass(frozen=True, slots=True)
class Answer:
    """How an error of ours is told."""

    status: int
    title: str
    help: str = ""


ANSWERS: Mapping[type[Exception], Answer] = {
    errors.NotFound: Answer(404, _("Page not found"), _("Check the address.")),
    errors.UnknownLink: Answer(
        404, _("This link does not work"), _("Any answers you have given are kept.")
    ),
    errors.SittingClosed: Answer(
        403,
        _("Open your link again"),
        _(
            "If you come back to this page, allow cookies for this site in your browser, or ask "
            "the person who invited you for another way to answer."
        ),
    ),
    errors.NotSubmitted: Answer(409, _("Not finished yet")),
    errors.FirstViewNeeded: Answer(409, _("Your first view comes first")),
    errors.AnotherPersonNeeded: Answer(409, _("Another person needs to look at this")),
    errors.ProviderPaused: Answer(409, _("Paused")),
    errors.InvalidForm: Answer(422, AGAIN, GO_BACK),
    errors.LinkSpent: Answer(404, _("This link does not work any more")),
    errors.Busy: Answer(503, _("Very busy"), _("Nothing is lost.")),
    errors.SignInFailed: Answer(401, _("Not signed in")),
    errors.SignInNeeded: Answer(401, _("Sign in")),
    errors.SecondFactorNeeded: Answer(403, _("Set up a second step")),
    errors.TooManyAttempts: Answer(429, _("Too many attempts")),
    InvalidInput: Answer(422, AGAIN, GO_BACK),
}


def install(app: Flask) -> None:
    """Register a handler for every error."""
    for kind in ANSWERS:
        app.register_error_handler(kind, _ours)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def wants_problem() -> bool:
    """Whether the answer goes to a program."""
    return request.path.startswith(("/api/", "/healthz"))


def _ours(error: Exception) -> Response:
    answer = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    if isinstance(error, errors.SignInNeeded) and not wants_problem():
        return _to_sign_in()
    if isinstance(error, errors.SecondFactorNeeded) and not wants_problem():
        return redirect(url_for("second_factor.set_up"), code=303)
    response = _told(answer.status, answer.title, str(error), answer.help)
    if isinstance(error, errors.SittingClosed):
        response = _answer_kept(response, answer.title, str(error))
    if isinstance(error, errors.TooManyAttempts | errors.Busy):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _to_sign_in() -> Response:
    """Ask to sign in and come back to the page; a form that was sent in vain is told."""
    here = request.full_path.rstrip("?")
    if request.method not in {"GET", "HEAD"}:
        here = request.path if current_app.url_map.bind("").test(here, method="GET") else ""
        kept = keep_form()
        if kept:
            return Response(sign_in_again(kept, here), status=401, mimetype="text/html")
        words = _(
            "You were signed out, because nothing had happened for a while. What you sent last "
            "is not saved. Sign in, then send it once more."
        )
        flash(str(words), "note")
    return redirect(url_for("account.sign_in", next=here or None), code=303)


def _stale_form(error: CSRFError) -> Response:
    """Bring a form back whose token is of an earlier sign-in; else say how to send it again."""
    kept, account = keep_form(), current_account()
    if kept and account is None:
        return _to_sign_in()
    form = opened(kept or "", account)
    if form and account:
        return Response(again_page(form, account), status=400, mimetype="text/html")
    title = _("Please send this page again")
    why = _("The page was open for a long time, or cookies are turned off in this browser.")
    response = _told(
        400,
        title,
        why,
        _("Go back, load the page anew and try again. What you have saved is kept."),
    )
    return _answer_kept(response, title, why)


def _answer_kept(response: Response, title: str, why: str) -> Response:
    """Keep what a candidate sent in vain in the browser, and say so."""
    if request.method != "POST" or not keep_answer(response):
        return response
    told = _told(
        response.status_code,
        title,
        why,
        _(
            "What you entered is not saved yet, but this browser keeps it for a day: open the page "
            "again, and it stands there."
        ),
    )
    response.set_data(told.get_data())
    return response


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    title, message = _WORDS.get(error.code, _WORDS[400])
    found = from_messages(getattr(error, "data", {}).get("messages", {}))
    if found and wants_problem():
        return problem(error.code, "The request does not fit the schema.", errors=found)
    response = _told(error.code, title, message, "")
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


_WORDS = {
    400: (_("This did not work"), _("The request was not understood.")),
    401: (_("Sign in"), _("A valid token is needed.")),
    403: (_("Not allowed"), _("You may not see this page.")),
    404: (_("Page not found"), _("There is nothing at this address.")),
    405: (_("This did not work"), _("This address cannot be used in this way.")),
    406: (_("This did not work"), _("No answer is available in the format asked for.")),
    413: (_("Too large"), _("What was sent is larger than allowed.")),
    415: (_("This did not work"), _("Send JSON with Content-Type: application/json.")),
    429: (_("Too many attempts"), _("Wait a little and try again.")),
}


def _unexpected(error: Exception) -> Response:
    structlog.get_logger("vbr.error").error(
        "unexpected", request_id=g.get("request_id"), kind=type(error).__name__, exc_info=error
    )
    return _told(
        500,
        _("Something went wrong on our side"),
        _("We have written down what happened."),
        _("Try again in a moment. What you have saved is kept."),
    )


def _told(status: int, title: str, message: str, help: str) -> Response:
    if wants_problem():
        return problem(status, str(message))
    page = render_template(
        "errors/error.html",
        title=title,
        message=message,
        status=status,
        help=help,
        **frame_of(_reader(status)),
    )
    return Response(page, status=status, mimetype="text/html")


def _reader(status: int) -> Account | None:
    """Return who is signed in, to keep the way back; never on a page of candidates."""
    if rule_of(current_app, request.endpoint) in {"link", "candidate"}:
        return None
    # After an unexpected error the database is not asked again: it may be what failed.
    return g.get("account") if status >= 500 else current_account()
