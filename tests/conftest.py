"""What every room shares: the homecare bank with known answers, pages read, and a browser."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from vbr_engine import read_bank, score
from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import Bank, Item, ResponseFormat
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.profile import Profile

BANKS = Path(__file__).parents[1] / "question_banks"
Answers = dict[str, dict[str, int]]
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class CompiledOnce(BytecodeCache):
    """Templates compiled in this process: each test makes an application of its own."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._held:
            bucket.bytecode_from_string(self._held[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": CompiledOnce()}


@pytest.fixture(scope="session")
def homecare() -> Bank:
    return read_bank(BANKS / "homecare-values")


@pytest.fixture(scope="session")
def profile_of(homecare: Bank) -> Callable[..., Profile]:
    def profile(answers: Answers, *, seconds: float | None = None) -> Profile:
        matrix = ResponseMatrix.from_answers({"s-1": answers}, homecare)
        taken: Mapping[str, float] | None = None if seconds is None else {"s-1": seconds}
        return score(matrix, homecare, seconds=taken).profile("s-1")

    return profile


@pytest.fixture(scope="session")
def as_keyed(homecare: Bank) -> Answers:
    """Exactly the key, on the default form."""
    return {
        item.id: {option: int(code) for option, code in zip(item.options, item.key, strict=True)}
        for item in draw_items(homecare)
    }


@pytest.fixture(scope="session")
def against_key(homecare: Bank) -> Answers:
    """As far from the key as an answer can be, on the default form."""
    return {
        item.id: dict(zip(item.options, _furthest(item), strict=True))
        for item in draw_items(homecare)
    }


def _furthest(item: Item) -> list[int]:
    if item.format is ResponseFormat.RATE:
        top = item.scale or 0
        return [top if keyed <= (top + 1) / 2 else 1 for keyed in item.key]
    if item.format is ResponseFormat.RANK:
        return [len(item.key) + 1 - int(keyed) for keyed in item.key]
    if item.format is ResponseFormat.MOST_LEAST:
        return [-int(keyed) for keyed in item.key]
    others = [at for at, keyed in enumerate(item.key) if not keyed][: item.picks]
    return [int(at in others) for at in range(len(item.key))]


class Outline(HTMLParser):
    """Elements of a page with their attributes; every tag has to be closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    def tags(self, *names: str) -> list[str]:
        return [tag for tag, _ in self.elements if tag in names]


@pytest.fixture(scope="session")
def read_page() -> type[Outline]:
    """Read a page or a part of one: its elements and words."""
    return Outline


@pytest.fixture(scope="session")
def check_document() -> Callable[..., Outline]:
    """Check what holds for every document that is printed or mailed; give its outline."""

    def check(html: str, language: str = "en-GB") -> Outline:
        outline = Outline(html)
        levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert ("html", {"lang": language}) in outline.elements
        _check_names(outline)
        _check_nothing_is_fetched(outline)
        return outline

    return check


def _check_names(outline: Outline) -> None:
    ids = Counter(attrs["id"] for _, attrs in outline.elements if "id" in attrs)
    assert set(ids.values()) <= {1}
    links = {f"#{name}" for name in ids}
    for tag, attrs in outline.elements:
        assert set(attrs.get("aria-labelledby", "").split()) <= set(ids)
        assert "href" not in attrs or attrs["href"] in links, (tag, attrs)


def _check_nothing_is_fetched(outline: Outline) -> None:
    assert not outline.tags("script", "link", "img", "iframe")
    for _, attrs in outline.elements:
        assert not {"src", "style"} & set(attrs)
        assert not [key for key in attrs if key.startswith("on")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's chromium; nothing is downloaded.

    Each file of tests has its own: one left open would be a running loop to all that follow.
    """
    place = shutil.which("chromium")
    if place is None:
        pytest.skip("needs chromium: sudo apt-get install -y chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=place, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def check_in_browser(chromium: Any, tmp_path: Path) -> Callable[..., None]:
    """Check a document as a browser shows it, at each width: axe, and nothing runs over."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    place = tmp_path / "page.html"

    def check(html: str, *widths: int) -> None:
        place.write_text(html, encoding="utf-8")
        for width in widths:
            page = chromium.new_page(viewport={"width": width, "height": 800})
            page.goto(place.as_uri())
            assert page.evaluate(OVERFLOW) <= 0, f"scrolls sideways at {width}"
            found = axe.run(page).response["violations"]
            assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found] == []
            page.close()

    return check
