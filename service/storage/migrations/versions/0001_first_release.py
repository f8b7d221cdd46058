"""The tables of the first release."""

from __future__ import annotations

from service.storage.migrations.steps import create, refuse_to_go_back

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    create("0001_first_release.sql")


downgrade = refuse_to_go_back
