"""The careers table: what happened to each application, up to a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import pandas as pd

from vbr_engine.errors import CareersError, Problem
from vbr_engine.risk.stages import CAUSES, STAGES

__all__ = ["EVENT_COLUMNS", "Careers"]

_DATES = (*STAGES, "ended")
# Everything else in the table is taken as known beforehand.
EVENT_COLUMNS = ("application", "provider", *_DATES, "ended_by", "ended_reason", "cut")
_MOST_TOLD = 20


@dataclass(frozen=True, eq=False)
class Careers:
    """Applications and what became of them, checked.

    Parameters
    ----------
    frame : DataFrame
        A row for each application: ``application``, ``provider``, a date for each stage reached,
        ``ended``, ``ended_by``, ``ended_reason``, and what was known beforehand.
    cut : Timestamp
        The last day that the table knows about.
    notes : tuple of str
        What was read in another way than it stood there.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"application": ["a"], "provider": ["P"], "applied": ["2026-01-02"]})
    >>> len(Careers.from_frame(table, cut="2026-03-02"))
    1
    """

    frame: pd.DataFrame
    cut: pd.Timestamp
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.frame)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, cut: str | date | pd.Timestamp) -> Careers:
        """Check a table of careers.

        Parameters
        ----------
        frame : DataFrame
        cut : date or str
            The last day that the table knows about.

        Returns
        -------
        Careers

        Raises
        ------
        CareersError
            With every problem, by row and column.
        """
        problems: list[Problem] = []
        day = _day(cut, problems)
        missing = [name for name in ("application", "provider") if name not in frame]
        problems += [Problem(message="the column is missing", column=name) for name in missing]
        if problems:
            raise CareersError(problems)
        table = frame.reset_index(drop=True)
        for name in (*_DATES, "ended_by", "ended_reason"):
            if name not in table:
                table[name] = None
        names = table["application"].astype(str)
        for name in _DATES:
            table[name] = _dates(table[name], names, problems)
        for name in ("application", "provider"):
            _told(table[name].isna(), names, name, "is empty", problems)
        _told(table["application"].duplicated(), names, "application", "is there twice", problems)
        _check_ends(table, names, problems)
        for name in _DATES:
            late = table[name] > day
            _told(late, names, name, f"is after the cut, {day.date()}", problems, table[name])
        _check_order(table, names, problems)
        if problems:
            raise CareersError(problems)
        return cls(table, day)


def _day(cut: Any, problems: list[Problem]) -> pd.Timestamp:
    try:
        return pd.Timestamp(cut).normalize()
    except (ValueError, TypeError):
        problems.append(Problem(message=f"expected a date such as 2026-03-31, got {cut!r}"))
        return pd.Timestamp(0)


def _dates(column: pd.Series[Any], names: pd.Series[Any], problems: list[Problem]) -> Any:
    read = pd.to_datetime(column, errors="coerce", format="ISO8601")
    wrong = read.isna() & column.notna()
    message = "expected a date such as 2026-03-31"
    _told(wrong, names, str(column.name), message, problems, column)
    return read.dt.normalize().astype("datetime64[s]")


def _check_ends(table: pd.DataFrame, names: pd.Series[Any], problems: list[Problem]) -> None:
    by = table["ended_by"]
    known = by.isna() | by.isin(CAUSES)
    _told(~known, names, "ended_by", f"expected one of {', '.join(CAUSES)}", problems, by)
    _told(
        by.isna() & table["ended"].notna(), names, "ended_by", "who ended it is not said", problems
    )
    _told(by.notna() & table["ended"].isna(), names, "ended", "it ended, but has no date", problems)


def _check_order(table: pd.DataFrame, names: pd.Series[Any], problems: list[Problem]) -> None:
    """Each date must not lie before the latest of the stages before it; a stage may be skipped."""
    latest = table[_DATES[0]]
    for before, name in pairwise(_DATES):
        early = table[name] < latest
        message = f"lies before an earlier stage ({before} or before)"
        _told(early, names, name, message, problems, table[name])
        latest = latest.where(table[name].isna() | early, table[name])


def _told(
    wrong: pd.Series[bool],
    names: pd.Series[Any],
    column: str,
    message: str,
    problems: list[Problem],
    got: pd.Series[Any] | None = None,
) -> None:
    """Note each row that is wrong; after the first 20 of a kind, how many more there are."""
    places = wrong.to_numpy(dtype=bool).nonzero()[0]
    for place in places[:_MOST_TOLD]:
        said = message if got is None else f"{message}, got {got.iloc[place]}"
        problems.append(Problem(message=said, row=names.iloc[place], column=column))
    if len(places) > _MOST_TOLD:
        more = f"{message}: {len(places) - _MOST_TOLD} more rows"
        problems.append(Problem(message=more, column=column))
