"""Many rows of one tenant at a time: made ready before a transaction, written in a few statements.

While a transaction writes, nobody else can. What takes time, such as writing JSON and sealing
names, is done by `rows_of`, which needs no transaction; `insert_rows` only hands the rows over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

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
)

__all__ = [
    "Rows",
    "event_rows",
    "identity_rows",
    "insert_rows",
    "link_rows",
    "message_rows",
    "remark_rows",
    "rows_of",
    "sitting_rows",
    "standing_rows",
]

PARAMETERS = 6_000  # of one statement
_DIALECT = sqlite.dialect(paramstyle="qmark")
_OWNER = "provider_id"


@dataclass(frozen=True)
class Rows:
    """Rows of a table as the database takes them; the owner is added when they are written."""

    table: sa.Table
    columns: tuple[str, ...]
    values: Sequence[tuple[Any, ...]]

    def without(self, sitting_ids: Collection[str]) -> Rows:
        """Return the rows but for those of some sittings."""
        if not sitting_ids:
            return self
        at = self.columns.index("sitting_id") if self.columns else 0
        return replace(self, values=[one for one in self.values if one[at] not in sitting_ids])


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


def standing_rows(several: Iterable[Mapping[str, Any]]) -> Rows:
    """Make standings ready."""
    return rows_of(standings, several)


def link_rows(several: Iterable[Mapping[str, Any]]) -> Rows:
    """Make links ready."""
    return rows_of(links, several)


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
