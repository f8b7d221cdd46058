"""A long table of events, turned into a row for each application."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.risk.dates import read_dates
from vbr_engine.risk.findings import Findings
from vbr_engine.risk.reading import DATES, EVENT_COLUMNS, named_columns, read_names

__all__ = ["to_wide"]

_COLUMNS = ("application", "stage", "date")
_OF_ENDS = ("ended_by", "ended_reason")


def to_wide(events: pd.DataFrame, applications: pd.DataFrame) -> tuple[pd.DataFrame, Findings]:
    """Turn events into a row for each application.

    Parameters
    ----------
    events : DataFrame
        ``application``, ``stage``, ``date``; of an end ``ended_by``, ``ended_reason``.
    applications : DataFrame
        ``application`` and whatever else is known of each.

    Returns
    -------
    DataFrame
        The applications with a column for each stage.
    Findings
        What was found, by row of the events.

    Examples
    --------
    >>> events = pd.DataFrame(
    ...     {"application": ["a"], "stage": ["Started work"], "date": ["2026-01-02"]})
    >>> frame, found = to_wide(events, pd.DataFrame({"application": ["a"], "provider": ["P"]}))
    >>> str(frame["started_work"].iloc[0].date())
    '2026-01-02'
    """
    found = Findings(pd.Series(range(1, len(events) + 1)))
    table = named_columns(events.reset_index(drop=True), (*_COLUMNS, *_OF_ENDS), found)
    applications = named_columns(applications.reset_index(drop=True), EVENT_COLUMNS, found)
    missing = [(name, "the events") for name in _COLUMNS if name not in table]
    missing += [("application", "the applications")] * ("application" not in applications)
    for name, which in missing:
        found.say(f"the column is missing in the table of {which}", name)
    wide = _without_dates(applications, found)
    if missing:
        return wide, found
    wide["application"] = read_names(wide["application"])
    table["application"] = read_names(table["application"])
    table["stage"] = _stages(table, found)
    found.rows(table["date"].isna(), "date", "is empty")
    table["date"] = read_dates(table["date"], found)
    _check_events(table, wide, found)
    return _spread(table, wide, found), found


def _without_dates(wide: pd.DataFrame, found: Findings) -> pd.DataFrame:
    own = [name for name in (*DATES, *_OF_ENDS) if name in wide]
    for name in own:
        found.say("stands in the table of applications: expected it in the events only", name)
    return wide.drop(columns=own)


def _stages(table: pd.DataFrame, found: Findings) -> pd.Series[str]:
    words = (
        table["stage"].astype("str").str.strip().str.lower().str.replace(r"[\s-]+", "_", regex=True)
    )
    wrong = ~words.isin(DATES)
    found.rows(wrong, "stage", f"expected one of {', '.join(DATES)}", table["stage"])
    return words.mask(wrong)


def _check_events(table: pd.DataFrame, wide: pd.DataFrame, found: Findings) -> None:
    found.rows(table["application"].isna(), "application", "is empty")
    stranger = table["application"].notna() & ~table["application"].isin(wide["application"])
    message = "is not in the table of applications"
    found.rows(stranger, "application", message, table["application"])
    ends = table["stage"] == "ended"
    twice = ends & table["application"].where(ends).duplicated() & table["application"].notna()
    found.rows(twice, "stage", "ended twice", table["application"], rule="twice")
    for name in _OF_ENDS:
        if name in table:
            message = "stands at a stage that is no end"
            found.rows(table[name].notna() & ~ends, name, message, table[name])


def _spread(table: pd.DataFrame, wide: pd.DataFrame, found: Findings) -> pd.DataFrame:
    dated = table[table["date"].notna() & table["application"].notna()]
    for stage in DATES:
        events = dated[dated["stage"] == stage]
        again = events["application"].duplicated(keep=False)
        if stage != "ended" and again.any():
            times = events.loc[again, "application"].nunique()
            found.say(
                f"{stage} more than once, {times:,} applications: the first counts", "stage", "note"
            )
            events = events.sort_values("date", kind="stable")
        events = events.drop_duplicates("application")
        places = pd.Index(events["application"]).get_indexer(wide["application"])
        wide[stage] = _taken(events["date"], places)
        for name in _OF_ENDS if stage == "ended" else ():
            if name in table:
                wide[name] = _taken(events[name], places)
    return wide


def _taken(column: pd.Series[Any], places: NDArray[np.intp]) -> Any:
    """Return what stands at places; nothing at place -1."""
    return pd.api.extensions.take(column.array, places, allow_fill=True)
