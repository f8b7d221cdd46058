"""What candidates choose and ask, and what people answer, on pages without JavaScript."""

from __future__ import annotations

import json
import re

import pytest

from service.pages.history import who
from service.storage.ledger import LEDGER_KINDS
from service.use_cases import accounts, asking, reports, sittings
from service.use_cases.application import candidate_page
from service.use_cases.views import Account

EMAIL = "rhona@meadow.example"
PASSWORD = "a long enough pass phrase"


@pytest.fixture
def candidate(house, page_client):
    """The candidate's client, with the page about data and rights open."""
    page_client.get(f"/i/{house.token}/your-data")
    return page_client


@pytest.fixture
def home(house):
    return f"/sitting/{house.sitting_id}/your-data"


def kinds(house, sitting_id=None):
    with house.store.read() as unit:
        tenant = unit.at(house.account.provider_id)
        return [event.kind for event in tenant.events.of(sitting_id or house.sitting_id)]


def finish(house, answer):
    """Answer everything, and send it."""
    now = house.store.clock()
    sittings.start_sitting(house.store, house.token, now=now)
    total = sittings.show_question(house.store, house.sitting_id, 1).total
    for number in range(1, total + 1):
        item = sittings.show_question(house.store, house.sitting_id, number).item
        sittings.save_answer(
            house.store, house.sitting_id, item.id, answer(item), revision=0, now=now
        )
    sittings.submit_sitting(house.store, house.sitting_id, now=now)


def decide(house, by=None, decision="not-now", reason="The evenings do not fit."):
    account, now = by or house.account, house.store.clock()
    owner = account.provider_id
    reports.record_first_view(
        house.store, owner, house.sitting_id, account=account, view="unsure", note="", now=now
    )
    reports.open_report(house.store, owner, house.sitting_id, account=account, now=now)
    reports.record_decision(
        house.store,
        owner,
        house.sitting_id,
        account=account,
        decision=decision,
        reason=reason,
        now=now,
    )


def colleague(house, name="Mo Example", role="manager") -> Account:
    email = f"{name.split()[0].lower()}@meadow.example"
    owner = house.account.provider_id
    made = accounts.add_account(
        house.store,
        owner,
        name=name,
        email=email,
        password=PASSWORD,
        now=house.store.clock(),
        role=role,
    )
    return Account(made, owner, "Meadow & Larch Care", name, email, role)


@pytest.fixture
def answer():
    """One valid answer to any item."""

    def give(item):
        options = list(item.options)
        if str(item.format) == "rate":
            return dict.fromkeys(options, 1)
        if str(item.format) == "rank":
            return {option: place for place, option in enumerate(options, start=1)}
        if str(item.format) == "most-least":
            return {o: 1 if o == options[0] else -1 if o == options[1] else 0 for o in options}
        return {option: int(option in options[: item.picks]) for option in options}

    return give


def sign_in(client, email=EMAIL):
    client.submit(client.get("/sign-in"), email=email, password=PASSWORD)
    return client


def test_nothing_is_asked_of_who_only_looks(house, candidate, home):
    page = candidate.get(home)
    assert page.heading == "Your data and your rights"
    assert kinds(house) == ["invited"]
    assert "Nobody has opened a report" in page.reads


@pytest.mark.parametrize(
    "place",
    ["copy", "how-it-is-used", "person", "disagree", "withdraw", "erasure", "adjustment"],
)
def test_every_page_opens_and_changes_nothing(house, candidate, home, place):
    candidate.get(f"{home}/{place}")
    assert kinds(house) == ["invited"]


def test_the_landing_page_tells_what_can_be_chosen(house, page_client):
    page = page_client.get(f"/i/{house.token}")
    assert "on any device" in page.reads
    assert "How your result is used, and who sees what" in page.reads
    box = next(e for e in page.all("input") if e.get("name") == "research")
    assert "checked" not in box.attributes
    for address in ("adjustment", "how-it-is-used"):
        assert any(e.get("href") == f"/i/{house.token}/{address}" for e in page.all("a"))


def test_the_language_is_chosen_before_starting_and_then_stays(house, page_client):
    address = f"/i/{house.token}/language"
    answer = page_client.raw("POST", address, data={"language": "cy"})
    assert answer.status_code == 303
    assert 'lang="cy"' in page_client.raw("GET", f"/i/{house.token}").get_data(as_text=True)
    assert kinds(house) == ["invited", "language-chosen"]
    page_client.raw("POST", address, data={"language": "xx"})
    page_client.post(address, {"language": "en"})
    page_client.post(f"/i/{house.token}")
    page_client.post(address, {"language": "cy"})
    page = page_client.get(f"/i/{house.token}")
    assert kinds(house) == ["invited", "language-chosen", "language-chosen", "started"]
    assert not any(e.get("name") == "language" for e in page.all("button"))


