"""Work in the background: started with what asked for it, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from service.errors import NotFound
from service.storage import Unit
from service.storage.records import JobRecord
from service.words import gettext as _

__all__ = ["JobView", "Report", "job_view", "start_job"]

# How far a job is: what is done, and of how much.
Report = Callable[[int, int], None]


def start_job(
    unit: Unit,
    provider_id: str,
    kind: str,
    body: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    id: str | None = None,
) -> str:
    """Start a job, in the transaction of `unit`, and return its id.

    Parameters
    ----------
    unit : Unit
        In a transaction that writes.
    provider_id : str
        Whose job it is: only pages of this organisation find it.
    kind : str
        One of `service.outbox.registry.JOBS`.
    body : mapping
        What the job needs to know, in codes, ids and figures: nothing that names a person.
    by : str
        Id of the account that asked for it, or ``""`` for the service.
    now : datetime
    id : str, optional
        The same id again, from a form that was sent twice, starts nothing.
    """
    job_id = id or uuid4().hex
    unit.jobs.add(id=job_id, provider_id=provider_id, kind=kind, body=body, by=by, now=now)
    return job_id


@dataclass(frozen=True, slots=True)
class JobView:
    """A job for ``components/job.html``.

    Parameters
    ----------
    id, kind : str
    state : str
        ``waiting``, ``running``, ``done``, ``failed`` or ``cancelled``.
    done, total : int
        `total` is 0 while it is not known.
    problem : str
        A sentence, if it failed or is tried again.
    result : mapping
        What it returned.
    """

    id: str
    kind: str
    state: str
    done: int
    total: int
    problem: str
    result: Mapping[str, Any]
    created_at: datetime
    done_at: datetime | None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in ("done", "failed", "cancelled")


def job_view(unit: Unit, provider_id: str, job_id: str) -> JobView:
    """Return how far a job of an organisation is.

    Raises
    ------
    NotFound
    """
    job = unit.jobs.get(provider_id, job_id)
    if job is None:
        raise NotFound(_("There is no such task."))
    return view_of(job)


def view_of(job: JobRecord) -> JobView:
    """Show a job to people."""
    state = {"ready": "waiting", "leased": "running"}.get(job.state, job.state)
    return JobView(
        id=job.id,
        kind=job.kind,
        state=state,
        done=job.done,
        total=job.total,
        problem=job.problem or "",
        result=job.result or {},
        created_at=job.created_at,
        done_at=job.done_at,
    )
