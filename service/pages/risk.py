"""What a recruiter reads about drop-out risk, after the first view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import FirstViewNeeded
from service.languages import page_language
from service.pages.frame import frame, recruiter
from service.pages.report_pages import style_address
from service.pages.sections import section
from service.use_cases import application, risk
from service.use_cases.views import Account, CandidatePage
from service.words import gettext as _
from vbr_engine.rendering import report_body

__all__ = ["blueprint"]

blueprint = Blueprint("risk", __name__)
blueprint.context_processor(frame)


@blueprint.get("/candidates/<sitting_id>/risk")
@requires("recruiter")
def panel(sitting_id: str) -> Response | str:
    """Show how many of a hundred such people leave, what they rest on and what would help."""
    account, now = recruiter(), clock()
    page = application.candidate_page(store(), account.provider_id, sitting_id, now=now)
    try:
        view = risk.risk_of(
            store(),
            account.provider_id,
            sitting_id,
            account=account,
            language=page_language().code,
            now=now,
        )
    except FirstViewNeeded as error:
        flash(str(error), "note")
        return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)
    return render_template(
        "recruiter/risk.html",
        page=page,
        why_not=view.why_not,
        body=report_body(view.panel) if view.panel else None,
        style=style_address(),
    )


@section("risk")
def risk_section(account: Account, page: CandidatePage) -> Mapping[str, Any] | None:
    """Lead to the panel, once this person has a first view; nothing before."""
    if page.needs_view(account):
        return None
    href = url_for("risk.panel", sitting_id=page.row.sitting_id)
    return {"href": href, "heading": _("Will they stay?")}
