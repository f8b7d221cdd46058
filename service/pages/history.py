"""What happened in a sitting, in plain words, and who did it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext

from service.pages.adjustment import WAY_WORDS
from service.pages.board import DECISIONS, VIEWS
from service.pages.fact_words import fact_label
from service.storage.records import BY_CANDIDATE
from service.use_cases.first_views import ONLY_READ
from service.use_cases.funnel_words import (
    day_with_year,
    ender_words,
    outcome_words,
    reason_words,
    step_words,
)
from service.use_cases.message_kinds import KINDS
from service.use_cases.views import TimelineEntry
from service.words import gettext as _
from service.words import ngettext
from vbr_engine.funnel import CALL_OUTCOMES, ENDER_WORDS, STEPS

__all__ = ["HAPPENED", "happened", "who"]

HAPPENED = {
    "invited": lazy_gettext("Invited"),
    "link-renewed": lazy_gettext("New link made"),
    "language-chosen": lazy_gettext("Chose the language"),
    "consented": lazy_gettext("Answered the question about research"),
    "started": lazy_gettext("Started"),
    "answered": lazy_gettext("Answered a scenario"),
    "written": lazy_gettext("Answered a scenario in their own words"),
    "submitted": lazy_gettext("Finished and sent"),
    "adjustment-asked": lazy_gettext("Asked for an adjustment"),
    "person-asked": lazy_gettext("Asked to speak with a person"),
    "contested": lazy_gettext("Asked for another person to look at the decision"),
    "data-downloaded": lazy_gettext("Downloaded what is held about them"),
    "erasure-asked": lazy_gettext("Asked for their data to be erased"),
    "withdrawn": lazy_gettext("Withdrew"),
    "facts": lazy_gettext("Details changed"),
    "adjusted": lazy_gettext("Adjustment put in place"),
    "rated": lazy_gettext("Answers in their own words rated"),
    "first-view": lazy_gettext("First view recorded"),
    "report-opened": lazy_gettext("Report opened"),
    "report-read": lazy_gettext("Time with the report"),
    "decided": lazy_gettext("Decision recorded"),
    "contest-answered": lazy_gettext("Looked at the decision again, and answered"),
    "request-answered": lazy_gettext("Answered what the candidate had asked"),
    "step": lazy_gettext("Step recorded"),
    "undone": lazy_gettext("Step taken back"),
    "erased": lazy_gettext("Name, contact details and remarks erased"),
    "moved": lazy_gettext("Moved to another vacancy"),
    "message-sent": lazy_gettext("Message sent"),
    "reminded": lazy_gettext("Reminder sent"),
    "bounced": lazy_gettext("A message came back"),
    "rescored": lazy_gettext("Scored again by a changed rule"),
    "risk-shown": lazy_gettext("Likelihood of leaving early shown"),
}
MESSAGES_TOLD = ("message-sent", "bounced")


def happened(entry: TimelineEntry) -> str:
    """Say what happened."""
    what = str(HAPPENED[entry.kind])
    if entry.kind == "step" and entry.body.get("step") in STEPS:
        return _step(entry.body)
    details = _details(entry)
    return _("%(what)s: %(details)s", what=what, details=details) if details else what


def who(entry: TimelineEntry) -> str:
    """Say who did it: a colleague by name, the candidate, or nobody in person."""
    if entry.by:
        return entry.by
    came_back = entry.body.get("step") == "reopened"
    return _("the candidate") if came_back or entry.kind in BY_CANDIDATE else _("automatic")


def _details(entry: TimelineEntry) -> str:
    if entry.choice:
        return str({**VIEWS, **DECISIONS}.get(entry.choice, ""))
    if entry.kind == "report-opened" and entry.body.get(ONLY_READ):
        return _("only to read it, without a first view")
    if entry.kind == "facts":
        return ", ".join(fact_label(name) for name in entry.body if fact_label(name))
    if entry.kind in MESSAGES_TOLD and entry.body.get("kind") in KINDS:
        return str(KINDS[entry.body["kind"]].title)
    if entry.kind == "report-read" and "seconds" in entry.body:
        minutes = max(1, round(entry.body["seconds"] / 60))
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if entry.kind == "adjusted" and entry.body.get("mode") in WAY_WORDS:
        return str(WAY_WORDS[entry.body["mode"]])
    if entry.kind == "withdrawn" and entry.body.get("reason"):
        return reason_words(str(entry.body["reason"]))
    return ""


def _step(body: Mapping[str, Any]) -> str:
    said = step_words(body["step"])
    if body.get("on"):
        day = day_with_year(date.fromisoformat(body["on"]))
        said = _("%(what)s, %(day)s", what=said, day=day)
    if body.get("time"):
        said = _("%(what)s at %(time)s", what=said, time=body["time"])
    details = []
    if body.get("outcome") in CALL_OUTCOMES:
        details.append(outcome_words(body["outcome"]))
    if body["step"] == "left" and body.get("ended_by") in ENDER_WORDS:
        details.append(ender_words(body["ended_by"]))
    if body.get("reason"):
        details.append(reason_words(body["reason"]))
    return _("%(what)s: %(details)s", what=said, details=", ".join(details)) if details else said
