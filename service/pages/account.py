"""Signing in and out: a password, then a code from the phone for whoever has set one up."""

from __future__ import annotations

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
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
from service.errors import Busy, InvalidForm, SignInFailed, SignInNeeded, TooManyAttempts
from service.pages.addresses import own_address
from service.pages.frame import home_of
from service.pages.kept_forms import again_page, forget_forms, opened
from service.use_cases import accounts, second_factor
from service.words import gettext as _
from service.words import ngettext

__all__ = ["blueprint", "refused", "sign_in_again", "too_many"]

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
@requires("public")
def home() -> Response:
    """Send people to their first page, and anybody else to the sign-in page."""
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
            store(),
            email,
            password,
            now=clock(),
            address=request.remote_addr or "",
            agent=request.user_agent.string,
        )
    except SignInFailed as error:
        return _form({"email": str(error)}, email=email), 422
    except TooManyAttempts as error:
        return refused(_form({"email": too_many(error.retry_after)}, email=email), error)
    except Busy as error:
        return refused(_form({"password": str(error)}, email=email), error)
    return _signed_in(token)


@blueprint.get("/sign-in/code")
@requires("public")
def code() -> Response | str:
    """Ask for the code, if the password was right."""
    if current_account() is not None:
        return redirect(_wanted_page(), 303)
    if not _waits_for_code(session_token()):
        return redirect(url_for("account.sign_in", next=_next()), 303)
    return _code_form({})


@blueprint.post("/sign-in/code")
@requires("public")
def check_code() -> Response | tuple[str, int]:
    """Finish signing in by a code."""
    given = request.form.get("recovery", "").strip() or request.form.get("code", "").strip()
    if not given:
        return _code_form({"code": _("Enter the code that the app shows.")}), 422
    try:
        passed = second_factor.give_code(store(), session_token() or "", given, now=clock())
    except InvalidForm as error:
        return _code_form(error.fields), 422
    except TooManyAttempts as error:
        return refused(_code_form({"code": too_many(error.retry_after)}), error)
    except SignInNeeded as error:
        flash(str(error), "note")
        return redirect(url_for("account.sign_in", next=_next()), 303)
    forget_forms()
    if passed.codes_left is not None:
        flash(_codes_left(passed.codes_left), "note")
    return _let_in(passed.token)


@blueprint.post("/sign-out")
@requires("public")
def sign_out() -> Response:
    """End the session on the server as well as in the browser."""
    token = session_token()
    if token:
        accounts.sign_out(store(), token, now=clock())
    forget_forms()
    flash(_("You are signed out."))
    response = redirect(url_for("account.sign_in"), 303)
    clear_session_cookie(response)
    return response


def sign_in_again(kept: str, wanted: str) -> str:
    """Ask to sign in where a form was sent too late; it travels along, sealed."""
    words = _(
        "You had been signed out, because nothing had happened for a while or somebody signed out "
        "in this browser. What you typed is kept: sign in, and it comes back."
    )
    flash(words, "note")
    return render_template(
        "account/sign_in.html", errors={}, email="", wanted=wanted or None, kept=kept
    )


def refused(page: str, error: TooManyAttempts | Busy) -> Response:
    """Answer with a form that can be sent again later."""
    response = make_response(page, 429 if isinstance(error, TooManyAttempts) else 503)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def too_many(seconds: int) -> str:
    """Say how long to wait."""
    minutes = max(1, -(-seconds // 60))
    return ngettext(
        "Too many attempts. Wait %(num)d minute, then try again. If they were not yours, tell the "
        "person who set up this service: somebody may be guessing your password.",
        "Too many attempts. Wait %(num)d minutes, then try again. If they were not yours, tell the "
        "person who set up this service: somebody may be guessing your password.",
        minutes,
    )


def _signed_in(token: str) -> Response:
    """Give this browser its new session; the one that it had ends."""
    earlier = session_token()
    if earlier:
        accounts.sign_out(store(), earlier, now=clock())
    forget_forms()
    if not _waits_for_code(token):
        return _let_in(token)
    there = redirect(url_for("account.code", next=_next()), 303)
    # What was typed travels on in the form.
    response = make_response(_code_form({})) if _kept() else there
    set_session_cookie(response, token)
    return response


def _let_in(token: str) -> Response:
    """Go to the page that was wanted, or bring back the form that could not be taken."""
    account = accounts.account_for(store(), token, now=clock())
    form = opened(_kept(), account)
    if _kept() and not form:
        flash(_("What was typed before you signed in could not be kept for you."), "note")
    there = redirect(_wanted_page(), 303)
    response = make_response(again_page(form, account)) if form and account else there
    set_session_cookie(response, token)
    return response


def _waits_for_code(token: str | None) -> bool:
    return token is not None and second_factor.is_waiting(store(), token, now=clock())


def _form(errors: dict[str, str], *, email: str) -> str:
    return render_template(
        "account/sign_in.html", errors=errors, email=email, wanted=_next(), kept=_kept()
    )


def _code_form(errors: dict[str, str]) -> str:
    return render_template("account/code.html", errors=errors, wanted=_next(), kept=_kept())


def _missing(email: str, password: str) -> dict[str, str]:
    errors = {}
    if not email:
        errors["email"] = _("Enter your email address.")
    if not password:
        errors["password"] = _("Enter your password.")
    return errors


def _codes_left(left: int) -> str:
    return ngettext(
        "You signed in with a recovery code. %(num)d is left. Make new ones on the page of your "
        "account, and set the app up anew if your phone is lost.",
        "You signed in with a recovery code. %(num)d are left. Make new ones on the page of your "
        "account, and set the app up anew if your phone is lost.",
        left,
    )


def _next() -> str | None:
    """Return what the form or the address says about where to go next."""
    return request.values.get("next", "") or None


def _kept() -> str:
    """Return the sealed form that travels with the sign-in, if there is one."""
    return request.form.get("kept", "")


def _wanted_page() -> str:
    """Return the page somebody came for, if it is one of ours."""
    return own_address(_next() or "", instead=url_for("account.home"))
