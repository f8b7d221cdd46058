"""The declared effects and what is published about each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pkgutil import get_data
from typing import Any

import yaml

from vbr_engine.errors import CareersError, Problem
from vbr_engine.risk.features import FORMS, GROUPS, Effect
from vbr_engine.risk.stages import OUTCOMES

__all__ = ["declared_effects", "default_effects", "effects_of", "override_priors", "prior_table"]

_NEEDED = ("name", "label", "group", "form", "columns", "unit", "centre", "per", "outcomes")


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
    return effects_of(prior_table(), outcome, optional=optional)


@cache
def declared_effects() -> tuple[Effect, ...]:
    """List every declared effect once, those that need to be shown to add included.

    Returns
    -------
    tuple of Effect

    Examples
    --------
    >>> len(declared_effects()) == len(set(effect.name for effect in declared_effects()))
    True
    """
    every = [effect for name in OUTCOMES for effect in default_effects(name, optional=True)]
    return tuple({effect.name: effect for effect in every}.values())


def effects_of(
    table: Mapping[str, Any], outcome: str, *, optional: bool = False
) -> tuple[Effect, ...]:
    """Read declared effects from a table of priors, such as an operator's own.

    Parameters
    ----------
    table : mapping
        As ``priors.yaml`` of this package.
    outcome : {"withdrawal", "leaving"}
    optional : bool

    Returns
    -------
    tuple of Effect

    Raises
    ------
    CareersError
        With everything in the table that cannot be.

    Examples
    --------
    >>> effects_of({**prior_table(), "shrink": 1.0}, "leaving")[0].prior_mean
    0.13
    """
    problems = list(_problems(table))
    if problems:
        raise CareersError(problems)
    return tuple(
        _effect(entry, table)
        for entry in table["effects"]
        if outcome in entry["outcomes"] and (optional or not entry.get("optional"))
    )


def override_priors(
    effects: Sequence[Effect], priors: Mapping[str, tuple[float, float]]
) -> tuple[Effect, ...]:
    """Give some effects another prior.

    Parameters
    ----------
    effects : sequence of Effect
    priors : mapping of str to (float, float)
        By effect: mean and standard deviation of one unit on the logit of the hazard.

    Returns
    -------
    tuple of Effect

    Raises
    ------
    CareersError
        If an effect is not among them, or a standard deviation is not above nought.

    Examples
    --------
    >>> override_priors(default_effects("leaving"), {"travel": (0.0, 0.1)})[0].prior_sd
    0.1
    """
    unknown = sorted(set(priors) - {effect.name for effect in effects})
    problems = [Problem(message=f"there is no effect {name!r}") for name in unknown]
    problems += [
        Problem(message=f"expected a standard deviation above 0, got {sd!r}", path=name)
        for name, (_mean, sd) in priors.items()
        if not sd > 0
    ]
    if problems:
        raise CareersError(problems)
    return tuple(
        replace(
            effect,
            prior_mean=float(priors[effect.name][0]),
            prior_sd=float(priors[effect.name][1]),
            source="set by the operator",
            about="",
            published=None,
        )
        if effect.name in priors
        else effect
        for effect in effects
    )


def _problems(table: Mapping[str, Any]) -> Iterator[Problem]:
    """Find what cannot be in a table of priors."""
    if table.get("format") != 1:
        yield Problem(message=f"expected format 1, got {table.get('format')!r}", path="format")
    if not isinstance(table.get("dated"), date):
        yield Problem(message="expected the day that it was written on", path="dated")
    for name, least, most in (("shrink", 0, 1), ("sd", 0, 5)):
        if not _is_number(table.get(name), least, most):
            said = f"expected a number from {least} to {most}, got {table.get(name)!r}"
            yield Problem(message=said, path=name)
    entries = table.get("effects")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield Problem(message="expected a list of effects", path="effects")
        return
    names = [entry.get("name") for entry in entries]
    for place, entry in enumerate(entries):
        path = f"effects.{entry.get('name', place)}"
        if names.count(entry.get("name")) > 1:
            yield Problem(message="is there twice", path=path)
        yield from (Problem(message=said, path=path) for said in _wrong_in(entry))


def _wrong_in(entry: Mapping[str, Any]) -> Iterator[str]:
    missing = [name for name in _NEEDED if name not in entry]
    if missing:
        yield f"has no {', '.join(missing)}"
        return
    for name, known in (("group", GROUPS), ("form", FORMS)):
        if entry[name] not in known:
            yield f"expected {name} to be one of {', '.join(known)}, got {entry[name]!r}"
    wanted = 2 if entry["form"] == "shortfall" else 1
    if len(entry["columns"]) != wanted:
        yield f"expected {wanted} of columns for {entry['form']}, got {len(entry['columns'])}"
    if not set(entry["outcomes"]) <= set(OUTCOMES):
        yield f"expected outcomes among {', '.join(OUTCOMES)}, got {entry['outcomes']}"
    if not _is_number(entry["per"], 1e-9, 1e9):
        yield f"expected the size of a unit above 0 as per, got {entry['per']!r}"
    if not _is_number(entry.get("sd", 1), 1e-6, 5):
        yield f"expected a standard deviation above 0 as sd, got {entry['sd']!r}"
    if entry["form"] == "one-of" and not entry.get("categories"):
        yield "has no categories"
    published = entry.get("published")
    if published is not None:
        if not _is_number(published.get("log-odds"), -3, 3):
            yield f"expected published log-odds from -3 to 3, got {published.get('log-odds')!r}"
        if not published.get("source"):
            yield "what is published has no source"


def _is_number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and least <= value <= most


def _effect(entry: Mapping[str, Any], table: Mapping[str, Any]) -> Effect:
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
