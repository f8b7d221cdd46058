"""Facts about an application, and the candidate's contact details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import InvalidForm
from service.pages.fact_words import LABELS, YES_OR_NO, known_facts, sources
from service.pages.forms import given_fields
from service.pages.frame import frame, recruiter
from service.pages.sections import section
from service.use_cases.application import candidate_page, change_contact
from service.use_cases.facts import FACTS, change_facts
from service.use_cases.views import Account, CandidatePage
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("details", __name__)
blueprint.context_processor(frame)

ONE = "/candidates/<sitting_id>"


@section("facts")
def known(account: Account, page: CandidatePage) -> Mapping[str, Any]:
    """Say on a candidate's page what is known beside the answers."""
    return {"rows": known_facts(page.facts), "open": not page.standing.erased}


@blueprint.route(ONE + "/facts", methods=["GET", "POST"])
@requires("recruiter")
def facts(sitting_id: str) -> Response | str | tuple[str, int]:
    """Ask how a candidate found the job, and for practicalities."""
    page = _page(sitting_id)
    if request.method == "GET":
        given = {name: f"{value}" for name, value in page.facts.items()}
        return _facts_form(page, {}, given)
    given = given_fields(*FACTS)
    account, now = recruiter(), clock()
    try:
        change_facts(
            store(), account.provider_id, sitting_id, given=given, account=account, now=now
        )
    except InvalidForm as error:
        return _facts_form(page, error.fields, given), 422
    flash(_("The details are saved."))
    return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)


@blueprint.route(ONE + "/contact", methods=["GET", "POST"])
@requires("recruiter")
def contact(sitting_id: str) -> Response | str | tuple[str, int]:
    """Put a name, an address or a number right."""
    page = _page(sitting_id)
    if request.method == "GET":
        given = {"name": page.row.name, "email": page.email, "phone": page.phone}
        return render_template("recruiter/contact.html", page=page, errors={}, given=given)
    given = given_fields("name", "email", "phone")
    try:
        change_contact(store(), recruiter().provider_id, sitting_id, **given)
    except InvalidForm as error:
        return render_template(
            "recruiter/contact.html", page=page, errors=error.fields, given=given
        ), 422
    flash(_("The contact details are saved."))
    return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)


def _page(sitting_id: str) -> CandidatePage:
    return candidate_page(store(), recruiter().provider_id, sitting_id, now=clock())


def _facts_form(page: CandidatePage, errors: dict[str, str], given: Mapping[str, str]) -> str:
    return render_template(
        "recruiter/facts.html",
        page=page,
        errors=errors,
        given=given,
        labels=LABELS,
        sources=sources(),
        yes_or_no=[(code, str(said)) for code, said in YES_OR_NO.items()],
    )
