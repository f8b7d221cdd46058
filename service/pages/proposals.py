"""Pages on which a bank version is proposed, and reviewed by another researcher."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, csrf, requires, store
from service.errors import InvalidForm
from service.pages.forms import given_fields, request_id
from service.pages.frame import member
from service.pages.research import research_frame
from service.pages.uploads import read_upload
from service.use_cases import proposals as use_cases
from service.use_cases.bank_files import InvalidBank
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("proposals", __name__, url_prefix="/research/proposals")
blueprint.context_processor(research_frame)


@blueprint.get("/new")
@requires("researcher")
def new() -> str:
    """Show the form for a version."""
    return _form({}, (), "")


@blueprint.post("/new")
@csrf.exempt
@requires("researcher")
def propose() -> Response | tuple[str, int]:
    """Read and check a version, and go to what it changes."""
    if not read_upload():
        return _form({"files": _("This is larger than 10 MB.")}, (), ""), 413
    sent = [one for one in request.files.getlist("files") if one.filename]
    reason = request.form.get("reason", "")
    try:
        proposal_id = use_cases.propose(
            store(),
            member(),
            files=[(one.filename or "", one.stream.read()) for one in sent],
            reason=reason,
            now=clock(),
            request_id=request_id(),
        )
    except InvalidBank as error:
        return _form(error.fields, error.problems, reason), 422
    except InvalidForm as error:
        return _form(error.fields, (), reason), 422
    return redirect(url_for(".show", proposal_id=proposal_id), 303)


@blueprint.get("/<proposal_id>")
@requires("researcher")
def show(proposal_id: str) -> str:
    """Show what a proposed version changes."""
    return _page(proposal_id, {}, "")


@blueprint.post("/<proposal_id>/publish")
@requires("researcher")
def publish(proposal_id: str) -> Response | tuple[str, int]:
    """Publish somebody else's version."""
    note = given_fields("note")["note"]
    try:
        use_cases.publish(store(), member(), proposal_id, note=note, now=clock())
    except InvalidForm as error:
        return _page(proposal_id, {"note": str(error)}, note), 422
    return _closed(
        proposal_id, "published", _("Published. New vacancies use this version from now on.")
    )


@blueprint.post("/<proposal_id>/return")
@requires("researcher")
def give_back(proposal_id: str) -> Response | tuple[str, int]:
    """Return somebody else's version with a note."""
    note = given_fields("note")["note"]
    try:
        use_cases.return_it(store(), member(), proposal_id, note=note, now=clock())
    except InvalidForm as error:
        return _page(proposal_id, error.fields, note), 422
    return _closed(proposal_id, "returned", _("Returned, with your note."))


@blueprint.post("/<proposal_id>/take-back")
@requires("researcher")
def take_back(proposal_id: str) -> Response:
    """Take one's own version back."""
    use_cases.take_back(store(), member(), proposal_id, now=clock())
    return _closed(proposal_id, "taken-back", _("Taken back. Nothing was published."))


def _closed(proposal_id: str, state: str, words: str) -> Response:
    """Say what was done, unless another researcher was first: then the page says what holds."""
    if use_cases.show_proposal(store(), member(), proposal_id).record.state == state:
        flash(words)
    return redirect(url_for(".show", proposal_id=proposal_id), 303)


def _form(errors: dict[str, str], problems: tuple[str, ...], reason: str) -> str:
    return render_template(
        "research/propose.html",
        errors=errors,
        problems=problems,
        reason=reason,
        request_id=request_id(),
    )


def _page(proposal_id: str, errors: dict[str, str], note: str) -> str:
    proposal = use_cases.show_proposal(store(), member(), proposal_id)
    return render_template("research/proposal.html", proposal=proposal, errors=errors, note=note)
