"""Dates of a table: year, month, day; or day first, where the whole table leaves no doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.risk.findings import Findings

__all__ = ["EARLIEST", "days_first", "is_blank", "read_dates", "read_day"]

EARLIEST = pd.Timestamp("2000-01-01")
BLANK = frozenset({"", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>", "-"})

_WANTED = "expected a date such as 2026-03-31"
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"
_DAY_FIRST = r"\s*(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?P<time>[ T].*)?"
_SLASHED = r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{2}|\d{4})(?: .*)?"


def read_day(given: str | date | pd.Timestamp) -> pd.Timestamp | None:
    """Read one date; None if it is none.

    Parameters
    ----------
    given : date or str

    Returns
    -------
    Timestamp or None

    Examples
    --------
    >>> read_day("2026-03-31"), read_day("31/03/2026")
    (Timestamp('2026-03-31 00:00:00'), None)
    """
    found = Findings(pd.Series(["cut"]))
    day = read_dates(pd.Series([given], name="cut", dtype=object), found).iloc[0]
    return None if pd.isna(day) else pd.Timestamp(day)


def read_dates(column: pd.Series[Any], found: Findings) -> pd.Series[Any]:
    """Read a column of dates.

    Parameters
    ----------
    column : Series
        Text, dates or timestamps. A time of day is left out.
    found : Findings
        Takes what is wrong, by row.

    Returns
    -------
    Series of datetime64[s]
        Empty where nothing stands, and where it is wrong.

    Examples
    --------
    >>> found = Findings(pd.Series(["a", "b"]))
    >>> read_dates(pd.Series(["2026-03-31", "05/03/2026"], name="applied"), found).isna().tolist()
    [False, True]
    >>> found.problems[0].message.split("?")[0]
    'day or month first'
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column if column.dt.tz is None else column.dt.tz_localize(None)
        return _since_2000(days.dt.normalize().astype("datetime64[s]"), column, found)
    codes, cells = pd.factorize(column)
    kinds, days = _read_cells(pd.Series(list(cells), dtype=object))
    kind = np.append(kinds, "")[codes]  # -1, an empty cell, is the last
    name = str(column.name)
    for which, message in _MESSAGES.items():
        found.rows(kind == which, name, message, column, rule="date")
    if (kind == "time").any():
        found.say("times of day are left out", name, "note", "date")
    read = pd.Series(np.append(days, np.datetime64("NaT", "s"))[codes], column.index, name=name)
    return _since_2000(read, column, found)


def days_first(table: pd.DataFrame, names: Iterable[str], found: Findings) -> None:
    """Write dates such as 31/03/2026 as 2026-03-31, where all of them can only be read so.

    Parameters
    ----------
    table : DataFrame
        Changed in place.
    names : iterable of str
        The columns of dates. If one of all these dates has a first number over 12, and none has a
        second, the day comes first in the whole table. Otherwise nothing is changed.
    found : Findings

    Examples
    --------
    >>> table = pd.DataFrame({"applied": ["31/03/2026"], "offered": ["05/04/2026"]})
    >>> days_first(table, ["applied", "offered"], Findings(pd.Series(["a"])))
    >>> table.iloc[0].tolist()
    ['2026-03-31', '2026-04-05']
    """
    parts = {}
    for name in names:
        if name in table and not pd.api.types.is_datetime64_any_dtype(table[name]):
            split = table[name].astype("str").str.extract(f"^{_DAY_FIRST}$").dropna(subset=[0])
            parts[name] = split
    if not parts:
        return
    every = pd.concat(parts.values())
    days, months = pd.to_numeric(every[0]), pd.to_numeric(every[1])
    if not (days > 12).any() or (months > 12).any():
        return
    for name, split in parts.items():
        iso = split[2] + "-" + split[1].str.zfill(2) + "-" + split[0].str.zfill(2)
        table[name] = table[name].astype(object)
        table.loc[iso.index, name] = iso + split["time"].fillna("").str.replace(
            "^ ", "T", regex=True
        )
    example = "/".join(every[days > 12].iloc[0, :3])
    found.say(f"dates are read with the day first, as in {example}", severity="note", rule="date")


_MESSAGES = {
    "order": "day or month first? Write the year, the month and the day, as in 2026-03-31",
    "number": f"{_WANTED}; a number alone, as a spreadsheet counts days, is none",
    "no-day": f"{_WANTED}; there is no such day",
    "other": _WANTED,
}


def _read_cells(cells: pd.Series[Any]) -> tuple[NDArray[np.object_], NDArray[np.datetime64]]:
    """Return the kind of each different cell ("" for one that is all right), and its day."""
    words = cells.astype(str).str.strip()
    numbers = [isinstance(cell, (int, float, np.number)) for cell in cells]
    iso = words.str.fullmatch(_ISO).to_numpy(dtype=bool)
    days = pd.to_datetime(words.str[:10].where(iso), format="%Y-%m-%d", errors="coerce")
    times = ~words.str[10:].str.replace("[T :0.]", "", regex=True).eq("").to_numpy(dtype=bool)
    kinds = np.select(
        [
            is_blank(words),
            iso & days.isna().to_numpy(),
            iso & times,
            iso,
            np.array(numbers, dtype=bool) | words.str.fullmatch(r"\d+(?:\.\d+)?").to_numpy(bool),
            words.str.fullmatch(_SLASHED).to_numpy(dtype=bool),
        ],
        ["", "no-day", "time", "", "number", "order"],
        "other",
    )
    return kinds.astype(object), days.to_numpy(dtype="datetime64[s]")


def is_blank(words: pd.Series[Any], more: Sequence[str] = ()) -> NDArray[np.bool_]:
    """Tell which cells of text say nothing.

    Parameters
    ----------
    words : Series of str
    more : sequence of str
        Further words that say nothing, in small letters.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> is_blank(pd.Series(["NA", " ", "yes"])).tolist()
    [True, True, False]
    """
    return words.str.strip().str.lower().isin([*BLANK, *more]).to_numpy(dtype=bool)


def _since_2000(days: pd.Series[Any], column: pd.Series[Any], found: Findings) -> pd.Series[Any]:
    early = days < EARLIEST
    found.rows(early, str(column.name), "lies before the year 2000", column, rule="date")
    return days.mask(early) if early.any() else days
