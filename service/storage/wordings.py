"""Repository of an organisation's own wordings of messages."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.storage.records import WordingRecord
from service.storage.tables import wordings

__all__ = ["Wordings"]

_COLUMNS = tuple(wordings.c[name] for name in WordingRecord.__dataclass_fields__)


class Wordings:
    """What an organisation changed; everything else is said in the service's words."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def get(self, kind: str, language: str) -> WordingRecord | None:
        """Find the wording of a kind of message in a language."""
        row = self._connection.execute(
            sa.select(*_COLUMNS).where(self._one(kind, language))
        ).one_or_none()
        return None if row is None else WordingRecord(*row)

    def list(self) -> tuple[WordingRecord, ...]:
        """List every wording that was changed."""
        rows = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(wordings.c.provider_id == self._provider_id)
            .order_by(wordings.c.kind, wordings.c.language)
        )
        return tuple(WordingRecord(*row) for row in rows)

    def put(
        self, kind: str, language: str, *, subject: str, body: str, by: str, now: datetime
    ) -> None:
        """Keep a wording in place of the one before."""
        self.reset(kind, language)
        self._connection.execute(
            wordings.insert().values(
                provider_id=self._provider_id,
                kind=kind,
                language=language,
                subject=subject,
                body=body,
                changed_by=by,
                changed_at=now,
            )
        )

    def reset(self, kind: str, language: str) -> None:
        """Go back to the service's words."""
        self._connection.execute(wordings.delete().where(self._one(kind, language)))

    def _one(self, kind: str, language: str) -> sa.ColumnElement[bool]:
        return (
            (wordings.c.provider_id == self._provider_id)
            & (wordings.c.kind == kind)
            & (wordings.c.language == language)
        )
