"""Board, call list, steps and details by plain requests: no browser, no JavaScript."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from service.use_cases import accounts, invitations, steps
from service.use_cases.happenings import happen
from vbr_engine.files import read_sheet

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"


@pytest.fixture
def recruiter(page_client):
    """The client, signed in."""
    page_client.submit(page_client.get("/sign-in"), email=EMAIL, password=PASSWORD)
    return page_client


@pytest.fixture
def board(house):
    return f"/vacancies/{house.vacancy_id}"


def send(client, page, end: str, *, status: int = 200, **fields: Any) -> Any:
    """Submit the form of a page whose address ends so, with what stands in it hidden."""
    form = next(
        f
        for f in page.all("form")
        if urlsplit(f.get("action")).path.endswith(end) and f.get("method") == "post"
    )
    data: dict[str, Any] = {}
    for e in page.all("input"):
        if e.get("type") == "hidden" and form in e.parents:
            data.setdefault(e.get("name"), []).append(e.get("value"))
    return client.post(form.get("action"), {**data, **fields}, status=status)


def standing(house, sitting: str = "") -> Any:
    with house.store.read() as unit:
        tenant = unit.at(house.account.provider_id)
        return tenant.standings.get(sitting or house.sitting_id)


def pass_time(house, **by: float) -> None:
    """Let time pass for pages and for reading."""
    at = house.store.clock() + timedelta(**by)
    house.app.extensions["vbr"] = replace(house.app.extensions["vbr"], clock=lambda: at)
    house.store.clock = lambda: at


def sign_in_again(client) -> None:
    client.submit(client.get("/sign-in"), email=EMAIL, password=PASSWORD)


def record(house, sitting: str, step: str, **more: str) -> None:
    steps.record_step(
        house.store,
        house.account.provider_id,
        sitting,
        step,
        account=house.account,
        now=house.store.clock(),
        **more,
    )


# One candidate


def test_one_tap_records_a_step_and_one_more_takes_it_back(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    page = send(recruiter, recruiter.get(here), "/step", what="called:no-answer")
    assert page.address == here
    assert "Recorded for Alex Example: Called: No answer." in page.reads
    assert standing(house).last_call == "no-answer"
    page = send(recruiter, page, "/undo")
    assert standing(house).last_call is None
    assert "Taken back by Rhona Example." in page.reads
    assert [e.text for e in page.all("s")] == ["Called: No answer"]


def test_one_tap_reminds_somebody_who_is_stuck(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    page = recruiter.get(here)
    button = next(e for e in page.all("button") if e.get("value") == "send:reminder")
    assert button.text == "Send a reminder"
    page = send(recruiter, page, "/step", what="send:reminder")
    assert page.address == here
    assert "A message goes to 1 person." in page.reads
    page = send(recruiter, page, "/step", what="send:reminder")
    assert "Alex Example: They were sent this within the last day." in page.reads
    assert standing(house).stage == "invited"
    record(house, house.sitting_id, "withdrawn", reason="hours")
    assert "send:reminder" not in recruiter.get(here).source


def test_the_same_tap_sent_twice_records_once(house, recruiter):
    page = recruiter.get(f"/candidates/{house.sitting_id}")
    for _click in range(2):
        send(recruiter, page, "/step", what="called:reached")
    assert standing(house).n_calls == 1


def test_the_undo_button_is_offered_once(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    send(recruiter, recruiter.get(here), "/step", what="offered")
    assert "Recorded for" not in recruiter.get(here).reads
    assert (
        len([f for f in recruiter.get(here).all("form") if f.get("action") == here + "/undo"]) == 1
    )


def test_stages_that_were_skipped_are_said(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    form = recruiter.get(f"{here}/step/accepted")
    assert "recorded for the same day with this: interviewed, offered the job." in form.reads
    page = send(recruiter, form, "/step/accepted", on="2026-11-22")
    assert "Recorded for the same day as well: interviewed, offered the job." in page.reads


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        ("called", {}, "outcome"),
        ("interview-booked", {"on": "2026-11-01"}, "on"),
        ("interview-booked", {"on": "2026-12-01", "time": "later"}, "time"),
        ("offered", {"on": "soon"}, "on"),
        ("withdrawn", {"on": "2026-11-22"}, "reason"),
        ("not-appointed", {"on": "2026-11-22", "reason": "employer:interview"}, "text"),
    ],
)
def test_a_form_that_lacks_something_points_at_it(house, recruiter, step, given, field):
    form = recruiter.get(f"/candidates/{house.sitting_id}/step/{step}")
    page = send(recruiter, form, f"/step/{step}", status=422, **given)
    assert [e.get("href") for e in page.all("a") if e.get("href").startswith("#")][
        -1
    ] == f"#{field}"
    assert standing(house).ended is None


def test_a_step_that_comes_too_late_is_refused_with_the_reason(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    page, form = recruiter.get(here), recruiter.get(f"{here}/step/offered")
    record(house, house.sitting_id, "started-work")
    for answer in (
        send(recruiter, page, "/step", what="offered"),
        send(recruiter, form, "/step/offered", on="2026-11-22"),
        recruiter.get(f"{here}/step/offered"),
    ):
        assert answer.address == here
        assert "comes too late: the stage is already “started work”" in answer.reads
    assert standing(house).stage == "started_work"


def test_not_appointed_needs_a_reason_and_words_and_reads_so_in_the_history(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    form = recruiter.get(f"{here}/step/not-appointed")
    assert "Never a score alone." in form.reads
    page = send(
        recruiter, form, "/step/not-appointed", on="2026-11-22", reason="employer:post-filled",
        text="We told her that we would ring if a round comes up.",
    )  # fmt: skip
    assert "Not appointed, 22 November 2026: The post was filled" in page.reads
    assert "We told her that we would ring" in page.reads
    assert "Not appointed on 22 November 2026: The post was filled." in page.reads
    assert standing(house).ended == "not-appointed"


def test_leaving_names_who_ended_it(house, recruiter):
    record(house, house.sitting_id, "started-work")
    form = recruiter.get(f"/candidates/{house.sitting_id}/step/left")
    assert {e.get("label") for e in form.all("optgroup")} >= {"They left", "We ended it"}
    page = send(recruiter, form, "/step/left", on="2026-11-22", reason="candidate:travel", text="")
    assert "Left on 22 November 2026: They left, The travel did not suit." in page.reads


def test_an_ended_application_can_be_opened_again(house, recruiter):
    record(house, house.sitting_id, "withdrawn", reason="hours")
    page = recruiter.get(f"/candidates/{house.sitting_id}")
    page = send(recruiter, page, "/step", what="reopened")
    assert standing(house).ended is None
    assert "Reopen" in page.reads


@pytest.mark.parametrize("end", ["step/rejected", "step/constructor"])
def test_a_step_that_there_is_not(house, recruiter, end):
    recruiter.get(f"/candidates/{house.sitting_id}/{end}", status=404)
    page = recruiter.get(f"/candidates/{house.sitting_id}")
    send(recruiter, page, "/step", status=404, what="rejected")


def test_the_way_back_never_leads_elsewhere(house, recruiter):
    page = recruiter.get(f"/candidates/{house.sitting_id}")
    token = next(e.get("value") for e in page.all("input") if e.get("name") == "csrf_token")
    answer = recruiter.raw(
        "POST",
        f"/candidates/{house.sitting_id}/step",
        data={"csrf_token": token, "what": "called:reached", "next": "https://evil.example/"},
    )
    assert answer.headers["Location"] == f"/candidates/{house.sitting_id}"


def test_the_history_says_who_did_what(house, recruiter):
    with house.store.write() as unit:
        tenant = unit.at(house.account.provider_id)
        happen(tenant, house.sitting_id, "started", at=NOW)
        happen(tenant, house.sitting_id, "reminded", at=NOW)
    page = recruiter.get(f"/candidates/{house.sitting_id}")
    for said in (
        "Started the candidate, 22 November 2026",
        "Reminder sent automatic, 22 November 2026",
        "Invited Rhona Example, 22 November 2026",
    ):
        assert said in page.reads, said


def test_details_are_kept_shown_and_found(house, recruiter, board):
    here = f"/candidates/{house.sitting_id}"
    assert "Nothing is noted yet" in recruiter.get(here).reads
    form = recruiter.get(f"{here}/facts")
    page = send(recruiter, form, "/facts", source="referral", travel_minutes="20", hours_wanted="")
    for said in ("The details are saved.", "Referral", "20 minutes"):
        assert said in page.reads
    assert "Details changed: How they found the job, Minutes of travel" in page.reads
    assert "Alex Example" in recruiter.get(f"{board}?source=referral").reads
    assert "Nobody is found" in recruiter.get(f"{board}?source=agency").reads
    form = recruiter.get(f"{here}/facts")
    assert form.by_id("travel_minutes").get("value") == "20"
    page = send(recruiter, form, "/facts", status=422, travel_minutes="far", source="radio")
    assert "Enter a number from 0 to 300." in page.reads
    assert "Choose one of the list." in page.reads


def test_contact_details_can_be_put_right(house, recruiter):
    here = f"/candidates/{house.sitting_id}"
    form = recruiter.get(f"{here}/contact")
    page = send(recruiter, form, "/contact", status=422, name="", email="no", phone="12")
    assert len([e for e in page.all("a") if e.get("href").startswith("#")]) == 4
    page = send(
        recruiter, form, "/contact", name="Alex Other", email="a@b.example", phone="07700 900123"
    )
    assert page.heading == "Alex Other"
    assert any(e.get("href") == "tel:+447700900123" for e in page.all("a"))
    assert "07700 900 123" in page.reads


# The board


def test_several_are_recorded_at_once_and_taken_back(house, recruiter, board):
    other, _token = house.invite("Bo Example")
    page = recruiter.get(f"{board}?choose=all")
    chosen = [e.get("value") for e in page.all("input") if "checked" in e.attributes]
    assert sorted(chosen) == sorted([house.sitting_id, other])
    page = send(recruiter, page, "/steps", who=chosen, what="offered", on="")
    assert "Recorded for 2 people: Offered the job." in page.reads
    assert standing(house).stage == standing(house, other).stage == "offered"
    page = send(recruiter, page, "/undo")
    assert "Taken back for 2 people." in page.reads
    assert standing(house).stage == standing(house, other).stage == "invited"


def test_several_are_recorded_for_all_or_nobody_with_the_filters_kept(house, recruiter, board):
    other, _token = house.invite("Bo Example")
    record(house, other, "offered")
    page = recruiter.get(f"{board}?q=example&show=going")
    page = send(
        recruiter, page, "/steps", status=422, who=[house.sitting_id, other], what="offered"
    )
    assert "Bo Example: “Offered the job” comes too late" in page.reads
    assert standing(house).stage == "invited"
    assert page.by_id("q").get("value") == "example"
    checked = [e.get("value") for e in page.all("input") if "checked" in e.attributes]
    assert sorted(checked) == sorted([house.sitting_id, other])
    page = send(recruiter, page, "/steps", status=422, what="offered")
    assert "Choose at least one person." in page.reads
    page = send(recruiter, page, "/steps", status=422, who=house.sitting_id, what="")
    assert "Choose what to record." in page.reads


def test_ending_is_never_offered_for_several_and_the_page_says_why(house, recruiter, board):
    house.invite("Bo Example")
    page = recruiter.get(board)
    offered = {e.get("value") for e in page.all("option")}
    assert {"called:reached", "offered", "accepted"} <= offered
    assert not offered & {"withdrawn", "not-appointed", "left", "declined-offer"}
    assert "Ending an application is not offered here" in page.reads
    token = {e.get("name"): e.get("value") for e in page.all("input")}["csrf_token"]
    for code in ("not-appointed", "withdrawn", "left"):
        who = re.findall(r'name="who" value="(\w+)"', page.source)
        data = {"csrf_token": token, "who": who, "what": code, "reason": "other", "text": "x"}
        answer = recruiter.post(f"{board}/steps", data, status=422)
        assert "on each person’s own page" in answer.reads
    assert standing(house).ended is None


def test_undo_for_as_many_as_can_be_chosen_fits_into_a_cookie(house, recruiter, board):
    people = [house.invite(f"Person {place}")[0] for place in range(steps.MOST_AT_ONCE)]
    links = next(e for e in recruiter.get(board).all("form") if e.get("action").endswith("/steps"))
    token = next(
        e.get("value") for e in recruiter.get(board).all("input") if e.get("name") == "csrf_token"
    )
    data = {"csrf_token": token, "who": people, "what": "offered", "request_id": "r" * 36}
    answer = recruiter.raw("POST", links.get("action"), data=data)
    assert answer.status_code == 303
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("vbr_form="))
    assert len(cookie) < 3500, "other things are kept in it, and a browser keeps 4,096 bytes"
    page = send(recruiter, recruiter.get(board), "/undo")
    assert f"Taken back for {steps.MOST_AT_ONCE} people." in page.reads


def test_a_step_for_several_says_what_it_passed_over_and_can_be_taken_back_later(
    house, recruiter, board
):
    people = [house.sitting_id, house.invite("Bo Example")[0]]
    data = {"who": people, "what": "accepted", "request_id": "together"}
    page = send(recruiter, recruiter.get(board), "/steps", **data)
    assert "For 2 of them recorded for the same day as well" in page.reads
    assert "interviewed, offered the job" in page.reads
    recruiter.get(board)  # the notice is gone
    link = next(e for e in recruiter.get(board).all("a") if e.get("href").endswith("/several"))
    page = recruiter.get(link.get("href"))
    assert page.heading == "Recorded for several at once"
    assert "2 people: Alex Example, Bo Example" in page.reads
    page = send(recruiter, page, "/undo")
    assert "Taken back for 2 people." in page.reads
    assert standing(house).stage == "invited"
    page = recruiter.get(link.get("href"))
    assert "Nothing was recorded for several at once so far" in page.reads


def test_filters_stand_in_the_address_and_are_kept_by_every_link(house, recruiter, board):
    for place in range(52):
        invitations.invite(
            house.store, house.account.provider_id, house.vacancy_id, name=f"Zed {place}",
            email="", by=house.account, now=NOW, simulated=place == 0,
        )  # fmt: skip
    page = recruiter.get(f"{board}?q=zed&show=going&stage=invited")
    assert "52 people, Invited Page 1 of 2" in page.reads
    next_page = next(e for e in page.all("a") if e.get("rel") == "next")
    query = parse_qs(urlsplit(next_page.get("href")).query)
    assert query == {"q": ["zed"], "show": ["going"], "stage": ["invited"], "page": ["2"]}
    last = recruiter.get(next_page.get("href"))
    assert "Page 2 of 2" in last.reads
    assert last.source.count('name="who"') == 2
    export = next(e for e in last.all("a") if "board.csv" in e.get("href"))
    assert parse_qs(urlsplit(export.get("href")).query)["q"] == ["zed"]
    assert "52" in last.reads


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99", "show=x&stage=y&source=z", "q="])
def test_an_address_changed_by_hand_still_shows_the_board(recruiter, board, query):
    assert "Alex Example" in recruiter.get(f"{board}?{query}").reads


def test_the_board_says_who_is_stuck_for_how_long_and_what_became_of_messages(
    house, recruiter, board
):
    pass_time(house, days=3)
    sign_in_again(recruiter)
    page = recruiter.get(board)
    assert "Stuck for 3 days" in page.reads
    assert "Invited on Thursday; has not started." in page.reads or "has not started" in page.reads
    assert "1 person to call today" in recruiter.get("/vacancies").reads


def test_the_board_is_exported_as_it_is_filtered(house, recruiter, board):
    house.invite("=cmd|' /C calc'!A0")
    for kind, mark in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        served = recruiter.raw("GET", f"{board}/board.{kind}")
        assert served.data.startswith(mark)
        assert "attachment" in served.headers["Content-Disposition"]
        assert "Care" not in served.headers["Content-Disposition"]
        sheet = read_sheet(served.data, name=f"board.{kind}")
        assert {row.cells[0] for row in sheet.rows} == {"Alex Example", "=cmd|' /C calc'!A0"}
    served = recruiter.raw("GET", f"{board}/board.csv?q=alex")
    assert len(read_sheet(served.data).rows) == 1
    assert recruiter.raw("GET", f"{board}/board.exe").status_code == 404


def test_the_exported_board_has_addresses_and_numbers(house, recruiter, board):
    invitations.invite(
        house.store,
        house.account.provider_id,
        house.vacancy_id,
        name="Bo Example",
        phone="07700 900 123",
        by=house.account,
        now=NOW,
    )
    head, *rows = csv.reader(
        recruiter.raw("GET", f"{board}/board.csv").data.decode("utf-8-sig").splitlines()
    )
    found = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert found["Alex Example"]["Email address"] == "sam@home.example"
    assert found["Alex Example"]["Phone number"] == ""
    assert found["Bo Example"]["Phone number"].lstrip("'") == "+447700900123"


def test_whoever_has_only_an_address_can_get_a_number_from_the_call_list(house, recruiter):
    pass_time(house, days=3)
    sign_in_again(recruiter)
    hrefs = [e.get("href") for e in recruiter.get("/calls").all("a")]
    assert "mailto:sam%40home.example" in hrefs
    assert f"/candidates/{house.sitting_id}/contact" in hrefs


def test_a_vacancy_is_closed_after_asking_and_opened_again(house, recruiter, board):
    asks = recruiter.get(f"{board}/close")
    assert "1 application is still under way." in asks.reads
    assert "Nobody’s application is ended by this." in asks.reads
    page = send(recruiter, asks, "/close")
    assert "is closed." in page.reads
    assert "Closed vacancies (1)" in page.reads
    closed = recruiter.get(board)
    assert "This vacancy was closed on 22 November 2026." in closed.reads
    assert "Invite somebody" not in closed.reads
    page = send(recruiter, page, "/reopen")
    assert "The vacancy is open again." in page.reads
    assert "Invite somebody" in page.reads


def test_a_full_page_of_the_board_and_of_the_call_list_is_small(house, recruiter, board):
    for place in range(60):
        house.invite(f"Person with a rather long name, number {place}")
    pass_time(house, days=4)
    sign_in_again(recruiter)
    for address in (board, "/calls"):
        for cookie in ("en", "cy"):
            answer = recruiter.raw("GET", address, headers={"Accept-Language": cookie})
            assert answer.status_code == 200
            assert answer.text.count("Person with a rather long name") >= 50
            assert len(answer.data) < 100_000, (address, len(answer.data))


# The call list


def test_the_call_list_says_why_and_takes_an_outcome_with_one_tap(house, recruiter):
    assert "Nobody waits for a call today." in recruiter.get("/calls").reads
    pass_time(house, days=3)
    sign_in_again(recruiter)
    page = recruiter.get("/calls")
    assert page.heading == "Call list for today"
    for said in ("1 person to call", "Alex Example", "has not started.", "Care worker, evenings"):
        assert said in page.reads
    page = send(recruiter, page, "/step", what="called:message-left")
    assert page.address == "/calls"
    assert "Recorded for Alex Example: Called: Left a message." in page.reads
    assert "Nobody waits for a call today." in page.reads
    page = send(recruiter, page, "/undo")
    assert page.address == "/calls"
    assert "1 person to call" in page.reads


def test_numbers_to_call_are_links(house, recruiter):
    page = recruiter.get(f"/candidates/{house.sitting_id}/contact")
    send(recruiter, page, "/contact", name="Alex Example", email="", phone="+44 7700 900 123")
    pass_time(house, days=3)
    sign_in_again(recruiter)
    hrefs = [e.get("href") for e in recruiter.get("/calls").all("a")]
    assert "tel:+447700900123" in hrefs


def test_the_call_list_of_a_house_without_vacancies_teaches(house, recruiter):
    sign_in_elsewhere(house, recruiter)
    page = recruiter.get("/calls")
    assert "Create a vacancy and invite people." in page.reads


def test_nothing_of_another_provider_can_be_seen_or_changed(house, recruiter, board):
    person = f"/candidates/{house.sitting_id}"
    pass_time(house, days=3)
    sign_in_again(recruiter)
    sign_in_elsewhere(house, recruiter)
    ends = ("/step/offered", "/facts", "/contact")
    for address in (*(person + end for end in ends), f"{board}/close", f"{board}/board.csv"):
        recruiter.get(address, status=404)
    page = recruiter.get("/vacancies/new")
    token = next(e.get("value") for e in page.all("input") if e.get("name") == "csrf_token")
    data = {
        "csrf_token": token, "what": "offered", "number": "1", "who": house.sitting_id,
        "request": "x", "on": "2026-11-25", "name": "X", "source": "agency",
    }  # fmt: skip
    for end in ("/step", "/undo", *ends):
        recruiter.post(person + end, data, status=404)
    for end in ("/steps", "/undo", "/close", "/reopen"):
        recruiter.post(board + end, data, status=404)
    assert standing(house).stage == "invited"
    assert "Nobody waits" in recruiter.get("/calls").reads or "nobody to call" in (
        recruiter.get("/calls").reads
    )


@pytest.mark.parametrize("end", ["step", "undo", "facts", "contact"])
def test_forms_from_elsewhere_are_refused(house, recruiter, end):
    recruiter.post(f"/candidates/{house.sitting_id}/{end}", {"what": "offered"}, status=400)
    assert standing(house).stage == "invited"


def sign_in_elsewhere(house, client) -> None:
    """Sign out, and in as somebody of a provider that has nothing yet."""
    other = accounts.add_provider(house.store, name="Other Care", contact="Noor", now=NOW)
    accounts.add_account(
        house.store, other, name="Noor", email="noor@other.example", password=PASSWORD, now=NOW
    )
    page = send(client, client.get("/vacancies"), "/sign-out")
    client.submit(page, email="noor@other.example", password=PASSWORD)
