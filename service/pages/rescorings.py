"""Pages on which sittings are scored again by another policy: looked at first, then applied."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, csrf, requires, store
from service.errors import InvalidForm
from service.pages.forms import given_fields, request_id
from service.pages.frame import member
from service.pages.job_pages import job_page
from service.pages.research import research_frame
from service.pages.uploads import read_upload
from service.use_cases import banks
from service.use_cases import rescoring as use_cases
from service.use_cases.jobs import job_view
from service.use_cases.small_numbers import Cell
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("rescorings", __name__, url_prefix="/research")
blueprint.context_processor(research_frame)
blueprint.context_processor(lambda: {"as_cell": lambda held: Cell(**held)})
NEW = "/banks/<bank_id>/<version>/rescore"


@blueprint.get(NEW)
@requires("researcher")
def new(bank_id: str, version: str) -> str:
    """Show the form for a policy."""
    return _form(bank_id, version, {})


@blueprint.post(NEW)
@csrf.exempt
@requires("researcher")
def look(bank_id: str, version: str) -> Response | tuple[str, int]:
    """Read a policy, and start working out what it would change."""
    if not read_upload():
        return _form(bank_id, version, {"policy_file": _("This is larger than 10 MB.")}), 413
    file = request.files.get("policy_file")
    try:
        rescoring_id = use_cases.look_at(
            store(),
            member(),
            bank_id=bank_id,
            version=version,
            policy=request.form.get("policy", ""),
            content=file.stream.read() if file else b"",
            now=clock(),
            request_id=request_id(),
        )
    except InvalidForm as error:
        return _form(bank_id, version, error.fields), 422
    return redirect(url_for(".show", rescoring_id=rescoring_id), 303)


@blueprint.get("/rescorings/<rescoring_id>")
@requires("researcher")
def show(rescoring_id: str) -> Response:
    """Show how far it is, what would change, and how to apply it."""
    return _page(rescoring_id, {}, "")


@blueprint.post("/rescorings/<rescoring_id>/apply")
@requires("researcher")
def apply(rescoring_id: str) -> Response:
    """Score again."""
    reason = given_fields("reason")["reason"]
    try:
        use_cases.apply(store(), member(), rescoring_id, reason=reason, now=clock())
    except InvalidForm as error:
        response = _page(rescoring_id, error.fields, reason)
        response.status_code = 422
        return response
    flash(_("This policy holds from now on. Completed sittings are being scored again."))
    return redirect(url_for(".show", rescoring_id=rescoring_id), 303)


@blueprint.post("/rescorings/<rescoring_id>/discard")
@requires("researcher")
def discard(rescoring_id: str) -> Response:
    """Put away what was only looked at."""
    if use_cases.discard(store(), rescoring_id):
        flash(_("Put away. Nothing has changed."))
    return redirect(url_for("research.banks"), 303)


def _form(bank_id: str, version: str, errors: dict[str, str]) -> str:
    page = banks.version_page(store(), bank_id, version)
    return render_template(
        "research/rescore.html",
        page=page,
        policies=use_cases.policies_of(store(), bank_id, version),
        errors=errors,
        request_id=request_id(),
    )


def _page(rescoring_id: str, errors: dict[str, str], reason: str) -> Response:
    found = use_cases.show_rescoring(store(), member(), rescoring_id)
    with store().read() as unit:
        job = job_view(unit, member().provider_id, found.job_id)
    return job_page("research/rescoring.html", job, rescoring=found, errors=errors, reason=reason)
