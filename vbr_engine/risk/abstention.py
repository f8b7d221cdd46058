"""Why there is no figure about a person, in one sentence each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.risk.features import DesignMatrix, design_matrix
from vbr_engine.risk.levels import EvidenceLevel
from vbr_engine.risk.silences import ALARM, NOT_MET, REVIEW
from vbr_engine.risk.tenure import days_behind, silence_ahead
from vbr_engine.words import sentence

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = [
    "ENDED",
    "FEWEST_STARTS",
    "MOST_MISSING",
    "abstentions",
    "fallbacks",
    "model_abstention",
    "starts_of",
]

# Why nothing is said, or offered, about somebody whose application is over.
ENDED = sentence("This application has ended.")

# Share of the effects that may be missing, and starts that a provider needs for a rate of its own.
MOST_MISSING = 0.3
FEWEST_STARTS = 5
_STARTED = sentence("They have started work: there is nothing left to withdraw from.")
_FAR = sentence("The situation is unlike any that the model has learned from.")
_CONFLICT = sentence(
    "The local data speak against the published effects, so no figure is given until somebody has "
    "looked into it."
)
# With `MOST_MISSING` and `FEWEST_STARTS` in words.
_MISSING = sentence("More than 30% of what the model needs is not known.")
_FEW = sentence("The provider has fewer than 5 starts here: the rate is that of all.")


def abstentions(
    model: DropOutModel,
    candidates: pd.DataFrame,
    today: date,
    *,
    horizon: int | None = None,
    design: DesignMatrix | None = None,
    elapsed: ArrayLike | None = None,
) -> pd.Series[str]:
    """Say for each candidate why there is no figure.

    Parameters
    ----------
    model : DropOutModel
    candidates : DataFrame
    today : date
        To tell whether the model is past its review date.
    horizon : int, optional
    design : DesignMatrix, optional
        The effects of the candidates, where they have been read already.
    elapsed : array-like, optional
        Days that each has been in the job; by default from ``started_work`` up to today.

    Returns
    -------
    Series of str
        Empty where nothing stands against a figure.
    """
    why = pd.Series("", index=range(len(candidates)), dtype=object)
    whole = model_abstention(model, today, horizon=horizon)
    if whole:
        return why.mask(why == "", whole)
    read = design_matrix(candidates, model.effects_) if design is None else design
    for column, held in model.reference_.categories.items():
        if column in candidates:
            words = candidates[column].reset_index(drop=True)
            unknown = words.notna() & ~words.astype(str).isin(held)
            said = [_unknown(column, word) for word in words[unknown]]
            why[unknown & (why == "")] = pd.Series(said, index=words.index[unknown])
    _say(why, read.missing.mean(axis=1) > MOST_MISSING, _MISSING)
    if model.outcome == "withdrawal":
        at_work = np.asarray(model.since(candidates)) >= len(model.intervals_)
        _say(why, at_work, _STARTED)
    _say(why, _given(candidates, "ended").notna(), ENDED)
    if model.outcome == "leaving":
        days = days_behind(model.outcome, candidates, today, elapsed)
        over, few, told = silence_ahead(model, horizon, days)
        _say(why, over, told[0])
        _say(why, few, told[1])
    far = model.reference_.distances(read) > model.reference_.far
    _say(why, far, _FAR)
    return why


def model_abstention(model: DropOutModel, today: date, *, horizon: int | None = None) -> str:
    """Say why the model gives no figure about anybody.

    Parameters
    ----------
    model : DropOutModel
    today : date
    horizon : int, optional

    Returns
    -------
    str
        Empty where nothing stands against it.
    """
    if today > model.review_by_:
        return REVIEW.format(day=model.review_by_)
    if model.alarms_:
        return ALARM.format(alarm=model.alarms_[0])
    if model.conflict_.conflict:
        return _CONFLICT
    evidence = model.evidence(horizon)
    return "" if evidence.level is not EvidenceLevel.RATE else evidence.sentence


def fallbacks(model: DropOutModel, candidates: pd.DataFrame) -> pd.Series[str]:
    """Say for each candidate whether the rate of all providers stands in for their provider's.

    Parameters
    ----------
    model : DropOutModel
    candidates : DataFrame

    Returns
    -------
    Series of str
        Empty where the provider has enough starts of its own.
    """
    said = np.array(["", _FEW], dtype=object)
    return pd.Series(said[(starts_of(model, candidates) < FEWEST_STARTS).astype(int)])


def starts_of(model: DropOutModel, candidates: pd.DataFrame) -> NDArray[np.intp]:
    """Count for each candidate the people of their provider that the model has learned from.

    Parameters
    ----------
    model : DropOutModel
    candidates : DataFrame

    Returns
    -------
    ndarray of int, shape (n,)
    """
    counts = np.append([model.starts_[name] for name in model.providers_], 0).astype(np.intp)
    starts: NDArray[np.intp] = counts[model.numbers(candidates)]
    return starts


def _say(why: pd.Series[str], wrong: ArrayLike, said: str) -> None:
    why[np.asarray(wrong, dtype=bool) & (why == "").to_numpy()] = said


def _given(candidates: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column of dates; empty where there is none."""
    if name not in candidates:
        return pd.Series(pd.NaT, candidates.index, dtype="datetime64[s]")
    return pd.to_datetime(candidates[name], errors="coerce")


def _unknown(column: str, word: object) -> str:
    return NOT_MET.format(word=repr(word), fact=column.replace("_", " "))
