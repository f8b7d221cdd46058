"""Signing in and out."""

from __future__ import annotations

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from service.access import (
    clear_session_cookie,
    clock,
    current_account,
    requires,
    session_token,
    set_session_cookie,
    store,
)
from service.errors import SignInFailed, TooManyAttempts
from service.pages.addresses import own_address
from service.pages.frame import home_of
from service.use_cases import accounts
from service.words import gettext as _
from service.words import ngettext

__all__ = ["blueprint"]

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
@requires("public")
def home() -> Response:
    """Send a recruiter to the vacancies, and anybody else to the sign-in page."""
    account = current_account()
    return redirect(home_of(account) if account else url_for("account.sign_in"), 303)


@blueprint.get("/sign-in")
@requires("public")
def sign_in() -> Response | str:
    """Show the sign-in form."""
    if current_account() is not None:
        return redirect(_wanted_page(), 303)
    return _form({}, email="")


@blueprint.post("/sign-in")
@requires("public")
def check_sign_in() -> Response | tuple[str, int]:
    """Sign in, or say in one sentence that it did not work, whatever the reason."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    errors = _missing(email, password)
    if errors:
        return _form(errors, email=email), 422
    try:
        token = accounts.sign_in(
            store(), email, password, now=clock(), address=request.remote_addr or ""
        )
    except SignInFailed as error:
        return _form({"email": str(error)}, email=email), 422
    except TooManyAttempts as error:
        refused = make_response(_form({"email": _too_many(error.retry_after)}, email=email), 429)
        refused.headers["Retry-After"] = str(error.retry_after)
        return refused
    session.clear()
    response = redirect(_wanted_page(), 303)
    set_session_cookie(response, token)
    return response


@blueprint.post("/sign-out")
@requires("public")
def sign_out() -> Response:
    """End the session on the server as well as in the browser."""
    token = session_token()
    if token:
        accounts.sign_out(store(), token, now=clock())
    session.clear()
    flash(_("You are signed out."))
    response = redirect(url_for("account.sign_in"), 303)
    clear_session_cookie(response)
    return response


def _form(errors: dict[str, str], *, email: str) -> str:
    wanted = request.values.get("next", "")
    return render_template("account/sign_in.html", errors=errors, email=email, wanted=wanted)


def _missing(email: str, password: str) -> dict[str, str]:
    errors = {}
    if not email:
        errors["email"] = _("Enter your email address.")
    if not password:
        errors["password"] = _("Enter your password.")
    return errors


def _too_many(seconds: int) -> str:
    minutes = max(1, -(-seconds // 60))
    return ngettext(
        "Too many attempts. Wait %(num)d minute, then try again. If they were not yours, tell the "
        "person who set up this service: somebody may be guessing your password.",
        "Too many attempts. Wait %(num)d minutes, then try again. If they were not yours, tell the "
        "person who set up this service: somebody may be guessing your password.",
        minutes,
    )


def _wanted_page() -> str:
    """Return the page somebody came for, if it is one of ours."""
    return own_address(request.values.get("next", ""), instead=url_for("account.home"))
