"""Every page that there is, as everybody who may see it, in English and in Welsh, in a browser.

The world is the demonstration, a provider that has just been opened, and pages in states that need
something to have happened. Each address is opened at 390 px, looked at by axe once for each
template and language, then made as narrow as 320 px; after that its form is sent empty. Imports
that are running or done, proposals and exports of research, and links of colleagues are looked at
by the tests of their own pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import flask
import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as BrowserPage
from werkzeug.serving import make_server

from service import create_app
from service.access import ROLES, rule_of
from service.demo import SignIn, prepare
from service.outbox.running import Runner
from service.storage.records import Identity
from service.storage.tables import messages
from service.use_cases import (
    accounts,
    adjustments,
    entry,
    imports,
    invitations,
    joining,
    people,
    reports,
    risk,
    second_factor,
    sittings,
)
from service.use_cases.messages import enqueue
from service.use_cases.ratings import next_to_rate
from service.use_cases.views import Account
from service.use_cases.wordings import save_wording, usual

pytestmark = [pytest.mark.browser, pytest.mark.endurance]

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
HEAVIEST = 100_000
OVERFLOW = """() => Math.max(
  0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"""
# Empties the form of the page that asks for something, and marks it.
EMPTY = """() => {
  const asks = 'input[type=text], input[type=email], input[type=tel], input[type=password],'
    + 'input[type=date], input[type=time], input[type=file], input[type=radio],'
    + 'input:not([type]), textarea, select';
  const form = [...document.querySelectorAll('main form[method=post]')]
    .filter(one => one.querySelector(asks)).pop();
  if (!form) return false;
  for (const one of form.querySelectorAll('input, textarea, select')) {
    if (['radio', 'checkbox'].includes(one.type)) one.checked = false;
    else if (!['hidden', 'submit'].includes(one.type)) one.value = '';
  }
  form.id = 'emptied';
  return true;
}"""
SEND = "() => HTMLFormElement.prototype.submit.call(document.getElementById('emptied'))"
# Pages that are there only for some: asked for by whom they are for.
ONLY_SOME = {"second_factor.renew", "second_factor.off"}
# Sent empty, these do what they are for.
NOT_SENT = {"/account/second-factor/codes"}


@dataclass
class Seen:
    """What was looked at, and every fault found."""

    templates: Counter[str] = field(default_factory=Counter)
    examined: set[tuple[str, str, bool]] = field(default_factory=set)
    pages: int = 0
    states: int = 0
    faults: list[str] = field(default_factory=list)
    last: str = ""


@dataclass
class World:
    """The running application, who can sign in, and addresses by role."""

    app: flask.Flask
    root: str
    tokens: dict[str, str]
    addresses: dict[str, list[str]]
    links: dict[str, tuple[str, str]]
    openings: list[str]
    proofs: list[tuple[str, str]]
    seen: Seen


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pages")
    settings = {"VBR_DATA_DIR": str(folder), "VBR_LOG_LEVEL": "error"}
    app = create_app(settings, clock=lambda: NOW)
    seen = Seen()
    flask.template_rendered.connect(
        lambda *_, template, **__: _note(seen, template.name), weak=False
    )
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Making(app, folder).world(f"http://127.0.0.1:{server.server_port}", seen)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["vbr"].store.close()


def _note(seen: Seen, name: str) -> None:
    seen.templates[name] += 1
    seen.last = name


class Making:
    """Makes the world: the demonstration, and what it does not have."""

    def __init__(self, app: flask.Flask, folder: Path) -> None:
        self.app, self.store = app, app.extensions["vbr"].store
        self.demo = prepare(self.store, folder / "demonstration.json", now=NOW)
        self.here = self.demo.provider_id
        with self.store.read() as unit:
            tenant = unit.at(self.here)
            people = tenant.identities.of(tuple(tenant.standings.all()))
            self.people = {who.name.split()[0]: one for one, who in people.items()}
            self.tasks = {t.kind: t.id for t in tenant.tasks.open()}

    def world(self, root: str, seen: Seen) -> World:
        rae = self._account("recruiter")
        tokens = {who: self._signed_in(self._of(who)) for who in ROLES["member"]}
        tokens["new"] = self._new_provider()
        addresses = {
            "recruiter": self._recruiters(rae),
            "manager": self._managers(),
            "council": self._councils(),
            "researcher": self._researchers(),
            "administrator": self._administrators(),
            "new": ["/vacancies", "/calls", "/tasks", "/ratings", "/settings"],
            "second": [
                "/account",
                "/account/second-factor/codes/new",
                "/account/second-factor/off",
            ],
            "waiting": ["/sign-in/code"],
        }
        self._second_steps(tokens)
        opening = self._openings(self._account("manager"))
        rest = self._with_the_rest(addresses)
        return World(self.app, root, tokens, rest, self._links(), opening, self.proofs, seen)

    def _second_steps(self, tokens: dict[str, str]) -> None:
        """Somebody who has a second step, somebody who has yet to give the code."""
        robin = next(one for one in self.demo.sign_ins if one.name.startswith("Robin"))
        account = accounts.account_for(self.store, self._signed_in(robin), now=NOW)
        assert account is not None
        typed = second_factor.set_up(self.store, account, now=NOW).typed
        code = pyotp.TOTP(typed.replace(" ", "")).at(NOW)
        passed = second_factor.confirm(
            self.store, account, now=NOW, code=code, password=self.demo.password
        )
        self.proofs = [(self.demo.password, code) for code in passed.codes]
        tokens["second"], tokens["waiting"] = passed.token, self._signed_in(robin)

    def _openings(self, mo: Account) -> list[str]:
        """Links by which accounts are opened."""
        token = people.invite(
            self.store, self.here, name="Nia", email="nia@larkfield.example", role="recruiter",
            by=mo, now=NOW,
        ).token  # fmt: skip
        with self.store.write() as unit:
            rae = self._of("recruiter").account_id
            reset = joining.new_link(unit.at(self.here), rae, "reset", now=NOW)
        return [f"/join/{token}", f"/reset/{reset}"]

    def _of(self, role: str) -> SignIn:
        return next(
            one
            for one in self.demo.sign_ins
            if one.role == role and one.provider_id != self.demo.neighbour_id
        )

    def _account(self, role: str) -> Account:
        who = self._of(role)
        return Account(who.account_id, who.provider_id, "", who.name, who.email, role)

    def _signed_in(self, who: SignIn) -> str:
        return self._session(who.email, self.demo.password)

    def _session(self, email: str, password: str) -> str:
        return accounts.sign_in(self.store, email, password, now=NOW, address=email)

    def _new_provider(self) -> str:
        provider = accounts.add_provider(self.store, name="New Care", contact="Ask Ny.", now=NOW)
        accounts.add_account(
            self.store, provider, name="Ny", email="ny@new.example",
            password="a long enough phrase here", now=NOW, role="manager",
        )  # fmt: skip
        return self._session("ny@new.example", "a long enough phrase here")

    def _recruiters(self, rae: Account) -> list[str]:
        """Addresses with ids; what has none is added from the routes."""
        of = {name: f"/candidates/{one}" for name, one in self.people.items()}
        vacancy = f"/vacancies/{self.demo.vacancy_id}"
        adjustments.adjust(
            self.store, self.here, self.people["Hal"], account=rae, way="entered", note="", now=NOW
        )
        entry.begin(self.store, self.here, self.people["Hal"], account=rae, how="phone", now=NOW)
        adjustments.adjust(
            self.store, self.here, self.people["Gil"], account=rae, way="spoken", note="", now=NOW
        )
        entry.begin(
            self.store, self.here, self.people["Gil"], account=rae, how="in-person", now=NOW
        )
        reports.open_report(self.store, self.here, self.people["Bea"], account=rae, now=NOW)
        entries = [f"/entry/{self.people['Hal']}{more}" for more in ("", "/1", "/check")]
        entries += [f"/entry/{self.people['Gil']}/words/1"]
        message = self._stuck("Fay")
        draft = self._draft(rae)
        return [
            vacancy,
            f"{vacancy}?show=ended",
            f"{vacancy}?q=nobody-at-all",
            *(f"{vacancy}/{page}" for page in ("invite", "import", "close")),
            *(of[name] for name in ("Uma", "Hal", "Ida", "Jan", "Kit", "Lou", "Abe", "Yas", "Xan")),
            *(f"{of['Lou']}/{page}" for page in ("report", "decision", "record", "risk")),
            *(f"{of['Bea']}/{page}" for page in ("report", "decision", "record", "risk")),
            f"{of['Ash']}/first-view",
            *(f"{of['Jan']}/{page}" for page in ("adjustment", "paper", "contact", "facts")),
            *(f"{of['Fay']}/{page}" for page in ("new-link", "link", "qr")),
            *(f"{of['Rio']}/step/{step}" for step in ("called", "interview-booked", "attended")),
            *(f"{of['Rio']}/step/{step}" for step in ("withdrawn", "not-appointed")),
            *(f"{of['Uma']}/step/{step}" for step in ("left", "in-post-30")),
            f"{of['Fay']}/messages/{message}/again",
            f"/imports/{draft}",
            *(f"/tasks/{one}" for one in self.tasks.values()),
            *entries,
            "/cards",
            "/cards/list",
            "/no-such-page",
        ]

    def _stuck(self, name: str) -> str:
        """Make a message that could not be sent; return its id."""
        with self.store.write() as unit:
            tenant = unit.at(self.here)
            found = enqueue(
                tenant, "reminder", key=f"stuck {name}", at=NOW, sitting_id=self.people[name],
                to=Identity(f"{name} Sample", f"{name.lower()}@home.example"),
            )  # fmt: skip
            assert found is not None
            unit.connection.execute(
                messages.update()
                .where(messages.c.id == found)
                .values(state="dead", done_at=NOW, problem="failed")
            )
        return found

    def _draft(self, rae: Account) -> str:
        with self.app.test_request_context():
            return imports.draft(
                self.store, self.here, self.demo.vacancy_id, name="", by=rae, now=NOW,
                content="Zoe New <zoe@new.example>\nAsh Sample\nno address <broken@>",
            )  # fmt: skip

    def _managers(self) -> list[str]:
        person = f"/settings/people/{self._of('recruiter').account_id}"
        wording = "/settings/messages/invitation/en/email"
        words = usual("invitation", "en")
        save_wording(
            self.store, self.here, "invitation", "en", "email",
            subject=words.subject, body=words.body, by=self._of("manager").account_id, now=NOW,
        )  # fmt: skip
        code = next_to_rate(self.store, self._account("manager"))
        return [
            f"/ratings/answer/{code}",
            "/settings/values/homecare-values",
            person,
            f"{person}/link",
            f"{person}/second-factor",
            wording,
            f"{wording}/reset",
        ]

    def _councils(self) -> list[str]:
        here = f"/council/{self.here}"
        manager = self._of("manager").account_id
        pages = ("/change", "/managers", "/pause", f"/managers/{manager}/second-step")
        return [here, *(here + page for page in pages)]

    def _administrators(self) -> list[str]:
        person = f"/operator/people/{self._of('researcher').account_id}"
        message = self._stuck("Bo")
        mail = self.app.extensions["vbr"].settings.mail.folder
        mail.mkdir(parents=True, exist_ok=True)
        words = "To: fay@home.example\nSubject: Your link\n\nHello.\nhttp://127.0.0.1/i/none\n"
        (mail / f"{'a' * 32}.eml").write_text(words)
        return [
            person,
            f"{person}/link",
            f"{person}/second-factor",
            f"/operator/messages/{message}/again",
            f"/operator/messages/{message}/cancel",
            f"/operator/mail/{'a' * 32}.eml",
            f"/operator/jobs/{self.job}/cancel",
        ]

    def _researchers(self) -> list[str]:
        """A model that was trained, and a training that waits."""
        Runner(self.store, owner="test", stop=Event()).run_one()
        ravi = self._account("researcher")
        self.job = risk.start_training(self.store, ravi, now=NOW, request_id="")
        with self.store.read() as unit:
            model = unit.models.list()[0].id
        here = f"/models/{model}"
        return [here, f"{here}/change?state=shown", f"/models/training/{self.job}"]

    def _with_the_rest(self, addresses: dict[str, list[str]]) -> dict[str, list[str]]:
        """Add every page without an id in its address to one of those who may see it."""
        order = ("recruiter", "manager", "council", "researcher", "administrator")
        for rule in self.app.url_map.iter_rules():
            needed = str(rule_of(self.app, rule.endpoint))
            if rule.endpoint in ONLY_SOME or "GET" not in (rule.methods or set()):
                continue
            if not rule.arguments and needed in ROLES:
                for who in order:
                    if who in ROLES[needed]:
                        addresses[who].append(rule.rule)
                        if needed != "member":
                            break
        return addresses

    def _links(self) -> dict[str, tuple[str, str]]:
        """Sittings of candidates and links to them, by the state that they are in."""
        rae, found = self._account("recruiter"), {}
        for state, name in (
            ("invited", "Bo"), ("started", "Meg"), ("completed", "Cat"), ("withdrawn", "Yas"),
            ("contested", "Lou"), ("ended", "Abe"), ("Welsh", "Ifan"), ("rated", "Kit"),
            ("words", "Jan"),
        ):  # fmt: skip
            one = self.people[name]
            later = NOW + timedelta(seconds=len(found))
            if state == "words":
                adjustments.adjust(
                    self.store, self.here, one, account=rae, way="typed", note="Yes.", now=later
                )
            found[state] = (
                one,
                invitations.renew_link(self.store, self.here, one, by=rae, now=later),
            )
        sittings.start_sitting(self.store, found["words"][1], now=NOW)
        return found


class Walk:
    """One browser, one language."""

    def __init__(self, world: World, browser: Browser, axe: Axe, language: str) -> None:
        self.world, self.axe, self.language = world, axe, language
        self._browser = browser
        self.seen = world.seen

    @contextmanager
    def reader(self, role: str = "") -> Iterator[BrowserPage]:
        """Open a browser for somebody who is signed in, or nobody."""
        context = self._browser.new_context(
            base_url=self.world.root, viewport={"width": 390, "height": 844}
        )
        context.set_default_timeout(20_000)
        cookies = {"vbr_language": self.language}
        if role:
            cookies["vbr_session"] = self.world.tokens[role]
        self._give(context, cookies)
        page = context.new_page()
        page.on("console", lambda m: self._console(m.type, m.text, page.url))
        yield page
        context.close()

    def _give(self, context: BrowserContext, cookies: dict[str, str]) -> None:
        context.add_cookies(
            [{"name": n, "value": v, "url": self.world.root} for n, v in cookies.items()]
        )

    def _console(self, kind: str, text: str, url: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.fault(url, text)

    def fault(self, url: str, words: str) -> None:
        self.seen.faults.append(f"{self.language} {urlsplit(url).path} [{self.seen.last}]: {words}")

    def look(self, page: BrowserPage, address: str, *, status: tuple[int, ...] = (200,)) -> None:
        """Open a page, look at it, send its form empty and look at what comes."""
        answer = page.goto(address)
        assert answer is not None
        if answer.status not in status:
            self.fault(page.url, f"status {answer.status}")
        if int(answer.headers.get("content-length", 0)) > HEAVIEST:
            self.fault(page.url, "is heavier than 100 kB")
        self.seen.pages += 1
        self.examine(page)
        if urlsplit(address).path not in NOT_SENT:
            self._send_empty(page)

    def _send_empty(self, page: BrowserPage) -> None:
        before = self.seen.last
        if (before, self.language, True) in self.seen.examined:
            return
        if not page.evaluate(EMPTY):
            return
        with page.expect_navigation():
            page.evaluate(SEND)
        if page.locator("#error-summary").count():
            self.seen.states += 1
            self.examine(page)

    def examine(self, page: BrowserPage) -> None:
        """What holds for every page; axe once for each template, language and kind of state."""
        wrong = page.locator("#error-summary").count() > 0
        self._check_words(page, wrong)
        key = (self.seen.last, self.language, wrong)
        if key not in self.seen.examined:
            self.seen.examined.add(key)
            for found in self.axe.run(page).response["violations"]:
                self.fault(page.url, f"{found['id']}: {[n['html'][:150] for n in found['nodes']]}")
        page.set_viewport_size({"width": 320, "height": 800})
        if page.evaluate(OVERFLOW):
            self.fault(page.url, "scrolls sideways at 320 px")
        page.set_viewport_size({"width": 390, "height": 844})

    def _check_words(self, page: BrowserPage, wrong: bool) -> None:
        found: dict[str, Any] = page.evaluate(
            """() => ({title: document.title, lang: document.documentElement.lang,
                headings: [...document.querySelectorAll('h1')].map(h => h.textContent)})"""
        )
        headings = [" ".join(text.split()) for text in found["headings"]]
        title = " ".join(found["title"].split())
        if len(headings) != 1:
            self.fault(page.url, f"has {len(headings)} main headings")
        elif f"{headings[0]} – " not in title:
            self.fault(page.url, f"title {title!r}, heading {headings[0]!r}")
        if wrong == title.startswith(headings[0][:10] if headings else " "):
            self.fault(page.url, f"title {title!r} does not say that something is wrong")


@pytest.fixture(scope="module")
def walked(world: World, chromium: Browser) -> Seen:
    axe = Axe()
    for language in ("en", "cy"):
        walk = Walk(world, chromium, axe, language)
        _new_codes(walk)
        _strangers(walk)
        _candidates(walk)
        for role, addresses in world.addresses.items():
            with walk.reader(role) as page:
                for address in dict.fromkeys(addresses):
                    walk.look(page, address, status=(404,) if "no-such" in address else (200,))
    return world.seen


def _new_codes(walk: Walk) -> None:
    """Recovery codes are shown once, after the form."""
    password, code = walk.world.proofs.pop()
    with walk.reader("second") as page:
        page.goto("/account/second-factor/codes/new")
        page.fill("#password", password)
        page.fill("#code", code)
        with page.expect_navigation():
            page.locator("main form button").last.click()
        walk.examine(page)


def _strangers(walk: Walk) -> None:
    with walk.reader() as page:
        for address in ("/about", "/privacy", "/accessibility", "/sign-in", "/reset"):
            walk.look(page, address)
        for address in ("/i/no-such-link", "/join/no-such-link", "/reset/no-such-link"):
            walk.look(page, address, status=(404, 410))
        for address in walk.world.openings:
            walk.look(page, address)
        walk.look(page, "/reset/sent")


def _candidates(walk: Walk) -> None:
    for state, (sitting, token) in walk.world.links.items():
        with walk.reader() as page:
            walk.look(page, f"/i/{token}")
            for more in ("/practice", "/adjustment", "/how-it-is-used"):
                if state in ("invited", "Welsh"):
                    walk.look(page, f"/i/{token}{more}")
            if state != "invited":
                page.goto(f"/i/{token}")
                page.context.request.post(f"/i/{token}")
                _inside(walk, page, state, f"/sitting/{sitting}")


def _inside(walk: Walk, page: BrowserPage, state: str, here: str) -> None:
    pages = {
        "started": [f"/question/{n}" for n in range(1, 17)] + ["/check"],
        "Welsh": ["/question/1", "/check"],
        "words": ["/words/1", "/check"],
        "completed": ["/feedback"],
        "contested": ["/feedback"],
        "rated": ["/feedback"],
    }
    for more in pages.get(state, []):
        walk.look(page, here + more)
    walk.look(page, f"{here}/your-data")
    if state in ("started", "completed", "contested", "Welsh"):
        rights = ("copy", "person", "adjustment", "withdraw", "erasure", "how-it-is-used")
        for more in rights if state in ("started", "Welsh") else ("copy", "disagree"):
            walk.look(page, f"{here}/your-data/{more}")


def test_every_page_in_both_languages_is_without_fault(walked: Seen) -> None:
    assert not walked.faults, "\n".join(walked.faults)
    assert walked.pages > 200
    assert walked.states > 40
