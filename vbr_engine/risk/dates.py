"""Dates of a table: the year, the month and the day, in that order, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.risk.findings import Findings

__all__ = ["EARLIEST", "is_blank", "read_dates", "read_day"]

EARLIEST = pd.Timestamp("2000-01-01")
BLANK = frozenset({"", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "<na>", "-"})

_WANTED = "expected a date such as 2026-03-31"
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ].*)?"
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
