"""One answer for each error: a page for people, a problem document for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from flask import Flask, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from service import errors
from service.problems import from_messages, problem
from vbr_engine.errors import InvalidInput

__all__ = ["install"]

KEPT = "What you have saved is kept."


@dataclass(frozen=True, slots=True)
class Answer:
    """How an error of ours is told."""

    status: int
    title: str
    help: str = ""


ANSWERS: Mapping[type[Exception], Answer] = {
    errors.NotFound: Answer(404, "Page not found", "Check the address."),
    errors.UnknownLink: Answer(
        404, "This link does not work", "Any answers you have given are kept."
    ),
    errors.SittingClosed: Answer(
        403,
        "Open your link again",
        "If you come back to this page, allow cookies for this site in your browser, or ask the "
        "person who invited you for another way to answer.",
    ),
    errors.NotSubmitted: Answer(409, "Not finished yet"),
    errors.FirstViewNeeded: Answer(409, "Your first view comes first"),
    errors.InvalidForm: Answer(422, "Something needs to be put right", "Go back and try again."),
    errors.SignInFailed: Answer(401, "Not signed in"),
    errors.SignInNeeded: Answer(401, "Sign in"),
    errors.TooManyAttempts: Answer(429, "Too many attempts"),
    InvalidInput: Answer(422, "Something needs to be put right", "Go back and try again."),
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
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("account.sign_in", next=here), code=303)
    response = _told(answer.status, answer.title, str(error), answer.help)
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _stale_form(error: CSRFError) -> Response:
    return _told(
        400,
        "Please send this page again",
        "The page was open for a long time, or cookies are turned off in this browser.",
        f"Go back, load the page anew and try again. {KEPT}",
    )


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
    400: ("This did not work", "The request was not understood."),
    401: ("Sign in", "A valid token is needed."),
    403: ("Not allowed", "You may not see this page."),
    404: ("Page not found", "There is nothing at this address."),
    405: ("This did not work", "This address cannot be used in this way."),
    406: ("This did not work", "No answer is available in the format asked for."),
    413: ("Too large", "What was sent is larger than allowed."),
    415: ("This did not work", "Send JSON with Content-Type: application/json."),
    429: ("Too many attempts", "Wait a little and try again."),
}


def _unexpected(error: Exception) -> Response:
    structlog.get_logger("vbr.error").error(
        "unexpected", request_id=g.get("request_id"), kind=type(error).__name__, exc_info=error
    )
    return _told(
        500,
        "Something went wrong on our side",
        "We have written down what happened.",
        f"Try again in a moment. {KEPT}",
    )


def _told(status: int, title: str, message: str, help: str) -> Response:
    if wants_problem():
        return problem(status, message)
    page = render_template(
        "errors/error.html",
        title=_(title) if title else title,
        message=message,
        status=status,
        help=help,
    )
    return Response(page, status=status, mimetype="text/html")
