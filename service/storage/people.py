"""Repositories of providers, accounts, sessions and attempts to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.cipher import Cipher
from service.storage.records import AccountRecord, ProviderRecord, SessionRecord
from service.storage.tables import accounts, attempts, providers, sessions

__all__ = ["Accounts", "Attempts", "Providers", "Sessions", "account_of", "session_of"]

_PROVIDER = tuple(
    providers.c[name]
    for name in ("id", "name", "contact", "kind", "settings", "created_at", "paused_at")
)
_SESSION = tuple(
    sessions.c[name]
    for name in ("id", "provider_id", "account_id", "agent", "confirmed", "created_at", "seen_at")
)


class Providers:
    """The tenants, and the house of those who run the pilot."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, provider: ProviderRecord, *, now: datetime) -> None:
        """Add a provider."""
        self._connection.execute(
            providers.insert().values(
                id=provider.id,
                kind=provider.kind,
                name=provider.name,
                contact=provider.contact,
                settings=dict(provider.settings),
                created_at=now,
            )
        )

    def get(self, provider_id: str) -> ProviderRecord | None:
        """Find a provider."""
        row = self._connection.execute(
            sa.select(*_PROVIDER).where(providers.c.id == provider_id)
        ).one_or_none()
        return None if row is None else ProviderRecord(*row)

    def list(self) -> tuple[ProviderRecord, ...]:
        """List the providers by name, without the house."""
        rows = self._connection.execute(
            sa.select(*_PROVIDER).where(providers.c.kind == "provider").order_by(providers.c.name)
        )
        return tuple(ProviderRecord(*row) for row in rows)

    def house(self) -> ProviderRecord | None:
        """Find the organisation of those who run the pilot."""
        row = self._connection.execute(
            sa.select(*_PROVIDER).where(providers.c.kind == "house")
        ).one_or_none()
        return None if row is None else ProviderRecord(*row)

    def change(
        self, provider_id: str, *, name: str, contact: str, settings: Mapping[str, Any]
    ) -> None:
        """Change what a manager can set."""
        self._connection.execute(
            providers.update()
            .where(providers.c.id == provider_id)
            .values(name=name, contact=contact, settings=dict(settings))
        )

    def pause(self, provider_id: str, *, at: datetime | None) -> None:
        """Pause a provider, or with None let it go on."""
        self._connection.execute(
            providers.update().where(providers.c.id == provider_id).values(paused_at=at)
        )


