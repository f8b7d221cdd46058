"""Render every page at 390 and 1280 px into docs/screenshots.

Starts the service on a free port with a temporary data folder, fills it with made-up people and
walks through it with Debian's chromium. Run by ``make screenshots``; needs the package chromium.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from service import create_app
from service.storage import Store
from service.storage.store import utc_now
from service.use_cases import accounts, invitations, reports, sittings, vacancies
from service.use_cases.views import Account
from vbr_engine import read_bank, simulate_responses

FOLDER = Path(__file__).parent / "screenshots"
BANK = Path(__file__).parent.parent / "question_banks" / "homecare-values"
CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (390, 1280)
TALLEST = 2200
STARTED = "Dana Kowalska"
LARGEST = 150_000
COLOURS = (32, 16, 8)
EMAIL, PASSWORD = "rhona@meadow.example", "a long enough pass phrase"
SOME_CONTACT = "Rhona Example, 01632 960 001, rhona@meadow.example"


@dataclass(frozen=True)
class World:
    """Made-up people: tokens and sittings by name; the number of a question of each format."""

    vacancy: str
    empty_vacancy: str
    tokens: Mapping[str, str]
    sittings: Mapping[str, str]
    questions: Mapping[str, int]


@dataclass(frozen=True)
class Shot:
    """A page to render: what to do on it first, and whose link must be open for it."""

    name: str
    address: str
    act: Callable[[Page], None] | None = None
    link: str = ""


def main() -> int:
    """Render everything; return an exit status."""
    if not CHROMIUM.exists():
        print("chromium is missing. On Debian: sudo apt-get install -y chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, serving(Path(data)) as (root, store):
        world = fill(store)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
            )
            for width in WIDTHS:
                render(browser, root, world, width)
            browser.close()
    return 0


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, Store]]:
    """Run the service on a free port of this machine."""
    app = create_app({"VBR_DATA_DIR": str(data), "VBR_LOG_LEVEL": "error"})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.port}", app.extensions["vbr"].store
    finally:
        server.shutdown()


def fill(store: Store) -> World:
    """Invite made-up people and let each of them get somewhere."""
    now = utc_now()
    by = sign_up(store, "Meadow Lane Home Care", EMAIL)
    sign_up(store, "New Start Care", "first@start.example")
    vacancy = new_vacancy(store, by, "Care worker, evenings and weekends", days=9)
    empty = new_vacancy(store, by, "Senior care worker, days", days=0)
    tokens, ids = {}, {}
    for name, days in (
        ("Alex Morgan", 0),
        ("Bilal Rahman", 4),
        ("Chloe Osei", 3),
        (STARTED, 0),
        ("Ewan Price", 1),
        ("Farah Siddiq", 2),
        ("Grace Lam", 0),
        ("Hana Novak", 1),
    ):
        invited = invitations.invite(
            store,
            by.provider_id,
            vacancy,
            name=name,
            email="",
            by=by,
            now=now - timedelta(days=days, hours=2),
            simulated=name == "Farah Siddiq",
        )
        tokens[name], ids[name] = invited.token, invited.sitting_id
    answer(store, tokens["Chloe Osei"], number=5, days=3)
    answer(store, tokens[STARTED], number=3, days=0)
    for name, days in (("Ewan Price", 1), ("Farah Siddiq", 2), ("Grace Lam", 0)):
        answer(store, tokens[name], number=None, days=days, seed=len(name))
    for name in ("Farah Siddiq", "Grace Lam"):
        look(store, by, ids[name])
    reports.record_decision(
        store, by.provider_id, ids["Farah Siddiq"], account=by, decision="invite-to-interview",
        reason="Warm on the phone, and thoughtful about lone working.", now=now,
    )  # fmt: skip
    return World(vacancy, empty, tokens, ids, one_of_each_format(store, ids[STARTED]))


def sign_up(store: Store, provider: str, email: str) -> Account:
    """Add a provider with one recruiter."""
    now = utc_now()
    provider_id = accounts.add_provider(store, name=provider, contact=SOME_CONTACT, now=now)
    accounts.add_account(
        store, provider_id, name="Rhona Example", email=email, password=PASSWORD, now=now
    )
    token = accounts.sign_in(store, email, PASSWORD, now=now, address="127.0.0.1")
    account = accounts.account_for(store, token, now=now)
    assert account is not None
    return account


def new_vacancy(store: Store, by: Account, title: str, *, days: int) -> str:
    """Open a vacancy some days ago."""
    return vacancies.create_vacancy(
        store, by.provider_id, title=title, bank_id="homecare-values", contact=SOME_CONTACT,
        now=utc_now() - timedelta(days=days),
    )  # fmt: skip


def answer(store: Store, token: str, *, number: int | None, days: int, seed: int = 1) -> None:
    """Give the first answers of a sitting, or all of them and submit."""
    bank = read_bank(BANK)
    responses = simulate_responses(bank, 1, seed=seed)
    given = responses.answers(responses.sittings[0])
    at = utc_now() - timedelta(days=days, hours=1)
    sitting = sittings.start_sitting(store, token, now=at)
    total = sittings.review_sitting(store, sitting).total
    for place in range(1, (number or total) + 1):
        item = sittings.show_question(store, sitting, place).item.id
        at += timedelta(seconds=40)
        sittings.save_answer(store, sitting, item, given[item], revision=0, now=at)
    if number is None:
        sittings.submit_sitting(store, sitting, now=at)


def one_of_each_format(store: Store, sitting: str) -> dict[str, int]:
    """Find for each response format the last question that uses it."""
    total = sittings.review_sitting(store, sitting).total
    shown = {n: sittings.show_question(store, sitting, n) for n in range(1, total + 1)}
    return {str(question.item.format): number for number, question in shown.items()}


def look(store: Store, by: Account, sitting: str) -> None:
    """Record a first view and open the report."""
    reports.record_first_view(
        store, by.provider_id, sitting, account=by, view="promising",
        note="Asked good questions when she rang.", now=utc_now(),
    )  # fmt: skip
    reports.open_report(store, by.provider_id, sitting, account=by, now=utc_now())


def render(browser: Browser, root: str, world: World, width: int) -> None:
    """Render every page at one width."""
    for person, shots in (
        (None, public_shots(world)),
        ("first@start.example", [Shot("recruiter-vacancies-empty", "/vacancies")]),
        (EMAIL, recruiter_shots(world)),
    ):
        context = browser.new_context(
            base_url=root, viewport={"width": width, "height": 800}, locale="en-GB"
        )
        if person:
            sign_in(context, person)
        for shot in shots:
            take(context, shot, width)
        context.close()


def sign_in(context: BrowserContext, email: str) -> None:
    """Sign in as a recruiter."""
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    press(page)
    page.wait_for_url("**/vacancies")
    page.close()


def press(page: Page) -> None:
    """Press the main button of the page."""
    page.locator("main form button.govuk-button").last.click()


def public_shots(world: World) -> list[Shot]:
    """List the pages of candidates and visitors."""
    fresh, part, done = (world.tokens[name] for name in ("Alex Morgan", STARTED, "Ewan Price"))
    sitting = f"/sitting/{world.sittings[STARTED]}"
    scenarios = [
        Shot(f"candidate-question-{kind}", f"{sitting}/question/{number}", link=part)
        for kind, number in world.questions.items()
    ]
    unanswered = f"{sitting}/question/{max(world.questions.values())}"
    return [
        Shot("candidate-landing", f"/i/{fresh}"),
        Shot("candidate-practice", f"/i/{fresh}/practice"),
        *scenarios,
        Shot("candidate-question-error", unanswered, act=press, link=part),
        Shot("candidate-check", f"{sitting}/check", link=part),
        Shot("candidate-feedback", f"/sitting/{world.sittings['Ewan Price']}/feedback", link=done),
        Shot("candidate-link-unknown", "/i/no-such-link"),
        Shot("about", "/about"),
        Shot("privacy", "/privacy"),
        Shot("accessibility", "/accessibility"),
        Shot("recruiter-sign-in", "/sign-in"),
        Shot("recruiter-sign-in-error", "/sign-in", act=press),
    ]


def recruiter_shots(world: World) -> list[Shot]:
    """List the pages of recruiters."""
    board, person = f"/vacancies/{world.vacancy}", "/candidates/{}".format
    stuck, unread, read, decided = (
        person(world.sittings[name])
        for name in ("Chloe Osei", "Ewan Price", "Grace Lam", "Farah Siddiq")
    )
    return [
        Shot("recruiter-vacancies", "/vacancies"),
        Shot("recruiter-new-vacancy", "/vacancies/new"),
        Shot("recruiter-new-vacancy-error", "/vacancies/new", act=press),
        Shot("recruiter-board", board),
        Shot("recruiter-board-empty", f"/vacancies/{world.empty_vacancy}"),
        Shot("recruiter-invite", f"{board}/invite"),
        Shot("recruiter-invite-error", f"{board}/invite", act=press),
        Shot("recruiter-new-link", f"{stuck}/new-link"),
        Shot("recruiter-link", f"{person(world.sittings['Hana Novak'])}/new-link", act=press),
        Shot("recruiter-candidate-stuck", stuck),
        Shot("recruiter-candidate-decided", decided),
        Shot("recruiter-first-view", f"{unread}/first-view"),
        Shot("recruiter-first-view-error", f"{unread}/first-view", act=press),
        Shot("recruiter-report", f"{read}/report"),
        Shot("recruiter-decision", f"{read}/decision"),
        Shot("recruiter-decision-again", f"{decided}/decision"),
        Shot("recruiter-decision-error", f"{read}/decision", act=press),
    ]


def take(context: BrowserContext, shot: Shot, width: int) -> None:
    """Render one page into a file."""
    if shot.link:
        context.request.post(f"/i/{shot.link}")
    page = context.new_page()
    page.goto(shot.address)
    if shot.act:
        shot.act(page)
        page.wait_for_load_state()
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    clip = {"x": 0, "y": 0, "width": width, "height": max(tall, 400)}
    content = page.screenshot(full_page=True, clip=clip, animations="disabled")
    (FOLDER / f"{shot.name}-{width}.png").write_bytes(small(content))
    page.close()


def small(content: bytes) -> bytes:
    """Return the picture with as many colours as fit into `LARGEST`."""
    picture = Image.open(BytesIO(content)).convert("RGB")
    for colours in COLOURS:
        file = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if file.tell() <= LARGEST:
            break
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
