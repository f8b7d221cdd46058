"""Repository of jobs: work in the background, leased by one worker at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.records import JobRecord
from service.storage.tables import jobs

__all__ = ["Jobs"]

_COLUMNS = tuple(jobs.c[name] for name in JobRecord.__dataclass_fields__)


class Jobs:
    """Jobs of all organisations; each page names the organisation whose job it shows."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self,
        *,
        id: str,
        provider_id: str,
        kind: str,
        body: Mapping[str, Any],
        by: str,
        now: datetime,
    ) -> None:
        """Add a job that may run at once; the same `id` again changes nothing."""
        if self._one(jobs.c.id == id) is None:
            self._connection.execute(
                jobs.insert().values(
                    id=id,
                    provider_id=provider_id,
                    kind=kind,
                    body=dict(body),
                    state="ready",
                    done=0,
                    total=0,
                    run_at=now,
                    attempts=0,
                    made_by=by,
                    created_at=now,
                )
            )

    def get(self, provider_id: str, job_id: str) -> JobRecord | None:
        """Find a job of an organisation."""
        return self._one((jobs.c.provider_id == provider_id) & (jobs.c.id == job_id))

    def find(self, job_id: str) -> JobRecord | None:
        """Find a job of any organisation, for the administrator."""
        return self._one(jobs.c.id == job_id)

    def latest(self, provider_id: str, kind: str) -> JobRecord | None:
        """Find the last job of a kind."""
        return self._one((jobs.c.provider_id == provider_id) & (jobs.c.kind == kind))

    def of_kind(self, provider_id: str, kind: str) -> tuple[JobRecord, ...]:
        """List an organisation's jobs of a kind, newest first."""
        rows = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(jobs.c.provider_id == provider_id, jobs.c.kind == kind)
            .order_by(jobs.c.created_at.desc(), jobs.c.id)
        )
        return tuple(JobRecord(*row) for row in rows)

    def recent(self, *, most: int) -> tuple[JobRecord, ...]:
        """List jobs of all organisations: what runs or waits, what failed, then the newest."""
        concern = sa.case({"leased": 0, "ready": 1, "failed": 2}, value=jobs.c.state, else_=3)
        rows = self._connection.execute(
            sa.select(*_COLUMNS).order_by(concern, jobs.c.created_at.desc(), jobs.c.id).limit(most)
        )
        return tuple(JobRecord(*row) for row in rows)

    def any_due(self, *, now: datetime) -> bool:
        """Whether a job waits to be run."""
        found = self._connection.execute(sa.select(jobs.c.id).where(_claimable(now)).limit(1))
        return found.scalar_one_or_none() is not None

    def claim(self, *, owner: str, now: datetime, until: datetime) -> JobRecord | None:
        """Lease the next job: of the organisation that has the fewest running, oldest first."""
        running = (
            sa.select(jobs.c.provider_id, sa.func.count().label("number"))
            .where(jobs.c.state == "leased", jobs.c.lease_until > now)
            .group_by(jobs.c.provider_id)
            .subquery()
        )
        chosen = self._connection.execute(
            sa.select(jobs.c.id)
            .outerjoin(running, running.c.provider_id == jobs.c.provider_id)
            .where(_claimable(now))
            .order_by(sa.func.coalesce(running.c.number, 0), jobs.c.run_at, jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=jobs)
        ).scalar_one_or_none()
        if chosen is None:
            return None
        self._connection.execute(
            jobs.update()
            .where(jobs.c.id == chosen)
            .values(
                state="leased",
                lease_owner=owner,
                lease_until=until,
                attempts=jobs.c.attempts + 1,
                problem=None,
            )
        )
        return self._one(jobs.c.id == chosen)

    def renew(self, job_id: str, *, owner: str, until: datetime) -> bool:
        """Keep the lease; False if the job is not ours any more."""
        return self._moved(job_id, owner, lease_until=until)

    def progress(self, job_id: str, *, owner: str, done: int, total: int) -> bool:
        """Note how far it is; False if the job is not ours any more."""
        return self._moved(job_id, owner, done=done, total=total)

    def finish(self, job_id: str, *, owner: str, result: Mapping[str, Any], now: datetime) -> bool:
        """Note that it is done."""
        return self._moved(job_id, owner, state="done", result=dict(result), done_at=now)

    def fail(self, job_id: str, *, owner: str, problem: str, now: datetime) -> bool:
        """Note that it failed for good."""
        return self._moved(job_id, owner, state="failed", problem=problem, done_at=now)

    def postpone(self, job_id: str, *, owner: str, problem: str, run_at: datetime) -> bool:
        """Let it wait for its next attempt."""
        return self._moved(
            job_id, owner, state="ready", problem=problem, run_at=run_at, lease_owner=None
        )

    def give_back(self, *, owner: str, now: datetime) -> None:
        """Give back the jobs of a worker that stops."""
        self._connection.execute(
            jobs.update()
            .where(jobs.c.lease_owner == owner, jobs.c.state == "leased")
            .values(
                state="ready",
                run_at=now,
                attempts=jobs.c.attempts - 1,
                lease_owner=None,
                lease_until=None,
            )
        )

    def retry(self, job_id: str, *, now: datetime) -> bool:
        """Let a failed or cancelled job run again."""
        done = self._connection.execute(
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.state.in_(("failed", "cancelled")))
            .values(
                state="ready", run_at=now, attempts=0, problem=None, done_at=None, lease_owner=None
            )
        )
        return bool(done.rowcount)

    def cancel(self, job_id: str, *, now: datetime) -> bool:
        """Stop a job: it stops at its next report."""
        done = self._connection.execute(
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.state.in_(("ready", "leased")))
            .values(state="cancelled", done_at=now, lease_owner=None, lease_until=None)
        )
        return bool(done.rowcount)

    def counts(self) -> dict[str, int]:
        """Return how many jobs are in each state."""
        rows = self._connection.execute(
            sa.select(jobs.c.state, sa.func.count()).group_by(jobs.c.state)
        )
        return {row[0]: int(row[1]) for row in rows}

    def _moved(self, job_id: str, owner: str, **values: Any) -> bool:
        done = self._connection.execute(
            jobs.update()
            .where(jobs.c.id == job_id, jobs.c.lease_owner == owner, jobs.c.state == "leased")
            .values(**values)
        )
        return bool(done.rowcount)

    def _one(self, condition: sa.ColumnElement[bool]) -> JobRecord | None:
        row = self._connection.execute(
            sa.select(*_COLUMNS)
            .where(condition)
            .order_by(jobs.c.created_at.desc(), jobs.c.id)
            .limit(1)
        ).one_or_none()
        return None if row is None else JobRecord(*row)


def _claimable(now: datetime) -> sa.ColumnElement[bool]:
    ready = (jobs.c.state == "ready") & (jobs.c.run_at <= now)
    abandoned = (jobs.c.state == "leased") & (jobs.c.lease_until <= now)
    return ready | abandoned