def test_the_language_that_stays_is_explained(house, page_client):
    page_client.post(f"/i/{house.token}")
    page = page_client.post(f"/i/{house.token}/language", {"language": "cy"})
    assert "The language stays as it is once you have started" in page.reads


def test_research_is_a_plain_question_off_by_default(house, page_client, home):
    page_client.post(f"/i/{house.token}")
    assert kinds(house) == ["invited", "started"]
    for wanted in ("yes", "no"):
        page = page_client.get(home)
        form = next(e for e in page.all("form") if str(e.get("action")).endswith("/research"))
        token = next(
            e for e in page.all("input") if e.get("name") == "csrf_token" and form in e.parents
        )
        data = {"csrf_token": token.get("value"), "research": wanted}
        page = page_client.post(f"{home}/research", data)
    assert kinds(house).count("consented") == 2
    assert "are not used for research" in page.reads


def test_research_can_be_ticked_with_the_start(house, page_client):
    page_client.post(f"/i/{house.token}", {"research": "yes"})
    assert kinds(house) == ["invited", "consented", "started"]
    with house.store.read() as unit:
        events = unit.at(house.account.provider_id).events.of(house.sitting_id)
    assert asking.consents(events)


def test_another_way_is_asked_for_before_starting(house, page_client):
    form = page_client.get(f"/i/{house.token}/adjustment")
    assert "There is no time limit" in form.reads
    page = page_client.submit(form, status=422)
    assert "Choose what would help" in page.reads
    page = page_client.submit(page, ways=["paper", "phone"], reach="01632 960 123", text="")
    assert page.heading == "You have asked to answer in another way"
    assert "On paper" in page.reads
    assert "Rhona on 01632 960 001" in page.reads
    assert kinds(house) == ["invited", "adjustment-asked"]
    assert "See what you asked for" in page_client.get(f"/i/{house.token}").reads


def test_a_form_sent_twice_asks_once(house, page_client):
    form = page_client.get(f"/i/{house.token}/adjustment")
    for _time in range(2):
        page_client.submit(form, ways=["paper"])
    assert kinds(house).count("adjustment-asked") == 1


def test_adjustment_is_answered_by_a_person_and_told(house, candidate, home):
    candidate.submit(candidate.get(f"{home}/adjustment"), ways=["read-aloud"], text="My sister?")
    sign_in(candidate)
    page = candidate.get("/tasks")
    assert "Asked to answer in another way" in page.reads
    link = next(e for e in page.all("a") if "/tasks/" in e.get("href"))
    page = candidate.get(link.get("href"))
    assert "My sister?" in page.reads
    page = candidate.submit(page, status=422)
    assert "Write what the candidate is told." in page.reads
    page = candidate.submit(page, outcome="agreed", text="Yes, bring her along.")
    assert "Nothing to do here" in page.reads
    assert "Yes, bring her along." in candidate.get(home).reads
    with house.store.read() as unit:
        messages = unit.at(house.account.provider_id).messages.of((house.sitting_id,))
    assert "adjustment-answered" in [message.kind for message in messages]


def test_an_answer_after_a_colleagues_is_not_said_to_be_kept(house, candidate, home, page_client):
    candidate.submit(candidate.get(f"{home}/person"), text="What about Sundays?", reach="")
    (task,) = tasks(house)
    sign_in(candidate)
    late = candidate.get(f"/tasks/{task.id}")
    other = type(page_client)(house.app.test_client(), lambda _address: ())
    sign_in(other, colleague(house).email)
    other.submit(other.get(f"/tasks/{task.id}"), outcome="message", text="Sundays are free.")
    page = candidate.submit(late, outcome="talked", text="We talked about Sundays.")
    assert page.address == f"/tasks/{task.id}"
    assert "Sundays are free." in page.reads
    assert "Mo Example" in page.reads
    assert "What you said is kept" not in page.reads
    assert "goes to the candidate" not in page.reads


def test_a_person_is_asked_for(house, candidate, home):
    page = candidate.submit(candidate.get(f"{home}/person"), text="What about Sundays?", reach="")
    assert "We have passed on" in page.reads
    assert "What about Sundays?" in page.reads
    assert kinds(house)[-1] == "person-asked"


