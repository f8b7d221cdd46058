"""Repository of the links by which somebody first signs in, or chooses a new password."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.storage.columns import Moment
from service.storage.tables import account_links

__all__ = ["AccountLinks"]


class AccountLinks:
    """Single-use links of an organisation's accounts."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def add(
        self,
        account_id: str,
        purpose: str,
        *,
        token_sha256: str,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """Add a link; `purpose` is join or reset."""
        self._connection.execute(
            account_links.insert().values(
                token_sha256=token_sha256,
                provider_id=self._provider_id,
                account_id=account_id,
                purpose=purpose,
                created_at=now,
                expires_at=expires_at,
            )
        )

    def spend(self, account_id: str, token_sha256: str, *, now: datetime) -> bool:
        """Use a link up; False if it was used before or has expired."""
        spent = self._connection.execute(
            account_links.update()
            .where(
                self._open(account_id),
                account_links.c.token_sha256 == token_sha256,
                account_links.c.expires_at > now,
            )
            .values(used_at=now)
        )
        return spent.rowcount == 1

    def end_all(self, account_id: str, *, now: datetime) -> None:
        """End every link of an account that was not used."""
        self._connection.execute(
            account_links.update().where(self._open(account_id)).values(used_at=now)
        )

    def last_expiry(self, account_id: str) -> datetime | None:
        """Return until when the newest link that was not used works, or worked."""
        found: datetime | None = self._connection.execute(
            sa.select(sa.func.max(account_links.c.expires_at, type_=Moment)).where(
                self._open(account_id)
            )
        ).scalar_one()
        return found

    def _open(self, account_id: str) -> sa.ColumnElement[bool]:
        return (
            (account_links.c.provider_id == self._provider_id)
            & (account_links.c.account_id == account_id)
            & account_links.c.used_at.is_(None)
        )
