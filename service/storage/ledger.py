"""The ledger: decision events chained by hash, so that a change, a gap or a cut shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from service.storage.cipher import Cipher
from service.storage.columns import Moment
from service.storage.heads import Head
from service.storage.records import Event
from service.storage.tables import APPEND_ONLY_TABLES, events, ledger, providers

__all__ = [
    "LEDGER_KINDS",
    "Entry",
    "Ledger",
    "Linked",
    "event_sha256",
    "heads_after",
    "missing_guards",
    "providers_with_entries",
]

LEDGER_KINDS = frozenset(
    {
        "adjusted",
        "rated",
        "first-view",
        "report-opened",
        "report-read",
        "decided",
        "contested",
        "withdrawn",
        "contest-answered",
        "step",
        "undone",
        "rescored",
        "erased",
    }
)
START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the chain: which event, its hash, and the code over it and all before it."""

    number: int
    sitting_id: str
    event_number: int
    kind: str
    at: datetime
    event_sha256: str
    mac: str

    @property
    def text(self) -> str:
        """What the code is computed over, besides the code before."""
        at = Moment().process_bind_param(self.at, _NO_DIALECT)
        parts = (self.number, self.sitting_id, self.event_number, self.kind, at, self.event_sha256)
        return json.dumps(parts, separators=(",", ":"))


class Linked(NamedTuple):
    """An entry and its event as they stand in the tables, word for word."""

    number: int
    sitting_id: str
    event_number: int
    kind: str
    at: str
    event_sha256: str
    mac: str
    event_kind: str | None
    event_item: str | None
    event_at: str | None
    event_body: str | None

    @property
    def text(self) -> str:
        """What the code must be computed over."""
        return json.dumps(self[:6], separators=(",", ":"))

    @property
    def event_hash(self) -> str:
        """The hash of the event as it is now."""
        parts = (
            self.sitting_id,
            self.event_number,
            self.event_kind,
            self.event_item,
            self.event_at,
        )
        told = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(f"{told[:-1]},{self.event_body}]".encode()).hexdigest()


_NO_DIALECT: Any = None


