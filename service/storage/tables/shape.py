"""What the tables have in common: whose a row is, and what it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    Text,
)

__all__ = ["STRICT", "metadata", "of_account", "of_sitting", "one_of", "owner"]

metadata = MetaData()
STRICT: Mapping[str, Any] = {"sqlite_strict": True}


def owner() -> Column[str]:
    """Begin a tenant's primary key."""
    return Column("provider_id", Text, ForeignKey("providers.id"), primary_key=True)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Allow a column these words only."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})")


def of_sitting() -> ForeignKeyConstraint:
    """Tie a row to a sitting of its own tenant."""
    return ForeignKeyConstraint(
        ["provider_id", "sitting_id"], ["sittings.provider_id", "sittings.id"]
    )


def of_account() -> ForeignKeyConstraint:
    """Tie a row to an account of its own tenant; it goes when the account goes."""
    return ForeignKeyConstraint(
        ["provider_id", "account_id"], ["accounts.provider_id", "accounts.id"], ondelete="CASCADE"
    )
