"""Links that work once: choosing a first password, and a new one after forgetting it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.errors import InvalidForm, LinkSpent, TooManyAttempts
from service.storage import Store, Tenant, Unit
from service.storage.cipher import sha256
from service.storage.records import AccountRecord
from service.use_cases import passwords, throttle
from service.use_cases.accounts import ATTEMPTS_PER_ADDRESS, open_session
from service.use_cases.forms import Form
from service.use_cases.messages import enqueue
from service.use_cases.proof import tell_changed
from service.use_cases.security import note
from service.words import gettext as _

__all__ = [
    "LIFETIME",
    "Opened",
    "ask_reset",
    "choose_password",
    "is_elsewhere",
    "join",
    "new_link",
    "open_link",
]

LIFETIME = {"join": timedelta(days=7), "reset": timedelta(hours=2)}
MESSAGES_PER_ACCOUNT = 3
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose link it is."""

    name: str
    email: str
    provider_name: str
    role: str
    language: str


def new_link(tenant: Tenant, account_id: str, purpose: str, *, now: datetime) -> str:
    """Make a link and return its token; earlier ones end."""
    token = secrets.token_urlsafe(32)
    tenant.account_links.end_all(account_id, now=now)
    tenant.account_links.add(
        account_id,
        purpose,
        token_sha256=sha256(token),
        now=now,
        expires_at=now + LIFETIME[purpose],
    )
    return token


def open_link(store: Store, token: str, purpose: str, *, now: datetime) -> Opened:
    """Return whose link it is, without using it up: mail scanners open links, too.

    Raises
    ------
    LinkSpent
    """
    with store.read() as unit:
        account = _account(unit, token, purpose, now=now)
        provider = unit.at(account.provider_id).provider
    return Opened(account.name, account.email, provider.name, account.role, account.language)


def join(
    store: Store,
    token: str,
    *,
    name: str,
    password: str,
    again: str,
    agent: str = "",
    now: datetime,
) -> str:
    """Use a joining link up: keep name and password, and return the token of a session.

    Raises
    ------
    InvalidForm
    LinkSpent
    Busy
    """
    form = Form()
    name = form.line("name", name, missing=_("Enter your name."), longest=LONGEST_NAME)
    account, hashed = _hashed(store, token, "join", password, again, form=form, now=now)
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        _spend(tenant, account, token, now=now)
        tenant.accounts.change(account.id, name=name, password=hashed)
        session = open_session(tenant, account, agent=agent, now=now)
    note("joined", provider=account.provider_id, account=account.id)
    return session


def ask_reset(store: Store, email: str, *, now: datetime, address: str) -> None:
    """Send a link for a new password, if there is somebody to send it to; nobody learns if.

    Whoever was invited and has not joined gets the joining link again.

    Raises
    ------
    TooManyAttempts
        Too many from one network address, whatever was asked.
    """
    with store.write() as unit:
        wait = throttle.attempted(unit, "resets", address, most=ATTEMPTS_PER_ADDRESS, now=now)
        often = throttle.attempted(unit, "reset", email, most=MESSAGES_PER_ACCOUNT, now=now)
        account = unit.doors.account(email.strip())
        sent = account if account and not account.disabled_at and not wait and not often else None
        if sent:
            kind = "account-reset" if sent.password else "account-join"
            key = f"{kind}:{sent.id}:{now.isoformat()}"
            enqueue(unit.at(sent.provider_id), kind, key=key, at=now, account_id=sent.id)
    if sent:
        note("reset-asked", provider=sent.provider_id, account=sent.id)
    if wait:
        raise TooManyAttempts(wait)


def choose_password(store: Store, token: str, *, password: str, again: str, now: datetime) -> None:
    """Use a link for a new password up; every session ends, the second factor stays.

    Raises
    ------
    InvalidForm
    LinkSpent
    Busy
    """
    account, hashed = _hashed(store, token, "reset", password, again, form=Form(), now=now)
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        _spend(tenant, account, token, now=now)
        tenant.accounts.change(account.id, password=hashed)
        tenant.sessions.end_all(account.id)
        throttle.cleared(unit, "account", account.email)
        tell_changed(tenant, account.id, now=now)
    note("password-changed", provider=account.provider_id, account=account.id, by="link")


def _hashed(
    store: Store,
    token: str,
    purpose: str,
    password: str,
    again: str,
    *,
    form: Form,
    now: datetime,
) -> tuple[AccountRecord, str]:
    """Return whose link it is and the new password, hashed; every problem at once."""
    with store.read() as unit:
        account = _account(unit, token, purpose, now=now)
        provider = unit.at(account.provider_id).provider.name
    about = (account.name, account.email, provider)
    try:
        normal = passwords.checked(password, again, about=about)
    except InvalidForm as error:
        form.problems.update(error.fields)
    form.done()
    with passwords.room.place():
        return account, passwords.hash_of(normal)


def _account(unit: Unit, token: str, purpose: str, *, now: datetime) -> AccountRecord:
    """Return whose link it is.

    Raises
    ------
    LinkSpent
    """
    link = unit.doors.account_link(sha256(token))
    if link is None or link.purpose != purpose:
        raise LinkSpent(was_used=False)
    account = unit.at(link.provider_id).accounts.get(link.account_id)
    if link.used_at or (purpose == "join" and account and account.password):
        raise LinkSpent(was_used=True)
    if account is None or account.disabled_at or link.expires_at <= now:
        raise LinkSpent(was_used=False)
    if is_elsewhere(unit, account):
        raise LinkSpent(was_used=False, elsewhere=True)
    return account


def is_elsewhere(unit: Unit, account: AccountRecord) -> bool:
    """Whether the address of an account belongs to one at another organisation."""
    known = unit.doors.account(account.email)
    return known is not None and known.provider_id != account.provider_id


def _spend(tenant: Tenant, account: AccountRecord, token: str, *, now: datetime) -> None:
    """Use a link up, and every other of the same account; of two at once the first wins."""
    if not tenant.account_links.spend(account.id, sha256(token), now=now):
        raise LinkSpent(was_used=True)
    tenant.account_links.end_all(account.id, now=now)
