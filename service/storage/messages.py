"""Repository of the messages of one organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.records import MessageRecord
from service.storage.tables import messages

__all__ = ["OPEN", "Messages"]

OPEN = ("ready", "leased", "handed-over")

_COLUMNS = tuple(messages.c[name] for name in MessageRecord.__dataclass_fields__)


class Messages:
    """Messages of one organisation."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(
        self,
        *,
        id: str,
        key: str,
        kind: str,
        channel: str,
        language: str,
        sitting_id: str | None,
        account_id: str | None,
        body: Mapping[str, Any],
        run_at: datetime,
        now: datetime,
    ) -> bool:
        """Add a message; say whether it is new, or one of this key is there already."""
        if self.by_key(key) is not None:
            return False
        self._connection.execute(
            messages.insert().values(
                provider_id=self._provider_id,
                id=id,
                key=key,
                kind=kind,
                channel=channel,
                language=language,
                sitting_id=sitting_id,
                account_id=account_id,
                body=dict(body),
                state="ready",
                run_at=run_at,
                attempts=0,
                created_at=now,
            )
        )
        return True

    def get(self, message_id: str) -> MessageRecord | None:
        """Find a message."""
        return self._one(messages.c.id == message_id)

    def by_key(self, key: str) -> MessageRecord | None:
        """Find a message by what made it."""
        return self._one(messages.c.key == key)

    def of(self, sitting_ids: tuple[str, ...]) -> tuple[MessageRecord, ...]:
        """List the messages of sittings, oldest first."""
        rows = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(
                messages.c.provider_id == self._provider_id,
                messages.c.sitting_id.in_(sitting_ids),
            )
            .order_by(messages.c.created_at, messages.c.id)
        )
        return tuple(MessageRecord(*row) for row in rows)

    def last_to(self, account_id: str, kinds: tuple[str, ...]) -> MessageRecord | None:
        """Return the newest message of some kinds to an account."""
        row = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(
                messages.c.provider_id == self._provider_id,
                messages.c.account_id == account_id,
                messages.c.kind.in_(kinds),
            )
            .order_by(messages.c.created_at.desc(), messages.c.id)
            .limit(1)
        ).one_or_none()
        return None if row is None else MessageRecord(*row)

    def cancel(
        self, *, sitting_id: str, now: datetime, kinds: tuple[str, ...] | None = None
    ) -> int:
        """Cancel what waits to be sent for a sitting, and return how many there were."""
        condition = sa.true() if kinds is None else messages.c.kind.in_(kinds)
        done = self._connection.execute(
            messages.update()
            .where(
                messages.c.provider_id == self._provider_id,
                messages.c.sitting_id == sitting_id,
                messages.c.state.in_(("ready", "leased")),
                condition,
            )
            .values(state="cancelled", done_at=now, lease_owner=None, lease_until=None, body={})
        )
        return int(done.rowcount)

    def forget(self, sitting_id: str) -> None:
        """Empty what is done with for a sitting: nothing that was filled in is kept."""
        self._connection.execute(
            messages.update()
            .where(
                messages.c.provider_id == self._provider_id,
                messages.c.sitting_id == sitting_id,
                messages.c.state.not_in(OPEN),
            )
            .values(body={}, problem=None)
        )

    def _one(self, condition: sa.ColumnElement[bool]) -> MessageRecord | None:
        row = self._connection.execute(
            sa.select(*_COLUMNS).where(messages.c.provider_id == self._provider_id, condition)
        ).one_or_none()
        return None if row is None else MessageRecord(*row)
