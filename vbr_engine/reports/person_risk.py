"""One person's risk panel from stored models: asked, explained, and told in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

import pandas as pd

from vbr_engine.reports.risk import RiskPanel, risk_panel
from vbr_engine.risk import DropOutModel, employer_actions, explain, unknown_facts
from vbr_engine.risk.asking import predicted, withheld
from vbr_engine.risk.tenure import days_behind

__all__ = ["HORIZONS", "person_risk"]

HORIZONS = (90, 365)


def person_risk(
    models: Mapping[str, DropOutModel],
    person: pd.DataFrame,
    *,
    today: date,
    horizons: tuple[int, ...] = HORIZONS,
    language: str = "en",
    off: str | None = None,
    candidate: str | None = None,
    provider: str | None = None,
    trained: date | None = None,
    model: str | None = None,
    simulated: bool = False,
) -> tuple[RiskPanel, pd.DataFrame]:
    """Put what the models say about one person in words.

    Parameters
    ----------
    models : mapping of str to DropOutModel
        By outcome.
    person : DataFrame
        One row, as ``predict_risk`` reads it.
    today : datetime.date
    horizons : tuple of int
        Days in the job up to which leaving counts.
    language : str
        Of the reader.
    off : str, optional
        The sentence why no figure may be shown; then no reasons or actions are either.
    candidate, provider : str, optional
        Names shown at the head.
    trained : datetime.date, optional
        Day up to which the models know careers.
    model : str, optional
        Hash of the models.
    simulated : bool
        Whether models or person are made up.

    Returns
    -------
    panel : RiskPanel
    table : DataFrame
        What was told: a row for each outcome and horizon.

    Raises
    ------
    CareersError
        If the row cannot be used.
    """
    asked = pd.concat([predicted(models, person, days, today) for days in horizons])
    told = asked.drop_duplicates(["outcome", "horizon"]).reset_index(drop=True)
    if off is not None:
        told = withheld(told, off)
    asking = (
        partial(explain, language=language),
        partial(_actions, today=today, language=language),
        unknown_facts,
    )
    why, help_, gaps = (
        None if off is not None else pd.concat([ask(one, person) for one in models.values()])
        for ask in asking
    )
    panel = risk_panel(
        told,
        why,
        help_,
        language=language,
        unknown=gaps,
        evidence={
            name: one.evidence(None if name == "withdrawal" else max(horizons))
            for name, one in models.items()
        },
        candidate=candidate,
        provider=provider,
        prepared=today,
        trained=trained,
        model=model,
        simulated=simulated,
        started="started_work" in person and bool(person["started_work"].notna().any()),
    )
    return panel, told


def _actions(
    model: DropOutModel, person: pd.DataFrame, *, today: date, language: str
) -> pd.DataFrame:
    days = days_behind(model.outcome, person, today)
    elapsed = days if model.outcome == "leaving" else None
    told: pd.DataFrame = employer_actions(model, person, language=language, elapsed=elapsed)
    return told
