"""From a checked list to invited candidates: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.errors import InvalidForm, NotFound
from service.storage import Store, Tenant, Unit
from service.storage.bulk import Rows, identity_rows, insert_rows, roomy, sitting_rows
from service.storage.cipher import Cipher
from service.storage.imports import ImportRecord
from service.storage.records import Identity, JobRecord, ProviderRecord, SittingRecord
from service.use_cases.facts import FACTS
from service.use_cases.forms import id_of_request
from service.use_cases.happenings import Happened, What, first_happenings, happen_first
from service.use_cases.imports import ImportPage, ImportRow, gather
from service.use_cases.invitations import LANGUAGES, bank_of, check_may_invite, drawn
from service.use_cases.jobs import Report, start_job
from service.use_cases.many_messages import Invitee, invitation_rows, reminder_rows
from service.use_cases.message_kinds import REMINDERS
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.bank.model import Bank
from vbr_engine.intake import marks_of

__all__ = ["AT_ONCE", "JOB", "Choice", "import_job", "start_import", "to_draft"]

AT_ONCE = 200  # people who are invited while the browser waits
JOB = "import"
BLOCK = 250
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """How a list is imported.

    Parameters
    ----------
    send : bool
        By message, now. Else links are made later, to hand over.
    language : {"en", "cy"}
        For those for whom the list names none.
    also : frozenset of int
        Rows to invite although they repeat somebody.
    all_repeated : bool
        All of those rows.
    """

    send: bool
    language: str = "en"
    also: frozenset[int] = frozenset()
    all_repeated: bool = False

    def rows(self, page: ImportPage) -> tuple[ImportRow, ...]:
        """Return the rows to invite."""
        return tuple(
            row
            for row in page.rows
            if row.is_ready and (not row.same or self.all_repeated or row.row in self.also)
        )

    def kept(self) -> dict[str, Any]:
        """Return what is kept with the import."""
        return {
            "send": self.send,
            "language": self.language,
            "also": sorted(self.also),
            "all_repeated": self.all_repeated,
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choice:
        """Read back what was kept."""
        return cls(kept["send"], kept["language"], frozenset(kept["also"]), kept["all_repeated"])


@dataclass(frozen=True)
class Prepared:
    """What an import writes for some of its people, ready."""

    sittings: Rows
    identities: Rows
    happened: Happened
    messages: tuple[Rows, ...]


def start_import(
    store: Store,
    provider_id: str,
    import_id: str,
    *,
    choice: Choice,
    by: Account,
    now: datetime,
) -> None:
    """Invite the people of a draft: at once, or if there are many as a job.

    An import that has begun or is over stays as it is, so the same form sent twice imports once.

    Raises
    ------
    InvalidForm
        With a sentence for ``send`` or ``language``.
    NotFound, ProviderPaused
    """
    with store.read() as unit:
        page = gather(unit, provider_id, import_id)
        if page.record.state != "draft":
            return
        check_may_invite(unit.at(provider_id), page.record.vacancy_id, field="send")
    rows = _checked(page, choice)
    if len(rows) <= AT_ONCE:
        _run(store, page.record, choice, by=by.id, now=now, before="draft")
        return
    with store.write() as unit:
        job_id = id_of_request(provider_id, JOB, import_id, page.record.made_at.isoformat())
        begun = unit.at(provider_id).imports.run(
            import_id,
            before="draft",
            state="running",
            summary={**page.record.summary, **choice.kept(), "chosen": len(rows)},
            job_id=job_id,
        )
        if begun:
            _start_job(unit, page.record, job_id, by=by.id, now=now)


def import_job(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Import a long list in the background; what is done already is skipped."""
    import_id = str(job.body["import"])
    with store.read() as unit:
        record = unit.at(job.provider_id).imports.get(import_id)
    if record is not None and record.state == "running":
        _run(
            store,
            record,
            Choice.of(record.summary),
            by=job.made_by,
            now=store.clock(),
            before="running",
            report=report,
        )
    return _remind(store, job.provider_id, import_id, report)


