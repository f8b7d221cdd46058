"""Render every page at 390 and 1280 px into docs/screenshots.

Starts the service on a free port with a temporary data folder, fills it with the demonstration and
walks through it, as everybody, with Debian's chromium. Run by ``make screenshots``; words after it
choose shots whose names begin so. Needs the package chromium.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, sync_playwright
from werkzeug.serving import make_server

from service import create_app
from service.demo import Demonstration, SignIn, prepare
from service.outbox.running import Runner
from service.storage import Store
from service.storage.store import utc_now
from service.use_cases import accounts, adjustments, imports, invitations, reports, sittings
from service.use_cases.ratings import next_to_rate
from service.use_cases.views import Account

FOLDER = Path(__file__).parent / "screenshots"
CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (390, 1280)
TALLEST = 2200
LARGEST = 150_000
COLOURS = (32, 16, 8)
LIST = "Name,Email\nZoe New,zoe@new.example\nAsh Sample,\nYan New,yan@\nXue New,xue@new.example"


@dataclass(frozen=True)
class World:
    """The demonstration: sittings, links and sessions by name, and ids of other things."""

    demo: Demonstration
    sittings: Mapping[str, str]
    links: Mapping[str, str]
    sessions: Mapping[str, str]
    ids: Mapping[str, str]
    questions: Mapping[str, int]


@dataclass(frozen=True)
class Shot:
    """A page to render: what to do on it first, whose link must be open, and the language."""

    name: str
    address: str
    act: Callable[[Page], None] | None = None
    link: str = ""
    language: str = "en"


def main(wanted: list[str]) -> int:
    """Render everything, or what is wanted; return an exit status."""
    if not CHROMIUM.exists():
        print("chromium is missing. On Debian: sudo apt-get install -y chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        serving(Path(data)) as (root, world),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        for width in WIDTHS:
            render(browser, root, world, width, tuple(wanted))
        browser.close()
    return 0


@contextmanager
def serving(data: Path) -> Iterator[tuple[str, World]]:
    """Run the service on a free port of this machine."""
    app = create_app({"VBR_DATA_DIR": str(data), "VBR_LOG_LEVEL": "error"})
    store: Store = app.extensions["vbr"].store
    with app.test_request_context():
        world = fill(store, prepare(store, data / "demonstration.json", now=utc_now()))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.port}", world
    finally:
        server.shutdown()


def fill(store: Store, demo: Demonstration) -> World:
    """Find everybody in the demonstration, and make what it does not have."""
    now, here = utc_now(), demo.provider_id
    Runner(store, owner="screenshots", stop=Event()).run_one()
    rae, mo = person(demo, "recruiter"), person(demo, "manager")
    with store.read() as unit:
        tenant = unit.at(here)
        found = tenant.identities.of(tuple(tenant.standings.all()))
        names = {who.name.split()[0]: one for one, who in found.items()}
        ids = {task.kind: task.id for task in tenant.tasks.open()}
        ids["model"] = unit.models.list()[0].id
    draft = imports.draft(
        store, here, demo.vacancy_id, content=LIST, name="", by=account(rae), now=now
    )
    ids |= {"list": draft, "code": next_to_rate(store, account(mo)) or ""}
    for name, way in (("Hal", "entered"), ("Gil", "typed")):
        adjustments.adjust(
            store, here, names[name], account=account(rae), way=way, note="", now=now
        )
    reports.open_report(store, here, names["Bea"], account=account(rae), now=now)
    links = {
        name: invitations.renew_link(store, here, names[name], by=account(rae), now=now)
        for name in ("Bo", "Meg", "Cat", "Lou", "Yas", "Ifan", "Gil", "Kit")
    }
    sittings.start_sitting(store, links["Gil"], now=now)
    sessions = {
        role: accounts.sign_in(store, who.email, demo.password, now=now, address=role)
        for role in ("recruiter", "manager", "council", "researcher", "administrator")
        for who in [person(demo, role)]
    }
    sessions["new"] = new_provider(store)
    return World(demo, names, links, sessions, ids, one_of_each_format(store, names["Meg"]))


def person(demo: Demonstration, role: str) -> SignIn:
    """Find who has a role, in the first provider or in the house."""
    return next(
        one for one in demo.sign_ins if one.role == role and one.provider_id != demo.neighbour_id
    )


def account(who: SignIn) -> Account:
    """Return the account of somebody of the demonstration."""
    return Account(who.account_id, who.provider_id, "", who.name, who.email, who.role)


def new_provider(store: Store) -> str:
    """Open a provider where nothing has happened, and sign its manager in."""
    now, email, password = utc_now(), "first@start.example", "a long enough pass phrase"
    provider = accounts.add_provider(store, name="New Start Care", contact="Ask Ny.", now=now)
    accounts.add_account(
        store, provider, name="Ny Example", email=email, password=password, now=now, role="manager"
    )
    return accounts.sign_in(store, email, password, now=now, address=email)


def one_of_each_format(store: Store, sitting: str) -> dict[str, int]:
    """Find for each response format the last question that uses it."""
    total = sittings.review_sitting(store, sitting).total
    shown = {n: sittings.show_question(store, sitting, n) for n in range(1, total + 1)}
    return {str(question.item.format): number for number, question in shown.items()}


def render(browser: Browser, root: str, world: World, width: int, wanted: tuple[str, ...]) -> None:
    """Render every page at one width."""
    shots: dict[str, list[Shot]] = {
        "": candidate_shots(world),
        "recruiter": recruiter_shots(world),
        "manager": manager_shots(world),
        "council": council_shots(world),
        "researcher": researcher_shots(world),
        "administrator": administrator_shots(world),
        "new": [Shot(f"empty-{name}", f"/{name}") for name in ("vacancies", "calls", "tasks")],
    }
    for role, several in shots.items():
        for shot in several:
            if not wanted or shot.name.startswith(wanted):
                context = browser.new_context(
                    base_url=root, viewport={"width": width, "height": 800}, locale="en-GB"
                )
                cookies = {"vbr_language": shot.language, "vbr_session": world.sessions.get(role)}
                context.add_cookies(
                    [{"name": n, "value": v, "url": root} for n, v in cookies.items() if v]
                )
                take(context, shot, width)
                context.close()


def press(page: Page) -> None:
    """Press the main button of the page."""
    page.locator("main form button.govuk-button").last.click()


def candidate_shots(world: World) -> list[Shot]:
    """List the pages of candidates and visitors."""

    def inside(name: str, more: str, shot: str, act: Callable[[Page], None] | None = None) -> Shot:
        return Shot(
            f"candidate-{shot}", f"/sitting/{world.sittings[name]}{more}", act, world.links[name]
        )

    bo, rights = world.links["Bo"], "/your-data"
    unanswered = f"/question/{max(world.questions.values())}"
    return [
        Shot("candidate-landing", f"/i/{bo}"),
        Shot("candidate-landing-welsh", f"/i/{world.links['Ifan']}"),
        Shot("candidate-landing-withdrawn", f"/i/{world.links['Yas']}"),
        Shot("candidate-practice", f"/i/{bo}/practice"),
        Shot("candidate-adjustment", f"/i/{bo}/adjustment"),
        Shot("candidate-how-it-is-used", f"/i/{bo}/how-it-is-used"),
        *(
            inside("Meg", f"/question/{number}", f"question-{kind}")
            for kind, number in world.questions.items()
        ),
        inside("Meg", unanswered, "question-error", press),
        inside("Meg", "/check", "check"),
        inside("Gil", "/words/1", "own-words"),
        inside("Ifan", "/question/1", "question-welsh"),
        inside("Cat", "/feedback", "feedback"),
        inside("Kit", "/feedback", "being-rated"),
        inside("Lou", rights, "rights"),
        inside("Lou", f"{rights}/copy", "copy"),
        inside("Lou", f"{rights}/disagree", "disagree"),
        inside("Meg", f"{rights}/person", "person"),
        inside("Meg", f"{rights}/withdraw", "withdraw"),
        inside("Meg", f"{rights}/erasure", "erasure"),
        Shot("candidate-link-unknown", "/i/no-such-link"),
        Shot("about", "/about"),
        Shot("privacy", "/privacy"),
        Shot("accessibility", "/accessibility"),
        Shot("sign-in", "/sign-in"),
        Shot("sign-in-error", "/sign-in", press),
        Shot("sign-in-reset", "/reset"),
    ]


def recruiter_shots(world: World) -> list[Shot]:
    """List the pages of recruiters."""
    board = f"/vacancies/{world.demo.vacancy_id}"

    def of(name: str, more: str, shot: str, act: Callable[[Page], None] | None = None) -> Shot:
        return Shot(f"recruiter-{shot}", f"/candidates/{world.sittings[name]}{more}", act)

    return [
        Shot("recruiter-vacancies", "/vacancies"),
        Shot("recruiter-vacancies-welsh", "/vacancies", language="cy"),
        Shot("recruiter-new-vacancy", "/vacancies/new"),
        Shot("recruiter-new-vacancy-error", "/vacancies/new", press),
        Shot("recruiter-board", board),
        Shot("recruiter-board-welsh", board, language="cy"),
        Shot("recruiter-board-ended", f"{board}?show=ended"),
        Shot("recruiter-board-nobody", f"{board}?q=nobody"),
        Shot("recruiter-calls", "/calls"),
        Shot("recruiter-invite", f"{board}/invite"),
        Shot("recruiter-invite-error", f"{board}/invite", press),
        Shot("recruiter-import", f"{board}/import"),
        Shot("recruiter-import-check", f"/imports/{world.ids['list']}"),
        of("Hal", "/new-link", "new-link"),
        of("Bo", "/new-link", "link", press),
        of("Fay", "", "candidate-stuck"),
        of("Jan", "", "candidate-asks"),
        of("Lou", "", "candidate-contests"),
        of("Uma", "", "candidate-at-work"),
        of("Ash", "/first-view", "first-view"),
        of("Ash", "/first-view", "first-view-error", press),
        of("Bea", "/report", "report"),
        of("Bea", "/decision", "decision"),
        of("Bea", "/decision", "decision-error", press),
        of("Lou", "/record", "record"),
        of("Tam", "/risk", "risk"),
        of("Rio", "/step/called", "step-called"),
        of("Rio", "/step/not-appointed", "step-not-appointed"),
        of("Jan", "/adjustment", "adjustment"),
        of("Hal", "/paper", "paper"),
        of("Fay", "/facts", "facts"),
        Shot("recruiter-entry", f"/entry/{world.sittings['Hal']}"),
        Shot("recruiter-tasks", "/tasks"),
        Shot("recruiter-task", f"/tasks/{world.ids['person']}"),
        Shot("recruiter-ratings", "/ratings"),
    ]


def manager_shots(world: World) -> list[Shot]:
    """List the pages of managers."""
    return [
        Shot("manager-settings", "/settings"),
        Shot("manager-details", "/settings/details"),
        Shot("manager-retention", "/settings/retention"),
        Shot("manager-values", "/settings/values/homecare-values"),
        Shot("manager-messages", "/settings/messages"),
        Shot("manager-message", "/settings/messages/invitation/en/email"),
        Shot("manager-people", "/settings/people"),
        Shot("manager-people-new", "/settings/people/new"),
        Shot("manager-contest", f"/tasks/{world.ids['contest']}"),
        Shot("manager-rating", f"/ratings/answer/{world.ids['code']}"),
        Shot("manager-agreement", "/ratings/agreement"),
        Shot("account", "/account"),
        Shot("account-second-step", "/account/second-factor"),
    ]


def council_shots(world: World) -> list[Shot]:
    """List the pages of the council lead."""
    here = f"/council/{world.demo.provider_id}"
    return [
        Shot("council-providers", "/council"),
        Shot("council-provider", here),
        Shot("council-new", "/council/new"),
        Shot("council-pause", f"{here}/pause"),
    ]


def researcher_shots(world: World) -> list[Shot]:
    """List the pages of researchers."""
    return [
        Shot("research-models", "/models"),
        Shot("research-model", f"/models/{world.ids['model']}"),
        Shot("research-model-show", f"/models/{world.ids['model']}/change?state=shown"),
        Shot("research", "/research"),
    ]


def administrator_shots(world: World) -> list[Shot]:
    """List the pages of the administrator."""
    return [Shot("operator", "/operator"), Shot("operator-people", "/operator/people")]


def take(context: BrowserContext, shot: Shot, width: int) -> None:
    """Render one page into a file."""
    page = context.new_page()
    if shot.link:
        context.request.post(f"/i/{shot.link}")
    page.goto(shot.address)
    if shot.act:
        shot.act(page)
        page.wait_for_load_state()
    tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.set_viewport_size({"width": width, "height": max(tall, 400)})  # what sticks, at the end
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": max(tall, 400)}
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
    sys.exit(main(sys.argv[1:]))
