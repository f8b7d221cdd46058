"""One person's risk panel: how many in a hundred, why, and above all what would help.

Two parts that are never mixed: withdrawing before the first day, and leaving in the first year. A
part has a figure with its range, or the sentence why there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import isfinite
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
from vbr_engine.reports.words import shown_name
from vbr_engine.risk.abstention import ENDED
from vbr_engine.risk.levels import Evidence, EvidenceLevel
from vbr_engine.risk.published_rates import benchmark_for
from vbr_engine.risk.silences import retold
from vbr_engine.risk.stages import OUTCOMES
from vbr_engine.risk.wording import (
    EnglandRate,
    band_sentence,
    england_sentence,
    figure_sentence,
    provider_sentence,
    rounded_people,
    say,
    within,
)
from vbr_engine.words import Words, sentence, words_in

__all__ = [
    "RiskAction",
    "RiskFigure",
    "RiskHeader",
    "RiskPanel",
    "RiskPart",
    "RiskReason",
    "risk_panel",
]

MOST_REASONS = MOST_CHANGES = 3
_TITLES = {
    "withdrawal": sentence("Before the first day: withdrawing"),
    "leaving": sentence("In the first 12 months: leaving"),
}
_HASH = 12
_HOMECARE = sentence("staff turnover in homecare")
_LABELS = (
    sentence("travel to the round"),
    sentence("hours offered against hours wanted"),
    sentence("shifts offered against shifts that suit"),
    sentence("no guaranteed hours"),
    sentence("no transport of their own"),
    sentence("new to care work"),
    sentence("told about the job by somebody who works there"),
    sentence("hours until the first contact"),
    sentence("result of the assessment"),
)


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
        _part(outcome, rows, about, (evidence or {}).get(outcome), words, started=started)
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
    return _records(table[table["application"].astype(str) == application])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): held for name, held in row.items()} for row in table.to_dict(orient="records")
    ]


def _part(
    outcome: str,
    rows: pd.DataFrame,
    about: Mapping[str, list[dict[str, Any]]],
    evidence: Evidence | None,
    words: Words,
    *,
    started: bool,
) -> RiskPart:
    records = _records(rows[rows["outcome"] == outcome].sort_values("horizon"))
    past = started and outcome == "withdrawal"
    if past or not records:
        return _silent(outcome, say("none.past" if past else "none.model", words=words), words)
    if any(row["why_not"] == ENDED for row in records):
        return _silent(outcome, words(ENDED), words)
    shown = [row for row in records if row["shown"]]
    last = (shown or records)[-1]
    figures = tuple(_figure(outcome, row, words) for row in shown)
    band = str(last["band"]) if not figures and last["band"] else None
    speaks = bool(figures or band)
    here = {
        name: [row for row in held if row["outcome"] == outcome] for name, held in about.items()
    }
    modelled = _modelled(here["actions"])
    return RiskPart(
        outcome=outcome,
        title=words(_TITLES[outcome]),
        figures=figures,
        band=band_sentence(outcome, band, words) if band else None,
        why_not="" if figures else _why_not(last, band, words),
        meaning=_meaning(outcome, words) if speaks else (),
        rates=_rates(outcome, last, words),
        level=str(last["level"]),
        evidence=_evidence(outcome, last, evidence, words),
        reasons=_reasons(outcome, here["explanations"], words) if speaks else (),
        reasons_note=_reasons_note(here["explanations"], words) if speaks else "",
        unknown=_unknown(here["unknown"], words),
        changes=_changes(modelled, told=bool(figures)) if speaks else (),
        changes_note=say("change.note", words=words) if speaks and modelled else "",
        practices=_practices(here["actions"], words),
        chart_description=_chart(figures[-1], words) if figures else "",
    )


def _silent(outcome: str, why: str, words: Words) -> RiskPart:
    title = words(_TITLES[outcome])
    return RiskPart(outcome, title, (), None, why, (), (), None, (), (), "", "", (), "", ())


def _meaning(outcome: str, words: Words) -> tuple[str, ...]:
    return say("like-this", words=words), say(f"net.{outcome}", words=words)


def _chart(main: RiskFigure, words: Words) -> str:
    """Put the picture of a hundred people in words."""
    return say("chart", words=words, number=main.number, low=main.low, high=main.high)


def _figure(outcome: str, row: Mapping[str, Any], words: Words) -> RiskFigure:
    risk = (row["risk"], row["low"], row["high"])
    horizon = _days(row)
    return RiskFigure(
        horizon,
        within(horizon or 365, words),
        figure_sentence(outcome, *risk, horizon=horizon, stayed=_stayed(row), words=words),
        *rounded_people(*risk),
    )


def _stayed(row: Mapping[str, Any]) -> int:
    """Return the days in the job that somebody has behind them, from a week on."""
    held = row.get("elapsed")
    return 0 if pd.isna(held) else int(held)


def _days(row: Mapping[str, Any]) -> int | None:
    return None if pd.isna(row["horizon"]) else int(row["horizon"])


def _why_not(row: Mapping[str, Any], band: str | None, words: Words) -> str:
    if band:
        return say("band.why", words=words)
    told = str(row["why_not"])
    if told.startswith(EvidenceLevel.RATE.sentence):
        return say("none.level", words=words)
    if not told:
        return say("none", words=words)
    if words.knows(told):
        return words.told(told)
    return retold(told, words) or say("none.because", words=words, reason=told)


def _evidence(
    outcome: str, row: Mapping[str, Any], evidence: Evidence | None, words: Words
) -> tuple[str, ...]:
    told = say(f"level.{row['level']}", words=words)
    if evidence is None:
        return (told,)
    number, time = evidence.n_events, within(_days(row) or 365, words)
    seen = say(f"seen.{outcome}", count=number, words=words, number=number, time=time)
    return (told, seen)


def _rates(outcome: str, row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    """Set the provider's rate and England's beside the figure, each with what it is."""
    horizon = _days(row)
    rate = [float(row[f"provider_{name}"]) for name in ("rate", "low", "high")]
    note = words.told(str(row.get("note") or ""))
    own = provider_sentence(
        outcome,
        *rate,
        horizon=horizon,
        pooled=bool(note),
        stayed=_stayed(row) > 0,
        words=words,
    )
    published = benchmark_for(outcome, horizon)
    if published is None or published.rate is None or not isfinite(float(row["england_rate"])):
        return tuple(filter(None, [own, note, england_sentence(None, words)]))
    service = published.service.replace("domiciliary care", "homecare")
    england = EnglandRate(
        float(row["england_rate"]),
        words.told(f"{published.measure} in {service}"),
        published.period,
        published.publisher,
    )
    told = [own, note, england_sentence(england, words), say("england.what", words=words)]
    return tuple(filter(None, told))


def _reasons(outcome: str, rows: list[dict[str, Any]], words: Words) -> tuple[RiskReason, ...]:
    return tuple(
        RiskReason(
            row["sentence"],
            say(f"reason.{'more' if row['contribution'] > 0 else 'less'}.{outcome}", words=words),
            say(f"group.{row['group']}", words=words),
        )
        for row in rows[:MOST_REASONS]
    )


def _reasons_note(rows: list[dict[str, Any]], words: Words) -> str:
    if not rows:
        return say("reason.none", words=words)
    usual = words("usual")
    told = any(usual in row["sentence"] for row in rows[:MOST_REASONS])
    return say("reason.usual", words=words) if told else ""


def _unknown(rows: list[dict[str, Any]], words: Words) -> str:
    labels = words.listed([words.told(row["label"]) for row in rows])
    return say("unknown", words=words, facts=labels) if rows else ""


def _changes(modelled: list[dict[str, Any]], *, told: bool) -> tuple[RiskAction, ...]:
    """List the modelled changes; their figures only where the person has a figure too."""
    return tuple(
        _action(row, row["sentence"] if told or pd.isna(row["difference"]) else "")
        for row in modelled[:MOST_CHANGES]
    )


def _modelled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["modelled"]]


def _practices(rows: list[dict[str, Any]], words: Words) -> tuple[RiskAction, ...]:
    return tuple(
        _action(row, say(f"practice.{row['action']}", words=words))
        for row in rows
        if not row["modelled"]
    )


def _action(row: Mapping[str, Any], told: str) -> RiskAction:
    return RiskAction(row["action"], row["title"], row["who"], told, row["source"])


def _said_once(parts: tuple[RiskPart, ...]) -> tuple[RiskPart, ...]:
    """Leave good practice out of a part where an earlier one has it."""
    seen: set[str] = set()
    told = []
    for part in parts:
        kept = tuple(action for action in part.practices if action.id not in seen)
        seen |= {action.id for action in part.practices}
        told.append(replace(part, practices=kept))
    return tuple(told)
