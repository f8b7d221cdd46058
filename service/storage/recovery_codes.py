"""Repository of recovery codes: kept as keyed marks, each good for one sign-in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from service.storage.tables import recovery_codes

__all__ = ["RecoveryCodes"]


class RecoveryCodes:
    """Codes that stand in for a lost second factor, of an organisation's accounts."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def replace(self, account_id: str, marks: Iterable[str]) -> None:
        """Put new codes in the place of all that there were; without any, there are none."""
        self._connection.execute(recovery_codes.delete().where(self._of(account_id)))
        rows = [
            {"provider_id": self._provider_id, "account_id": account_id, "code_mark": mark}
            for mark in marks
        ]
        if rows:
            self._connection.execute(recovery_codes.insert(), rows)

    def spend(self, account_id: str, code_mark: str, *, now: datetime) -> bool:
        """Use a code up; False if there is no such code, or not any more."""
        spent = self._connection.execute(
            recovery_codes.update()
            .where(
                self._of(account_id),
                recovery_codes.c.code_mark == code_mark,
                recovery_codes.c.used_at.is_(None),
            )
            .values(used_at=now)
        )
        return spent.rowcount == 1

    def left(self, account_id: str) -> int:
        """Return how many codes were not used yet."""
        return int(
            self._connection.execute(
                sa.select(sa.func.count())
                .select_from(recovery_codes)
                .where(self._of(account_id), recovery_codes.c.used_at.is_(None))
            ).scalar_one()
        )

    def _of(self, account_id: str) -> sa.ColumnElement[bool]:
        return (recovery_codes.c.provider_id == self._provider_id) & (
            recovery_codes.c.account_id == account_id
        )
