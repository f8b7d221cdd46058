"""A candidate's pages in Debian's chromium: axe, three widths, no JavaScript, keyboard, weights."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import WIDTHS

pytestmark = pytest.mark.browser

FIRST_VISIT = 60_000
AFTERWARDS = 15_000
SAVE = "Save and continue"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_and_error_state(house, served, open_browser, look, width):
    page = open_browser(width)
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    for address in ("/about", "/privacy", "/accessibility", f"/i/{house.token}"):
        page.goto(served + address)
        look(page)
    practise(page, look)
    press(page, "Start")
    seen = set()
    for number in range(1, 17):
        kind = format_of(page)
        if kind not in seen:
            look(page)
            press(page, SAVE)
            assert page.title().startswith("Error: ")
            look(page)
            if kind != "rate":
                fill(page, kind, wrong=True)
                press(page, SAVE)
                assert page.title().startswith("Error: ")
                look(page)
        seen.add(kind)
        if number == 5:
            press(page, "Leave this one for now")
            continue
        fill(page, kind)
        press(page, SAVE)
    assert seen == {"rate", "rank", "most-least", "pick"}
    look(page)
    press(page, "Send my answers")
    look(page)
    page.get_by_label(re.compile("I want to send")).check()
    press(page, "Send my answers")
    assert page.get_by_role("heading", level=1).inner_text() == "Your feedback"
    look(page)
    page.goto(f"{served}/i/{house.token}")
    look(page)
    assert [text for text in refused if "status of 4" not in text] == []


@pytest.mark.parametrize("address", ["/i/unknown", "/sitting/unknown/question/1", "/nowhere"])
def test_error_pages(served, open_browser, look, address):
    page = open_browser(390)
    page.goto(served + address)
    look(page)


def test_whole_way_without_javascript(house, served, open_browser):
    page = open_browser(390, javascript=False)
    page.goto(f"{served}/i/{house.token}")
    press(page, "Start")
    for _number in range(16):
        fill(page, format_of(page))
        press(page, SAVE)
    press(page, "Send my answers")
    assert page.title().startswith("Your feedback")


def test_rating_by_keyboard_alone(house, served, open_browser):
    page = open_browser(1280)
    page.goto(f"{served}/i/{house.token}")
    page.get_by_role("button", name="Start").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/question/1")
    while format_of(page) != "rate":
        with page.expect_navigation():
            page.get_by_role("button", name="Leave this one for now").press("Enter")
    before = page.url
    groups = page.locator("fieldset.option").count()
    page.locator(".option input").first.focus()
    for _group in range(groups):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        outline = page.evaluate(
            "() => getComputedStyle(document.activeElement.closest('label')).outlineStyle"
        )
        assert outline == "solid"
        page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == SAVE
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url != before


def test_error_summary_leads_to_the_field(house, served, open_browser):
    page = open_browser(390)
    page.goto(f"{served}/i/{house.token}")
    press(page, "Start")
    press(page, SAVE)
    assert page.evaluate("() => document.activeElement.id") == "error-summary"
    link = page.locator("#error-summary a").first
    target = link.get_attribute("href").removeprefix("#")
    link.click()
    assert page.evaluate("() => document.activeElement.id") == target


def test_back_leads_to_a_form_that_came_back(house, served, open_browser):
    page = open_browser(390, javascript=False)
    page.goto(f"{served}/i/{house.token}")
    press(page, "Start")
    press(page, SAVE)
    assert page.title().startswith("Error: Scenario 1")
    page.get_by_role("link", name="Privacy").click()
    page.wait_for_url("**/privacy")
    page.go_back()
    assert page.title().startswith("Error: Scenario 1")


def test_text_twice_as_large_still_fits(house, served, open_browser):
    page = open_browser(640)
    page.goto(f"{served}/i/{house.token}")
    press(page, "Start")
    for _number in range(16):
        page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        wide = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, page.url
        press(page, "Leave this one for now")


def test_forced_colours_show_what_is_chosen(house, served, open_browser):
    page = open_browser(390, forced_colors="active", reduced_motion="reduce")
    page.goto(f"{served}/i/{house.token}/practice")
    page.locator(".point").first.click()
    style = "() => getComputedStyle(document.querySelector('.point')).outlineStyle"
    assert page.evaluate(style) == "solid"


@pytest.mark.endurance
def test_weights(house, served, open_browser):
    """First visit under 60 kB over the wire, every page after it under 15 kB."""
    page = open_browser(390)
    weights = Weights(page)
    page.goto(f"{served}/i/{house.token}")
    page.wait_for_load_state("networkidle")
    first = weights.take()
    assert first["requests"] >= 2, "the style sheet was not counted"
    assert 2_000 < first["bytes"] < FIRST_VISIT
    press(page, "Start")
    later = []
    for _number in range(16):
        page.wait_for_load_state("networkidle")
        later.append(weights.take()["bytes"])
        press(page, SAVE)
        page.wait_for_load_state("networkidle")
        later.append(weights.take()["bytes"])
        fill(page, format_of(page))
        press(page, SAVE)
    page.wait_for_load_state("networkidle")
    later.append(weights.take()["bytes"])
    press(page, "Send my answers")
    page.wait_for_load_state("networkidle")
    later.append(weights.take()["bytes"])
    assert min(later) > 500
    assert max(later) < AFTERWARDS, later
    print(f"first visit {first['bytes']} bytes, heaviest page after it {max(later)} bytes")


def test_nothing_comes_from_elsewhere(house, served, open_browser):
    page = open_browser(390)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}/i/{house.token}")
    page.wait_for_load_state("networkidle")
    assert asked
    assert [url for url in asked if not url.startswith(served)] == []


def test_style_sheets_are_ours_alone():
    static = Path(__file__).parents[2] / "service" / "static"
    for sheet in ("vbr.css", "staff.css"):
        text = (static / sheet).read_text()
        assert ".govuk-button" in text or ".govuk-table" in text
        for forbidden in ("GDS Transport", "url(", "@import", "crown", "crest"):
            assert forbidden not in text


class Weights:
    """What went over the wire, headers and redirects included, as the browser counted it."""

    def __init__(self, page) -> None:
        self._bytes = 0
        self._requests = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestWillBeSent", self._redirected)

    def _finished(self, event) -> None:
        self._bytes += event["encodedDataLength"]
        self._requests += event["encodedDataLength"] > 0

    def _redirected(self, event) -> None:
        if "redirectResponse" in event:
            self._bytes += event["redirectResponse"]["encodedDataLength"]

    def take(self) -> dict[str, int]:
        taken = {"bytes": int(self._bytes), "requests": self._requests}
        self._bytes = self._requests = 0
        return taken


def practise(page, look) -> None:
    page.get_by_role("link", name="Try a practice scenario first").click()
    look(page)
    page.locator(".point").nth(1).click()
    press(page, "See the explanation")
    look(page)
    page.get_by_role("link", name="Go back to the start page").click()


def press(page, name: str) -> None:
    """Choose a button and wait for the page that comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def format_of(page) -> str:
    for kind, mark in (
        ("rank", "form select"),
        ("most-least", "input[name=most]"),
        ("pick", "input[name=pick]"),
    ):
        if page.locator(mark).count():
            return kind
    return "rate"


def fill(page, kind: str, *, wrong: bool = False) -> None:
    """Answer the question on the page, or answer it wrongly."""
    if kind == "rate":
        for group in page.locator("fieldset.option").all():
            group.locator("input").nth(2).check()
    if kind == "rank":
        for place, field in enumerate(page.locator("form select").all(), start=1):
            field.select_option("1" if wrong else str(place))
    if kind == "most-least":
        page.locator("input[name=most]").nth(0).check()
        page.locator("input[name=least]").nth(0 if wrong else 1).check()
    if kind == "pick":
        boxes = page.locator("input[name=pick]").all()
        words = page.locator("#how").inner_text()
        wanted = int(re.search(r"Choose (\d+)", words).group(1)) + wrong
        for index, box in enumerate(boxes):
            box.set_checked(index < wanted)
