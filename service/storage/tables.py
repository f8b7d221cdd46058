"""Tables. Times are ISO 8601 text in UTC, JSON is canonical text, tables are STRICT.

Every table of a tenant begins its primary key with `provider_id`. Names, addresses and free text
about people stand in `identities`, `accounts` and `remarks`, encrypted and deletable; `events`
holds pseudonymous ids only and can only grow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

__all__ = ["APPEND_ONLY", "EVENT_KINDS", "SCHEMA_VERSION", "metadata"]

SCHEMA_VERSION = 1
EVENT_KINDS = (
    "invited",
    "link-renewed",
    "started",
    "answered",
    "submitted",
    "first-view",
    "report-opened",
    "decided",
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time as text of fixed width, so that it sorts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Read it back, aware."""
        return None if value is None else datetime.fromisoformat(value)


class Document(TypeDecorator[Any]):
    """JSON, canonical."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """Write sorted keys and no spaces."""
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:
        """Read it back."""
        return None if value is None else json.loads(value)


metadata = MetaData()
_STRICT: Mapping[str, Any] = {"sqlite_strict": True}


def _owner() -> Column[str]:
    return Column("provider_id", Text, ForeignKey("providers.id"), primary_key=True)


providers = Table(
    "providers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    **_STRICT,
)

accounts = Table(
    "accounts",
    metadata,
    _owner(),
    Column("id", Text, primary_key=True),
    Column("email_mark", Text, nullable=False, unique=True),
    Column("email", LargeBinary, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    CheckConstraint("role IN ('recruiter')"),
    **_STRICT,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("provider_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    ForeignKeyConstraint(
        ["provider_id", "account_id"],
        ["accounts.provider_id", "accounts.id"],
        ondelete="CASCADE",
    ),
    **_STRICT,
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("window", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    **_STRICT,
)

banks = Table(
    "banks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("dump", Document, nullable=False),
    Column("published_at", Moment, nullable=False),
    **_STRICT,
)

vacancies = Table(
    "vacancies",
    metadata,
    _owner(),
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("bank_id", Text, nullable=False),
    Column("bank_version", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    ForeignKeyConstraint(["bank_id", "bank_version"], ["banks.id", "banks.version"]),
    **_STRICT,
)

sittings = Table(
    "sittings",
    metadata,
    _owner(),
    Column("id", Text, primary_key=True),
    Column("vacancy_id", Text, nullable=False),
    Column("bank_id", Text, nullable=False),
    Column("bank_version", Text, nullable=False),
    Column("bank_sha256", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("form", Document, nullable=False),
    Column("simulated", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("id"),
    ForeignKeyConstraint(["provider_id", "vacancy_id"], ["vacancies.provider_id", "vacancies.id"]),
    ForeignKeyConstraint(["bank_id", "bank_version"], ["banks.id", "banks.version"]),
    Index("sittings_of_vacancy", "provider_id", "vacancy_id"),
    **_STRICT,
)


def _of_sitting(**options: Any) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["provider_id", "sitting_id"], ["sittings.provider_id", "sittings.id"], **options
    )


links = Table(
    "links",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("provider_id", Text, nullable=False),
    Column("sitting_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    _of_sitting(),
    Index("links_of_sitting", "provider_id", "sitting_id"),
    **_STRICT,
)

identities = Table(
    "identities",
    metadata,
    _owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("email", LargeBinary, nullable=False),
    _of_sitting(),
    **_STRICT,
)

remarks = Table(
    "remarks",
    metadata,
    _owner(),
    Column("id", Text, primary_key=True),
    Column("sitting_id", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    _of_sitting(),
    **_STRICT,
)

events = Table(
    "events",
    metadata,
    _owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("item_id", Text),
    Column("at", Moment, nullable=False),
    Column("body", Document, nullable=False),
    _of_sitting(),
    CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in EVENT_KINDS))),
    CheckConstraint("(kind = 'answered') = (item_id IS NOT NULL)"),
    **_STRICT,
)
Index(
    "one_submission",
    events.c.provider_id,
    events.c.sitting_id,
    unique=True,
    sqlite_where=events.c.kind == "submitted",
)

profiles = Table(
    "profiles",
    metadata,
    _owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("bank_sha256", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("computed_at", Moment, nullable=False),
    _of_sitting(),
    **_STRICT,
)

APPEND_ONLY = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} can only grow'); END"
    for table in ("events",)
    for verb in ("UPDATE", "DELETE")
)
