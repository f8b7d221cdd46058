"""Signing in and out. Passwords are argon2id hashes; sessions live in the database."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from service.errors import InvalidForm, SignInFailed, TooManyAttempts
from service.storage import Store, Tenant, Unit
from service.storage.cipher import sha256
from service.storage.records import AccountRecord, ProviderRecord, SessionRecord
from service.use_cases import passwords, throttle
from service.use_cases.forms import plain_line
from service.use_cases.security import note
from service.use_cases.settings import pause_reason
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "account_for",
    "add_account",
    "add_provider",
    "house",
    "is_over",
    "mark_signed_in",
    "open_session",
    "sign_in",
    "sign_out",
]

ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 30
SEEN_EVERY = timedelta(minutes=1)
LONGEST_AGENT = 300


def add_provider(store: Store, *, name: str, contact: str, now: datetime) -> str:
    """Add a provider and return its id."""
    provider_id = uuid4().hex
    with store.write() as unit:
        unit.providers.add(ProviderRecord(provider_id, name, contact), now=now)
    return provider_id


def house(store: Store, *, now: datetime) -> str:
    """Return the id of the organisation of those who run the pilot; it is made the first time."""
    with store.write() as unit:
        found = unit.providers.house()
        if found is not None:
            return found.id
        house_id = uuid4().hex
        name = _("Those who run the pilot")
        unit.providers.add(ProviderRecord(house_id, name, "", kind="house"), now=now)
    return house_id


def add_account(
    store: Store,
    provider_id: str,
    *,
    name: str,
    email: str,
    password: str,
    now: datetime,
    role: str = "recruiter",
) -> str:
    """Add an account that has a password, and return its id: for programs, not for pages.

    Raises
    ------
    InvalidForm
        If the password may not be used or the address is taken.
    """
    name, email = plain_line(name), plain_line(email)
    normal = passwords.checked(password, password, about=(name, email), field="password")
    hashed, account_id = passwords.hash_of(normal), uuid4().hex
    record = AccountRecord(provider_id, account_id, email, name, role, hashed)
    with store.write() as unit:
        if unit.doors.account(email) is not None:
            raise InvalidForm({"email": _("There is an account with this email address.")})
        unit.at(provider_id).accounts.add(record, now=now)
    return account_id


def sign_in(
    store: Store, email: str, password: str, *, now: datetime, address: str, agent: str = ""
) -> str:
    """Open a session and return its token, which is kept nowhere else.

    Whoever has a second factor gives a code next: until then the session opens nothing. Attempts
    are counted before the password is hashed, by account and by network address; an unknown
    address takes as long as a wrong password and gets the same answer.

    Raises
    ------
    SignInFailed
    TooManyAttempts
    Busy
        Before anything is counted.
    """
    email = email.strip()
    with passwords.room.place():
        with store.write() as unit:
            wait = _count_attempt(unit, email, address, now=now)
            account = unit.doors.account(email)
            origin = unit.cipher.mark(address)[:12]
        ids = {"provider": account.provider_id, "account": account.id} if account else {}
        if wait:
            note("sign-in-throttled", **ids, origin=origin)
            raise TooManyAttempts(wait)
        known = account.password if account and not account.disabled_at else None
        if not passwords.matches(known, password) or account is None or known is None:
            note("sign-in-failed", **ids, origin=origin)
            raise SignInFailed(_("The email address or the password is not right."))
        renewed = passwords.hash_of(password) if passwords.outdated(known) else known
    with store.write() as unit:
        throttle.cleared(unit, "account", account.email)
        throttle.taken_back(unit, "address", address)
        tenant = unit.at(account.provider_id)
        if renewed != known:
            tenant.accounts.change(account.id, password=renewed)
        return open_session(tenant, account, agent=agent, now=now)


def open_session(tenant: Tenant, account: AccountRecord, *, agent: str, now: datetime) -> str:
    """Open a session for somebody whose password was right, and return its token."""
    token, confirmed = secrets.token_urlsafe(32), account.second_factor is None
    tenant.sessions.add(
        id=uuid4().hex,
        account_id=account.id,
        token_sha256=sha256(token),
        agent=agent[:LONGEST_AGENT],
        confirmed=confirmed,
        now=now,
    )
    if confirmed:
        mark_signed_in(tenant, account, now=now)
    return token


def mark_signed_in(tenant: Tenant, account: AccountRecord, *, now: datetime) -> None:
    """Keep when somebody signed in, and when before."""
    tenant.accounts.change(account.id, signed_in_at=now, signed_in_before=account.signed_in_at)
    note("signed-in", provider=account.provider_id, account=account.id)


def account_for(store: Store, session_token: str, *, now: datetime) -> Account | None:
    """Return who is signed in, or None when the session is unknown or has run out."""
    with store.read() as unit:
        session = unit.doors.session(sha256(session_token))
        if session is None or not session.confirmed or is_over(store, session, now=now):
            return None
        account = unit.at(session.provider_id).accounts.get(session.account_id)
        provider = unit.providers.get(session.provider_id)
    if account is None or account.disabled_at or provider is None:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with store.write() as unit:
            unit.at(session.provider_id).sessions.seen(session.id, now=now)
    return Account(
        id=account.id,
        provider_id=provider.id,
        provider_name=provider.name,
        name=account.name,
        email=account.email,
        role=account.role,
        language=account.language,
        session_id=session.id,
        has_second_factor=account.second_factor is not None,
        paused=provider.paused_at is not None,
        pause_reason=pause_reason(provider),
    )


def is_over(store: Store, session: SessionRecord, *, now: datetime) -> bool:
    """Whether a session has run out."""
    return (
        now - session.created_at >= store.session_absolute
        or now - session.seen_at >= store.session_idle
    )


def sign_out(store: Store, session_token: str, *, now: datetime) -> None:
    """End a session, and remove the ones that have run out."""
    with store.write() as unit:
        session = unit.doors.session(sha256(session_token))
        unit.doors.end_session(sha256(session_token))
        unit.doors.forget_sessions_before(
            created=now - store.session_absolute, seen=now - store.session_idle
        )
    if session is not None:
        note("signed-out", provider=session.provider_id, account=session.account_id)


def _count_attempt(unit: Unit, email: str, address: str, *, now: datetime) -> int:
    """Count the attempt; return the seconds to wait when there were too many."""
    return max(
        throttle.attempted(unit, "account", email, most=ATTEMPTS_PER_ACCOUNT, now=now),
        throttle.attempted(unit, "address", address, most=ATTEMPTS_PER_ADDRESS, now=now),
    )
