"""Recruiter pages about one candidate: link, first view, report, decision."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urljoin

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.access import clock, requires, settings, store
from service.errors import FirstViewNeeded, InvalidForm, NotSubmitted
from service.languages import page_language
from service.pages import fresh_links
from service.pages.board import (
    DECISIONS,
    HINTS,
    VIEWS,
    decision_words,
    interview_words,
    message_words,
    next_step,
    progress,
    says_all,
    stuck_words,
    view_words,
)
from service.pages.contents import with_places
from service.pages.forms import given_fields, request_id
from service.pages.frame import frame, recruiter
from service.pages.history import happened, who
from service.pages.phones import phone_words
from service.pages.report_pages import style_address
from service.pages.sections import sections_of
from service.use_cases import invitations, reports
from service.use_cases.application import candidate_page
from service.use_cases.first_views import ONLY_READ
from service.use_cases.funnel_words import outcome_words, stage_title, step_words
from service.use_cases.happenings import LOCAL
from service.use_cases.views import Account, CandidatePage
from service.words import gettext as _
from vbr_engine.errors import VbrError
from vbr_engine.funnel import CALL_OUTCOMES, allowed_steps
from vbr_engine.rendering import report_body, report_css, report_pdf
from vbr_engine.reports import RecruiterReport

__all__ = ["blueprint"]

blueprint = Blueprint("candidates", __name__)
blueprint.context_processor(frame)

ONE = "/candidates/<sitting_id>"
NOT_APPOINTED = "not-appointed"
LIKELY = 3


@blueprint.get("/candidates/report-<version>.css")
@requires("public")
def report_style(version: str) -> Response:
    """Serve the engine's style sheet of reports; the address changes with its content."""
    response = make_response(report_css())
    response.mimetype = "text/css"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.get(ONE)
@requires("recruiter")
def candidate(sitting_id: str) -> str:
    """Show where a candidate stands, what happened so far and what to do next."""
    page, account, now = _page(sitting_id), recruiter(), clock()
    likely, others = _steps(page)
    return render_template(
        "recruiter/candidate.html",
        page=page,
        next_step=_next_step(page, account, now),
        needs_view=page.needs_view(account),
        opened=account.id in page.openers,
        link=fresh_links.recall(sitting_id, now=now),
        progress=progress(page.row, now),
        says_all=says_all(page.row),
        stuck=stuck_words(page.row, now),
        interview=interview_words(page.standing, now),
        message=message_words(page.row.delivery, now),
        decision_words=decision_words,
        happened=happened,
        who=who,
        view_words=view_words,
        stage_title=stage_title,
        step_words=step_words,
        phone_words=phone_words,
        likely=likely,
        others=others,
        request_id=request_id(),
        sections=sections_of(account, page),
    )


