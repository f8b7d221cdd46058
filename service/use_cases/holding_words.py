"""What happened to an application, said to the candidate it is about."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext

from service.storage.records import BY_CANDIDATE, Event
from service.use_cases.message_kinds import KINDS
from service.words import gettext as _
from vbr_engine.funnel import REASON_WORDS, STEP_WORDS

__all__ = [
    "REASONS",
    "WAYS",
    "decision_words",
    "message_state",
    "message_title",
    "way_words",
    "what",
    "who",
]

WAYS: Mapping[str, str] = {
    "read-aloud": lazy_gettext("Somebody reads the scenarios aloud to me"),
    "phone": lazy_gettext("By phone, with somebody who writes down my answers"),
    "paper": lazy_gettext("On paper"),
    "own-words": lazy_gettext("In my own words, instead of choosing between answers"),
    "other": lazy_gettext("Something else, which I explain below"),
}
# The engine's codes, in the words of whoever withdraws.
REASONS: Mapping[str, str] = {
    "another-job": lazy_gettext("I have found another job"),
    "hours": lazy_gettext("The hours or shifts do not suit me"),
    "travel": lazy_gettext("It is too far, or hard to reach"),
    "pay": lazy_gettext("The pay does not suit me"),
    "not-the-work": lazy_gettext("The work is not what I thought"),
    "too-slow": lazy_gettext("It takes too long"),
    "circumstances": lazy_gettext("My plans have changed"),
    "other": lazy_gettext("Another reason"),
}
DECISIONS: Mapping[str, str] = {
    "invite-to-interview": lazy_gettext("It was decided to invite you to an interview"),
    "hold": lazy_gettext("It was decided to wait for now"),
    "not-now": lazy_gettext("It was decided not to go on with your application this time"),
}
VIEWS: Mapping[str, str] = {
    "promising": lazy_gettext("promising"),
    "unsure": lazy_gettext("not sure yet"),
    "concerns": lazy_gettext("concerns"),
}
HAPPENED: Mapping[str, str] = {
    "invited": lazy_gettext("You were invited"),
    "link-renewed": lazy_gettext("A new link was made for you"),
    "language-chosen": lazy_gettext("You chose the language"),
    "started": lazy_gettext("You started"),
    "submitted": lazy_gettext("You sent your answers"),
    "adjustment-asked": lazy_gettext("You asked to answer in another way"),
    "person-asked": lazy_gettext("You asked to talk with a person"),
    "contested": lazy_gettext("You said that you do not agree"),
    "data-downloaded": lazy_gettext("You took a copy of what is held"),
    "erasure-asked": lazy_gettext("You asked for your data to be erased"),
    "withdrawn": lazy_gettext("You withdrew your application"),
    "facts": lazy_gettext("Something about the job or how you applied was noted"),
    "adjusted": lazy_gettext("Another way of answering was put in place"),
    "rated": lazy_gettext("What you answered in your own words was read and rated"),
    "report-opened": lazy_gettext("The report on your answers was opened"),
    "contest-answered": lazy_gettext("Your disagreement was answered"),
    "request-answered": lazy_gettext("What you asked for was answered"),
    "undone": lazy_gettext("The last step was taken back"),
    "erased": lazy_gettext("Your name and what was written was erased"),
    "moved": lazy_gettext("Your application was moved to another vacancy"),
    "message-sent": lazy_gettext("A message was sent to you"),
    "reminded": lazy_gettext("A reminder was sent to you"),
    "bounced": lazy_gettext("A message to you came back"),
    "rescored": lazy_gettext("Your answers were scored again by a changed rule"),
    "risk-shown": lazy_gettext(
        "A forecast was shown of how likely people in such jobs are to stay; ask if you want to "
        "know more"
    ),
}
ROLES: Mapping[str, str] = {
    "manager": lazy_gettext("A manager"),
    "recruiter": lazy_gettext("Somebody who recruits"),
}
STATES: Mapping[str, str] = {
    "ready": lazy_gettext("waits to be sent"),
    "leased": lazy_gettext("waits to be sent"),
    "handed-over": lazy_gettext("is being sent"),
    "sent": lazy_gettext("sent"),
    "unsure": lazy_gettext("may not have been sent"),
    "dead": lazy_gettext("could not be sent"),
}


def what(event: Event) -> str:
    """Say what happened."""
    if event.kind == "step":
        return _step(event)
    if event.kind == "decided":
        return decision_words(event.body["decision"])
    if event.kind == "first-view":
        view = str(VIEWS.get(event.body.get("view", ""), ""))
        return _("A first view was noted before the report was opened: %(view)s", view=view)
    if event.kind == "consented":
        return _("You said yes to research") if event.body["research"] else _no_research()
    return str(HAPPENED.get(event.kind, event.kind))


def who(event: Event, roles: Mapping[str, str]) -> str:
    """Say who did it: you, a role, or nobody in person."""
    if event.kind in BY_CANDIDATE or (
        event.body.get("step") == "reopened" and "by" not in event.body
    ):
        return _("You")
    if "by" in event.body:
        return str(ROLES.get(roles.get(event.body["by"], ""), _("Somebody at the provider")))
    return _("By itself")


def decision_words(decision: str) -> str:
    """Say a decision."""
    return str(DECISIONS.get(decision, decision))


def way_words(way: str) -> str:
    """Say a way to answer."""
    return str(WAYS.get(way, way))


def message_title(kind: str) -> str:
    """Say what a message was about."""
    return str(KINDS[kind].title) if kind in KINDS else kind


def message_state(state: str) -> str:
    """Say what became of a message."""
    return str(STATES.get(state, state))


def _step(event: Event) -> str:
    step = event.body.get("step", "")
    said = _(STEP_WORDS[step]) if step in STEP_WORDS else step
    reason = REASON_WORDS.get(event.body.get("reason", ""))
    if reason is None:
        return said
    return _("%(what)s: %(reason)s", what=said, reason=_(reason))


def _no_research() -> str:
    return _("You said no to research")
