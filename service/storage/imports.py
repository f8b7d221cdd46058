"""Repository of imports: a list of people between its upload and the invitations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.cipher import Cipher
from service.storage.tables import imports

__all__ = ["ImportRecord", "Imports", "seal_rows"]

_COLUMNS = tuple(
    imports.c[name]
    for name in (
        "provider_id",
        "id",
        "vacancy_id",
        "state",
        "summary",
        "made_by",
        "made_at",
        "job_id",
        "done_at",
    )
)


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """An import without its rows: a draft, running, done or discarded.

    `summary` holds figures and choices, nothing that names a person.
    """

    provider_id: str
    id: str
    vacancy_id: str
    state: str
    summary: Mapping[str, Any]
    made_by: str
    made_at: datetime
    job_id: str | None
    done_at: datetime | None


class Imports:
    """The imports of a provider; their rows are sealed, and go when the import is over."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

    def add(
        self,
        *,
        id: str,
        vacancy_id: str,
        sealed: bytes,
        summary: Mapping[str, Any],
        by: str,
        now: datetime,
    ) -> None:
        """Keep a draft; `sealed` comes from `seal`."""
        self._connection.execute(
            imports.insert().values(
                provider_id=self._provider_id,
                id=id,
                vacancy_id=vacancy_id,
                state="draft",
                rows=sealed,
                summary=dict(summary),
                made_by=by,
                made_at=now,
            )
        )

    def get(self, import_id: str) -> ImportRecord | None:
        """Find an import."""
        row = self._connection.execute(
            sa.select(*_COLUMNS).where(self._one(import_id))
        ).one_or_none()
        return None if row is None else ImportRecord(*row)

    def of_vacancy(self, vacancy_id: str, *, most: int = 20) -> tuple[ImportRecord, ...]:
        """List the imports of a vacancy that are drafts, running or done, newest first."""
        rows = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(
                imports.c.provider_id == self._provider_id,
                imports.c.vacancy_id == vacancy_id,
                imports.c.state != "discarded",
            )
            .order_by(imports.c.made_at.desc(), imports.c.id)
            .limit(most)
        )
        return tuple(ImportRecord(*row) for row in rows)

    def running(self, *, before: datetime) -> tuple[str, ...]:
        """List the imports that run and were sent before a moment."""
        rows = self._connection.execute(
            sa.select(imports.c.id)
            .where(
                imports.c.provider_id == self._provider_id,
                imports.c.state == "running",
                imports.c.made_at < before,
            )
            .order_by(imports.c.id)
        )
        return tuple(rows.scalars())

    def content(self, import_id: str) -> Mapping[str, Any]:
        """Return what was uploaded and found; nothing once the import is over."""
        sealed = self._connection.execute(
            sa.select(imports.c.rows).where(self._one(import_id))
        ).scalar_one_or_none()
        text = self._cipher.read(sealed) if sealed else None
        return json.loads(text) if text else {}

    def run(
        self,
        import_id: str,
        *,
        before: str,
        state: str,
        summary: Mapping[str, Any],
        job_id: str | None = None,
    ) -> bool:
        """Move an import on that is in a state, its rows kept; False if it is in another."""
        values = {"state": state, "summary": dict(summary), "job_id": job_id}
        return self._moved(import_id, (before,), values)

    def finish(
        self,
        import_id: str,
        *,
        before: tuple[str, ...],
        state: str,
        summary: Mapping[str, Any],
        now: datetime,
    ) -> bool:
        """End an import that is in one of some states, and forget its rows."""
        values = {"state": state, "summary": dict(summary), "done_at": now, "rows": b""}
        return self._moved(import_id, before, values)

    def note(self, import_id: str, *, summary: Mapping[str, Any]) -> None:
        """Change the figures of an import that is done."""
        self._moved(import_id, ("done",), {"summary": dict(summary)})

    def forget_drafts(self, *, before: datetime) -> None:
        """Discard drafts that nobody went on with."""
        self._connection.execute(
            imports.update()
            .where(
                imports.c.provider_id == self._provider_id,
                imports.c.state == "draft",
                imports.c.made_at < before,
            )
            .values(state="discarded", rows=b"")
        )

    def _moved(self, import_id: str, before: tuple[str, ...], values: dict[str, Any]) -> bool:
        done = self._connection.execute(
            imports.update()
            .where(self._one(import_id), imports.c.state.in_(before))
            .values(**values)
        )
        return bool(done.rowcount)

    def _one(self, import_id: str) -> sa.ColumnElement[bool]:
        return (imports.c.provider_id == self._provider_id) & (imports.c.id == import_id)


def seal_rows(cipher: Cipher, content: Mapping[str, Any]) -> bytes:
    """Encrypt what was uploaded and found."""
    return cipher.seal(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
