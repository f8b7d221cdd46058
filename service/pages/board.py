"""One candidate on the board in words: where they stand, since when, and what to do next."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext

from service.pages.elapsed import how_long, how_long_ago
from service.use_cases.funnel_words import (
    call_sentence,
    day_in_sentence,
    day_with_year,
    end_words,
    ender_words,
    reason_words,
    stage_title,
)
from service.use_cases.happenings import LOCAL
from service.use_cases.message_kinds import KINDS
from service.use_cases.messages import Delivery
from service.use_cases.views import BoardRow
from service.words import gettext as _
from vbr_engine.funnel import Standing

__all__ = [
    "DECISIONS",
    "HINTS",
    "SHOWN",
    "VIEWS",
    "decision_words",
    "group_of",
    "interview_words",
    "message_words",
    "next_step",
    "progress",
    "says_all",
    "stuck_words",
    "view_words",
]

SHOWN = {
    "going": lazy_gettext("Under way"),
    "call": lazy_gettext("To call today"),
    "stuck": lazy_gettext("Stuck"),
    "ready": lazy_gettext("Ready for you"),
    "ended": lazy_gettext("Ended"),
    "all": lazy_gettext("Everybody"),
}
TITLES = {
    "call": lazy_gettext("To call today"),
    "under-way": lazy_gettext("Nothing to do today"),
    "ended": lazy_gettext("Ended"),
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
# Reasons to call that say where somebody stands, and since when.
TELLING = frozenset(
    {"not-started", "not-finished", "finished", "finished-tried", "undecided", "offer-open"}
)


def group_of(row: BoardRow) -> str:
    """Return under which heading of the board a candidate stands."""
    if row.standing.ended:
        return "ended"
    return "call" if row.call else "under-way"


def progress(row: BoardRow, now: datetime) -> str:
    """Say where one candidate stands, and since when."""
    standing = row.standing
    if standing.ended:
        return _ended(standing)
    if standing.stage in ("applied", "invited"):
        said = _("Invited %(ago)s. No answers yet.", ago=how_long_ago(standing.since, now))
        return said if standing.stage == "invited" else stage_title("applied")
    if standing.stage == "started":
        return _started(standing, now)
    if standing.stage == "completed":
        return _("Finished %(ago)s.", ago=how_long_ago(standing.since, now))
    where = stage_title(standing.stage)
    return _("%(stage)s %(ago)s.", stage=where, ago=how_long_ago(standing.since, now))


def next_step(row: BoardRow, now: datetime) -> str:
    """Say why to call, or else what the recruiter can do next; nothing where it has ended."""
    if row.standing.ended:
        return ""
    if row.call:
        return call_sentence(row.call, now.astimezone(LOCAL).date())
    if row.standing.stage == "completed":
        return _completed(row)
    return _("Nothing to do for now.") if not row.stuck_since else _("Ask how things stand.")


def says_all(row: BoardRow) -> bool:
    """Whether the reason to call says where a candidate stands, and since when."""
    return row.call is not None and row.call.why in TELLING


def stuck_words(row: BoardRow, now: datetime) -> str:
    """Say for how long nothing has happened, or nothing."""
    if row.stuck_since is None:
        return ""
    return _("Stuck for %(time)s", time=how_long(row.stuck_since, now))


def interview_words(standing: Standing, now: datetime) -> str:
    """Say when the interview is that is booked, or nothing."""
    if standing.interview_on is None or standing.ended:
        return ""
    day = day_in_sentence(standing.interview_on, now.astimezone(LOCAL).date())
    if standing.interview_time:
        return _("Interview %(day)s at %(time)s.", day=day, time=standing.interview_time)
    return _("Interview %(day)s.", day=day)


def message_words(sent: Delivery | None, now: datetime) -> str:
    """Say what became of the last message, or nothing if none was sent from here."""
    if sent is None:
        return ""
    what = str(KINDS[sent.kind].title) if sent.kind in KINDS else _("Message")
    if sent.state == "sent":
        return _("%(what)s sent %(ago)s.", what=what, ago=how_long_ago(sent.at, now))
    if sent.state == "waiting":
        return _("%(what)s waits to be sent.", what=what)
    return _("%(what)s: %(problem)s", what=what, problem=sent.problem)


def decision_words(decision: str) -> str:
    """Return a decision in words."""
    return str(DECISIONS[decision])


def view_words(view: str) -> str:
    """Return a first view in words."""
    return str(VIEWS[view])


def _ended(standing: Standing) -> str:
    said = end_words(standing.ended or "")
    if standing.ended_on:
        said = _("%(how)s on %(day)s", how=said, day=day_with_year(standing.ended_on))
    details = [reason_words(standing.reason)] if standing.reason else []
    if standing.ended == "left" and standing.ended_by:
        details.insert(0, ender_words(standing.ended_by))
    return _("%(what)s: %(details)s.", what=said, details=", ".join(details)) if details else said


def _started(standing: Standing, now: datetime) -> str:
    if not standing.n_answered:
        return _("Started %(ago)s. No answers yet.", ago=how_long_ago(standing.since, now))
    given = _("%(done)s of %(total)s answered", done=standing.n_answered, total=standing.total)
    ago = how_long_ago(standing.last_activity_at or standing.since, now)
    return _("%(given)s. Last activity %(ago)s.", given=given, ago=ago)


def _completed(row: BoardRow) -> str:
    if row.decision is not None:
        decision = decision_words(row.decision)
        return _("Decided: %(decision)s. You can still change it.", decision=decision)
    if row.first_view_recorded:
        return _("Read the report and record a decision.")
    return _("Record your first view, then read the report.")
