"""Tables of organisations and of the people who sign in for them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from service.storage.columns import Document, Moment
from service.storage.tables.shape import STRICT, metadata, of_account, one_of, owner

__all__ = [
    "ROLES",
    "account_links",
    "accounts",
    "attempts",
    "providers",
    "recovery_codes",
    "sessions",
]

ROLES = ("manager", "recruiter", "council", "researcher", "administrator")

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
    one_of("kind", ("provider", "house")),
    **STRICT,
)

accounts = Table(
    "accounts",
    metadata,
    owner(),
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
    one_of("role", ROLES),
    **STRICT,
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    owner(),
    Column("account_id", Text, primary_key=True),
    Column("code_mark", Text, primary_key=True),
    Column("used_at", Moment),
    of_account(),
    **STRICT,
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
    one_of("purpose", ("join", "reset")),
    of_account(),
    **STRICT,
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
    of_account(),
    Index("sessions_of_account", "provider_id", "account_id"),
    **STRICT,
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("window", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    **STRICT,
)
