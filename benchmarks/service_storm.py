"""The service under a list of 10,000 people and 100 sign-ins at once, while candidates answer.

``python -m benchmarks.service_storm [PEOPLE [SIGN_INS]]`` starts gunicorn on loopback with a fresh
data folder, sends a list of PEOPLE (10,000) by the pages of a recruiter, begins to invite them,
and in that moment lets SIGN_INS (100) people send their passwords. Until the list is done,
processes beside it ask for ``/healthz``, for question pages, and save answers. Printed are the
times before and during the storm, how long everything took, and the memory of the workers. At the
end the same comes a second time, with other people: the memory should stay where it is.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from multiprocessing.queues import Queue
from pathlib import Path

import requests

from benchmarks.storm_probes import LONGEST, TOKEN, Seen, answer, ask_healthz, found
from service.config import Settings
from service.start import application, open_store
from service.storage.records import AccountRecord
from service.storage.store import utc_now
from service.use_cases import accounts, invitations, passwords, vacancies
from service.use_cases.views import Account

ROOT = Path(__file__).parents[1]
PHRASE = "copper kettle under snow"
FORM_ID = re.compile(r'name="request_id" value="([^"]+)"')
CALM, AFTER = 8, 8
ANSWERING = 4


def main(people: int = 10_000, sign_ins: int = 100) -> None:
    """Prepare, storm, and print what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        environ = {"VBR_DATA_DIR": folder, "VBR_LOG_LEVEL": "error", "VBR_MAIL": "off"}
        vacancy, links = _prepare(environ, sign_ins)
        kept = {name: v for name, v in os.environ.items() if not name.startswith("VBR_")}
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf",
             "-b", f"127.0.0.1:{port}", "service:create_app()"],
            env={**kept, **environ}, cwd=ROOT, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(address)
            _storm(address, server.pid, vacancy, links, people, sign_ins)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _prepare(environ: Mapping[str, str], sign_ins: int) -> tuple[str, list[str]]:
    """Make a provider with people and candidates; return the vacancy and the links."""
    application(environ)
    store, now = open_store(Settings.from_environment(environ)), utc_now()
    provider = accounts.add_provider(store, name="Storm Care", contact="Ask Sam.", now=now)
    hashed = passwords.hash_of(PHRASE)
    with store.write() as unit:
        for number in range(sign_ins + 1):
            name = f"person{number}"
            record = AccountRecord(provider, name, f"{name}@example.org", name, "manager", hashed)
            unit.at(provider).accounts.add(record, now=now - timedelta(days=1))
    by = Account("person0", provider, "Storm Care", "person0", "person0@example.org", "manager")
    vacancy = vacancies.create_vacancy(
        store, provider, title="Care worker", bank_id="homecare-values", contact="Ask Sam.", now=now
    )
    links = [
        invitations.invite(
            store, provider, vacancy, name=f"Ana {number}", email=f"ana{number}@example.org",
            by=by, now=now,
        ).token
        for number in range(ANSWERING)
    ]  # fmt: skip
    store.close()
    return vacancy, links


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            if requests.get(f"{address}/healthz", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def _storm(
    address: str, pid: int, vacancy: str, links: list[str], people: int, sign_ins: int
) -> None:
    recruiter = _signed_in(address, 0)
    fresh = _memory(pid)
    preview, told_at = _sent_list(recruiter, address, vacancy, people)
    over = multiprocessing.Event()
    told: Queue[Seen] = multiprocessing.Queue()
    probes = [_process(ask_healthz, address, over, told)]
    probes += [_process(answer, f"{address}/i/{link}", over, told) for link in links]
    before = _memory(pid)
    time.sleep(CALM)
    load, begun = os.getloadavg()[0], time.monotonic()
    times: list[float] = []
    guests = [
        threading.Thread(target=_guest, args=(address, number + 1, times))
        for number in range(sign_ins)
    ]
    invited, invited_after = _both(recruiter, address, preview, guests)
    ended = time.monotonic()
    signed_after = ended - begun
    most = _memory(pid)
    time.sleep(AFTER)
    after = _memory(pid)
    over.set()
    seen = [told.get() for _ in probes]
    for probe in probes:
        probe.join()
    print(f"load of the machine before: {load:.1f}; list read and checked in {told_at:.1f} s")
    print(f"{invited}: {people:,} invited after {invited_after:.1f} s")
    print(f"{len(times)} of {sign_ins} signed in after {signed_after:.1f} s")
    print(
        f"workers' memory, MB: fresh {fresh}, list read {before}, in the storm {most}, "
        f"{AFTER} s after {after}"
    )
    _tell(seen, begun, ended)
    preview, _ = _sent_list(recruiter, address, vacancy, people, of="again")
    second = [threading.Thread(target=_guest, args=(address, n + 1, [])) for n in range(sign_ins)]
    _both(recruiter, address, preview, second)
    print(f"workers' memory after the same a second time, MB: {_memory(pid)}")


def _both(
    recruiter: requests.Session, address: str, preview: str, guests: Sequence[threading.Thread]
) -> tuple[str, float]:
    """Let guests sign in while a list is imported; return its heading, and after how long."""
    began = time.monotonic()
    for guest in guests:
        guest.start()
    invited, after = _invite(recruiter, address, preview), time.monotonic() - began
    for guest in guests:
        guest.join()
    return invited, after


def _process(what: Callable[..., None], *given: object) -> multiprocessing.Process:
    process = multiprocessing.Process(target=what, args=given)
    process.start()
    return process


def _signed_in(address: str, number: int) -> requests.Session:
    """Sign in, and come back when told to."""
    session = requests.Session()
    for _ in range(60):
        page = session.get(f"{address}/sign-in", timeout=LONGEST)
        form = {
            "email": f"person{number}@example.org",
            "password": PHRASE,
            "csrf_token": found(TOKEN, page.text),
        }
        answer = session.post(
            f"{address}/sign-in", data=form, timeout=LONGEST, allow_redirects=False
        )
        if answer.status_code == 303:
            return session
        assert answer.status_code in (429, 503), answer.status_code
        time.sleep(float(answer.headers.get("Retry-After", 1)))
    raise SystemExit("nobody can sign in")


def _guest(address: str, number: int, times: list[float]) -> None:
    began = time.monotonic()
    _signed_in(address, number)
    times.append(time.monotonic() - began)


def _sent_list(
    recruiter: requests.Session, address: str, vacancy: str, people: int, *, of: str = "first"
) -> tuple[str, float]:
    """Send the list; return the address of its preview, and how long that took."""
    rows = "\n".join(f"Person {of} {n},{of}{n}@candidates.example" for n in range(people))
    place = f"{address}/vacancies/{vacancy}/import"
    page = recruiter.get(place).text
    form = {"csrf_token": found(TOKEN, page), "request_id": found(FORM_ID, page)}
    began = time.monotonic()
    answer = recruiter.post(
        place, data=form, files={"file": ("list.csv", f"name,email\n{rows}")}, timeout=LONGEST
    )
    assert "/imports/" in answer.url, answer.url
    return answer.url, time.monotonic() - began


def _invite(recruiter: requests.Session, address: str, preview: str) -> str:
    """Begin, and look until the job is done."""
    page = recruiter.get(preview, timeout=LONGEST).text
    form = {"csrf_token": found(TOKEN, page), "send": "message", "language": "en"}
    recruiter.post(f"{preview}/invite", data=form, timeout=LONGEST)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        text = recruiter.get(preview, timeout=LONGEST).text
        heading = re.search(r"<h1[^>]*>\s*([^<]+?)\s*</h1>", text)
        if heading and "invited" in heading[1]:
            return heading[1]
        time.sleep(0.5)
    raise SystemExit("the list is not done")


def _memory(pid: int) -> str:
    """Return the resident memory of each worker, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    held = [Path(f"/proc/{child}/status").read_text(encoding="utf-8") for child in children]
    return "+".join(str(int(found(re.compile(r"VmRSS:\s+(\d+)"), one)) // 1024) for one in held)


def _tell(seen: list[Seen], begun: float, ended: float) -> None:
    groups: dict[str, list[tuple[float, float]]] = {"question page": [], "answer saved": []}
    for name, times in seen:
        if name == "both":
            n_pages = int(times[0][1])
            groups["question page"] += times[1 : 1 + n_pages]
            groups["answer saved"] += times[1 + n_pages :]
        else:
            groups[name] = times
    for name, times in groups.items():
        calm = [took for at, took in times if at < begun]
        storm = [took for at, took in times if begun <= at < ended]
        print(f"  {name:<16}calm {_shares(calm)}   storm {_shares(storm)}")


def _shares(times: list[float]) -> str:
    if len(times) < 2:
        return "not enough"
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    three = " / ".join(f"{1000 * cuts[at - 1]:.0f}" for at in (50, 95, 99))
    return f"p50/p95/p99 {three} ms, slowest {1000 * max(times):.0f} ms (n {len(times)})"


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:3]))
