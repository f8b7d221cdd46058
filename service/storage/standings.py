"""Where each application stands: one row a sitting, folded from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service.storage.assessment import Events
from service.storage.records import Event
from service.storage.tables import sittings, standings
from vbr_engine.funnel import Happening, Standing, next_due, standing_of

__all__ = [
    "LOCAL",
    "Standings",
    "happening_of",
    "stand_all_anew",
    "standing_from",
    "standing_values",
]

LOCAL = ZoneInfo("Europe/London")
BLOCK = 500


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
            [{"provider_id": self._provider_id, **standing_values(*one)} for one in several],
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

    def of_several(self, sitting_ids: tuple[str, ...]) -> dict[str, Standing]:
        """Return where several applications stand, by sitting."""
        return self._several(standings.c.sitting_id.in_(sitting_ids))

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


def standing_values(sitting_id: str, vacancy_id: str, standing: Standing) -> dict[str, Any]:
    """Return the columns of a standing, but for its owner."""
    return {
        "sitting_id": sitting_id,
        "vacancy_id": vacancy_id,
        "stage": standing.stage,
        "ended": standing.ended,
        "since": standing.since,
        "last_activity_at": standing.last_activity_at,
        "next_due": next_due(standing, LOCAL),
        "body": standing.to_dict(),
    }


def happening_of(event: Event) -> Happening:
    """Tell an event to the funnel, in local time: its days are people's days."""
    return Happening(event.kind, event.at.astimezone(LOCAL), event.body, event.number)


def standing_from(events: Iterable[Event], *, total: int) -> Standing:
    """Fold the events of a sitting of `total` questions from the first one."""
    return standing_of((happening_of(event) for event in events), total=total)


def stand_all_anew(
    connection: sa.Connection, *, tell: Callable[[str, int, int], None] = lambda *_: None
) -> tuple[int, int]:
    """Fold every sitting of every provider anew; return how many there are, and differed.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that writes.
    tell : callable
        Told how far it is: what, how many, of how many.
    """
    total = connection.execute(sa.select(sa.func.count()).select_from(sittings)).scalar_one()
    seen = differed = 0
    for provider_id, block in _blocks(connection):
        differed += _stood_anew(connection, provider_id, block)
        seen += len(block)
        tell("standings", seen, total)
    return seen, differed


def _blocks(connection: sa.Connection) -> Iterator[tuple[str, Sequence[Any]]]:
    """Return blocks of sittings, each of one provider."""
    owners = connection.execute(sa.select(sittings.c.provider_id).distinct()).scalars().all()
    for owner in owners:
        last = ""
        chosen = sa.select(sittings.c.id, sittings.c.vacancy_id, sittings.c.form).limit(BLOCK)
        while block := connection.execute(
            chosen.where(sittings.c.provider_id == owner, sittings.c.id > last).order_by(
                sittings.c.id
            )
        ).all():
            yield owner, block
            last = block[-1].id


def _stood_anew(connection: sa.Connection, owner: str, block: Sequence[Any]) -> int:
    kept = Standings(connection, owner)
    events = Events(connection, owner).of_several(tuple(row.id for row in block))
    before = kept.of_several(tuple(row.id for row in block))
    found = (
        (row.id, row.vacancy_id, standing_from(events[row.id], total=len(row.form["items"])))
        for row in block
        if events[row.id]
    )
    different = tuple(one for one in found if before.get(one[0]) != one[2])
    kept.put_several(different)
    return len(different)
