"""Tables of question banks, what is proposed for them, and scoring anew by another policy."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from service.storage.columns import Document, Moment
from service.storage.tables.shape import STRICT, metadata, one_of

__all__ = ["banks", "proposed_banks", "rescorings"]

banks = Table(
    "banks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("dump", Document, nullable=False),
    Column("published_at", Moment, nullable=False),
    **STRICT,
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
    one_of("state", ("proposed", "published", "returned", "taken-back")),
    **STRICT,
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
    one_of("state", ("preview", "applied", "discarded")),
    **STRICT,
)
