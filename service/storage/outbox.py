"""The queue of messages over all organisations: the worker takes from it, people look into it.

A message goes ready -> leased -> handed-over -> sent. Only its lease's owner moves it on. A lease
that runs out before handing over lets another worker take the message; one that runs out after it
makes the message 'unsure', which only a person can resolve.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.records import MessageRecord
from service.storage.tables import messages, providers

__all__ = ["Outbox"]

_COLUMNS = tuple(messages.c[name] for name in MessageRecord.__dataclass_fields__)


class Outbox:
    """The queue over all organisations: for the worker, and for the administrator's list."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def due(self, *, now: datetime, most: int) -> tuple[str, ...]:
        """Return ids of messages to take next: in turn between organisations, oldest first.

        Messages to candidates of a paused organisation wait.
        """
        turn = sa.func.row_number().over(
            partition_by=messages.c.provider_id, order_by=(messages.c.run_at, messages.c.id)
        )
        waiting = (
            sa.select(messages.c.id, messages.c.run_at, turn.label("turn"))
            .join(providers, providers.c.id == messages.c.provider_id)
            .where(
                _claimable(now),
                providers.c.paused_at.is_(None) | messages.c.sitting_id.is_(None),
            )
            .subquery()
        )
        rows = self._connection.execute(
            sa.select(waiting.c.id)
            .order_by(waiting.c.turn, waiting.c.run_at, waiting.c.id)
            .limit(most)
        )
        return tuple(rows.scalars())

    def claim(
        self, ids: tuple[str, ...], *, owner: str, now: datetime, until: datetime
    ) -> tuple[MessageRecord, ...]:
        """Lease those of `ids` that nobody else has taken meanwhile."""
        free = self._connection.execute(
            sa.select(messages.c.id)
            .where(messages.c.id.in_(ids), _claimable(now))
            .with_for_update(skip_locked=True)
        )
        mine = tuple(free.scalars())
        self._connection.execute(
            messages.update()
            .where(messages.c.id.in_(mine))
            .values(
                state="leased",
                lease_owner=owner,
                lease_until=until,
                attempts=messages.c.attempts + 1,
            )
        )
        found = self._several(messages.c.id.in_(mine))
        return tuple(sorted(found, key=lambda message: ids.index(message.id)))

    def hand_over(self, message_id: str, *, owner: str, now: datetime, until: datetime) -> bool:
        """Note, last before sending, that it is being sent; False if it is not ours any more."""
        return self._moved(
            message_id,
            owner,
            ("leased",),
            messages.c.lease_until > now,
            state="handed-over",
            lease_until=until,
        )

    def settle(
        self, message_id: str, *, owner: str, state: str, now: datetime, problem: str | None = None
    ) -> bool:
        """Note what became of it: sent, unsure, dead or cancelled. What was sealed is dropped.

        An answer that comes after the lease ran out is still worth having: 'unsure' becomes sent.
        """
        return self._moved(
            message_id,
            owner,
            ("leased", "handed-over", "unsure"),
            state=state,
            problem=problem,
            done_at=now,
            lease_until=None,
            **({"body": {}} if state in ("sent", "cancelled") else {}),
        )

    def postpone(
        self,
        message_id: str,
        *,
        owner: str,
        run_at: datetime,
        problem: str | None = None,
        counted: bool = True,
    ) -> bool:
        """Let it wait for its next attempt; `counted` when this one was an attempt."""
        attempts = messages.c.attempts - (0 if counted else 1)
        return self._moved(
            message_id,
            owner,
            ("leased", "handed-over", "unsure"),
            state="ready",
            run_at=run_at,
            problem=problem,
            attempts=attempts,
            lease_owner=None,
            lease_until=None,
            done_at=None,
        )

    def give_back(self, *, owner: str) -> None:
        """Give back what a worker leased and did not begin, when it stops."""
        self._connection.execute(
            messages.update()
            .where(messages.c.lease_owner == owner, messages.c.state == "leased")
            .values(
                state="ready",
                attempts=messages.c.attempts - 1,
                lease_owner=None,
                lease_until=None,
            )
        )

    def interrupted(self, *, now: datetime) -> bool:
        """Whether a message was being sent when its worker died."""
        found = self._connection.execute(sa.select(messages.c.id).where(_lost(now)).limit(1))
        return found.scalar_one_or_none() is not None

    def mark_unsure(self, *, now: datetime) -> int:
        """Mark what was being sent when its worker died; return how many there were."""
        done = self._connection.execute(
            messages.update()
            .where(_lost(now))
            .values(state="unsure", done_at=now, problem="interrupted", lease_until=None)
        )
        return int(done.rowcount)

    def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        rows = self._connection.execute(
            sa.select(messages.c.state, sa.func.count()).group_by(messages.c.state)
        )
        return {row[0]: int(row[1]) for row in rows}

    def oldest_due(self, *, now: datetime) -> datetime | None:
        """Return since when the oldest message waits that could have gone."""
        found: datetime | None = self._connection.execute(
            sa.select(sa.func.min(messages.c.run_at)).where(_claimable(now))
        ).scalar_one()
        return found

    def stuck(self, *, most: int, id: str | None = None) -> tuple[MessageRecord, ...]:
        """List dead and unsure messages, newest first, or the one of this id."""
        chosen = sa.true() if id is None else messages.c.id == id
        return self._several(messages.c.state.in_(("dead", "unsure")) & chosen, most=most)

    def replay(self, ids: tuple[str, ...] | None, *, now: datetime) -> int:
        """Let dead and unsure messages go again, all of them without `ids`."""
        return self._resolved(
            ids, state="ready", run_at=now, attempts=0, done_at=None, lease_owner=None
        )

    def drop(self, ids: tuple[str, ...] | None, *, now: datetime) -> int:
        """Cancel dead and unsure messages, all of them without `ids`."""
        return self._resolved(ids, state="cancelled", done_at=now, lease_owner=None, body={})

    def _resolved(self, ids: tuple[str, ...] | None, **values: Any) -> int:
        chosen = sa.true() if ids is None else messages.c.id.in_(ids)
        done = self._connection.execute(
            messages.update()
            .where(messages.c.state.in_(("dead", "unsure")), chosen)
            .values(**values)
        )
        return int(done.rowcount)

    def _moved(
        self,
        message_id: str,
        owner: str,
        states: tuple[str, ...],
        *more: sa.ColumnElement[bool],
        **values: Any,
    ) -> bool:
        done = self._connection.execute(
            messages.update()
            .where(
                messages.c.id == message_id,
                messages.c.lease_owner == owner,
                messages.c.state.in_(states),
                *more,
            )
            .values(**values)
        )
        return bool(done.rowcount)

    def _several(
        self, condition: sa.ColumnElement[bool], *, most: int | None = None
    ) -> tuple[MessageRecord, ...]:
        rows = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(condition)
            .order_by(messages.c.created_at.desc(), messages.c.id)
            .limit(most)
        )
        return tuple(MessageRecord(*row) for row in rows)


def _claimable(now: datetime) -> sa.ColumnElement[bool]:
    ready = (messages.c.state == "ready") & (messages.c.run_at <= now)
    abandoned = (messages.c.state == "leased") & (messages.c.lease_until <= now)
    return ready | abandoned


def _lost(now: datetime) -> sa.ColumnElement[bool]:
    return (messages.c.state == "handed-over") & (messages.c.lease_until <= now)
