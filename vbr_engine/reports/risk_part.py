"""One of the two outcomes in a risk panel: a figure, or the sentence why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import pandas as pd

from vbr_engine.reports.risk_data import RiskAction, RiskFigure, RiskPart, RiskReason
from vbr_engine.risk.abstention import ENDED
from vbr_engine.risk.levels import Evidence, EvidenceLevel
from vbr_engine.risk.published_rates import benchmark_for
from vbr_engine.risk.silences import retold
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
from vbr_engine.words import Words, sentence

__all__ = ["records_of", "risk_part"]

MOST_REASONS = MOST_CHANGES = 3
_TITLES = {
    "withdrawal": sentence("Before the first day: withdrawing"),
    "leaving": sentence("In the first 12 months: leaving"),
}
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


def records_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    return [
        {str(name): held for name, held in row.items()} for row in table.to_dict(orient="records")
    ]


def risk_part(
    outcome: str,
    rows: pd.DataFrame,
    about: Mapping[str, list[dict[str, Any]]],
    evidence: Evidence | None,
    words: Words,
    *,
    started: bool,
) -> RiskPart:
    """Put one outcome in words.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    rows : DataFrame
        Of ``predict_risk``, of one person.
    about : mapping of str to list of dict
        Rows of ``explanations``, ``actions`` and ``unknown`` about the person.
    evidence : Evidence or None
    words : Words
        Of the reader.
    started : bool
        Whether the person has started work.

    Returns
    -------
    RiskPart
    """
    records = records_of(rows[rows["outcome"] == outcome].sort_values("horizon"))
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
