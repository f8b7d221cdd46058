"""What boards and call lists read: many applications in one statement, and nothing of a score."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.assessment import OF_EVENT
from service.storage.cipher import Cipher
from service.storage.records import Event
from service.storage.tables import events, identities, sittings, standings
from vbr_engine.funnel import Standing

__all__ = ["Boards"]


class Boards:
    """The applications of a provider, many at a time."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

    def tally(self) -> dict[str, Counter[tuple[str, str]]]:
        """Count the applications of each vacancy by stage and by how they ended, or ``""``."""
        rows = self._connection.execute(
            sa.select(standings.c.vacancy_id, standings.c.stage, standings.c.ended, sa.func.count())
            .where(standings.c.provider_id == self._provider_id)
            .group_by(standings.c.vacancy_id, standings.c.stage, standings.c.ended)
        )
        found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for vacancy_id, stage, ended, number in rows:
            found[vacancy_id][(stage, ended or "")] += number
        return dict(found)

    def going(self) -> tuple[tuple[str, str, Standing], ...]:
        """Return the applications that have not ended: vacancy, sitting, standing."""
        return self._standings(standings.c.ended.is_(None))

    def due(self, by: datetime) -> tuple[tuple[str, str, Standing], ...]:
        """Return those whom somebody may have to call by now: vacancy, sitting, standing."""
        return self._standings(standings.c.next_due <= by)

    def people(self, vacancy_id: str) -> Iterator[tuple[str, str, str]]:
        """Return who applies to a vacancy, one by one: sitting, name, email address."""
        rows = self._connection.execute(
            sa.select(identities.c.sitting_id, identities.c.name, identities.c.email)
            .join_from(identities, standings, _same(identities))
            .where(
                identities.c.provider_id == self._provider_id,
                standings.c.provider_id == self._provider_id,
                standings.c.vacancy_id == vacancy_id,
            )
        )
        for sitting_id, name, email in rows:
            yield sitting_id, self._cipher.open(name), self._cipher.open(email)

    def facts(self, vacancy_id: str) -> dict[str, tuple[Event, ...]]:
        """Return what is recorded as facts of each application to a vacancy."""
        return self._events(
            ("facts",),
            sa.and_(
                standings.c.provider_id == self._provider_id, standings.c.vacancy_id == vacancy_id
            ),
        )

    def steps(self, sitting_ids: tuple[str, ...]) -> dict[str, tuple[Event, ...]]:
        """Return the steps of several applications, and what was taken back of them."""
        return self._events(("step", "undone"), standings.c.sitting_id.in_(sitting_ids))

    def steps_for(self, vacancy_id: str) -> dict[str, tuple[Event, ...]]:
        """Return the same for every application to a vacancy."""
        return self._events(
            ("step", "undone"),
            sa.and_(
                standings.c.provider_id == self._provider_id, standings.c.vacancy_id == vacancy_id
            ),
        )

    def simulated(self, sitting_ids: tuple[str, ...]) -> frozenset[str]:
        """Return which of several sittings are made up."""
        rows = self._connection.execute(
            sa.select(sittings.c.id).where(
                sittings.c.provider_id == self._provider_id,
                sittings.c.id.in_(sitting_ids),
                sittings.c.simulated == 1,
            )
        )
        return frozenset(rows.scalars())

    def _standings(
        self, condition: sa.ColumnElement[bool]
    ) -> tuple[tuple[str, str, Standing], ...]:
        rows = self._connection.execute(
            sa.select(standings.c.vacancy_id, standings.c.sitting_id, standings.c.body).where(
                standings.c.provider_id == self._provider_id, condition
            )
        )
        return tuple((row[0], row[1], Standing.from_dict(row[2])) for row in rows)

    def _events(
        self, kinds: tuple[str, ...], condition: sa.ColumnElement[bool]
    ) -> dict[str, tuple[Event, ...]]:
        rows = self._connection.execute(
            sa.select(*OF_EVENT)
            .join_from(standings, events, _same(events))
            .where(
                standings.c.provider_id == self._provider_id,
                events.c.provider_id == self._provider_id,
                events.c.kind.in_(kinds),
                condition,
            )
            .order_by(events.c.sitting_id, events.c.number)
        )
        found: dict[str, list[Event]] = defaultdict(list)
        for row in rows:
            found[row.sitting_id].append(Event(*row))
        return {sitting_id: tuple(several) for sitting_id, several in found.items()}


def _same(other: Any) -> sa.ColumnElement[bool]:
    """Join standings with another table of sittings."""
    return sa.and_(
        standings.c.provider_id == other.c.provider_id,
        standings.c.sitting_id == other.c.sitting_id,
    )
