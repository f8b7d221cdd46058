"""Responses for research: of those who agreed, under names made for one release, as Parquet.

Two files go together, joined by ``sitting``: the responses as the engine reads them, and coarse
facets. Nothing else leaves the house: no name, no text, no time, no provider's name.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import structlog

from service.errors import InvalidForm, NotFound
from service.storage import Store, Unit
from service.storage.cipher import Cipher
from service.storage.records import Event, JobRecord, SittingRecord
from service.storage.standings import LOCAL
from service.use_cases.asking import consents
from service.use_cases.coarsening import LEAST, coarsened
from service.use_cases.jobs import JobView, Report, job_view, start_job
from service.use_cases.policies import own_bank
from service.use_cases.progress import Progress, progress_of
from service.use_cases.proposals import names_of
from service.use_cases.views import Account
from service.words import gettext as _
from vbr_engine.bank.model import Bank
from vbr_engine.responses import ResponseMatrix

__all__ = [
    "FILES",
    "JOB",
    "KEPT",
    "ExportLine",
    "delete_old",
    "export_file",
    "export_job",
    "export_view",
    "list_exports",
    "start_export",
]

JOB = "research-export"
KEPT = timedelta(days=7)
FILES = ("responses", "facets")
_BATCH = 200


@dataclass(frozen=True, slots=True)
class ExportLine:
    """An export that was asked for: by whom, of what, and until when its files are kept."""

    job: JobView
    bank_id: str
    version: str
    simulated: bool
    by: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Row:
    provider: str
    sitting: SittingRecord
    progress: Progress


def start_export(
    store: Store,
    account: Account,
    *,
    bank_id: str,
    version: str,
    simulated: bool,
    now: datetime,
    request_id: str = "",
) -> str:
    """Start an export and return its id.

    Raises
    ------
    InvalidForm
        With a sentence for ``version``.
    """
    body = {"bank": bank_id, "version": version, "simulated": simulated}
    with store.write() as unit:
        if unit.banks.get(bank_id, version) is None:
            raise InvalidForm({"version": _("Choose a version of a bank.")})
        export_id = start_job(
            unit, account.provider_id, JOB, body, by=account.id, now=now, id=request_id or None
        )
    _log("export asked for", export_id, account)
    return export_id


def list_exports(store: Store, account: Account) -> tuple[ExportLine, ...]:
    """List all exports, newest first."""
    with store.read() as unit:
        names = names_of(unit, account)
        jobs = unit.jobs.of_kind(account.provider_id, JOB)
        views = [job_view(unit, account.provider_id, job.id) for job in jobs]
    return tuple(_line(store, job, view, names) for job, view in zip(jobs, views, strict=True))


def export_view(store: Store, account: Account, export_id: str) -> ExportLine:
    """Return one export.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        job, names = _found(unit, account, export_id), names_of(unit, account)
        view = job_view(unit, account.provider_id, export_id)
    return _line(store, job, view, names)


def export_file(store: Store, account: Account, export_id: str, part: str) -> bytes:
    """Return one of the two files of an export, and log who took it.

    Raises
    ------
    NotFound
        If there is none, or it was deleted.
    """
    with store.read() as unit:
        _found(unit, account, export_id)
    place = _place(store, export_id, part)
    if part not in FILES or not place.is_file():
        raise NotFound(_("These files are deleted after 7 days. Make a new export."))
    _log(f"{part} downloaded", export_id, account)
    return place.read_bytes()


def export_job(store: Store, job: JobRecord, report: Report) -> Mapping[str, Any]:
    """Gather, check, name and write; the same again after a crash gives the same files."""
    body = job.body
    with store.read() as unit:
        bank = own_bank(store, unit, body["bank"], body["version"])
        provider_ids = [provider.id for provider in unit.providers.list()]
        cipher = unit.cipher
    rows: list[_Row] = []
    for number, provider_id in enumerate(provider_ids):
        report(number, len(provider_ids) + 1)
        rows.extend(_rows(store, provider_id, bank, simulated=bool(body["simulated"])))
    if len(rows) < LEAST:
        return {"refused": "few"}
    tables = _tables(rows, bank, cipher, job.id, simulated=bool(body["simulated"]))
    for part, table in tables.items():
        _write(_place(store, job.id, part), table)
    report(len(provider_ids) + 1, len(provider_ids) + 1)
    blank = int(tables["facets"].drop(columns="sitting").isna().all(axis=1).sum())
    return {"rows": len(rows), "blank": blank, "facets": list(tables["facets"].columns[1:])}


