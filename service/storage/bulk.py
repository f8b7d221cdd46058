"""Many rows of one tenant at a time: made ready before a transaction, written in a few statements.

While a transaction writes, nobody else can. What takes time, such as writing JSON and sealing
names, is done by `rows_of`, which needs no transaction; `insert_rows` only hands the rows over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from service.storage.assessment import sitting_of
from service.storage.cipher import Cipher
from service.storage.records import Event, Identity, SittingRecord
from service.storage.tables import (
    events,
    identities,
    links,
    messages,
    remarks,
    sittings,
    standings,
    vacancies,
)

__all__ = [
    "Bulk",
    "Match",
    "Rows",
    "event_rows",
    "identity_rows",
    "insert_rows",
    "link_rows",
    "message_rows",
    "remark_rows",
    "roomy",
    "rows_of",
    "sitting_rows",
    "standing_rows",
]

BLOCK = 500
ROOM = -128 * 1024  # kibibytes
PARAMETERS = 6_000  # of one statement
_DIALECT = sqlite.dialect(paramstyle="qmark")
_OWNER = "provider_id"


@dataclass(frozen=True)
class Rows:
    """Rows of a table as the database takes them; the owner is added when they are written."""

    table: sa.Table
    columns: tuple[str, ...]
    values: Sequence[tuple[Any, ...]]


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


@contextmanager
def roomy(connection: sa.Connection) -> Iterator[None]:
    """Let a transaction keep what it writes in memory: by and by it would be written twice."""
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size={ROOM}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={usual}")


def rows_of(table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> Rows:
    """Make rows ready: every one has the same columns, without the owner."""
    found = list(rows)
    columns = tuple(found[0]) if found else ()
    writers = [
        table.c[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for name in columns
    ]
    values = [
        tuple(
            value if write is None else write(value)
            for write, value in zip(writers, row.values(), strict=True)
        )
        for row in found
    ]
    return Rows(table, columns, values)


def sitting_rows(several: Iterable[SittingRecord]) -> Rows:
    """Make sittings ready."""
    return rows_of(
        sittings,
        (
            {
                "id": one.id,
                "vacancy_id": one.vacancy_id,
                "bank_id": one.bank_id,
                "bank_version": one.bank_version,
                "bank_sha256": one.bank_sha256,
                "language": one.language,
                "form": {
                    "bank": one.form.bank,
                    "seed": one.form.seed,
                    "items": one.form.items,
                    "options": one.form.options,
                },
                "simulated": int(one.simulated),
                "created_at": one.created_at,
                "import_id": one.import_id,
            }
            for one in several
        ),
    )


def identity_rows(cipher: Cipher, several: Iterable[tuple[str, Identity]]) -> Rows:
    """Seal names and addresses and make them ready."""
    return rows_of(
        identities,
        (
            {
                "sitting_id": sitting_id,
                "name": cipher.seal(one.name),
                "email": cipher.seal(one.email),
                "phone": cipher.seal(one.phone),
                "email_mark": cipher.mark(one.email) if one.email else None,
                "phone_mark": cipher.mark(one.phone) if one.phone else None,
            }
            for sitting_id, one in several
        ),
    )


def event_rows(several: Iterable[Event]) -> Rows:
    """Make events ready."""
    return rows_of(
        events,
        (
            {
                "sitting_id": one.sitting_id,
                "number": one.number,
                "kind": one.kind,
                "item_id": one.item_id,
                "at": one.at,
                "body": dict(one.body),
            }
            for one in several
        ),
    )


def remark_rows(cipher: Cipher, several: Iterable[tuple[str, str, str]]) -> Rows:
    """Seal free texts, each with its id and its sitting's."""
    return rows_of(
        remarks,
        (
            {"id": id, "sitting_id": sitting_id, "text": cipher.seal(text)}
            for id, sitting_id, text in several
        ),
    )


def message_rows(several: Iterable[Mapping[str, Any]]) -> Rows:
    """Make messages ready."""
    return rows_of(messages, several)


def insert_rows(connection: sa.Connection, provider_id: str, rows: Rows) -> None:
    """Write rows that were made ready; they become this provider's.

    Many rows go in one statement: between two statements other threads may want to run first.
    """
    names = (_OWNER, *rows.columns)
    one = f"({', '.join('?' * len(names))})"
    head = f"INSERT INTO {rows.table.name} ({', '.join(names)}) VALUES "
    at_once = PARAMETERS // len(names)
    for at in range(0, len(rows.values), at_once):
        block = rows.values[at : at + at_once]
        given = tuple(chain.from_iterable((provider_id, *values) for values in block))
        connection.exec_driver_sql(head + ", ".join([one] * len(block)), given)


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

    def imported(self, import_id: str) -> tuple[str, ...]:
        """List the sittings that an import made."""
        rows = self._connection.execute(
            sa.select(sittings.c.id)
            .where(self._mine(sittings), sittings.c.import_id == import_id)
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
            .where(self._mine(identities), self._mine(sittings), self._mine(vacancies), condition)
            .order_by(sittings.c.created_at.desc(), sittings.c.id)
        )
        return [
            Match(row[0], row[1] or "", row[2] or "", self._cipher.open(row[3]), *row[4:])
            for row in rows
        ]

    def _mine(self, table: sa.Table) -> sa.ColumnElement[bool]:
        mine: sa.ColumnElement[bool] = table.c.provider_id == self._provider_id
        return mine


def _blocks(several: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for at in range(0, len(several), BLOCK):
        yield several[at : at + BLOCK]


def standing_rows(several: Iterable[Mapping[str, Any]]) -> Rows:
    """Make standings ready."""
    return rows_of(standings, several)


def link_rows(several: Iterable[Mapping[str, Any]]) -> Rows:
    """Make links ready."""
    return rows_of(links, several)
