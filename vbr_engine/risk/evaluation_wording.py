"""What an evaluation found, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from vbr_engine.risk.measures import FIGURE_WORDS

if TYPE_CHECKING:
    from vbr_engine.risk.evaluation import Evaluation

__all__ = ["ALONE", "alarm", "came_late", "few_providers", "sentences", "table", "too_few"]

ALONE = (
    "There is one provider, so the model was judged on the people that it has learned from, which "
    "flatters it."
)
# What honest figures reach.
HONEST = 0.65
_PER_CENT = ("observed", "expected", "scaled-brier")


def by_then(horizon: int | str) -> str:
    """Say a horizon."""
    return "before the first day" if isinstance(horizon, str) else f"within {horizon} days"


def too_few(horizon: int | str, left: int, stayed: int, least: int) -> str:
    """Say why a horizon has no figures."""
    return (
        f"No figures for leaving {by_then(horizon)}: {left} are known to have left and {stayed} "
        f"to have stayed; at least {least} of each are needed."
    )


def few_providers(many: int, least: int) -> str:
    """Say that intervals leave providers' differences out."""
    count = "one provider" if many == 1 else f"{many} providers"
    return (
        f"There are {count}: with fewer than {least}, intervals take people as independent, and "
        f"say too little about how providers differ."
    )


def came_late(people: int) -> str:
    """Say who was left out."""
    return (
        f"{people:,} people were there already when records began; they are left out, because the "
        f"others of their kind had gone by then."
    )


def alarm(row: pd.Series[Any], limit: float) -> str:
    """Say that it looks too good to be true, or may be by chance."""
    chance = " With so wide an interval it may be chance, too." if row["low"] < HONEST else ""
    return (
        f"The area under the curve is {_told(row)} {by_then(row['horizon'])}. From what is known "
        f"before somebody starts, honest figures lie at 0.58 to {HONEST:.2f}; above {limit:.2f} "
        f"look for a leak before believing it: a field filled in afterwards, the same person "
        f"twice, a code that follows from the outcome.{chance}"
    )


def table(figures: pd.DataFrame) -> pd.DataFrame:
    """Lay figures out, a column for each view."""
    if not len(figures):
        return pd.DataFrame(columns=["horizon", "figure"])
    text = figures.assign(text=[_told(row) for _, row in figures.iterrows()])
    views = list(dict.fromkeys(figures["view"]))
    keys = ["horizon", "figure"]
    wide = figures[keys].drop_duplicates().reset_index(drop=True)
    for view in views:
        part = text[text["view"] == view].set_index(keys)["text"]
        wide[view] = [part.get((row.horizon, row.figure), "") for row in wide.itertuples()]
    wide["figure"] = wide["figure"].map(FIGURE_WORDS)
    return wide


def _told(row: pd.Series[Any]) -> str:
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if not np.isfinite(value):
        return "not known"
    digits = 3 if "brier" in str(row.get("figure", "")) else 2
    if not np.isfinite(low):
        return f"{value:.{digits}f} (interval not known)"
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def sentences(found: Evaluation) -> tuple[str, ...]:
    """Say what was found."""
    what = "withdrew" if found.outcome == "withdrawal" else "left"
    people = f"{found.n_people:,} people at {found.n_providers:,} providers"
    if not found.horizons:
        return (f"{people.capitalize()}, {found.n_events:,} of whom {what}.", *found.notes)
    last = found.horizons[-1]
    share = round(100 * found.interval)
    told = [
        f"{people}, {found.n_events:,} of whom {what} {by_then(last)} as far as can be seen. "
        f"Figures in brackets hold with {share}% probability.",
        _seen(found, what, last),
        _view(found),
        _apart(found, what, last),
        _level(found, what, last),
        _spread(found),
        _nearer(found),
    ]
    told += [found.alarm] if found.alarm else []
    return tuple(sentence for sentence in told if sentence) + found.notes


def _view(found: Evaluation) -> str:
    if found.judged == "held out":
        return "The model was judged on providers that it had not learned from."
    return "The model was judged as it stands, on the people given."


def _seen(found: Evaluation, what: str, last: int | str) -> str:
    value = found.figure("observed")
    if not np.isfinite(value).all():
        return ""
    rate, low, high = (round(100 * bound) for bound in value)
    return (
        f"Of 100 people like them, about {rate} ({low} to {high}) {what} {by_then(last)}, if "
        f"nobody else ended it first."
    )


def _apart(found: Evaluation, what: str, last: int | str) -> str:
    value, low, high = found.figure("auc")
    if not np.isfinite(low):
        return ""
    pairs, least, most = (round(100 * bound) for bound in (value, low, high))
    beyond = "" if low > 0.5 else " That is no better than chance can be."
    return (
        f"Of a person who {what} {by_then(last)} and one who stayed, the first had the higher risk "
        f"in {pairs} of 100 pairs ({least} to {most}); a coin gives 50.{beyond}"
    )


def _level(found: Evaluation, what: str, last: int | str) -> str:
    value, low, high = found.figure("observed/expected")
    if not np.isfinite(low):
        return ""
    for_each, least, most = (round(100 * bound) for bound in (value, low, high))
    return (
        f"For every 100 who were expected to have {'withdrawn' if what == 'withdrew' else what} "
        f"{by_then(last)}, {for_each} had ({least} to {most})."
    )


def _spread(found: Evaluation) -> str:
    value, low, high = found.figure("slope")
    if not np.isfinite(low):
        return ""
    if low <= 1 <= high:
        reading = "which fits"
    else:
        reading = "so they are spread too far" if high < 1 else "so they lie too close together"
    return (
        f"Differences between risks are as large as they should be where the slope is 1: it is "
        f"{value:.2f} ({low:.2f} to {high:.2f}), {reading}."
    )


def _nearer(found: Evaluation) -> str:
    value, low, high = (100 * bound for bound in found.figure("scaled-brier"))
    if not np.isfinite(low):
        return ""
    return (
        f"Against one risk for everybody, the squared error gains {value:.1f}% ({low:.1f} to "
        f"{high:.1f}); 1 to 6% is usual, and below 0 one risk for everybody is better."
    )
