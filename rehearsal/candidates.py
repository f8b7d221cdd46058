"""The six candidates of the rehearsal."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from rehearsal.stage import PHONE, Person, expect
from rehearsal.world import CANDIDATES, World

WORDS = "I would stay calm, ask what they wish, and tell the office what I have seen."


def on_two_devices(world: World) -> str:
    """Answer half on a phone, the rest on another device, and read the feedback."""
    name = "Phyllis Twodevice"
    link = world.service.link_to(CANDIDATES[name])
    phone = world.new("her phone", PHONE).go(link).press("Start", exact=True)
    total = _total(phone)
    half = total // 2
    for _ in range(half):
        answer(phone)
    world.leave("her phone")
    desk = world.new("her other device").go(link)
    desk.shows(f"You have answered {half} of {total} scenarios").press("Carry on")
    expect(desk.path.endswith(f"/question/{half + 1}"), f"resumes at {desk.path}")
    finish(desk)
    desk.press("Your data and your rights").shows("Nobody has opened a report")
    world.leave("her other device")
    return f"{half} of {total} scenarios on a phone, the rest elsewhere, feedback read"


def asks_for_an_adjustment(world: World) -> str:
    """Ask for own words, write, and be rated by two who disagree, and a third."""
    name = "Adam Ownwords"
    link = world.service.link_to(CANDIDATES[name])
    person = world.new(name, PHONE).go(link).press("Ask to answer in another way")
    person.tick("ways", "own-words").fill(text="I say it better than I tick it.")
    person.press("Send this")
    rae = world.who("Rae").go("/tasks").press(name).press("Set up another way to answer")
    rae.tick("way", "typed").fill(note="Of course: write as you like.").press("Save and send")
    person = world.who(name).go(link).shows("in your own words").press("Start", exact=True)
    total = 0
    while "/words/" in person.path:
        person.fill(words=f"{WORDS} ({total + 1})")
        _save(person)
        total += 1
    person.press("Send my answers").shows("Two people read each answer")
    ratings = _rate_all(world)
    world.who("Rae").go(world.candidate(name)).shows("Record your first view")
    world.who(name).go(link).press("Read your feedback")
    world.leave(name)
    return f"{total} answers in own words, {ratings} ratings; two disagreed, a third read"


def _rate_all(world: World) -> int:
    """Let three colleagues rate until nothing waits; the second disagrees about one answer."""
    levels = {"Rob": "last", "Roz": "first", "Mo": "middle"}
    n_ratings = 0
    for _ in range(2):
        for who, choice in levels.items():
            n_ratings += _rate(world.who(who), choice)
    world.ids["ratings"] = str(n_ratings)
    for who in levels:
        world.who(who).go("/ratings").shows("Nothing waits for you")
    return n_ratings


def _rate(rater: Person, choice: str) -> int:
    rater.go("/ratings")
    if not rater.offers("Rate the next answer"):
        return 0
    rater.press("Rate the next answer")
    n_ratings = 0
    while rater.path.startswith("/ratings/answer/"):
        rater.lacks(*CANDIDATES)
        levels = rater.page.locator("main input[name=level]")
        n_levels = levels.count() - 1  # the last one says that it cannot be rated
        extreme = n_ratings == 0 and choice != "middle"
        at = {"last": n_levels - 1, "first": 0}[choice] if extreme else n_levels // 2
        levels.nth(at).check()
        rater.press("Save and go on")
        n_ratings += 1
    return n_ratings


def by_phone(world: World) -> str:
    """Somebody rings and a recruiter enters the answers."""
    name = "Tilda Telephone"
    roz = world.who("Roz").go(world.candidate(name)).press("Change how they answer")
    roz.tick("way", "entered").fill(note="Rings on Monday at ten.").press("Save", exact=True)
    roz.go(world.candidate(name)).press("Enter their answers")
    roz.tick("how", "phone").press("Begin")
    total = 0
    while "/check" not in roz.path:
        answer(roz)
        total += 1
    roz.tick("confirmed", "yes").press("Send the answers")
    roz.go(world.candidate(name)).shows("Record your first view")
    return f"{total} scenarios entered on the telephone"


def in_welsh(world: World) -> str:
    """Take it in Welsh, by a message in Welsh."""
    name = "Carys Cymraeg"
    link = world.service.link_to(CANDIDATES[name])
    person = world.new(name, PHONE).go(link)
    expect(person.page.locator("html").get_attribute("lang") == "cy", "the page is not in Welsh")
    _click(person, person.page.locator("#start button"))
    total = finish(person)
    expect(person.page.locator("html").get_attribute("lang") == "cy", "feedback is not in Welsh")
    world.leave(name)
    return f"{total} scenarios, and the feedback, in Welsh"


def withdraws(world: World) -> str:
    """Start, withdraw, come back, withdraw again."""
    name = "Wendy Withdrawn"
    link = world.service.link_to(CANDIDATES[name])
    person = world.new(name, PHONE).go(link).press("Start", exact=True)
    answer(person)
    person.press("Your data and your rights")
    home = person.path
    person.press("Withdraw your application").press("Withdraw", exact=True)
    person.go(home).press("Take it back")
    person.go(home).press("Withdraw your application").press("Withdraw", exact=True)
    person.go(link).shows("You have withdrawn your application.")
    world.who("Rae").go(world.candidate(name)).shows("ithdr")
    world.leave(name)
    return "withdrawn, taken back, withdrawn; the recruiter sees it"


def contests(world: World) -> str:
    """Complete, be told no, and disagree."""
    name = "Connor Contest"
    link = world.service.link_to(CANDIDATES[name])
    person = world.new(name, PHONE).go(link).press("Start", exact=True)
    finish(person)
    rae = world.who("Rae")
    no_report_before_a_first_view(rae, world.candidate(name))
    first_view(rae, world.candidate(name), "unsure")
    decide(rae, world.candidate(name), "not-now", "The first bus comes too late for the mornings.")
    person = world.who(name).go(link).press("Your data and your rights")
    person.shows("The first bus comes too late")
    person.press("Ask for the decision to be looked at again")
    person.fill(text="I have a bicycle. Nobody asked.").press("Send this")
    return "sent answers, was told no with a reason, and contested it"


def no_report_before_a_first_view(recruiter: Person, page: str) -> None:
    """Neither the report nor a decision is to be had."""
    recruiter.go(f"{page}/report")
    expect(recruiter.path.endswith("/first-view"), "the report opens before a first view")
    recruiter.go(f"{page}/decision")
    expect(not recruiter.path.endswith("/decision"), "a decision is possible before the report")


def first_view(recruiter: Person, page: str, view: str) -> None:
    """Record a first view; the report opens."""
    recruiter.go(f"{page}/first-view").tick("view", view).fill(note="From a call.")
    recruiter.press("Save and open the report")
    expect(recruiter.path.endswith("/report"), f"the report is not open but {recruiter.path}")


def decide(recruiter: Person, page: str, decision: str, reason: str) -> None:
    """Record a decision with its reason."""
    recruiter.go(f"{page}/decision").tick("decision", decision).fill(reason=reason)
    recruiter.press("Record the decision").go(page).shows(reason)


def finish(person: Person) -> int:
    """Answer what is left and send it; return the number of answers given."""
    total = 0
    while "/question/" in person.path:
        answer(person)
        total += 1
    _click(person, person.page.locator("main form button.govuk-button").last)
    expect(person.path.endswith("/feedback"), f"no feedback but {person.path}")
    return total


def answer(person: Person) -> None:
    """Answer the scenario on the page, in whatever way it asks, and go on."""
    page = person.page
    for place, select in enumerate(page.locator("main select").all(), start=1):
        select.select_option(str(place))
    ticks = page.locator("main input[name=pick]")
    if ticks.count():
        _pick(person, ticks)
    elif page.locator("main input[name=most]").count():
        page.locator("main input[name=most]").first.check()
        page.locator("main input[name=least]").last.check()
    else:
        for number, group in enumerate(page.locator("main fieldset.option").all()):
            points = group.locator("input[type=radio]")
            points.nth(number % points.count()).check()
    _save(person)


def _pick(person: Person, ticks: Locator) -> None:
    wanted = re.search(r"\d+", person.page.locator("#how").inner_text())
    assert wanted is not None
    for number in range(int(wanted[0])):
        ticks.nth(number).check()


def _save(person: Person) -> None:
    before = person.path
    _click(person, person.page.locator("main button[name=action][value=save]"))
    expect(person.path != before, f"{before} was not saved")


def _click(person: Person, what: Locator) -> None:
    person.choose(what)


def _total(person: Person) -> int:
    return int(person.page.locator("#progress").get_attribute("max") or 0)
