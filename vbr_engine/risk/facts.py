"""Facts of a careers table: what was known of an application before anything happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.risk.dates import is_blank, read_dates
from vbr_engine.risk.findings import Findings
from vbr_engine.risk.refused import refused_columns

__all__ = ["read_facts"]

_NOT_KNOWN = ("not known", "unknown", "don't know", "dont know", "not recorded", "999")
_CODE = 999  # what care workforce returns write for a number that is not known
_NEARLY_CODE = 900


def read_facts(table: pd.DataFrame, names: Iterable[str], found: Findings) -> None:
    """Read what was known beforehand: refuse what may not be there, empty what is not known.

    Parameters
    ----------
    table : DataFrame
        Changed in place.
    names : iterable of str
        The columns that hold facts.
    found : Findings

    Examples
    --------
    >>> table, found = pd.DataFrame({"travel_minutes": [20, 999]}), Findings(pd.Series(["a", "b"]))
    >>> read_facts(table, ["travel_minutes"], found)
    >>> found.notes
    ('column travel_minutes: 999 is read as not known (1 row)',)
    """
    names = list(names)
    found.problems += refused_columns(names)
    for name in names:
        column = table[name]
        if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        if pd.api.types.is_numeric_dtype(column):
            unknown = _numbers(column, found)
        else:
            unknown, dated = _text(column, found)
            if dated:
                column = read_dates(column.mask(unknown), found)
                table[name] = column
        if unknown.any():
            table[name] = column.mask(unknown)


def _numbers(column: pd.Series[Any], found: Findings) -> NDArray[np.bool_]:
    unknown = (column == _CODE).to_numpy(dtype=bool, na_value=False)
    if not unknown.any():
        return unknown
    if (column[~unknown] >= _NEARLY_CODE).any():
        message = f"{_CODE} may be a number or 'not known': leave the cell empty for not known"
        found.say(message, str(column.name), "warning", "not-known")
        return np.zeros(len(column), dtype=bool)
    found.say(_emptied(int(unknown.sum()), str(_CODE)), str(column.name), "note", "not-known")
    return unknown


def _text(column: pd.Series[Any], found: Findings) -> tuple[NDArray[np.bool_], bool]:
    """Tell which cells say nothing, and whether all others are dates."""
    codes, cells = pd.factorize(column)
    words = pd.Series(list(cells), dtype=object).astype("str").str.strip()
    blank = is_blank(words, _NOT_KNOWN)
    unknown = np.append(blank, False)[codes]
    said = words[blank & (words != "").to_numpy(dtype=bool)]
    if len(said):
        times = int(unknown.sum())
        found.say(_emptied(times, " and ".join(said)), str(column.name), "note", "not-known")
    rest = words[~blank]
    return unknown, bool(len(rest)) and bool(rest.str.fullmatch(r"\d{4}-\d{2}-\d{2}").all())


def _emptied(times: int, word: str) -> str:
    return f"{word} is read as not known ({times:,} {'row' if times == 1 else 'rows'})"
