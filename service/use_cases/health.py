"""How the pilot gets on, for the council: counts by provider, small numbers hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from service.storage import Store
from service.storage.pooled import Counts
from service.storage.records import ProviderRecord
from service.storage.standings import LOCAL
from service.use_cases.small_numbers import FEW, Cell, chain_cells, single_cells
from vbr_engine.funnel import STAGES

__all__ = [
    "COLUMNS",
    "CONTEST_DAYS",
    "PER_PAGE",
    "Health",
    "Line",
    "found",
    "health",
    "stuck_among",
]

COLUMNS = ("invited", "started", "completed", "interviewed", "started_work")
CONTEST_DAYS = 5
PER_PAGE = 50
ENOUGH_OPEN = 20
_WEEK, _MONTH = timedelta(days=7), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Line:
    """How one provider gets on.

    Parameters
    ----------
    id, name : str
    paused : bool
    cells : tuple of Cell
        One for each of `COLUMNS`: people who came that far.
    bounced, contests : Cell
        People whose message came back; requests for another look, open for too long.
    n_open : int
        People under way; never shown, only who is stuck among them is told.
    last : str
        ``never``, ``week``, ``month`` or ``longer``.
    """

    id: str
    name: str
    paused: bool
    cells: tuple[Cell, ...]
    bounced: Cell
    contests: Cell
    n_open: int
    last: str


@dataclass(frozen=True, slots=True)
class Health:
    """How all providers get on, by name, and together."""

    lines: tuple[Line, ...]
    totals: tuple[Cell, ...]
    bounced: Cell
    contests: Cell
    n_paused: int


def health(store: Store, *, now: datetime) -> Health:
    """Count for every provider, and hide what is small over all of them.

    What is hidden does not depend on what somebody searches for: a total is always of everybody.
    """
    with store.read() as unit:
        providers = unit.providers.list()
        counts = unit.pooled.counts(contests_before=now - timedelta(days=CONTEST_DAYS))
    held = {provider.id: counts.get(provider.id, Counts()) for provider in providers}
    nothing = tuple(0 for _ in COLUMNS)
    cells, totals = chain_cells({"": nothing} | {id: reached(one) for id, one in held.items()})
    bounced, all_bounced = single_cells({id: one.n_bounced for id, one in held.items()})
    contests, all_contests = single_cells({id: one.n_contests for id, one in held.items()})
    lines = tuple(
        Line(
            id=provider.id,
            name=provider.name,
            paused=provider.paused_at is not None,
            cells=cells[provider.id],
            bounced=bounced[provider.id],
            contests=contests[provider.id],
            n_open=held[provider.id].n_open,
            last=_last(held[provider.id].last_on, now.astimezone(LOCAL).date()),
        )
        for provider in sorted(providers, key=_by_name)
    )
    return Health(lines, totals, all_bounced, all_contests, sum(line.paused for line in lines))


def stuck_among(store: Store, lines: Sequence[Line], *, now: datetime) -> dict[str, str]:
    """Tell the share of people under way with whom nothing happens, by provider.

    It is ``none``, ``unknown``, ``minority``, ``majority``, or tens of per cent such as ``30``.
    """
    with store.read() as unit:
        stuck = unit.pooled.stuck([line.id for line in lines], now=now.astimezone(LOCAL))
    return {line.id: _share(stuck.get(line.id, 0), line.n_open) for line in lines}


def reached(counts: Counts) -> tuple[int, ...]:
    """Count who came to each of `COLUMNS`, or further.

    Examples
    --------
    >>> reached(Counts(by_stage={"invited": 3, "started": 2, "offered": 1}))
    (6, 3, 1, 1, 0)
    """
    return tuple(_from(counts.by_stage, column) for column in COLUMNS)


def found(lines: Iterable[Line], search: str, *, paused: bool = False) -> tuple[Line, ...]:
    """Return the lines of providers whose name has every word of a search."""
    words = search.casefold().split()
    return tuple(
        line
        for line in lines
        if all(word in line.name.casefold() for word in words) and (line.paused or not paused)
    )


def _from(by_stage: Mapping[str, int], stage: str) -> int:
    return sum(by_stage.get(one, 0) for one in STAGES[STAGES.index(stage) :])


def _by_name(provider: ProviderRecord) -> tuple[str, str]:
    return provider.name.casefold(), provider.id


def _share(n_stuck: int, n_open: int) -> str:
    """Tell a share as roughly as few people allow."""
    if n_open == 0:
        return "none"
    if n_open < FEW:
        return "unknown"
    share = n_stuck / n_open
    if n_open < ENOUGH_OPEN:
        return "majority" if share > 0.5 else "minority"
    return str(round(share * 10) * 10)


def _last(day: date | None, today: date) -> str:
    if day is None:
        return "never"
    return "week" if today - day < _WEEK else "month" if today - day < _MONTH else "longer"
