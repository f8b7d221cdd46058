"""kill -9 in the middle of an import: everybody is invited or nobody, and nobody twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from service.storage import Store
from service.storage.store import utc_now
from service.storage.tables import events, identities, messages, sittings, standings
from service.use_cases import importing, imports
from service.use_cases.import_lists import Choice

KILLS = 14
PEOPLE = 600
SECRET = "a secret for tests, 32 characters"
# Loaded once, and born again by a fork for each line that comes in: the forked process runs the
# import as the worker does, with a lease so short that the next one need not wait.
DRIVER = """
import os, signal, sys, threading
from datetime import timedelta
from pathlib import Path
from service import logs
from service.outbox import running
from service.storage import Store
running.LEASE = timedelta(seconds=0.2)
running.MOST_ATTEMPTS = 1000
logs.configure("error")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        store = Store(Path(sys.argv[1]), secret=sys.argv[2])
        runner = running.Runner(store, owner=str(os.getpid()), stop=threading.Event())
        print("born", os.getpid(), flush=True)
        while True:
            if not runner.run_one():
                running.threading.Event().wait(0.005)
"""


class Nursery:
    """Bears workers."""

    def __init__(self, store: Store) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(store.path), SECRET],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def born(self) -> int:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write("one\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline().split()[1])

    def close(self) -> None:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.close()
        self._parent.wait(10)
        self._parent.stdout.close()


def people(number: int) -> bytes:
    lines = (f"Person {number}-{n},p{number}x{n}@example.org" for n in range(PEOPLE))
    return "\n".join(("Name,Email", *lines)).encode()


def begun(house: Any, number: int) -> str:
    """Send a list that is imported in the background."""
    import_id = imports.draft(
        house.store,
        house.provider_id,
        house.vacancy_id,
        content=people(number),
        name="people.csv",
        by=house.account,
        now=utc_now(),
    )
    importing.start_import(
        house.store,
        house.provider_id,
        import_id,
        choice=Choice(send=True),
        by=house.account,
        now=utc_now(),
    )
    return import_id


def rows_of(store: Store, import_id: str) -> tuple[str, Counter[str]]:
    """Return the state of an import, and how many rows it has in each table."""
    with store.read() as unit:
        connection = unit.connection
        mine = sittings.select().with_only_columns(sittings.c.id)
        mine = mine.where(sittings.c.import_id == import_id)
        ids = tuple(connection.execute(mine).scalars())
        found: Counter[str] = Counter({"sittings": len(ids)})
        for table in (identities, standings, events, messages):
            chosen = table.select().where(table.c.sitting_id.in_(mine))
            for row in connection.execute(chosen):
                kind = f" {row.kind}" if table in (events, messages) else ""
                found[table.name + kind] += 1
        state = connection.exec_driver_sql(
            "SELECT state FROM imports WHERE id = ?", (import_id,)
        ).scalar_one()
    return str(state), found


def shown(house: Any, import_id: str) -> int:
    """Return how many people of an import its organisation can find in any way."""
    with house.store.read() as unit:
        tenant = unit.at(house.provider_id)
        mine = set(tenant.bulk.imported(import_id))
        named = {one.sitting_id for one in tenant.bulk.namesakes(house.vacancy_id)}
        on_board = set(tenant.standings.of_vacancy(house.vacancy_id))
        by_name = {one for one, _name, _email in tenant.boards.people(house.vacancy_id)}
    assert mine <= named == on_board == by_name
    return len(mine)


def whole(found: Counter[str]) -> bool:
    """Whether everybody is there; messages may still be on their way, a block at a time."""
    invitations, reminders = found["messages invitation"], found["messages reminder"]
    everything = Counter(
        {
            "sittings": PEOPLE,
            "identities": PEOPLE,
            "standings": PEOPLE,
            "events invited": PEOPLE,
            "messages invitation": invitations,
            "messages reminder": reminders,
        }
    )
    return found == +everything and reminders == 2 * invitations and invitations <= PEOPLE


@pytest.mark.endurance
def test_killed_at_random_moments(house: Any) -> None:
    store: Store = house.store
    store.clock = utc_now
    chance, nursery = random.Random(8), Nursery(store)
    outcomes: Counter[str] = Counter()
    worker = nursery.born()
    began = time.monotonic()
    import_id = begun(house, 0)
    _wait(lambda: _finished(store, import_id))
    usual = time.monotonic() - began
    made = [import_id]
    for number in range(1, KILLS + 1):
        made.append(begun(house, number))
        time.sleep(chance.uniform(0, usual))
        os.kill(worker, signal.SIGKILL)
        state, found = rows_of(store, made[-1])
        if state == "running":
            # What was written ahead is nobody's yet: nothing happened, nothing is sent or shown.
            assert set(found) <= {"sittings", "identities"}, "half an import"
            assert found["sittings"] == found["identities"]
            assert shown(house, made[-1]) == 0
            state = "written ahead" if found["sittings"] else "running"
        else:
            assert state == "done"
            assert whole(found), found
            assert shown(house, made[-1]) == PEOPLE
        outcomes[state if found["messages reminder"] < 2 * PEOPLE else "finished"] += 1
        worker = nursery.born()
        _wait(lambda: _finished(store, made[-1]))
    assert all(_finished(store, one) for one in made)
    os.kill(worker, signal.SIGKILL)
    nursery.close()
    print(f"{KILLS} kills: {dict(outcomes)}")
    assert outcomes["running"] + outcomes["written ahead"] >= 3, "the kills came too late"
    with store.read() as unit:
        keys = unit.connection.execute(messages.select().with_only_columns(messages.c.key))
        assert max(Counter(keys.scalars()).values()) == 1
        assert unit.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def _finished(store: Store, import_id: str) -> bool:
    state, found = rows_of(store, import_id)
    return state == "done" and whole(found) and found["messages reminder"] == 2 * PEOPLE


def _wait(happened: Any, *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "no time left"
        time.sleep(0.02)
