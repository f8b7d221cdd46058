"""The repository of sittings that wait for colleagues: to be found by their code, to be rated."""

from __future__ import annotations

import sqlalchemy as sa

from service.storage.assessment import OF_EVENT
from service.storage.records import Event
from service.storage.tables import events, profiles, sittings

__all__ = ["Answering"]

MOST = 3


class Answering:
    """Sittings of a provider that colleagues enter or rate."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def starting(self, code: str) -> tuple[str, ...]:
        """List sittings whose id starts with a code, at most three."""
        rows = self._connection.execute(
            sa.select(sittings.c.id)
            .where(
                sittings.c.provider_id == self._provider_id,
                sittings.c.id.startswith(code, autoescape=True),
            )
            .order_by(sittings.c.id)
            .limit(MOST)
        )
        return tuple(rows.scalars())

    def unrated(self) -> tuple[str, ...]:
        """List the sittings that were sent and have no profile yet."""
        kept = sa.exists().where(
            profiles.c.provider_id == self._provider_id,
            profiles.c.sitting_id == events.c.sitting_id,
        )
        rows = self._connection.execute(
            sa.select(events.c.sitting_id)
            .where(
                events.c.provider_id == self._provider_id,
                # Written out, so that the index of submissions is used.
                events.c.kind == sa.literal_column("'submitted'"),
                ~kept,
            )
            .order_by(events.c.at, events.c.sitting_id)
        )
        return tuple(rows.scalars())

    def ratings(self) -> tuple[Event, ...]:
        """List every rating of the provider, sitting by sitting, oldest first."""
        rows = self._connection.execute(
            sa.select(*OF_EVENT)
            .where(events.c.provider_id == self._provider_id, events.c.kind == "rated")
            .order_by(events.c.sitting_id, events.c.number)
        )
        return tuple(Event(*row) for row in rows)
