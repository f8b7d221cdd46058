"""The council's pages: providers with how the pilot gets on, and what the council can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, settings, store
from service.errors import InvalidForm
from service.pages import fresh_links
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, member
from service.pages.health_words import (
    COLUMN_WORDS,
    cell_words,
    file_header,
    file_row,
    last_words,
    stuck_words,
)
from service.pages.people import can_send
from service.pages.undo import offer_undo, undo_offered
from service.use_cases import pausing, providers
from service.use_cases.health import PER_PAGE, found, health, stuck_among
from service.use_cases.settings import changes_of
from service.words import gettext as _
from vbr_engine.files import write_sheet
from vbr_engine.files.sheet_writing import SHEET_FORMATS

__all__ = ["blueprint"]

blueprint = Blueprint("council", __name__, url_prefix="/council")
blueprint.context_processor(lambda: frame("providers"))
blueprint.context_processor(
    lambda: {
        "undo_offered": lambda: undo_offered(clock()),
        "cell_words": cell_words,
        "stuck_words": stuck_words,
        "last_words": last_words,
        "columns": COLUMN_WORDS,
    }
)


@blueprint.get("", endpoint="providers")
@requires("council")
def list_providers() -> str:
    """List the providers by name, with how each gets on."""
    search = request.args.get("q", "").strip()[:100]
    paused = request.args.get("show") == "paused"
    pilot = health(store(), now=clock())
    lines = found(pilot.lines, search, paused=paused)
    n_pages = max(1, -(-len(lines) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), n_pages)
    shown = lines[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template(
        "council/providers.html",
        pilot=pilot,
        lines=shown,
        stuck=stuck_among(store(), shown, now=clock()),
        n_found=len(lines),
        page=page,
        n_pages=n_pages,
        search=search,
        paused=paused,
        address=_address,
        today=clock(),
    )


@blueprint.get("/providers.<any(csv, xlsx):kind>")
@requires("council")
def file(kind: str) -> Response:
    """Send the counts of all providers as a table; no formula in it runs."""
    pilot = health(store(), now=clock())
    stuck = stuck_among(store(), pilot.lines, now=clock())
    content = write_sheet(
        (file_row(line, stuck[line.id]) for line in pilot.lines),
        header=file_header(),
        format=kind,
        title=_("Providers"),
    )
    response = make_response(content)
    response.headers["Content-Type"] = SHEET_FORMATS[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="providers.{kind}"'
    return response


@blueprint.route("/new", methods=["GET", "POST"])
@requires("council")
def new() -> Response | str | tuple[str, int]:
    """Open a provider and invite its first manager."""
    given = given_fields("name", "contact", "manager_name", "manager_email")
    if request.method == "GET":
        return _form("council/new.html", given)
    try:
        opened = providers.open_provider(
            store(),
            **given,
            by=member(),
            now=clock(),
            request_id=request_id(),
            by_hand=not can_send(),
        )
    except InvalidForm as error:
        return _form("council/new.html", given, error.fields), 422
    if opened.manager_id:
        _keep(opened.manager_id, opened.token)
        flash(_("The provider is open. Its manager gets a message with a link to join."))
    return _to(opened.provider_id)


@blueprint.get("/<provider_id>")
@requires("council")
def provider(provider_id: str) -> str:
    """Show one provider: counts, managers, what was changed."""
    page = providers.provider_page(store(), provider_id)
    pilot = health(store(), now=clock())
    line = next(line for line in pilot.lines if line.id == provider_id)
    changes = [one for one in changes_of(store(), provider_id) if one.what in _OURS]
    links = {
        manager.id: _address_to_join(token)
        for manager in page.managers
        if not manager.joined and (token := _fresh(manager.id))
    }
    return render_template(
        "council/provider.html",
        provider=page,
        line=line,
        stuck=stuck_among(store(), [line], now=clock())[line.id],
        changes=changes[:20],
        change_words=_OURS,
        links=links,
        can_send=can_send(),
        request_id=request_id(),
    )


@blueprint.route("/<provider_id>/change", methods=["GET", "POST"])
@requires("council")
def change(provider_id: str) -> Response | str | tuple[str, int]:
    """Change a provider's name and contact."""
    page = providers.provider_page(store(), provider_id)
    if request.method == "GET":
        held = {"name": page.name, "contact": page.contact}
        return _form("council/change.html", held, provider=page)
    given = given_fields("name", "contact")
    try:
        providers.rename(store(), provider_id, **given, by=member(), now=clock())
    except InvalidForm as error:
        return _form("council/change.html", given, error.fields, provider=page), 422
    flash(_("Saved."))
    return _to(provider_id)


