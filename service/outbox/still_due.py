"""Whether a message that is due should still go: asked before it is sent, and once more with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.mail_settings import MailSettings
from service.storage import Tenant
from service.storage.records import MessageRecord, SittingRecord
from service.use_cases.message_kinds import KINDS, REMINDERS
from service.use_cases.messages import REMIND_AFTER
from service.use_cases.quiet import next_loud, quiet_of
from vbr_engine.funnel import Standing

__all__ = ["Later", "Never", "verdict"]

PAUSE = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Later:
    """It waits until then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Never:
    """It is cancelled, because."""

    reason: str


def verdict(
    tenant: Tenant, message: MessageRecord, settings: MailSettings, *, now: datetime
) -> Later | Never | None:
    """Say if a message waits or is not wanted any more; None if it goes."""
    if message.sitting_id is None:
        return None
    sitting = tenant.sittings.get(message.sitting_id)
    if sitting is None or (sitting.simulated and settings.is_real):
        return Never("simulated" if sitting else "gone")
    if "to" not in message.body and tenant.identities.get(sitting.id) is None:
        return Never("erased")
    provider = tenant.provider
    if provider.paused_at is not None:
        return Later(now + PAUSE)
    standing = tenant.standings.get(sitting.id)
    found: Later | Never | None = _of_application(message, standing)
    if found is None and message.kind in REMINDERS:
        found = _of_reminder(tenant, message, sitting, standing, now)
    planned = message.kind in REMINDERS and not _by_hand(message)
    if found is None and (planned or message.channel == "sms"):
        loud = next_loud(now, quiet_of(provider.settings))
        found = Later(loud) if loud > now else None
    return found


def _of_application(message: MessageRecord, standing: Standing | None) -> Never | None:
    if standing is None or not KINDS[message.kind].stops:
        return None
    if standing.submitted_at is not None:
        return Never("completed")
    return Never("ended") if standing.ended else None


def _of_reminder(
    tenant: Tenant,
    message: MessageRecord,
    sitting: SittingRecord,
    standing: Standing | None,
    now: datetime,
) -> Later | Never | None:
    vacancy = tenant.vacancies.get(sitting.vacancy_id)
    if vacancy is None or vacancy.closed_at is not None:
        return Never("closed")
    if standing is None:
        return Never("gone")
    if standing.bounced_at is not None:
        return Never("bounced")
    if standing.adjustment_asked_at is not None:  # they wait for us, not we for them
        return Later(now + DAY)
    if _by_hand(message):
        return None
    due = _due(message, standing, sitting)
    if due <= now and _another_goes(tenant, message, sitting):
        due = now + PAUSE
    return Later(due) if due > now else None


def _due(message: MessageRecord, standing: Standing, sitting: SittingRecord) -> datetime:
    """Return when a reminder is due: after what the candidate did last, and the last reminder."""
    number = min(int(message.body.get("fields", {}).get("number", 1)), len(REMIND_AFTER)) - 1
    after = REMIND_AFTER[number]
    due = (standing.last_activity_at or sitting.created_at) + after
    if standing.reminded_at is None:
        return due
    apart = after - (REMIND_AFTER[number - 1] if number else timedelta())
    return max(due, standing.reminded_at + apart)


def _another_goes(tenant: Tenant, message: MessageRecord, sitting: SittingRecord) -> bool:
    """Whether another worker sends this candidate a reminder in this very moment."""
    return any(
        other.kind in REMINDERS and other.id != message.id and other.state == "handed-over"
        for other in tenant.messages.of((sitting.id,))
    )


def _by_hand(message: MessageRecord) -> bool:
    """Whether a person asked for this reminder now."""
    return bool(message.body.get("fields", {}).get("by_hand"))
