"""The statements of both queues compile for PostgreSQL, where rows that are taken are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from service.storage.jobs import Jobs
from service.storage.outbox import Outbox

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=1)


class Nothing:
    """The result of a statement that finds nothing."""

    rowcount = 0

    def scalars(self) -> tuple[()]:
        return ()

    def scalar_one(self) -> None:
        return None

    def scalar_one_or_none(self) -> str:
        return "one"

    def one_or_none(self) -> None:
        return None

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class Recorder:
    """A connection that only writes the statements for PostgreSQL."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, statement: sa.ClauseElement) -> Nothing:
        self.statements.append(str(statement.compile(dialect=postgresql.dialect())))
        return Nothing()


def test_messages_and_jobs_are_claimed_with_skip_locked() -> None:
    recorder = Recorder()
    connection = cast(sa.Connection, recorder)
    outbox, jobs = Outbox(connection), Jobs(connection)
    outbox.due(now=NOW, most=10)
    outbox.claim(("a",), owner="one", now=NOW, until=UNTIL)
    outbox.mark_unsure(now=NOW)
    outbox.hand_over("a", owner="one", now=NOW, until=UNTIL)
    outbox.settle("a", owner="one", state="sent", now=NOW)
    outbox.counts()
    jobs.claim(owner="one", now=NOW, until=UNTIL)
    jobs.recent(most=5)
    locking = [one for one in recorder.statements if "SKIP LOCKED" in one]
    assert len(locking) == 2
    assert any("FOR UPDATE OF jobs SKIP LOCKED" in one for one in locking)
    for one in locking:  # PostgreSQL locks no rows of grouped or windowed selects
        outer = one.split("FROM", 1)[0]
        assert "row_number" not in one
        assert "count(" not in outer
