"""The researchers' pages: what they show, to whom, and how they look."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page as BrowserPage

from service.outbox.running import Runner
from service.use_cases import accounts, asking, sittings

from .conftest import NOW, PASSWORD, House, Page, PageClient

BANK = Path(__file__).parents[2] / "question_banks" / "homecare-values"
RAVI, RITA = "ravi@research.example", "rita@research.example"
Look = Callable[[BrowserPage], None]


@dataclass(frozen=True)
class Rooms:
    house: House

    def client(self, email: str) -> PageClient:
        client = PageClient(self.house.app.test_client(), lambda _: ())
        client.post("/sign-in", {"email": email, "password": PASSWORD})
        return client

    def work(self) -> None:
        runner = Runner(self.house.store, owner="test", stop=threading.Event())
        while runner.run_one():
            pass


@pytest.fixture
def rooms(house: House) -> Rooms:
    house.app.config["WTF_CSRF_ENABLED"] = False
    home = accounts.house(house.store, now=NOW)
    for email in (RAVI, RITA):
        name = f"{email.split('@')[0].title()} Sample"
        accounts.add_account(
            house.store, home, name=name, email=email, password=PASSWORD, now=NOW, role="researcher"
        )
    return Rooms(house)


def files(**replaced: str) -> list[tuple[bytes, str]]:
    """The published bank with a new version number and another title."""
    text = (BANK / "bank.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^version: .*$", "version: 0.9.0", text, flags=re.MULTILINE)
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new, 1)
    found = [(text.encode(), "bank.yaml")]
    for place in sorted((BANK / "catalogues").iterdir()):
        words = place.read_text(encoding="utf-8").replace("\nsummary: ", "\nsummary: Revised. ", 1)
        assert "Revised. " in words
        found.append((words.encode(), place.name))
    return found


def proposed(client: PageClient, given: list[tuple[bytes, str]], *, status: int = 200) -> Page:
    streams = [(BytesIO(content), name) for content, name in given]
    form = client.get("/research/proposals/new")
    return client.submit(form, status=status, files=streams, reason="A clearer summary.")


def policy() -> bytes:
    """The bank's own policy under another name."""
    text = (BANK / "bank.yaml").read_text(encoding="utf-8")
    lines = text[text.index("\npolicy:") + 1 :].splitlines()
    end = next((n for n, one in enumerate(lines[1:], 1) if one and one[0] not in " #"), len(lines))
    made = "\n".join(lines[:end]) + "\n"
    return re.sub(r"^  id: .*$", "  id: trial-1", made, count=1, flags=re.MULTILINE).encode()


def looked_at(client: PageClient, rooms: Rooms, version: str) -> str:
    form = client.get(f"/research/banks/homecare-values/{version}/rescore")
    sent = client.submit(form, policy="", policy_file=(BytesIO(policy()), "policy.yaml"))
    rooms.work()
    return str(sent.address)


def version_of(rooms: Rooms) -> str:
    with rooms.house.store.read() as unit:
        newest = unit.banks.newest("homecare-values")
    assert newest is not None
    return str(newest.version)


def finished(house: House, n: int) -> None:
    for number in range(n):
        sitting_id, token = house.invite(f"Person {number}")
        sittings.start_sitting(house.store, token, now=NOW)
        answer_first(house, sitting_id)
        sittings.submit_sitting(house.store, sitting_id, now=NOW, allow_incomplete=True)
        asking.consent(house.store, sitting_id, research=True, now=NOW)


def answer_first(house: House, sitting_id: str) -> None:
    """Answer the first scenario that asks for ratings."""
    for number in range(1, 15):
        item = sittings.show_question(house.store, sitting_id, number).item
        if item.scale is not None:
            given = dict.fromkeys(item.options, 1)
            sittings.save_answer(house.store, sitting_id, item.id, given, revision=0, now=NOW)
            return


def test_researchers_start_at_the_banks_and_see_versions_and_keys(rooms: Rooms) -> None:
    ravi, version = rooms.client(RAVI), version_of(rooms)
    page = ravi.get("/research")
    assert page.heading == "Question banks"
    assert "draft translation" in page.reads
    assert "English: 0" in page.reads
    finished(rooms.house, 2)
    assert "English: fewer than 5" in ravi.get("/research").reads
    one = ravi.get(f"/research/banks/homecare-values/{version}")
    assert "The key stands on this page" in one.reads
    assert "28 scenarios" in one.reads
    welsh = ravi.get(f"/research/banks/homecare-values/{version}?in=cy")
    assert "draft that nobody has reviewed" in welsh.reads
    ravi.get("/research/banks/homecare-values/9.9.9", status=404)
    ravi.get(f"/research/banks/homecare-values/{version}/differences", status=404)


