"""Rights, tasks and the decision record in Debian's chromium: axe, three widths, keyboard."""

from __future__ import annotations

import pytest

from service.use_cases import accounts, asking, reports, sittings, tasks

from .conftest import WIDTHS

pytestmark = pytest.mark.browser

EMAIL = "mo@meadow.example"
PASSWORD = "a long enough pass phrase"
HEAVIEST = 100_000


@pytest.fixture
def busy(house):
    """A candidate who has finished, was turned down, and asks for everything."""
    store, now = house.store, house.store.clock()
    sittings.start_sitting(store, house.token, now=now)
    sittings.submit_sitting(store, house.sitting_id, now=now, allow_incomplete=True)
    of = (store, house.account.provider_id, house.sitting_id)
    reports.record_first_view(*of, account=house.account, view="unsure", note="Short.", now=now)
    reports.open_report(*of, account=house.account, now=now)
    reports.record_decision(
        *of, account=house.account, decision="not-now", reason="The bus.", now=now
    )
    asking.contest(store, house.sitting_id, text="There is a later bus.", now=now)
    asking.ask_person(store, house.sitting_id, text="Why?", reach="mornings", now=now)
    asking.ask_adjustment(store, house.sitting_id, ways=["paper"], text="", reach="", now=now)
    asking.ask_erasure(store, house.sitting_id, text="", now=now)
    accounts.add_account(
        store,
        house.account.provider_id,
        name="Mo Example",
        email=EMAIL,
        password=PASSWORD,
        now=now,
        role="manager",
    )
    return house


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_candidates_rights(busy, served, open_browser, look, width):
    page = open_browser(width)
    for path in ("", "/adjustment", "/how-it-is-used"):
        page.goto(f"{served}/i/{busy.token}{path}")
        look(page)
    page.goto(f"{served}/i/{busy.token}")
    page.get_by_role("main").get_by_role("link", name="Your data and your rights").click()
    look(page)
    home = page.url
    for path in ("copy", "person", "disagree", "withdraw", "erasure", "adjustment"):
        page.goto(f"{home}/{path}")
        look(page)
        assert len(page.content()) < HEAVIEST
    for path in ("disagree", "adjustment"):
        page.goto(f"{home}/{path}")
        with page.expect_navigation():
            page.get_by_role("button", name="Send this").click()
        assert page.title().startswith("Error: ")
        look(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_task_and_the_record(busy, served, open_browser, look, width):
    page = open_browser(width)
    sign_in(page, served)
    page.goto(f"{served}/tasks")
    look(page)
    lines = {line.kind.code: line for line in tasks.list_tasks(busy.store, busy.account)}
    for line in lines.values():
        page.goto(f"{served}/tasks/{line.task.id}")
        look(page)
    page.goto(f"{served}/tasks/{lines['person'].task.id}")
    with page.expect_navigation():
        page.get_by_role("button", name="Finish this task").click()
    assert page.title().startswith("Error: ")
    look(page)
    page.goto(f"{served}/candidates/{busy.sitting_id}/record")
    look(page)
    assert len(page.content()) < HEAVIEST


def sign_in(page, served):
    page.goto(f"{served}/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.locator("main form button").click()


def test_asking_for_a_person_by_keyboard_alone(busy, served, open_browser):
    page = open_browser(1280, javascript=True)
    page.goto(f"{served}/i/{busy.token}")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name="Your data and your rights").press(
            "Enter"
        )
    with page.expect_navigation():
        page.get_by_role("link", name="Ask to talk with a person").press("Enter")
    page.locator("#text").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "reach"
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "By keyboard" in page.locator("main").inner_text()


def test_the_copy_prints_without_what_is_for_the_screen(busy, served, open_browser):
    page = open_browser(1280)
    page.goto(f"{served}/i/{busy.token}")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name="Your data and your rights").click()
    page.goto(f"{page.url}/copy")
    page.emulate_media(media="print")
    assert not page.get_by_text("You can print this page").is_visible()
    assert page.get_by_text("There is a later bus.").first.is_visible()
