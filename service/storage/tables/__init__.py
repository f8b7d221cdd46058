"""Tables of one installation. Times are ISO 8601 text in UTC, JSON is canonical text, all STRICT.

Every table of a tenant begins its primary key with `provider_id`. Names, addresses and free text
about people stand in `identities`, `accounts`, `remarks`, `imports` and `messages`, encrypted and
deletable; `events`, `ledger` and `risk_figures` hold pseudonymous ids only and can only grow.
"""

from __future__ import annotations

from service.storage.tables.background import jobs, messages, wordings
from service.storage.tables.banks import banks, proposed_banks, rescorings
from service.storage.tables.people import (
    ROLES,
    account_links,
    accounts,
    attempts,
    providers,
    recovery_codes,
    sessions,
)
from service.storage.tables.recruitment import (
    events,
    identities,
    imports,
    ledger,
    links,
    profiles,
    remarks,
    sittings,
    standings,
    tasks,
    vacancies,
)
from service.storage.tables.risk import models, risk_figures
from service.storage.tables.shape import metadata

__all__ = [
    "APPEND_ONLY",
    "APPEND_ONLY_TABLES",
    "ROLES",
    "account_links",
    "accounts",
    "attempts",
    "banks",
    "events",
    "identities",
    "imports",
    "jobs",
    "ledger",
    "links",
    "messages",
    "metadata",
    "models",
    "profiles",
    "proposed_banks",
    "providers",
    "recovery_codes",
    "remarks",
    "rescorings",
    "risk_figures",
    "sessions",
    "sittings",
    "standings",
    "tasks",
    "vacancies",
    "wordings",
]

APPEND_ONLY_TABLES = ("events", "ledger", "risk_figures")
APPEND_ONLY = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} can only grow'); END"
    for table in APPEND_ONLY_TABLES
    for verb in ("UPDATE", "DELETE")
)
