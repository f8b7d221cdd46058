"""How far the evidence of a model goes, and what that allows."""

from __future__ import annotations

from typing import Any

from vbr_engine.reports.card.data import spanned
from vbr_engine.reports.manual.data import ManualPart, ManualTable, count
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.outcomes import OUTCOME_WORDS
from vbr_engine.risk.prediction import rates_of
from vbr_engine.risk.published_rates import benchmark_for

__all__ = ["evidence_figures", "evidence_part", "level_words", "rate_part"]


def evidence_part(model: DropOutModel) -> ManualPart:
    """Say how many people and events there are, what they allow, and why not more."""
    words, held = OUTCOME_WORDS[model.outcome], model.evidence()
    reasons = (*held.reasons, *_alarms(model))
    return ManualPart(
        sentences=(
            f"{model.n_people_:,} people {words.people}; {model.n_events_:,} of them "
            f"{words.event}.",
            f"E{level_words(model)[1:]} {held.level.sentence}",
            *(("Why it may not say more:",) if reasons else ()),
        ),
        points=reasons,
        tables=_sample_size(model),
    )


def level_words(model: DropOutModel) -> str:
    """Name the level."""
    level = model.evidence().level
    return f"evidence level {level.code}, {level.title}."


def _alarms(model: DropOutModel) -> tuple[str, ...]:
    conflict = "The data speak against the published effects."
    return ((conflict,) if model.conflict_.conflict else ()) + tuple(model.alarms_)


def _sample_size(model: DropOutModel) -> tuple[ManualTable, ...]:
    """Set beside the people there are those that the rules for sample size ask for."""
    held = model.manifest_.get("sample_size")
    if not held:
        return ()
    rows = (
        ("Effects shrunk by a tenth at most", count(held["shrinkage"])),
        ("Explained variation at most 0.05 too good", count(held["optimism"])),
        ("Overall risk known to within 0.05", count(held["overall"])),
        ("All three", f"{count(held['n'])}, with {count(held['n_events'])} events"),
        ("There are", f"{model.n_people_:,}, with {model.n_events_:,} events"),
    )
    caption = (
        f"People that Riley's rules ask for: {held['n_parameters']} effects, a rate of "
        f"{held['rate']:.0%}, a concordance of {held['concordance']:.2f}"
    )
    return (ManualTable(caption, ("So that", "People"), rows),)


def rate_part(model: DropOutModel) -> ManualPart:
    """Say how often it happens, over all providers, beside what is published."""
    words, rates = OUTCOME_WORDS[model.outcome], rates_of(model, None)
    published = benchmark_for(model.outcome, model.days(None))
    beside = (
        f"Beside it, from published tables: {published.sentence}."
        if published
        else "No rate for England is published to set beside it."
    )
    return ManualPart(
        title="How often",
        sentences=(
            f"Of 100 people, about {rates.pooled:.0%}".removesuffix("%")
            + f" ({spanned(rates.pooled_low, rates.pooled_high, percent=False)}) "
            f"{words.happens} {words.until}, if the employer does not end it first; at a provider "
            f"not seen before, {spanned(rates.new_low, rates.new_high, percent=False)}. The "
            f"intervals hold {model.interval:.0%}.",
            beside,
        ),
    )


def evidence_figures(model: DropOutModel) -> dict[str, Any]:
    """Give the level, its reasons and the checks behind it as plain data."""
    checks = model.checks_
    return {
        **model.evidence().to_dict(),
        "checks": None if checks is None else checks.to_dict(),
        "sample_size": model.manifest_.get("sample_size"),
    }
