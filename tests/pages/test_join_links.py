"""Who sees the link to join: only whose it is, unless no message can bring it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from service.access import Services
from service.outbox.backends.file import kept_mails
from service.outbox.worker import Worker
from service.use_cases import accounts

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MANAGER = "mo@meadow.example"
ELSEWHERE = "ann@other.example"
PASSWORD = "a long enough pass phrase"
House = Client = Any  # of conftest.py


@pytest.fixture
def manager(house: House, page_client: Client) -> Client:
    """A manager who is signed in, while somebody has an account at another provider."""
    other = accounts.add_provider(house.store, name="Other Care", contact="Ann", now=NOW)
    for provider, email, role in (
        (house.account.provider_id, MANAGER, "manager"),
        (other, ELSEWHERE, "recruiter"),
    ):
        accounts.add_account(
            house.store, provider, name="Mo", email=email, password=PASSWORD, now=NOW, role=role
        )
    page_client.submit(page_client.get("/sign-in"), email=MANAGER, password=PASSWORD)
    return page_client


def invite(client: Client, email: str, *, status: int = 200) -> Any:
    form = client.get("/settings/people/new")
    return client.submit(form, status=status, name="Nell", email=email, role="recruiter")


def send(house: House, to: str) -> Any:
    """Send what waits, and return the newest message to an address."""
    services: Services = house.app.extensions["vbr"]
    Worker(services.store, services.settings.mail).once()
    return next(mail for mail in kept_mails(services.settings.mail) if to in mail.to)


def off(house: House) -> None:
    """Let the service send no messages."""
    held: Services = house.app.extensions["vbr"]
    settings = replace(held.settings, mail=replace(held.settings.mail, way="off"))
    house.app.extensions["vbr"] = Services(settings, held.store, held.clock)


def address_in(page: Any) -> str:
    return "/" + page.by_id("address").get("value").split("/", 3)[3]


def test_without_messages_the_link_is_shown_with_the_reason(house: House, manager: Client) -> None:
    off(house)
    page = invite(manager, "nell@meadow.example")
    assert page.heading == "A link for Nell"
    assert "This service sends no messages." in page.reads
    stranger = type(manager)(house.app.test_client(), lambda _address: ())
    assert stranger.get(address_in(page)).heading == "Join Meadow & Larch Care"


def test_after_a_message_failed_the_link_is_shown_with_the_reason(
    house: House, manager: Client
) -> None:
    page = invite(manager, "nell@meadow.example")
    with house.store.write() as unit:
        unit.connection.exec_driver_sql("UPDATE messages SET state = 'dead'")
    assert "could not be sent" in manager.get("/settings/people").reads
    page = manager.get(page.address)
    assert "/join/" not in page.source
    token = next(e for e in page.all("input") if e.get("name") == "csrf_token").get("value")
    shown = manager.post(f"{page.address}/link", {"csrf_token": token})
    assert "could not be sent, so you can give them this link yourself" in shown.reads
    assert address_in(shown).startswith("/join/")


def test_an_address_with_an_account_elsewhere_is_answered_like_any_other(
    house: House, manager: Client
) -> None:
    def pages(email: str) -> list[str]:
        made = invite(manager, email)
        seen = [made, manager.get("/settings/people"), manager.get(made.address)]
        send(house, email)
        seen += [manager.get("/settings/people"), manager.get(made.address)]
        token = next(e for e in made.all("input") if e.get("name") == "csrf_token").get("value")
        seen.append(manager.post(f"{made.address}/link", {"csrf_token": token}))
        seen.append(invite(manager, email, status=422))
        seen.append(manager.post(f"{made.address}/disable", {"csrf_token": token}))
        return [one.reads.replace(email, "EMAIL") for one in seen]

    def of(email: str) -> list[str]:
        with house.store.write() as unit:
            unit.connection.exec_driver_sql("DELETE FROM account_links")
            unit.connection.exec_driver_sql("DELETE FROM messages")
        found = pages(email)
        with house.store.write() as unit:
            unit.connection.exec_driver_sql("DELETE FROM account_links")
            unit.connection.exec_driver_sql("DELETE FROM messages")
            unit.connection.exec_driver_sql("DELETE FROM accounts WHERE password IS NULL")
        return found

    assert of(ELSEWHERE) == of("nell@new.example")


def test_whose_account_is_elsewhere_is_told_what_to_do_and_keeps_it(
    house: House, manager: Client
) -> None:
    invite(manager, ELSEWHERE)
    mail = send(house, ELSEWHERE)
    assert not mail.path
    assert "ask them to invite you at another email address" in mail.text
    session = accounts.sign_in(house.store, ELSEWHERE, PASSWORD, now=NOW, address="here")
    found = accounts.account_for(house.store, session, now=NOW)
    assert found is not None
    assert found.provider_name == "Other Care"


def test_a_link_handed_over_to_whose_account_is_elsewhere_explains_itself(
    house: House, manager: Client
) -> None:
    off(house)
    page = invite(manager, ELSEWHERE)
    assert page.heading == "A link for Nell"
    stranger = type(manager)(house.app.test_client(), lambda _address: ())
    gone = stranger.get(address_in(page), status=404)
    assert "an account belongs to one organisation only" in gone.reads
