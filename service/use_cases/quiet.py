"""Quiet hours: when no reminder and no text message goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from service.storage.standings import LOCAL

__all__ = ["Quiet", "next_loud", "quiet_of"]

SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Quiet:
    """From one time of the day to the other, over midnight, and perhaps all Sunday."""

    begins: time = time(20)
    ends: time = time(8)
    sundays: bool = True


def quiet_of(settings: Mapping[str, Any]) -> Quiet:
    """Read an organisation's quiet hours.

    They stand in its settings as ``{"begins": "20:00", "ends": "08:00", "sundays": true}``.

    Examples
    --------
    >>> quiet_of({}).begins, quiet_of({"quiet": {"begins": "18:30"}}).begins
    (datetime.time(20, 0), datetime.time(18, 30))
    """
    given = settings.get("quiet") or {}
    usual = Quiet()
    return Quiet(
        time.fromisoformat(given.get("begins") or usual.begins.isoformat()),
        time.fromisoformat(given.get("ends") or usual.ends.isoformat()),
        bool(given.get("sundays", usual.sundays)),
    )


def next_loud(moment: datetime, quiet: Quiet) -> datetime:
    """Return `moment`, or when the quiet hours it falls into are over.

    Examples
    --------
    >>> from datetime import UTC
    >>> saturday = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
    >>> next_loud(saturday, Quiet()).isoformat()
    '2026-11-23T08:00:00+00:00'
    """
    local = moment.astimezone(LOCAL)
    for _ in range(3):
        if quiet.sundays and local.weekday() == SUNDAY:
            local = _on(local + timedelta(days=1), quiet.ends)
        elif _is_quiet(local.time(), quiet):
            later = local + timedelta(days=int(local.time() >= quiet.ends))
            local = _on(later, quiet.ends)
        else:
            break
    return local.astimezone(moment.tzinfo)


def _is_quiet(now: time, quiet: Quiet) -> bool:
    if quiet.begins <= quiet.ends:
        return quiet.begins <= now < quiet.ends
    return now >= quiet.begins or now < quiet.ends


def _on(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, tzinfo=LOCAL)
