"""Tables of one installation. Times are ISO 8601 text in UTC, JSON is canonical text, all STRICT.

Every table of a tenant begins its primary key with `provider_id`. Names, addresses and free text
about people stand in `identities`, `accounts`, `remarks`, `imports` and `messages`, encrypted and
deletable; `events`, `ledger` and `risk_figures` hold pseudonymous ids only and can only grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from service.storage.columns import Document, Moment

__all__ = ["APPEND_ONLY", "APPEND_ONLY_TABLES", "ROLES", "metadata"]

ROLES = ("manager", "recruiter", "council", "researcher", "administrator")
metadata = MetaData()
_STRICT: Mapping[str, Any] = {"sqlite_strict": True}


def _owner() -> Column[str]:
    return Column("provider_id", Text, ForeignKey("providers.id"), primary_key=True)


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})")


def _of_sitting() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["provider_id", "sitting_id"], ["sittings.provider_id", "sittings.id"]
    )


def _of_account(*, column: str = "account_id") -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["provider_id", column], ["accounts.provider_id", "accounts.id"], ondelete="CASCADE"
    )


# Who is who

providers = Table(
    "providers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("settings", Document, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("paused_at", Moment),
    _one_of("kind", ("provider", "house")),
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
    Column("language", Text, nullable=False),
    Column("password", Text),
    Column("second_factor", LargeBinary),
    Column("second_factor_step", Integer),
    Column("second_factor_new", LargeBinary),
    Column("signed_in_at", Moment),
    Column("signed_in_before", Moment),
    Column("created_at", Moment, nullable=False),
    Column("disabled_at", Moment),
    _one_of("role", ROLES),
    **_STRICT,
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    _owner(),
    Column("account_id", Text, primary_key=True),
    Column("code_mark", Text, primary_key=True),
    Column("used_at", Moment),
    _of_account(),
    **_STRICT,
)

account_links = Table(
    "account_links",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("provider_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    _one_of("purpose", ("join", "reset")),
    _of_account(),
    **_STRICT,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("provider_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    _of_account(),
    Index("sessions_of_account", "provider_id", "account_id"),
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

# Banks

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

proposed_banks = Table(
    "proposed_banks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("bank_id", Text, nullable=False),
    Column("bank_version", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("dump", Document, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", Moment),
    Column("review", Text),
    _one_of("state", ("proposed", "published", "returned", "taken-back")),
    **_STRICT,
)

rescorings = Table(
    "rescorings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("bank_id", Text, nullable=False),
    Column("bank_version", Text, nullable=False),
    Column("bank_sha256", Text, nullable=False),
    Column("policy", Document, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("preview", Document, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("applied_by", Text),
    Column("applied_at", Moment),
    _one_of("state", ("preview", "applied", "discarded")),
    **_STRICT,
)

# Recruitment

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
    Column("closed_at", Moment),
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
    Column("import_id", Text),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("id"),
    ForeignKeyConstraint(["provider_id", "vacancy_id"], ["vacancies.provider_id", "vacancies.id"]),
    ForeignKeyConstraint(["bank_id", "bank_version"], ["banks.id", "banks.version"]),
    Index("sittings_of_vacancy", "provider_id", "vacancy_id"),
    Index("sittings_of_bank", "bank_id", "bank_version"),
    **_STRICT,
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
    Column("phone", LargeBinary, nullable=False),
    Column("email_mark", Text),
    Column("phone_mark", Text),
    _of_sitting(),
    Index("identities_by_email", "provider_id", "email_mark"),
    Index("identities_by_phone", "provider_id", "phone_mark"),
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
    Index("remarks_of_sitting", "provider_id", "sitting_id"),
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
    CheckConstraint("kind != 'answered' OR item_id IS NOT NULL"),
    **_STRICT,
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
    _owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("vacancy_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("ended", Text),
    Column("since", Moment, nullable=False),
    Column("last_activity_at", Moment),
    Column("next_due", Moment),
    Column("body", Document, nullable=False),
    _of_sitting(),
    Index("standings_of_vacancy", "provider_id", "vacancy_id", "stage"),
    Index("standings_due", "provider_id", "next_due"),
    **_STRICT,
)

profiles = Table(
    "profiles",
    metadata,
    _owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("bank_sha256", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("computed_at", Moment, nullable=False),
    _of_sitting(),
    **_STRICT,
)

imports = Table(
    "imports",
    metadata,
    _owner(),
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
    _one_of("state", ("draft", "running", "done", "discarded")),
    **_STRICT,
)

# Decisions and what people ask for

ledger = Table(
    "ledger",
    metadata,
    _owner(),
    Column("number", Integer, primary_key=True),
    Column("sitting_id", Text, nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("event_sha256", Text, nullable=False),
    Column("mac", Text, nullable=False),
    UniqueConstraint("provider_id", "sitting_id", "event_number"),
    **_STRICT,
)

tasks = Table(
    "tasks",
    metadata,
    _owner(),
    Column("id", Text, primary_key=True),
    Column("sitting_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("taken_by", Text),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("outcome", Text),
    _of_sitting(),
    Index("tasks_open", "provider_id", "closed_at"),
    **_STRICT,
)

# Messages and work in the background

wordings = Table(
    "wordings",
    metadata,
    _owner(),
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    **_STRICT,
)

messages = Table(
    "messages",
    metadata,
    _owner(),
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sitting_id", Text),
    Column("account_id", Text),
    Column("body", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_at", Moment, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    UniqueConstraint("id"),
    UniqueConstraint("provider_id", "key"),
    _of_sitting(),
    _of_account(),
    _one_of("state", ("ready", "leased", "handed-over", "sent", "unsure", "dead", "cancelled")),
    Index("messages_due", "state", "run_at"),
    Index("messages_of_sitting", "provider_id", "sitting_id"),
    **_STRICT,
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("provider_id", Text, ForeignKey("providers.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("run_at", Moment, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False),
    Column("problem", Text),
    Column("result", Document),
    Column("made_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    _one_of("state", ("ready", "leased", "done", "failed", "cancelled")),
    Index("jobs_due", "state", "run_at"),
    **_STRICT,
)

# Drop-out risk

models = Table(
    "models",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("folder", Document, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("changed_by", Text),
    Column("changed_at", Moment),
    _one_of("state", ("shadow", "shown", "off")),
    **_STRICT,
)

risk_figures = Table(
    "risk_figures",
    metadata,
    _owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("model_id", Text, ForeignKey("models.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("body", Document, nullable=False),
    _of_sitting(),
    **_STRICT,
)

APPEND_ONLY_TABLES = ("events", "ledger", "risk_figures")
APPEND_ONLY = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} can only grow'); END"
    for table in APPEND_ONLY_TABLES
    for verb in ("UPDATE", "DELETE")
)
