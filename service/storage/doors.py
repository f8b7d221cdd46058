"""The few ways to learn which tenant something belongs to, before the tenant is known.

Each takes a secret that only its owner has: a link's token, a session's token, an address that is
then checked with a password, the unguessable id of a sitting behind a checked cookie.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.storage.assessment import sitting_of
from service.storage.cipher import Cipher
from service.storage.people import account_of, session_of
from service.storage.records import (
    AccountLinkRecord,
    AccountRecord,
    LinkRecord,
    SessionRecord,
    SittingRecord,
)
from service.storage.tables import account_links, accounts, links, sessions, sittings

__all__ = ["Doors"]


class Doors:
    """Finds across tenants by a secret; everything else goes through `Unit.at`."""

    def __init__(self, connection: sa.Connection, cipher: Cipher) -> None:
        self._connection = connection
        self._cipher = cipher

    def link(self, token_sha256: str) -> LinkRecord | None:
        """Find an invitation link by its token."""
        row = self._connection.execute(
            sa.select(
                links.c.provider_id, links.c.sitting_id, links.c.expires_at, links.c.revoked_at
            ).where(links.c.token_sha256 == token_sha256)
        ).one_or_none()
        return None if row is None else LinkRecord(*row)

    def sitting(self, sitting_id: str) -> SittingRecord | None:
        """Find a sitting by its id: whoever calls this has checked the candidate's cookie."""
        row = self._connection.execute(
            sa.select(sittings).where(sittings.c.id == sitting_id)
        ).one_or_none()
        return None if row is None else sitting_of(row)

    def account(self, email: str) -> AccountRecord | None:
        """Find an account by its address, to check the password."""
        row = self._connection.execute(
            sa.select(accounts).where(accounts.c.email_mark == self._cipher.mark(email))
        ).one_or_none()
        return None if row is None else account_of(row, self._cipher)

    def session(self, token_sha256: str) -> SessionRecord | None:
        """Find a session by its token."""
        row = self._connection.execute(
            sa.select(sessions).where(sessions.c.token_sha256 == token_sha256)
        ).one_or_none()
        return None if row is None else session_of(row)

    def account_link(self, token_sha256: str) -> AccountLinkRecord | None:
        """Find the single-use link of an account by its token."""
        row = self._connection.execute(
            sa.select(
                account_links.c.provider_id,
                account_links.c.account_id,
                account_links.c.purpose,
                account_links.c.expires_at,
                account_links.c.used_at,
            ).where(account_links.c.token_sha256 == token_sha256)
        ).one_or_none()
        return None if row is None else AccountLinkRecord(*row)

    def end_session(self, token_sha256: str) -> None:
        """End the session of a token."""
        self._connection.execute(sessions.delete().where(sessions.c.token_sha256 == token_sha256))

    def forget_sessions_before(self, *, created: datetime, seen: datetime) -> None:
        """Remove the sessions that have run out."""
        self._connection.execute(
            sessions.delete().where((sessions.c.created_at < created) | (sessions.c.seen_at < seen))
        )
