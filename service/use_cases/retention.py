"""Names and words are kept for the organisation's period, and erased when it is over.

The period runs from the day on which an application ended, or else from the last thing that
happened to it. Only while a contest is open it is held, and erased when that is answered.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog

from service.storage import Store, Tenant
from service.storage.records import JobRecord
from service.storage.standings import LOCAL
from service.use_cases.erasing import RETENTION, erase_in
from service.use_cases.jobs import Report, start_job
from service.use_cases.settings import settings_of
from vbr_engine.funnel import Standing

__all__ = [
    "AHEAD",
    "JOB",
    "Foreseen",
    "Leaving",
    "erase_old",
    "foreseen",
    "kept_until",
    "plan_erasure",
]

AHEAD = timedelta(days=30)
SHOWN = 50
JOB = "retention"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody whose name will be erased: when, and whether an open contest holds it."""

    sitting_id: str
    name: str
    on: date
    held: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Whose names will be erased soon: how many, how many are held, and the first of them."""

    number: int
    held: int
    people: tuple[Leaving, ...]


def kept_until(standing: Standing, months: int) -> date:
    """Return the first day on which name and words are kept no longer.

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> at = datetime(2026, 8, 31, 9, tzinfo=LOCAL)
    >>> kept_until(standing_of([Happening("invited", at)]), 6)
    datetime.date(2027, 2, 28)
    """
    return months_later(_last_day(standing), months)


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last one.

    Examples
    --------
    >>> months_later(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def foreseen(
    store: Store, provider_id: str, *, now: datetime, months: int | None = None
) -> Foreseen:
    """Say whose names will be erased within `AHEAD`, by the period that is set or by another."""
    with store.read() as unit:
        tenant = unit.at(provider_id)
        period = months or settings_of(tenant.provider).retention_months
        due = _due(tenant, period, by=_day(now + AHEAD))
        names = {one: tenant.identities.get(one) for one in list(due)[:SHOWN]}
    people = tuple(
        Leaving(
            sitting_id,
            identity.name if (identity := names[sitting_id]) else "",
            max(kept_until(due[sitting_id], period), _day(now)),
            due[sitting_id].contested,
        )
        for sitting_id in names
    )
    held = sum(standing.contested for standing in due.values())
    return Foreseen(len(due) - held, held, people)


def erase_old(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Erase what an organisation has kept for its period: a job, one candidate at a time.

    It may be run again at any moment: whoever is erased is not found again.
    """
    now = store.clock()
    with store.read() as unit:
        tenant = unit.at(job.provider_id)
        months = settings_of(tenant.provider).retention_months
        due = _due(tenant, months, by=_day(now))
    ready = [sitting_id for sitting_id, standing in due.items() if not standing.contested]
    erased = 0
    for number, sitting_id in enumerate(ready, start=1):
        erased += _erase(store, job.provider_id, sitting_id, now=now)
        report(number, len(ready))
    if ready:
        store.forget_erased()
    result = {"erased": erased, "held": len(due) - len(ready)}
    structlog.get_logger("vbr.retention").info("erased", provider=job.provider_id, **result)
    return result


def plan_erasure(store: Store, *, now: datetime) -> int:
    """Start today's job for each organisation that has something to erase; return how many.

    Called by the worker each day; a second time on one day starts nothing.
    """
    today, started = _day(now), 0
    with store.read() as unit:
        providers = unit.providers.list()
    for provider in providers:
        months = settings_of(provider).retention_months
        with store.read() as unit:
            due = _due(unit.at(provider.id), months, by=today)
        if any(not standing.contested for standing in due.values()):
            with store.write() as unit:
                job_id = f"{JOB}-{today.isoformat()}-{provider.id}"
                start_job(unit, provider.id, JOB, {}, by="", now=now, id=job_id)
            started += 1
    return started


def _due(tenant: Tenant, months: int, *, by: date) -> dict[str, Standing]:
    """Return whose period is over on a day, the longest kept first."""
    # Nothing that reached its stage after this can be due: months are never shorter than this.
    since = datetime.combine(by - timedelta(days=28 * months), time(), UTC) + timedelta(days=1)
    return {
        sitting_id: standing
        for sitting_id, standing in tenant.retained.unmoved_since(since).items()
        if kept_until(standing, months) <= by
    }


def _erase(store: Store, provider_id: str, sitting_id: str, *, now: datetime) -> bool:
    """Look once more, in the transaction that erases: something may have happened since."""
    with store.write() as unit:
        tenant = unit.at(provider_id)
        standing = tenant.standings.get(sitting_id)
        months = settings_of(tenant.provider).retention_months
        if standing is None or standing.contested or kept_until(standing, months) > _day(now):
            return False
        if not erase_in(tenant, sitting_id, by=None, now=now, why=RETENTION):
            tenant.remarks.erase(sitting_id)  # what was written after the name was erased
        return True


def _last_day(standing: Standing) -> date:
    if standing.ended_on is not None:
        return standing.ended_on
    moments = (
        standing.since,
        standing.last_activity_at,
        standing.last_called_at,
        standing.last_contact_at,
        standing.decided_at,
    )
    return max(_day(moment) for moment in moments if moment is not None)


def _day(moment: datetime) -> date:
    return moment.astimezone(LOCAL).date()
