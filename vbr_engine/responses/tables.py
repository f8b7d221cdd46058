"""From the columns and cells of a table to codes; every wrong one is noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.bank.model import Bank
from vbr_engine.responses.codes import MISSING, Codes, allowed_codes, expected
from vbr_engine.responses.findings import LISTED, Findings

__all__ = ["SITTING", "check_columns", "encode"]

SITTING = "sitting"


def check_columns(names: Sequence[Any], bank: Bank, findings: Findings) -> None:
    """Note every column that `bank` does not know, that comes twice, or that is missing.

    Parameters
    ----------
    names : sequence of str
    bank : Bank
    findings : Findings
        Added to.
    """
    for name, times in Counter(names).items():
        if times > 1:
            findings.add(f"this column comes {times} times", column=str(name))
    if SITTING not in names:
        findings.add(f"there is no column {SITTING!r}: expected one, naming each sitting")
    known = set(bank.columns)
    for name in names:
        if name != SITTING and name not in known:
            findings.add(f"{bank.label} has no such column{_nearest(name, bank)}", column=str(name))
    present = set(names)
    if not present & known:
        findings.add(f"no column belongs to {bank.label}: expected names like {bank.columns[0]!r}")
    for item in bank.items:
        absent = [column for column in item.columns if column not in present]
        if len(absent) < len(item.columns):
            for column in absent:
                message = f"this column is missing, though other options of {item.id!r} are here"
                findings.add(message, column=column)


def _nearest(name: Any, bank: Bank) -> str:
    known = (SITTING, *bank.columns)
    near = get_close_matches(str(name).strip().lower(), known, n=1, cutoff=0.85)
    return f": do you mean {near[0]!r}?" if near else ""


def encode(
    frame: pd.DataFrame, bank: Bank, findings: Findings, *, first_row: int
) -> tuple[tuple[str, ...], Codes]:
    """Turn a stretch of a table into sittings and codes; note every cell that is not allowed.

    Parameters
    ----------
    frame : DataFrame
        With a column ``sitting``.
    bank : Bank
    findings : Findings
        Added to.
    first_row : int
        Number of the first row, for rows whose sitting has no name.

    Returns
    -------
    sittings : tuple of str
    codes : ndarray of int8
    """
    sittings = _names(frame[SITTING], first_row, findings)
    codes = np.full((len(frame), len(bank.columns)), MISSING, dtype=np.int8)
    at = 0
    for item in bank.items:
        low, high = allowed_codes(item)
        for column in item.columns:
            if column in frame.columns:
                numbers, wrong = _whole_numbers(frame[column], low, high)
                codes[:, at] = numbers
                for row in np.flatnonzero(wrong)[: LISTED + 1]:
                    message = expected(low, high, frame[column].iloc[row])
                    findings.add(message, row=sittings[row], column=column)
                beyond = int(wrong.sum()) - LISTED - 1
                if beyond > 0:
                    findings.unlisted[column] += beyond
            at += 1
    return sittings, codes


def _names(column: pd.Series[Any], first_row: int, findings: Findings) -> tuple[str, ...]:
    names = [_name(value) for value in column.tolist()]
    for at, name in enumerate(names):
        if not name:
            findings.add("the sitting has no name", row=first_row + at, column=SITTING)
    return tuple(names)


def _name(value: Any) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _whole_numbers(
    column: pd.Series[Any], low: int, high: int
) -> tuple[Codes, npt.NDArray[np.bool_]]:
    """Return codes, `MISSING` where empty, and where a cell is neither empty nor allowed."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Each word is looked at once, however often it comes; -1, the last, stands for none.
        words = [_as_number(word) for word in column.cat.categories]
        column = pd.Series(np.array([*words, np.nan])[column.cat.codes.to_numpy()])
    text = not pd.api.types.is_numeric_dtype(column.dtype)
    if text or pd.api.types.is_bool_dtype(column.dtype):
        column = column.astype(object).map(_as_number)
    # inf, unlike NaN, is outside every range: it stands for a text that is no number.
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    empty = np.isnan(numbers)
    right = (numbers >= low) & (numbers <= high) & (numbers == np.floor(numbers))
    codes = np.where(right, numbers, MISSING).astype(np.int8)
    return codes, ~right & ~empty


def _as_number(value: Any) -> float:
    if value is None or value is pd.NA or value != value:
        return np.nan
    if isinstance(value, bool | np.bool_):
        return np.inf
    text = str(value).strip()
    if not text:
        return np.nan
    try:
        return float(text) if "_" not in text and "n" not in text.lower() else np.inf
    except ValueError:
        return np.inf