@blueprint.get(ONE + "/link")
@requires("recruiter")
def link(sitting_id: str) -> Response | str:
    """Show a link just made, with a message to send; later say why it cannot be shown."""
    page, now = _page(sitting_id), clock()
    token = fresh_links.recall(sitting_id, now=now)
    if token is None:
        flash(_("The link cannot be shown again. If it is lost, make a new one."), "note")
        return redirect(url_for(".candidate", sitting_id=sitting_id), 303)
    address = _address(token)
    message = render_template("recruiter/message.txt", page=page, address=address)
    subject = _("Your next step: %(title)s", title=page.vacancy.title)
    return render_template(
        "recruiter/link.html",
        page=page,
        address=address,
        message=message,
        email_href=f"mailto:{quote(page.email)}?subject={quote(subject)}&body={quote(message)}",
        text_href=f"sms:?&body={quote(message)}",
        minutes_kept=int(fresh_links.KEPT.total_seconds() // 60),
    )


@blueprint.route(ONE + "/new-link", methods=["GET", "POST"])
@requires("recruiter")
def new_link(sitting_id: str) -> Response | str:
    """Ask, then replace a candidate's link; the answers stay."""
    page = _page(sitting_id)
    if page.state == "completed":
        flash(_("This candidate has finished, so no link is needed."), "note")
        return redirect(url_for(".candidate", sitting_id=sitting_id), 303)
    if request.method == "GET":
        return render_template("recruiter/new_link.html", page=page)
    account, now = recruiter(), clock()
    token = invitations.renew_link(store(), account.provider_id, sitting_id, by=account, now=now)
    fresh_links.remember(sitting_id, token, now=now)
    flash(_("The new link is ready. The old one has stopped working."))
    return redirect(url_for(".link", sitting_id=sitting_id), 303)


@blueprint.route(ONE + "/first-view", methods=["GET", "POST"])
@requires("recruiter")
def first_view(sitting_id: str) -> Response | str | tuple[str, int]:
    """Ask for a person's own view, once, before the report is shown."""
    page, account = _page(sitting_id), recruiter()
    if not page.needs_view(account):
        _say_why_not_again(page, account)
        return redirect(url_for(".report", sitting_id=sitting_id), 303)
    if page.state != "completed" or page.being_rated:
        return _not_finished(page)
    if request.method == "GET":
        return _first_view_form(page, {}, {"view": "", "note": ""})
    given = given_fields("view", "note")
    try:
        reports.record_first_view(
            store(), account.provider_id, sitting_id, account=account, now=clock(), **given
        )
    except InvalidForm as error:
        return _first_view_form(page, error.fields, given), 422
    if given["view"] != ONLY_READ:
        flash(_("Your first view is recorded."))
    return redirect(url_for(".report", sitting_id=sitting_id), 303)


@blueprint.get(ONE + "/report")
@requires("recruiter")
def report(sitting_id: str) -> Response | str:
    """Show the report to a person whose own first view is recorded."""
    account = recruiter()
    try:
        opened = _opened(sitting_id, account)
    except (FirstViewNeeded, NotSubmitted) as error:
        return _report_refused(sitting_id, error)
    body, contents = with_places(report_body(opened))
    page = _page(sitting_id)
    return render_template(
        "recruiter/report.html",
        page=page,
        mine=page.view_of(account),
        body=body,
        contents=contents,
        style=style_address(),
        decision_words=decision_words,
        view_words=view_words,
    )


@blueprint.get(ONE + "/report.pdf")
@requires("recruiter")
def report_as_pdf(sitting_id: str) -> Response | tuple[str, int]:
    """Send the report as a tagged PDF."""
    account = recruiter()
    try:
        opened = _opened(sitting_id, account)
    except (FirstViewNeeded, NotSubmitted) as error:
        return _report_refused(sitting_id, error)
    try:
        document = report_pdf(opened)
    except VbrError as error:
        return render_template(
            "recruiter/no_pdf.html", page=_page(sitting_id), cause=str(error)
        ), 501
    response = make_response(document)
    response.mimetype = "application/pdf"
    # The file's name says nothing about the person: it ends up in a downloads folder.
    response.headers["Content-Disposition"] = f'attachment; filename="report-{sitting_id[:8]}.pdf"'
    return response


@blueprint.route(ONE + "/decision", methods=["GET", "POST"])
@requires("recruiter")
def decision(sitting_id: str) -> Response | str | tuple[str, int]:
    """Ask for a decision and its reason; an earlier one stays in the record."""
    page, account = _page(sitting_id), recruiter()
    if account.id not in page.openers:
        flash(_("Read the report before you record a decision."), "note")
        return redirect(url_for(".report", sitting_id=sitting_id), 303)
    if request.method == "GET":
        return _decision_form(page, {}, {"decision": "", "reason": ""})
    given = given_fields("decision", "reason")
    seen = request.form.get("seen", default=len(page.decisions), type=int)
    try:
        reports.record_decision(
            store(),
            account.provider_id,
            sitting_id,
            account=account,
            now=clock(),
            seen=seen,
            **given,
        )
    except InvalidForm as error:
        return _decision_form(_page(sitting_id), error.fields, given), 422
    flash(_("Your decision is recorded."))
    return redirect(url_for(".candidate", sitting_id=sitting_id), 303)


def _opened(sitting_id: str, account: Account) -> RecruiterReport:
    """Open the report in the reader's language."""
    return reports.open_report(
        store(),
        account.provider_id,
        sitting_id,
        account=account,
        now=clock(),
        language=page_language().code,
    )


def _address(token: str) -> str:
    """Return a candidate's link as it is sent: under the public address, if one is set."""
    path, public = url_for("candidate.landing", token=token), settings().public_url
    return public + path if public else urljoin(request.host_url, path)


def _say_why_not_again(page: CandidatePage, account: Account) -> None:
    if page.view_of(account):
        flash(_("Your first view is recorded already."), "note")
    else:
        flash(_("You have seen the report, so a first view can no longer be noted."), "note")


def _next_step(page: CandidatePage, account: Account, now: datetime) -> str:
    if page.being_rated and not page.row.standing.ended:
        return _("Two colleagues rate the answers first.")
    if page.row.first_view_recorded and page.needs_view(account) and not page.may_only_read:
        return _("Record your own first view, then read the report.")
    return next_step(page.row, now)


def _steps(page: CandidatePage) -> tuple[list[tuple[str, str, bool]], list[tuple[str, str]]]:
    """Return the likeliest steps as buttons (value, words, tap), and the codes of the others.

    An interview leads to a form, as its day is needed; whatever ends an application is no button.
    """
    allowed = allowed_steps(page.standing, clock().astimezone(LOCAL).date())
    likely: list[tuple[str, str, bool]] = []
    against = bool(page.decisions) and page.decisions[0].decision == "not-now"
    if against and any(step.code == NOT_APPOINTED for step in allowed):
        likely.append((NOT_APPOINTED, step_words(NOT_APPOINTED), False))
    for step in [step for step in allowed if not step.ends][:LIKELY]:
        if step.code == "called":
            likely += [
                (f"called:{outcome}", outcome_words(outcome), True) for outcome in CALL_OUTCOMES
            ]
        else:
            tap = step.code != "interview-booked"
            likely.append((step.code, step_words(step.code), tap))
    return likely, [(step.code, step_words(step.code)) for step in allowed]


def _page(sitting_id: str) -> CandidatePage:
    return candidate_page(store(), recruiter().provider_id, sitting_id, now=clock())


def _not_finished(page: CandidatePage) -> Response:
    if page.being_rated:
        flash(_("There is no report yet: the answers are being rated."), "note")
    else:
        flash(_("There is no report yet: this candidate has not finished."), "note")
    return redirect(url_for(".candidate", sitting_id=page.row.sitting_id), 303)


def _report_refused(sitting_id: str, error: VbrError) -> Response:
    if isinstance(error, NotSubmitted):
        return _not_finished(_page(sitting_id))
    flash(_("Before the report opens, record your own first view."), "note")
    return redirect(url_for(".first_view", sitting_id=sitting_id), 303)


def _first_view_form(page: CandidatePage, errors: dict[str, str], given: dict[str, str]) -> str:
    views = list(VIEWS.items())
    if page.may_only_read:
        views.append((ONLY_READ, _("None: I only read it, and leave deciding to colleagues")))
    return render_template(
        "recruiter/first_view.html", page=page, errors=errors, given=given, views=views
    )


def _decision_form(page: CandidatePage, errors: dict[str, str], given: dict[str, str]) -> str:
    return render_template(
        "recruiter/decision.html",
        page=page,
        errors=errors,
        given=given,
        decisions=[(key, words, HINTS[key]) for key, words in DECISIONS.items()],
        decision_words=decision_words,
    )
