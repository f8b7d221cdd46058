"""What is known of sittings from outside, an outcome or a group, joined by sitting id.

The values of a group never leave this room: groups are numbered by size, the largest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.agreement import Floats
from vbr_engine.responses import ResponseMatrix

__all__ = ["Joined", "group_numbers", "outcome_numbers"]

Joined = Mapping[str, Any] | pd.Series | Sequence[Any] | npt.NDArray[Any]

_LISTED = 20  # values that are not numbers, written out


def outcome_numbers(outcome: Joined, responses: ResponseMatrix) -> Floats:
    """Return the outcome of each sitting, in the order of the responses.

    Parameters
    ----------
    outcome : mapping of str to number, Series by sitting, or one number for each sitting
    responses : ResponseMatrix

    Returns
    -------
    ndarray, shape (sittings,)
        NaN where there is none.

    Raises
    ------
    ResponsesError
        If no sitting has one, if all have the same, or with every value that is not a number.
    """
    given = _in_order(outcome, responses, "outcome")
    numbers = pd.to_numeric(given, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    odd = given.notna().to_numpy() & ~np.isfinite(numbers)
    if odd.any():
        places = np.flatnonzero(odd)[:_LISTED]
        raise ResponsesError(
            Problem(row=responses.sittings[at], message=f"outcome: not a number: {given.iloc[at]}")
            for at in places
        )
    told = numbers[np.isfinite(numbers)]
    if len(told) == 0:
        raise ResponsesError("no sitting of these responses has an outcome")
    if told.min() == told.max():
        raise ResponsesError(
            f"the outcome is {told[0]:g} for all {len(told)} sittings that have it"
        )
    return numbers


def group_numbers(group: Joined, responses: ResponseMatrix) -> npt.NDArray[np.int64]:
    """Number the group of each sitting, 0 for the largest group.

    Parameters
    ----------
    group : mapping of str to value, Series by sitting, or one value for each sitting
    responses : ResponseMatrix

    Returns
    -------
    ndarray of int, shape (sittings,)
        -1 where there is none.

    Raises
    ------
    ResponsesError
        If no sitting has one.
    """
    given = _in_order(group, responses, "group")
    text = given.map(str).where(given.notna())
    sizes = text.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if sizes.empty:
        raise ResponsesError("no sitting of these responses has a group")
    place = {value: at for at, value in enumerate(sizes.index)}
    return text.map(place).fillna(-1).to_numpy(dtype=np.int64)


def _in_order(given: Joined, responses: ResponseMatrix, what: str) -> pd.Series:
    names = pd.Index(responses.sittings)
    if isinstance(given, Mapping):
        given = pd.Series(given, dtype=object)
    if isinstance(given, pd.Series) and not isinstance(given.index, pd.RangeIndex):
        if not given.index.is_unique:
            twice = given.index[given.index.duplicated()].unique()[:_LISTED]
            raise ResponsesError(
                Problem(row=str(name), message=f"{what}: this sitting comes twice")
                for name in twice
            )
        return given.reindex(names)
    values = pd.Series(list(given), index=None)
    if len(values) != len(names):
        raise ResponsesError(f"{what}: expected {len(names)} values, got {len(values)}")
    return values.set_axis(names)