@blueprint.route("/<provider_id>/pause", methods=["GET", "POST"])
@requires("council")
def pause(provider_id: str) -> Response | str | tuple[str, int]:
    """Say what a pause means, and pause with a reason."""
    page = providers.provider_page(store(), provider_id)
    if request.method == "GET":
        return _form("council/pause.html", {"reason": page.reason}, provider=page)
    given = given_fields("reason")
    try:
        pausing.pause(store(), provider_id, **given, by=member(), now=clock())
    except InvalidForm as error:
        return _form("council/pause.html", given, error.fields, provider=page), 422
    said = _("%(name)s is paused. Its people now see the reason on every page.", name=page.name)
    offer_undo(said, url_for(".resume", provider_id=provider_id), {}, now=clock())
    return _to(provider_id)


@blueprint.post("/<provider_id>/resume")
@requires("council")
def resume(provider_id: str) -> Response:
    """Let a provider go on."""
    pausing.resume(store(), provider_id, by=member(), now=clock())
    flash(_("The provider goes on. Messages that waited are sent now."))
    return _to(provider_id)


@blueprint.route("/<provider_id>/managers", methods=["GET", "POST"])
@requires("council")
def manager(provider_id: str) -> Response | str | tuple[str, int]:
    """Invite another manager."""
    page = providers.provider_page(store(), provider_id)
    given = given_fields("manager_name", "manager_email")
    if request.method == "GET":
        return _form("council/manager.html", given, provider=page)
    try:
        manager_id, token = providers.invite_manager(
            store(),
            provider_id,
            name=given["manager_name"],
            email=given["manager_email"],
            by=member(),
            now=clock(),
            request_id=request_id(),
            by_hand=not can_send(),
        )
    except InvalidForm as error:
        return _form("council/manager.html", given, error.fields, provider=page), 422
    _keep(manager_id, token)
    flash(_("The manager gets a message with a link to join."))
    return _to(provider_id)


@blueprint.post("/<provider_id>/managers/<account_id>/again")
@requires("council")
def again(provider_id: str, account_id: str) -> Response:
    """Send the link to join once more; the old one ends."""
    token = providers.send_join_again(
        store(), provider_id, account_id, by=member(), now=clock(), by_hand=not can_send()
    )
    _keep(account_id, token)
    flash(_("A new link is on its way. The old one does not work any more."))
    return _to(provider_id)


@blueprint.route("/<provider_id>/managers/<account_id>/second-step", methods=["GET", "POST"])
@requires("council")
def second_step(provider_id: str, account_id: str) -> Response | str:
    """Ask, then take the second step of signing in away from a manager who lost it."""
    page = providers.provider_page(store(), provider_id)
    if request.method == "GET":
        return _form("council/second_step.html", {}, provider=page, account_id=account_id)
    providers.reset_second_factor(store(), provider_id, account_id, by=member(), now=clock())
    flash(_("The second step is off. The manager sets it up anew after signing in."))
    return _to(provider_id)


_OURS: Mapping[str, Any] = {
    "renamed": lambda: _("Name or contact changed"),
    "paused": lambda: _("Paused"),
    "resumed": lambda: _("Goes on"),
}


def _to(provider_id: str) -> Response:
    return redirect(url_for(".provider", provider_id=provider_id), 303)


def _form(
    template: str, given: Mapping[str, str], errors: Mapping[str, str] | None = None, **more: Any
) -> str:
    return render_template(
        template, given=given, errors=errors or {}, request_id=request_id(), **more
    )


def _address_to_join(token: str) -> str:
    """Return the link as it is sent: under the public address, if one is set."""
    address = settings().public_url or request.url_root.rstrip("/")
    return address + url_for("joining.join", token=token)


def _keep(account_id: str, token: str) -> None:
    """Keep a link that is to be handed over, to be shown for a short time."""
    if token:
        fresh_links.remember(account_id, token, now=clock())


def _fresh(account_id: str) -> str | None:
    return fresh_links.recall(account_id, now=clock())


def _address(**changed: Any) -> str:
    """Return the address of the list as it is searched, with something changed."""
    held = {
        "q": request.args.get("q", "").strip()[:100],
        "show": request.args.get("show", ""),
    } | changed
    return url_for(".providers", **{name: value for name, value in held.items() if value})
