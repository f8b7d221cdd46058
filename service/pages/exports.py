"""Pages on which researchers take responses out: of who agreed, under new names."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages.forms import request_id
from service.pages.frame import member
from service.pages.job_pages import job_page
from service.pages.research import research_frame
from service.use_cases import banks
from service.use_cases import research_export as use_cases

__all__ = ["blueprint"]

blueprint = Blueprint("exports", __name__, url_prefix="/research/exports")
blueprint.context_processor(research_frame)


@blueprint.get("")
@requires("researcher")
def index() -> str:
    """Show the form, and what was exported so far."""
    return _page({})


@blueprint.post("")
@requires("researcher")
def start() -> Response | tuple[str, int]:
    """Start an export."""
    bank_id, _slash, version = request.form.get("version", "").partition("/")
    try:
        export_id = use_cases.start_export(
            store(),
            member(),
            bank_id=bank_id,
            version=version,
            simulated=request.form.get("people") == "simulated",
            now=clock(),
            request_id=request_id(),
        )
    except InvalidForm as error:
        return _page(error.fields), 422
    return redirect(url_for(".show", export_id=export_id), 303)


@blueprint.get("/<export_id>")
@requires("researcher")
def show(export_id: str) -> Response:
    """Show how far an export is, then its files."""
    line = use_cases.export_view(store(), member(), export_id)
    return job_page("research/export.html", line.job, line=line)


@blueprint.get("/<export_id>/<part>.parquet")
@requires("researcher")
def download(export_id: str, part: str) -> Response:
    """Send one of the two files."""
    content = use_cases.export_file(store(), member(), export_id, part)
    response = make_response(content)
    response.headers["Content-Type"] = "application/vnd.apache.parquet"
    response.headers["Content-Disposition"] = f'attachment; filename="{part}.parquet"'
    return response


def _page(errors: dict[str, str]) -> str:
    return render_template(
        "research/exports.html",
        versions=banks.overview(store(), member()).versions,
        lines=use_cases.list_exports(store(), member()),
        errors=errors,
        request_id=request_id(),
    )
