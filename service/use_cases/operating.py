"""What the administrator sees of messages and jobs, and can do about them: nobody's name in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.errors import NotFound
from service.storage import Store, Unit
from service.storage.records import JobRecord
from service.use_cases.jobs import JobView, view_of
from service.words import gettext as _

__all__ = [
    "MOST",
    "Overview",
    "RunningJob",
    "StuckMessage",
    "cancel_job",
    "drop_messages",
    "overview",
    "replay_messages",
    "retry_job",
    "stuck_message",
]

MOST = 100
EVERY = "all"


@dataclass(frozen=True, slots=True)
class StuckMessage:
    """A message that needs a person; `state` is dead or unsure, `problem` what was answered."""

    id: str
    kind: str
    channel: str
    provider: str
    state: str
    problem: str
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job and whose it is."""

    job: JobView
    provider: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The queue of messages and the jobs.

    Parameters
    ----------
    counts : mapping of str to int
        Messages by state.
    oldest_due : datetime or None
        Since when the oldest message waits that could have gone.
    stuck : tuple of StuckMessage
        The newest `MOST` of those that need a person.
    n_stuck : int
        How many there are in all.
    jobs : tuple of RunningJob
        The newest.
    """

    counts: Mapping[str, int]
    oldest_due: datetime | None
    stuck: tuple[StuckMessage, ...]
    n_stuck: int
    jobs: tuple[RunningJob, ...]


def overview(store: Store, *, now: datetime) -> Overview:
    """Return how the queue and the jobs are."""
    with store.read() as unit:
        counts = unit.outbox.counts()
        names = _Names(unit)
        return Overview(
            counts,
            unit.outbox.oldest_due(now=now),
            _stuck(unit, names),
            counts.get("dead", 0) + counts.get("unsure", 0),
            tuple(
                RunningJob(view_of(job), names.of(job.provider_id))
                for job in unit.jobs.recent(most=20)
            ),
        )


def stuck_message(store: Store, message_id: str) -> StuckMessage | None:
    """Find a message that needs a person; None for ``all``.

    Raises
    ------
    NotFound
    """
    if message_id == EVERY:
        return None
    with store.read() as unit:
        found = [one for one in _stuck(unit, _Names(unit), message_id) if one.id == message_id]
    if not found:
        raise NotFound(_("There is no such message, or it needs nobody any more."))
    return found[0]


def replay_messages(store: Store, message_id: str, *, now: datetime) -> int:
    """Let a message, or ``all`` that need a person, go again; return how many."""
    with store.write() as unit:
        return unit.outbox.replay(_ids(message_id), now=now)


def drop_messages(store: Store, message_id: str, *, now: datetime) -> int:
    """Cancel a message, or ``all`` that need a person; return how many."""
    with store.write() as unit:
        return unit.outbox.drop(_ids(message_id), now=now)


def retry_job(store: Store, job_id: str, *, now: datetime) -> bool:
    """Let a job that failed run again."""
    with store.write() as unit:
        return unit.jobs.retry(job_id, now=now)


def cancel_job(store: Store, job_id: str, *, now: datetime) -> bool:
    """Stop a job."""
    with store.write() as unit:
        return unit.jobs.cancel(job_id, now=now)


def find_job(store: Store, job_id: str) -> JobRecord:
    """Find a job of any organisation.

    Raises
    ------
    NotFound
    """
    with store.read() as unit:
        found = unit.jobs.find(job_id)
    if found is None:
        raise NotFound(_("There is no such task."))
    return found


class _Names:
    """Names of organisations, each looked up once."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._known: dict[str, str] = {}

    def of(self, provider_id: str) -> str:
        if provider_id not in self._known:
            provider = self._unit.providers.get(provider_id)
            self._known[provider_id] = provider.name if provider else ""
        return self._known[provider_id]


def _stuck(unit: Unit, names: _Names, message_id: str | None = None) -> tuple[StuckMessage, ...]:
    return tuple(
        StuckMessage(
            message.id,
            message.kind,
            message.channel,
            names.of(message.provider_id),
            message.state,
            message.problem or "",
            message.attempts,
            message.done_at or message.run_at,
        )
        for message in unit.outbox.stuck(most=MOST, id=message_id)
    )


def _ids(message_id: str) -> tuple[str, ...] | None:
    return None if message_id == EVERY else (message_id,)
