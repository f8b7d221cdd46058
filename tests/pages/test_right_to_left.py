"""A candidate's pages hold together when the language is written from right to left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page as BrowserPage

from service.languages import LANGUAGES
from service.use_cases import sittings

pytestmark = pytest.mark.browser

OVERFLOW = """() => Math.max(
  0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"""
# Leftmost and rightmost edge of what is shown in the main part.
EDGES = """() => {
  const boxes = [...document.querySelectorAll('main *')].map(one => one.getBoundingClientRect())
    .filter(box => box.width > 1 && box.height > 1);
  return [Math.min(...boxes.map(box => box.left)), Math.max(...boxes.map(box => box.right))];
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_candidates_pages_from_right_to_left_do_not_scroll_sideways(
    house, served: str, open_browser: Callable[..., BrowserPage], monkeypatch, width: int
) -> None:
    monkeypatch.setitem(LANGUAGES, "en", replace(LANGUAGES["en"], direction="rtl"))
    page = open_browser(width)
    page.goto(f"{served}/i/{house.token}")
    check(page, width)
    for more in ("/practice", "/adjustment", "/how-it-is-used"):
        page.goto(f"{served}/i/{house.token}{more}")
        check(page, width)
    sittings.start_sitting(house.store, house.token, now=house.store.clock())
    page.goto(f"{served}/i/{house.token}/your-data")
    home = f"{served}/sitting/{house.sitting_id}"
    total = sittings.show_question(house.store, house.sitting_id, 1).total
    for path in (*(f"/question/{number}" for number in range(1, total + 1)), "/check"):
        page.goto(home + path)
        check(page, width)
    sittings.submit_sitting(
        house.store, house.sitting_id, now=house.store.clock(), allow_incomplete=True
    )
    for path in ("/feedback", "/your-data", "/your-data/withdraw", "/your-data/copy"):
        page.goto(home + path)
        check(page, width)


def check(page: BrowserPage, width: int) -> None:
    assert page.locator("html").get_attribute("dir") == "rtl", page.url
    assert page.locator("h1").count() == 1
    style = page.locator("h1").evaluate("one => getComputedStyle(one).direction")
    assert style == "rtl"
    assert page.evaluate(OVERFLOW) == 0, page.url
    left, right = page.evaluate(EDGES)
    assert left >= 0, (page.url, left)
    assert right <= width, (page.url, right)
