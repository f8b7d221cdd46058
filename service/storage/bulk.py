"""Questions about many sittings of one tenant at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.assessment import sitting_of
from service.storage.cipher import Cipher
from service.storage.records import SittingRecord
from service.storage.tables import (
    events,
    identities,
    links,
    remarks,
    sittings,
    standings,
    vacancies,
)

__all__ = ["Bulk", "Match"]

BLOCK = 500


@dataclass(frozen=True, slots=True)
class Match:
    """An application whose candidate has an address or a number that was looked for."""

    sitting_id: str
    email_mark: str
    phone_mark: str
    name: str
    vacancy_id: str
    vacancy: str
    invited_at: datetime


class Bulk:
    """Many rows of a provider at a time."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

    def sittings(self, sitting_ids: Sequence[str]) -> dict[str, SittingRecord]:
        """Find several sittings."""
        found: dict[str, SittingRecord] = {}
        for block in _blocks(sitting_ids):
            rows = self._connection.execute(
                sa.select(sittings).where(self._mine(sittings), sittings.c.id.in_(block))
            )
            found |= {row.id: sitting_of(row) for row in rows}
        return found

    def last_numbers(self, sitting_ids: Sequence[str]) -> dict[str, int]:
        """Return the number of the last event of several sittings."""
        found: dict[str, int] = {}
        for block in _blocks(sitting_ids):
            rows = self._connection.execute(
                sa.select(events.c.sitting_id, sa.func.max(events.c.number))
                .where(self._mine(events), events.c.sitting_id.in_(block))
                .group_by(events.c.sitting_id)
            )
            found |= {row[0]: int(row[1]) for row in rows}
        return found

    def unstage(self, sitting_ids: Sequence[str]) -> int:
        """Remove those of several sittings that were written ahead of a standing; count them."""
        found: list[str] = []
        for block in _blocks(sitting_ids):
            rows = self._connection.execute(
                sa.select(sittings.c.id).where(
                    self._mine(sittings), sittings.c.id.in_(block), ~self._counts(sittings.c.id)
                )
            )
            found += rows.scalars()
        for block in _blocks(found):
            for column in (remarks.c.sitting_id, identities.c.sitting_id, sittings.c.id):
                table = column.table
                self._connection.execute(
                    sa.delete(table).where(self._mine(table), column.in_(block))
                )
        return len(found)

    def imported(self, import_id: str) -> tuple[str, ...]:
        """List the sittings that an import made."""
        rows = self._connection.execute(
            sa.select(sittings.c.id)
            .where(
                self._mine(sittings), sittings.c.import_id == import_id, self._counts(sittings.c.id)
            )
            .order_by(sittings.c.id)
        )
        return tuple(rows.scalars())

    def matches(self, *, emails: Sequence[str] = (), phones: Sequence[str] = ()) -> list[Match]:
        """Find applications by marks of addresses and of numbers, latest first."""
        found: list[Match] = []
        for column, marks in ((identities.c.email_mark, emails), (identities.c.phone_mark, phones)):
            for block in _blocks(marks):
                found += self._matching(column.in_(block))
        return found

    def namesakes(self, vacancy_id: str) -> list[Match]:
        """Find everybody who applies to a vacancy, for comparing names."""
        return self._matching(sittings.c.vacancy_id == vacancy_id)

    def working_links(self, hashes: Sequence[str], *, now: datetime) -> frozenset[str]:
        """Return which of several links work, by the hashes of their tokens."""
        found: set[str] = set()
        for block in _blocks(hashes):
            rows = self._connection.execute(
                sa.select(links.c.token_sha256).where(
                    self._mine(links),
                    links.c.token_sha256.in_(block),
                    links.c.revoked_at.is_(None),
                    links.c.expires_at > now,
                )
            )
            found |= set(rows.scalars())
        return frozenset(found)

    def _matching(self, condition: sa.ColumnElement[bool]) -> list[Match]:
        rows = self._connection.execute(
            sa.select(
                identities.c.sitting_id,
                identities.c.email_mark,
                identities.c.phone_mark,
                identities.c.name,
                sittings.c.vacancy_id,
                vacancies.c.title,
                sittings.c.created_at,
            )
            .join_from(
                identities,
                sittings,
                (sittings.c.provider_id == identities.c.provider_id)
                & (sittings.c.id == identities.c.sitting_id),
            )
            .join(
                vacancies,
                (vacancies.c.provider_id == sittings.c.provider_id)
                & (vacancies.c.id == sittings.c.vacancy_id),
            )
            .where(
                self._mine(identities),
                self._mine(sittings),
                self._mine(vacancies),
                condition,
                self._counts(identities.c.sitting_id),
            )
            .order_by(sittings.c.created_at.desc(), sittings.c.id)
        )
        return [
            Match(row[0], row[1] or "", row[2] or "", self._cipher.open(row[3]), *row[4:])
            for row in rows
        ]

    def _mine(self, table: sa.Table) -> sa.ColumnElement[bool]:
        mine: sa.ColumnElement[bool] = table.c.provider_id == self._provider_id
        return mine

    def _counts(self, sitting_id: sa.Column[str]) -> sa.ColumnElement[bool]:
        """Whether a sitting stands somewhere: without a standing it is still being imported."""
        return sa.exists().where(self._mine(standings), standings.c.sitting_id == sitting_id)


def _blocks(several: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for at in range(0, len(several), BLOCK):
        yield several[at : at + BLOCK]