def delete_old(store: Store, *, now: datetime) -> int:
    """Delete the files that are older than `KEPT`, and say how many."""
    deleted = 0
    for place in _folder(store).glob("*"):
        if now.timestamp() - place.stat().st_mtime > KEPT.total_seconds():
            place.unlink(missing_ok=True)
            deleted += 1
    return deleted


def _rows(store: Store, provider_id: str, bank: Bank, *, simulated: bool) -> Iterator[_Row]:
    with store.read() as unit:
        tenant = unit.at(provider_id)
        sittings = [
            one
            for one in tenant.studied.completed(bank.id, bank.version)
            if one.simulated is simulated
        ]
        for start in range(0, len(sittings), _BATCH):
            block = sittings[start : start + _BATCH]
            events = tenant.events.of_several(tuple(one.id for one in block))
            for sitting in block:
                progress = progress_of(events[sitting.id])
                if _may_leave(events[sitting.id]) and not progress.in_words and progress.answers:
                    yield _Row(provider_id, sitting, progress)


def _may_leave(events: tuple[Event, ...]) -> bool:
    """Whether somebody agreed to research, and did not ask for erasure."""
    asked = any(e.kind == "erased" and e.body.get("why") != "retention" for e in events)
    return consents(events) and not asked


def _tables(
    rows: list[_Row], bank: Bank, cipher: Cipher, release: str, *, simulated: bool
) -> dict[str, pd.DataFrame]:
    """Make both tables, in the order of the new names: the old order would tell something."""
    before = "simulated-" if simulated else ""
    named = sorted(
        ((before + _pseudonym(cipher, release, "sitting", row.sitting.id), row) for row in rows),
        key=lambda pair: pair[0],
    )
    answers = {
        name: {item: dict(given.answer) for item, given in row.progress.answers.items()}
        for name, row in named
    }
    facets = pd.DataFrame([_facets(row) for _name, row in named])
    providers = pd.Series([row.provider for _name, row in named])
    if providers.value_counts().min() >= LEAST:
        facets["provider"] = [_pseudonym(cipher, release, "provider", one) for one in providers]
    coarse = coarsened(facets)
    coarse.insert(0, "sitting", [name for name, _row in named])
    responses = ResponseMatrix.from_answers(answers, bank).to_frame()
    return {"responses": responses, "facets": coarse}


def _facets(row: _Row) -> dict[str, str]:
    at = row.progress.submitted_at
    assert at is not None, "only completed sittings are asked for"
    return {
        "language": row.sitting.language,
        "mode": row.progress.way,
        "month": f"{at.astimezone(LOCAL):%Y-%m}",
    }


def _pseudonym(cipher: Cipher, release: str, kind: str, id: str) -> str:
    """Return a name that means nothing outside this release."""
    return cipher.mark(f"research release\n{release}\n{kind}\n{id}")[:20]


def _write(place: Path, table: pd.DataFrame) -> None:
    """Write a table that only this service's user can read, whole or not at all."""
    made = io.BytesIO()
    table.to_parquet(made, index=False)
    place.parent.mkdir(mode=0o700, exist_ok=True)
    beside = place.with_name(f"{uuid4().hex}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(made.getvalue())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(place)


def _folder(store: Store) -> Path:
    return store.path.parent / "exports"


def _place(store: Store, export_id: str, part: str) -> Path:
    return _folder(store) / f"{export_id}-{part}.parquet"


def _found(unit: Unit, account: Account, export_id: str) -> JobRecord:
    job = unit.jobs.get(account.provider_id, export_id)
    if job is None or job.kind != JOB:
        raise NotFound(_("There is no such export."))
    return job


def _line(store: Store, job: JobRecord, view: JobView, names: Mapping[str, str]) -> ExportLine:
    is_there = all(_place(store, job.id, part).is_file() for part in FILES)
    until = job.done_at + KEPT if job.done_at and is_there else None
    return ExportLine(
        job=view,
        bank_id=job.body["bank"],
        version=job.body["version"],
        simulated=bool(job.body["simulated"]),
        by=names.get(job.made_by, ""),
        until=until,
    )


def _log(what: str, export_id: str, account: Account) -> None:
    structlog.get_logger("vbr.research").info(what, export=export_id, account=account.id)
