"""A worker killed at any moment sends nothing twice, and loses nothing without saying so."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from service.storage import Store
from service.storage.store import utc_now
from service.use_cases import invitations
from service.use_cases.messages import enqueue

MESSAGES = 60
KILLS = 24
SECRET = "a secret for tests, 32 characters"
# The real worker with short leases, so that the test need not wait for minutes. It is loaded once
# and born again by a fork for each line that comes in.
DRIVER = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from service import logs
from service.mail_settings import MailSettings
from service.outbox import sending
from service.outbox.worker import Worker
from service.storage import Store
sending.LEASE = sending.HANDING_OVER = timedelta(seconds=0.4)
path, port = Path(sys.argv[1]), int(sys.argv[2])
logs.configure("error")
settings = MailSettings(way="smtp", folder=path.parent, address="https://recruit.example",
                        host="127.0.0.1", port=port, sender="R <no-reply@recruit.example>")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        worker = Worker(Store(path, secret=sys.argv[3]), settings)
        worker.start()
        worker.wait()
    print(pid, flush=True)
"""


class Post:
    """A mail server that takes its time and remembers what it took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        time.sleep(random.uniform(0, 0.02))
        content = envelope.content or b""
        assert isinstance(content, bytes)
        head = content.decode("ascii", "replace")
        message = next(line for line in head.splitlines() if line.startswith("Message-ID:"))
        with self._lock:
            self.taken.append((envelope.rcpt_tos[0], message.split(":", 1)[1].strip()))
        return "250 OK"


@pytest.fixture
def post() -> Any:
    handler = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.mark.endurance
def test_killed_at_random_moments(make_house: Callable[..., Any], post: Any) -> None:
    handler, port = post
    house = make_house()
    store: Store = house.store
    store.clock = utc_now
    for number in range(MESSAGES):
        _invite(house, number)
    chance, killed, nursery = random.Random(9), 0, Nursery(store, port)
    deadline = time.monotonic() + 300  # a slow, shared machine; some 40 s on an idle one
    while time.monotonic() < deadline and (killed < KILLS or _open(store)):
        worker = nursery.born()
        if killed < KILLS:
            # From its first message on, at any moment between two of them.
            before = len(handler.taken)
            _wait_for(lambda b=before: len(handler.taken) > b or not _open(store))  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.03))
            killed += 1
        else:
            _wait_for(lambda: not _open(store), seconds=20)
        os.kill(worker, signal.SIGKILL)
        if killed < KILLS and not _open(store):
            _invite(house, MESSAGES + killed)
    nursery.close()
    with store.read() as unit:
        counts, messages = unit.outbox.counts(), unit.outbox.stuck(most=500)
    total = sum(counts.values())
    people, ids = Counter(to for to, _ in handler.taken), Counter(id for _, id in handler.taken)
    assert killed >= 20
    assert [one for one, times in people.items() if times > 1] == [], "somebody got it twice"
    assert [one for one, times in ids.items() if times > 1] == []
    assert set(counts) <= {"sent", "unsure"}, counts
    assert counts.get("sent", 0) + counts.get("unsure", 0) == total >= MESSAGES
    # Everything that did not arrive is listed as unsure, for a person to decide.
    listed = {f"<{message.id}@recruit.example>" for message in messages}
    assert len(ids) + len(listed - set(ids)) == total


def _invite(house: Any, number: int) -> None:
    invited = invitations.invite(
        house.store,
        house.provider_id,
        house.vacancy_id,
        name=f"Person {number}",
        email=f"person{number}@example.org",
        by=house.account,
        now=utc_now(),
    )
    with house.store.write() as unit:
        enqueue(
            unit.at(house.provider_id),
            "invitation",
            key=f"invitation:{invited.sitting_id}",
            at=utc_now() - timedelta(seconds=1),
            sitting_id=invited.sitting_id,
        )


class Nursery:
    """Bears workers."""

    def __init__(self, store: Store, port: int) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(store.path), str(port), SECRET],
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
        return int(self._parent.stdout.readline())

    def close(self) -> None:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.close()
        self._parent.wait(10)
        self._parent.stdout.close()


def _open(store: Store) -> bool:
    with store.read() as unit:
        counts = unit.outbox.counts()
    return any(counts.get(state) for state in ("ready", "leased", "handed-over"))


def _wait_for(happened: Callable[[], bool], *, seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not happened():
        time.sleep(0.002)
