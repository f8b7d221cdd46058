"""Recruiter pages: vacancies, the board of one, and invitations."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages import fresh_links
from service.pages.board import grouped, next_step, progress
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, recruiter
from service.use_cases import invitations
from service.use_cases import vacancies as use_cases
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("recruiter", __name__)
blueprint.context_processor(frame)


@blueprint.get("/vacancies")
@requires("recruiter")
def vacancies() -> str:
    """List the provider's vacancies, each with what is going on in it."""
    lines = use_cases.list_vacancies(store(), recruiter().provider_id)
    return render_template("recruiter/vacancies.html", vacancies=lines)


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
    """Show who is invited, started, stuck or done, grouped by what to do next."""
    now = clock()
    board = use_cases.vacancy_board(store(), recruiter().provider_id, vacancy_id, now=now)
    return render_template(
        "recruiter/vacancy.html",
        board=board,
        groups=grouped(board.rows),
        next_step=next_step,
        progress=lambda row: progress(row, now),
    )


@blueprint.get("/vacancies/<vacancy_id>/invite")
@requires("recruiter")
def invite(vacancy_id: str) -> str:
    """Show the form for an invitation."""
    return _invite_form(vacancy_id, {}, {"name": "", "email": ""})


@blueprint.post("/vacancies/<vacancy_id>/invite")
@requires("recruiter")
def send_invitation(vacancy_id: str) -> Response | tuple[str, int]:
    """Make the personal link and go to the page that shows it."""
    given = given_fields("name", "email")
    account, now = recruiter(), clock()
    try:
        invited = invitations.invite(
            store(),
            account.provider_id,
            vacancy_id,
            name=given["name"],
            email=given["email"],
            by=account,
            now=now,
            request_id=request_id(),
        )
    except InvalidForm as error:
        return _invite_form(vacancy_id, error.fields, given), 422
    fresh_links.remember(invited.sitting_id, invited.token, now=now)
    return redirect(url_for("candidates.link", sitting_id=invited.sitting_id), 303)


def _vacancy_form(errors: dict[str, str], given: dict[str, str]) -> str:
    banks = use_cases.available_banks(store())
    return render_template(
        "recruiter/new_vacancy.html",
        banks=banks,
        errors=errors,
        given=given,
        request_id=request_id(),
    )


def _invite_form(vacancy_id: str, errors: dict[str, str], given: dict[str, str]) -> str:
    board = use_cases.vacancy_board(store(), recruiter().provider_id, vacancy_id, now=clock())
    return render_template(
        "recruiter/invite.html",
        vacancy=board.vacancy,
        errors=errors,
        given=given,
        request_id=request_id(),
    )
