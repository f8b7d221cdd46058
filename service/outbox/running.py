"""Runs one job at a time: keeps its lease while it works, and notes how it ended."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog

from service.memory import give_back
from service.outbox.registry import JOBS, JobFunction
from service.outbox.sending import backoff
from service.storage import Store
from service.storage.records import JobRecord
from vbr_engine.errors import VbrError

__all__ = ["JobTaken", "Runner"]

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 4
OUR_FAULT = "Something went wrong on our side. We have written down what happened."


class JobTaken(Exception):
    """The job was cancelled, given to another worker, or its worker stops: work no further."""


class Runner:
    """Runs jobs for one worker.

    Parameters
    ----------
    store : Store
    owner : str
        Name of the worker, in its leases.
    stop : Event
        Set when the worker stops.
    jobs : mapping, optional
        Function of each kind; `service.outbox.registry.JOBS` if not given.
    """

    def __init__(
        self,
        store: Store,
        *,
        owner: str,
        stop: threading.Event,
        jobs: Mapping[str, JobFunction] | None = None,
    ) -> None:
        self._store, self._owner, self._stop = store, owner, stop
        self._jobs = JOBS if jobs is None else jobs
        self._chance = random.Random()
        self._log = structlog.get_logger("vbr.jobs")

    def run_one(self) -> bool:
        """Run the next job that is due; False if there is none."""
        now = self._store.clock()
        with self._store.read() as unit:
            if not unit.jobs.any_due(now=now):
                return False
        with self._store.write() as unit:
            job = unit.jobs.claim(owner=self._owner, now=now, until=now + LEASE)
        if job is None:
            return False
        self._run(job)
        give_back()
        return True

    def give_back(self) -> None:
        """Give back the job that was begun: it begins again elsewhere."""
        with self._store.write() as unit:
            unit.jobs.give_back(owner=self._owner, now=self._store.clock())

    def _run(self, job: JobRecord) -> None:
        self._log.info("job", job=job.id, kind=job.kind, attempt=job.attempts)
        try:
            if job.attempts > MOST_ATTEMPTS:  # it took its worker with it each time
                self._fail(job, OUR_FAULT)
                return
            with self._lease_kept(job):
                result = self._jobs[job.kind](self._store, job, self._report_of(job))
        except JobTaken:
            self._log.info("stopped", job=job.id, kind=job.kind)
            if self._stop.is_set():
                self.give_back()
        except VbrError as error:
            self._fail(job, str(error))
        except Exception as error:
            self._log.error("failed", job=job.id, kind=job.kind, exc_info=error)
            self._again_or_fail(job)
        else:
            with self._store.write() as unit:
                unit.jobs.finish(
                    job.id, owner=self._owner, result=result or {}, now=self._store.clock()
                )

    def _report_of(self, job: JobRecord) -> Callable[[int, int], None]:
        def report(done: int, total: int) -> None:
            if self._stop.is_set():
                raise JobTaken
            with self._store.write() as unit:
                ours = unit.jobs.progress(job.id, owner=self._owner, done=done, total=total)
            if not ours:
                raise JobTaken

        return report

    def _fail(self, job: JobRecord, problem: str) -> None:
        with self._store.write() as unit:
            unit.jobs.fail(job.id, owner=self._owner, problem=problem, now=self._store.clock())

    def _again_or_fail(self, job: JobRecord) -> None:
        if job.attempts >= MOST_ATTEMPTS:
            self._fail(job, OUR_FAULT)
            return
        run_at = self._store.clock() + backoff(job.attempts, self._chance)
        with self._store.write() as unit:
            unit.jobs.postpone(job.id, owner=self._owner, problem=OUR_FAULT, run_at=run_at)

    @contextmanager
    def _lease_kept(self, job: JobRecord) -> Iterator[None]:
        over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(job.id, over), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def _keep(self, job_id: str, over: threading.Event) -> None:
        while not over.wait(LEASE.total_seconds() / 4):
            until: datetime = self._store.clock() + LEASE
            with self._store.write() as unit:
                if not unit.jobs.renew(job_id, owner=self._owner, until=until):
                    return
