"""One's own account: details, password, second factor, and where one is signed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from service.errors import InvalidForm
from service.languages import LANGUAGES
from service.storage import Store
from service.storage.cipher import sha256
from service.use_cases import passwords
from service.use_cases.accounts import is_over
from service.use_cases.devices import device_words
from service.use_cases.forms import Form
from service.use_cases.joining import LONGEST_NAME
from service.use_cases.proof import prove_password, record_of, tell_changed
from service.use_cases.security import note
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = [
    "Me",
    "Session",
    "change_details",
    "change_password",
    "end_other_sessions",
    "end_session",
    "show_me",
]


@dataclass(frozen=True, slots=True)
class Session:
    """Somewhere one is signed in; `is_this` in this browser."""

    id: str
    device: str
    since: datetime
    seen: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Me:
    """One's own account, as its page shows it.

    `before` is when one signed in the time before this one, None if that is not known.
    """

    name: str
    email: str
    role: str
    provider_name: str
    language: str
    before: datetime | None
    has_second_factor: bool
    codes_left: int
    sessions: tuple[Session, ...]


def show_me(store: Store, account: Account, *, now: datetime) -> Me:
    """Return one's own account."""
    with store.read() as unit:
        tenant = unit.at(account.provider_id)
        record = record_of(tenant, account.id)
        left = tenant.recovery_codes.left(account.id)
        sessions = tenant.sessions.of(account.id)
    shown = [
        Session(
            one.id,
            device_words(one.agent),
            one.created_at,
            one.seen_at,
            one.id == account.session_id,
        )
        for one in sessions
        if one.confirmed and not is_over(store, one, now=now)
    ]
    return Me(
        name=record.name,
        email=record.email,
        role=record.role,
        provider_name=account.provider_name,
        language=record.language,
        before=record.signed_in_before,
        has_second_factor=record.second_factor is not None,
        codes_left=left,
        sessions=tuple(sorted(shown, key=lambda one: not one.is_this)),
    )


def change_details(store: Store, account: Account, *, name: str, language: str) -> None:
    """Change one's name and the language of pages and messages.

    Raises
    ------
    InvalidForm
    """
    form = Form()
    name = form.line("name", name, missing=_("Enter your name."), longest=LONGEST_NAME)
    form.choice("language", language, allowed=tuple(LANGUAGES), missing=_("Choose a language."))
    form.done()
    with store.write() as unit:
        unit.at(account.provider_id).accounts.change(account.id, name=name, language=language)


def change_password(
    store: Store, account: Account, *, password: str, new: str, again: str, now: datetime
) -> str:
    """Change one's password: the old one is asked for, and every other session ends.

    This one goes on under another token, which is returned.

    Raises
    ------
    InvalidForm
        With the fields ``password``, ``new`` or ``again``.
    TooManyAttempts
    Busy
    """
    about = (account.name, account.email, account.provider_name)
    normal = passwords.checked(new, again, about=about)
    prove_password(store, account, password, now=now)
    if normal == password:
        raise InvalidForm({"new": _("This is your present password. Choose another one.")})
    with passwords.room.place():
        hashed = passwords.hash_of(normal)
    token = secrets.token_urlsafe(32)
    with store.write() as unit:
        tenant = unit.at(account.provider_id)
        tenant.accounts.change(account.id, password=hashed)
        tenant.sessions.end_all(account.id, but=account.session_id)
        tenant.sessions.confirm(account.session_id, token_sha256=sha256(token), now=now)
        tenant.account_links.end_all(account.id, now=now)
        tell_changed(tenant, account.id, now=now)
    note("password-changed", provider=account.provider_id, account=account.id)
    return token


def end_session(store: Store, account: Account, session_id: str) -> None:
    """End one of one's own sessions; one that is over already is no mistake."""
    with store.write() as unit:
        unit.at(account.provider_id).sessions.end(session_id, account_id=account.id)
    note("session-ended", provider=account.provider_id, account=account.id)


def end_other_sessions(store: Store, account: Account) -> None:
    """End all of one's sessions but this one."""
    with store.write() as unit:
        unit.at(account.provider_id).sessions.end_all(account.id, but=account.session_id)
    note("sessions-ended", provider=account.provider_id, account=account.id)
