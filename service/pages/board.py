"""The vacancy board in the order of what needs doing; never in the order of a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext

from service.pages.elapsed import how_long_ago
from service.use_cases.views import BoardRow, TimelineEntry
from service.words import gettext as _
from service.words import ngettext

__all__ = [
    "BoardGroup",
    "decision_words",
    "group_of",
    "grouped",
    "happened",
    "next_step",
    "progress",
    "view_words",
]

TITLES = {
    "call": lazy_gettext("Get in touch"),
    "read": lazy_gettext("Ready for you"),
    "under-way": lazy_gettext("Under way"),
    "decided": lazy_gettext("Decided"),
}
ADVICE = {
    "call": lazy_gettext(
        "Nothing has happened here for two days or more. A short call often helps."
    ),
    "read": lazy_gettext("These people have finished. It is your turn."),
    "under-way": lazy_gettext("Nothing to do for now."),
    "decided": lazy_gettext("Tell each person what you decided and why, if you have not yet."),
}
DECISIONS = {
    "invite-to-interview": lazy_gettext("Invite to interview"),
    "hold": lazy_gettext("Hold for now"),
    "not-now": lazy_gettext("Not now"),
}
HINTS = {
    "invite-to-interview": lazy_gettext("The report has questions for the interview."),
    "hold": lazy_gettext("You will decide later. Say what you are waiting for."),
    "not-now": lazy_gettext("Never because of this report alone."),
}
VIEWS = {
    "promising": lazy_gettext("Promising"),
    "unsure": lazy_gettext("Not sure yet"),
    "concerns": lazy_gettext("I have concerns"),
}

HAPPENED = {
    "invited": lazy_gettext("Invited"),
    "link-renewed": lazy_gettext("New link made"),
    "started": lazy_gettext("Started"),
    "submitted": lazy_gettext("Finished and sent"),
    "first-view": lazy_gettext("First view recorded: %(choice)s"),
    "report-opened": lazy_gettext("Report opened"),
    "decided": lazy_gettext("Decision recorded: %(choice)s"),
}


@dataclass(frozen=True)
class BoardGroup:
    """Candidates for whom the same thing is to be done."""

    id: str
    title: str
    advice: str
    rows: tuple[BoardRow, ...]


def group_of(row: BoardRow) -> str:
    """Return which group of the board a candidate belongs to."""
    if row.decision is not None:
        return "decided"
    if row.state == "stuck":
        return "call"
    return "read" if row.state == "completed" else "under-way"


def grouped(rows: Iterable[BoardRow]) -> tuple[BoardGroup, ...]:
    """Group candidates by what needs doing; within a group, whoever waits longest comes first."""
    ordered = sorted(rows, key=lambda row: (row.last_activity_at, row.name))
    groups = (
        BoardGroup(
            group,
            str(title),
            str(ADVICE[group]),
            tuple(row for row in ordered if group_of(row) == group),
        )
        for group, title in TITLES.items()
    )
    return tuple(group for group in groups if group.rows)


def next_step(row: BoardRow) -> str:
    """Say what the recruiter can do next for one candidate."""
    if row.decision is not None:
        decision = decision_words(row.decision)
        return _("Decided: %(decision)s. You can still change it.", decision=decision)
    if row.state == "completed":
        if row.first_view_recorded:
            return _("Read the report and record a decision.")
        return _("Record your first view, then read the report.")
    if row.state == "stuck":
        return _stuck(row)
    if row.state == "started":
        return (
            _("Part of the way through. Nothing to do yet.")
            if row.n_answered
            else _("Has opened the first scenario. Nothing to do yet.")
        )
    return _("Has the link and has not started. Nothing to do yet.")


def progress(row: BoardRow, now: datetime) -> str:
    """Say where one candidate stands, and since when."""
    ago = how_long_ago(row.last_activity_at, now)
    if row.state == "completed":
        return _("Finished %(ago)s.", ago=ago)
    if row.n_answered:
        given = _("%(done)s of %(total)s answered", done=row.n_answered, total=row.total)
        return _("%(given)s. Last activity %(ago)s.", given=given, ago=ago)
    if row.state == "started":
        return _("Started %(ago)s. No answers yet.", ago=ago)
    return _("Invited %(ago)s. No answers yet.", ago=how_long_ago(row.invited_at, now))


def decision_words(decision: str) -> str:
    """Return a decision in words."""
    return str(DECISIONS[decision])


def view_words(view: str) -> str:
    """Return a first view in words."""
    return str(VIEWS[view])


def happened(entry: TimelineEntry) -> str:
    """Say what happened, and who did it."""
    choice = {**VIEWS, **DECISIONS}.get(entry.choice, "")
    what = str(HAPPENED[entry.kind]) % {"choice": choice}
    return _("%(what)s (%(who)s)", what=what, who=entry.by) if entry.by else what


def _stuck(row: BoardRow) -> str:
    if not row.n_answered:
        return _("Ask if the link arrived. If it is lost, make a new one.")
    return ngettext(
        "Ask if something got in the way. The %(num)d answer so far is kept.",
        "Ask if something got in the way. The %(num)d answers so far are kept.",
        row.n_answered,
    )
