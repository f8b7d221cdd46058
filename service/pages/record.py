"""The decision record of one candidate, to print for the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from service.access import clock, requires, store
from service.pages.board import DECISIONS, VIEWS
from service.pages.frame import frame, recruiter
from service.pages.history import HAPPENED, happened
from service.pages.sections import section
from service.use_cases.decision_record import Chained, Made, decision_record
from service.use_cases.views import Account, CandidatePage, TimelineEntry
from service.words import gettext as _
from service.words import ngettext

__all__ = ["blueprint"]

blueprint = Blueprint("record", __name__)
blueprint.context_processor(frame)

MINUTE = 60


@blueprint.get("/candidates/<sitting_id>/record")
@requires("recruiter")
def show(sitting_id: str) -> str:
    """Show how it was decided, with every entry of the ledger, and whether the ledger verifies."""
    account = recruiter()
    held = decision_record(store(), account.provider_id, sitting_id, account=account, now=clock())
    return render_template(
        "record/record.html",
        held=held,
        read_words=read_words,
        decisions=DECISIONS,
        views=VIEWS,
        happened=_happened,
        flag_words=_flag_words,
    )


@section("rights")
def about_candidate(account: Account, page: CandidatePage) -> Mapping[str, Any] | None:
    """Lead from the candidate's page to the record, and say what the candidate is owed."""
    kinds = {entry.kind for entry in page.timeline}
    decided = bool(kinds & {"first-view", "decided", "step"})
    erased = "erased" in kinds
    return {"decided": decided, "erased": erased} if decided or erased else None


def read_words(made: Made) -> str:
    """Say how long the report was open before a decision, no more exactly than is known."""
    if made.seconds is None:
        return _("How long the report was open is not known.")
    if made.longer:
        return _("Recorded more than an hour after this person first opened the report.")
    minutes = round(made.seconds / MINUTE)
    if minutes < 1:
        return _("Recorded less than a minute after this person opened the report.")
    return ngettext(
        "Report open for about %(num)s minute before the decision.",
        "Report open for about %(num)s minutes before the decision.",
        minutes,
    )


def _happened(entry: Chained) -> str:
    choice = entry.body.get("view") or entry.body.get("decision") or ""
    if entry.kind not in HAPPENED:
        return entry.kind
    return happened(TimelineEntry(entry.at, entry.kind, entry.by, choice, entry.event, entry.body))


def _flag_words(flag: str) -> str:
    words = {
        "straight-lining": _("Nearly all ratings are the same"),
        "very-fast": _("The answers came very quickly"),
        "many-unanswered": _("Many scenarios were not answered"),
    }
    return words.get(flag, flag)
