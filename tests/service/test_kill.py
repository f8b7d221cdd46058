"""kill -9 of the whole server at random moments, while people work through the pages.

Nothing that was acknowledged may be missing afterwards, and nothing may have happened twice.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from service.storage import Store
from service.use_cases.ledger import verify
from vbr_engine.bank.model import Bank, ResponseFormat

KILLS = 6
CLIENTS = 4
LONGEST = 300.0  # a slow, shared machine; some 30 s on an idle one
SECRET = "a secret for tests, 32 characters"
ROOT = Path(__file__).parents[2]


class Server:
    """A real gunicorn in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VBR_")},
            "VBR_DATA_DIR": str(folder),
            "VBR_BANKS": str(ROOT / "tests" / "banks"),
            "VBR_SECRET_KEY": SECRET,
            "VBR_LOG_LEVEL": "error",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self._free(), "the port is not free"
        command = ["-m", "gunicorn", "-c", "python:service.gunicorn_conf"]
        self._process = subprocess.Popen(
            [sys.executable, *command, "-b", f"127.0.0.1:{self.port}", "service:create_app()"],
            env=self._environ,
            cwd=ROOT,
            start_new_session=True,
        )
        deadline = time.monotonic() + 30
        while not self._healthy():
            assert self._process.poll() is None, "gunicorn did not start"
            assert time.monotonic() < deadline, "gunicorn did not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + 10
        while not self._free() and time.monotonic() < deadline:
            time.sleep(0.01)  # the workers die a moment after their parent

    def _free(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def _healthy(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=2).status_code == 200
        except requests.RequestException:
            return False


@dataclass
class Person(ABC):
    """Somebody with a browser who never gives up."""

    address: str
    deadline: float
    retried: int = 0
    error: str = ""
    web: requests.Session = field(default_factory=requests.Session)

    def run(self, stop: threading.Event) -> None:
        try:
            self.work(stop)
        except Exception as error:  # told by the test, not lost in the thread
            self.error = f"{type(error).__name__}: {error}"

    @abstractmethod
    def work(self, stop: threading.Event) -> None:
        """Do what this client does until it is told to stop."""

    def _send(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Any:
        """Send until an answer comes: the same again, whatever became of it."""
        while time.monotonic() < self.deadline:
            try:
                reply = self.web.request(
                    method, self.address + path, data=form, timeout=10, allow_redirects=False
                )
            except requests.RequestException:
                self.retried += 1
                time.sleep(0.05)
                continue
            assert reply.status_code < 500, f"{reply.status_code} for {method} {path}"
            return reply
        raise AssertionError("no time left")

    def _fill_in(self, path: str, **fields: str) -> str:
        """Send the form of a page and return where the answer leads."""
        page = self._send("GET", path)
        if page.status_code == 303:  # done already: the reply was lost
            return str(page.headers["Location"])
        reply = self._send("POST", path, {**_hidden(page.text), **fields})
        assert reply.status_code == 303, f"{reply.status_code} for {path}"
        return str(reply.headers["Location"])


@dataclass(kw_only=True)
class Recruiter(Person):
    """Invites people, and decides about those who have finished."""

    email: str
    password: str
    vacancy_id: str
    finished: list[str]
    invited: list[str] = field(default_factory=list)
    viewed: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)

    def work(self, stop: threading.Event) -> None:
        self._fill_in("/sign-in", email=self.email, password=self.password)
        while not stop.is_set() or self.finished:
            person = {"name": f"Person {len(self.invited)}", "language": "en", "send": "link"}
            where = self._fill_in(f"/vacancies/{self.vacancy_id}/invite", **person)
            self.invited.append(where.split("/")[2])
            if self.finished:
                self._decide(self.finished[0])
                self.finished.pop(0)
            time.sleep(0.1)

    def _decide(self, sitting: str) -> None:
        self._fill_in(f"/candidates/{sitting}/first-view", view="promising", note="Kind.")
        self.viewed.append(sitting)
        assert self._send("GET", f"/candidates/{sitting}/report").status_code == 200
        self._fill_in(f"/candidates/{sitting}/decision", decision="hold", reason="A call first.")
        self.decided.append(sitting)


@dataclass(kw_only=True)
class Client(Person):
    """One candidate, who remembers what was acknowledged."""

    token: str
    bank: Bank
    valid_answer: Callable[..., dict[str, int]]
    seed: int
    order: tuple[str, ...]
    acknowledged: list[tuple[str, Mapping[str, int]]] = field(default_factory=list)

    def work(self, stop: threading.Event) -> None:
        rng = random.Random(self.seed)
        sitting = self._start()
        total = self.bank.blueprint.length
        turn = 0
        while not stop.is_set() or turn < total:
            self._answer(sitting, 1 + turn % total, rng.randrange(1000))
            turn += 1
        self._submit(sitting)

    def _start(self) -> str:
        # Twice, as a double click or a retry after a lost reply would.
        for _ in range(2):
            reply = self._send("POST", f"/i/{self.token}", {})
        match = re.search(r"/sitting/([0-9a-f]{32})/", reply.headers["Location"])
        assert match, reply.headers["Location"]
        return match[1]

    def _answer(self, sitting: str, number: int, turn: int) -> None:
        path = f"/sitting/{sitting}/question/{number}"
        page = self._send("GET", path)
        item = self.bank.item_by_id[self.order[number - 1]]
        answer = self.valid_answer(item, turn)
        form = {**_hidden(page.text), **_fields(item.format, answer), "action": "save"}
        reply = self._send("POST", path, form)
        assert reply.status_code == 303, f"{reply.status_code} for an answer to {item.id}"
        self.acknowledged.append((item.id, answer))

    def _submit(self, sitting: str) -> None:
        page = self._send("GET", f"/sitting/{sitting}/check")
        if page.status_code == 200:
            reply = self._send("POST", f"/sitting/{sitting}/submit", _hidden(page.text))
            assert reply.status_code == 303, f"{reply.status_code} for submitting"


def _hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(found)


def _fields(format: ResponseFormat, answer: Mapping[str, int]) -> dict[str, Any]:
    if format in (ResponseFormat.RATE, ResponseFormat.RANK):
        return {f"option-{option}": str(code) for option, code in answer.items()}
    if format is ResponseFormat.MOST_LEAST:
        chosen = {code: option for option, code in answer.items()}
        return {"most": chosen[1], "least": chosen[-1]}
    return {"pick": [option for option, code in answer.items() if code]}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.kill()


@pytest.mark.endurance
def test_kills_lose_nothing_that_was_acknowledged(
    server: Server,
    house: Any,
    bank: Bank,
    store: Store,
    valid_answer: Callable[..., dict[str, int]],
) -> None:
    rng = random.Random(20261122)
    finished = [house.submitted().sitting_id for _ in range(KILLS)]
    house.clock.now = house.clock.now.__class__.now(house.clock.now.tzinfo)
    invited = [house.invite(f"Candidate {number}") for number in range(CLIENTS)]
    deadline = time.monotonic() + LONGEST
    clients = [
        Client(
            server.address,
            deadline,
            token=one.token,
            bank=bank,
            valid_answer=valid_answer,
            seed=seed,
            order=order,
        )
        for seed, (one, order) in enumerate(zip(invited, _orders(store, invited), strict=True))
    ]
    recruiter = Recruiter(
        server.address,
        deadline,
        email=house.account.email,
        password=house.password,
        vacancy_id=house.vacancy_id,
        finished=list(finished),
    )
    server.start()
    stop = threading.Event()
    people: list[Person] = [*clients, recruiter]
    threads = [threading.Thread(target=one.run, args=(stop,), daemon=True) for one in people]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        _wait_for(clients, rng.randrange(8, 40), deadline)
        time.sleep(rng.uniform(0, 0.05))
        server.kill()
        server.start()
    stop.set()
    for thread in threads:
        thread.join(LONGEST)

    assert [one.error for one in people] == [""] * len(people)
    assert recruiter.decided == recruiter.viewed == finished
    with store.read() as unit:
        vacancy = unit.at(house.provider_id).sittings.of_vacancy(house.vacancy_id)
        known = {one.sitting_id for one in invited} | {*finished, *recruiter.invited}
        assert {sitting.id for sitting in vacancy} == known, "a sitting lost, or a second one"
        assert len(known) == CLIENTS + KILLS + len(recruiter.invited)
        for sitting_id in finished:
            kinds = [event.kind for event in unit.at(house.provider_id).events.of(sitting_id)]
            assert (kinds.count("first-view"), kinds.count("decided")) == (1, 1)
            assert kinds.index("first-view") < kinds.index("report-opened") < kinds.index("decided")
        for client, one in zip(clients, invited, strict=True):
            _check(client, unit.at(house.provider_id).events.of(one.sitting_id))
            assert unit.at(house.provider_id).profiles.get(one.sitting_id) is not None
        result = unit.connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    assert result == "ok"
    ledger = verify(store)
    assert ledger.findings == ()
    assert ledger.entries >= 3 * len(finished)
    total = sum(len(client.acknowledged) for client in clients)
    retried = sum(one.retried for one in people)
    print(
        f"{KILLS} kills, {total} answers, {len(recruiter.invited)} invitations, {retried} retries"
    )
    assert total >= KILLS * 8
    assert sum(client.retried for client in clients) >= KILLS, "the kills met no request"


def _wait_for(clients: list[Client], more: int, deadline: float) -> None:
    """Wait until some more answers were acknowledged, so that each kill meets traffic."""
    wanted = more + sum(len(client.acknowledged) for client in clients)
    while sum(len(client.acknowledged) for client in clients) < wanted:
        assert time.monotonic() < deadline, "no time left"
        assert not any(client.error for client in clients), [c.error for c in clients]
        time.sleep(0.002)


def _orders(store: Store, invited: list[Any]) -> list[tuple[str, ...]]:
    with store.read() as unit:
        found = [unit.doors.sitting(one.sitting_id) for one in invited]
    return [sitting.form.items for sitting in found if sitting is not None]


def _check(client: Client, events: tuple[Any, ...]) -> None:
    kinds = [event.kind for event in events]
    assert kinds.count("started") == 1
    assert kinds.count("submitted") == 1
    stored = [(event.item_id, dict(event.body["answer"])) for event in events if event.item_id]
    for item, answer in client.acknowledged:
        assert (item, answer) in stored, f"lost: {item} {answer}"
    last_stored, last_said = dict(stored), dict(client.acknowledged)
    assert last_stored == last_said
