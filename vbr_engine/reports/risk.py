"""One person's risk panel: how many in a hundred, why, and above all what would help.

Two parts that are never mixed: withdrawing before the first day, and leaving in the first year. A
part has a figure with its range, or the sentence why there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from vbr_engine.errors import CareersError
from vbr_engine.reports.languages import draft_notes
from vbr_engine.reports.risk_data import (
    RiskAction,
    RiskFigure,
    RiskHeader,
    RiskPanel,
    RiskPart,
    RiskReason,
)
from vbr_engine.reports.risk_part import records_of, risk_part
from vbr_engine.reports.words import shown_name
from vbr_engine.risk.levels import Evidence
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.wording import (
    say,
)
from vbr_engine.words import words_in

__all__ = [
    "RiskAction",
    "RiskFigure",
    "RiskHeader",
    "RiskPanel",
    "RiskPart",
    "RiskReason",
    "risk_panel",
]

_HASH = 12


def risk_panel(
    predictions: pd.DataFrame,
    explanations: pd.DataFrame | None = None,
    actions: pd.DataFrame | None = None,
    *,
    language: str = "en",
    unknown: pd.DataFrame | None = None,
    evidence: Mapping[str, Evidence] | None = None,
    application: str | None = None,
    candidate: str | None = None,
    provider: str | None = None,
    prepared: date | None = None,
    trained: date | None = None,
    model: str | None = None,
    simulated: bool = False,
    started: bool = False,
) -> RiskPanel:
    """Put the risks of one person in words that a care manager can use.

    Parameters
    ----------
    predictions : DataFrame
        Of ``predict_risk``, for one or both outcomes, at one or several horizons.
    explanations : DataFrame, optional
        Of ``explain``.
    actions : DataFrame, optional
        Of ``employer_actions``.
    language : str
        Of the reader; make `explanations` and `actions` in the same.
    unknown : DataFrame, optional
        Of ``unknown_facts``.
    evidence : mapping of str to Evidence, optional
        By outcome; says why the level is not higher.
    application : str, optional
        Whose panel it is; not needed where `predictions` are of one person.
    candidate, provider : str, optional
        Names shown at the head.
    prepared, trained : datetime.date, optional
        Day of the panel; day up to which the model knows careers.
    model : str, optional
        Hash of the model.
    simulated : bool
        Whether the model was trained on careers that a computer made up; the panel then says so.
    started : bool
        Whether the person has started work, so that withdrawing is past.

    Returns
    -------
    RiskPanel

    Raises
    ------
    CareersError
        If there is no such application, or none is named and there are several.

    Examples
    --------
    >>> from vbr_engine.risk import Careers, DropOutModel, simulate_careers
    >>> made = simulate_careers(200, seed=1)
    >>> known = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> panel = risk_panel(known.predict_risk(made.frame.head(1)), simulated=True)
    >>> [part.outcome for part in panel.parts], panel.parts[0].why_not
    (['withdrawal', 'leaving'], 'There is no model for this yet, so there is no figure.')
    """
    chosen = _chosen(predictions, application)
    words = words_in(language)
    tables = {"explanations": explanations, "actions": actions, "unknown": unknown}
    about = {name: _of(table, chosen) for name, table in tables.items()}
    rows = predictions[predictions["application"].astype(str) == chosen]
    parts = tuple(
        risk_part(outcome, rows, about, (evidence or {}).get(outcome), words, started=started)
        for outcome in OUTCOMES
    )
    return RiskPanel(
        language=words.code,
        title=say("panel.title", words=words),
        header=RiskHeader(
            application=chosen,
            candidate=shown_name(candidate),
            provider=shown_name(provider),
            prepared=words.date(prepared) if prepared else None,
            trained=words.date(trained) if trained else None,
            model=model[:_HASH] if model else None,
            simulated=simulated,
        ),
        parts=_said_once(parts),
        use=tuple(
            say(f"use.{name}", words=words)
            for name in ("decide", "weak", "range", "situation", "contest")
        ),
        simulated_note=say("simulated", words=words) if simulated else "",
        language_notes=draft_notes(words),
    )


def _chosen(predictions: pd.DataFrame, application: str | None) -> str:
    names = list(dict.fromkeys(predictions["application"].astype(str)))
    if application is None and len(names) == 1:
        return names[0]
    if application is None:
        raise CareersError(f"say whose panel is wanted: there are {len(names)} applications")
    if application not in names:
        raise CareersError(f"there is no application {application!r}")
    return application


def _of(table: pd.DataFrame | None, application: str) -> list[dict[str, Any]]:
    if table is None:
        return []
    return records_of(table[table["application"].astype(str) == application])


def _said_once(parts: tuple[RiskPart, ...]) -> tuple[RiskPart, ...]:
    """Leave good practice out of a part where an earlier one has it."""
    seen: set[str] = set()
    told = []
    for part in parts:
        kept = tuple(action for action in part.practices if action.id not in seen)
        seen |= {action.id for action in part.practices}
        told.append(replace(part, practices=kept))
    return tuple(told)
