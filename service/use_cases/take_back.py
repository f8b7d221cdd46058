"""Taking an import back: those who have not started and were not written to are forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from service.errors import NotFound
from service.storage import Store, Tenant
from service.storage.imports import ImportRecord
from service.storage.records import JobRecord
from service.use_cases.erasing import erase_in
from service.use_cases.happenings import What, happen_several
from service.use_cases.jobs import Report, start_job
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["JOB", "WITHIN", "Undoing", "can_take_back", "take_back", "take_back_job", "undoing"]

JOB = "import-taken-back"
WITHIN = timedelta(hours=1)
BLOCK = 50  # in one transaction, so that nobody waits long
AT_ONCE = 200
# A message in one of these states has gone, or may have.
GONE = ("handed-over", "sent", "unsure")


@dataclass(frozen=True, slots=True)
class Undoing:
    """Who of an import can be taken back, by id, and who not, in numbers."""

    can: tuple[str, ...]
    started: int
    written: int
    gone: int


def can_take_back(record: ImportRecord, *, now: datetime) -> bool:
    """Whether an import is so new that it can be taken back, and was not yet."""
    return (
        record.state == "done"
        and record.done_at is not None
        and now - record.done_at < WITHIN
        and "taken_back" not in record.summary
    )


def undoing(store: Store, provider_id: str, import_id: str) -> Undoing:
    """Say what taking an import back would do.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        tenant = unit.at(provider_id)
        _found(tenant, import_id)
        return _undoing(tenant, tenant.bulk.imported(import_id))


def take_back(
    store: Store, provider_id: str, import_id: str, *, by: Account, now: datetime
) -> None:
    """Forget everybody of an import who has not started and was not written to.

    Their names and addresses are erased, their messages cancelled and their links stopped. Events
    cannot be taken back: an application without a name stays, ended. The same again changes
    nothing.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        record = _found(tenant, import_id)
        if not can_take_back(record, now=now):
            return
        total = len(tenant.bulk.imported(import_id))
        if total > AT_ONCE:
            tenant.imports.note(import_id, summary={**record.summary, "taken_back": None})
            body = {"import": import_id}
            start_job(unit, provider_id, JOB, body, by=by.id, now=now, id=f"back-{import_id}")
            return
    _run(store, record, by=by.id, now=now)


def take_back_job(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Take a long import back in the background; who is forgotten already is passed over."""
    with store.read() as unit:
        record = _found(unit.at(job.provider_id), str(job.body["import"]))
    return _run(store, record, by=job.made_by, now=store.clock(), report=report)


def _run(
    store: Store,
    record: ImportRecord,
    *,
    by: str,
    now: datetime,
    report: Report = lambda _done, _total: None,
) -> dict[str, int]:
    with store.read() as unit:
        ids = unit.at(record.provider_id).bulk.imported(record.id)
    for at in range(0, len(ids), BLOCK):
        with store.write() as unit:
            tenant = unit.at(record.provider_id)
            _forget(tenant, _undoing(tenant, ids[at : at + BLOCK]).can, by=by, now=now)
        report(min(at + BLOCK, len(ids)), len(ids))
    with store.write() as unit:
        tenant = unit.at(record.provider_id)
        left = _undoing(tenant, ids)
        told = {
            "taken_back": left.gone,
            "kept_started": left.started,
            "kept_written": left.written,
        }
        now_known = _found(tenant, record.id).summary
        tenant.imports.note(record.id, summary={**now_known, **told})
    store.forget_erased()
    return told


def _forget(tenant: Tenant, ids: Sequence[str], *, by: str, now: datetime) -> None:
    ended = {"step": "not-appointed", "reason": "other", "taken_back": True}
    several = [What(sitting_id, "step", ended) for sitting_id in ids]
    happen_several(tenant, several, at=now, by=by)
    for sitting_id in ids:
        erase_in(tenant, sitting_id, by=by, now=now, why="taken-back")


def _undoing(tenant: Tenant, ids: Sequence[str]) -> Undoing:
    can: list[str] = []
    started = written = gone = 0
    for at in range(0, len(ids), BLOCK):
        block = tuple(ids[at : at + BLOCK])
        standings = tenant.standings.of_several(block)
        sent = {one.sitting_id for one in tenant.messages.of(block) if one.state in GONE}
        for sitting_id in block:
            standing = standings.get(sitting_id)
            if standing is None or standing.erased:
                gone += 1
            elif standing.started_at or standing.submitted_at:
                started += 1
            elif sitting_id in sent:
                written += 1
            else:
                can.append(sitting_id)
    return Undoing(tuple(can), started, written, gone)


def _found(tenant: Tenant, import_id: str) -> ImportRecord:
    record = tenant.imports.get(import_id)
    if record is None or record.state != "done":
        raise NotFound(_("There is no such list. It may have been put away after a day."))
    return record
