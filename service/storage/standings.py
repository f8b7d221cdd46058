"""Where each application stands: one row a sitting, folded from its events."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service.storage.tables import standings
from vbr_engine.funnel import Standing, next_due

__all__ = ["LOCAL", "Standings"]

LOCAL = ZoneInfo("Europe/London")


class Standings:
    """The standings of a provider; they can be made again from the events at any time."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def put(self, sitting_id: str, vacancy_id: str, standing: Standing) -> None:
        """Keep where an application stands now."""
        self.put_several(((sitting_id, vacancy_id, standing),))

    def put_several(self, several: tuple[tuple[str, str, Standing], ...]) -> None:
        """Keep where several applications stand now."""
        if not several:
            return
        ids = [sitting_id for sitting_id, _, _ in several]
        self._connection.execute(
            standings.delete().where(
                standings.c.provider_id == self._provider_id,
                standings.c.sitting_id == sa.bindparam("old_id"),
            ),
            [{"old_id": sitting_id} for sitting_id in ids],
        )
        self._connection.execute(
            standings.insert(),
            [self._row(sitting_id, vacancy_id, one) for sitting_id, vacancy_id, one in several],
        )

    def get(self, sitting_id: str) -> Standing | None:
        """Find where an application stands."""
        body = self._connection.execute(
            sa.select(standings.c.body).where(
                standings.c.provider_id == self._provider_id,
                standings.c.sitting_id == sitting_id,
            )
        ).scalar_one_or_none()
        return None if body is None else Standing.from_dict(body)

    def of_vacancy(self, vacancy_id: str) -> dict[str, Standing]:
        """Return where the applications to a vacancy stand, by sitting."""
        return self._several(standings.c.vacancy_id == vacancy_id)

    def all(self) -> dict[str, Standing]:
        """Return where every application stands, by sitting."""
        return self._several(sa.true())

    def _several(self, condition: sa.ColumnElement[bool]) -> dict[str, Standing]:
        rows = self._connection.execute(
            sa.select(standings.c.sitting_id, standings.c.body).where(
                standings.c.provider_id == self._provider_id, condition
            )
        )
        return {row.sitting_id: Standing.from_dict(row.body) for row in rows}

    def _row(self, sitting_id: str, vacancy_id: str, standing: Standing) -> dict[str, Any]:
        return {
            "provider_id": self._provider_id,
            "sitting_id": sitting_id,
            "vacancy_id": vacancy_id,
            "stage": standing.stage,
            "ended": standing.ended,
            "since": standing.since,
            "last_activity_at": standing.last_activity_at,
            "next_due": next_due(standing, LOCAL),
            "body": standing.to_dict(),
        }
