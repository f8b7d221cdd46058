"""Inviting everybody of a list: all of them at one moment, or nobody.

While one transaction writes, every other writer waits, so a long list is not written in one. First
sittings and identities are written, a block at a time: they belong to a sitting that stands
nowhere, which nobody is shown. One short transaction then adds how they began and where they
stand, and ends the import: with it everybody is invited. Their messages follow, a block at a time.
Interrupted at any moment, it begins again and replaces what it had written ahead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.storage import Store, Tenant
from service.storage.cipher import Cipher
from service.storage.imports import ImportRecord
from service.storage.records import Identity, ProviderRecord, SittingRecord
from service.storage.rows import Rows, identity_rows, insert_rows, sitting_rows
from service.use_cases.facts import FACTS
from service.use_cases.forms import id_of_request
from service.use_cases.happenings import Happened, What, first_happenings
from service.use_cases.import_lists import Choice, ImportPage, ImportRow, gather
from service.use_cases.invitations import bank_of, check_may_invite, drawn
from service.use_cases.jobs import Report
from service.use_cases.many_messages import Invitee, invitation_rows, reminder_rows
from service.use_cases.message_kinds import REMINDERS
from vbr_engine.intake import marks_of

__all__ = ["AT_ONCE", "ids_of", "invite_list", "send_to_list", "unstage"]

AT_ONCE = 200  # people who are invited while the browser waits, in one transaction
BLOCK = 250


@dataclass(frozen=True)
class Part:
    """What an import writes for some of its people, ready."""

    ids: tuple[str, ...]
    ahead: tuple[Rows, ...]  # sittings, who sits, and free texts
    rest: tuple[Rows, ...]  # events and standings, with which somebody is there; messages


def invite_list(
    store: Store,
    record: ImportRecord,
    choice: Choice,
    *,
    by: str,
    now: datetime,
    report: Report = lambda _done, _total: None,
) -> None:
    """Invite everybody of a list, but those who came in another way meanwhile.

    Raises
    ------
    InvalidForm, NotFound, ProviderPaused
    """
    with store.read() as unit:
        page = gather(unit, record.provider_id, record.id)
        chosen = _by_id(record, choice.rows(page))
        marked = _marked(unit.cipher, chosen)
    parts, total = [], len(chosen)
    for part in _parts(store, record, chosen, choice, by=by, now=now):
        parts.append(_written_ahead(store, part, record) if record.state == "running" else part)
        report(min(len(parts) * BLOCK, total), total)
    with store.write() as unit:
        tenant = unit.at(record.provider_id)
        check_may_invite(tenant, record.vacancy_id, field="send")
        late = _came_meanwhile(tenant, record, *marked)
        summary, before = _summary(page, chosen, choice, late=late), (record.state,)
        if tenant.imports.finish(record.id, before=before, state="done", summary=summary, now=now):
            for part in parts:
                for rows in (*part.ahead, *(one.without(late) for one in part.rest)):
                    insert_rows(tenant.connection, tenant.provider_id, rows)
            tenant.bulk.unstage(sorted(late))


def _parts(
    store: Store,
    record: ImportRecord,
    chosen: Mapping[str, ImportRow],
    choice: Choice,
    *,
    by: str,
    now: datetime,
) -> Iterator[Part]:
    """Do all that takes time, some people at a time; nothing is written."""
    with store.read() as unit:
        tenant = unit.at(record.provider_id)
        vacancy = check_may_invite(tenant, record.vacancy_id, field="send")
        bank, provider, cipher = bank_of(store, unit, vacancy), tenant.provider, unit.cipher
    ids = sorted(chosen)  # in the order of their keys, which spares the database most of its work
    for at in range(0, len(ids), BLOCK):
        block = ids[at : at + BLOCK]
        rows = [chosen[one] for one in block]
        languages = [row.language or choice.language for row in rows]
        people = [Identity(row.name, row.email, row.phone) for row in rows]
        invitees = list(zip(block, people, strict=True))
        made = drawn(bank, vacancy, block, languages, now=now, import_id=record.id)
        sittings = {one.id: one for one in made}
        happened = _happenings(cipher, sittings, rows, by=by, now=now)
        at_once = choice.send and record.state == "draft"
        messages = _messages(provider, invitees, at=now) if at_once else ()
        yield Part(
            tuple(block),
            (sitting_rows(sittings.values()), identity_rows(cipher, invitees), happened.remarks),
            (happened.events, happened.standings, *messages),
        )


def _written_ahead(store: Store, part: Part, record: ImportRecord) -> Part:
    """Write what nobody is shown, in place of what an interrupted try has left."""
    with store.write() as unit:
        tenant = unit.at(record.provider_id)
        job = unit.jobs.get(record.provider_id, record.job_id or "")
        if job is not None and job.state == "leased":  # else `report` stops it in a moment
            tenant.bulk.unstage(part.ids)
            for rows in part.ahead:
                insert_rows(unit.connection, record.provider_id, rows)
    return replace(part, ahead=())


def send_to_list(store: Store, provider_id: str, import_id: str) -> Mapping[str, Any]:
    """Queue the messages of a long list, some people at a time; those that are there stay."""
    with store.read() as unit:
        record = unit.at(provider_id).imports.get(import_id)
        ids = unit.at(provider_id).bulk.imported(import_id)
    if record is None or record.state != "done" or record.done_at is None:
        return {}
    for at in range(0, len(ids) if record.summary.get("send") else 0, BLOCK):
        with store.read() as unit:
            several = _unsent(unit.at(provider_id), ids[at : at + BLOCK], at=record.done_at)
        with store.write() as unit:
            for rows in several:
                insert_rows(unit.connection, provider_id, rows)
    return {"invited": record.summary["invited"]}


def unstage(store: Store, provider_id: str, sitting_ids: Sequence[str]) -> None:
    """Remove what was written ahead of an import that nobody goes on with."""
    for at in range(0, len(sitting_ids), BLOCK):
        with store.write() as unit:
            unit.at(provider_id).bulk.unstage(sitting_ids[at : at + BLOCK])


def ids_of(page: ImportPage) -> list[str]:
    """Return the ids that the sittings of a list have, or would have."""
    return sorted(_by_id(page.record, page.rows))


def _unsent(tenant: Tenant, ids: Sequence[str], *, at: datetime) -> tuple[Rows, ...]:
    """Make ready the messages that are not in the queue yet."""
    queued = tenant.messages.of(tuple(ids))
    invited = {one.sitting_id for one in queued if one.kind == "invitation"}
    reminded = {one.sitting_id for one in queued if one.kind in REMINDERS}
    people = tenant.identities.of(tuple(ids))
    return (
        invitation_rows(
            tenant.provider, ((k, who) for k, who in people.items() if k not in invited), at=at
        ),
        reminder_rows(
            tenant.provider, ((k, who) for k, who in people.items() if k not in reminded), at=at
        ),
    )


def _by_id(record: ImportRecord, rows: Sequence[ImportRow]) -> dict[str, ImportRow]:
    return {id_of_request(record.provider_id, record.id, str(row.row)): row for row in rows}


def _messages(
    provider: ProviderRecord, invitees: Sequence[Invitee], *, at: datetime
) -> tuple[Rows, ...]:
    return invitation_rows(provider, invitees, at=at), reminder_rows(provider, invitees, at=at)


def _happenings(
    cipher: Cipher,
    sittings: Mapping[str, SittingRecord],
    rows: Sequence[ImportRow],
    *,
    by: str,
    now: datetime,
) -> Happened:
    several = []
    for sitting_id, row in zip(sittings, rows, strict=True):
        several.append(What(sitting_id, "invited"))
        facts = {name: row.facts[name] for name in FACTS if name in row.facts}
        if row.source:
            facts["source"] = row.source
        if facts:
            text = row.source_words or None
            several.append(What(sitting_id, "facts", facts, text=text))
    return first_happenings(cipher, sittings, several, at=now, by=by)


def _marked(
    cipher: Cipher, chosen: Mapping[str, ImportRow]
) -> tuple[dict[str, str], dict[str, tuple[str, frozenset[str]]]]:
    """Return sittings by the mark of their address, and with their names' by that of a number."""
    emails = {cipher.mark(row.email): one for one, row in chosen.items() if row.email}
    phones = {
        cipher.mark(row.phone): (one, marks_of(name=row.name))
        for one, row in chosen.items()
        if row.phone
    }
    return emails, phones


