"""What people do for their organisation, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

__all__ = ["ROLE_HINTS", "ROLE_NAMES"]

ROLE_NAMES = {
    "recruiter": _("Recruiter"),
    "manager": _("Manager"),
    "council": _("Council lead"),
    "researcher": _("Researcher"),
    "administrator": _("System administrator"),
}
ROLE_HINTS = {
    "recruiter": _("Invites candidates, calls them, reads reports and decides."),
    "manager": _("Does all that a recruiter does, and looks after settings and people."),
    "council": _(
        "Opens and pauses providers and sees counts; never a candidate's name or answers."
    ),
    "researcher": _("Looks after question banks and reads pseudonymous figures."),
    "administrator": _("Looks after the service itself and the people who run the pilot."),
}
