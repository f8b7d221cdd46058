"""One's own account: details, password, second step, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, set_session_cookie, settings, store
from service.errors import Busy, InvalidForm, TooManyAttempts
from service.languages import LANGUAGES, remember
from service.pages.account import refused, too_many
from service.pages.forms import given_fields
from service.pages.frame import frame, member
from service.pages.role_words import ROLE_NAMES
from service.use_cases import me, passwords
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("me", __name__, url_prefix="/account")
blueprint.context_processor(lambda: frame("account"))


@blueprint.get("")
@requires("member")
def index() -> str:
    """Show one's own account."""
    needed = member().role in settings().second_factor_roles
    return render_template(
        "account/me.html",
        me=me.show_me(store(), member(), now=clock()),
        role_names=ROLE_NAMES,
        needed=needed,
    )


@blueprint.get("/details")
@requires("member")
def details() -> str:
    """Show the form for name and language."""
    return _details_form({}, {"name": member().name, "language": member().language})


@blueprint.post("/details")
@requires("member")
def change_details() -> Response | tuple[str, int]:
    """Change name and language."""
    given = given_fields("name", "language")
    try:
        me.change_details(store(), member(), **given)
    except InvalidForm as error:
        return _details_form(error.fields, given), 422
    flash(_("Your details are changed."))
    response = redirect(url_for("me.index"), 303)
    remember(response, given["language"], secure=settings().production)
    return response


@blueprint.get("/password")
@requires("member")
def password() -> str:
    """Show the form for another password."""
    return _password_form({})


@blueprint.post("/password")
@requires("member")
def change_password() -> Response | tuple[str, int]:
    """Change the password; other sessions end, this one goes on under another token."""
    try:
        token = me.change_password(
            store(),
            member(),
            password=request.form.get("password", ""),
            new=request.form.get("new", ""),
            again=request.form.get("again", ""),
            now=clock(),
        )
    except InvalidForm as error:
        return _password_form(error.fields), 422
    except TooManyAttempts as error:
        return refused(_password_form({"password": too_many(error.retry_after)}), error)
    except Busy as error:
        return refused(_password_form({"new": str(error)}), error)
    flash(_("Your password is changed. Wherever else you were signed in, you are signed out."))
    response = redirect(url_for("me.index"), 303)
    set_session_cookie(response, token)
    return response


@blueprint.post("/sessions/<session_id>/end")
@requires("member")
def end_session(session_id: str) -> Response:
    """Sign out on one other device."""
    me.end_session(store(), member(), session_id)
    flash(_("You are signed out there."))
    return redirect(url_for("me.index"), 303)


@blueprint.post("/sessions/end")
@requires("member")
def end_other_sessions() -> Response:
    """Sign out everywhere but here."""
    me.end_other_sessions(store(), member())
    flash(_("You are signed out everywhere but here."))
    return redirect(url_for("me.index"), 303)


def _details_form(errors: dict[str, str], given: dict[str, str]) -> str:
    names = [(language.code, language.name) for language in LANGUAGES.values()]
    return render_template("account/details.html", errors=errors, given=given, names=names)


def _password_form(errors: dict[str, str]) -> str:
    return render_template(
        "account/password.html", errors=errors, email=member().email, least=passwords.LEAST
    )
