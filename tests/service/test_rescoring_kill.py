"""kill -9 of a re-scoring at one moment after the other: every batch whole, and nobody twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.storage import Store
from service.storage.tables import profiles
from service.use_cases import accounts, rescoring
from service.use_cases.ledger import verify
from service.use_cases.views import Account

from .test_rescoring import WHY, answered, looked_at

PEOPLE = 6
BATCH = 2
SECRET = "a secret for tests, 32 characters"
# Loaded once. For each line a process is born that runs the job as the worker does, at the time
# that the line says, and kills itself before a statement or a commit: which one, the line says too.
DRIVER = f"""
import os, signal, sys, threading
from datetime import datetime
from pathlib import Path
import sqlalchemy as sa
from service import logs
from service.outbox import running
from service.storage import Store
from service.use_cases import rescoring_jobs
rescoring_jobs.BATCH = {BATCH}
running.MOST_ATTEMPTS = 1000
logs.configure("error")
left = 0

def step(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

for line in sys.stdin:
    number, at = line.split()
    pid = os.fork()
    if pid == 0:
        left, now = int(number), datetime.fromisoformat(at)
        store = Store(Path(sys.argv[1]), secret=sys.argv[2], clock=lambda: now)
        sa.event.listen(store._engine, "before_cursor_execute", step)
        sa.event.listen(store._engine, "commit", step)
        running.Runner(store, owner=number, stop=threading.Event()).run_one()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@contextmanager
def nursery(store: Store) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", DRIVER, str(store.path), SECRET]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True) as parent:
        yield parent
        assert parent.stdin
        parent.stdin.close()


def ran(parent: subprocess.Popen[str], moment: int, at: str) -> int:
    """Let a process run the job until a moment; return how it ended."""
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(f"{moment} {at}\n")
    parent.stdin.flush()
    return int(parent.stdout.readline())


def scored_again(house: Any, ids: list[str]) -> list[str]:
    """Return who was scored again, after looking that nothing is half done."""
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        kept = Counter(unit.connection.execute(profiles.select()).scalars("sitting_id").all())
        told = {one: [e.kind for e in tenant.events.of(one)].count("rescored") for one in ids}
        policies = {one: tenant.profiles.get(one)["policy"] for one in ids}
    for one in ids:
        assert kept[one] == 1 + told[one], "a profile without its event, or the other way round"
        assert told[one] <= 1, "scored again twice"
        assert policies[one] == ("distance-1" if told[one] else "near-miss-1")
    return [one for one in ids if told[one]]


@pytest.mark.slow
def test_killed_at_one_moment_after_the_other(house: Any) -> None:
    ids = sorted(answered(house, turn=turn) for turn in range(PEOPLE))
    place = accounts.house(house.store, now=house.clock())
    account = Account("ravi", place, "House", "Ravi", "ravi@research.example", "researcher")
    made = looked_at(house, account)
    rescoring.apply(house.store, account, made, reason=WHY, now=house.clock())
    seen: Counter[int] = Counter()
    moment, ended = 1, -int(signal.SIGKILL)
    with nursery(house.store) as parent:
        while ended == -int(signal.SIGKILL):
            house.clock.forward(minutes=2)  # the lease of whoever was killed is over
            ended = ran(parent, moment, house.clock().isoformat())
            done = scored_again(house, ids)
            assert done == ids[: len(done)], "in order"
            assert len(done) % BATCH == 0, "half a batch"
            seen[len(done)] += 1
            moment += 5
    print(f"{sum(seen.values()) - 1} kills, by how many were done: {dict(seen)}")
    assert ended == 0
    assert done == ids
    assert all(seen[number] > 1 for number in range(0, PEOPLE, BATCH)), f"killed too late: {seen}"
    with house.store.read() as unit:
        job = unit.jobs.find(f"rescoring-{made}")
        assert unit.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert job is not None
    assert job.state == "done"
    assert job.attempts > 1
    assert verify(house.store).is_sound
