"""Other ways to answer, in Debian's chromium: axe, widths, keyboard, and the form on paper."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.use_cases import accounts, adjustments, sittings, words

from .conftest import WIDTHS

pytestmark = pytest.mark.browser

EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"
# A folder for pictures, to look at the pages.
PICTURES = os.environ.get("VBR_TEST_PICTURES")


def picture(page, name, width):
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


def adjust(house, sitting_id, way):
    adjustments.adjust(
        house.store,
        house.account.provider_id,
        sitting_id,
        account=house.account,
        way=way,
        note="Ring after six.",
        now=house.store.clock(),
    )


def in_words(house, n=3):
    """Make one more candidate, who has sent answers in own words."""
    sitting_id, token = house.invite("Kit Example")
    adjust(house, sitting_id, "typed")
    now = house.store.clock()
    sittings.start_sitting(house.store, token, now=now)
    for number in range(1, n + 1):
        said = "I would sit down with her.\n\n" + "We talk about Jan, because she is worried. " * 6
        words.save_words(house.store, sitting_id, number, said, revision=0, now=now)
    sittings.submit_sitting(house.store, sitting_id, now=now, allow_incomplete=True)
    return sitting_id, token


def sign_in(page):
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_the_staff(house, served, open_browser, look, width):
    kit, _token = in_words(house)
    page = open_browser(width)
    here = house.sitting_id
    page.goto(f"{served}/candidates/{here}/adjustment")
    sign_in(page)
    look(page)
    picture(page, "adjustment", width)
    adjust(house, here, "entered")
    page.goto(f"{served}/candidates/{here}")
    look(page)
    picture(page, "candidate", width)
    page.goto(f"{served}/entry")
    look(page)
    page.goto(f"{served}/entry?reference=none")
    look(page)
    page.goto(f"{served}/entry/{here}")
    look(page)
    picture(page, "entry-start", width)
    page.get_by_role("button", name="Begin").click()
    look(page)
    page.get_by_label("By phone").check()
    page.get_by_role("button", name="Begin").click()
    for number in range(1, 17):
        page.goto(f"{served}/entry/{here}/{number}?how=phone")
        if number < 5:
            look(page)
            picture(page, f"entry-{number}", width)
    page.get_by_role("button", name="Save and continue").click()
    look(page)  # with errors
    page.goto(f"{served}/entry/{here}/check?how=phone")
    look(page)
    page.get_by_label("The candidate has confirmed").check()
    page.get_by_role("button", name="Send the answers").click()
    look(page)
    picture(page, "entry-check", width)
    adjust(house, here, "spoken")
    page.goto(f"{served}/entry/{here}/words/2?how=phone")
    look(page)
    picture(page, "entry-words", width)
    page.goto(f"{served}/ratings")
    look(page)
    picture(page, "ratings", width)
    page.get_by_role("link", name="Rate the next answer").click()
    look(page)
    picture(page, "rating", width)
    page.get_by_role("button", name="Save and go on").click()
    look(page)
    page.goto(f"{served}/ratings/agreement")
    look(page)
    page.goto(f"{served}/candidates/{kit}")
    look(page)
    picture(page, "being-rated", width)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_somebody_who_answers_in_own_words(house, served, open_browser, look, width):
    adjust(house, house.sitting_id, "typed")
    page = open_browser(width, javascript=True)
    page.goto(f"{served}/i/{house.token}")
    page.locator("#start button, form#start button").first.click()
    look(page)
    page.get_by_role("button", name="Save and continue").click()
    look(page)
    picture(page, "words-error", width)
    page.get_by_role("textbox").fill("x" * 400 + "\n\nA second paragraph.")
    picture(page, "words", width)
    page.get_by_role("button", name="Save and continue").click()
    page.goto(f"{served}/sitting/{house.sitting_id}/check")
    look(page)
    picture(page, "words-check", width)
    page.get_by_role("button", name="Send my answers").click()
    look(page)
    page.get_by_label("I want to send my answers without these").check()
    page.get_by_role("button", name="Send my answers").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Your answers are with us"
    look(page)
    picture(page, "waiting", width)


def test_keyboard_alone_from_the_answer_to_its_rating(house, served, open_browser):
    in_words(house, 1)
    page = open_browser(1280)
    page.goto(f"{served}/ratings")
    sign_in(page)
    page.get_by_role("link", name="Rate the next answer").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/ratings/answer/*")
    tab_to(page, "input[name=level]")
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    tab_to(page, "textarea")
    page.keyboard.type("A note.")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ratings")
    with house.store.read() as unit:
        (rated,) = unit.at(house.account.provider_id).answering.ratings()
    assert rated.body["level"] == 3


def test_a_colleague_sees_nothing_of_the_first_rating(house, served, open_browser):
    in_words(house, 1)
    accounts.add_account(
        house.store,
        house.account.provider_id,
        name="Bea Example",
        email="bea@meadow.example",
        password=PASSWORD,
        now=house.store.clock(),
    )
    page = open_browser(390)
    page.goto(f"{served}/ratings")
    sign_in(page)
    page.get_by_role("link", name="Rate the next answer").click()
    page.get_by_label("Fully there").check()
    page.get_by_label("A note").fill("Unmistakably warm.")
    page.get_by_role("button", name="Save and go on").click()
    assert page.get_by_text("Nothing waits for you.").is_visible()
    other = open_browser(390)
    other.goto(f"{served}/ratings")
    other.get_by_label("Email address").fill("bea@meadow.example")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.get_by_role("link", name="Rate the next answer").click()
    assert other.locator("input[name=level]:checked").count() == 0
    assert "Unmistakably" not in other.content()
    assert "Kit" not in other.content()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("way", ["entered", "spoken"])
def test_the_paper_form_prints_on_a4(house, served, open_browser, look, tmp_path, way, large):
    adjust(house, house.sitting_id, way)
    page = open_browser(390)
    address = f"{served}/candidates/{house.sitting_id}/paper" + ("?large=yes" if large else "")
    page.goto(address)
    sign_in(page)
    page.goto(address)
    look(page)
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    points = page.evaluate(
        "() => parseFloat(getComputedStyle(document.querySelector('.story')).fontSize) * 0.75"
    )
    assert points == pytest.approx(18 if large else 12, abs=0.1)
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    folder = Path(PICTURES) if PICTURES else tmp_path
    (folder / f"paper-{way}-{'large' if large else 'ordinary'}.pdf").write_bytes(printed)


def tab_to(page, selector):
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard never comes to {selector}")
