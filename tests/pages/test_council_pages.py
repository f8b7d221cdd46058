"""The council's pages and a manager's settings: what they show, what they never show, how."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page as BrowserPage

from service import create_app
from service.storage import Store
from service.use_cases import accounts, pausing, settings_changes
from service.use_cases.views import Account

from .conftest import WIDTHS

House = PageClient = Any  # of conftest.py
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough pass phrase"
COUNCIL = "cora@council.example"
MANAGER = "mona@meadow.example"
OTHER = ("Birch Care", "Bramble Care")
Look = Callable[[BrowserPage], None]


@dataclass(frozen=True)
class Rooms:
    """A council lead and a manager beside the recruiter of `house`."""

    house: House
    council: Account
    manager: Account
    browser: Callable[..., PageClient]

    def stranger(self) -> PageClient:
        return self.browser(self.house.app.test_client(), lambda _: ())

    def client(self, email: str) -> PageClient:
        client = self.stranger()
        client.post("/sign-in", {"email": email, "password": PASSWORD})
        return client


def someone(store: Store, provider_id: str, email: str, role: str) -> Account:
    account_id = accounts.add_account(
        store,
        provider_id,
        name=f"{role} person",
        email=email,
        password=PASSWORD,
        now=NOW,
        role=role,
    )
    return Account(account_id, provider_id, "", f"{role} person", email, role)


@pytest.fixture
def rooms(house: House, page_client: PageClient) -> Rooms:
    house.app.config["WTF_CSRF_ENABLED"] = False
    home = accounts.house(house.store, now=NOW)
    return Rooms(
        house,
        someone(house.store, home, COUNCIL, "council"),
        someone(house.store, house.account.provider_id, MANAGER, "manager"),
        type(page_client),
    )


@pytest.fixture
def council(rooms: Rooms) -> PageClient:
    return rooms.client(COUNCIL)


@pytest.fixture
def manager(rooms: Rooms) -> PageClient:
    return rooms.client(MANAGER)


def open_one(client: PageClient, **more: str) -> Any:
    given = {
        "name": "Bramble Care",
        "contact": "Bo, 01632 960 004",
        "manager_name": "Bo Example",
        "manager_email": "bo@bramble.example",
    }
    return client.submit(client.get("/council/new"), **(given | more))


def test_the_list_counts_people_and_names_no_candidate(council: PageClient, rooms: Rooms) -> None:
    for number in range(11):
        rooms.house.invite(f"Person {number} Hidden")
    page = council.get("/council")
    assert page.heading == "Providers"
    assert "Meadow & Larch Care" in page.reads
    assert "Hidden" not in page.source
    assert "Alex" not in page.source
    assert "Invited: 12 Started: fewer than 5" in page.reads


def test_opening_a_provider_invites_its_manager(council: PageClient, rooms: Rooms) -> None:
    page = open_one(council)
    assert page.heading == "Bramble Care"
    assert "Not yet joined" in page.reads
    assert "Bo Example" not in page.reads
    assert "bo@bramble" not in page.source
    assert "The message with the link waits to be sent." in page.reads
    again = council.submit(page)
    assert "A new link is on its way." in again.reads
    assert "/join/" not in page.source + again.source


def test_a_managers_link_is_handed_over_only_where_no_message_brings_it(
    council: PageClient, rooms: Rooms
) -> None:
    page = open_one(council)
    with rooms.house.store.write() as unit:
        unit.connection.exec_driver_sql("UPDATE messages SET state = 'dead' WHERE kind LIKE 'acc%'")
    page = council.get(page.address)
    assert "The message with the link could not be sent." in page.reads
    assert "/join/" not in page.source
    page = council.submit(page)
    assert "The last message could not be sent, so you can hand it over yourself." in page.reads
    link = next(e.get("value") for e in page.all("input") if "/join/" in e.get("value"))
    joining = rooms.stranger()
    assert "Bramble Care" in joining.get(re.sub(r"https?://[^/]+", "", link)).reads


def test_a_managers_link_has_the_public_address(rooms: Rooms) -> None:
    given = {
        "VBR_DATA_DIR": str(rooms.house.store.path.parent),
        "VBR_LOG_LEVEL": "error",
        "VBR_PUBLIC_URL": "https://recruit.example/care",
        "VBR_MAIL": "off",
    }
    app = create_app(given, clock=lambda: NOW)
    client = rooms.browser(app.test_client(), lambda _: ())
    client.submit(client.get("/sign-in"), email=COUNCIL, password=PASSWORD)
    links = [e.get("value") for e in open_one(client).all("input") if "/join/" in e.get("value")]
    assert [link.partition("/join/")[0] for link in links] == ["https://recruit.example/care"]


def test_every_problem_of_a_new_provider_is_told_at_once(council: PageClient) -> None:
    page = council.get("/council/new")
    told = council.submit(page, status=422, name="Meadow & larch care", manager_email="no")
    summary = [e.text for e in told.all("a") if "#" in e.get("href") and e.get("href") != "#main"]
    said = " ".join(summary)
    for sentence in ("There is a provider of this name", "whom people can turn to"):
        assert sentence in said
    assert "manager’s name" in said
    assert "such as name@example.org" in said


def test_an_address_with_an_account_elsewhere_is_answered_like_any_other(
    council: PageClient,
) -> None:
    def shape(page: Any) -> str:
        return page.reads.replace(*OTHER) if "Birch" in page.reads else page.reads

    usual = open_one(council)
    taken = open_one(council, name=OTHER[0], manager_email=MANAGER)
    assert shape(taken) == usual.reads
    assert shape(council.submit(taken)) == council.submit(usual).reads


def test_a_pause_says_what_happens_and_its_people_read_the_reason(
    council: PageClient, manager: PageClient, rooms: Rooms
) -> None:
    address = f"/council/{rooms.house.account.provider_id}"
    asked = council.get(address + "/pause")
    assert "Candidates who have started can finish" in asked.reads
    assert council.submit(asked, status=422, reason=" ").by_id("error-summary")
    paused = council.submit(asked, reason="The agreement has to be signed.")
    assert "Paused since" in paused.reads
    for path in ("/vacancies", "/settings"):
        assert "The agreement has to be signed." in manager.get(path).reads
    assert "Paused" in council.get("/council").reads
    council.post(address + "/resume")
    assert "The agreement" not in manager.get("/vacancies").reads


def test_a_provider_is_renamed(council: PageClient, manager: PageClient, rooms: Rooms) -> None:
    address = f"/council/{rooms.house.account.provider_id}/change"
    page = council.submit(council.get(address), name="Larch Care", contact="Ring Rhona")
    assert page.heading == "Larch Care"
    assert "Name or contact changed" in page.reads
    assert "Larch Care" in manager.get("/vacancies").reads


def test_the_list_searches_and_pages(council: PageClient, rooms: Rooms) -> None:
    for number in range(60):
        accounts.add_provider(rooms.house.store, name=f"Care {number:02}", contact="", now=NOW)
    first = council.get("/council")
    assert "Page 1 of 2" in first.reads
    assert len(first.source) < 100_000
    assert "Care 59" in council.get("/council?page=2").reads
    assert "Care 59" in council.get("/council?page=99").reads
    found = council.get("/council?q=CARE+07")
    assert "1 provider found" in found.reads
    assert "No provider is found" in council.get("/council?q=nothing").reads


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_counts_are_taken_along(council: PageClient, kind: str, rooms: Rooms) -> None:
    accounts.add_provider(rooms.house.store, name="=1+1", contact="", now=NOW)
    response = council.raw("GET", f"/council/providers.{kind}")
    assert response.status_code == 200
    if kind == "csv":
        text = response.get_data(as_text=True)
        assert "Meadow & Larch Care" in text
        assert '"\'=1+1"' in text


def test_what_is_not_there_is_not_found(council: PageClient, rooms: Rooms) -> None:
    home = rooms.council.provider_id
    for address in (f"/council/{home}", "/council/nobody", f"/council/{home}/pause"):
        council.get(address, status=404)
    mine = rooms.house.account.provider_id
    council.post(f"/council/{mine}/managers/{rooms.house.account.id}/again", status=404)


def test_a_manager_changes_what_candidates_see(manager: PageClient, rooms: Rooms) -> None:
    page = manager.get("/settings")
    assert "Meadow & Larch Care" in page.reads
    changed = manager.submit(
        manager.get("/settings/details"),
        shown_name="Meadow",
        adjustments="Mona, 01632 960 009",
        complaints="Max, 01632 960 008",
        languages="en",
    )
    assert "Mona, 01632 960 009" in changed.reads
    assert "manager person" in changed.reads
    told = manager.submit(
        manager.get("/settings/details"),
        status=422,
        shown_name="",
        adjustments="",
        complaints="x" * 700,
        languages="fr",
    )
    assert len([e for e in told.all("p") if "govuk-error-message" in e.get("class")]) == 4


def test_quiet_hours_are_checked(manager: PageClient) -> None:
    page = manager.get("/settings/quiet")
    told = manager.submit(page, status=422, begins="25:00", ends="noon", sundays="no")
    assert "Enter a time such as 20:00." in told.reads
    saved = manager.submit(page, begins="21.30", ends="7:00", sundays="no")
    assert "from 21:30 to 07:00" in saved.reads


def test_a_shorter_period_asks_first(manager: PageClient) -> None:
    page = manager.get("/settings/retention")
    assert "Information Commissioner" in page.reads
    for wrong in ("0", "25", "six", "1.5", "²"):
        assert "whole number of months" in manager.submit(page, status=422, months=wrong).reads
    asked = manager.submit(page, months="3")
    assert "This cannot be undone" in asked.reads
    saved = manager.submit(asked, months="3")
    assert "3 months after an application ended" in saved.reads
    assert "Period changed from 6 months to 3 months" in saved.reads
    longer = manager.submit(manager.get("/settings/retention"), months="12")
    assert "12 months after an application ended" in longer.reads


def test_own_words_are_previewed_and_kept(manager: PageClient) -> None:
    page = manager.get("/settings/values/homecare-values")
    seen = manager.submit(page, button=("preview", "yes"), **{"kind.en": "Warm-hearted"})
    assert "in our words: Warm-hearted" in seen.reads
    assert "Only the words" in manager.get("/settings").reads
    assert "Your words in Welsh" in page.reads
    assert "English and Welsh" in manager.get("/settings").reads
    saved = manager.submit(page, **{"kind.en": "Warm-hearted", "kind.cy": "Caredig"})
    assert "Your words for 1 value" in saved.reads
    told = manager.submit(page, status=422, **{"kind.en": "x" * 61})
    assert told.by_id("error-summary")
    manager.get("/settings/values/nothing", status=404)


def test_a_colleague_who_recruits_has_no_settings(rooms: Rooms) -> None:
    client = rooms.client(rooms.house.account.email)
    for address in ("/settings", "/settings/retention", "/council", "/council/new"):
        client.get(address, status=404)


@pytest.fixture
def signed_in(
    open_browser: Callable[..., BrowserPage], served: str, rooms: Rooms
) -> Callable[[int, str], BrowserPage]:
    def enter(width: int, email: str) -> BrowserPage:
        page = open_browser(width, javascript=True)
        page.goto(served + "/sign-in")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_load_state()
        return page

    return enter


def pages_of_the_council(rooms: Rooms) -> list[str]:
    mine = f"/council/{rooms.house.account.provider_id}"
    return ["/council", "/council/new", mine, f"{mine}/change", f"{mine}/pause", f"{mine}/managers"]


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_the_council_sees_well(
    signed_in: Callable[[int, str], BrowserPage], served: str, rooms: Rooms, look: Look, width: int
) -> None:
    provider_id = rooms.house.account.provider_id
    pausing.pause(rooms.house.store, provider_id, reason="Sign first.", by=rooms.council, now=NOW)
    page = signed_in(width, COUNCIL)
    for address in pages_of_the_council(rooms):
        page.goto(served + address)
        look(page)
    page.goto(served + "/council/new")
    page.click("text=Open the provider")
    look(page)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_a_manager_sees_well(
    signed_in: Callable[[int, str], BrowserPage], served: str, rooms: Rooms, look: Look, width: int
) -> None:
    house = rooms.house
    settings_changes.change_retention(
        house.store, house.account.provider_id, months="1", by=rooms.manager, now=NOW
    )
    page = signed_in(width, MANAGER)
    for name in ("", "/details", "/quiet", "/retention", "/values/homecare-values"):
        page.goto(served + "/settings" + name)
        look(page)
    page.click("text=Show how it reads")
    look(page)
    page.goto(served + "/settings/retention")
    page.fill("#months", "0")
    page.press("#months", "Enter")
    look(page)
