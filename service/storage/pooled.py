"""Counts over all organisations: the only place that reads candidates' data across tenants.

What it returns are numbers of people and days, by organisation. No id of a candidate, no name, no
answer and no score can come out: nothing of the kind is selected.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from service.storage.tables import standings, tasks
from vbr_engine.funnel import STUCK_AFTER, Standing

__all__ = ["Counts", "Pooled"]

BLOCK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How an organisation gets on, in numbers of people.

    Parameters
    ----------
    by_stage : mapping of str to int
        Applications by the furthest stage that they reached.
    n_open : int
        Applications before the first day of work that have not ended.
    n_bounced : int
        Those of them whose last message came back.
    n_contests : int
        Requests to look at a result again that have been open for too long.
    last_on : date, optional
        The last day on which an application reached a stage or a candidate did something.
    """

    by_stage: Mapping[str, int] = field(default_factory=dict)
    n_open: int = 0
    n_bounced: int = 0
    n_contests: int = 0
    last_on: date | None = None


class Pooled:
    """Counts over all organisations that have candidates."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def counts(self, *, contests_before: datetime) -> dict[str, Counts]:
        """Count every organisation's applications.

        Parameters
        ----------
        contests_before : datetime
            Contests that were opened before this are counted.

        Returns
        -------
        dict of str to Counts
            By the organisation's id; none for an organisation without an application.
        """
        stages, last = self._stages()
        going = self._going()
        contests = self._contests(contests_before)
        return {
            provider_id: Counts(
                by_stage=by_stage,
                n_open=going.get(provider_id, (0, 0))[0],
                n_bounced=going.get(provider_id, (0, 0))[1],
                n_contests=contests.get(provider_id, 0),
                last_on=last[provider_id],
            )
            for provider_id, by_stage in stages.items()
        }

    def stuck(self, provider_ids: Sequence[str], *, now: datetime) -> dict[str, int]:
        """Count the open applications of some organisations where nothing happens.

        Parameters
        ----------
        provider_ids : sequence of str
        now : datetime
            In local time: the rule, which is the engine's, counts days.
        """
        found: Counter[str] = Counter()
        for first in range(0, len(provider_ids), BLOCK):
            block = tuple(provider_ids[first : first + BLOCK])
            rows = self._connection.execute(
                sa.select(standings.c.provider_id, standings.c.body)
                .where(standings.c.provider_id.in_(block), _IS_OPEN)
                .execution_options(yield_per=BLOCK)
            )
            found.update(row.provider_id for row in rows if _standing(row).is_stuck(now))
        return dict(found)

    def _stages(self) -> tuple[dict[str, dict[str, int]], dict[str, date]]:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        last: dict[str, date] = {}
        moved = sa.func.max(
            sa.case(
                (standings.c.last_activity_at > standings.c.since, standings.c.last_activity_at),
                else_=standings.c.since,
            ),
            type_=standings.c.since.type,
        )
        rows = self._connection.execute(
            sa.select(
                standings.c.provider_id, standings.c.stage, sa.func.count().label("n"), moved
            ).group_by(standings.c.provider_id, standings.c.stage)
        )
        for provider_id, stage, number, moment in rows:
            found[provider_id][stage] = number
            last[provider_id] = max(moment.date(), last.get(provider_id, date.min))
        return found, last

    def _going(self) -> dict[str, tuple[int, int]]:
        """Count open applications, and those whose last message came back."""
        bounced = sa.func.sum(sa.case((_says('"bounced_at":"'), 1), else_=0))
        rows = self._connection.execute(
            sa.select(standings.c.provider_id, sa.func.count(), bounced)
            .where(_IS_OPEN)
            .group_by(standings.c.provider_id)
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def _contests(self, before: datetime) -> dict[str, int]:
        rows = self._connection.execute(
            sa.select(tasks.c.provider_id, sa.func.count())
            .where(
                tasks.c.kind == "contest", tasks.c.closed_at.is_(None), tasks.c.opened_at < before
            )
            .group_by(tasks.c.provider_id)
        )
        return {row[0]: row[1] for row in rows}


def _says(text: str) -> sa.ColumnElement[bool]:
    """Whether a standing's canonical JSON, in which nobody's words stand, has a text."""
    return sa.cast(standings.c.body, sa.Text).like(f"%{text}%")


_IS_OPEN = sa.and_(
    standings.c.ended.is_(None),
    standings.c.stage.in_(tuple(STUCK_AFTER)),
    sa.not_(_says('"erased":true')),
)


def _standing(row: Any) -> Standing:
    return Standing.from_dict(row.body)
