"""Asking the models of both outcomes about candidates, and keeping a model that is off silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["predicted", "withheld"]

_FIGURES = ["risk", "low", "high"]


def predicted(
    models: Mapping[str, DropOutModel], people: pd.DataFrame, horizon: int, today: date
) -> pd.DataFrame:
    """Ask each model; rows of one candidate stand together, candidates as they came.

    Parameters
    ----------
    models : mapping of str to DropOutModel
        By outcome.
    people : DataFrame
        A row for each candidate.
    horizon : int
        Days in the job up to which leaving counts; withdrawal has none.
    today : datetime.date

    Returns
    -------
    DataFrame
        As `DropOutModel.predict_risk` gives them.
    """
    told = [
        model.predict_risk(people, None if outcome == "withdrawal" else horizon, today=today)
        for outcome, model in models.items()
    ]
    table: pd.DataFrame = pd.concat(told).sort_index(kind="stable").reset_index(drop=True)
    return table


def withheld(table: pd.DataFrame, reason: str) -> pd.DataFrame:
    """Take out all figures and bands, and give the reason instead.

    Parameters
    ----------
    table : DataFrame
        Of `predicted`.
    reason : str
        A sentence.

    Returns
    -------
    DataFrame
        Of the same rows.
    """
    return table.assign(
        **dict.fromkeys(_FIGURES, float("nan")), band="", shown=False, why_not=reason
    )
