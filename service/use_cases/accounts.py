"""Signing in and out. Passwords are argon2id hashes; sessions live in the database."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cache
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import InvalidForm, SignInFailed, TooManyAttempts
from service.storage import Store, Unit
from service.storage.cipher import sha256
from service.storage.records import AccountRecord, ProviderRecord
from service.use_cases.forms import plain_line
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["account_for", "add_account", "add_provider", "house", "sign_in", "sign_out"]

WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 30
LEAST_PASSWORD = 12
LONGEST_PASSWORD = 256
SEEN_EVERY = timedelta(minutes=1)

# OWASP's least for argon2id: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


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
    """Add an account and return its id.

    Raises
    ------
    InvalidForm
        If the password is too short or the address is taken.
    """
    if not LEAST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        least = LEAST_PASSWORD
        raise InvalidForm(
            {"password": _("Use a password of %(least)s characters or more.", least=least)}
        )
    hashed, account_id = _HASHER.hash(password), uuid4().hex
    with store.write() as unit:
        if unit.doors.account(email) is not None:
            raise InvalidForm({"email": _("There is an account with this email address.")})
        unit.at(provider_id).accounts.add(
            AccountRecord(
                provider_id=provider_id,
                id=account_id,
                email=plain_line(email),
                name=plain_line(name),
                role=role,
                password=hashed,
            ),
            now=now,
        )
    return account_id


def sign_in(
    store: Store, email: str, password: str, *, now: datetime, address: str, agent: str = ""
) -> str:
    """Open a session and return its token, which is kept nowhere else.

    Attempts are counted before the password is hashed, by account and by network address; an
    unknown address takes as long as a wrong password and gets the same answer.

    Raises
    ------
    SignInFailed
    TooManyAttempts
    """
    email, password = email.strip(), password[: LONGEST_PASSWORD + 1]
    with store.write() as unit:
        wait = _count_attempt(unit, store, email, address, now=now)
        account = unit.doors.account(email)
    if wait:
        raise TooManyAttempts(wait)
    known = account.password if account and not account.disabled_at else None
    if not _matches(known or _dummy_hash(), password) or account is None or known is None:
        raise SignInFailed(_("The email address or the password is not right."))
    return _open_session(store, account, password, address, agent=agent, now=now)


def account_for(store: Store, session_token: str, *, now: datetime) -> Account | None:
    """Return who is signed in, or None when the session is unknown or has run out."""
    token = sha256(session_token)
    with store.read() as unit:
        session = unit.doors.session(token)
        if (
            session is None
            or not session.confirmed
            or now - session.created_at >= store.session_absolute
            or now - session.seen_at >= store.session_idle
        ):
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
    )


def sign_out(store: Store, session_token: str, *, now: datetime) -> None:
    """End a session, and remove the ones that have run out."""
    with store.write() as unit:
        unit.doors.end_session(sha256(session_token))
        unit.doors.forget_sessions_before(
            created=now - store.session_absolute, seen=now - store.session_idle
        )


def _count_attempt(unit: Unit, store: Store, email: str, address: str, *, now: datetime) -> int:
    """Count the attempt; return the seconds to wait when there were too many."""
    seconds = int(WINDOW.total_seconds())
    window, into = divmod(int(now.timestamp()), seconds)
    unit.attempts.forget_before(window)
    by_account = unit.attempts.count(_subject(unit, "account", email), window=window)
    by_address = unit.attempts.count(_subject(unit, "address", address), window=window)
    too_many = by_account > ATTEMPTS_PER_ACCOUNT or by_address > ATTEMPTS_PER_ADDRESS
    return seconds - into if too_many else 0


def _subject(unit: Unit, kind: str, text: str) -> str:
    return f"{kind}:{unit.cipher.mark(text)}"


def _open_session(
    store: Store,
    account: AccountRecord,
    password: str,
    address: str,
    *,
    agent: str,
    now: datetime,
) -> str:
    token = secrets.token_urlsafe(32)
    known = account.password or ""
    renewed = _HASHER.hash(password) if _HASHER.check_needs_rehash(known) else None
    with store.write() as unit:
        unit.attempts.forget(_subject(unit, "account", account.email))
        unit.attempts.take_back(_subject(unit, "address", address))
        tenant = unit.at(account.provider_id)
        if renewed:
            tenant.accounts.change(account.id, password=renewed)
        tenant.sessions.add(
            id=uuid4().hex,
            account_id=account.id,
            token_sha256=sha256(token),
            agent=agent,
            confirmed=account.second_factor is None,
            now=now,
        )
    return token


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    """Return a hash that nobody's password has, to be checked for unknown addresses."""
    return _HASHER.hash(secrets.token_urlsafe(32))
