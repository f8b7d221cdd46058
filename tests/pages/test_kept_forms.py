"""Nothing that was typed is lost when a sign-in, or a candidate's link, ended in the middle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from service.use_cases import accounts, adjustments, invitations, second_factor, sittings
from vbr_engine.bank.model import ResponseFormat

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
OTHER = "mo@meadow.example"
PASSWORD = "a long enough pass phrase"
TITLE = "Care worker, nights and early mornings"
CONTACT = "Ask Rhona, or ring her"
AGAIN = "Send once more what you had typed?"


@pytest.fixture
def recruiter(page_client):
    """The client, signed in."""
    page_client.submit(page_client.get("/sign-in"), email=EMAIL, password=PASSWORD)
    return page_client


@pytest.fixture
def form(recruiter):
    """A form, filled in: what a browser would send."""
    page = recruiter.get("/vacancies/new")
    hidden = {e.get("name"): e.get("value") for e in page.all("input") if e.get("type") != "radio"}
    bank = next(e.get("value") for e in page.all("input") if e.get("type") == "radio")
    return {**hidden, "title": TITLE, "contact": CONTACT, "bank_id": bank}


def end_sessions(house) -> None:
    with house.store.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM sessions")


def sign_in(client, page: Any, email: str = EMAIL, **more: Any) -> Any:
    return client.submit(page, email=email, password=PASSWORD, **more)


def vacancies(client) -> str:
    return client.get("/vacancies").reads


def test_a_form_sent_after_the_session_ended_comes_back_after_signing_in(house, recruiter, form):
    end_sessions(house)
    page = recruiter.post("/vacancies/new", form, status=401)
    assert page.heading == "Sign in"
    assert "What you typed is kept: sign in, and it comes back." in page.reads
    assert TITLE not in page.source  # whoever sits there next reads nothing
    page = recruiter.submit(page, status=422, email=EMAIL, password="a wrong one")
    page = sign_in(recruiter, page)
    assert page.heading == AGAIN
    assert TITLE in page.reads
    assert CONTACT in page.reads
    assert TITLE not in vacancies(recruiter), "nothing is done without being asked"
    assert recruiter.submit(page).heading == TITLE
    assert TITLE in vacancies(recruiter)


def test_what_is_wrong_in_a_form_that_came_back_is_named_beside_what_was_typed(
    house, recruiter, form
):
    end_sessions(house)
    page = sign_in(recruiter, recruiter.post("/vacancies/new", {**form, "contact": ""}, status=401))
    page = recruiter.submit(page, status=422)
    assert page.by_id("title").get("value") == TITLE


def test_a_form_never_comes_back_for_somebody_else(house, recruiter, form):
    accounts.add_account(
        house.store,
        house.account.provider_id,
        name="Mo Example",
        email=OTHER,
        password=PASSWORD,
        now=NOW,
    )
    end_sessions(house)
    page = sign_in(recruiter, recruiter.post("/vacancies/new", form, status=401), OTHER)
    assert page.heading == "New vacancy"
    assert "could not be kept for you" in page.reads
    assert TITLE not in page.source
    # Nor does the old page, sent once more, give it to whoever signed in since.
    stale = recruiter.post("/vacancies/new", form, status=400)
    assert stale.heading == "Please send this page again"
    assert TITLE not in stale.source


def test_a_page_left_open_while_signing_out_in_another_window(house, recruiter, form):
    recruiter.post("/sign-out", {"csrf_token": form["csrf_token"]})
    page = recruiter.post("/vacancies/new", form, status=401)
    assert recruiter.submit(sign_in(recruiter, page)).heading == TITLE


def test_a_page_left_open_while_signing_in_anew_in_another_window(house, recruiter, form):
    end_sessions(house)
    sign_in(recruiter, recruiter.get("/sign-in"))
    page = recruiter.post("/vacancies/new", form, status=400)
    assert page.heading == AGAIN
    assert recruiter.submit(page).heading == TITLE


def test_a_form_of_another_site_is_not_kept(house, recruiter, form):
    end_sessions(house)
    for token in ("", "made up", form["csrf_token"][:-1]):
        page = recruiter.post("/vacancies/new", {**form, "csrf_token": token}, status=400)
        assert page.heading == "Please send this page again"
        assert "kept" not in {e.get("name") for e in page.all("input")}


def test_a_kept_form_holds_for_an_hour(house, recruiter, form):
    end_sessions(house)
    page = recruiter.post("/vacancies/new", form, status=401)
    services = house.app.extensions["vbr"]
    later = replace(services, clock=lambda: NOW + timedelta(minutes=61))
    house.app.extensions["vbr"] = later
    page = sign_in(recruiter, page)
    assert page.heading == "New vacancy"
    assert TITLE not in page.source


def test_a_pasted_list_comes_back(house, recruiter):
    address = f"/vacancies/{house.vacancy_id}/import"
    page = recruiter.get(address)
    hidden = {e.get("name"): e.get("value") for e in page.all("input") if e.get("type") == "hidden"}
    pasted = "Name\tEmail\n" + "".join(f"Zed {n}\tzed{n}@new.example\n" for n in range(200))
    end_sessions(house)
    page = sign_in(recruiter, recruiter.post(address, {**hidden, "pasted": pasted}, status=401))
    assert page.heading == AGAIN
    page = recruiter.submit(page)
    assert page.heading == "Check the list"
    assert "There are 200 people in the list" in page.reads


def test_what_is_not_a_kept_form_is_passed_over(recruiter, form):
    recruiter.post("/sign-out", {"csrf_token": form["csrf_token"]})
    page = recruiter.submit(
        recruiter.get("/sign-in"), email=EMAIL, password=PASSWORD, kept="made up"
    )
    assert page.heading == "Vacancies"


def test_passwords_do_not_travel(house, recruiter):
    page = recruiter.get("/account/password")
    names = {e.get("name"): e.get("value") for e in page.all("input")}
    typed = {"password": PASSWORD, "new": "copper kettle under snow", "again": "copper kettle"}
    end_sessions(house)
    page = recruiter.post("/account/password", {**names, **typed})
    assert page.heading == "Sign in"
    assert "What you sent last is not saved." in page.reads
    assert "kept" not in {e.get("name") for e in page.all("input")}


def test_a_form_comes_back_after_the_second_step(house, recruiter, form):
    with house.app.test_request_context():
        typed = second_factor.set_up(house.store, house.account, now=NOW).typed
        totp = pyotp.TOTP(typed.replace(" ", ""))
        earlier = NOW - timedelta(seconds=30)
        second_factor.confirm(house.store, house.account, code=totp.at(earlier), now=NOW)
    end_sessions(house)
    page = sign_in(recruiter, recruiter.post("/vacancies/new", form, status=401))
    assert page.heading == "Enter your code"
    page = recruiter.submit(page, status=422, code="000000")
    page = recruiter.submit(page, code=totp.at(NOW))
    assert page.heading == AGAIN
    assert recruiter.submit(page).heading == TITLE


def renewed(house, sitting: str) -> str:
    """Make a new link, as a recruiter does: the one before stops working."""
    with house.app.test_request_context():
        return invitations.renew_link(
            house.store, house.account.provider_id, sitting, by=house.account, now=NOW
        )


def test_an_answer_stands_in_its_form_when_the_link_was_replaced_meanwhile(house, page_client):
    page_client.submit(page_client.get(f"/i/{house.token}"))
    pages = range(1, 17)
    questions = (sittings.show_question(house.store, house.sitting_id, n) for n in pages)
    question = next(q for q in questions if q.item.format is ResponseFormat.MOST_LEAST)
    first, last = question.item.options[0], question.item.options[-1]
    address = f"/sitting/{house.sitting_id}/question/{question.number}"
    page = page_client.get(address)
    token = renewed(house, house.sitting_id)
    page = page_client.submit(page, status=403, most=first, least=last)
    assert page.heading == "Open your link again"
    assert "this browser keeps it for a day" in page.reads

    page_client.submit(page_client.get(f"/i/{token}"))
    page = page_client.get(address)
    assert "is still here, but it is not saved yet" in page.reads
    assert "checked" in page.by_id(f"most-{first}").attributes
    assert "checked" in page.by_id(f"least-{last}").attributes
    page_client.submit(page, most=first, least=last)
    again = page_client.get(address)
    assert "not saved yet" not in again.reads
    assert sittings.show_question(house.store, house.sitting_id, question.number).answer


def test_own_words_stand_in_their_form_when_the_link_was_replaced_meanwhile(house, page_client):
    with house.app.test_request_context():
        adjustments.adjust(
            house.store,
            house.account.provider_id,
            house.sitting_id,
            account=house.account,
            way="typed",
            note="",
            now=NOW,
        )
    page = page_client.submit(page_client.get(f"/i/{house.token}"))
    said = "I would ask her what she wants.\nThen I would tell the office, “at once”. " * 40
    token = renewed(house, house.sitting_id)
    page = page_client.submit(page, status=403, words=said)
    assert "this browser keeps it for a day" in page.reads
    page = page_client.submit(page_client.get(f"/i/{token}"))
    assert "is still here, but it is not saved yet" in page.reads
    assert page.by_id("words").text.split() == said.split()
    page = page_client.submit(page, words=said)
    assert page.heading == "Scenario 2 of 16"
    assert page.by_id("words").text == ""


def test_a_request_stands_in_its_form_when_the_browser_lost_its_place(house, page_client):
    page_client.get(f"/i/{house.token}/your-data")
    address = f"/sitting/{house.sitting_id}/your-data/disagree"
    page_client.get(address)
    text = "Nobody asked about my father."
    page = page_client.post(address, {"csrf_token": "gone", "text": text}, status=400)
    assert "this browser keeps it for a day" in page.reads
    page = page_client.get(address)
    assert page.by_id("text").text.strip() == text
    page_client.submit(page, text=text)
    assert page_client.get(address).by_id("text").text.strip() == ""


def test_without_the_sittings_cookie_nothing_is_put_into_a_form(house, page_client):
    address = f"/sitting/{house.sitting_id}/your-data/disagree"
    answer = page_client.raw("POST", address, data={"text": "somebody else’s words"})
    assert answer.status_code in {400, 403}
    assert "vbr_kept" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_whole_way_in_a_browser(house, served, open_browser, look, width):
    page = open_browser(width)
    page.goto(f"{served}/vacancies/new")

    def sign_in_there() -> None:
        page.get_by_label("Email address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    sign_in_there()
    page.get_by_label("What is the post?").fill(TITLE)
    page.get_by_label("Who can candidates turn to?").fill(f"{CONTACT}\nor write to her")
    end_sessions(house)
    page.get_by_role("button", name="Create the vacancy").click()
    look(page)
    sign_in_there()
    page.get_by_role("heading", name=AGAIN).wait_for()
    look(page)
    page.get_by_role("button", name="Send it now").click()
    page.get_by_role("heading", name=TITLE).wait_for()