def event_sha256(event: Event) -> str:
    """Hash an event in canonical form."""
    at = Moment().process_bind_param(event.at, _NO_DIALECT)
    parts = (event.sitting_id, event.number, event.kind, event.item_id, at, event.body)
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Ledger:
    """The chain of one provider."""

    def __init__(
        self,
        connection: sa.Connection,
        provider_id: str,
        cipher: Cipher,
        heads: dict[str, Head] | None = None,
    ) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher
        self._heads = {} if heads is None else heads

    def append(self, event: Event) -> Entry:
        """Chain an event to everything before it."""
        last = self.head()
        number, previous = (last.number + 1, last.mac) if last else (1, START)
        entry = Entry(
            number, event.sitting_id, event.number, event.kind, event.at, event_sha256(event), ""
        )
        entry = self._signed(entry, previous)
        self._connection.execute(
            ledger.insert().values(
                provider_id=self._provider_id,
                number=entry.number,
                sitting_id=entry.sitting_id,
                event_number=entry.event_number,
                kind=entry.kind,
                at=entry.at,
                event_sha256=entry.event_sha256,
                mac=entry.mac,
            )
        )
        first = self._heads[self._provider_id].first if self._provider_id in self._heads else number
        self._heads[self._provider_id] = Head(self._provider_id, first, number, entry.mac)
        return entry

    def head(self) -> Entry | None:
        """Return the last entry."""
        row = self._connection.execute(
            self._select().order_by(ledger.c.number.desc()).limit(1)
        ).one_or_none()
        return None if row is None else Entry(*row)

    def entries(self) -> Iterator[Entry]:
        """Return every entry in order."""
        for row in self._connection.execute(self._select().order_by(ledger.c.number)):
            yield Entry(*row)

    def linked(self) -> Iterator[Linked]:
        """Return every entry in order with its event, word for word."""
        of_event = (
            (events.c.provider_id == ledger.c.provider_id)
            & (events.c.sitting_id == ledger.c.sitting_id)
            & (events.c.number == ledger.c.event_number)
        )
        columns = [ledger.c[name] for name in Linked._fields[:7]]
        columns += [events.c[name] for name in ("kind", "item_id", "at", "body")]
        chosen = sa.select(*(_as_it_stands(column) for column in columns))
        chosen = chosen.select_from(ledger.outerjoin(events, of_event)).order_by(ledger.c.number)
        chosen = chosen.where(ledger.c.provider_id == self._provider_id)
        rows = self._connection.execute(chosen.execution_options(yield_per=10_000))
        return (Linked(*row) for row in rows)

    def unchained(self) -> tuple[tuple[str, int, str], ...]:
        """Return the decision events that have no entry: sitting, number, kind."""
        has_entry = sa.exists().where(
            ledger.c.provider_id == events.c.provider_id,
            ledger.c.sitting_id == events.c.sitting_id,
            ledger.c.event_number == events.c.number,
        )
        rows = self._connection.execute(
            sa.select(events.c.sitting_id, events.c.number, events.c.kind)
            .where(
                events.c.provider_id == self._provider_id,
                events.c.kind.in_(sorted(LEDGER_KINDS)),
                ~has_entry,
            )
            .order_by(events.c.at, events.c.sitting_id, events.c.number)
        )
        return tuple((row[0], row[1], row[2]) for row in rows)

    def gaps(self) -> tuple[str, ...]:
        """Return the sittings of which an event is missing."""
        rows = self._connection.execute(
            sa.select(events.c.sitting_id)
            .where(events.c.provider_id == self._provider_id)
            .group_by(events.c.sitting_id)
            .having(sa.func.count() != sa.func.max(events.c.number))
            .order_by(events.c.sitting_id)
        )
        return tuple(rows.scalars())

    def code(self, entry: Entry, previous: str) -> str:
        """Return the code that an entry must have after another."""
        return self._cipher.link(previous, entry.text)

    def _signed(self, entry: Entry, previous: str) -> Entry:
        return Entry(
            entry.number,
            entry.sitting_id,
            entry.event_number,
            entry.kind,
            entry.at,
            entry.event_sha256,
            self.code(entry, previous),
        )

    def _select(self) -> sa.Select[Any]:
        columns = (
            ledger.c[name]
            for name in (
                "number",
                "sitting_id",
                "event_number",
                "kind",
                "at",
                "event_sha256",
                "mac",
            )
        )
        return sa.select(*columns).where(ledger.c.provider_id == self._provider_id)


def heads_after(connection: sa.Connection, anchored: Mapping[str, int]) -> tuple[Head, ...]:
    """Return the heads of all providers that go beyond what was anchored."""
    rows = connection.execute(
        sa.select(ledger.c.provider_id, sa.func.max(ledger.c.number))
        .group_by(ledger.c.provider_id)
        .order_by(ledger.c.provider_id)
    ).all()
    found = []
    for provider_id, number in rows:
        known = anchored.get(provider_id, 0)
        if number > known:
            mac = connection.execute(
                sa.select(ledger.c.mac).where(
                    ledger.c.provider_id == provider_id, ledger.c.number == number
                )
            ).scalar_one()
            found.append(Head(provider_id, known + 1, number, mac))
    return tuple(found)


def providers_with_entries(connection: sa.Connection) -> tuple[str, ...]:
    """Return the ids of all organisations that there are, or that have entries."""
    known = sa.union(sa.select(providers.c.id), sa.select(ledger.c.provider_id))
    return tuple(sorted(connection.execute(known).scalars()))


def missing_guards(connection: sa.Connection) -> tuple[str, ...]:
    """Return the names of the triggers that should keep tables from being changed, but are gone."""
    if connection.dialect.name != "sqlite":
        return ()
    found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    wanted = {f"{table}_no_{verb}" for table in APPEND_ONLY_TABLES for verb in ("update", "delete")}
    return tuple(sorted(wanted - set(found.scalars())))


def _as_it_stands(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    kind = sa.Integer if isinstance(column.type, sa.Integer) else sa.Text
    return sa.type_coerce(column, kind)
