"""Proving again who one is, before something that changes how one signs in."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.errors import InvalidForm, TooManyAttempts
from service.storage import Store, Tenant
from service.storage.records import AccountRecord
from service.use_cases import passwords, throttle
from service.use_cases.messages import enqueue
from service.use_cases.security import note
from service.use_cases.views import Account
from service.words import gettext as _

__all__ = ["FRESH", "is_fresh", "prove_password", "record_of", "tell_changed"]

ATTEMPTS = 5
FRESH = timedelta(minutes=10)


def prove_password(store: Store, account: Account, password: str, *, now: datetime) -> None:
    """Check the password of somebody who is signed in; guesses are counted.

    Raises
    ------
    InvalidForm
        With the field ``password``.
    TooManyAttempts
    Busy
    """
    with passwords.room.place():
        with store.write() as unit:
            wait = throttle.attempted(unit, "again", account.id, most=ATTEMPTS, now=now)
            known = record_of(unit.at(account.provider_id), account.id).password
        if wait:
            raise TooManyAttempts(wait)
        if not passwords.matches(known, password):
            note("password-wrong", provider=account.provider_id, account=account.id)
            raise InvalidForm({"password": _("This is not your present password.")})
    with store.write() as unit:
        throttle.cleared(unit, "again", account.id)


def is_fresh(tenant: Tenant, account: Account, *, now: datetime) -> bool:
    """Whether somebody signed in a moment ago, so that the password need not be asked again."""
    sessions = tenant.sessions.of(account.id)
    return any(one.id == account.session_id and now - one.created_at < FRESH for one in sessions)


def record_of(tenant: Tenant, account_id: str) -> AccountRecord:
    """Return the account of somebody who is signed in."""
    found = tenant.accounts.get(account_id)
    assert found is not None, "whoever is signed in has an account"
    return found


def tell_changed(tenant: Tenant, account_id: str, *, now: datetime) -> None:
    """Send a message that the way to sign in was changed."""
    key = f"account-changed:{account_id}:{now.isoformat()}"
    enqueue(tenant, "account-changed", key=key, at=now, account_id=account_id)
