"""Repository of the links by which somebody first signs in, or chooses a new password."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

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