def test_withdrawing_asks_and_can_be_taken_back(house, candidate, home):
    page = candidate.submit(candidate.get(f"{home}/withdraw"), reason="hours")
    assert "You have withdrawn" in page.reads
    assert kinds(house) == ["invited", "withdrawn"]
    landing = candidate.get(f"/i/{house.token}")
    assert "You have withdrawn your application." in landing.reads
    assert not any(words.text.strip() == "Start" for words in landing.all("button"))
    assert candidate.post(f"/i/{house.token}").address == f"/i/{house.token}"
    page = candidate.get(home)
    form = next(e for e in page.all("form") if e.get("action").endswith("/come-back"))
    token = next(e for e in page.all("input") if form in e.parents)
    page = candidate.post(form.get("action"), {"csrf_token": token.get("value")})
    assert "Your application goes on as before." in page.reads
    told = candidate_page(
        house.store, house.account.provider_id, house.sitting_id, now=house.store.clock()
    ).timeline
    assert not any(entry.can_undo for entry in told)
    assert [who(entry) for entry in told if entry.kind == "step"] == ["the candidate"]
    assert any(b.text.strip() == "Start" for b in candidate.get(f"/i/{house.token}").all("button"))


def test_withdrawing_without_a_reason(house, candidate, home):
    candidate.submit(candidate.get(f"{home}/withdraw"))
    with house.store.read() as unit:
        tenant = unit.at(house.account.provider_id)
        assert tenant.events.of(house.sitting_id)[-1].body == {"reason": "not-said"}
        assert tenant.standings.get(house.sitting_id).ended == "withdrawn"


def test_paused_providers_let_nobody_new_start(house, page_client):
    now = house.store.clock()
    with house.store.write() as unit:
        unit.providers.pause(house.account.provider_id, at=now)
    page = page_client.get(f"/i/{house.token}")
    assert "has stopped for a while." in page.reads
    assert page_client.post(f"/i/{house.token}").address == f"/i/{house.token}"
    assert kinds(house) == ["invited"]


def test_who_has_started_can_finish_while_the_provider_is_paused(house, page_client):
    page_client.post(f"/i/{house.token}")
    with house.store.write() as unit:
        unit.providers.pause(house.account.provider_id, at=house.store.clock())
    page = page_client.get(f"/i/{house.token}")
    assert "You can go on all the same" in page.reads
    assert page_client.post(f"/i/{house.token}").address.endswith("/question/1")


def test_what_is_held_is_told_without_the_key_and_without_names(house, candidate, home, answer):
    finish(house, answer)
    decide(house)
    page = candidate.get(f"{home}/copy")  # the client itself looks for texts of the key
    for words in (
        "Alex Example",
        "It was decided not to go on with your application this time",
        "The evenings do not fit.",
        "Somebody who recruits",
        "A first view was noted before the report was opened: not sure yet",
    ):
        assert words in page.reads, words
    assert "Rhona Example" not in page.reads
    assert house.account.email not in page.reads.replace("or rhona@meadow.example", "")
    assert len(page.source) < 100_000


def test_the_file_for_programs(house, candidate, home, answer):
    finish(house, answer)
    decide(house)
    page = candidate.get(home)
    form = next(e for e in page.all("form") if e.get("action").endswith("/download"))
    token = next(e for e in page.all("input") if form in e.parents)
    response = candidate.raw("POST", f"{home}/download", data={"csrf_token": token.get("value")})
    assert response.mimetype == "application/json"
    held = json.loads(response.get_data())
    assert held["name"] == "Alex Example"
    assert held["decisions"][0]["text"] == "The evenings do not fit."
    assert len(held["answers"]) == 16
    assert held["feedback"]["strengths_note"]
    everything = json.dumps(held)
    for word in ("rationale", "composite", "bands", "score", '"key"', house.account.id):
        assert word not in everything, word
    assert kinds(house)[-1] == "data-downloaded"


def test_a_contest_is_answered_by_somebody_else(house, candidate, home, answer):
    finish(house, answer)
    decide(house)
    page = candidate.submit(candidate.get(f"{home}/disagree"), status=422)
    assert "Tell us what is not right" in page.reads
    candidate.submit(page, text="I can do evenings.")
    assert "contested" in LEDGER_KINDS
    sign_in(candidate)
    (task,) = tasks(house)
    page = candidate.get(f"/tasks/{task.id}")
    assert "nobody else at your organisation could look at it" in page.reads
    mo = colleague(house)
    page = candidate.get(f"/tasks/{task.id}")
    assert "ask a colleague" in page.reads
    token = next(e for e in page.all("input") if e.get("name") == "csrf_token")
    refused = {"csrf_token": token.get("value"), "outcome": "stands", "text": "No."}
    candidate.post(f"/tasks/{task.id}/answer", refused, status=409)
    candidate.post("/sign-out", {"csrf_token": token.get("value")})
    sign_in(candidate, mo.email)
    page = candidate.get(f"/tasks/{task.id}")
    assert "I can do evenings." in page.reads
    assert "The evenings do not fit." in page.reads
    assert not [e for e in page.all("textarea") if e.get("name") == "text"]
    early = {"csrf_token": token_of(page), "outcome": "changed", "text": "You are right."}
    page = candidate.post(f"/tasks/{task.id}/answer", early)
    assert page.address == f"/tasks/{task.id}"
    form = candidate.get(f"/candidates/{house.sitting_id}/first-view")
    assert "None: I only read it" not in form.reads
    page = candidate.submit(form, view="promising", note="Rang back.")
    assert "Your first view, before the report: Promising." in page.reads
    assert "before the report: Not sure yet." in page.reads
    page = candidate.get(f"/tasks/{task.id}")
    page = candidate.submit(page, outcome="changed", text="You are right.")
    assert page.address == f"/candidates/{house.sitting_id}/decision"
    assert "Now record the new decision" in page.reads
    read = candidate.get(home).reads
    assert "Somebody who did not decide has looked at it. It changes:" in read
    assert "You are right." in read


