"""Tables of vacancies, of applications, and of what people decide and ask for about them."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from service.storage.columns import Document, Moment
from service.storage.tables.shape import STRICT, metadata, of_sitting, one_of, owner

__all__ = [
    "events",
    "identities",
    "imports",
    "ledger",
    "links",
    "profiles",
    "remarks",
    "sittings",
    "standings",
    "tasks",
    "vacancies",
]

vacancies = Table(
    "vacancies",
    metadata,
    owner(),
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("bank_id", Text, nullable=False),
    Column("bank_version", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    ForeignKeyConstraint(["bank_id", "bank_version"], ["banks.id", "banks.version"]),
    **STRICT,
)

sittings = Table(
    "sittings",
    metadata,
    owner(),
    Column("id", Text, primary_key=True),
    Column("vacancy_id", Text, nullable=False),
    Column("bank_id", Text, nullable=False),
    Column("bank_version", Text, nullable=False),
    Column("bank_sha256", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("form", Document, nullable=False),
    Column("simulated", Integer, nullable=False),
    Column("import_id", Text),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("id"),
    ForeignKeyConstraint(["provider_id", "vacancy_id"], ["vacancies.provider_id", "vacancies.id"]),
    ForeignKeyConstraint(["bank_id", "bank_version"], ["banks.id", "banks.version"]),
    Index("sittings_of_vacancy", "provider_id", "vacancy_id"),
    Index("sittings_of_bank", "bank_id", "bank_version"),
    **STRICT,
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
    of_sitting(),
    Index("links_of_sitting", "provider_id", "sitting_id"),
    **STRICT,
)

identities = Table(
    "identities",
    metadata,
    owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("email", LargeBinary, nullable=False),
    Column("phone", LargeBinary, nullable=False),
    Column("email_mark", Text),
    Column("phone_mark", Text),
    of_sitting(),
    Index("identities_by_email", "provider_id", "email_mark"),
    Index("identities_by_phone", "provider_id", "phone_mark"),
    **STRICT,
)

remarks = Table(
    "remarks",
    metadata,
    owner(),
    Column("id", Text, primary_key=True),
    Column("sitting_id", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    of_sitting(),
    Index("remarks_of_sitting", "provider_id", "sitting_id"),
    **STRICT,
)

events = Table(
    "events",
    metadata,
    owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("item_id", Text),
    Column("at", Moment, nullable=False),
    Column("body", Document, nullable=False),
    of_sitting(),
    CheckConstraint("kind != 'answered' OR item_id IS NOT NULL"),
    **STRICT,
)
Index(
    "one_submission",
    events.c.provider_id,
    events.c.sitting_id,
    unique=True,
    sqlite_where=events.c.kind == "submitted",
    postgresql_where=events.c.kind == "submitted",
)

# What the board shows: folded from the events, and made again from them at any time.
standings = Table(
    "standings",
    metadata,
    owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("vacancy_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("ended", Text),
    Column("since", Moment, nullable=False),
    Column("last_activity_at", Moment),
    Column("next_due", Moment),
    Column("body", Document, nullable=False),
    of_sitting(),
    Index("standings_of_vacancy", "provider_id", "vacancy_id", "stage"),
    Index("standings_due", "provider_id", "next_due"),
    **STRICT,
)

profiles = Table(
    "profiles",
    metadata,
    owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("bank_sha256", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("computed_at", Moment, nullable=False),
    of_sitting(),
    **STRICT,
)

imports = Table(
    "imports",
    metadata,
    owner(),
    Column("id", Text, primary_key=True),
    Column("vacancy_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("rows", LargeBinary, nullable=False),
    Column("summary", Document, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("job_id", Text),
    Column("done_at", Moment),
    ForeignKeyConstraint(["provider_id", "vacancy_id"], ["vacancies.provider_id", "vacancies.id"]),
    one_of("state", ("draft", "running", "done", "discarded")),
    **STRICT,
)

ledger = Table(
    "ledger",
    metadata,
    owner(),
    Column("number", Integer, primary_key=True),
    Column("sitting_id", Text, nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("event_sha256", Text, nullable=False),
    Column("mac", Text, nullable=False),
    UniqueConstraint("provider_id", "sitting_id", "event_number"),
    **STRICT,
)

tasks = Table(
    "tasks",
    metadata,
    owner(),
    Column("id", Text, primary_key=True),
    Column("sitting_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("taken_by", Text),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("outcome", Text),
    of_sitting(),
    Index("tasks_open", "provider_id", "closed_at"),
    **STRICT,
)
