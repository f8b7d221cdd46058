"""Whose names and words an organisation still keeps, among those where nothing happened lately."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.storage.tables import identities, remarks, standings
from vbr_engine.funnel import Standing

__all__ = ["Retained"]


class Retained:
    """Applications of an organisation about which something is kept that can be erased."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def unmoved_since(self, moment: datetime) -> dict[str, Standing]:
        """Return where applications stand that reached their stage before `moment`.

        Only those with a name or a text; by sitting, those that stand still for longest first.
        """
        rows = self._connection.execute(
            sa.select(standings.c.sitting_id, standings.c.body)
            .where(
                standings.c.provider_id == self._provider_id,
                standings.c.since < moment,
                self._has(identities) | self._has(remarks),
            )
            .order_by(standings.c.since, standings.c.sitting_id)
        )
        return {row.sitting_id: Standing.from_dict(row.body) for row in rows}

    def _has(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            table.c.provider_id == self._provider_id,
            table.c.sitting_id == standings.c.sitting_id,
        )
