"""The manager words messages; the administrator sees the queue, and nobody's name in it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from jinja2 import ChoiceLoader, DictLoader

from service.mail_settings import MailSettings
from service.outbox.envelope import Refused, Unsure
from service.outbox.running import Runner
from service.outbox.worker import Worker
from service.pages.job_pages import job_page
from service.use_cases import accounts
from service.use_cases.jobs import job_view, start_job
from service.use_cases.message_kinds import KINDS
from service.use_cases.messages import enqueue
from service.use_cases.wordings import fill, sample_fields, usual, wording_of

from .conftest import WIDTHS

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough pass phrase"
LIST = "/settings/messages"
INVITATION = f"{LIST}/invitation/en/email"


def member(house, role):
    """Give somebody an account, and return its address."""
    email = f"{role}@meadow.example"
    belongs = (
        accounts.house(house.store, now=NOW)
        if role == "administrator"
        else house.account.provider_id
    )
    accounts.add_account(
        house.store,
        belongs,
        name=f"Max {role.title()}",
        email=email,
        password=PASSWORD,
        role=role,
        now=NOW,
    )
    return email


def signed_in(house, page_client, role):
    email = member(house, role)
    page_client.submit(page_client.get("/sign-in"), email=email, password=PASSWORD)
    return page_client


@pytest.fixture
def manager(house, page_client):
    return signed_in(house, page_client, "manager")


@pytest.fixture
def administrator(house, page_client):
    return signed_in(house, page_client, "administrator")


class Way:
    """Takes nothing, and says what it is told to say."""

    def __init__(self, error):
        self.error = error

    def send(self, envelope, handing_over):
        handing_over()
        raise self.error

    def close(self):
        pass


def stuck(house, error, number=1):
    """Let messages to the candidate end badly."""
    with house.store.write() as unit:
        for count in range(number):
            enqueue(
                unit.at(house.account.provider_id),
                "link-renewed",
                key=f"test:{type(error).__name__}:{count}",
                at=NOW,
                sitting_id=house.sitting_id,
            )
    settings = MailSettings.of({}, house.store.path.parent, production=False)
    Worker(house.store, settings, backend=Way(error)).once()


def form_of(page):
    """The words in the form, as a browser would send them."""
    return {
        "subject": page.by_id("subject").get("value"),
        "body": page.by_id("body").text.removeprefix("\n"),
    }


def test_every_message_to_candidates_is_listed_in_both_languages(manager):
    page = manager.get(LIST)
    assert page.heading == "Messages to candidates"
    for title in ("Invitation", "Reminder", "New link", "Note that name and address are erased"):
        assert title in page.reads
    links = [e.get("href") for e in page.all("a") if e.get("href").startswith(f"{LIST}/")]
    kinds = [kind.code for kind in KINDS.values() if kind.about == "sitting"]
    assert len(kinds) >= 8
    assert sorted(links) == sorted(
        f"{LIST}/{kind}/{language}/{channel}"
        for kind in kinds
        for language in ("en", "cy")
        for channel in ("email", "sms")
    )
    assert "Invitation to sign in" not in page.reads, "account messages are not a provider's"


def test_a_manager_changes_previews_and_resets(house, manager):
    page = manager.get(INVITATION)
    given = form_of(page)
    assert given["subject"] == usual("invitation", "en").subject
    assert "Meadow & Larch Care" in page.reads
    assert "Sam Example" in page.reads
    own = "Dear {name},\n\nplease look here: {link}\n\n{provider}"
    page = manager.submit(page, button=("preview", "1"), subject="Work at {provider}", body=own)
    assert "How it reads, not saved yet" in page.reads
    assert "Dear Sam Example, please look here:" in page.reads
    assert wording(house, "invitation").own is False
    page = manager.submit(page, subject="Work at {provider}", body=own)
    assert "The message is saved." in page.reads
    assert wording(house, "invitation").body == own
    assert "Max Manager" in manager.get(LIST).reads
    page = manager.get(f"{INVITATION}/reset")
    assert page.heading == "Go back to our words?"
    assert wording(house, "invitation").own, "asking changes nothing"
    page = manager.submit(page)
    assert wording(house, "invitation") == usual("invitation", "en")


def wording(house, kind, language="en", channel="email"):
    with house.store.read() as unit:
        return wording_of(unit.at(house.account.provider_id), kind, language, channel)


@pytest.mark.parametrize(
    ("subject", "body", "told"),
    [
        ("", "{link}", "Enter a subject."),
        ("Hello", "", "Enter the message."),
        ("Hello", "no link", "The message needs the field {link}"),
        ("Hello", "{link} {salary}", "There is no field {salary} in this message."),
        ("Hello {nmae}", "{link}", "There is no field {nmae} in this message."),
        ("Hello", "{link} and {", "A curly bracket stands alone."),
        ("Hello", "{link} {}", "There is no field {} in this message."),
        ("Hello", "{link}" + "x" * 6000, "Make this shorter"),
    ],
)
def test_a_wording_that_cannot_go_is_refused_by_name(house, manager, subject, body, told):
    page = manager.submit(manager.get(INVITATION), status=422, subject=subject, body=body)
    assert told in page.reads
    assert not wording(house, "invitation").own
    assert page.by_id("subject").get("value") == subject


def test_a_text_message_has_no_subject_and_little_room(house, manager):
    page = manager.get(f"{LIST}/reminder/cy/sms")
    assert page.by_id("subject") is None
    manager.submit(page, status=422, body="{link}" + "x" * 700)
    manager.submit(page, body="Helo {name}: {link}")
    assert wording(house, "reminder", "cy", "sms").body == "Helo {name}: {link}"
    assert not wording(house, "reminder", "cy").own


def test_what_people_type_stays_text(house, manager):
    body = "{link}\n\n<script>alert(1)</script> {{ 7 * 7 }}".replace("{{ ", "").replace(" }}", "")
    page = manager.submit(manager.get(INVITATION), subject="<b>Hello</b>", body=body)
    assert "<script>alert(1)</script>" in page.reads
    assert "<b>Hello</b>" in page.reads


@pytest.mark.parametrize("address", ["nothing/en/email", "invitation/fr/email", "reminder/en/fax"])
def test_other_messages_do_not_exist(manager, address):
    manager.get(f"{LIST}/{address}", status=404)
    manager.get(f"{LIST}/account-join/en/email", status=404)


def test_every_usual_wording_is_sound_and_says_what_it_should(house):
    with house.store.read() as unit:
        tenant = unit.at(house.account.provider_id)
        for language in ("en", "cy"):
            for kind in ("invitation", "reminder"):
                fields = sample_fields(
                    tenant, kind, language, today=NOW.date(), address="https://x.example"
                )
                read = fill(usual(kind, language), fields)
                assert "{" not in read.subject + read.body
                assert len(read.subject) <= 70
                for part in ("https://x.example/i/...", "Rhona on 01632 960 001", "2026"):
                    assert part in read.body, (kind, language, part)
                text = fill(usual(kind, language, "sms"), fields).body
                assert len(text) < 320, (kind, language, len(text))


# The administrator


def test_the_queue_is_empty_at_first(administrator):
    page = administrator.get("/operator")
    assert "There have been no messages yet." in page.reads
    assert "Nothing" not in page.reads
    assert "There has been none yet." in page.reads


def test_stuck_messages_are_shown_without_names_and_sent_again(house, administrator):
    stuck(house, Unsure("The mail server did not answer: timed out"))
    stuck(house, Refused("refused: 550 5.1.1 <sam@home.example> unknown"))
    page = administrator.get("/operator")
    assert "1 unsure" in page.reads
    assert "1 given up" in page.reads
    assert "550 5.1.1 <[address]> unknown" in page.reads
    assert "Meadow & Larch Care" in page.reads
    for name in ("Alex", "Example", "home.example"):
        assert name not in page.source.replace("Max", "")
    with house.store.read() as unit:
        unsure = next(m for m in unit.outbox.stuck(most=9) if m.state == "unsure")
    page = administrator.get(f"/operator/messages/{unsure.id}/again")
    assert "then somebody gets it twice" in page.reads
    page = administrator.submit(page)
    assert "1 message goes again." in page.reads
    assert "1 waiting" in page.reads
    administrator.get(f"/operator/messages/{unsure.id}/again", status=404)


def test_all_at_once(house, administrator):
    stuck(house, Unsure("nobody answered"), 3)
    page = administrator.get("/operator/messages/all/cancel")
    assert page.heading == "Cancel 3 messages?"
    page = administrator.submit(page)
    assert "3 messages are cancelled." in page.reads
    administrator.get("/operator/messages/all/again", status=404)


def test_jobs_are_shown_run_again_and_stopped(house, administrator):
    with house.store.write() as unit:
        job_id = start_job(
            unit, house.account.provider_id, "import", {}, by=house.account.id, now=NOW
        )
    page = administrator.get("/operator")
    assert "Invite people from a file – Meadow & Larch Care" in page.reads
    page = administrator.submit(administrator.get(f"/operator/jobs/{job_id}/cancel"))
    assert "The task is stopped." in page.reads
    page = administrator.submit(page)
    assert "The task runs again." in page.reads
    administrator.get("/operator/jobs/other/cancel", status=404)


def test_messages_in_files_are_read_by_the_administrator_in_development_only(house, administrator):
    with house.store.write() as unit:
        enqueue(
            unit.at(house.account.provider_id),
            "invitation",
            key="test:file",
            at=NOW,
            sitting_id=house.sitting_id,
        )
    Worker(house.store, house.app.extensions["vbr"].settings.mail).once()
    page = administrator.get("/operator/mail")
    (link,) = [e for e in page.all("a") if e.get("href").startswith("/operator/mail/")]
    page = administrator.get(link.get("href"))
    assert "Hello Alex Example," in page.reads
    assert any(e.get("href").startswith("/i/") for e in page.all("a"))
    administrator.get("/operator/mail/..%2Fsecret-key", status=404)


@pytest.mark.parametrize("address", [LIST, INVITATION, "/operator", "/operator/mail"])
def test_these_pages_do_not_exist_for_a_recruiter(house, page_client, address):
    recruiter = signed_in(house, page_client, "recruiter")
    recruiter.get(address, status=404)


def test_a_recruiter_sees_what_became_of_messages_and_sends_again(house, page_client):
    recruiter = signed_in(house, page_client, "recruiter")
    stuck(house, Unsure("nobody answered"))
    candidate = f"/candidates/{house.sitting_id}"
    page = recruiter.get(candidate)
    assert "It is not sure that the message went." in page.reads
    (link,) = [e.get("href") for e in page.all("a") if e.get("href").endswith("/again")]
    page = recruiter.get(link)
    assert "It may have gone already. Ask first if it came." in page.reads
    page = recruiter.submit(page)
    assert "The message goes again." in page.reads
    assert "Waiting" in page.reads
    recruiter.get(link, status=404)
    recruiter.get(f"{candidate}/messages/other/again", status=404)


# A page of a job


EXAMPLE = """{% extends "staff.html" %}
{% import "components/job.html" as jobs with context %}
{% block heading %}Example{% endblock %}
{% block content %}{{ jobs.progress(job) }}{% endblock %}"""


def test_a_job_page_comes_again_until_it_is_over(house):
    house.app.jinja_loader = ChoiceLoader(
        [DictLoader({"example.html": EXAMPLE}), house.app.jinja_loader]
    )
    with house.store.write() as unit:
        job_id = start_job(
            unit, house.account.provider_id, "count", {}, by=house.account.id, now=NOW
        )

    def show(address="/"):
        with house.app.test_request_context(address):
            with house.store.read() as unit:
                job = job_view(unit, house.account.provider_id, job_id)
            return job_page("example.html", job)

    seen = []

    def work(store, job, report):
        report(1, 4)
        seen.append(show())
        return {}

    waiting = show()
    assert waiting.headers["Refresh"] == "5"
    assert "Refresh" not in show("/?still=1").headers
    Runner(house.store, owner="x", stop=threading.Event(), jobs={"count": work}).run_one()
    assert "1 of 4 done" in seen[0].get_data(as_text=True)
    over = show()
    assert "Refresh" not in over.headers
    assert "Done" in over.get_data(as_text=True)


# In a browser


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_in_a_browser(house, served, open_browser, look, width):
    member(house, "manager")
    member(house, "administrator")
    stuck(house, Unsure("nobody answered"))
    stuck(house, Refused("refused: 550 5.1.1 <sam@home.example> unknown"))
    with house.store.write() as unit:
        start_job(unit, house.account.provider_id, "import", {}, by="x", now=NOW)
    page = open_browser(width)
    for role, addresses in (
        ("manager", [LIST, INVITATION, f"{INVITATION}/reset", f"{LIST}/reminder/cy/sms"]),
        (
            "administrator",
            ["/operator", "/operator/messages/all/again", "/operator/messages/all/cancel"],
        ),
    ):
        page.goto(f"{served}/sign-in")
        page.get_by_label("Email address").fill(f"{role}@meadow.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        for address in addresses:
            page.goto(f"{served}{address}")
            look(page)
        page.get_by_role("button", name="Sign out").click()
