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

__all__ = ["account_for", "add_account", "add_provider", "sign_in", "sign_out"]

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


def add_account(
    store: Store, provider_id: str, *, name: str, email: str, password: str, now: datetime
) -> str:
    """Add a recruiter's account and return its id.

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
        if unit.accounts.signing_in(email) is not None:
            raise InvalidForm({"email": _("There is an account with this email address.")})
        unit.accounts.add(
            AccountRecord(
                provider_id=provider_id,
                id=account_id,
                email=plain_line(email),
                name=plain_line(name),
                role="recruiter",
                password=hashed,
            ),
            now=now,
        )
    return account_id


def sign_in(store: Store, email: str, password: str, *, now: datetime, address: str) -> str:
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
        account = unit.accounts.signing_in(email)
    if wait:
        raise TooManyAttempts(wait)
    if not _matches(account.password if account else _dummy_hash(), password) or account is None:
        raise SignInFailed(_("The email address or the password is not right."))
    return _open_session(store, account, password, address, now=now)


def account_for(store: Store, session_token: str, *, now: datetime) -> Account | None:
    """Return who is signed in, or None when the session is unknown or has run out."""
    token = sha256(session_token)
    with store.read() as unit:
        session = unit.sessions.entering(token)
        if (
            session is None
            or now - session.created_at >= store.session_absolute
            or now - session.seen_at >= store.session_idle
        ):
            return None
        account = unit.accounts.get(session.provider_id, session.account_id)
        provider = unit.providers.get(session.provider_id)
    if account is None or provider is None:
        return None
    if now - session.seen_at >= SEEN_EVERY:
        with store.write() as unit:
            unit.sessions.seen(token, now=now)
    return Account(
        id=account.id,
        provider_id=provider.id,
        provider_name=provider.name,
        name=account.name,
        email=account.email,
        role=account.role,
    )


def sign_out(store: Store, session_token: str, *, now: datetime) -> None:
    """End a session, and remove the ones that have run out."""
    with store.write() as unit:
        unit.sessions.end(sha256(session_token))
        unit.sessions.forget_before(
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
    store: Store, account: AccountRecord, password: str, address: str, *, now: datetime
) -> str:
    token = secrets.token_urlsafe(32)
    renewed = _HASHER.hash(password) if _HASHER.check_needs_rehash(account.password) else None
    with store.write() as unit:
        unit.attempts.forget(_subject(unit, "account", account.email))
        unit.attempts.take_back(_subject(unit, "address", address))
        if renewed:
            unit.accounts.set_password(account.provider_id, account.id, password=renewed)
        unit.sessions.add(
            account.provider_id, account_id=account.id, token_sha256=sha256(token), now=now
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
