"""The repository of tasks: what somebody of an organisation has to see to, for one candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.tables import tasks

__all__ = ["TaskRecord", "Tasks"]


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """Something to see to; `body` holds codes and the numbers of events, never a person's words."""

    id: str
    sitting_id: str
    kind: str
    body: Mapping[str, Any]
    opened_at: datetime
    taken_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None


_COLUMNS = tuple(tasks.c[name] for name in TaskRecord.__dataclass_fields__)


class Tasks:
    """Tasks of an organisation."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(
        self, id: str, sitting_id: str, kind: str, *, body: Mapping[str, Any], now: datetime
    ) -> None:
        """Add an open task."""
        self._connection.execute(
            tasks.insert().values(
                provider_id=self._provider_id,
                id=id,
                sitting_id=sitting_id,
                kind=kind,
                body=dict(body),
                opened_at=now,
            )
        )

    def get(self, task_id: str) -> TaskRecord | None:
        """Find a task."""
        found = self._found(tasks.c.id == task_id)
        return found[0] if found else None

    def open(self) -> tuple[TaskRecord, ...]:
        """List the tasks that are not closed, longest open first."""
        return self._found(tasks.c.closed_at.is_(None))

    def of(self, sitting_id: str) -> tuple[TaskRecord, ...]:
        """List the tasks about one candidate, oldest first."""
        return self._found(tasks.c.sitting_id == sitting_id)

    def take(self, task_id: str, *, by: str | None) -> None:
        """Note who sees to an open task, or with None that nobody does."""
        self._change(task_id, taken_by=by)

    def close(self, task_id: str, *, by: str | None, now: datetime, outcome: str) -> None:
        """Close an open task; without `by` the service did."""
        self._change(task_id, closed_by=by, closed_at=now, outcome=outcome)

    def _change(self, task_id: str, **values: Any) -> None:
        self._connection.execute(
            tasks.update()
            .where(
                tasks.c.provider_id == self._provider_id,
                tasks.c.id == task_id,
                tasks.c.closed_at.is_(None),
            )
            .values(**values)
        )

    def _found(self, condition: sa.ColumnElement[bool]) -> tuple[TaskRecord, ...]:
        rows = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(tasks.c.provider_id == self._provider_id, condition)
            .order_by(tasks.c.opened_at, tasks.c.id)
        )
        return tuple(TaskRecord(*row) for row in rows)
