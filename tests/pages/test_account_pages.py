"""Signing in with a second step, joining, one's own account, and an organisation's people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Page as BrowserPage

from service import create_app
from service.access import Services
from service.outbox.backends.file import kept_mails
from service.outbox.worker import Worker
from service.use_cases import accounts, passwords

from .conftest import WIDTHS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
MANAGER = "mo@meadow.example"
PASSWORD = "a long enough pass phrase"
NEW = "copper kettle under snow"


@dataclass
class Watch:
    """A clock that obeys."""

    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def watch(house) -> Watch:
    """The clock of the served application, from now on."""
    watch = Watch()
    services: Services = house.app.extensions["vbr"]
    house.app.extensions["vbr"] = Services(services.settings, services.store, watch)
    return watch


@pytest.fixture
def member(page_client):
    """A recruiter who is signed in."""
    page_client.submit(page_client.get("/sign-in"), email=EMAIL, password=PASSWORD)
    return page_client


@pytest.fixture
def manager(house, page_client):
    """A manager who is signed in."""
    add_manager(house)
    page_client.submit(page_client.get("/sign-in"), email=MANAGER, password=PASSWORD)
    return page_client


def test_setting_up_signing_in_by_code_and_turning_off(house, watch, member):
    account = member.get("/account")
    assert "You signed in before this on 22 November 2026, 09:00." in account.reads
    assert "Off A code from your phone protects candidates" in account.reads
    page = member.get("/account/second-factor")
    secret = page.by_id("key").text.replace(" ", "")
    assert page.by_id("password") is None, "signed in a moment ago"
    assert page.by_id("code").get("autocomplete") == "one-time-code"
    assert page.all("img")[0].get("src").startswith("data:image/svg+xml")
    assert page.all("img")[0].get("alt")
    wrong = member.submit(page, status=422, code="12345")
    assert "This code is not right" in wrong.reads
    assert wrong.by_id("key").text.replace(" ", "") == secret, "the same picture again"
    codes = member.submit(wrong, code=code_of(secret, watch))
    assert codes.heading == "Keep your recovery codes"
    kept = [words.text for words in codes.all("code")]
    assert len(kept) == 10
    held = read_cookies(house, member)
    assert "csrf" in held
    assert not any(code in held or code.replace("-", "") in held for code in kept)
    done = member.submit(codes)
    assert "10 recovery codes are left." in done.reads
    assert member.get("/account/second-factor/codes", status=405), "shown once"

    member.post("/sign-out", hidden_of(done, "/sign-out"))
    step = member.submit(member.get("/vacancies"), email=EMAIL, password=PASSWORD)
    assert step.heading == "Enter your code"
    assert member.get("/vacancies").address == "/sign-in", "the password alone opens nothing"
    step = member.submit(step, status=422)
    assert "Enter the code that the app shows." in step.reads
    used = code_of(secret, watch)
    assert "was used before" in member.submit(step, status=422, code=used).reads
    watch.now += timedelta(seconds=30)
    assert member.submit(step, code=code_of(secret, watch)).address == "/vacancies"

    member.post("/sign-out", hidden_of(member.get("/account"), "/sign-out"))
    step = member.submit(member.get("/sign-in"), email=EMAIL, password=PASSWORD)
    page = member.submit(step, recovery=kept[0].upper())
    assert "You signed in with a recovery code. 9 are left." in page.reads

    watch.now += timedelta(seconds=30)
    form = member.get("/account/second-factor/codes/new")
    wrong = member.submit(form, status=422, password="x", code=code_of(secret, watch))
    assert "This is not your present password." in wrong.reads
    renewed = member.submit(form, password=PASSWORD, code=code_of(secret, watch))
    assert not set(kept) & {words.text for words in renewed.all("code")}
    form = member.get("/account/second-factor/off")
    page = member.submit(form, password=PASSWORD, code=renewed.all("code")[0].text)
    assert "The second step is off." in page.reads


def test_the_session_has_another_token_after_each_step(house, watch, member):
    secret = turn_on(member, watch)
    member.post("/sign-out", hidden_of(member.get("/account"), "/sign-out"))
    page = member.get("/sign-in")
    assert session_of(member) is None
    step = member.submit(page, email=EMAIL, password=PASSWORD)
    half = session_of(member)
    watch.now += timedelta(seconds=30)
    member.submit(step, code=code_of(secret, watch))
    whole = session_of(member)
    assert None not in (half, whole)
    assert half != whole
    stolen = house.app.test_client(use_cookies=False)
    answer = stolen.get("/vacancies", headers={"Cookie": f"vbr_session={half}"})
    assert answer.headers["Location"].startswith("/sign-in")


def test_the_session_has_another_token_after_each_change_of_how_one_signs_in(house, watch, member):
    def changed(what: str) -> None:
        old, new = tokens[-1], session_of(member)
        assert new not in (None, *tokens), what
        answer = stolen.get("/vacancies", headers={"Cookie": f"vbr_session={old}"})
        assert answer.headers["Location"].startswith("/sign-in"), what
        assert member.get("/account").heading == "Your account", what
        tokens.append(new)

    stolen, tokens = house.app.test_client(use_cookies=False), [session_of(member)]
    form = member.get("/account/password")
    member.submit(form, password=PASSWORD, new=NEW, again=NEW)
    changed("the password")
    secret = turn_on(member, watch)
    changed("the second step on")
    watch.now += timedelta(seconds=30)
    form = member.get("/account/second-factor/off")
    member.submit(form, password=NEW, code=code_of(secret, watch))
    changed("the second step off")
    again = {"email": EMAIL, "password": NEW, **hidden_of(member.get("/account"), "/sign-out")}
    member.post("/sign-in", again)
    changed("signing in once more")


def test_joining_ends_the_session_that_this_browser_had(house, manager):
    manager.submit(
        manager.get("/settings/people/new"),
        name="Nell New",
        email="nell@meadow.example",
        role="recruiter",
    )
    old = session_of(manager)
    form = manager.get(mailed_link(house, "nell@meadow.example"))
    assert manager.submit(form, name="Nell New", new=NEW, again=NEW).heading == "Vacancies"
    stolen = house.app.test_client(use_cookies=False)
    answer = stolen.get("/vacancies", headers={"Cookie": f"vbr_session={old}"})
    assert answer.headers["Location"].startswith("/sign-in")


def test_guesses_at_the_code_are_told_to_wait(house, watch, member):
    turn_on(member, watch)
    member.post("/sign-out", hidden_of(member.get("/account"), "/sign-out"))
    step = member.submit(member.get("/sign-in"), email=EMAIL, password=PASSWORD)
    for _attempt in range(5):
        step = member.submit(step, status=422, code="000000")
    step = member.submit(step, status=429, code="000000")
    assert "Too many attempts. Wait 15 minutes" in step.reads


def test_roles_that_need_a_second_step_are_led_to_it(house, page_client, watch):
    required = create_app(
        {
            "VBR_DATA_DIR": str(house.store.path.parent),
            "VBR_LOG_LEVEL": "error",
            "VBR_SECOND_FACTOR": "required",
        },
        clock=watch,
    )
    client = type(page_client)(required.test_client(), lambda _address: ())
    add_manager(house)
    page = client.submit(client.get("/settings/people"), email=MANAGER, password=PASSWORD)
    assert page.heading == "Set up a second step"
    for address in ("/vacancies", "/account", "/settings/people"):
        assert client.get(address).address == "/account/second-factor", address
    secret = page.by_id("key").text.replace(" ", "")
    codes = client.submit(page, code=code_of(secret, watch))
    account = client.submit(codes)
    assert "Turn the second step off" not in account.reads
    assert "It cannot be turned off." in client.get("/account/second-factor/off").reads
    assert client.get("/settings/people").heading == "People"
    other = type(page_client)(required.test_client(), lambda _address: ())
    page = other.submit(other.get("/sign-in"), email=EMAIL, password=PASSWORD)
    assert page.heading == "Vacancies", "recruiters choose for themselves"


def test_a_colleague_is_invited_and_joins_by_the_link_that_only_they_get(house, manager):
    page = manager.submit(
        manager.get("/settings/people/new"),
        name="Nell New",
        email="nell@meadow.example",
        role="recruiter",
    )
    assert page.heading == "Nell New"
    assert "goes to nell@meadow.example, and to nobody else" in page.reads
    assert "/join/" not in page.source
    assert "waits to be sent" in manager.get("/settings/people").reads
    mailed = mailed_link(house, "nell@meadow.example")
    client = type(manager)(house.app.test_client(), lambda _address: ())
    form = client.get(mailed)
    assert form.heading == "Join Meadow & Larch Care"
    assert form.by_id("username").get("autocomplete") == "username"
    assert form.by_id("username").get("value") == "nell@meadow.example"
    for name in ("new", "again"):
        assert form.by_id(name).get("autocomplete") == "new-password"
        assert "maxlength" not in form.by_id(name).attributes
    wrong = client.submit(form, status=422, name="Nell", new="Meadow 2026 !", again="")
    assert "among the first that somebody would guess" in wrong.reads
    assert "Meadow 2026" not in wrong.source
    assert client.submit(form, name="Nell New", new=NEW, again=NEW).heading == "Vacancies"
    gone = client.get(mailed, status=404)
    assert gone.heading == "This link does not work any more"
    assert "It works once" in gone.reads
    listed = manager.get("/settings/people").reads
    assert "Nell New Can sign in Recruiter, nell@meadow.example" in listed


def test_a_link_that_never_was_says_what_to_do(page_client):
    for path, advice in (
        ("/join/none", "ask the person who invited you for a new link"),
        ("/reset/none", "have a new link sent to your email address"),
    ):
        page = page_client.get(path, status=404)
        assert advice in page.reads
        token = hidden_of(page_client.get("/sign-in"), "/sign-in")
        assert page_client.post(path, token, status=404).heading == page.heading


def test_a_forgotten_password_reads_the_same_for_everybody(house, page_client):
    pages = [
        page_client.submit(page_client.get("/reset"), email=email)
        for email in (EMAIL, "nobody@meadow.example")
    ]
    assert pages[0].reads == pages[1].reads
    assert "If there is an account with the address that you gave" in pages[0].reads
    form = page_client.get(mailed_link(house, EMAIL))
    assert "rhona@meadow.example" in form.source
    page = page_client.submit(form, new=NEW, again=NEW)
    assert page.heading == "Sign in"
    assert "Your new password is set." in page.reads
    assert page_client.submit(page, email=EMAIL, password=NEW).heading == "Vacancies"
    page_client.get(form.address, status=404)
    assert (
        "Enter an email address"
        in page_client.submit(page_client.get("/reset"), status=422, email="rhona").reads
    )


def test_the_account_is_changed_by_its_owner(house, watch, member):
    page = member.submit(member.get("/account/details"), name="Rhona R", language="en")
    assert "Rhona R" in page.reads
    form = member.get("/account/password")
    wrong = member.submit(form, status=422, password="no", new="short", again="short")
    assert "Use a password of 12 characters or more." in wrong.reads
    wrong = member.submit(form, status=422, password="no", new=NEW, again=NEW)
    assert "This is not your present password." in wrong.reads
    watch.now += timedelta(hours=1, minutes=1)
    member.submit(member.get("/account"), email=EMAIL, password=PASSWORD)
    form = member.get("/account/password")
    assert member.submit(form, password=PASSWORD, new=NEW, again=NEW).address == "/account"


def test_the_language_of_the_account_is_the_pages_own(house, member):
    form = member.get("/account/details")
    answer = member.raw(
        "POST",
        "/account/details",
        data={**hidden_of(form, "/account/details"), "name": "Rhona", "language": "cy"},
    )
    assert "vbr_language=cy" in answer.headers["Set-Cookie"]
    with house.store.read() as unit:
        record = unit.at(house.account.provider_id).accounts.get(house.account.id)
    assert record.language == "cy"


def test_sessions_are_ended_one_by_one_or_all(house, member):
    phone = (
        "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Mobile Safari/537.36"
    )
    other = accounts.sign_in(
        house.store, EMAIL, PASSWORD, now=NOW, address="127.0.0.1", agent=phone
    )
    page = member.get("/account")
    assert "Chrome on Android" in page.reads
    action = next(
        form.get("action")
        for form in page.all("form")
        if re.fullmatch("/account/sessions/[^/]+/end", form.get("action"))
        and "Chrome on Android" in form.text
    )
    page = member.post(action, hidden_of(page, action))
    assert "You are signed out there." in page.reads
    assert "Chrome on Android" not in page.reads
    assert accounts.account_for(house.store, other, now=NOW) is None
    page = member.post("/account/sessions/end", hidden_of(page, "/sign-out"))
    assert "You are signed out everywhere but here." in page.reads


def test_people_are_looked_after(house, manager):
    rhona = f"/settings/people/{house.account.id}"
    page = manager.get(rhona)
    page = manager.post(f"{rhona}/role", {**hidden_of(page, f"{rhona}/role"), "role": "manager"})
    assert "The role is changed." in page.reads
    page = manager.post(f"{rhona}/disable", hidden_of(page, f"{rhona}/disable"))
    assert "is signed out everywhere" in page.reads
    page = manager.post(f"{rhona}/enable", hidden_of(page, f"{rhona}/enable"))
    assert "This person can sign in again." in page.reads
    page = manager.post(f"{rhona}/link", hidden_of(page, f"{rhona}/link"))
    assert page.heading == "A link for Rhona Example"
    assert path_of(page.by_id("address").get("value")).startswith("/reset/")
    listed = manager.get("/settings/people")
    myself = next(e.get("href") for e in listed.all("a") if e.text == "Mo Manager")
    mine = manager.get(myself)
    assert "This is you." in mine.reads
    page = manager.post(f"{myself}/disable", hidden_of(mine, "/sign-out"))
    assert "You cannot do this to your own account." in page.reads
    manager.get("/settings/people/none", status=404)


def test_recruiters_have_no_such_pages_and_administrators_their_own(house, member, page_client):
    for address in ("/settings/people", "/settings/people/new", "/operator/people"):
        member.get(address, status=404)
    house_id = accounts.house(house.store, now=NOW)
    accounts.add_account(
        house.store,
        house_id,
        name="Ada",
        email="ada@county.example",
        password=PASSWORD,
        now=NOW,
        role="administrator",
    )
    admin = type(page_client)(house.app.test_client(), lambda _address: ())
    admin.submit(admin.get("/sign-in"), email="ada@county.example", password=PASSWORD)
    admin.get("/settings/people", status=404)
    page = admin.submit(
        admin.get("/operator/people/new"),
        name="Lee",
        email="lee@county.example",
        role="council",
    )
    assert page.heading == "Lee"
    assert "Lee Invited Council lead" in admin.get("/operator/people").reads
    assert "Rhona" not in admin.get("/operator/people").reads


def test_a_storm_gets_a_page_that_keeps_the_address(page_client, monkeypatch):
    full = passwords.Turnstile(places=1)
    monkeypatch.setattr(passwords, "room", full)
    form = page_client.get("/sign-in")
    with full.place():
        page = page_client.submit(form, status=503, email=EMAIL, password=PASSWORD)
    assert "Many people are signing in at this moment." in page.reads
    assert page.by_id("email").get("value") == EMAIL
    with full.place():
        data = {**hidden_of(form, "/sign-in"), "email": EMAIL, "password": PASSWORD}
        assert page_client.raw("POST", "/sign-in", data=data).headers["Retry-After"] == "3"
    assert page_client.submit(page, email=EMAIL, password=PASSWORD).heading == "Vacancies"


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_as_a_browser_shows_it(house, watch, served, open_browser, look, width):
    add_manager(house)
    page = open_browser(width)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{served}/reset")
    look(page)
    press(page, "Send the link")
    look(page)
    page.get_by_label("Email address").fill(EMAIL)
    press(page, "Send the link")
    look(page)
    page.goto(served)
    look(page)
    sign_in(page)
    page.goto(f"{served}/settings/people")
    look(page)
    page.get_by_role("button", name="Invite somebody").or_(
        page.get_by_role("link", name="Invite somebody")
    ).click()
    look(page)
    press(page, "Invite")
    look(page)
    page.get_by_label("Name").fill("Nell New with a long name")
    page.get_by_label("Email address").fill("nell.with.a.long.address@meadow-and-larch.example")
    page.get_by_label("Recruiter").check()
    press(page, "Invite")
    look(page)
    link = mailed_link(house, "nell.with.a.long.address@meadow-and-larch.example")
    page.goto(f"{served}/settings/people")
    look(page)
    page.get_by_role("link", name="Rhona Example").click()
    look(page)
    press(page, "Disable the account")
    look(page)
    press(page, "Enable the account")
    set_up_in_browser(page, served, watch, look)
    page.goto(f"{served}/account/details")
    look(page)
    page.goto(f"{served}/account/password")
    look(page)
    press(page, "Change the password")
    look(page)
    press(page, "Sign out")
    watch.now += timedelta(seconds=30)
    sign_in(page)
    look(page)
    page.get_by_text("I do not have my phone").click()
    look(page)
    press(page, "Go on")
    look(page)
    page.goto(f"{served}{path_of(link)}")
    look(page)
    press(page, "Join")
    look(page)
    page.goto(f"{served}/join/none")
    look(page)
    assert [text for text in refused if "status of 4" not in text] == []


@pytest.mark.browser
def test_signing_in_with_the_keyboard_alone(house, watch, served, open_browser):
    page = open_browser(390)
    page.goto(f"{served}/sign-in")
    for key in ("Tab", "Enter"):  # the skip link
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served}/vacancies")


def set_up_in_browser(
    page: BrowserPage, served: str, watch: Watch, look: Callable[[BrowserPage], None]
) -> None:
    page.goto(f"{served}/account")
    look(page)
    page.get_by_role("link", name="Set it up").or_(
        page.get_by_role("button", name="Set it up")
    ).click()
    look(page)
    page.get_by_text("I cannot scan it").click()
    look(page)
    secret = page.locator("#key").inner_text().replace(" ", "")
    press(page, "Turn the second step on")
    look(page)
    page.get_by_label("The six figures").fill(code_of(secret, watch))
    press(page, "Turn the second step on")
    look(page)
    press(page, "I have kept them")
    look(page)
    page.goto(f"{served}/account/second-factor/codes/new")
    look(page)
    page.goto(f"{served}/account/second-factor/off")
    look(page)


def sign_in(page: BrowserPage) -> None:
    page.get_by_label("Email address").fill(MANAGER)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def press(page: BrowserPage, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def add_manager(house: Any) -> None:
    accounts.add_account(
        house.store,
        house.account.provider_id,
        name="Mo Manager",
        email=MANAGER,
        password=PASSWORD,
        now=NOW,
        role="manager",
    )


def turn_on(client: Any, watch: Watch) -> str:
    page = client.get("/account/second-factor")
    secret: str = page.by_id("key").text.replace(" ", "")
    client.submit(client.submit(page, code=code_of(secret, watch)))
    return secret


def code_of(secret: str, watch: Watch) -> str:
    return pyotp.TOTP(secret).at(watch())


def hidden_of(page: Any, action: str) -> dict[str, str]:
    """The hidden fields of the form that goes to an address."""
    form = next(one for one in page.all("form") if one.get("action") == action)
    return {
        e.get("name"): e.get("value")
        for e in page.all("input")
        if e.get("type") == "hidden" and form in e.parents
    }


def session_of(client: Any) -> str | None:
    cookie = client.raw("GET", "/about").request.headers.get("Cookie", "")
    found = re.search("vbr_session=([^;]+)", cookie)
    return found[1] if found else None


def read_cookies(house: Any, client: Any) -> str:
    """What anybody can read of the cookies of a browser: they are signed, not encrypted."""
    cookie = client.raw("GET", "/about").request.headers.get("Cookie", "")
    name = house.app.config["SESSION_COOKIE_NAME"]
    found = re.search(f"{name}=([^;]+)", cookie)
    serializer = SecureCookieSessionInterface().get_signing_serializer(house.app)
    assert found is not None
    assert serializer is not None
    return f"{cookie} {json.dumps(serializer.loads(found[1]))}"


def path_of(address: str) -> str:
    return re.sub("^https?://[^/]+", "", address)


def mailed_link(house: Any, to: str) -> str:
    """The path of the link in the newest message to an address."""
    services: Services = house.app.extensions["vbr"]
    worker = Worker(services.store, services.settings.mail)
    worker.once()
    return next(mail.path for mail in kept_mails(services.settings.mail) if to in mail.to)
