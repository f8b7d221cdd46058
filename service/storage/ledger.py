"""The ledger: decision events chained by hash, so that a change, a gap or a cut shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.cipher import Cipher
from service.storage.columns import Moment
from service.storage.records import Event
from service.storage.tables import ledger

__all__ = ["LEDGER_KINDS", "Entry", "Ledger", "event_sha256"]

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


_NO_DIALECT: Any = None


def event_sha256(event: Event) -> str:
    """Hash an event in canonical form."""
    at = Moment().process_bind_param(event.at, _NO_DIALECT)
    parts = (event.sitting_id, event.number, event.kind, event.item_id, at, event.body)
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Ledger:
    """The chain of one provider."""

    def __init__(self, connection: sa.Connection, provider_id: str, cipher: Cipher) -> None:
        self._connection, self._provider_id = connection, provider_id
        self._cipher = cipher

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
