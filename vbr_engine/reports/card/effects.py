"""One outcome of a model card: its people, its evidence, its effects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from vbr_engine.charts import PlotRow, RiskPoint
from vbr_engine.reports.analysis.parts import Picture
from vbr_engine.reports.card.data import share, spanned
from vbr_engine.reports.card.evidence import evidence_part, rate_part
from vbr_engine.reports.manual.data import ManualPart, ManualSection, ManualTable, figure
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.outcomes import OUTCOME_WORDS

__all__ = ["effect_figures", "outcome_section", "risk_by_time"]

_LEVEL = 0.9
_DAYS = (30, 90, 180, 270, 365)


def outcome_section(model: DropOutModel) -> ManualSection:
    """Say what one model rests on, and what it holds."""
    words = OUTCOME_WORDS[model.outcome]
    parts = (
        evidence_part(model),
        rate_part(model),
        _effects_part(model),
        _conflict_part(model),
        _providers_part(model),
        *_time_part(model),
    )
    return ManualSection(model.outcome, words.name, parts)


def effect_figures(model: DropOutModel) -> list[dict[str, Any]]:
    """List each effect with what was held before the data and after them.

    Parameters
    ----------
    model : DropOutModel

    Returns
    -------
    list of dict
        On the logit of the hazard, one unit each; the interval holds 90%.
    """
    width = float(ndtri(0.5 + _LEVEL / 2))
    rows = []
    for effect, row in zip(model.effects_, model.coef_.to_dict("records"), strict=True):
        rows.append(
            {
                "effect": effect.name,
                "label": effect.label,
                "unit": effect.unit,
                "group": effect.group,
                "published": effect.published,
                "source": effect.source,
                "prior": row["prior"],
                "prior_sd": row["prior_sd"],
                "estimate": row["estimate"],
                "sd": row["sd"],
                "low": row["estimate"] - width * row["sd"],
                "high": row["estimate"] + width * row["sd"],
            }
        )
    return rows


def _effects_part(model: DropOutModel) -> ManualPart:
    rows = effect_figures(model)
    return ManualPart(
        title="Effects",
        sentences=(
            "Each effect is of one unit on the logit of the hazard, beside the others: above "
            "nought more drop out. Before: what was held before these data, with its standard "
            "deviation; half the published figure where there is one. After: what is held with "
            "them, with the 90% interval. Where the interval holds nought, the data do not say "
            "even the direction.",
        ),
        pictures=(_forest(model.outcome, rows),),
        tables=(_effect_table(rows), _source_table(rows)),
    )


def _forest(outcome: str, rows: list[dict[str, Any]]) -> Picture:
    drawn = tuple(
        PlotRow(
            row["label"],
            row["estimate"],
            row["low"],
            row["high"],
            f"{figure(row['estimate'])} ({figure(row['low'])}, {figure(row['high'])})",
        )
        for row in rows
    )
    return Picture(
        "forest",
        f"{outcome}-effects",
        f"{OUTCOME_WORDS[outcome].name}: effects with 90% intervals",
        "Each effect is a dot on its interval; a line marks nought. The table below has the same "
        "figures.",
        {"rows": drawn, "x_label": "Effect of one unit on the logit", "include": (-0.5, 0.5)},
    )


def _effect_table(rows: list[dict[str, Any]]) -> ManualTable:
    return ManualTable(
        "Effects before and after the data",
        ("Effect", "One unit", "Before (sd)", "After (sd)", "90% interval"),
        tuple(
            (
                row["label"],
                row["unit"],
                f"{figure(row['prior'])}\u00a0({figure(row['prior_sd'])})",
                f"{figure(row['estimate'])}\u00a0({figure(row['sd'])})",
                f"{figure(row['low'])} to {figure(row['high'])}".replace(" ", "\u00a0"),
            )
            for row in rows
        ),
    )


def _source_table(rows: list[dict[str, Any]]) -> ManualTable:
    return ManualTable(
        "Where the published figures come from",
        ("Effect", "Published log-odds", "Source"),
        tuple(
            (
                row["label"],
                "none" if row["published"] is None else figure(row["published"]),
                row["source"] or "nothing published: starts at nought",
            )
            for row in rows
        ),
    )


def _conflict_part(model: DropOutModel) -> ManualPart:
    held, title = model.conflict_, "Do the data speak against the published effects?"
    if np.isnan(held.slope):
        return ManualPart(title=title, sentences=("No effect here has a published figure.",))
    interval = f"{figure(held.slope)} (80% interval {figure(held.low)} to {figure(held.high)})"
    verdict = (
        "They do: figures of persons are withheld."
        if held.conflict
        else "They do not. That is no proof that the published effects hold here."
    )
    return ManualPart(
        title=title,
        sentences=(
            f"Refitted on these data, the index of the published effects has a slope of "
            f"{interval}; 1 means just as large as taken, below 0.3 as a whole means a conflict. "
            f"{verdict}",
        ),
    )


def _providers_part(model: DropOutModel) -> ManualPart:
    spread = model.posterior_.spread
    if not model.provider_effects:
        sentence = "Providers have no effects of their own in this model."
    elif not spread:
        sentence = (
            "The data show no differences between providers beyond chance; with few people at "
            "each, differences may be there all the same."
        )
    else:
        sentence = (
            f"The log hazard of providers has a standard deviation of {figure(spread)}: at one "
            f"provider in six the hazard is at least {figure(float(np.exp(spread)), 1)} times that "
            "of a middling one. This is about workplaces, is told to the provider, and is never "
            "counted as a trait of a candidate. Each is drawn towards the middle as far as its own "
            "numbers are small."
        )
    return ManualPart(title="Providers", sentences=(sentence,))


def risk_by_time(model: DropOutModel) -> list[dict[str, float]]:
    """Work out the risk at the centre of all effects, at a provider not seen before.

    Parameters
    ----------
    model : DropOutModel
        Of early leaving.

    Returns
    -------
    list of dict
        ``days``, ``risk``, ``low``, ``high``.
    """
    nobody = pd.DataFrame({"application": ["centre"], "provider": [""]})
    rows = []
    for days in _DAYS:
        row = model.risks(nobody, horizon=days).iloc[0]
        rows.append({"days": float(days), **{name: float(row[name]) for name in _ENDS}})
    return rows


_ENDS = ("risk", "low", "high")


def _time_part(model: DropOutModel) -> tuple[ManualPart, ...]:
    if model.outcome != "leaving":
        return ()
    rows = risk_by_time(model)
    points = tuple(RiskPoint(*(row[name] for name in ("days", *_ENDS))) for row in rows)
    picture = Picture(
        "risk",
        "leaving-time",
        "Leaving by days in the job, at the centre of all effects",
        "Each dot is a share with its 90% interval. The table below has the same figures.",
        {"points": points, "x_label": "Days since the first day", "y_label": "Have left"},
    )
    table = ManualTable(
        "At the centre of all effects, at a provider not seen before",
        ("By day", "Of 100 leave", "90% interval"),
        tuple(
            (
                f"{row['days']:.0f}",
                share(row["risk"]),
                spanned(row["low"], row["high"]),
            )
            for row in rows
        ),
    )
    return (
        ManualPart(
            title="When people leave",
            sentences=(
                "Nobody in particular: somebody at the centre of every effect, at a provider that "
                "the model does not know. Most of the width is how far providers differ.",
            ),
            pictures=(picture,),
            tables=(table,),
        ),
    )
