"""Those who run the pilot and those who recruit: their scenes of the rehearsal."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Error as BrowserError

from rehearsal.candidates import decide, first_view, no_report_before_a_first_view
from rehearsal.stage import NO_PAGE, ROOT, Person, expect, wait_for
from rehearsal.world import CANDIDATES, FIRST, SECOND, TITLE, World

ADMINISTRATOR = "ada@pilot.example"
HOUSE = {"Cora": "council", "Ravi": "researcher", "Rita": "researcher"}
MANAGERS = {"Mo": FIRST, "Bram": SECOND}
RECRUITERS = {"Rae": "Mo", "Rob": "Mo", "Roz": "Mo", "Brook": "Bram"}
BY_HAND = "Wendy Withdrawn"
OTHER = "Olga Otherside"
STEPS = ("interview-booked", "attended", "offered", "accepted", "started-work")


def mail_of(name: str) -> str:
    """Return the address of somebody on the staff."""
    return f"{name.lower()}@staff.example"


def everybody_joins(world: World) -> str:
    """The first administrator comes by a command and invites who runs the pilot."""
    link = world.service.command(
        "create-administrator", "--name", "Ada Admin", "--email", ADMINISTRATOR
    )
    ada = world.new("Ada")
    ada.join_by(link, ADMINISTRATOR)
    for name, role in HOUSE.items():
        _invite(ada, "/operator/people/new", name, role)
    for name in HOUSE:
        world.new(name).join(mail_of(name))
    ada.go("/operator/people").shows(*HOUSE)
    return f"an administrator by a command; {', '.join(HOUSE)} by links in emails"


def _invite(who: Person, page: str, name: str, role: str) -> None:
    who.go(page).fill(name=f"{name} Rehearsal", email=mail_of(name)).tick("role", role)
    who.press("Invite", exact=True)


def two_providers(world: World) -> str:
    """The council lead opens two providers and invites their managers."""
    cora = world.who("Cora")
    for manager, provider in MANAGERS.items():
        cora.go("/council/new").fill(
            name=provider,
            contact=f"{manager}, 01632 960 000",
            manager_name=f"{manager} Rehearsal",
            manager_email=mail_of(manager),
        )
        cora.press("Open the provider").shows(provider)
        world.new(manager).join(mail_of(manager))
    cora.go("/council").shows(FIRST, SECOND)
    return f"{FIRST} and {SECOND} are open, their managers have joined"


def settings_and_recruiters(world: World) -> str:
    """The managers set contacts, languages and the period of keeping, and add recruiters."""
    for manager, provider in MANAGERS.items():
        who = world.who(manager).go("/settings/details")
        who.fill(
            shown_name=provider,
            adjustments=f"{manager} on 01632 960 000",
            complaints=f"complaints@{manager.lower()}.example",
        )
        who.tick("languages", "en cy").press("Save", exact=True)
        who.go("/settings/retention").fill(months="9").press("Save", exact=True)
        if who.offers("Yes, use this period"):
            who.press("Yes, use this period")
        who.go("/settings").shows("9 months")
    for recruiter, manager in RECRUITERS.items():
        _invite(world.who(manager), "/settings/people/new", recruiter, "recruiter")
    for recruiter in RECRUITERS:
        world.new(recruiter).join(mail_of(recruiter))
    return f"settings saved, {', '.join(RECRUITERS)} have joined"


def a_vacancy_and_a_list(world: World) -> str:
    """A recruiter opens a vacancy, imports five people, and invites one by hand."""
    rae = world.who("Rae")
    board = _vacancy(rae, TITLE)
    _import(world, rae, board)
    rae.go(f"{board}/invite").fill(name=BY_HAND, email=CANDIDATES[BY_HAND])
    rae.tick("send", "message").tick("language", "en").press("Invite", exact=True)
    rae.go(board).shows(*CANDIDATES)
    for name in CANDIDATES:
        link = rae.page.get_by_role("link", name=name, exact=True).first
        world.ids[name] = str(link.get_attribute("href")).rsplit("/", 1)[-1]
    world.ids["board"] = board
    brook = world.who("Brook")
    theirs = _vacancy(brook, "Night care worker at Otter")
    brook.go(f"{theirs}/invite").fill(name=OTHER, email="olga@candidates.example")
    brook.tick("send", "message").tick("language", "en").press("Invite", exact=True)
    return f"{len(CANDIDATES) - 1} from a CSV file and 1 by hand, all invited by email"


def _vacancy(recruiter: Person, title: str) -> str:
    recruiter.go("/vacancies/new").fill(title=title, contact="Rae, 01632 960 001")
    bank = recruiter.page.locator("main input[name=bank_id][value=homecare-values]")
    if bank.count():
        bank.check()
    recruiter.press("Create the vacancy")
    found = re.match(r"/vacancies/[^/]+", recruiter.path)
    expect(found, f"no vacancy at {recruiter.path}")
    assert found is not None
    return found[0]


def _import(world: World, rae: Person, board: str) -> None:
    rows = [
        f"{name},{mail},{'cy' if 'Cymraeg' in name else 'en'}"
        for name, mail in CANDIDATES.items()
        if name != BY_HAND
    ]
    file = world.service.folder / "list.csv"
    file.write_text("\n".join(["name,email,language", *rows]), encoding="utf-8")
    rae.go(f"{board}/import").page.set_input_files("#file", file)
    rae.press("Check the list").shows(f"{len(rows)} can be invited")
    rae.tick("send", "message").tick("language", "en").press(f"Invite {len(rows)} people")
    wait_for(
        lambda: rae.go(rae.path).page.get_by_text("people are invited").count(),
        "the import does not end",
    )


def the_contest_is_answered(world: World) -> str:
    """The contest cannot be answered by who decided; a colleague does, with a view of their own."""
    name = "Connor Contest"
    rae = world.who("Rae").go("/tasks").press(name)
    expect(
        not rae.offers("Finish this task"),
        "who decided can answer the contest",
    )
    rob, page = world.who("Rob"), world.candidate(name)
    no_report_before_a_first_view(rob, page)
    rob.go("/tasks").press(name)
    expect(not rob.offers("Finish this task"), "a contest is answered before a first view")
    first_view(rob, page, "promising")
    rob.go("/tasks").press(name)
    rob.tick("outcome", "changed").fill(text="You are right: we should have asked.")
    rob.press("Finish this task")
    decide(rob, page, "invite-to-interview", "A bicycle is all that it takes.")
    rob.go(f"{page}/record").shows("verifies", "A bicycle is all that it takes.", "(replaced)")
    rob.shows("Promising", "Not sure yet", "First views, each before that person saw the report")
    person = world.who(name).go(world.service.link_to(CANDIDATES[name]))
    person.press("Your data and your rights")
    person.shows("You are right: we should have asked.", "A bicycle")
    wait_for(
        lambda: any("look" in mail for mail in world.service.mails_to(CANDIDATES[name])[1:]),
        "no email about the contest",
    )
    world.leave(name)
    return "not by who decided; a colleague, by their own view, changed it; the candidate reads why"


def an_outcome(world: World) -> str:
    """From the first view to started work, and left."""
    name = "Phyllis Twodevice"
    page, rae = world.candidate(name), world.who("Rae")
    first_view(rae, page, "promising")
    decide(rae, page, "invite-to-interview", "Warm, and near to the first round.")
    rae.go(f"{page}/step/called").tick("outcome", "reached").press("Record", exact=True)
    today = datetime.now(ZoneInfo("Europe/London")).date().isoformat()
    for step in STEPS:
        rae.go(f"{page}/step/{step}").fill(on=today).press("Record", exact=True)
    rae.go(page).shows("Started work")
    rae.go(f"{page}/step/left")
    rae.page.select_option("#reason", index=1)
    rae.press("Record", exact=True)
    rae.go(page).shows("Left").press("Undo").go(page)
    rae.go(f"{page}/step/left")
    rae.page.select_option("#reason", index=1)
    rae.press("Record", exact=True)
    rae.go(f"{page}/record").shows("verifies", "Warm, and near")
    rae.go(world.ids["board"]).go("/calls")
    return "first view, report, decision, call, interview, offer, start, left, taken back, left"


def new_bank_version(world: World) -> str:
    """A researcher proposes a version of the bank and the second one publishes it."""
    ravi = world.who("Ravi").go("/")
    if not ravi.page.locator("nav a[href='/research']").count():
        return "not there"
    ravi.go("/research/proposals/new").page.set_input_files("#files", _next_version(world))
    ravi.fill(reason="A plainer name of the bank.").press("Check and propose")
    place = ravi.path
    ravi.shows("Another researcher reviews this").lacks("Publish it")
    world.who("Rita").go(place).press("Publish it").shows("Published")
    world.who("Rae").go("/vacancies/new").shows("version 0.9.0")
    return "version 0.9.0, proposed by one and published by the other"


def _next_version(world: World) -> list[Path]:
    """Write the bank again under another number, with another word in it."""
    bank = ROOT / "question_banks" / "homecare-values"
    folder = world.service.folder / "version"
    folder.mkdir()
    held = re.sub(r"(?m)^version: .*$", "version: 0.9.0", (bank / "bank.yaml").read_text("utf-8"))
    (folder / "bank.yaml").write_text(held, encoding="utf-8")
    for file in (bank / "catalogues").glob("*.yaml"):
        text = re.sub(r"(?m)^(title: .*)$", r"\1 (plain)", file.read_text("utf-8"), count=1)
        (folder / file.name).write_text(text, encoding="utf-8")
    return sorted(folder.iterdir())


def a_model_of_risk(world: World) -> str:
    """A model is trained, listens, and is shown; the recruiter reads why there is no figure."""
    ravi = world.who("Ravi").go("/models").press("Train a new model")
    wait_for(
        lambda: ravi.go(ravi.path).offers("Read its card"),
        "the training does not end",
        patience=120,
    )
    ravi.go("/models").press("Show it").press("Yes, do it").shows("Shown")
    world.who("Rae").go(f"{world.candidate('Phyllis Twodevice')}/risk")
    ravi.go("/models").press("Switch it off").press("Yes, do it")
    return "trained as a job, listened, shown, switched off"


def the_other_provider_finds_nothing(world: World) -> str:
    """The second provider's people search every page that they can reach."""
    secrets = [*CANDIDATES, *CANDIDATES.values(), FIRST, TITLE, mail_of("Rae")]
    secrets += [value.rsplit("/", 1)[-1] for key, value in world.ids.items() if key != "ratings"]
    total = 0
    for name in ("Brook", "Bram", "Cora"):
        theirs = secrets if name != "Cora" else [s for s in secrets if s not in {FIRST}]
        total += _search(world.who(name), theirs)
        for person in CANDIDATES:
            world.who(name).go(world.candidate(person), status=404)
        world.who(name).go(world.ids["board"], status=404)
    return f"{total} pages searched for {len(secrets)} names and ids; every id answers 404"


def _search(who: Person, secrets: list[str]) -> int:
    """Follow every link from the first page on; return the number of pages."""
    waiting, seen = ["/", "/vacancies", "/council"], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or NO_PAGE.search(path):
            continue
        seen.add(path)
        who.expected_errors += 1
        try:
            who.page.goto(path)
        except BrowserError:  # a file to keep
            continue
        finally:
            who.expected_errors -= 1
        who.lacks(*secrets)
        waiting += who.page.eval_on_selector_all(
            "a[href]", "all => all.map(a => a.getAttribute('href').split(/[?#]/)[0])"
        )
        waiting = [one for one in waiting if one.startswith("/") and not one.startswith("//")]
    return len(seen)


def the_ledger_is_sound(world: World) -> str:
    """``python -m service verify`` says so."""
    said = world.service.command("verify")
    expect("sound" in said, said)
    return said.replace("\n", " ")
