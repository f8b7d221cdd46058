"""What the rehearsal stands on: the service on a free port, people with browsers, and their post.

Every page that anybody opens is looked at: what it weighs, what it asks for and from where, what
the browser complains of, its heading and its title.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, ViewportSize

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PASSWORD = "a rehearsal in many rooms"
HEAVIEST = 100_000
PATIENCE = 20
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
NO_PAGE = re.compile(r"\.(css|pdf|json|csv|xlsx|js|svg|png)$")
_LINK = re.compile(r"https?://\S+")


class Failed(Exception):
    """Something is not as it should be; the words say what."""


def expect(holds: object, words: str) -> None:
    """Stop the rehearsal with `words` unless something holds."""
    if not holds:
        raise Failed(words)


@dataclass
class Figures:
    """What was counted on the way."""

    pages: int = 0
    heaviest: int = 0
    heaviest_at: str = ""
    requests: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: float = 0
    slowest_at: str = ""
    more: list[tuple[str, str]] = field(default_factory=list)


class Service:
    """The service in processes of its own, with a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith("VBR_")},
            "VBR_DATA_DIR": str(folder),
            "VBR_PUBLIC_URL": self.address,
            "VBR_LOG_LEVEL": "error",
            "BIND": f"127.0.0.1:{self.port}",
        }

    def command(self, *words: str) -> str:
        """Run ``python -m service ...`` and return what it prints."""
        ran = subprocess.run(
            [sys.executable, "-m", "service", *words],
            cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        expect(ran.returncode == 0, f"{words[0]}: status {ran.returncode}. {ran.stderr[-500:]}")
        return ran.stdout.strip()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve until the end of the block."""
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "python:service.gunicorn_conf",
             "service:create_app()"],
            cwd=ROOT, env=self.environ, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(self._answers, "the service does not start", patience=60)
            yield
        finally:
            server.terminate()
            server.wait(timeout=30)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def mails_to(self, address: str) -> list[str]:
        """Return the text of each email to an address, oldest first."""
        files = sorted((self.folder / "outbox").glob("*.eml"), key=lambda f: f.stat().st_mtime_ns)
        read = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        found = [mail.get_body() for mail in read if address in str(mail["To"])]
        return [body.get_content() for body in found if body is not None]

    def link_to(self, address: str, *, nth: int = 1) -> str:
        """Wait for the n-th email to an address and return the link in it."""
        wait_for(lambda: len(self.mails_to(address)) >= nth, f"no email to {address}")
        found = _LINK.search(self.mails_to(address)[nth - 1])
        expect(found, f"no link in the email to {address}")
        assert found is not None
        return found[0].rstrip(".)>")


def wait_for(holds: Callable[[], object], words: str, *, patience: float = PATIENCE) -> None:
    """Wait until something holds; fail with `words` if it does not come."""
    until = time.monotonic() + patience
    while not holds():
        expect(time.monotonic() < until, words)
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Person:
    """Somebody with a browser of their own."""

    def __init__(
        self, browser: Browser, service: Service, figures: Figures, size: ViewportSize = DESK
    ) -> None:
        self.service, self.figures = service, figures
        self.context = browser.new_context(base_url=service.address, viewport=size, locale="en-GB")
        self.context.set_default_timeout(1000 * PATIENCE)
        self.context.on("request", lambda request: self._asked(request.url))
        self.page: Page = self.context.new_page()
        self.page.on("response", self._answered)
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        self.expected_errors = 0

    def _told(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._fault(f"console: {message.text}")

    def _fault(self, words: str) -> None:
        if not (self.expected_errors and "status of 40" in words):
            self.figures.faults.append(f"{self.page.url}: {words}")

    def _asked(self, url: str) -> None:
        self.figures.requests += 1
        if urlsplit(url).netloc != urlsplit(self.service.address).netloc:
            self._fault(f"asks for {url}")

    def _answered(self, response: Response) -> None:
        if response.request.resource_type != "document" or 300 <= response.status < 400:
            return
        weight = int(response.headers.get("content-length", 0))
        self.figures.pages += 1
        if weight > self.figures.heaviest:
            self.figures.heaviest, self.figures.heaviest_at = weight, urlsplit(response.url).path
        if weight > HEAVIEST:
            self._fault(f"weighs {weight:,} bytes")
        if response.status >= 500:
            self._fault(f"status {response.status}")

    def go(self, path: str, *, status: int = 200) -> Person:
        """Open an address."""
        self.expected_errors += status >= 400
        began = time.monotonic()
        answer = self.page.goto(path)
        self._timed(time.monotonic() - began, path)
        self.expected_errors -= status >= 400
        found = answer.status if answer else 0
        expect(found == status, f"{path}: status {found}, not {status}")
        return self.looked()

    def _timed(self, seconds: float, path: str) -> None:
        if seconds > self.figures.slowest:
            self.figures.slowest, self.figures.slowest_at = seconds, urlsplit(path).path

    def looked(self) -> Person:
        """Check the heading and the title of the page that is open."""
        headings = self.page.locator("h1").all_inner_texts()
        expect(len(headings) == 1, f"{self.page.url} has {len(headings)} main headings")
        title = self.page.title().removeprefix("Error: ").removeprefix("Gwall: ")
        first = " ".join(headings[0].split())[:20]
        expect(title.startswith(first), f"{self.page.url}: {title!r} is not {headings[0]!r}")
        return self

    def press(self, words: str, *, exact: bool = False) -> Person:
        """Choose a button or a link by its words."""
        return self.choose(self._offer(words, exact=exact))

    def offers(self, words: str) -> bool:
        """Whether there is a button or a link with these words."""
        return self._offer(words, exact=False).count() > 0

    def _offer(self, words: str, *, exact: bool) -> Locator:
        wanted = re.compile(rf"^\s*{re.escape(words)}\s*$") if exact else words
        inside = self.page.locator("main a, main button").filter(has_text=wanted)
        anywhere = self.page.locator("a, button").filter(has_text=wanted)
        return (inside if inside.count() else anywhere).first

    def choose(self, what: Locator) -> Person:
        """Click, and wait for the page that comes."""
        began = time.monotonic()
        with self.page.expect_navigation():
            what.click()
        self._timed(time.monotonic() - began, self.page.url)
        return self.looked()

    def fill(self, **fields: str) -> Person:
        """Write into fields, by their names."""
        for name, text in fields.items():
            self.page.fill(f"main [name={name}]", text)
        return self

    def tick(self, name: str, value: str) -> Person:
        """Choose a radio button or tick a box."""
        self.page.check(f"main input[name={name}][value='{value}']")
        return self

    def shows(self, *words: str) -> Person:
        """Expect words on the page."""
        text = self.text
        for some in words:
            expect(some in text, f"{self.page.url} does not say “{some}”")
        return self

    def lacks(self, *words: str) -> Person:
        """Expect that words are not on the page."""
        text = self.page.content()
        for some in words:
            expect(some not in text, f"{self.page.url} says “{some}”")
        return self

    @property
    def text(self) -> str:
        """What the page says, one space between words."""
        return " ".join(self.page.locator("body").inner_text().split())

    @property
    def path(self) -> str:
        """Where this person is."""
        return urlsplit(self.page.url).path

    def join(self, address: str) -> Person:
        """Join by the link in the mail, and sign in."""
        return self.join_by(self.service.link_to(address), address)

    def join_by(self, link: str, address: str) -> Person:
        """Join by a link, and sign in."""
        self.go(link).fill(new=PASSWORD, again=PASSWORD).press("Join")
        if self.path == "/sign-in" or self.page.locator("#password").count():
            self.fill(email=address, password=PASSWORD).press("Sign in", exact=True)
        return self
