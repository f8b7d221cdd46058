"""Who may sign in for an organisation: the same pages for managers and administrators."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, settings, store
from service.errors import InvalidForm
from service.pages import fresh_links
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, member
from service.pages.role_words import ROLE_HINTS, ROLE_NAMES
from service.use_cases import people
from service.use_cases.people import ROLES, Person
from service.words import gettext as _

__all__ = ["blueprint", "can_send", "pages_of_people"]


def pages_of_people(name: str, *, rule: str, kind: str, prefix: str, section: str) -> Blueprint:
    """Make the pages on which an organisation's people are looked after.

    Parameters
    ----------
    name : str
        Of the blueprint; its endpoints are ``name.index`` and so on.
    rule : str
        Who may: the organisation is that of whoever is signed in.
    kind : str
        ``provider`` or ``house``.
    prefix, section : str
        Where the pages are, and which entry of the navigation is theirs.
    """
    blueprint = Blueprint(name, __name__, url_prefix=prefix)
    blueprint.context_processor(lambda: {**frame(section), "place": name, **_words(kind)})
    for method, path, view in (
        ("GET", "", index),
        ("GET", "/new", invitation),
        ("POST", "/new", invite),
        ("GET", "/<account_id>", person),
        ("GET", "/<account_id>/link", link),
        ("POST", "/<account_id>/link", make_link),
        ("POST", "/<account_id>/role", change_role),
        ("POST", "/<account_id>/disable", disable),
        ("POST", "/<account_id>/enable", enable),
        ("GET", "/<account_id>/second-factor", second_factor),
        ("POST", "/<account_id>/second-factor", reset_second_factor),
    ):
        blueprint.add_url_rule(path, view.__name__, requires(rule)(_plain(view)), methods=[method])
    return blueprint


def index() -> str:
    """List the organisation's people."""
    found = people.list_people(store(), _own())
    return render_template("account/people.html", people=found, now=clock(), can_send=can_send())


def invitation() -> str:
    """Show the form for inviting somebody."""
    return _invitation_form({}, {"name": "", "email": "", "role": ""})


def invite() -> Response | tuple[str, int]:
    """Invite somebody; the link is shown only where no message can bring it."""
    given, form_id = given_fields("name", "email", "role"), request_id()
    try:
        made = people.invite(
            store(),
            _own(),
            **given,
            by=member(),
            now=clock(),
            request_id=form_id,
            by_hand=not can_send(),
        )
    except InvalidForm as error:
        return _invitation_form(error.fields, given), 422
    return _shown(made.account_id, made.token)


def can_send() -> bool:
    """Whether this service sends messages, so that a link reaches nobody but whose it is."""
    return settings().mail.way != "off"


def person(account_id: str) -> str:
    """Show one of the organisation's people, and what can be done."""
    return render_template(
        "account/person.html", person=_found(account_id), me=member(), can_send=can_send()
    )


def link(account_id: str) -> Response | str:
    """Show a link that was just made in this browser."""
    found = _found(account_id)
    token = fresh_links.recall(_key(account_id), now=clock())
    if token is None:
        return _back(account_id)
    view = "joining.join" if found.state == "invited" else "joining.new_password"
    address = (settings().public_url or request.url_root.rstrip("/")) + url_for(view, token=token)
    return render_template(
        "account/person_link.html",
        person=found,
        address=address,
        can_send=can_send(),
        minutes_kept=int(fresh_links.KEPT.total_seconds() // 60),
    )


def make_link(account_id: str) -> Response:
    """Make a new link: to join, or to choose a new password."""
    by, now = member(), clock()
    if _found(account_id).state == "invited":
        by_hand = not can_send()
        token = people.renew_join(store(), _own(), account_id, by=by, now=now, by_hand=by_hand)
    else:
        token = people.reset_link(store(), _own(), account_id, by=by, now=now)
    return _shown(account_id, token)


def change_role(account_id: str) -> Response:
    """Give somebody another role."""
    role = request.form.get("role", "")
    try:
        people.change_role(store(), _own(), account_id, role, by=member())
    except InvalidForm as error:
        flash(str(error), "note")
        return _back(account_id)
    flash(_("The role is changed. It holds from the next sign-in."))
    return _back(account_id)


def disable(account_id: str) -> Response:
    """Let somebody sign in no more."""
    try:
        people.disable(store(), _own(), account_id, by=member(), now=clock())
    except InvalidForm as error:
        flash(str(error), "note")
        return _back(account_id)
    flash(_("This person can no longer sign in, and is signed out everywhere."))
    return _back(account_id)


def enable(account_id: str) -> Response:
    """Let somebody sign in again."""
    people.enable(store(), _own(), account_id, by=member())
    flash(_("This person can sign in again."))
    return _back(account_id)


def second_factor(account_id: str) -> Response | str:
    """Ask before somebody's second step is taken away."""
    found = _found(account_id)
    if not found.has_second_factor or account_id == member().id:
        return _back(account_id)
    return render_template("account/person_factor.html", person=found)


def reset_second_factor(account_id: str) -> Response:
    """Take somebody's second step away, because phone and codes are lost."""
    people.reset_second_factor(store(), _own(), account_id, by=member(), now=clock())
    flash(_("The second step is off. The person can sign in and set it up again."))
    return _back(account_id)


def _plain(
    view: Callable[..., Response | str | tuple[str, int]],
) -> Callable[..., Response | str | tuple[str, int]]:
    """Return a view of its own for each blueprint, so that each has its own rule."""

    def shown(**given: str) -> Response | str | tuple[str, int]:
        return view(**given)

    shown.__name__, shown.__doc__ = view.__name__, view.__doc__
    return shown


def _own() -> str:
    return member().provider_id


def _found(account_id: str) -> Person:
    return people.find_person(store(), _own(), account_id)


def _words(kind: str) -> dict[str, object]:
    roles = [(role, ROLE_NAMES[role], ROLE_HINTS[role]) for role in ROLES[kind]]
    return {"roles": roles, "role_names": ROLE_NAMES}


def _invitation_form(errors: dict[str, str], given: dict[str, str]) -> str:
    return render_template(
        "account/invite.html", errors=errors, given=given, request_id=request_id()
    )


def _key(account_id: str) -> str:
    return f"account:{account_id}"


def _shown(account_id: str, token: str) -> Response:
    if not token:
        email = _found(account_id).email
        flash(
            _("A message with a link to join goes to %(email)s, and to nobody else.", email=email)
        )
        return _back(account_id)
    fresh_links.remember(_key(account_id), token, now=clock())
    return redirect(url_for(".link", account_id=account_id), 303)


def _back(account_id: str = "") -> Response:
    there = url_for(".person", account_id=account_id) if account_id else url_for(".index")
    return redirect(there, 303)


blueprint = pages_of_people(
    "people",
    rule="manager",
    kind="provider",
    prefix="/settings/people",
    section="settings",
)
