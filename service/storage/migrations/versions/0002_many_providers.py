"""Many providers: roles, messages, imports, standings, the ledger, drop-out risk.

Everything that was there stays: providers with their recruiters, vacancies, sittings, links,
names, remarks, events and profiles. Names get marks by which they are found again; decisions are
chained into the ledger in the order in which they were made. Sessions end: people sign in again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from service.errors import DatabaseError
from service.storage.migrations.steps import (
    BLOCK,
    Rebuilding,
    cipher,
    create,
    progress,
    rebuild,
    refuse_to_go_back,
    rows,
    run,
)

revision = "0002"
down_revision = "0001"

TABLES = "0002_many_providers.sql"
# What a column holds that the first release did not have, in terms of those that it had.
ADDED = {
    "providers": {"kind": "'provider'", "settings": "'{}'"},
    "accounts": {"language": "'en'"},
    "vacancies": {},
    "sittings": {},
    "events": {},
    "profiles": {"number": "1"},
}
# Decisions as the first release knew them, and where each chain starts.
CHAINED = ("first-view", "report-opened", "decided")
START = "0" * 64
MARKED = "UPDATE identities SET phone = ?, email_mark = ? WHERE provider_id = ? AND sitting_id = ?"
ENTRY = (
    "INSERT INTO ledger "
    "(provider_id, number, sitting_id, event_number, kind, at, event_sha256, mac)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
Row = tuple[Any, ...]


def upgrade() -> None:
    """Move everything to the new tables."""
    run("DROP TABLE sessions")
    rebuilding = Rebuilding(TABLES)
    for table, added in ADDED.items():
        rebuild(rebuilding, table, added)
    rebuild(rebuilding, "identities", {"phone": "x''"})
    create(TABLES, but=(*ADDED, "identities"))
    _mark_identities()
    _chain_decisions()
    # The first release looks here, and must not take these tables for its own.
    run("PRAGMA user_version=2")


def _mark_identities() -> None:
    found, unreadable = 0, 0
    total = rows("SELECT count(*) FROM identities")[0][0]
    last = ("", "")
    while block := rows(
        "SELECT provider_id, sitting_id, email FROM identities "
        "WHERE (provider_id, sitting_id) > (?, ?) ORDER BY 1, 2 LIMIT ?",
        (*last, BLOCK),
    ):
        emails = [cipher().read(sealed) for _, _, sealed in block]
        run(MARKED, *(_marked(row, email) for row, email in zip(block, emails, strict=True)))
        found += len(block)
        unreadable += emails.count(None)
        last = block[-1][:2]
        progress().tell("names", found, total)
    if total and unreadable == total:
        raise DatabaseError(
            "No name in the database can be read with this secret key. Start with the key that "
            "the database was written with (VBR_SECRET_KEY, or the file secret-key in the data "
            "folder). Nothing was changed."
        )


def _marked(row: Row, email: str | None) -> Row:
    """Return an empty telephone number, sealed, and what an identity is found by."""
    mark = cipher().mark(email) if email else None
    return cipher().seal(""), mark, row[0], row[1]


def _chain_decisions() -> None:
    heads: dict[str, tuple[int, str]] = {}
    total = rows(f"SELECT count(*) {_DECISIONS}", CHAINED)[0][0]
    done = 0
    for block in _decisions():
        run(ENTRY, *(_entry(row, heads) for row in block))
        done += len(block)
        progress().tell("decisions", done, total)


_DECISIONS = f"FROM events WHERE kind IN ({', '.join('?' for _ in CHAINED)})"


def _decisions() -> Iterator[list[Row]]:
    """Return blocks of decisions, each provider's in the order of time."""
    found = rows(
        f"SELECT provider_id, at, sitting_id, number, kind, item_id, body {_DECISIONS} "
        "ORDER BY provider_id, at, sitting_id, number",
        CHAINED,
    )
    for start in range(0, len(found), BLOCK):
        yield found[start : start + BLOCK]


def _entry(row: Row, heads: dict[str, tuple[int, str]]) -> Row:
    provider_id, at, sitting_id, number, kind, item_id, body = row
    last, previous = heads.get(provider_id, (0, START))
    parts = [
        json.dumps(each, ensure_ascii=False) for each in (sitting_id, number, kind, item_id, at)
    ]
    event = hashlib.sha256(f"[{','.join(parts)},{body}]".encode()).hexdigest()
    told = (last + 1, sitting_id, number, kind, at, event)
    mac = cipher().link(previous, json.dumps(told, separators=(",", ":")))
    heads[provider_id] = (last + 1, mac)
    return provider_id, last + 1, sitting_id, number, kind, at, event, mac


downgrade = refuse_to_go_back
