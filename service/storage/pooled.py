"""Counts over all organisations: the only place that reads candidates' data across tenants.

What it returns are numbers of people and days, by organisation. No id of a candidate, no name, no
answer and no score can come out: nothing of the kind is selected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from service.storage.tables import standings, tasks
from vbr_engine.funnel import STUCK_AFTER, Standing

__all__ = ["Counts", "Pooled"]

BLOCK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How an organisation gets on, in numbers of people.

    Parameters
    ----------
    by_stage : mapping of str to int
        Applications by the furthest stage that they reached.
    n_open : int
        Applications before the first day of work that have not ended.
    n_stuck : int
        Those of them where nothing happens.
    n_bounced : int
        Those of them whose last message came back.
    n_contests : int
        Requests to look at a result again that have been open for too long.
    last_on : date, optional
        The last day on which an application reached a stage or a candidate did something.
    """

    by_stage: Mapping[str, int] = field(default_factory=dict)
    n_open: int = 0
    n_stuck: int = 0
    n_bounced: int = 0
    n_contests: int = 0
    last_on: date | None = None


class Pooled:
    """Counts over all organisations that have candidates."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def counts(self, *, now: datetime, contests_before: datetime) -> dict[str, Counts]:
        """Count every organisation's applications.

        Parameters
        ----------
        now : datetime
            In local time: stuck is told by days.
        contests_before : datetime
            Contests that were opened before this are counted.

        Returns
        -------
        dict of str to Counts
            By the organisation's id; none for an organisation without an application.
        """
        stages, last = self._stages()
        going = self._going(now)
        contests = self._contests(contests_before)
        return {
            provider_id: Counts(
                by_stage=by_stage,
                n_open=going[provider_id][0],
                n_stuck=going[provider_id][1],
                n_bounced=going[provider_id][2],
                n_contests=contests.get(provider_id, 0),
                last_on=last[provider_id],
            )
            for provider_id, by_stage in stages.items()
        }

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

    def _going(self, now: datetime) -> dict[str, list[int]]:
        """Count open, stuck and bounced applications; the rule of what is stuck is the engine's."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for provider_id, standing in _standings(self._open_bodies()):
            if not standing.erased:
                three = found[provider_id]
                three[0] += 1
                three[1] += standing.is_stuck(now)
                three[2] += standing.bounced_at is not None
        return found

    def _open_bodies(self) -> sa.CursorResult[tuple[str, Mapping[str, object]]]:
        return self._connection.execute(
            sa.select(standings.c.provider_id, standings.c.body)
            .where(standings.c.ended.is_(None), standings.c.stage.in_(tuple(STUCK_AFTER)))
            .execution_options(yield_per=BLOCK)
        )

    def _contests(self, before: datetime) -> dict[str, int]:
        rows = self._connection.execute(
            sa.select(tasks.c.provider_id, sa.func.count())
            .where(
                tasks.c.kind == "contest", tasks.c.closed_at.is_(None), tasks.c.opened_at < before
            )
            .group_by(tasks.c.provider_id)
        )
        return {row[0]: row[1] for row in rows}


def _standings(
    rows: Iterable[sa.Row[tuple[str, Mapping[str, object]]]],
) -> Iterator[tuple[str, Standing]]:
    for row in rows:
        yield row.provider_id, Standing.from_dict(row.body)
