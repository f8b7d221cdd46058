"""A table of careers as people keep it, read strictly: every problem at once, nothing guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.risk.date_order import out_of_order, told_first
from vbr_engine.risk.dates import days_first, is_blank, read_dates, read_day
from vbr_engine.risk.facts import read_facts
from vbr_engine.risk.features import check_values
from vbr_engine.risk.findings import Findings
from vbr_engine.risk.priors import declared_effects
from vbr_engine.risk.stages import CAUSES, STAGES

__all__ = [
    "DATES",
    "EVENT_COLUMNS",
    "Day",
    "Reading",
    "read_candidate_table",
    "read_names",
    "read_wide",
]

Day = str | date | pd.Timestamp

DATES = (*STAGES, "ended")
# Everything else in the table is taken as known beforehand.
EVENT_COLUMNS = ("application", "provider", *DATES, "ended_by", "ended_reason", "first_seen", "cut")


_MISSING = {
    "application": "the column is missing: give each application a name of its own",
    "provider": "the column is missing: name each provider, the same in every row if there is one",
}


@dataclass(frozen=True)
class Reading:
    """What was read of a table, and what was found in it.

    Parameters
    ----------
    frame : DataFrame
    cut : Timestamp
    found : Findings
    """

    frame: pd.DataFrame
    cut: pd.Timestamp
    found: Findings


def read_wide(frame: pd.DataFrame, cut: Day | None) -> Reading:
    """Read a table with a row for each application.

    Parameters
    ----------
    frame : DataFrame
    cut : date or str, optional
        The last day that the table knows about; by default the one value of its column ``cut``.

    Returns
    -------
    Reading

    Examples
    --------
    >>> table = pd.DataFrame({"application": ["a"], "provider": [""], "applied": ["1/2/2026"]})
    >>> for problem in read_wide(table.assign(ended=""), "2026-03-02").found.problems:
    ...     print(problem.column)
    applied
    provider
    """
    table, found = _begun(frame)
    day = _cut(table, cut, found)
    _read_ends(table, found)
    _check_days(table, day, found)
    _read_facts(table, found)
    if table.empty:
        found.say("the table has no rows", severity="warning")
    elif "ended" not in map(_plain, frame.columns):
        found.say("the column is missing: everybody is taken to be open", "ended", "note")
    return Reading(table, day, found)


def read_candidate_table(frame: pd.DataFrame) -> tuple[pd.DataFrame, Findings]:
    """Read a table of candidates, of whom nothing is known yet but how far they have come.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    DataFrame
    Findings

    Examples
    --------
    >>> table = pd.DataFrame({"application": [7], "provider": ["P"], "sex": ["f"]})
    >>> read_candidate_table(table)[1].failed
    True
    """
    table, found = _begun(frame)
    _check_order(table, found)
    _read_facts(table, found)
    return table, found


def _begun(frame: pd.DataFrame) -> tuple[pd.DataFrame, Findings]:
    """Read names and dates."""
    found = Findings(pd.Series(dtype=object))
    table = named_columns(frame.reset_index(drop=True), (*EVENT_COLUMNS, *_declared()), found)
    days_first(table, (*DATES, "first_seen", "cut"), found)
    missing = [name for name in ("application", "provider") if name not in table]
    for name in missing:
        found.say(_MISSING[name], name)
    for name in ("application", "provider"):
        if name not in missing:
            table[name] = read_names(table[name])
    found.names = table.get("application", pd.Series(index=table.index, dtype=object))
    for name in (*DATES, "first_seen"):
        if name in table:
            table[name] = read_dates(table[name], found)
        elif name != "first_seen":
            table[name] = np.full(len(table), np.datetime64("NaT", "s"))
    if not missing:
        _check_names(table, found)
    return table, found


def read_names(column: pd.Series[Any]) -> pd.Series[Any]:
    """Read names as text, so that 7 and 7.0 are the same; empty where there is none.

    Parameters
    ----------
    column : Series

    Returns
    -------
    Series of str

    Examples
    --------
    >>> read_names(pd.Series([7.0, None])).isna().tolist()
    [False, True]
    """
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    words = column.astype("str").str.strip()
    return words.mask(column.isna() | (words == ""))


def named_columns(table: pd.DataFrame, known: Sequence[str], found: Findings) -> pd.DataFrame:
    """Read `Started work` as `started_work`; a name may come once only.

    Parameters
    ----------
    table : DataFrame
    known : sequence of str
        Names as they should be.
    found : Findings

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> found = Findings(pd.Series(dtype=object))
    >>> list(named_columns(pd.DataFrame({"Started work": []}), ["started_work"], found))
    ['started_work']
    """
    new = {}
    for name in table.columns:
        plain = _plain(name)
        if plain in known and name != plain and plain not in table:
            new[name] = plain
            found.say(f"read as {plain}", str(name), "note")
    table = table.rename(columns=new).rename(columns=str)
    for name in table.columns[table.columns.duplicated()].unique():
        found.say("this column is there twice", str(name))
    return table.loc[:, ~table.columns.duplicated()]


def _cut(table: pd.DataFrame, given: Day | None, found: Findings) -> pd.Timestamp:
    held = _held_cut(table, found)
    if given is None:
        if held is None and "cut" not in table:
            found.say(_no_cut(table), "cut", rule="cut")
        return pd.NaT if held is None else held  # type: ignore[return-value]
    day = read_day(given)
    if day is None:
        found.say(f"expected a date such as 2026-03-31 as the cut, got {given}", rule="cut")
        return pd.NaT  # type: ignore[return-value]
    if held is not None and day > held:
        message = f"the table knows only what happened up to {held.date()}: it cannot be cut at"
        found.say(f"{message} {day.date()}", "cut", rule="cut")
    elif held is not None and day < held:
        found.say(f"{held.date()} in the table; the cut given, {day.date()}, holds", "cut", "note")
    return day


def _held_cut(table: pd.DataFrame, found: Findings) -> pd.Timestamp | None:
    if "cut" not in table:
        return None
    table["cut"] = read_dates(table["cut"], found)
    days = pd.Series(table["cut"].dropna().unique())
    if len(days) > 1:
        shown = ", ".join(str(day.date()) for day in sorted(days)[:5])
        found.say(f"expected one day for the whole table, got {shown}", "cut", rule="cut")
    if days.empty and not np.any(found.told("cut")):
        message = "the table has no rows" if table.empty else "the column is empty"
        found.say(message, "cut", rule="cut")
    return pd.Timestamp(days.iloc[0]) if len(days) == 1 else None


def _no_cut(table: pd.DataFrame) -> str:
    latest = table[list(DATES)].max().max()
    message = "the day that the table was cut is not known: give it, or put it into a column cut"
    if pd.isna(latest):
        return message
    return f"{message} (the latest date in the table, {latest.date()}, is not taken for it)"


def _check_names(table: pd.DataFrame, found: Findings) -> None:
    for name in ("application", "provider"):
        found.rows(table[name].isna(), name, "is empty")
    twice = table["application"].duplicated() & table["application"].notna()
    found.rows(twice, "application", "is there twice", rule="twice")


def _read_ends(table: pd.DataFrame, found: Findings) -> None:
    for name in ("ended_by", "ended_reason"):
        held = table[name] if name in table else pd.Series(None, table.index, dtype="str")
        table[name] = held.astype("str").mask(held.isna())
    by = table["ended_by"]
    read = by.str.strip().str.lower().str.replace(r"[\s_]+", "-", regex=True)
    read = read.mask(is_blank(read.fillna("")))
    if (read != by)[by.notna() & read.isin(CAUSES)].any():
        found.say("capitals and spaces are read as if they were not there", "ended_by", "note")
    table["ended_by"] = read
    known = read.isna() | read.isin(CAUSES)
    found.rows(~known, "ended_by", f"expected one of {', '.join(CAUSES)}", by, rule="ended-by")
    ended = table["ended"].notna()
    found.rows(read.isna() & ended, "ended_by", "who ended it is not said", rule="ended-by")
    dateless = read.notna() & ~ended & ~np.asarray(found.told("ended"))
    found.rows(dateless, "ended", "it ended, but has no date", rule="ended-by")


def _check_days(table: pd.DataFrame, cut: pd.Timestamp, found: Findings) -> None:
    if pd.notna(cut):
        _check_cut(table, cut, found)
    _check_order(table, found)
    if "first_seen" in table:
        gone = table["ended"] < table["first_seen"]
        gone &= ~np.asarray(found.told("ended")) & ~np.asarray(found.told("first_seen"))
        message = "was first seen after it had ended: such careers tell nothing"
        found.rows(gone, "first_seen", message, table["first_seen"], rule="order")
    unsaid = int((table["started_work"].notna() & table["accepted"].isna()).sum())
    if unsaid and table["accepted"].notna().any():
        found.say(f"{unsaid:,} started work without a date here", "accepted", "note", "order")
    nothing = 0 if found.failed else int(table[list(DATES)].isna().all(axis=1).sum())
    if nothing:
        message = f"{nothing:,} applications have no date at all: they are taken to be open"
        found.say(message, severity="warning", rule="order")


def _check_cut(table: pd.DataFrame, cut: pd.Timestamp, found: Findings) -> None:
    """No date may lie after the cut; stages after one that does are not told again."""
    days = table[list(DATES)].to_numpy(dtype="datetime64[s]")
    after = days > cut.to_datetime64()
    first = told_first(after, days)
    message = f"is after the cut, {cut.date()}"
    for place, name in enumerate(DATES):
        found.rows(first[:, place], name, message, table[name], rule="cut")
        # What is told already shall not be out of order too.
        table[name] = table[name].mask(after[:, place])
    if "first_seen" in table:
        found.rows(
            table["first_seen"] > cut, "first_seen", message, table["first_seen"], rule="cut"
        )


def _check_order(table: pd.DataFrame, found: Findings) -> None:
    """Dates must be in the order of stages, of which some may be skipped."""
    early, late = out_of_order(table[list(DATES)].to_numpy(dtype="datetime64[s]"))
    for place, name in enumerate(DATES):
        message = f"lies before an earlier stage ({DATES[max(place - 1, 0)]} or before)"
        found.rows(early[:, place], name, message, table[name], rule="order")
        message = f"lies after a later stage ({DATES[min(place + 1, len(DATES) - 1)]} or after)"
        found.rows(late[:, place], name, message, table[name], rule="order")


def _read_facts(table: pd.DataFrame, found: Findings) -> None:
    read_facts(table, _facts_of(table), found)
    found.problems += check_values(table, declared_effects())


def _declared() -> tuple[str, ...]:
    """Return the columns of facts that the models read."""
    return tuple(dict.fromkeys(name for effect in declared_effects() for name in effect.columns))


def _plain(name: object) -> str:
    return "_".join(str(name).lower().replace("-", " ").split())


def _facts_of(table: pd.DataFrame) -> list[str]:
    return [name for name in map(str, table.columns) if name not in EVENT_COLUMNS]
