"""Repositories of drop-out models, and of what they said about people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.storage.records import ModelRecord
from service.storage.tables import models, risk_figures

__all__ = ["Models", "RiskFigures"]

_MODEL = tuple(models.c[name] for name in ModelRecord.__dataclass_fields__)


class Models:
    """Trained models: of the whole installation, from the careers of all providers."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, record: ModelRecord) -> None:
        """Keep a model."""
        self._connection.execute(
            models.insert().values({name: getattr(record, name) for name in _names()})
        )

    def get(self, model_id: str) -> ModelRecord | None:
        """Find a model."""
        row = self._connection.execute(
            sa.select(*_MODEL).where(models.c.id == model_id)
        ).one_or_none()
        return None if row is None else ModelRecord(*row)

    def list(self) -> tuple[ModelRecord, ...]:
        """List the models, newest first."""
        rows = self._connection.execute(
            sa.select(*_MODEL).order_by(models.c.made_at.desc(), models.c.id)
        )
        return tuple(ModelRecord(*row) for row in rows)

    def in_use(self) -> ModelRecord | None:
        """Find the model that pages show; where there is none, the newest that only listens."""
        row = self._connection.execute(
            sa.select(*_MODEL)
            .where(models.c.state.in_(("shown", "shadow")))
            .order_by(models.c.state.desc(), models.c.made_at.desc(), models.c.id)
            .limit(1)
        ).one_or_none()
        return None if row is None else ModelRecord(*row)

    def change(self, model_id: str, state: str, *, by: str, now: datetime) -> None:
        """Show a model, let it listen only, or switch it off; of all, one at most is shown."""
        if state == "shown":
            self._set(models.c.state == "shown", "shadow", by=by, now=now)
        self._set(models.c.id == model_id, state, by=by, now=now)

    def _set(self, which: sa.ColumnElement[bool], state: str, *, by: str, now: datetime) -> None:
        self._connection.execute(
            models.update().where(which).values(state=state, changed_by=by, changed_at=now)
        )


def _names() -> tuple[str, ...]:
    return tuple(ModelRecord.__dataclass_fields__)


class RiskFigures:
    """What models said about a provider's candidates: can only grow."""

    def __init__(self, connection: sa.Connection, provider_id: str) -> None:
        self._connection, self._provider_id = connection, provider_id

    def append(
        self,
        sitting_id: str,
        *,
        model_id: str,
        shown: bool,
        body: Mapping[str, Any],
        at: datetime,
    ) -> None:
        """Keep what a model said, and whether somebody saw it."""
        number = self._connection.execute(
            sa.select(sa.func.coalesce(sa.func.max(risk_figures.c.number), 0) + 1).where(
                risk_figures.c.provider_id == self._provider_id,
                risk_figures.c.sitting_id == sitting_id,
            )
        ).scalar_one()
        self._connection.execute(
            risk_figures.insert().values(
                provider_id=self._provider_id,
                sitting_id=sitting_id,
                number=number,
                model_id=model_id,
                at=at,
                shown=int(shown),
                body=dict(body),
            )
        )

    def last(self, sitting_id: str) -> Mapping[str, Any] | None:
        """Return what was said last: the model, whether it was shown, and the rows."""
        row = self._connection.execute(
            sa.select(risk_figures.c.model_id, risk_figures.c.shown, risk_figures.c.body)
            .where(
                risk_figures.c.provider_id == self._provider_id,
                risk_figures.c.sitting_id == sitting_id,
            )
            .order_by(risk_figures.c.number.desc())
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        return {"model_id": row.model_id, "shown": bool(row.shown), "body": row.body}