class Accounts:
    """Who may sign in for an organisation."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

    def add(self, account: AccountRecord, *, now: datetime, elsewhere: bool = False) -> None:
        """Add an account; the address must be new in the whole service.

        One whose address belongs to an account `elsewhere` is kept all the same, but no door finds
        it by that address, and nobody can sign in by it.
        """
        known_by = f"{account.email} {self._provider_id}" if elsewhere else account.email
        self._connection.execute(
            accounts.insert().values(
                provider_id=self._provider_id,
                id=account.id,
                email_mark=self._cipher.mark(known_by),
                email=self._cipher.seal(account.email),
                name=self._cipher.seal(account.name),
                role=account.role,
                language=account.language,
                password=account.password,
                created_at=now,
            )
        )

    def get(self, account_id: str) -> AccountRecord | None:
        """Find an account."""
        row = self._connection.execute(
            sa.select(accounts).where(
                accounts.c.provider_id == self._provider_id, accounts.c.id == account_id
            )
        ).one_or_none()
        return None if row is None else account_of(row, self._cipher)

    def list(self) -> tuple[AccountRecord, ...]:
        """List the accounts, oldest first."""
        rows = self._connection.execute(
            sa.select(accounts)
            .where(accounts.c.provider_id == self._provider_id)
            .order_by(accounts.c.created_at, accounts.c.id)
        )
        return tuple(account_of(row, self._cipher) for row in rows)

    def change(self, account_id: str, **values: Any) -> None:
        """Change columns of an account; names, addresses and secrets are sealed here."""
        for sealed in ("name", "second_factor", "second_factor_new"):
            if values.get(sealed) is not None:
                values[sealed] = self._cipher.seal(values[sealed])
        self._connection.execute(
            accounts.update()
            .where(accounts.c.provider_id == self._provider_id, accounts.c.id == account_id)
            .values(**values)
        )


def account_of(row: Any, cipher: Cipher) -> AccountRecord:
    """Read a row of accounts."""
    return AccountRecord(
        provider_id=row.provider_id,
        id=row.id,
        email=cipher.open(row.email),
        name=cipher.open(row.name),
        role=row.role,
        password=row.password,
        language=row.language,
        second_factor=cipher.open(row.second_factor) if row.second_factor else None,
        second_factor_step=row.second_factor_step,
        second_factor_new=cipher.open(row.second_factor_new) if row.second_factor_new else None,
        signed_in_at=row.signed_in_at,
        signed_in_before=row.signed_in_before,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


class Sessions:
    """Signed-in browsers of an organisation: kept here, so that signing out ends them."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(
        self,
        *,
        id: str,
        account_id: str,
        token_sha256: str,
        agent: str,
        confirmed: bool,
        now: datetime,
    ) -> None:
        """Open a session."""
        self._connection.execute(
            sessions.insert().values(
                token_sha256=token_sha256,
                id=id,
                provider_id=self._provider_id,
                account_id=account_id,
                agent=agent,
                confirmed=int(confirmed),
                created_at=now,
                seen_at=now,
            )
        )

    def of(self, account_id: str) -> tuple[SessionRecord, ...]:
        """List the sessions of an account, newest use first."""
        rows = self._connection.execute(
            sa.select(*_SESSION).where(self._of(account_id)).order_by(sessions.c.seen_at.desc())
        )
        return tuple(session_of(row) for row in rows)

    def seen(self, session_id: str, *, now: datetime) -> None:
        """Note that the session is in use."""
        self._connection.execute(sessions.update().where(self._one(session_id)).values(seen_at=now))

    def confirm(self, session_id: str, *, token_sha256: str, now: datetime) -> None:
        """Note that the second factor was given; from now on another token opens the session."""
        self._connection.execute(
            sessions.update()
            .where(self._one(session_id))
            .values(confirmed=1, token_sha256=token_sha256, seen_at=now)
        )

    def end(self, session_id: str, *, account_id: str) -> None:
        """End one session of an account."""
        self._connection.execute(
            sessions.delete().where(self._one(session_id), sessions.c.account_id == account_id)
        )

    def end_all(self, account_id: str, *, but: str = "") -> None:
        """End every session of an account, but perhaps one."""
        self._connection.execute(
            sessions.delete().where(self._of(account_id), sessions.c.id != but)
        )

    def _of(self, account_id: str) -> sa.ColumnElement[bool]:
        return (sessions.c.provider_id == self._provider_id) & (sessions.c.account_id == account_id)

    def _one(self, session_id: str) -> sa.ColumnElement[bool]:
        return (sessions.c.provider_id == self._provider_id) & (sessions.c.id == session_id)


def session_of(row: Any) -> SessionRecord:
    """Read the columns of a session."""
    return SessionRecord(
        id=row.id,
        provider_id=row.provider_id,
        account_id=row.account_id,
        agent=row.agent,
        confirmed=bool(row.confirmed),
        created_at=row.created_at,
        seen_at=row.seen_at,
    )


class Attempts:
    """Counts attempts to sign in by subject and window, shared by all processes."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def count(self, subject: str, *, window: int) -> int:
        """Count one more attempt and return how many there are."""
        return int(
            self._connection.execute(
                sa.text(
                    "INSERT INTO attempts (subject, window, number) VALUES (:subject, :window, 1) "
                    "ON CONFLICT (subject, window) DO UPDATE SET number = attempts.number + 1 "
                    "RETURNING number"
                ),
                {"subject": subject, "window": window},
            ).scalar_one()
        )

    def forget(self, subject: str) -> None:
        """Start afresh for a subject, after it signed in."""
        self._connection.execute(attempts.delete().where(attempts.c.subject == subject))

    def take_back(self, subject: str) -> None:
        """Count one attempt less: it succeeded."""
        self._connection.execute(
            attempts.update()
            .where(attempts.c.subject == subject)
            .values(number=attempts.c.number - 1)
        )

    def forget_before(self, window: int) -> None:
        """Remove windows that are over."""
        self._connection.execute(attempts.delete().where(attempts.c.window < window))
