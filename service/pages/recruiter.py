"""Recruiter pages: vacancies, the board of one, and invitations."""

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

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages.board_page import board_page, filters_given
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, recruiter
from service.pages.undo import offer_undo
from service.use_cases import vacancies as use_cases
from service.use_cases.board import vacancy_board
from service.use_cases.board_table import board_table
from service.use_cases.funnel_words import stage_title
from service.words import gettext as _
from vbr_engine.files.sheet_writing import SHEET_FORMATS, write_sheet

__all__ = ["blueprint"]

blueprint = Blueprint("recruiter", __name__)
blueprint.context_processor(frame)


@blueprint.get("/vacancies")
@requires("recruiter")
def vacancies() -> str:
    """List the provider's vacancies, each with what is going on in it."""
    lines = use_cases.list_vacancies(store(), recruiter().provider_id, now=clock())
    return render_template(
        "recruiter/vacancies.html",
        vacancies=[line for line in lines if line.closed_on is None],
        closed=[line for line in lines if line.closed_on is not None],
        to_call=sum(line.counts.to_call for line in lines),
        stage_title=stage_title,
    )


@blueprint.get("/vacancies/new")
@requires("recruiter")
def new_vacancy() -> str:
    """Show the form for a new vacancy."""
    return _vacancy_form({}, {"contact": "", "title": "", "bank_id": ""})


@blueprint.post("/vacancies/new")
@requires("recruiter")
def create_vacancy() -> Response | tuple[str, int]:
    """Create a vacancy and go to its board."""
    given = given_fields("title", "contact", "bank_id")
    try:
        vacancy_id = use_cases.create_vacancy(
            store(), recruiter().provider_id, **given, now=clock(), request_id=request_id()
        )
    except InvalidForm as error:
        return _vacancy_form(error.fields, given), 422
    flash(_("The vacancy is ready. Now invite somebody."))
    return redirect(url_for("recruiter.vacancy", vacancy_id=vacancy_id), 303)


@blueprint.get("/vacancies/<vacancy_id>")
@requires("recruiter")
def vacancy(vacancy_id: str) -> str:
    """Show where everybody stands, whom to call first."""
    return board_page(vacancy_id)


@blueprint.get("/vacancies/<vacancy_id>/board.<any(csv, xlsx):kind>")
@requires("recruiter")
def board_file(vacancy_id: str, kind: str) -> Response:
    """Send the board, as it is filtered, as a table; no formula in it runs."""
    filters = filters_given().filters
    vacancy, header, rows = board_table(
        store(), recruiter().provider_id, vacancy_id, filters, now=clock()
    )
    content = write_sheet(rows, header=header, format=kind, title=vacancy.title)
    response = make_response(content)
    response.headers["Content-Type"] = SHEET_FORMATS[kind]
    name = f"board-{vacancy_id[:8]}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.route("/vacancies/<vacancy_id>/close", methods=["GET", "POST"])
@requires("recruiter")
def close(vacancy_id: str) -> Response | str:
    """Ask, then close a vacancy."""
    board = vacancy_board(store(), recruiter().provider_id, vacancy_id, now=clock())
    if request.method == "GET":
        return render_template("recruiter/close.html", board=board, request_id=request_id())
    use_cases.close_vacancy(store(), recruiter().provider_id, vacancy_id, closed=True, now=clock())
    said = _("The vacancy “%(title)s” is closed.", title=board.vacancy.title)
    offer_undo(said, url_for(".reopen", vacancy_id=vacancy_id), {}, now=clock())
    return redirect(url_for(".vacancies"), 303)


@blueprint.post("/vacancies/<vacancy_id>/reopen")
@requires("recruiter")
def reopen(vacancy_id: str) -> Response:
    """Open a vacancy again."""
    use_cases.close_vacancy(store(), recruiter().provider_id, vacancy_id, closed=False, now=clock())
    flash(_("The vacancy is open again."))
    return redirect(url_for(".vacancy", vacancy_id=vacancy_id), 303)


def _vacancy_form(errors: dict[str, str], given: dict[str, str]) -> str:
    banks = use_cases.available_banks(store())
    return render_template(
        "recruiter/new_vacancy.html",
        banks=banks,
        errors=errors,
        given=given,
        request_id=request_id(),
    )
