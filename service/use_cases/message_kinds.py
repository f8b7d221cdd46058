"""What messages there are, whom they go to, and which fields their wording may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _

__all__ = ["FIELDS", "KINDS", "REMINDERS", "Kind"]

# Field of a wording: what it stands for, as the manager reads it.
FIELDS: Mapping[str, str] = {
    "name": _("the name of the person you write to"),
    "provider": _("the name of your organisation"),
    "vacancy": _("the post"),
    "contact": _("whom candidates can turn to, as it stands with the vacancy"),
    "link": _("the personal link"),
    "expires": _("the day until which the link works"),
    "minutes": _("how many minutes most people need"),
    "answer": _("what you answered"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message.

    Parameters
    ----------
    code, title : str
    about : str
        ``sitting`` if it goes to a candidate, ``account`` if to somebody who signs in.
    fields : tuple of str
        What its wording may use.
    needed : tuple of str
        What its wording must use.
    stops : bool
        Whether it is pointless once the candidate has finished or the application has ended.
    when : str
        When it goes, in a sentence for the manager who words it.
    """

    code: str
    title: str
    about: str
    fields: tuple[str, ...]
    needed: tuple[str, ...] = ()
    stops: bool = False
    when: str = ""


_ALWAYS = ("name", "provider")
_POST = (*_ALWAYS, "vacancy", "contact")
_LINKED = (*_POST, "link", "expires")

KINDS: Mapping[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind(
            "invitation",
            _("Invitation"),
            "sitting",
            (*_LINKED, "minutes"),
            ("link",),
            stops=True,
            when=_("It goes when you invite somebody."),
        ),
        Kind(
            "reminder",
            _("Reminder"),
            "sitting",
            _LINKED,
            ("link",),
            stops=True,
            when=_("It goes when nothing has happened for two days, and once more after five."),
        ),
        Kind(
            "link-renewed",
            _("New link"),
            "sitting",
            _LINKED,
            ("link",),
            when=_("It goes when you make a new link."),
        ),
        Kind(
            "adjustment-answered",
            _("Answer to a request for an adjustment"),
            "sitting",
            (*_LINKED, "answer"),
            ("link",),
            when=_("It goes when you have answered a request to do it in another way."),
        ),
        Kind(
            "request-answered",
            _("Answer to a question or a request"),
            "sitting",
            (*_LINKED, "answer"),
            ("link",),
            when=_("It goes when you have answered somebody who asked to talk with a person."),
        ),
        Kind(
            "contest-received",
            _("Confirmation of a request to look again"),
            "sitting",
            _LINKED,
            when=_("It goes at once, when a candidate asks you to look at a decision again."),
        ),
        Kind(
            "contest-answered",
            _("Answer to a request to look again"),
            "sitting",
            _LINKED,
            ("link",),
            when=_("It goes when somebody who did not decide has looked again."),
        ),
        Kind(
            "feedback-ready",
            _("Feedback on answers in own words"),
            "sitting",
            _LINKED,
            ("link",),
            when=_("It goes when the last answer in somebody’s own words has been rated."),
        ),
        Kind(
            "data-ready",
            _("Copy of what is held"),
            "sitting",
            _LINKED,
            ("link",),
            when=_("It goes when a copy of what you hold about a candidate is ready."),
        ),
        Kind(
            "erasure-done",
            _("Note that name and address are erased"),
            "sitting",
            _ALWAYS,
            when=_("It goes when the name and address of a candidate have been erased."),
        ),
        Kind("account-join", _("Invitation to sign in"), "account", (*_ALWAYS, "link", "expires")),
        Kind("account-elsewhere", _("Invitation to an address in use"), "account", _ALWAYS),
        Kind("account-reset", _("New password"), "account", (*_ALWAYS, "link", "expires")),
        Kind("account-changed", _("Sign-in details changed"), "account", _ALWAYS),
    )
}
REMINDERS = ("reminder",)