def test_two_people_publish_a_version(rooms: Rooms) -> None:
    ravi, rita = rooms.client(RAVI), rooms.client(RITA)
    before = version_of(rooms)
    place = proposed(ravi, files()).address
    mine, hers = ravi.get(place), rita.get(place)
    assert "nobody publishes their own" in mine.reads
    assert "Publish it" not in mine.reads
    assert "Revised." in hers.reads
    assert f"What differs from {before}" in hers.reads
    refused = ravi.post(f"{place}/publish", {"note": ""}, status=409)
    assert "Another researcher has to review it" in refused.reads
    assert version_of(rooms) == before
    nothing = rita.post(f"{place}/return", {"note": ""}, status=422)
    assert "Write down what has to change." in nothing.reads
    done = rita.submit(hers, note="Good.")
    assert "New vacancies use this version" in done.reads
    assert version_of(rooms) == "0.9.0"
    assert f"What differs from {before}" in ravi.get("/research").reads
    page = ravi.get("/research/banks/homecare-values/0.9.0/differences")
    assert "Revised." in page.reads


def test_whoever_closes_a_version_too_late_is_not_told_it_was_done(rooms: Rooms) -> None:
    ravi, rita = rooms.client(RAVI), rooms.client(RITA)
    place, before = proposed(ravi, files()).address, version_of(rooms)
    late = rita.get(place)
    ravi.post(f"{place}/take-back", {})
    page = rita.submit(late, note="Good.")
    assert page.address == place
    assert "New vacancies use this version" not in page.reads
    assert version_of(rooms) == before


def test_faults_are_told_by_file_and_line(rooms: Rooms) -> None:
    ravi = rooms.client(RAVI)
    page = proposed(ravi, files(**{"format: 1": "format: 7"}), status=422)
    assert re.search(r"bank\.yaml:\d+: format", page.reads)
    assert "A clearer summary." in page.source
    assert "None yet. Whoever changes a bank" in ravi.get("/research").reads


def test_an_export_is_asked_for_and_downloaded(rooms: Rooms) -> None:
    ravi, version = rooms.client(RAVI), version_of(rooms)
    chosen = {"version": f"homecare-values/{version}", "people": "real"}
    few = ravi.post("/research/exports", chosen)
    rooms.work()
    assert "nothing is exported" in ravi.get(few.address).reads
    assert "Choose a version" in ravi.post("/research/exports", {}, status=422).reads
    ravi.get("/research/exports/none/responses.parquet", status=404)


def test_a_policy_is_looked_at_and_applied(rooms: Rooms) -> None:
    ravi, version = rooms.client(RAVI), version_of(rooms)
    finished(rooms.house, 3)
    place = looked_at(ravi, rooms, version)
    page = ravi.get(place)
    assert "too few to tell" in page.reads
    assert ravi.post(f"{place}/apply", {"reason": ""}, status=422).by_id("reason-error")
    ravi.post(f"{place}/apply", {"reason": "Trial."})
    rooms.work()
    assert "It holds now." in ravi.get(place).reads
    assert "trial-1, which was applied later" in ravi.get("/research").reads


def test_nobody_else_finds_these_pages(rooms: Rooms, page_client: PageClient) -> None:
    rhona = rooms.client("rhona@meadow.example")
    for address in ("/research", "/research/exports", "/research/proposals/new"):
        rhona.get(address, status=404)
        assert page_client.raw("GET", address).status_code == 303


def test_the_pages_on_a_phone_and_a_desk(
    rooms: Rooms, served: str, open_browser: Callable[..., BrowserPage], look: Look
) -> None:
    ravi, version = rooms.client(RAVI), version_of(rooms)
    finished(rooms.house, 12)
    bank = f"/research/banks/homecare-values/{version}"
    proposal = proposed(ravi, files()).address
    rescoring = looked_at(ravi, rooms, version)
    export = ravi.post("/research/exports", {"version": f"homecare-values/{version}"}).address
    rooms.work()
    assert "Download the responses" in ravi.get(export).reads
    faults = [
        f"{bank}/rescore",
        "/research/proposals/new",
    ]
    pages = ["/research", bank, f"{bank}?in=cy", proposal, rescoring, "/research/exports", export]
    for width in (390, 1280):
        page = open_browser(width)
        page.goto(f"{served}/sign-in")
        page.fill("#email", RITA)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        for address in (*pages, *faults):
            answer = page.goto(served + address)
            assert answer is not None
            assert answer.status == 200, address
            assert len(answer.body()) < 100_000, (address, len(answer.body()))
            look(page)
        for address in faults:
            page.goto(served + address)
            page.click("main button[type=submit]")
            assert page.locator("#error-summary").is_visible()
            look(page)
