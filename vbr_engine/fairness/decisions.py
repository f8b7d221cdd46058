"""A table of decisions, checked: who was selected, of which group, by which provider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import DecisionsError, Problem

__all__ = ["MOST_GROUPS", "Decisions", "read_decisions", "split_outcome"]

MOST_GROUPS = 20  # more look like names or numbers of people
_MOST_TOLD = 20
_LISTED = 8
_MADE_UP = "simulated-"
_YES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions that were made, one row each.

    Parameters
    ----------
    selected : ndarray of bool
    groups : DataFrame
        A column of text for each kind of group; missing where it is not stated.
    provider : Series or None
    score : ndarray or None
        NaN where there is none.
    outcome : str
        What counts as selected, in words.
    simulated : bool
        Whether every application is made up: its name begins with ``simulated-``.
    notes : tuple of str
    """

    selected: NDArray[np.bool_]
    groups: pd.DataFrame
    provider: pd.Series[Any] | None
    score: NDArray[np.float64] | None
    outcome: str
    simulated: bool
    notes: tuple[str, ...]


def split_outcome(outcome: str | tuple[str, str]) -> tuple[str, str | None]:
    """Take ``decision=invite`` apart; a column alone has to hold yes and no.

    Examples
    --------
    >>> split_outcome("decision=invite-to-interview"), split_outcome("offered")
    (('decision', 'invite-to-interview'), ('offered', None))
    """
    if isinstance(outcome, tuple):
        return outcome
    column, sign, value = outcome.partition("=")
    return column.strip(), value.strip() if sign else None


def read_decisions(
    frame: pd.DataFrame,
    group: Sequence[str],
    *,
    outcome: str | tuple[str, str],
    provider: str | None = None,
    score: str | None = None,
) -> Decisions:
    """Check a table of decisions.

    Parameters
    ----------
    frame : DataFrame
        A row for each decision; a column ``application``, if there is one, names it.
    group : sequence of str
        Columns that say of which group somebody is.
    outcome : str or tuple of str
        ``column=value`` that counts as selected. A row without an outcome is not decided yet.
    provider, score : str, optional
        Columns.

    Returns
    -------
    Decisions

    Raises
    ------
    DecisionsError
        With every problem, by row and column.
    """
    column, value = split_outcome(outcome)
    problems = [*_missing_columns(frame, [column, *group, provider, score])]
    problems += [
        Problem(message="this is the outcome: it cannot be the group", column=name)
        for name in group
        if name == column
    ]
    if problems:
        raise DecisionsError(problems)
    table = frame.reset_index(drop=True)
    names = _names(table, problems)
    entries = _text(table[column])
    chosen = _chosen(entries, column, value, names, problems)
    groups = pd.DataFrame({name: _text(table[name]) for name in group})
    problems += [*_too_many(groups)]
    scores = None if score is None else _scores(table[score], names, problems)
    if problems:
        raise DecisionsError(problems)
    made = entries.notna().to_numpy()
    return Decisions(
        selected=chosen[made],
        groups=groups[made].reset_index(drop=True),
        provider=None if provider is None else _text(table[provider])[made].reset_index(drop=True),
        score=None if scores is None else scores[made],
        outcome=f"{column} is {value}" if value is not None else column,
        simulated=bool(names) and all(str(name).startswith(_MADE_UP) for name in names),
        notes=_notes(made),
    )


def _missing_columns(frame: pd.DataFrame, wanted: Sequence[str | None]) -> Iterator[Problem]:
    for name in dict.fromkeys(wanted):
        if name is not None and name not in frame.columns:
            held = ", ".join(map(str, frame.columns[:_LISTED])) or "none at all"
            yield Problem(message=f"there is no such column; the table has {held}", column=name)
    for name in dict.fromkeys(wanted):
        if name is not None and list(frame.columns).count(name) > 1:
            yield Problem(message="this column's name is used more than once", column=name)