def to_draft(store: Store, provider_id: str, import_id: str) -> None:
    """Bring back a list whose job failed or was stopped; nothing of it was imported.

    Raises
    ------
    NotFound
    """
    with store.write() as unit:
        tenant = unit.at(provider_id)
        record = tenant.imports.get(import_id)
        job = unit.jobs.get(provider_id, record.job_id) if record and record.job_id else None
        if record is None:
            raise NotFound(_("There is no such list. It may have been put away after a day."))
        if job is not None and job.state in ("failed", "cancelled"):
            summary = {"rows": record.summary["rows"], "again": job.id}
            tenant.imports.run(import_id, before="running", state="draft", summary=summary)


def _start_job(unit: Unit, record: ImportRecord, job_id: str, *, by: str, now: datetime) -> None:
    again = unit.jobs.get(record.provider_id, job_id) is not None
    start_job(unit, record.provider_id, JOB, {"import": record.id}, by=by, now=now, id=job_id)
    if again:
        unit.jobs.retry(job_id, now=now)


def _checked(page: ImportPage, choice: Choice) -> tuple[ImportRow, ...]:
    if choice.language not in LANGUAGES:
        raise InvalidForm({"language": _("Choose a language.")})
    rows = choice.rows(page) if page.is_usable else ()
    if not rows:
        raise InvalidForm({"send": _("There is nobody to invite in this list.")})
    if choice.send and not any(row.email or row.phone for row in rows):
        raise InvalidForm(
            {"send": _("Nobody in this list has an address or a number: choose to make links.")}
        )
    return rows


def _run(
    store: Store,
    record: ImportRecord,
    choice: Choice,
    *,
    by: str,
    now: datetime,
    before: str,
    report: Report = lambda _done, _total: None,
) -> int:
    """Invite everybody of a list, but those who came in another way meanwhile."""
    late: frozenset[int] = frozenset()
    for _round in range(_MOST_ROUNDS):
        with store.read() as unit:
            page = gather(unit, record.provider_id, record.id)
            vacancy = check_may_invite(unit.at(record.provider_id), record.vacancy_id, field="send")
            bank = bank_of(store, unit, vacancy)
        rows = tuple(row for row in choice.rows(page) if row.row not in late)
        with store.read() as unit:
            prepared = _prepare(
                unit.at(record.provider_id),
                record,
                bank,
                rows,
                choice,
                by=by,
                now=now,
                report=report,
            )
            marked = _marked(unit.cipher, rows)
        with store.write() as unit:
            tenant = unit.at(record.provider_id)
            check_may_invite(tenant, record.vacancy_id, field="send")
            fresh = _came_meanwhile(tenant, record, *marked)
            if not fresh:
                summary = _summary(page, rows, choice, late=len(late))
                if tenant.imports.finish(
                    record.id, before=(before,), state="done", summary=summary, now=now
                ):
                    _write(tenant, prepared)
                return len(rows)
        late |= fresh
    raise InvalidForm({"send": _("Somebody else is inviting the same people now. Try again.")})


def _prepare(
    tenant: Tenant,
    record: ImportRecord,
    bank: Bank,
    rows: Sequence[ImportRow],
    choice: Choice,
    *,
    by: str,
    now: datetime,
    report: Report,
) -> list[Prepared]:
    """Do all that takes time; nothing is written."""
    vacancy = tenant.vacancies.get(record.vacancy_id)
    assert vacancy is not None
    # In the order of their keys, which spares the database most of its work.
    by_id = {id_of_request(record.provider_id, record.id, str(row.row)): row for row in rows}
    ids = sorted(by_id)
    rows = [by_id[one] for one in ids]
    languages = [row.language or choice.language for row in rows]
    people = [Identity(row.name, row.email, row.phone) for row in rows]
    parts = []
    for at in range(0, len(rows), BLOCK):
        block = slice(at, at + BLOCK)
        sittings = {
            one.id: one
            for one in drawn(
                bank, vacancy, ids[block], languages[block], now=now, import_id=record.id
            )
        }
        invitees = list(zip(ids[block], people[block], strict=True))
        parts.append(
            Prepared(
                sitting_rows(sittings.values()),
                identity_rows(tenant.cipher, invitees),
                _happenings(tenant, sittings, rows[block], by=by, now=now),
                _messages(tenant.provider, invitees, record, now=now) if choice.send else (),
            )
        )
        report(min(at + BLOCK, len(rows)), len(rows))
    return parts


