"""A recruiter's pages in Debian's chromium: axe on every page and error state, keyboard, print."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.use_cases import sittings, vacancies
from vbr_engine.simulate import simulate_responses

from .conftest import WIDTHS

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"


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
    press(page, "Invite")
    see_error(page, look, "#send")
    page.get_by_label("Name", exact=True).fill("Bea")
    page.get_by_label("I hand the link over myself").check()
    press(page, "Invite")
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
    steps(house, served, page, look)
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
    tab_to(page, "#send")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/link$"))
    assert page.get_by_role("heading", level=1).inner_text() == "The link for Typed Name"


@pytest.mark.parametrize("width", WIDTHS)
def test_call_list_and_board_with_people_to_call(house, served, open_browser, look, width):
    for name in ("Bea Example", "N" * 120):
        house.invite(name)
    page = open_browser(width)
    page.goto(f"{served}/calls")
    sign_in(page)
    look(page)
    later(house)
    page.goto(f"{served}/calls")
    sign_in(page)
    look(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Call list for today"
    page.get_by_role("button", name=re.compile("Left a message.*Bea")).click()
    assert page.get_by_text("Recorded for Bea Example").is_visible()
    look(page)
    page.goto(f"{served}/vacancies")
    look(page)
    page.goto(f"{served}/vacancies/{house.vacancy_id}")
    look(page)
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Record").is_visible()


def test_keyboard_alone_records_for_several(house, served, open_browser):
    house.invite("Bea Example")
    page = open_browser(1280)
    page.goto(f"{served}/vacancies/{house.vacancy_id}")
    sign_in(page)
    tab_to(page, f"#who-{house.sitting_id}", steps=40)
    page.keyboard.press("Space")
    tab_to(page, "#what", steps=40)
    page.keyboard.type("Offered")
    page.keyboard.press("Tab")
    tab_to(page, "", steps=10, name="BUTTON")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Recorded for 1 person: Offered the job.").is_visible()
    tab_to(page, "", steps=15, name="BUTTON", words="Undo")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Taken back for 1 person.").is_visible()


def later(house) -> None:
    """Let three days pass."""
    at = NOW + timedelta(days=3)
    house.app.extensions["vbr"] = replace(house.app.extensions["vbr"], clock=lambda: at)
    house.store.clock = lambda: at


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


def steps(house, served, page, look) -> None:
    """Record steps in every way, with every mistake, and take them back."""
    here, board = (
        f"{served}/candidates/{house.sitting_id}",
        f"{served}/vacancies/{house.vacancy_id}",
    )
    page.goto(here)
    press(page, "No answer")
    look(page)
    page.locator(".undo button").click()
    look(page)
    page.get_by_text("Something else, or on another day").click()
    look(page)
    follow(page, "Not appointed")
    look(page)
    press(page, "Record")
    see_error(page, look, "#text")
    for code in ("interview-booked", "called", "withdrawn"):
        page.goto(f"{here}/step/{code}")
        look(page)
    page.goto(f"{here}/facts")
    page.get_by_label("Minutes of travel").fill("far")
    press(page, "Save")
    see_error(page, look, "#travel_minutes")
    page.goto(f"{here}/contact")
    page.get_by_label("Phone number").fill("12")
    press(page, "Save")
    see_error(page, look, "#phone")
    house.invite("Cy Example")
    page.goto(board)
    follow(page, "Choose everybody on this page")
    page.get_by_label("What happened?").select_option("offered")
    press(page, "Record")
    look(page)
    page.get_by_label("Choose Cy Example").check()
    page.get_by_label("What happened?").select_option("called:reached")
    press(page, "Record")
    page.goto(f"{board}?choose=all")
    page.get_by_label("What happened?").select_option("accepted")
    press(page, "Record")
    page.goto(f"{board}?choose=all&show=all")
    press(page, "Record")
    see_error(page, look, "#what")
    page.goto(f"{board}?q=nobody+of+this+name")
    look(page)
    page.goto(f"{served}/calls")
    look(page)
    page.goto(f"{board}/close")
    look(page)
    press(page, "Close the vacancy")
    look(page)
    page.goto(board)
    look(page)


def decide(page, words: str) -> None:
    page.get_by_label(words).check()
    page.get_by_label("Why?").fill(f"Because: {words}.")
    press(page, "Record the decision")


def press(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()


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


def tab_to(page, field: str, *, steps: int = 20, name: str = "", words: str = "") -> None:
    """Press Tab until a field, or a button, has the focus."""
    for _step in range(steps):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "[document.activeElement.id, document.activeElement.tagName, "
            "document.activeElement.innerText]"
        )
        if (field and focus[0] == field.removeprefix("#")) or (
            name == focus[1] and words in focus[2]
        ):
            return
    raise AssertionError(f"{field or words} cannot be reached by the Tab key")


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
