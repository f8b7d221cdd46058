"""The call list for today."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from service.access import clock, requires, store
from service.pages.board import interview_words
from service.pages.forms import request_id
from service.pages.frame import frame, recruiter
from service.pages.phones import phone_words
from service.use_cases.calls import calls_for_today
from service.use_cases.funnel_words import call_sentence, outcome_words, urgency_words
from vbr_engine.funnel import CALL_OUTCOMES

__all__ = ["blueprint"]

blueprint = Blueprint("calls", __name__)
blueprint.context_processor(lambda: frame("calls"))


@blueprint.get("/calls")
@requires("recruiter")
def today() -> str:
    """Say whom to call today, over all vacancies, and why."""
    page, now = request.args.get("page", "1"), clock()
    listed = calls_for_today(
        store(),
        recruiter().provider_id,
        now=now,
        page=int(page) if page.isdecimal() and len(page) < 6 else 1,
    )
    return render_template(
        "recruiter/calls.html",
        listed=listed,
        why=lambda row: call_sentence(row.call, listed.today),
        interview=lambda row: interview_words(row.standing, now),
        urgency_words=urgency_words,
        phone_words=phone_words,
        outcomes=[(outcome, outcome_words(outcome)) for outcome in CALL_OUTCOMES],
        call_page=lambda page: url_for(".today", page=page),
        request_id=request_id(),
    )