def _came_meanwhile(
    tenant: Tenant,
    record: ImportRecord,
    emails: Mapping[str, str],
    phones: Mapping[str, tuple[str, frozenset[str]]],
) -> frozenset[str]:
    """Find the sittings of people who were invited in another way since the list was checked."""
    found = set()
    for match in tenant.bulk.matches(emails=tuple(emails), phones=tuple(phones)):
        if match.invited_at <= record.made_at:
            continue
        by_phone, names = phones.get(match.phone_mark, ("", frozenset()))
        if match.email_mark in emails:
            found.add(emails[match.email_mark])
        elif by_phone and marks_of(name=match.name) == names:
            found.add(by_phone)
    return frozenset(found)


def _summary(
    page: ImportPage, chosen: Mapping[str, ImportRow], choice: Choice, *, late: frozenset[str]
) -> dict[str, Any]:
    """Return the figures that stay when the rows are gone."""
    rows = [row for one, row in chosen.items() if one not in late]
    reachable = sum(bool(row.email or row.phone) for row in rows)
    return {
        **choice.kept(),
        "rows": len(page.rows),
        "invited": len(rows),
        "messages": reachable if choice.send else 0,
        "by_hand": len(rows) - reachable if choice.send else len(rows),
        "stopped": len(page.stopped),
        "repeated": len(page.ready) + len(page.repeated) - len(rows) - len(late),
        "late": len(late),
    }