def test_a_colleague_is_asked_for_a_view_or_only_reads_once_it_is_decided(house, candidate, answer):
    finish(house, answer)
    decide(house)
    mo, here = colleague(house), f"/candidates/{house.sitting_id}"
    sign_in(candidate, mo.email)
    record = candidate.get(f"{here}/record").reads
    assert "What the report said is shown here once you have noted your own first view." in record
    assert "What the report said at that moment" not in record
    for end in ("/report", "/report.pdf", "/decision", "/risk"):
        stopped = candidate.get(here + end)
        assert stopped.address in (f"{here}/first-view", here), end
        assert "Overall" not in stopped.reads
    form = candidate.get(f"{here}/first-view")
    page = candidate.submit(form, view="only-read", note="")
    assert page.address == f"{here}/report"
    assert "You noted no first view of your own before you opened this report." in page.reads
    again = candidate.get(f"{here}/first-view")
    assert "a first view can no longer be noted" in again.reads
    form = candidate.get(f"{here}/decision")
    page = candidate.submit(form, status=422, decision="hold", reason="Perhaps.")
    assert "without a first view of your own, so somebody else decides" in page.reads
    record = candidate.get(f"{here}/record").reads
    assert "What the report said at that moment" in record
    assert "Report opened: only to read it, without a first view" in record


def token_of(page):
    return next(e for e in page.all("input") if e.get("name") == "csrf_token").get("value")


def tasks(house):
    with house.store.read() as unit:
        return unit.at(house.account.provider_id).tasks.open()


def test_erasure_is_carried_out_by_a_manager(house, candidate, home):
    candidate.submit(candidate.get(f"{home}/erasure"), text="Please.")
    sign_in(candidate)
    (task,) = tasks(house)
    assert "A manager sees to this." in candidate.get(f"/tasks/{task.id}").reads
    token = next(e for e in candidate.get("/tasks").all("input"))
    candidate.post("/sign-out", {"csrf_token": token.get("value")})
    sign_in(candidate, colleague(house).email)
    page = candidate.submit(candidate.get(f"/tasks/{task.id}"), outcome="erased", text="")
    assert "are erased" in page.reads
    assert kinds(house) == ["invited", "erasure-asked", "withdrawn", "erased"]
    candidate.get(f"/i/{house.token}", status=404)
    candidate.get(home, status=403)
    page = candidate.get(f"/candidates/{house.sitting_id}")
    assert "Alex Example" not in page.source


def test_another_provider_finds_no_task(house, candidate, home):
    candidate.submit(candidate.get(f"{home}/person"), text="Hello", reach="")
    (task,) = tasks(house)
    now = house.store.clock()
    other = accounts.add_provider(house.store, name="Other", contact="x", now=now)
    accounts.add_account(
        house.store, other, name="Oz", email="oz@other.example", password=PASSWORD, now=now
    )
    sign_in(candidate, "oz@other.example")
    candidate.get(f"/tasks/{task.id}", status=404)
    assert "Hello" not in candidate.get("/tasks").source
    candidate.get(f"/candidates/{house.sitting_id}/record", status=404)


def test_the_decision_record_can_be_printed(house, page_client, answer):
    finish(house, answer)
    decide(house)
    sign_in(page_client)
    page = page_client.get(f"/candidates/{house.sitting_id}")
    assert "Decision record, to print for the file" in page.reads
    page = page_client.get(f"/candidates/{house.sitting_id}/record")
    for words in (
        "The ledger of this organisation verifies",
        "Not now",
        "The evenings do not fit.",
        "Recorded less than a minute after",
        "What the report said at that moment",
        "Not sure yet. Rhona Example",
    ):
        assert words in page.reads, words
    assert len(re.findall(r"<code>", page.source)) == 4
    assert "Overall:" in page.reads
