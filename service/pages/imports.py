"""Pages of an import: a list is sent, looked at row by row, and everybody in it is invited."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import uuid4

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from service.access import clock, csrf, requires, store
from service.errors import InvalidForm, NotFound, TooManyAttempts
from service.languages import page_language
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, recruiter
from service.pages.job_pages import job_page
from service.pages.uploads import drain, read_upload
from service.use_cases import handing_over, importing, take_back
from service.use_cases import imports as use_cases
from service.use_cases.import_lists import Choice, ImportPage
from service.use_cases.invitations import LANGUAGES
from service.use_cases.inviting_many import AT_ONCE
from service.use_cases.jobs import JobView, job_view
from service.use_cases.vacancies import vacancy_of
from service.words import gettext as _
from service.words import ngettext
from vbr_engine.files import people_template
from vbr_engine.files.sheet_writing import SHEET_FORMATS
from vbr_engine.intake import SOURCES, source_label

__all__ = ["blueprint"]

blueprint = Blueprint("imports", __name__)
blueprint.context_processor(frame)

SHOWN = 100
TICKS = 50
ONE = "/imports/<import_id>"


@blueprint.get("/vacancies/<vacancy_id>/import")
@requires("recruiter")
def upload(vacancy_id: str) -> str:
    """Show the form for a list of people."""
    return _upload_form(vacancy_id, {}, "")


@blueprint.post("/vacancies/<vacancy_id>/import")
@csrf.exempt
@requires("recruiter")
def take_in(vacancy_id: str) -> BaseResponse | tuple[str, int]:
    """Read and check a list, and go to what it holds."""
    account, now = recruiter(), clock()
    try:
        use_cases.count_upload(store(), account, now=now)
    except TooManyAttempts as error:
        drain()
        return _too_many(vacancy_id, error)
    if not read_upload():
        sentence = _("This is larger than 10 MB. Send it in parts, or only the sheet with people.")
        return _upload_form(vacancy_id, {"file": sentence}, ""), 413
    file, pasted = request.files.get("file"), request.form.get("pasted", "")
    chosen = file is not None and bool(file.filename)
    if not chosen and not pasted.strip():
        sentence = _("Choose a file, or paste the list below.")
        return _upload_form(vacancy_id, {"file": sentence}, ""), 422
    try:
        import_id = use_cases.draft(
            store(),
            account.provider_id,
            vacancy_id,
            content=cast(BinaryIO, file.stream) if chosen and file else pasted,
            name=_plain_name(file.filename) if chosen and file else "",
            by=account,
            now=now,
            language=_language(),
            request_id=request_id(),
        )
    except InvalidForm as error:
        return _upload_form(vacancy_id, error.fields, pasted if not chosen else ""), 422
    return redirect(url_for(".show", import_id=import_id), 303)


@blueprint.get("/imports/template-<language>.<format>")
@requires("recruiter")
def template(language: str, format: str) -> Response:
    """Send the table to fill in."""
    if language not in LANGUAGES or format not in SHEET_FORMATS:
        raise NotFound(_("There is nothing at this address."))
    name = "pobl" if language == "cy" else "people"
    return _file(people_template(format, language), f"{name}.{format}", format)


@blueprint.get(ONE)
@requires("recruiter")
def show(import_id: str) -> BaseResponse | str:
    """Show what a list holds; later how far it is, and what came of it."""
    page = use_cases.import_page(store(), recruiter().provider_id, import_id)
    job = _job(page)
    if job is not None:
        return job_page("imports/running.html", job, page=page, errors={})
    if page.record.state == "done":
        return _done_page(page)
    return _preview(page, {}, {"send": "", "language": page_language().code})


@blueprint.post(ONE + "/invite")
@requires("recruiter")
def begin(import_id: str) -> BaseResponse | tuple[str, int]:
    """Invite everybody of a list."""
    account, given = recruiter(), given_fields("send", "language")
    try:
        if given["send"] not in ("message", "links"):
            raise InvalidForm({"send": _("Choose how people get their link.")})
        importing.start_import(
            store(),
            account.provider_id,
            import_id,
            choice=Choice(
                send=given["send"] == "message",
                language=given["language"],
                also=frozenset(int(row) for row in request.form.getlist("also") if row.isdecimal()),
                all_repeated=request.form.get("all_repeated") == "yes",
            ),
            by=account,
            now=clock(),
        )
    except InvalidForm as error:
        page = use_cases.import_page(store(), account.provider_id, import_id)
        return _preview(page, error.fields, given), 422
    return redirect(url_for(".show", import_id=import_id), 303)


@blueprint.post(ONE + "/put-away")
@requires("recruiter")
def put_away(import_id: str) -> BaseResponse:
    """Put a draft away: nobody is invited, and nothing of it is kept."""
    vacancy_id = use_cases.discard(store(), recruiter().provider_id, import_id, now=clock())
    flash(_("The list is put away. Nobody was invited, and nothing of it is kept."))
    return redirect(url_for(".upload", vacancy_id=vacancy_id), 303)


@blueprint.post(ONE + "/again")
@requires("recruiter")
def again(import_id: str) -> BaseResponse:
    """Bring back a list that could not be imported."""
    importing.to_draft(store(), recruiter().provider_id, import_id)
    return redirect(url_for(".show", import_id=import_id), 303)


@blueprint.get(ONE + "/to-put-right.<format>")
@requires("recruiter")
def problems(import_id: str, format: str) -> Response:
    """Send the rows of which something is told."""
    if format not in SHEET_FORMATS:
        raise NotFound(_("There is nothing at this address."))
    table = use_cases.problem_list(store(), recruiter().provider_id, import_id, format=format)
    return _file(table, f"to-put-right.{format}", format)


@blueprint.route(ONE + "/take-back", methods=["GET", "POST"])
@requires("recruiter")
def undo(import_id: str) -> BaseResponse | str:
    """Say what taking an import back does, and do it."""
    account, now = recruiter(), clock()
    page = use_cases.import_page(store(), account.provider_id, import_id)
    here = redirect(url_for(".show", import_id=import_id), 303)
    if not take_back.can_take_back(page.record, now=now):
        flash(_("This list cannot be taken back any more."), "note")
        return here
    if request.method == "GET":
        found = take_back.undoing(store(), account.provider_id, import_id)
        return render_template("imports/take_back.html", page=page, found=found, errors={})
    take_back.take_back(store(), account.provider_id, import_id, by=account, now=now)
    return here


def _too_many(vacancy_id: str, error: TooManyAttempts) -> BaseResponse:
    minutes = max(1, error.retry_after // 60)
    sentence = ngettext(
        "You have sent many lists in a short time. Wait %(num)d minute.",
        "You have sent many lists in a short time. Wait %(num)d minutes.",
        minutes,
    )
    response = make_response(_upload_form(vacancy_id, {"file": sentence}, ""), 429)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _upload_form(vacancy_id: str, errors: dict[str, str], pasted: str) -> str:
    provider_id = recruiter().provider_id
    with store().read() as unit:
        vacancy = vacancy_of(store(), unit, provider_id, vacancy_id)
        paused = unit.at(provider_id).provider.paused_at is not None
    latest = use_cases.imports_of(store(), provider_id, vacancy_id)
    return render_template(
        "imports/upload.html",
        vacancy=vacancy,
        paused=paused,
        imports=latest,
        errors=errors,
        pasted=pasted[:200_000],
        request_id=str(uuid4()),  # what could not be read cannot be asked for its id
        language=_language(),
    )


def _preview(page: ImportPage, errors: dict[str, str], given: dict[str, str]) -> str:
    only = request.args.get("show", "problems" if page.troubled else "all")
    rows = page.troubled if only == "problems" else page.rows
    return render_template(
        "imports/preview.html",
        page=page,
        rows=rows[:SHOWN],
        n_rows=len(rows),
        only=only,
        shown=SHOWN,
        ticks=page.repeated[:TICKS],
        also=request.form.getlist("also"),
        n_unreachable=sum(not (row.email or row.phone) for row in page.ready),
        languages_named=sum(bool(row.language) for row in page.ready),
        at_once=AT_ONCE,
        source_words=_source_words,
        language_words={"en": _("English"), "cy": _("Welsh")},
        errors=errors,
        given=given,
    )


def _done_page(page: ImportPage) -> str:
    now: datetime = clock()
    summary = page.record.summary
    invited = int(summary.get("invited", 0))
    portions = range(1, -(-invited // handing_over.MOST) + 1)
    return render_template(
        "imports/done.html",
        page=page,
        summary=summary,
        portions=portions,
        most=handing_over.MOST,
        can_take_back=take_back.can_take_back(page.record, now=now),
        until=page.record.done_at + take_back.WITHIN if page.record.done_at else None,
        errors={},
    )


def _job(page: ImportPage) -> JobView | None:
    """Return the job that an import waits for, if any."""
    job_id = page.record.job_id if page.record.state == "running" else None
    if page.record.state == "done" and page.record.summary.get("taken_back", 0) is None:
        job_id = f"back-{page.record.id}"
    if job_id is None:
        return None
    with store().read() as unit:
        return job_view(unit, page.record.provider_id, job_id)


def _file(content: bytes, name: str, format: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = SHEET_FORMATS[format]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain_name(name: str | None) -> str:
    return (name or "").replace("\\", "/").rpartition("/")[2][:120]


def _language() -> str:
    code = page_language().code
    return code if code in LANGUAGES else "en"


def _source_words(source: Any) -> str:
    return source_label(source, _language()) if source in SOURCES else ""