def _names(table: pd.DataFrame, problems: list[Problem]) -> list[Any]:
    """Name rows by their application, or number them from 1."""
    numbers: list[Any] = list(range(1, len(table) + 1))
    if "application" not in table.columns:
        return numbers
    held = _text(table["application"])
    twice = held.duplicated() & held.notna()
    _tell(twice, held.tolist(), "application", "is there twice", problems)
    return [number if pd.isna(name) else name for name, number in zip(held, numbers, strict=True)]


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    """Write entries as text; blanks are missing."""
    codes, entries = pd.factorize(column)
    words = np.array([*(_entry(entry) for entry in entries), None], dtype=object)
    return pd.Series(words[codes], index=column.index, dtype=object)  # code -1 is missing


def _entry(cell: Any) -> str | None:
    if (
        cell is None
        or cell is pd.NaT
        or cell is pd.NA
        or (isinstance(cell, float) and cell != cell)
    ):
        return None
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool | np.bool_):
        return "yes" if cell else "no"
    return " ".join(str(cell).split()) or None


def _chosen(
    entries: pd.Series[Any],
    column: str,
    value: str | None,
    names: list[Any],
    problems: list[Problem],
) -> NDArray[np.bool_]:
    if value is not None:
        wanted = _entry(value)
        found = (entries == wanted).to_numpy(dtype=bool)
        if not found.any():
            held = [str(entry) for entry in entries.dropna().unique()[:_LISTED]]
            told = f"no row is {value!r}; the column holds {', '.join(held) or 'nothing'}"
            problems.append(Problem(message=told, column=column))
        return found
    folded = entries.map(lambda entry: None if entry is None else _YES.get(entry.casefold()))
    wrong = folded.isna() & entries.notna()
    if wrong.any():
        problems.append(_not_yes_or_no(entries[wrong], column, names))
    return np.array([answer is True for answer in folded], dtype=bool)


def _not_yes_or_no(wrong: pd.Series[Any], column: str, names: list[Any]) -> Problem:
    """Say once what stands there instead, how often, and how to ask for it."""
    held = list(map(str, wrong.unique()))
    more = f" and {len(held) - _LISTED:,} more" if len(held) > _LISTED else ""
    rows = f"row {names[wrong.index[0]]}"
    if len(wrong) > 1:
        rows = f"{len(wrong):,} rows, the first is {names[wrong.index[0]]}"
    told = (
        f"expected yes or no (true or false, 1 or 0), got {', '.join(held[:_LISTED])}{more} "
        f"({rows}): say which value counts as selected, such as {column}={held[0]}"
    )
    return Problem(message=told, column=column)


def _too_many(groups: pd.DataFrame) -> Iterator[Problem]:
    for name in groups:
        kinds = groups[name].nunique()
        if kinds > MOST_GROUPS:
            told = (
                f"has {kinds:,} different entries: groups are expected to be {MOST_GROUPS} at most"
            )
            yield Problem(message=told, column=str(name))
        if kinds == 0:
            yield Problem(message="nobody's group is stated", column=str(name))


def _scores(
    column: pd.Series[Any], names: list[Any], problems: list[Problem]
) -> NDArray[np.float64]:
    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    odd = pd.Series(~np.isfinite(numbers.to_numpy()), index=column.index)
    wrong = odd & _text(column.where(odd)).notna()
    _tell(wrong, names, str(column.name), "expected a number", problems)
    held: NDArray[np.float64] = np.asarray(numbers, dtype=np.float64)
    return held


def _tell(
    wrong: pd.Series[Any], names: list[Any], column: str, message: str, problems: list[Problem]
) -> None:
    places = wrong.to_numpy(dtype=bool).nonzero()[0]
    problems += [
        Problem(message=message, row=names[at], column=column) for at in places[:_MOST_TOLD]
    ]
    if len(places) > _MOST_TOLD:
        more = f"{message}: {len(places) - _MOST_TOLD:,} more rows"
        problems.append(Problem(message=more, column=column))


def _notes(made: NDArray[np.bool_]) -> tuple[str, ...]:
    open_ones = int((~made).sum())
    if not open_ones:
        return ()
    return (f"{open_ones:,} rows have no outcome yet and are not counted.",)
