"""A recruiter's way through the pages, by plain requests: no browser, no JavaScript."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from service import create_app
from service.pages import candidates, fresh_links
from service.use_cases import accounts, invitations, reports, sittings, vacancies
from service.use_cases.candidate import gather
from vbr_engine.errors import VbrError
from vbr_engine.simulate import simulate_responses

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"


@pytest.fixture
def recruiter(page_client):
    """The client, signed in."""
    page = page_client.submit(page_client.get("/sign-in"), email=EMAIL, password=PASSWORD)
    assert page.heading == "Vacancies"
    return page_client


def test_sign_in_works_with_password_managers(page_client):
    page = page_client.get("/")
    assert page.address == "/sign-in"
    assert page.by_id("email").get("autocomplete") == "username"
    assert page.by_id("password").get("autocomplete") == "current-password"
    assert page.by_id("password").get("type") == "password"


def test_sign_in_names_what_is_missing(page_client):
    page = page_client.submit(page_client.get("/sign-in"), status=422, email="", password="")
    assert "Enter your email address." in page.reads
    assert "Enter your password." in page.reads


def test_wrong_password_and_unknown_address_read_the_same(page_client):
    pages = [
        page_client.submit(
            page_client.get("/sign-in"), status=422, email=email, password="wrong one"
        )
        for email in (EMAIL, "nobody@meadow.example")
    ]
    assert pages[0].reads == pages[1].reads
    assert "The email address or the password is not right." in pages[0].reads
    assert "wrong one" not in pages[0].source


def test_too_many_attempts_say_how_long_to_wait(page_client):
    for _attempt in range(5):
        page_client.submit(page_client.get("/sign-in"), status=422, email=EMAIL, password="no")
    page = page_client.submit(
        page_client.get("/sign-in"), status=429, email=EMAIL, password=PASSWORD
    )
    assert "Too many attempts. Wait 15 minutes, then try again." in page.reads
    assert "If they were not yours, tell the person who set up this service" in page.reads
    form = {e.get("name"): e.get("value") for e in page.all("input")}
    answer = page_client.raw("POST", "/sign-in", data={**form, "password": "no"})
    assert answer.headers["Retry-After"] == "900"


def test_error_pages_keep_the_way_back_for_whoever_is_signed_in(house, recruiter):
    for address in ("/candidates/none", "/nothing"):
        page = recruiter.get(address, status=404)
        assert any(link.get("href") == "/vacancies" for link in page.all("a")), address
    stale = recruiter.post("/vacancies/new", {"title": "x"}, status=400)
    assert any(link.get("href") == "/vacancies" for link in stale.all("a"))
    candidate = recruiter.get("/i/none", status=404)
    assert not any(link.get("href") == "/vacancies" for link in candidate.all("a"))


def test_an_invitation_link_has_the_public_address(house, page_client):
    app = create_app(
        {
            "VBR_DATA_DIR": str(house.store.path.parent),
            "VBR_LOG_LEVEL": "error",
            "VBR_PUBLIC_URL": "https://recruit.example/care",
        },
        clock=lambda: NOW,
    )
    client = type(page_client)(app.test_client(), lambda _address: ())
    client.submit(client.get("/sign-in"), email=EMAIL, password=PASSWORD)
    page = invite(house, client, name="Jo")
    address = page.by_id("address").get("value")
    assert address.startswith("https://recruit.example/care/i/")
    assert address in page.by_id("message").text


def test_sign_in_returns_to_the_page_that_was_asked_for(house, page_client):
    wanted = f"/vacancies/{house.vacancy_id}"
    page = page_client.get(wanted)
    assert page.address == "/sign-in"
    assert page_client.submit(page, email=EMAIL, password=PASSWORD).address == wanted


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil", "/\t/evil.example"],
)
def test_sign_in_never_leads_to_another_site(page_client, elsewhere):
    page = page_client.get("/sign-in")
    token = next(e.get("value") for e in page.all("input") if e.get("name") == "csrf_token")
    answer = page_client.raw(
        "POST",
        "/sign-in",
        data={"email": EMAIL, "password": PASSWORD, "next": elsewhere, "csrf_token": token},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_sign_out_ends_the_session_on_the_server(house, recruiter):
    cookie = recruiter.raw("GET", "/vacancies").request.headers["Cookie"]
    page = sign_out(recruiter)
    assert page.heading == "Sign in"
    assert "You are signed out." in page.reads
    stolen = house.app.test_client(use_cookies=False).get("/vacancies", headers={"Cookie": cookie})
    assert stolen.status_code == 303
    assert stolen.headers["Location"].startswith("/sign-in")


def test_first_vacancy_is_explained_then_made_once(house, recruiter):
    sign_in_elsewhere(house, recruiter)
    empty = recruiter.get("/vacancies")
    assert "How it works" in empty.reads
    form = recruiter.get("/vacancies/new")
    assert "No panel of experts has agreed it" in form.reads
    given = {"title": "Night sitter", "contact": "Ring Noor", "bank_id": "homecare-values"}
    boards = [recruiter.submit(form, **given) for _click in range(2)]
    assert boards[0].address == boards[1].address
    assert boards[0].heading == "Night sitter"
    assert "Nobody is invited yet." in boards[0].reads
    assert recruiter.get("/vacancies").source.count("Night sitter") == 1


def test_new_vacancy_names_every_problem_and_keeps_what_was_typed(recruiter):
    page = recruiter.submit(
        recruiter.get("/vacancies/new"), status=422, title="Kept", contact="", bank_id="x"
    )
    assert page.by_id("title").get("value") == "Kept"
    links = [e.get("href") for e in page.all("a") if "#" in e.get("href")]
    assert {"#contact", "#bank_id"} <= set(links)


def test_invitation_gives_a_link_that_works(house, recruiter):
    page = invite(house, recruiter, name="Bea <b>Bold</b>", email="")
    assert page.heading == "The link for Bea <b>Bold</b>"
    address = page.by_id("address").get("value")
    message = page.by_id("message").text
    assert page.by_id("message").attributes.keys() >= {"readonly"}
    assert address in message
    for said in ("Bea <b>Bold</b>", "Care worker, evenings", "16 short", "Rhona on 01632 960 001"):
        assert said in message
    hrefs = [e.get("href") for e in page.all("a")]
    assert any(h.startswith("mailto:?") and address in unquote(h) for h in hrefs)
    assert any(h.startswith("sms:") and address in unquote(h) for h in hrefs)
    token = address.rsplit("/", 1)[1]
    assert sittings.view_invitation(house.store, token).vacancy_title == "Care worker, evenings"


def test_invitation_sent_twice_makes_one_candidate_and_shows_a_link_that_works(house, recruiter):
    form = recruiter.get(f"/vacancies/{house.vacancy_id}/invite")
    given = {"name": "Double Click", "email": "", "send": "link", "language": "en"}
    pages = [recruiter.submit(form, **given) for _click in range(2)]
    assert len({page.address for page in pages}) == 1
    board = recruiter.get(f"/vacancies/{house.vacancy_id}")
    names = [e.text for e in board.all("h3")]
    assert names.count("Double Click") == 1
    token = pages[1].by_id("address").get("value").rsplit("/", 1)[1]
    assert sittings.view_invitation(house.store, token).state == "invited"


@pytest.mark.parametrize(("name", "email"), [("", ""), ("Cy", "no address"), ("x" * 121, "")])
def test_invitation_with_problems(house, recruiter, name, email):
    form = recruiter.get(f"/vacancies/{house.vacancy_id}/invite")
    page = recruiter.submit(form, status=422, name=name, email=email, send="link", language="en")
    assert page.by_id("name").get("value") == name
    assert page.by_id("email").get("value") == email


def test_link_is_kept_by_this_browser_for_a_quarter_of_an_hour(house, recruiter):
    page = invite(house, recruiter, name="Cal")
    assert recruiter.get(page.address).heading == "The link for Cal"
    set_clock(house, NOW + fresh_links.KEPT)
    later = recruiter.get(page.address)
    assert later.heading == "Cal"
    assert "The link cannot be shown again." in later.reads
    assert "Show the link again" not in later.reads


def test_new_link_asks_first_then_stops_the_old_one_and_keeps_answers(house, recruiter):
    answer(house, number=5)
    asks = recruiter.get(f"/candidates/{house.sitting_id}/new-link")
    assert "The 5 answers given so far are kept." in asks.reads
    assert sittings.view_invitation(house.store, house.token).n_answered == 5
    page = recruiter.submit(asks)
    assert "The new link is ready. The old one has stopped working." in page.reads
    token = page.by_id("address").get("value").rsplit("/", 1)[1]
    assert sittings.view_invitation(house.store, token).n_answered == 5
    assert recruiter.get(f"/i/{house.token}", status=404)


def test_no_new_link_for_somebody_who_has_finished(house, recruiter):
    answer(house)
    page = recruiter.get(f"/candidates/{house.sitting_id}/new-link")
    assert "has finished, so no link is needed" in page.reads


def test_board_says_who_waits_for_what_in_the_order_of_what_to_do(house, recruiter):
    later = NOW + timedelta(days=3)
    _half, half_token = house.invite("Half Way")
    answer(house, token=half_token, number=4)
    _done, done_token = house.invite("All Done")
    answer(house, token=done_token)
    invitations.invite(
        house.store, house.account.provider_id, house.vacancy_id, name="Just Now", email="",
        by=house.account, now=later - timedelta(minutes=5),
    )  # fmt: skip
    set_clock(house, later)
    sign_in_again(recruiter)
    page = recruiter.get(f"/vacancies/{house.vacancy_id}")
    names = [e.text for e in page.all("h3")]
    assert names[0] == "All Done", "a call is due after four hours, the others may wait two days"
    assert set(names[1:3]) == {"Alex Example", "Half Way"}
    assert names[3] == "Just Now"
    for said in (
        "To call today 3",
        "Ready for you 1",
        "Under way 4",
        "Invited on Sunday; has not started.",
        "Stopped on Sunday after 4 of 16 scenarios.",
        "Finished on Sunday; nobody has called since.",
        "Stuck for 3 days",
        "Invited less than an hour ago. No answers yet. Nothing to do for now.",
        "The order says nothing about how anybody answered.",
    ):
        assert said in page.reads, said


def test_board_shows_no_score(house, recruiter):
    answer(house)
    see_report(house, recruiter)
    board = recruiter.get(f"/vacancies/{house.vacancy_id}").by_id("main-content").text
    assert not re.search(r"\d[.,]\d", re.sub(r"version \d+\.\d+\.\d+", "", board))
    assert "in line" not in board


def test_simulated_people_are_tagged_everywhere(house, recruiter):
    made_up = invitations.invite(
        house.store, house.account.provider_id, house.vacancy_id, name="Made Up", email="",
        by=house.account, now=NOW, simulated=True,
    )  # fmt: skip
    answer(house, token=made_up.token)
    assert "Simulated" in recruiter.get(f"/vacancies/{house.vacancy_id}").reads
    page = recruiter.get(f"/candidates/{made_up.sitting_id}")
    assert "this person was made up by the computer" in page.reads
    page = see_report(house, recruiter, made_up.sitting_id)
    assert "There is no such person" in page.reads


def test_report_opens_only_after_a_first_view(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    for end in ("/report", "/report.pdf", "/decision", "/first-view"):
        early = recruiter.get(here + end)
        assert early.address == here, end
        assert "has not finished" in early.reads
    answer(house)
    for end in ("/report", "/report.pdf", "/decision"):
        stopped = recruiter.get(here + end)
        assert stopped.address == f"{here}/first-view", end
        assert "Before the report opens, record your own first view." in stopped.reads
        assert "Overall" not in stopped.reads


def test_first_view_is_asked_once_and_shown_beside_the_report(house, recruiter):
    answer(house)
    form = recruiter.get(f"/candidates/{house.sitting_id}/first-view")
    assert recruiter.submit(form, status=422, note="kept").by_id("note").text.strip() == "kept"
    page = recruiter.submit(form, view="concerns", note="Late for the <call>")
    assert page.heading == "Report on Alex Example"
    for said in ("I have concerns", "Late for the <call>", "Interview guide", "Good signs"):
        assert said in page.reads
    again = recruiter.submit(form, view="promising", note="changed my mind")
    assert "Your first view is recorded already." in again.reads
    assert "I have concerns" in again.reads
    assert "changed my mind" not in again.reads


def test_report_has_its_style_sheet_and_a_chart_with_its_table(house, recruiter):
    answer(house)
    page = see_report(house, recruiter)
    style = next(e for e in page.all("link") if "report-" in e.get("href"))
    served = recruiter.raw("GET", style.get("href"))
    assert served.mimetype == "text/css"
    assert ".report" in served.text
    assert page.all("svg")[0].get("role") == "img"
    assert page.all("table")


def test_report_begins_with_a_list_of_what_is_on_it(house, recruiter):
    answer(house)
    page = see_report(house, recruiter)
    contents = next(e for e in page.all("nav") if e.get("aria-label") == "On this page")
    links = [link for link in page.all("a") if contents in link.parents]
    headings = [
        h.text for h in page.all("h2") if h.get("class") != "govuk-notification-banner__title"
    ]
    assert [link.text for link in links] == headings
    for link in links:
        assert page.by_id(link.get("href").removeprefix("#")).text == link.text


def test_opening_the_report_twice_at_the_same_moment_is_noted_once(house, recruiter):
    answer(house)
    see_report(house, recruiter)
    with house.store.read() as unit:
        sat = gather(house.store, unit, unit.doors.sitting(house.sitting_id))
    early = replace(sat, progress=replace(sat.progress, events=sat.progress.events[:-1]))
    reports._note_opening(house.store, early, house.account, now=NOW)
    page = recruiter.get(f"/candidates/{house.sitting_id}")
    assert page.reads.count("Report opened") == 1


def test_report_as_pdf(house, recruiter):
    answer(house)
    see_report(house, recruiter)
    served = recruiter.raw("GET", f"/candidates/{house.sitting_id}/report.pdf")
    assert served.mimetype == "application/pdf"
    assert served.data.startswith(b"%PDF-")
    assert "Alex" not in served.headers["Content-Disposition"]
    assert "attachment" in served.headers["Content-Disposition"]


def test_report_as_pdf_where_it_cannot_be_made(house, recruiter, monkeypatch):
    def missing(_report):
        raise VbrError("Pango is not installed")

    answer(house)
    see_report(house, recruiter)
    monkeypatch.setattr(candidates, "report_pdf", missing)
    page = recruiter.get(f"/candidates/{house.sitting_id}/report.pdf", status=501)
    assert page.heading == "The PDF cannot be made here"
    assert "Pango is not installed" in page.reads


def test_decision_needs_a_reason_and_the_former_one_stays(house, recruiter):
    answer(house)
    see_report(house, recruiter)
    form = recruiter.get(f"/candidates/{house.sitting_id}/decision")
    assert "This tool does not decide" in form.reads
    assert "contest the decision" in form.reads
    page = recruiter.submit(form, status=422, decision="hold", reason=" ")
    chosen = [e.get("value") for e in page.all("input") if "checked" in e.attributes]
    assert chosen == ["hold"]
    for _click in range(2):
        page = recruiter.submit(form, decision="hold", reason="Waiting for the driving licence.")
    assert page.reads.count("Waiting for the driving licence.") == 1
    stale = recruiter.submit(
        form, decision="invite-to-interview", reason="It has come.", status=422
    )
    assert "meanwhile" in stale.reads
    page = recruiter.submit(stale, decision="invite-to-interview", reason="It has come.")
    assert page.reads.index("It has come.") < page.reads.index("Waiting for the driving licence.")
    assert "Hold for now (replaced)" in page.reads
    board = recruiter.get(f"/vacancies/{house.vacancy_id}").reads
    assert "Decided: Invite to interview. You can still change it." in board
    assert "Ready for you" not in board


def test_decision_waits_until_the_report_was_read(house, recruiter):
    answer(house)
    reports.record_first_view(
        house.store, house.account.provider_id, house.sitting_id, account=house.account,
        view="unsure", note="", now=NOW,
    )  # fmt: skip
    page = recruiter.get(f"/candidates/{house.sitting_id}/decision")
    assert page.heading == "Report on Alex Example"
    assert "Read the report before you record a decision." in page.reads


def test_two_notes_stand_in_one_box(house, recruiter):
    answer(house)
    page = recruiter.get(f"/candidates/{house.sitting_id}/decision")
    assert page.heading == "What is your first view, before you see the report?"
    assert "Read the report before you record a decision." in page.reads
    assert "Before the report opens, record your own first view." in page.reads
    assert page.reads.count("Please note") == 1


def test_after_a_decision_against_the_step_that_tells_it_comes_first(house, recruiter):
    answer(house)
    see_report(house, recruiter)
    here = f"/candidates/{house.sitting_id}"
    first = f"{here}/step/not-appointed"

    def taps() -> list[str]:
        links = [e for e in recruiter.get(here).all("a") if "govuk-button" in e.get("class")]
        return [e.get("href") for e in links if "/step/" in e.get("href")]

    assert first not in taps()
    form = recruiter.get(f"{here}/decision")
    recruiter.submit(form, decision="not-now", reason="The evenings do not fit.")
    assert taps()[0] == first


def test_nothing_of_another_provider_can_be_seen_or_changed(house, recruiter):
    answer(house)
    sign_in_elsewhere(house, recruiter)
    person, vacancy = f"/candidates/{house.sitting_id}", f"/vacancies/{house.vacancy_id}"
    ends = ("", "/link", "/new-link", "/first-view", "/report", "/report.pdf", "/decision")
    for address in (vacancy, f"{vacancy}/invite", *(person + end for end in ends)):
        theirs, nobody = (
            recruiter.get(place, status=404).reads
            for place in (address, re.sub(r"[0-9a-f]{32}", "0" * 32, address))
        )
        assert theirs == nobody
    token = csrf_of(recruiter.get("/vacancies/new"))
    for end in ("/new-link", "/first-view", "/decision"):
        data = {"csrf_token": token, "view": "unsure", "decision": "hold", "reason": "x"}
        recruiter.post(person + end, data, status=404)
    recruiter.post(f"{vacancy}/invite", {"csrf_token": token, "name": "X"}, status=404)
    assert sittings.view_invitation(house.store, house.token).state == "completed"


@pytest.mark.parametrize("end", ["new-link", "first-view", "decision"])
def test_forms_from_elsewhere_are_refused(house, recruiter, end):
    page = recruiter.post(f"/candidates/{house.sitting_id}/{end}", {}, status=400)
    assert "send this page again" in page.heading


def sign_in_again(client) -> None:
    client.submit(client.get("/sign-in"), email=EMAIL, password=PASSWORD)


def sign_out(client) -> Any:
    return client.post("/sign-out", {"csrf_token": csrf_of(client.get("/vacancies"))})


def sign_in_elsewhere(house, client) -> None:
    """Sign out, and in as somebody of a provider that has nothing yet."""
    other = accounts.add_provider(house.store, name="Other Care", contact="Noor", now=NOW)
    accounts.add_account(
        house.store, other, name="Noor", email="noor@other.example", password=PASSWORD, now=NOW
    )
    page = client.submit(sign_out(client), email="noor@other.example", password=PASSWORD)
    assert "Other Care" in page.reads
    assert vacancies.list_vacancies(house.store, other, now=NOW) == ()


def invite(house, client, **given: str) -> Any:
    form = client.get(f"/vacancies/{house.vacancy_id}/invite")
    return client.submit(form, **{"send": "link", "language": "en", **given})


def see_report(house, client, sitting_id: str = "") -> Any:
    form = client.get(f"/candidates/{sitting_id or house.sitting_id}/first-view")
    return client.submit(form, view="unsure", note="")


def answer(house, *, token: str = "", number: int | None = None) -> None:
    """Answer the first scenarios of a sitting, or all of them and send."""
    sitting = sittings.start_sitting(house.store, token or house.token, now=NOW)
    with house.store.read() as unit:
        record = unit.doors.sitting(sitting)
        bank = house.store.bank(unit, record.bank_id, record.bank_version, record.bank_sha256)
    responses = simulate_responses(bank, 1, seed=3)
    given = responses.answers(responses.sittings[0])
    for place in range(1, (number or 16) + 1):
        item = sittings.show_question(house.store, sitting, place).item.id
        sittings.save_answer(house.store, sitting, item, given[item], revision=0, now=NOW)
    if number is None:
        sittings.submit_sitting(house.store, sitting, now=NOW)


def set_clock(house, at: datetime) -> None:
    """Let time pass for pages and for reading."""
    house.app.extensions["vbr"] = replace(house.app.extensions["vbr"], clock=lambda: at)
    house.store.clock = lambda: at


def csrf_of(page) -> str:
    return next(e.get("value") for e in page.all("input") if e.get("name") == "csrf_token")
