"""Effects: which facts about a situation may move a risk, how they are read, and in which unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError, Problem

__all__ = ["FORMS", "GROUPS", "DesignMatrix", "Effect", "check_values", "design_matrix"]

Array = NDArray[np.float64]

FORMS = ("number", "log2", "shortfall", "share-not", "no", "one-of")
GROUPS = ("practical", "assessment", "workplace")
_YES_NO = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}
_MOST_TOLD = 20


@dataclass(frozen=True)
class Effect:
    """One declared effect on a risk.

    Parameters
    ----------
    name, label : str
        Id, and what people call it.
    group : {"practical", "assessment", "workplace"}
    form : str
        How the columns become a number: ``number`` as it stands; ``log2`` its binary logarithm;
        ``shortfall`` how far the second column lies below the first; ``share-not`` one minus a
        share; ``no`` 1 where the answer is no; ``one-of`` 1 where it is one of `categories`.
    columns : tuple of str
    unit : str
        What one unit more means, in words.
    centre, per : float
        A person at `centre` has no effect; `per` is the size of a unit.
    least, most : float
        What can be; anything else is an error in the table.
    lever : str, optional
        Which action of the employer can change it.
    categories : tuple of str
    optional : bool
        Whether it may enter only where it has been shown to add.
    prior_mean, prior_sd : float
        Of the effect of one unit on the logit of the hazard.
    published : float, optional
        The published log-odds of one unit.
    source, about : str

    Examples
    --------
    >>> travel = Effect("travel", "travel", "practical", "number", ("travel_minutes",), "15 min",
    ...                 centre=20, per=15)
    >>> design_matrix(pd.DataFrame({"travel_minutes": [20, 50, None]}), [travel]).X.tolist()
    [[0.0], [2.0], [0.0]]
    """

    name: str
    label: str
    group: str
    form: str
    columns: tuple[str, ...]
    unit: str
    centre: float = 0.0
    per: float = 1.0
    least: float = -np.inf
    most: float = np.inf
    lever: str | None = None
    categories: tuple[str, ...] = ()
    optional: bool = False
    prior_mean: float = 0.0
    prior_sd: float = 0.2
    published: float | None = None
    source: str = ""
    about: str = ""


@dataclass(frozen=True, eq=False)
class DesignMatrix:
    """Effects as numbers.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        In units about the centre; 0 where missing.
    missing : ndarray of bool, shape (n, k)
    """

    X: Array
    missing: NDArray[np.bool_]


def design_matrix(frame: pd.DataFrame, effects: Sequence[Effect]) -> DesignMatrix:
    """Read the effects from a table.

    Parameters
    ----------
    frame : DataFrame
        A row per person; a column that is not there is missing for everybody.
    effects : sequence of Effect

    Returns
    -------
    DesignMatrix

    Raises
    ------
    CareersError
        With every value that cannot be, by row and column.
    """
    problems: list[Problem] = []
    names = _names(frame)
    X = np.full((len(frame), len(effects)), np.nan)
    for place, effect in enumerate(effects):
        X[:, place] = (_raw(frame, effect, names, problems) - _centre(effect)) / effect.per
    if problems:
        raise CareersError(problems)
    missing = np.isnan(X)
    return DesignMatrix(np.where(missing, 0.0, X), missing)


def check_values(frame: pd.DataFrame, effects: Sequence[Effect]) -> list[Problem]:
    """Find every value that an effect cannot have.

    Parameters
    ----------
    frame : DataFrame
        A row per person; a column that is not there has nothing wrong.
    effects : sequence of Effect

    Returns
    -------
    list of Problem
        By row and column, each once.

    Examples
    --------
    >>> car = Effect("own-transport", "car", "practical", "no", ("own_transport",), "none")
    >>> print(*check_values(pd.DataFrame({"own_transport": ["yes", "maybe"]}), [car]))
    row 2: column own_transport: expected yes or no, got 'maybe'
    """
    problems: list[Problem] = []
    for effect in effects:
        _raw(frame, effect, _names(frame), problems)
    return list(dict.fromkeys(problems))


def _names(frame: pd.DataFrame) -> pd.Series[Any]:
    numbers = pd.Series(range(1, len(frame) + 1), frame.index, dtype=object)
    if "application" not in frame:
        return numbers
    return frame["application"].astype(object).where(frame["application"].notna(), numbers)


def _centre(effect: Effect) -> float:
    return float(np.log2(1 + effect.centre)) if effect.form == "log2" else effect.centre


def _raw(
    frame: pd.DataFrame, effect: Effect, names: pd.Series[Any], problems: list[Problem]
) -> Array:
    if any(column not in frame for column in effect.columns):
        return np.full(len(frame), np.nan)
    if effect.form == "one-of":
        held = frame[effect.columns[0]]
        return np.where(held.isna(), np.nan, held.isin(effect.categories).astype(float))
    read = _yes_no if effect.form == "no" else _numbers
    columns = [read(frame[name], effect, names, problems) for name in effect.columns]
    if effect.form in ("no", "share-not"):
        return 1.0 - columns[0]
    if effect.form == "log2":
        return np.log2(1 + columns[0])
    return np.maximum(columns[0] - columns[1], 0) if effect.form == "shortfall" else columns[0]


def _numbers(
    column: pd.Series[Any], effect: Effect, names: pd.Series[Any], problems: list[Problem]
) -> Array:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isnan(numbers) & column.notna().to_numpy()
    wrong |= (numbers < effect.least) | (numbers > effect.most)
    wanted = f"expected a number from {effect.least:g} to {effect.most:g}"
    _tell(wrong, column, names, wanted, problems)
    return np.where(wrong, np.nan, numbers)


def _yes_no(
    column: pd.Series[Any], effect: Effect, names: pd.Series[Any], problems: list[Problem]
) -> Array:
    words = column.astype(str).str.strip().str.lower().str.removesuffix(".0")
    read = words.map(_YES_NO).to_numpy(dtype=float, na_value=np.nan)
    gone = column.isna().to_numpy()
    _tell(np.isnan(read) & ~gone, column, names, "expected yes or no", problems)
    return np.where(gone, np.nan, read)


def _tell(
    wrong: NDArray[np.bool_],
    column: pd.Series[Any],
    names: pd.Series[Any],
    wanted: str,
    problems: list[Problem],
) -> None:
    places = np.flatnonzero(wrong)
    for place in places[:_MOST_TOLD]:
        held = column.iloc[place]
        message = f"{wanted}, got {held if isinstance(held, np.number) else repr(held)}"
        problems.append(Problem(message=message, row=names.iloc[place], column=str(column.name)))
    if len(places) > _MOST_TOLD:
        message = f"{wanted}: {len(places) - _MOST_TOLD} more rows"
        problems.append(Problem(message=message, column=str(column.name)))
