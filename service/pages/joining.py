"""Links that work once: the first password, and a new one after forgetting it."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import (
    clear_session_cookie,
    clock,
    requires,
    session_token,
    set_session_cookie,
    store,
)
from service.errors import Busy, InvalidForm, LinkSpent, TooManyAttempts
from service.pages.account import refused, too_many
from service.pages.kept_forms import forget_forms
from service.use_cases import accounts, joining, passwords
from service.use_cases.joining import Opened
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("joining", __name__)


@blueprint.get("/join/<token>")
@requires("link")
def join(token: str) -> str | tuple[str, int]:
    """Show whose link it is and ask for a password; nothing happens yet."""
    try:
        return _join_form(_opened(token, "join"), {}, token)
    except LinkSpent as error:
        return _gone("join", error)


@blueprint.post("/join/<token>")
@requires("link")
def finish_joining(token: str) -> Response | str | tuple[str, int]:
    """Keep the password, use the link up, and sign in."""
    try:
        opened = _opened(token, "join")
        try:
            opening = joining.join(
                store(),
                token,
                name=request.form.get("name", ""),
                **_typed(),
                agent=request.user_agent.string,
                now=clock(),
            )
        except InvalidForm as error:
            return _join_form(opened, error.fields, token), 422
        except Busy as error:
            return refused(_join_form(opened, {"new": str(error)}, token), error)
    except LinkSpent as error:
        return _gone("join", error)
    earlier = session_token()
    if earlier:
        accounts.sign_out(store(), earlier, now=clock())
    forget_forms()
    flash(_("Welcome. You are signed in."))
    response = redirect(url_for("account.home"), 303)
    set_session_cookie(response, opening)
    return response


@blueprint.get("/reset")
@requires("public")
def reset() -> str:
    """Ask for the address of whoever has forgotten a password."""
    return render_template("account/reset.html", errors={}, email="")


@blueprint.post("/reset")
@requires("public")
def ask_reset() -> Response | tuple[str, int]:
    """Send a link if there is an account, and say the same if there is none."""
    email = request.form.get("email", "").strip()
    if "@" not in email:
        errors = {"email": _("Enter an email address such as name@example.org.")}
        return render_template("account/reset.html", errors=errors, email=email), 422
    try:
        joining.ask_reset(store(), email, now=clock(), address=request.remote_addr or "")
    except TooManyAttempts as error:
        errors = {"email": too_many(error.retry_after)}
        page = render_template("account/reset.html", errors=errors, email=email)
        return refused(page, error)
    return redirect(url_for("joining.reset_sent"), 303)


@blueprint.get("/reset/sent")
@requires("public")
def reset_sent() -> str:
    """Say what happens next, whether or not there is an account."""
    return render_template("account/reset_sent.html")


@blueprint.get("/reset/<token>")
@requires("link")
def new_password(token: str) -> str | tuple[str, int]:
    """Ask for a new password; nothing happens yet."""
    try:
        return _new_form(_opened(token, "reset"), {}, token)
    except LinkSpent as error:
        return _gone("reset", error)


@blueprint.post("/reset/<token>")
@requires("link")
def keep_new_password(token: str) -> Response | str | tuple[str, int]:
    """Keep the new password, use the link up, and go to the sign-in page."""
    try:
        opened = _opened(token, "reset")
        try:
            joining.choose_password(store(), token, **_typed(), now=clock())
        except InvalidForm as error:
            return _new_form(opened, error.fields, token), 422
        except Busy as error:
            return refused(_new_form(opened, {"new": str(error)}, token), error)
    except LinkSpent as error:
        return _gone("reset", error)
    forget_forms()
    flash(_("Your new password is set. Sign in with it."))
    response = redirect(url_for("account.sign_in"), 303)
    clear_session_cookie(response)
    return response


def _opened(token: str, purpose: str) -> Opened:
    opened = joining.open_link(store(), token, purpose, now=clock())
    g.sitting_language = None if "vbr_language" in request.cookies else opened.language
    return opened


def _typed() -> dict[str, str]:
    return {"password": request.form.get("new", ""), "again": request.form.get("again", "")}


def _join_form(opened: Opened, errors: dict[str, str], token: str) -> str:
    return render_template(
        "account/join.html",
        opened=opened,
        errors=errors,
        token=token,
        name=request.form.get("name", opened.name),
        least=passwords.LEAST,
    )


def _new_form(opened: Opened, errors: dict[str, str], token: str) -> str:
    return render_template(
        "account/new_password.html",
        opened=opened,
        errors=errors,
        token=token,
        least=passwords.LEAST,
    )


def _gone(purpose: str, error: LinkSpent) -> tuple[str, int]:
    page = render_template("account/link_gone.html", purpose=purpose, error=error)
    return page, 404
