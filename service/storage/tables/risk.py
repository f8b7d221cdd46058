"""Tables of what says who may leave."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from service.storage.columns import Document, Moment
from service.storage.tables.shape import STRICT, metadata, of_sitting, one_of, owner

__all__ = ["models", "risk_figures"]

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
    one_of("state", ("shadow", "shown", "off")),
    **STRICT,
)

risk_figures = Table(
    "risk_figures",
    metadata,
    owner(),
    Column("sitting_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("model_id", Text, ForeignKey("models.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("body", Document, nullable=False),
    of_sitting(),
    **STRICT,
)
