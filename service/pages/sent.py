"""The messages to one candidate: what went, what waits, what went wrong, and sending it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from service.access import clock, requires, store
from service.errors import NotFound
from service.pages.frame import frame, member
from service.pages.sections import section
from service.use_cases.message_kinds import KINDS, REMINDERS
from service.use_cases.messages import Delivery, deliveries, send_again
from service.use_cases.views import Account, CandidatePage
from service.words import gettext as _

__all__ = ["blueprint"]

blueprint = Blueprint("sent", __name__)
blueprint.context_processor(frame)

STATES = {
    "waiting": (lazy_gettext("Waiting"), "grey"),
    "sent": (lazy_gettext("Sent"), "green"),
    "failed": (lazy_gettext("Not sent"), "red"),
    "unsure": (lazy_gettext("Unsure"), "yellow"),
}


@section("messages")
def _messages(account: Account, page: CandidatePage) -> Mapping[str, Any] | None:
    with store().read() as unit:
        found = deliveries(unit.at(account.provider_id), page.row.sitting_id)
    if not found:
        return None
    waits = any(one.kind in REMINDERS and one.state == "waiting" for one in found)
    return {"messages": found, "kinds": KINDS, "states": STATES, "reminders_wait": waits}


@blueprint.get("/candidates/<sitting_id>/messages/<message_id>/again")
@requires("recruiter")
def ask_again(sitting_id: str, message_id: str) -> str:
    """Ask before a message is sent again."""
    message = _one(sitting_id, message_id)
    return render_template(
        "recruiter/send_again.html",
        sitting_id=sitting_id,
        message=message,
        kind=KINDS[message.kind],
    )


@blueprint.post("/candidates/<sitting_id>/messages/<message_id>/again")
@requires("recruiter")
def again(sitting_id: str, message_id: str) -> Response:
    """Let a message go again."""
    if send_again(store(), member().provider_id, sitting_id, message_id, now=clock()):
        flash(_("The message goes again."))
    return redirect(url_for("candidates.candidate", sitting_id=sitting_id), 303)


def _one(sitting_id: str, message_id: str) -> Delivery:
    with store().read() as unit:
        found = deliveries(unit.at(member().provider_id), sitting_id)
    for message in found:
        if message.message_id == message_id and message.state in ("failed", "unsure"):
            return message
    raise NotFound(_("There is no such message, or it needs nobody any more."))
