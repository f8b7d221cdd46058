"""How many are where, for how long, and how many of them are stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from vbr_engine.funnel.stages import ENDS, PLACES, STAGES
from vbr_engine.funnel.standing import Standing

__all__ = ["FunnelCounts", "StageCount", "funnel_counts"]


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many are at a stage.

    Parameters
    ----------
    stage : str
    here : int
        Open, with nothing later reached.
    stuck : int
        Of them.
    reached : int
        Everybody who came to this stage or a later one, ended or not.
    median_days : float, optional
        Whole days that half of those here have been at it, at least; None where nobody is.

    Examples
    --------
    >>> StageCount("invited", 4, 1, 9, 2.0).stuck_share
    0.25
    """

    stage: str
    here: int
    stuck: int
    reached: int
    median_days: float | None

    @property
    def stuck_share(self) -> float | None:
        """Share of those here who are stuck; None where nobody is."""
        return self.stuck / self.here if self.here else None


@dataclass(frozen=True, slots=True)
class FunnelCounts:
    """How many applications are where.

    Parameters
    ----------
    stages : tuple of StageCount
        One for each stage, in order.
    ended : dict of str to int
        How it ended -> how many.
    total : int

    Examples
    --------
    >>> funnel_counts([], datetime(2026, 3, 2)).ended
    {'withdrawn': 0, 'not-appointed': 0, 'left': 0}
    """

    stages: tuple[StageCount, ...]
    ended: dict[str, int]
    total: int

    @property
    def stuck(self) -> int:
        """How many are stuck anywhere."""
        return sum(stage.stuck for stage in self.stages)


def funnel_counts(standings: Iterable[Standing], now: datetime) -> FunnelCounts:
    """Count applications by stage.

    Parameters
    ----------
    standings : iterable of Standing
    now : datetime

    Returns
    -------
    FunnelCounts

    Examples
    --------
    >>> from vbr_engine.funnel import Happening, standing_of
    >>> invited = standing_of([Happening("invited", datetime(2026, 3, 2, 9))])
    >>> funnel_counts([invited], datetime(2026, 3, 5, 9)).stages[1]
    StageCount(stage='invited', here=1, stuck=1, reached=1, median_days=3)
    """
    days: dict[str, list[int]] = {stage: [] for stage in STAGES}
    stuck, furthest, ended = Counter[str](), [0] * len(STAGES), dict.fromkeys(ENDS, 0)
    for standing in standings:
        furthest[PLACES[standing.stage]] += 1
        if standing.ended:
            ended[standing.ended] += 1
            continue
        days[standing.stage].append(standing.days_here(now))
        stuck[standing.stage] += standing.is_stuck(now)
    stages = tuple(
        StageCount(
            stage,
            len(days[stage]),
            stuck[stage],
            sum(furthest[place:]),
            median(days[stage]) if days[stage] else None,
        )
        for place, stage in enumerate(STAGES)
    )
    return FunnelCounts(stages, ended, sum(furthest))
