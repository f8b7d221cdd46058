"""From a checked list to invited candidates: begun by a click, done at once or as a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.errors import InvalidForm
from service.storage import Store, Unit
from service.storage.imports import ImportRecord
from service.storage.records import JobRecord
from service.use_cases.forms import id_of_request
from service.use_cases.import_lists import Choice, ImportPage, ImportRow, gather, no_such_list
from service.use_cases.imports import KEPT
from service.use_cases.invitations import LANGUAGES, check_may_invite
from service.use_cases.inviting_many import AT_ONCE, ids_of, invite_list, send_to_list, unstage
from service.use_cases.jobs import Report, start_job
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["JOB", "import_job", "put_away_abandoned", "start_import", "to_draft"]

JOB = "import"


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
        invite_list(store, page.record, choice, by=by.id, now=now)
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
        choice, now = Choice.of(record.summary), store.clock()
        invite_list(store, record, choice, by=job.made_by, now=now, report=report)
    # From here on everybody is invited: nobody may stop it before the messages are queued.
    return send_to_list(store, job.provider_id, import_id)


def to_draft(store: Store, provider_id: str, import_id: str) -> None:
    """Bring back a list whose job failed or was stopped; nothing of it was imported.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        if unit.at(provider_id).imports.get(import_id) is None:
            raise no_such_list()
        if not _is_over(unit, provider_id, import_id):
            return
        ids = ids_of(gather(unit, provider_id, import_id))
    unstage(store, provider_id, ids)
    with store.write() as unit:
        imports = unit.at(provider_id).imports
        record = imports.get(import_id)
        if record is not None and _is_over(unit, provider_id, import_id):
            summary = {"rows": record.summary["rows"], "again": record.job_id}
            imports.run(import_id, before="running", state="draft", summary=summary)


def put_away_abandoned(store: Store, *, now: datetime) -> None:
    """Forget lists that nobody went on with for a day, among them those whose job failed."""
    with store.read() as unit:
        providers = [one.id for one in unit.providers.list()]
    for provider_id in providers:
        with store.read() as unit:
            running = unit.at(provider_id).imports.running(before=now - KEPT)
        for import_id in running:
            to_draft(store, provider_id, import_id)
        with store.write() as unit:
            unit.at(provider_id).imports.forget_drafts(before=now - KEPT)


def _is_over(unit: Unit, provider_id: str, import_id: str) -> bool:
    """Whether an import runs whose job does not, and will not by itself."""
    record = unit.at(provider_id).imports.get(import_id)
    if record is None or record.state != "running" or record.job_id is None:
        return False
    job = unit.jobs.get(provider_id, record.job_id)
    return job is not None and job.state in ("failed", "cancelled")


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
