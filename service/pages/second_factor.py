"""The second step of signing in: set it up, keep its recovery codes, turn it off."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import (
    clock,
    needs_second_factor,
    requires,
    set_session_cookie,
    settings,
    store,
)
from service.errors import Busy, InvalidForm, NotFound, TooManyAttempts
from service.pages.account import refused, too_many
from service.pages.frame import frame, member
from service.use_cases import second_factor as use_cases
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")
blueprint.context_processor(lambda: frame("account"))


@blueprint.get("")
@requires("member", without_second_factor=True)
def set_up() -> Response | str:
    """Show the picture to scan and ask for a first code."""
    if member().has_second_factor:
        return redirect(url_for("me.index"), 303)
    return _set_up_form({})


@blueprint.post("")
@requires("member", without_second_factor=True)
def confirm() -> Response | tuple[str, int]:
    """Turn it on by a first code, and show the recovery codes."""
    if member().has_second_factor:
        return redirect(url_for("me.index"), 303)
    code, password = request.form.get("code", ""), request.form.get("password", "")
    try:
        passed = use_cases.confirm(store(), member(), code=code, password=password, now=clock())
    except InvalidForm as error:
        return _set_up_form(error.fields), 422
    except TooManyAttempts as error:
        return refused(_set_up_form({"code": too_many(error.retry_after)}), error)
    except Busy as error:
        return refused(_set_up_form({"code": str(error)}), error)
    response = _show_codes(passed.codes)
    set_session_cookie(response, passed.token)
    return response


@blueprint.post("/codes")
@requires("member")
def codes_kept() -> Response:
    """Go on from the page with new codes; nobody can show them again."""
    flash(_("Your second step is on. From now on you need a code when you sign in."))
    return redirect(url_for("me.index"), 303)


@blueprint.get("/codes/new")
@requires("member")
def renew() -> str:
    """Ask for password and code before new recovery codes are made."""
    return _proof_form("account/new_codes.html", {})


@blueprint.post("/codes/new")
@requires("member")
def renew_codes() -> Response | tuple[str, int]:
    """Make new recovery codes in the place of the old ones."""
    try:
        made = use_cases.renew_codes(store(), member(), **_proof(), now=clock())
    except (InvalidForm, TooManyAttempts, Busy) as error:
        return _not_proven("account/new_codes.html", error)
    return _show_codes(made)


@blueprint.get("/off")
@requires("member")
def off() -> str:
    """Ask for password and code before the second step is turned off."""
    return _proof_form("account/turn_off.html", {})


@blueprint.post("/off")
@requires("member")
def turn_off() -> Response | tuple[str, int]:
    """Turn the second step off, where the role can do without."""
    if member().role in settings().second_factor_roles:
        raise NotFound(_("Whoever does what you do signs in with a second step."))
    try:
        token = use_cases.turn_off(store(), member(), **_proof(), now=clock())
    except (InvalidForm, TooManyAttempts, Busy) as error:
        return _not_proven("account/turn_off.html", error)
    flash(_("The second step is off. Your password alone signs you in."), "note")
    response = redirect(url_for("me.index"), 303)
    set_session_cookie(response, token)
    return response


def _set_up_form(errors: dict[str, str]) -> str:
    return render_template(
        "account/set_up.html",
        set_up=use_cases.set_up(store(), member(), now=clock()),
        errors=errors,
        needed=needs_second_factor(member()),
        email=member().email,
    )


def _proof() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("password", "code")}


def _proof_form(template: str, errors: dict[str, str]) -> str:
    account = member()
    if not account.has_second_factor:
        raise NotFound(_("The second step is not set up."))
    needed = account.role in settings().second_factor_roles
    return render_template(template, errors=errors, email=account.email, needed=needed)


def _not_proven(
    template: str, error: InvalidForm | TooManyAttempts | Busy
) -> Response | tuple[str, int]:
    if isinstance(error, InvalidForm):
        return _proof_form(template, error.fields), 422
    sentence = too_many(error.retry_after) if isinstance(error, TooManyAttempts) else str(error)
    return refused(_proof_form(template, {"password": sentence}), error)


def _show_codes(codes: tuple[str, ...]) -> Response:
    """Show new codes in the answer to the form, and nowhere else: nothing keeps them."""
    return make_response(render_template("account/codes.html", codes=codes))
