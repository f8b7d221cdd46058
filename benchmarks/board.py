"""How fast a recruiter's pages open with 2,000 candidates in one vacancy.

``python -m benchmarks.board [NUMBER]`` makes a service in a temporary folder, fills it with made-up
people at every stage, and asks for each page over HTTP's own interface, without a network.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from service import create_app
from service.storage import Store, Tenant
from service.storage.records import Identity, SittingRecord
from service.use_cases import accounts, vacancies
from service.use_cases.facts import FACTS
from service.use_cases.happenings import stand_anew
from vbr_engine.bank.form import draw_form

EMAIL, PASSWORD = "rhona@meadow.example", "a long enough pass phrase"
FIRST = ("Ana", "Bilal", "Chloe", "Dana", "Ewan", "Farah", "Grace", "Hana", "Idris", "Jo")
LAST = ("Beispiel", "Example", "Sample", "Muster", "Esempio", "Enghraifft", "Przyklad")
TRIES = 9


def main(number: int = 2000) -> None:
    """Fill, measure, print."""
    with tempfile.TemporaryDirectory() as data:
        app = create_app({"VBR_DATA_DIR": data, "VBR_LOG_LEVEL": "error"})
        store: Store = app.extensions["vbr"].store
        provider, vacancy = fill(store, number)
        client = app.test_client()
        sign_in(client)
        size = sum(file.stat().st_size for file in Path(data).glob("*.sqlite3*"))
        print(f"{number:,} candidates of one vacancy, {size / 1e6:.0f} MB")
        here = f"/vacancies/{vacancy}"
        sitting = first_sitting(store, provider)
        for what, address in (
            ("board", here),
            ("board, last page", f"{here}?page=9999&show=all"),
            ("board, stuck", f"{here}?show=stuck"),
            ("board, a stage", f"{here}?stage=completed"),
            ("board, search by name", f"{here}?q=farah+sample"),
            ("board, by source", f"{here}?source=referral"),
            ("vacancies", "/vacancies"),
            ("call list", "/calls"),
            ("one candidate", f"/candidates/{sitting}"),
            ("board as CSV", f"{here}/board.csv?show=all"),
            ("board as Excel", f"{here}/board.xlsx?show=all"),
        ):
            measure(client, what, address)


def measure(client: Any, what: str, address: str) -> None:
    """Ask several times; print the median, the slowest and the size."""
    times, size = [], 0
    for _try in range(TRIES):
        begun = time.perf_counter()
        answer = client.get(address)
        times.append(time.perf_counter() - begun)
        assert answer.status_code == 200, (address, answer.status_code)
        size = len(answer.data)
    print(
        f"{what:24} {statistics.median(times) * 1e3:6.0f} ms, slowest {max(times) * 1e3:4.0f} ms, "
        f"{size / 1000:5.1f} kB"
    )


def sign_in(client: Any) -> None:
    """Sign in as the recruiter."""
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    given = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=given).status_code == 303


def fill(store: Store, number: int) -> tuple[str, str]:
    """Make a provider, a vacancy and people at every stage; return their ids."""
    now = store.clock()
    provider = accounts.add_provider(store, name="Meadow Care", contact="Ask Sam.", now=now)
    accounts.add_account(store, provider, name="Rhona", email=EMAIL, password=PASSWORD, now=now)
    vacancy = vacancies.create_vacancy(
        store, provider, title="Care worker, evenings", bank_id="homecare-values",
        contact="Ask Sam.", now=now,
    )  # fmt: skip
    chance = random.Random(11)
    with store.write() as unit:
        bank = unit.banks.newest("homecare-values")
        assert bank is not None
        tenant = unit.at(provider)
        for place in range(number):
            form = draw_form(store.bank(unit, bank.id, bank.version, bank.sha256), seed=place)
            sitting = SittingRecord(
                provider, f"{place:032x}", vacancy, bank.id, bank.version, bank.sha256, "en",
                form, False, now,
            )  # fmt: skip
            add(tenant, sitting, chance, now)
    return provider, vacancy


def first_sitting(store: Store, provider: str) -> str:
    """Return somebody with a long history."""
    with store.read() as unit:
        going = unit.at(provider).boards.going()
    return max(going, key=lambda one: (one[2].n_calls, one[2].n_answered))[1]


def add(tenant: Tenant, sitting: SittingRecord, chance: random.Random, now: datetime) -> None:
    """Add one application with all that happened to it."""
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    tenant.sittings.add(sitting)
    email = f"{name.split()[0].lower()}{sitting.id[-4:]}@example.org"
    phone = f"+447700900{chance.randrange(1000):03}"
    tenant.identities.add(sitting.id, Identity(name, email, phone))
    at = now - timedelta(days=chance.uniform(0.1, 40))
    for kind, body, item in happenings(sitting, chance):
        at = min(at + timedelta(hours=chance.uniform(0.01, 30)), now)
        if "step" in body and body["step"] != "called":
            body["on"] = at.date().isoformat()
        tenant.events.append(sitting.id, kind, at=at, item_id=item, body=body)
    tenant.standings.put(sitting.id, sitting.vacancy_id, stand_anew(tenant, sitting))


Made = tuple[str, dict[str, Any], str | None]


def happenings(sitting: SittingRecord, chance: random.Random) -> Iterator[Made]:
    """Let somebody come as far as chance has it."""
    source = chance.choice(FACTS["source"].choices)
    yield "invited", {}, None
    yield "facts", {"source": source, "travel_minutes": chance.randrange(60)}, None
    if chance.random() < 0.25:
        return
    yield "started", {}, None
    whole = chance.random() < 0.75
    items = sitting.form.items if whole else sitting.form.items[: chance.randrange(12)]
    for item in items:
        yield "answered", {"answer": {"a": 1, "b": 2, "c": 3, "d": 4}, "revision": 1}, item
    if not whole:
        return
    yield "submitted", {}, None
    if chance.random() < 0.4:
        yield "step", {"step": "called", "outcome": "no-answer"}, None
    for step in ("attended", "offered", "accepted", "started-work"):
        if chance.random() < 0.4:
            return
        yield "step", {"step": step}, None
    if chance.random() < 0.3:
        yield "step", {"step": "left", "ended_by": "candidate", "reason": "hours"}, None


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
