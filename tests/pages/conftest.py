"""A service of its own for each test, and a client that checks every page it gets."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser
from playwright.sync_api import Page as BrowserPage
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from service import create_app
from service.access import Services
from service.storage import Store
from service.use_cases import accounts, invitations, vacancies
from service.use_cases.views import Account
from vbr_engine.files import read_bank

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"
# The narrowest with the other tests; a phone and a desk with the long ones.
WIDTHS = (
    320,
    pytest.param(390, marks=pytest.mark.endurance),
    pytest.param(1280, marks=pytest.mark.endurance),
)
BANKS = Path(__file__).parents[2] / "question_banks"
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
OVERFLOW = """() => Math.max(
  0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"""
# Links inside a sentence may be smaller (WCAG 2.5.8, exception "inline").
SMALL_TARGETS = """() => [
  ...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(e => e.offsetParent && e.type !== 'hidden' && !e.matches('.govuk-skip-link')
    && !(e.matches('a') && e.closest('p, li, td, dd')
         && getComputedStyle(e).display === 'inline'))
  .map(e => [e.outerHTML.slice(0, 100), (e.closest('label') || e.labels?.[0] || e), e])
  .map(([html, target, e]) => [html, Math.max(...[target, e].map(
    t => Math.min(t.getBoundingClientRect().width, t.getBoundingClientRect().height)))])
  .filter(([html, side]) => side < 43.5)"""
UNLABELLED = {"hidden", "submit", "button"}


@dataclass(frozen=True)
class House:
    """A provider with a vacancy, somebody who recruits, and one invited candidate."""

    app: Flask
    store: Store
    account: Account
    vacancy_id: str
    sitting_id: str
    token: str

    def invite(self, name: str = "Sam Example") -> tuple[str, str]:
        """Invite one more candidate: sitting id and token."""
        invited = invitations.invite(
            self.store,
            self.account.provider_id,
            self.vacancy_id,
            name=name,
            email="sam@home.example",
            by=self.account,
            now=NOW,
        )
        return invited.sitting_id, invited.token


@dataclass
class Element:
    """One element of a page: its name, attributes, the text inside it and where it stands."""

    name: str
    attributes: dict[str, str]
    parents: tuple[Element, ...]
    text: str = ""

    def get(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")


class Page(HTMLParser):
    """A page as a flat list of elements."""

    def __init__(self, text: str, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.source = text
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        element = Element(tag, given, tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().name != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *names: str) -> list[Element]:
        return [element for element in self.elements if element.name in names]

    @property
    def heading(self) -> str:
        return words(self.all("h1")[0].text)

    @property
    def reads(self) -> str:
        """All words of the page."""
        return words(self.all("body")[0].text)

    def by_id(self, wanted: str) -> Element | None:
        return next((e for e in self.elements if e.get("id") == wanted), None)


class PageClient:
    """A browser without JavaScript: every page it gets is checked."""

    def __init__(self, client: Client, secrets: Callable[[str], tuple[str, ...]]) -> None:
        self._client = client
        self._secrets = secrets

    def get(self, address: str, *, status: int = 200, follow: bool = True, **more: Any) -> Page:
        """Get a page and check it."""
        response = self._client.get(address, follow_redirects=follow, **more)
        return self._checked(response, status)

    def post(
        self, address: str, data: Any = None, *, status: int = 200, follow: bool = True
    ) -> Page:
        """Post a form as it is and check the page that comes in the end."""
        response = self._client.post(address, data=data or {}, follow_redirects=follow)
        return self._checked(response, status)

    def raw(self, method: str, address: str, **more: Any) -> TestResponse:
        """Send a request without checking what comes."""
        return self._client.open(address, method=method, **more)

    def submit(
        self, page: Page, *, status: int = 200, button: tuple[str, str] | None = None, **fields: Any
    ) -> Page:
        """Fill in the last form of a page's main part that posts, and submit it."""
        main = page.all("main")[0]
        form = [f for f in page.all("form") if f.get("method") == "post" and main in f.parents][-1]
        data: dict[str, Any] = {
            e.get("name"): e.get("value")
            for e in page.all("input")
            if e.get("type") == "hidden" and form in e.parents
        }
        if button:
            data[button[0]] = button[1]
        data.update({name.replace("__", "-"): value for name, value in fields.items()})
        return self.post(form.get("action"), data, status=status)

    def _checked(self, response: TestResponse, status: int) -> Page:
        text = response.get_data(as_text=True)
        assert response.status_code == status, (response.status_code, text[:2000])
        assert response.mimetype == "text/html"
        check_headers(response)
        page = Page(text, response.request.path)
        check_page(page, text)
        for secret in self._secrets(response.request.path):
            assert secret not in html.unescape(text), f"the page gives the key away: {secret!r}"
        return page


def check_headers(response: TestResponse) -> None:
    """Every page: a strict policy, nothing cached, nothing framed."""
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # A candidate's browser may keep a form that came back, so that Back leads to it.
    candidate = response.request.path.startswith("/sitting/")
    came_back = candidate and response.status_code == 422
    kept = "private, no-cache" if came_back else "no-store"
    assert response.headers["Cache-Control"] == kept
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Frame-Options"] == "DENY"


def check_page(page: Page, text: str) -> None:
    """What holds for every page, whoever it is for."""
    assert text.lstrip().startswith("<!DOCTYPE html>")
    assert page.all("html")[0].get("lang") == "en-GB"
    _check_heading(page)
    _check_ids(page)
    _check_labels(page)
    _check_nothing_inline(page)
    _check_error_summary(page)


def _check_heading(page: Page) -> None:
    headings = [words(h.text) for h in page.all("h1")]
    assert len(headings) == 1, headings
    title = words(page.all("title")[0].text)
    assert title.removeprefix("Error: ").startswith(headings[0] + " – "), (title, headings)
    assert headings[0]


def _check_ids(page: Page) -> None:
    ids = Counter(e.get("id") for e in page.elements if e.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for element in page.elements:
            missing = [name for name in element.get(attribute).split() if name not in ids]
            assert not missing, f"{element.name} names {missing} in {attribute}"


def _check_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for field in page.all("input", "select", "textarea", "progress"):
        if field.get("type") in UNLABELLED:
            continue
        inside = any(parent.name == "label" for parent in field.parents)
        assert inside or field.get("id") in labelled, f"no label: {field.attributes}"
    for group in page.all("fieldset"):
        assert any(group in e.parents for e in page.all("legend")), "a fieldset has no legend"


def _check_nothing_inline(page: Page) -> None:
    for element in page.elements:
        assert element.name not in {"script", "style"}, "inline or linked script, inline style"
        assert "style" not in element.attributes, element.attributes
        assert not any(name.startswith("on") for name in element.attributes), element.attributes
        for attribute in ("src", "href"):
            assert not re.match(r"(https?:)?//", element.get(attribute)), element.attributes


def _check_error_summary(page: Page) -> None:
    """An error summary names its page in the title and links to fields that are there."""
    summary = page.by_id("error-summary")
    assert (summary is not None) == page.all("title")[0].text.startswith("Error: ")
    if summary is None:
        return
    links = [e for e in page.all("a") if summary in e.parents]
    assert links
    for link in links:
        field = page.by_id(link.get("href").removeprefix("#"))
        assert field is not None, link.get("href")
        assert field.name in {"input", "select", "textarea"}, field.name


def words(text: str) -> str:
    """Text as it is read: one space between words."""
    return " ".join(text.split())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A service with the homecare bank and one invited candidate."""
    app = create_app({"VBR_DATA_DIR": str(tmp_path), "VBR_LOG_LEVEL": "error"}, clock=lambda: NOW)
    services: Services = app.extensions["vbr"]
    store = services.store
    provider = accounts.add_provider(
        store, name="Meadow & Larch Care", contact="Ring Rhona", now=NOW
    )
    accounts.add_account(
        store, provider, name="Rhona Example", email=EMAIL, password=PASSWORD, now=NOW
    )
    session = accounts.sign_in(store, EMAIL, PASSWORD, now=NOW, address="127.0.0.1")
    account = accounts.account_for(store, session, now=NOW)
    assert account is not None
    vacancy = vacancies.create_vacancy(
        store,
        provider,
        title="Care worker, evenings",
        bank_id="homecare-values",
        contact="Rhona on 01632 960 001, or rhona@meadow.example",
        now=NOW,
    )
    house = House(app, store, account, vacancy, "", "")
    sitting, token = house.invite("Alex Example")
    yield House(app, store, account, vacancy, sitting, token)
    store.close()


@pytest.fixture
def page_client(house: House) -> PageClient:
    """A client that checks every page, and that a candidate's pages never give the key away."""
    return PageClient(house.app.test_client(), _secrets)


def _secrets(address: str) -> tuple[str, ...]:
    return key_texts() if address.startswith(("/i/", "/sitting/")) else ()


@lru_cache
def key_texts() -> tuple[str, ...]:
    """Every text of the bank that gives the key away or is for interviewers only."""
    texts = read_bank(BANKS / "homecare-values").text("en").items.values()
    found = tuple(text.rationale for text in texts) + tuple(text.discuss for text in texts)
    assert len(found) == 56
    assert min(map(len, found)) > 20
    return found


class Server:
    """An application on a free port of its own."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def served(house: House) -> Iterator[str]:
    """The address of the running service."""
    server = Server(house.app)
    yield server.address
    server.close()


@pytest.fixture
def open_browser(chromium: Browser) -> Iterator[Callable[..., BrowserPage]]:
    """Open a window: ``open_browser(width, javascript=True)``."""
    contexts = []

    def open_one(width: int, *, javascript: bool = True, **more: Any) -> BrowserPage:
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, java_script_enabled=javascript, **more
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def look() -> Callable[[BrowserPage], None]:
    """Check a page as a browser shows it: axe, width, targets, nothing refused by the policy."""
    axe = Axe()

    def check(page: BrowserPage) -> None:
        page.wait_for_load_state()
        found = axe.run(page).response["violations"]
        nodes = [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found]
        assert nodes == [], f"{page.url}: {nodes}"
        assert page.evaluate(OVERFLOW) == 0, f"{page.url} scrolls sideways"
        assert page.evaluate(SMALL_TARGETS) == [], page.url

    return check
