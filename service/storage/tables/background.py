"""Tables of messages and of work in the background."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from service.storage.columns import Document, Moment
from service.storage.tables.shape import STRICT, metadata, of_account, of_sitting, one_of, owner

__all__ = ["jobs", "messages", "wordings"]

wordings = Table(
    "wordings",
    metadata,
    owner(),
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    **STRICT,
)

messages = Table(
    "messages",
    metadata,
    owner(),
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
    of_sitting(),
    of_account(),
    one_of("state", ("ready", "leased", "handed-over", "sent", "unsure", "dead", "cancelled")),
    Index("messages_due", "state", "run_at"),
    Index("messages_of_sitting", "provider_id", "sitting_id"),
    **STRICT,
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
    one_of("state", ("ready", "leased", "done", "failed", "cancelled")),
    Index("jobs_due", "state", "run_at"),
    **STRICT,
)
