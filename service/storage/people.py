"""Repositories of providers, accounts, sessions and attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.cipher import Cipher
from service.storage.records import AccountRecord, ProviderRecord, SessionRecord
from service.storage.tables import accounts, attempts, providers, sessions

__all__ = ["Accounts", "Attempts", "Providers", "Sessions"]


class Providers:
    """The tenants."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, provider: ProviderRecord, *, now: datetime) -> None:
        """Add a provider."""
        self._connection.execute(
            providers.insert().values(
                id=provider.id, name=provider.name, contact=provider.contact, created_at=now
            )
        )

    def get(self, provider_id: str) -> ProviderRecord | None:
        """Find a provider."""
        row = self._connection.execute(
            sa.select(providers.c.id, providers.c.name, providers.c.contact).where(
                providers.c.id == provider_id
            )
        ).one_or_none()
        return None if row is None else ProviderRecord(*row)


class Accounts:
    """Who may sign in."""

    def __init__(self, connection: sa.Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    def add(self, account: AccountRecord, *, now: datetime) -> None:
        """Add an account; the address must be new in the whole service."""
        self._connection.execute(
            accounts.insert().values(
                provider_id=account.provider_id,
                id=account.id,
                email_mark=self._cipher.mark(account.email),
                email=self._cipher.seal(account.email),
                name=self._cipher.seal(account.name),
                role=account.role,
                password=account.password,
                created_at=now,
            )
        )

    def get(self, provider_id: str, account_id: str) -> AccountRecord | None:
        """Find an account of a provider."""
        return self._one((accounts.c.provider_id == provider_id) & (accounts.c.id == account_id))

    def signing_in(self, email: str) -> AccountRecord | None:
        """Find an account by its address: the door of sign-in, which gives the provider."""
        return self._one(accounts.c.email_mark == self._cipher.mark(email))

    def set_password(self, provider_id: str, account_id: str, *, password: str) -> None:
        """Replace the password's hash."""
        self._connection.execute(
            accounts.update()
            .where(accounts.c.provider_id == provider_id, accounts.c.id == account_id)
            .values(password=password)
        )

    def _one(self, condition: sa.ColumnElement[bool]) -> AccountRecord | None:
        row: Any = self._connection.execute(sa.select(accounts).where(condition)).one_or_none()
        if row is None:
            return None
        return AccountRecord(
            provider_id=row.provider_id,
            id=row.id,
            email=self._cipher.open(row.email),
            name=self._cipher.open(row.name),
            role=row.role,
            password=row.password,
        )


class Sessions:
    """Signed-in browsers: kept here, so that signing out ends them everywhere."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, provider_id: str, *, account_id: str, token_sha256: str, now: datetime) -> None:
        """Open a session."""
        self._connection.execute(
            sessions.insert().values(
                token_sha256=token_sha256,
                provider_id=provider_id,
                account_id=account_id,
                created_at=now,
                seen_at=now,
            )
        )

    def entering(self, token_sha256: str) -> SessionRecord | None:
        """Find a session by its token: the door of signed-in pages, which gives the provider."""
        row = self._connection.execute(
            sa.select(
                sessions.c.provider_id,
                sessions.c.account_id,
                sessions.c.created_at,
                sessions.c.seen_at,
            ).where(sessions.c.token_sha256 == token_sha256)
        ).one_or_none()
        return None if row is None else SessionRecord(*row)

    def seen(self, token_sha256: str, *, now: datetime) -> None:
        """Note that the session is in use."""
        self._connection.execute(
            sessions.update().where(sessions.c.token_sha256 == token_sha256).values(seen_at=now)
        )

    def end(self, token_sha256: str) -> None:
        """End a session."""
        self._connection.execute(sessions.delete().where(sessions.c.token_sha256 == token_sha256))

    def forget_before(self, *, created: datetime, seen: datetime) -> None:
        """Remove the sessions that have run out."""
        self._connection.execute(
            sessions.delete().where((sessions.c.created_at < created) | (sessions.c.seen_at < seen))
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
                    "ON CONFLICT (subject, window) DO UPDATE SET number = number + 1 "
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