def _messages(
    provider: ProviderRecord, invitees: Sequence[Invitee], record: ImportRecord, *, now: datetime
) -> tuple[Rows, ...]:
    """Make the invitations ready; of a long list the reminders are planned afterwards."""
    invitations = invitation_rows(provider, invitees, at=now)
    if record.state == "running":
        return (invitations,)
    return invitations, reminder_rows(provider, invitees, at=now)


def _remind(store: Store, provider_id: str, import_id: str, report: Report) -> Mapping[str, Any]:
    """Plan the reminders of a long list, some people at a time; those that are there stay."""
    with store.read() as unit:
        record = unit.at(provider_id).imports.get(import_id)
        ids = unit.at(provider_id).bulk.imported(import_id)
    if record is None or record.state != "done" or record.done_at is None:
        return {}
    for at in range(0, len(ids) if record.summary.get("send") else 0, BLOCK):
        block = ids[at : at + BLOCK]
        with store.read() as unit:
            tenant = unit.at(provider_id)
            there = {one.sitting_id for one in tenant.messages.of(block) if one.kind in REMINDERS}
            people = tenant.identities.of(tuple(one for one in block if one not in there))
            rows = reminder_rows(tenant.provider, people.items(), at=record.done_at)
        with store.write() as unit:
            insert_rows(unit.connection, provider_id, rows)
        report(min(at + BLOCK, len(ids)), len(ids))
    return {"invited": record.summary["invited"]}


def _happenings(
    tenant: Tenant,
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
    return first_happenings(tenant.cipher, sittings, several, at=now, by=by)


def _write(tenant: Tenant, prepared: Sequence[Prepared]) -> None:
    """Write everything, table by table."""
    with roomy(tenant.connection):
        for part in prepared:
            insert_rows(tenant.connection, tenant.provider_id, part.sittings)
        for part in prepared:
            insert_rows(tenant.connection, tenant.provider_id, part.identities)
        for part in prepared:
            happen_first(tenant, part.happened)
        for part in prepared:
            for rows in part.messages:
                insert_rows(tenant.connection, tenant.provider_id, rows)


def _marked(
    cipher: Cipher, rows: Sequence[ImportRow]
) -> tuple[dict[str, ImportRow], dict[str, ImportRow]]:
    """Return rows by the marks of their addresses and of their numbers."""
    emails = {cipher.mark(row.email): row for row in rows if row.email}
    phones = {cipher.mark(row.phone): row for row in rows if row.phone}
    return emails, phones


def _came_meanwhile(
    tenant: Tenant,
    record: ImportRecord,
    emails: Mapping[str, ImportRow],
    phones: Mapping[str, ImportRow],
) -> frozenset[int]:
    """Find rows whose people were invited in another way since the list was checked."""
    found = set()
    for match in tenant.bulk.matches(emails=tuple(emails), phones=tuple(phones)):
        by_email, by_phone = emails.get(match.email_mark), phones.get(match.phone_mark)
        if match.invited_at <= record.made_at:
            continue
        if by_email is not None:
            found.add(by_email.row)
        elif by_phone and marks_of(name=match.name) == marks_of(name=by_phone.name):
            found.add(by_phone.row)
    return frozenset(found)


def _summary(
    page: ImportPage, rows: Sequence[ImportRow], choice: Choice, *, late: int
) -> dict[str, Any]:
    """Return the figures that stay when the rows are gone."""
    reachable = sum(bool(row.email or row.phone) for row in rows)
    return {
        **choice.kept(),
        "rows": len(page.rows),
        "invited": len(rows),
        "messages": reachable if choice.send else 0,
        "by_hand": len(rows) - reachable if choice.send else len(rows),
        "stopped": len(page.stopped),
        "repeated": len(page.ready) + len(page.repeated) - len(rows) - late,
        "late": late,
    }
