"""The declared effects and what is published about each."""

from __future__ import annotations

from functools import cache
from pkgutil import get_data
from typing import Any

import yaml

from vbr_engine.risk.features import Effect

__all__ = ["default_effects", "prior_table"]


@cache
def prior_table() -> dict[str, Any]:
    """Read the table of priors that comes with the package.

    Returns
    -------
    dict
        As it stands in ``priors.yaml``: date, shrinkage, standard deviation, effects.

    Examples
    --------
    >>> prior_table()["shrink"]
    0.5
    """
    held: dict[str, Any] = yaml.safe_load(get_data("vbr_engine.risk", "priors.yaml") or b"")
    return held


def default_effects(outcome: str, *, optional: bool = False) -> tuple[Effect, ...]:
    """List the declared effects on an outcome.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    optional : bool
        Whether those are among them that need to be shown to add first.

    Returns
    -------
    tuple of Effect

    Examples
    --------
    >>> [effect.name for effect in default_effects("leaving")][:3]
    ['travel', 'hours-shortfall', 'shift-mismatch']
    """
    table = prior_table()
    return tuple(
        _effect(entry, table)
        for entry in table["effects"]
        if outcome in entry["outcomes"] and (optional or not entry.get("optional"))
    )


def _effect(entry: dict[str, Any], table: dict[str, Any]) -> Effect:
    published = entry.get("published", {})
    log_odds = published.get("log-odds")
    bounds = {name: float(entry[name]) for name in ("least", "most") if name in entry}
    return Effect(
        name=entry["name"],
        label=entry["label"],
        group=entry["group"],
        form=entry["form"],
        columns=tuple(entry["columns"]),
        unit=entry["unit"],
        centre=float(entry["centre"]),
        per=float(entry["per"]),
        **bounds,
        lever=entry.get("lever"),
        categories=tuple(entry.get("categories", ())),
        optional=entry.get("optional", False),
        prior_mean=0.0 if log_odds is None else table["shrink"] * log_odds,
        prior_sd=entry.get("sd", table["sd"]),
        published=log_odds,
        source=published.get("source", ""),
        about=published.get("about", ""),
    )
