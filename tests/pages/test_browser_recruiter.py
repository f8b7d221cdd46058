"""A recruiter's pages in Debian's chromium: axe on every page and error state, keyboard, print."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.use_cases import sittings, vacancies
from vbr_engine.simulate import simulate_responses

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"
WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_and_error_state(house, served, open_browser, look, width):
    finish(house)
    page = open_browser(width)
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(served)
    look(page)
    press(page, "Sign in")
    see_error(page, look, "#email")
    sign_in(page)
    look(page)
    follow(page, "New vacancy")
    look(page)
    press(page, "Create the vacancy")
    see_error(page, look, "#title")
    page.get_by_label("What is the post?").fill("Night sitter")
    page.get_by_label("Who can candidates turn to?").fill("Rhona")
    page.get_by_label("Values in homecare").check()
    press(page, "Create the vacancy")
    look(page)
    follow(page, "Invite somebody")
    look(page)
    press(page, "Make the link")
    see_error(page, look, "#name")
    page.get_by_label("Name").fill("Bea")
    press(page, "Make the link")
    look(page)
    page.get_by_text("About this link").click()
    look(page)
    follow(page, "Go to the vacancy")
    look(page)
    follow(page, "Bea")
    look(page)
    follow(page, "Make a new link")
    look(page)
    press(page, "Make a new link")
    look(page)
    page.goto(f"{served}/vacancies/{house.vacancy_id}")
    look(page)
    assess(house, page, look)
    page.goto(f"{served}/candidates/unknown")
    look(page)
    page.goto(f"{served}/vacancies")
    press(page, "Sign out")
    look(page)
    assert [text for text in refused if "status of 4" not in text] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_long_words_break_rather_than_widen_a_page(house, served, open_browser, look, width):
    vacancy = vacancies.create_vacancy(
        house.store,
        house.account.provider_id,
        title="W" * 120,
        bank_id="homecare-values",
        contact="c" * 500,
        now=NOW,
    )
    sitting, token = replace(house, vacancy_id=vacancy).invite("N" * 120)
    page = open_browser(width)
    page.goto(f"{served}/i/{token}")
    look(page)
    page.goto(f"{served}/candidates/{sitting}")
    sign_in(page)
    look(page)
    page.goto(f"{served}/vacancies")
    look(page)
    page.goto(f"{served}/vacancies/{vacancy}")
    look(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_throttled_sign_in_page(served, open_browser, look, width):
    page = open_browser(width)
    page.goto(served)
    for _ in range(6):
        page.get_by_label("Email address").fill("nobody@meadow.example")
        page.get_by_label("Password").fill("a guess")
        press(page, "Sign in")
    assert page.get_by_text("Too many attempts.").first.is_visible()
    look(page)


def test_keyboard_alone_from_sign_in_to_an_invitation(house, served, open_browser):
    page = open_browser(1280)
    page.goto(f"{served}/vacancies/{house.vacancy_id}/invite")
    tab_to(page, "#email")
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    tab_to(page, "#name")
    page.keyboard.type("Typed Name")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/link$"))
    assert page.get_by_role("heading", level=1).inner_text() == "The link for Typed Name"


def test_whole_way_without_javascript(house, served, open_browser):
    finish(house)
    page = open_browser(390, javascript=False)
    page.goto(f"{served}/candidates/{house.sitting_id}/report")
    sign_in(page)
    assert page.title().startswith("What is your first view")
    page.get_by_label("Not sure yet").check()
    press(page, "Save and open the report")
    follow(page, "Record a decision")
    page.get_by_label("Hold for now").check()
    page.get_by_label("Why?").fill("Waiting for a reference.")
    press(page, "Record the decision")
    assert page.title().startswith("Alex Example")
    assert page.get_by_text("Waiting for a reference.").is_visible()


def test_printed_report_has_no_buttons_and_shows_the_chart(house, served, open_browser):
    finish(house)
    page = open_browser(1280)
    page.goto(f"{served}/candidates/{house.sitting_id}/report")
    sign_in(page)
    page.get_by_label("Promising").check()
    press(page, "Save and open the report")
    furniture = ("Download as PDF", "Record a decision", "Vacancies")
    for name in furniture:
        assert page.get_by_role("link", name=name).is_visible(), name
    page.emulate_media(media="print")
    for name in furniture:
        assert not page.get_by_role("link", name=name).is_visible(), name
    assert page.locator("svg.report-chart").is_visible()
    assert page.get_by_role("heading", name="Interview guide").is_visible()


def assess(house, page, look) -> None:
    """Go from the board to a changed decision."""
    follow(page, "Alex Example")
    look(page)
    follow(page, "Record your first view")
    look(page)
    press(page, "Save and open the report")
    see_error(page, look, "#view")
    page.get_by_label("I have concerns").check()
    page.get_by_label(re.compile("What makes you think so")).fill("Late for the call.")
    press(page, "Save and open the report")
    assert page.get_by_role("heading", level=1).inner_text() == "Report on Alex Example"
    look(page)
    follow(page, "Record a decision")
    look(page)
    press(page, "Record the decision")
    see_error(page, look, "#decision")
    decide(page, "Hold for now")
    look(page)
    follow(page, "Change the decision")
    look(page)
    decide(page, "Invite to interview")
    follow(page, "Read the report")
    look(page)


def decide(page, words: str) -> None:
    page.get_by_label(words).check()
    page.get_by_label("Why?").fill(f"Because: {words}.")
    press(page, "Record the decision")


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def follow(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def see_error(page, look, field: str) -> None:
    """Check the error state, and that its first link leads to the field."""
    assert page.title().startswith("Error: ")
    look(page)
    page.locator("#error-summary a").first.click()
    assert page.evaluate("document.activeElement.id") == field.removeprefix("#")


def sign_in(page) -> None:
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    assert "/sign-in" not in page.url


def tab_to(page, field: str) -> None:
    for _step in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == field.removeprefix("#"):
            return
    raise AssertionError(f"{field} cannot be reached by the Tab key")


def finish(house) -> None:
    """Let the invited candidate answer everything and send it."""
    sitting = sittings.start_sitting(house.store, house.token, now=NOW)
    with house.store.read() as unit:
        record = unit.doors.sitting(sitting)
        bank = house.store.bank(unit, record.bank_id, record.bank_version, record.bank_sha256)
    responses = simulate_responses(bank, 1, seed=3)
    given = responses.answers(responses.sittings[0])
    for place in range(1, 17):
        item = sittings.show_question(house.store, sitting, place).item.id
        sittings.save_answer(house.store, sitting, item, given[item], revision=0, now=NOW)
    sittings.submit_sitting(house.store, sitting, now=NOW)
