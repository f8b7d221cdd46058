"""A storm of sign-ins against gunicorn, while a candidate and a monitor go on.

``python -m benchmarks.signing_in [PEOPLE]`` starts a server of two workers with four threads on
loopback, lets PEOPLE (100 if not given) send their passwords in the same moment, and asks for
``/healthz`` and for a question page all the while. Whoever is told to come back does so after the
time in ``Retry-After``.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from http.client import HTTPConnection
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import requests

from service.config import Settings
from service.start import application, open_store
from service.storage import Store
from service.storage.records import AccountRecord
from service.storage.store import utc_now
from service.use_cases import accounts, invitations, passwords, vacancies
from service.use_cases.views import Account

PHRASE = "copper kettle under snow"
BANK = "homecare-values"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
EVERY = 0.05
CALM = 3
Seen = tuple[str, list[tuple[float, float]]]
ROOT = Path(__file__).parents[1]


def run(people: int) -> None:
    """Prepare, storm, and print what was measured."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        probe.close()
        environ = {"VBR_DATA_DIR": folder, "VBR_LOG_LEVEL": "error", "VBR_MAIL": "off"}
        invited = _prepare(environ, people)
        kept = {name: v for name, v in os.environ.items() if not name.startswith("VBR_")}
        command = ["-m", "gunicorn", "-c", "python:service.gunicorn_conf"]
        server = subprocess.Popen(
            [sys.executable, *command, "-b", f"127.0.0.1:{port}", "service:create_app()"],
            env={**kept, **environ},
            cwd=ROOT,
            start_new_session=True,
        )
        try:
            _storm(f"http://127.0.0.1:{port}", invited, people)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _prepare(environ: Mapping[str, str], people: int) -> str:
    """Make a provider with its people and one candidate; return the candidate's link."""
    application(environ)
    store = open_store(Settings.from_environment(environ))
    now = utc_now()
    provider = accounts.add_provider(store, name="Storm Care", contact="Ask Sam.", now=now)
    hashed = passwords.hash_of(PHRASE)
    with store.write() as unit:
        for number in range(people):
            name = f"person{number}"
            record = AccountRecord(provider, name, f"{name}@example.org", name, "manager", hashed)
            unit.at(provider).accounts.add(record, now=now - timedelta(days=1))
    link = _invite(store, provider)
    store.close()
    return link


def _invite(store: Store, provider: str) -> str:
    now = utc_now()
    by = Account("person0", provider, "Storm Care", "person0", "person0@example.org", "manager")
    vacancy = vacancies.create_vacancy(
        store, provider, title="Care worker", bank_id=BANK, contact="Ask Sam.", now=now
    )
    invited = invitations.invite(
        store, provider, vacancy, name="Ana", email="ana@example.org", by=by, now=now
    )
    return invited.token


def _storm(address: str, invited: str, people: int) -> None:
    _wait(address)
    cookies, question = _candidate(address, invited)
    forms = [_form(address) for _ in range(people)]
    over = multiprocessing.Event()
    told: Queue[Seen] = multiprocessing.Queue()
    pages = {"/healthz": (f"{address}/healthz", ""), "a question": (question, cookies)}
    probes = [
        multiprocessing.Process(target=_probe, args=(name, *page, over, told))
        for name, page in pages.items()
    ]
    for one in probes:
        one.start()
    time.sleep(CALM)
    load, start = os.getloadavg()[0], threading.Barrier(people + 1)
    guests = [Guest(number, *form, address, start) for number, form in enumerate(forms)]
    for guest in guests:
        guest.thread.start()
    start.wait()
    began = time.perf_counter()
    for guest in guests:
        guest.thread.join()
    took = time.perf_counter() - began
    over.set()
    seen = dict(told.get() for _ in probes)
    for one in probes:
        one.join()
    print(f"load of the machine before: {load:.1f}")
    _tell(guests, seen, began, took)


class Guest:
    """Somebody who signs in, and comes back when told to."""

    def __init__(
        self, number: int, cookies: str, token: str, address: str, start: threading.Barrier
    ) -> None:
        form = {"email": f"person{number}@example.org", "password": PHRASE, "csrf_token": token}
        self._body = urlencode(form)
        self._headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        self._host, self._start = urlsplit(address).netloc, start
        self.answers: list[int] = []
        self.first = 0.0
        self.thread = threading.Thread(target=self._sign_in)

    def _sign_in(self) -> None:
        self._start.wait()
        began = time.perf_counter()
        while not self.answers or self.answers[-1] in (429, 503):
            wait = self._try()
            self.first = self.first or time.perf_counter() - began
            time.sleep(wait * random.uniform(1, 2))

    def _try(self) -> int:
        connection = HTTPConnection(self._host)
        connection.request("POST", "/sign-in", self._body, self._headers)
        answer = connection.getresponse()
        self.answers.append(answer.status)
        connection.close()
        return int(answer.headers["Retry-After"] or 0)


def _probe(name: str, url: str, cookies: str, over: Event, told: Queue[Seen]) -> None:
    """Ask for one page again and again, in a process of its own."""
    parts, seen = urlsplit(url), []
    while not over.wait(EVERY):
        began = time.perf_counter()
        connection = HTTPConnection(parts.netloc)
        connection.request("GET", parts.path, headers={"Cookie": cookies})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        seen.append((began, time.perf_counter() - began))
        assert answer.status == 200, (url, answer.status)
    told.put((name, seen))


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            if requests.get(f"{address}/healthz", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _candidate(address: str, invited: str) -> tuple[str, str]:
    session = requests.Session()
    answer = session.post(f"{address}/i/{invited}")
    assert answer.ok, answer.status_code
    assert "/question" in answer.url, answer.url
    return _cookies(session), answer.url


def _form(address: str) -> tuple[str, str]:
    session = requests.Session()
    token = TOKEN.search(session.get(f"{address}/sign-in").text)
    assert token, "no form to sign in with"
    cookies = _cookies(session)
    session.close()
    return cookies, token[1]


def _cookies(session: requests.Session) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in session.cookies)


def _tell(
    guests: list[Guest], seen: Mapping[str, list[tuple[float, float]]], began: float, took: float
) -> None:
    first = Counter(guest.answers[0] for guest in guests)
    last = Counter(guest.answers[-1] for guest in guests)
    tries = max(len(guest.answers) for guest in guests)
    print(f"{len(guests)} sign-ins in the same moment, 2 workers of 4 threads")
    print(f"first answers   {dict(first)}, the slowest after {max(g.first for g in guests):.2f} s")
    print(f"last answers    {dict(last)}, everybody after {took:.2f} s, at most {tries} tries")
    for name, asked in seen.items():
        calm = [1000 * seconds for at, seconds in asked if at < began - 0.5]
        ms = sorted(1000 * seconds for at, seconds in asked if at >= began - 0.5)
        over = sum(each > 1000 for each in ms)
        print(
            f"{name:<15} median {statistics.median(ms):.0f} ms, longest {ms[-1]:.0f} ms, "
            f"{over} of {len(ms)} over a second (in calm: median {statistics.median(calm):.0f} ms, "
            f"longest {max(calm):.0f} ms)"
        )


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
