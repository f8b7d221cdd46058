"""One row of a careers table from what happened, so that a service's own data train the models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from vbr_engine.funnel.folding import standing_of
from vbr_engine.funnel.stages import TO_WORK
from vbr_engine.funnel.standing import Happening, Standing

__all__ = ["CAREER_COLUMNS", "career_of", "career_row"]

# What the row says of events. `application`, `provider` and all known beforehand are facts.
CAREER_COLUMNS = (*TO_WORK, "ended", "ended_by", "ended_reason")

# A contact later than that would tell the models that somebody had stayed for so long.
_LONGEST_WAIT = timedelta(hours=72)


def career_row(happenings: Iterable[Happening], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row of a careers table.

    Parameters
    ----------
    happenings : iterable of Happening
        All of one application, oldest first.
    facts : mapping
        ``application`` and ``provider``; what was known beforehand, such as ``source``,
        ``travel_minutes``, ``hours_wanted``.

    Returns
    -------
    dict
        Columns as `vbr_engine.risk.Careers.from_frame` reads them: days as dates, None where
        there is none.

    Raises
    ------
    ValueError
        If nothing has happened, or the facts hold a column of events.

    Notes
    -----
    A stage that nobody recorded has the day of the next one that somebody did, where an employer
    would have seen it (an interview before an offer), else none. ``contacted_within_hours`` is
    worked out from the first contact, unless the facts hold it. It is 72 at most, also where nobody
    was in touch by then, and None where less than that was seen: how long somebody waited must not
    tell how long they stayed.

    Examples
    --------
    >>> from datetime import datetime
    >>> row = career_row([Happening("invited", datetime(2026, 3, 2, 9))],
    ...     {"application": "a", "provider": "P"})
    >>> row["invited"], row["started"], row["ended"]
    (datetime.date(2026, 3, 2), None, None)
    """
    return career_of(standing_of(happenings), facts)


def career_of(standing: Standing, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write a row of a careers table from where an application stands.

    Parameters
    ----------
    standing : Standing
    facts : mapping
        As in `career_row`.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If the facts hold a column of events.

    Examples
    --------
    >>> from datetime import datetime
    >>> standing = standing_of([Happening("invited", datetime(2026, 3, 2, 9))])
    >>> career_of(standing, {"application": "a", "provider": "P"})["applied"]
    datetime.date(2026, 3, 2)
    """
    taken = sorted(set(CAREER_COLUMNS) & set(facts))
    if taken:
        raise ValueError(f"facts are what was known beforehand, got {', '.join(taken)}")
    days: dict[str, date | None] = {stage: standing.reached.get(stage) for stage in TO_WORK}
    events = {
        "ended": standing.ended_on,
        "ended_by": standing.ended_by,
        "ended_reason": standing.reason,
    }
    waited = {"contacted_within_hours": _hours_to_contact(standing)}
    return {**waited, **facts, **days, **events}


def _hours_to_contact(standing: Standing) -> float | None:
    """Count the hours until the first contact, up to `_LONGEST_WAIT`; None while nobody can say."""
    begun = standing.applied_at
    if begun is None:
        return None
    moments = (standing.since, standing.last_activity_at, standing.last_called_at)
    seen = standing.first_contact_at or begun + _LONGEST_WAIT
    if standing.first_contact_at is None and max(each for each in moments if each) < seen:
        return None
    waited = min(max(seen - begun, timedelta()), _LONGEST_WAIT)
    return round(waited / timedelta(hours=1), 1)
