"""Made-up careers with known risks: to practise on, to plan with, and to hold the model to.

Nothing here is about a person, a provider or a place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vbr_engine.errors import CareersError
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.simulated_faults import Faults, plant, turned_round
from vbr_engine.risk.simulated_people import made_up_facts, made_up_groups
from vbr_engine.risk.stages import STAGES

__all__ = ["TRUE_EFFECTS", "SimulatedCareers", "simulate_careers"]

Array = NDArray[np.float64]

# Effects on the log hazard in the units of the declared effects: about twice the size of the
# priors where something is published, and a few of which nothing is known beforehand.
TRUE_EFFECTS: dict[str, dict[str, float]] = {
    "withdrawal": {
        "travel": 0.15,
        "hours-shortfall": 0.3,
        "shift-mismatch": 0.25,
        "no-transport": 0.2,
        "no-guaranteed-hours": 0.3,
        "referred": -0.4,
        "slow-contact": 0.25,
    },
    "leaving": {
        "travel": 0.15,
        "hours-shortfall": 0.35,
        "shift-mismatch": 0.35,
        "no-transport": 0.25,
        "no-guaranteed-hours": 0.35,
        "new-to-care": 0.5,
        "referred": -0.4,
    },
}
# By step: chance that the candidate withdraws, that the employer ends it; days to the next.
_WITHDRAW = (0.03, 0.12, 0.05, 0.08, 0.05, 0.07, 0.07)
_DECLINE = (0.05, 0.0, 0.0, 0.15, 0.2, 0.0, 0.01)
_DAYS = (3, 4, 2, 7, 5, 4, 21)
# Of all who start, about this share leaves within the year; later weeks are quieter.
_CUMULATIVE_YEAR = 0.45
_SHAPE = 0.75
_DISMISSED, _MOVED = 0.06, 0.04
_YEAR = 365.0


@dataclass(frozen=True, eq=False)
class SimulatedCareers:
    """Made-up careers and the risks that they were drawn from.

    Parameters
    ----------
    frame : DataFrame
        A careers table, as a provider would keep it; applications are called ``simulated-...``.
    truth : DataFrame
        For each application ``withdrawal`` (net risk of withdrawing before the first day),
        ``leaving-30``, ``leaving-90``, ``leaving-180``, ``leaving-365`` (net risk of leaving within
        so many days of it), ``provider_effect`` (on the log hazard), and ``copy_of`` (the
        application that a planted duplicate repeats).
    monitoring : DataFrame
        ``application``, ``group`` (A, B) and ``sex``: what a monitoring form would hold, kept apart
        from the careers.
    cut : Timestamp
    effects : dict
        Outcome to effect to its true size on the log hazard (on the logit, for withdrawal).
    faults : Faults
    """

    frame: pd.DataFrame
    truth: pd.DataFrame
    monitoring: pd.DataFrame
    cut: pd.Timestamp
    effects: dict[str, dict[str, float]]
    faults: Faults


def simulate_careers(
    n: int,
    *,
    seed: int,
    providers: int = 40,
    provider_sd: float = 0.5,
    effects: Mapping[str, Mapping[str, float]] | None = None,
    start: str = "2025-01-01",
    months: float = 18.0,
    starters_only: bool = False,
    missing: float = 0.03,
    faults: Faults | None = None,
) -> SimulatedCareers:
    """Make up careers of applications that arrive evenly until the cut.

    Each provider has a log hazard of its own. Applications and first days are spread over the time
    up to the cut, so that many are followed for less than a year. Candidates withdraw or leave,
    employers decline, dismiss and transfer; the risks that are returned are those of the
    candidate's own decision, if nobody else ended it first.

    Parameters
    ----------
    n : int
        Applications; with `starters_only`, people who start work.
    seed : int
    providers : int
        Their sizes differ.
    provider_sd : float
        Standard deviation of their own log hazard.
    effects : mapping of outcome to effect to size, optional
        In place of `TRUE_EFFECTS`.
    start : str
        Day of the first application.
    months : float
        From the first application to the cut.
    starters_only : bool
        Leave the funnel out: everybody starts work.
    missing : float
        Share of practical facts that nobody wrote down.
    faults : Faults, optional
        What is wrong with the table, on purpose.

    Returns
    -------
    SimulatedCareers

    Raises
    ------
    CareersError
        If a number is out of its range.

    Examples
    --------
    >>> made = simulate_careers(200, seed=1)
    >>> len(made.frame), made.frame["application"].iloc[0]
    (200, 'simulated-000001')
    """
    _check(n, providers, provider_sd, months, missing)
    faults = faults or Faults()
    rng = np.random.default_rng(seed)
    true = {name: dict(sizes) for name, sizes in (effects or TRUE_EFFECTS).items()}
    if faults.wrong_signs:
        true = {name: turned_round(name, sizes) for name, sizes in true.items()}
    facts = made_up_facts(n, providers, rng)
    own = rng.normal(0, provider_sd, providers)[facts.pop("number").to_numpy()]
    first = pd.Timestamp(start)
    cut = first + pd.Timedelta(days=round(months * 30.4375))
    arrived = rng.uniform(0, (cut - first).days, n)
    moved = own + faults.drift * (arrived - (cut - first).days / 2) / _YEAR
    leaving = _pushes(facts, "leaving", true["leaving"]) + moved
    withdrawing = _pushes(facts, "withdrawal", true["withdrawal"]) + moved
    days, cause = _through_funnel(withdrawing, arrived, rng, starters_only=starters_only)
    scale = -np.log1p(-_CUMULATIVE_YEAR) * np.exp(-0.5 * provider_sd**2) * np.exp(leaving)
    left, by = _time_in_job(scale, days[:, -1], rng)
    frame = _table(facts, days, cause, left, by, first, cut)
    truth = _truth(frame, withdrawing, scale, own)
    hidden = list(facts.columns.drop(["application", "provider", "source"]))
    frame[hidden] = frame[hidden].mask(rng.random((n, len(hidden))) < missing)
    # A stream of its own: the same seed makes the same careers with faults and without.
    planting = np.random.default_rng([seed, 1])
    monitoring = made_up_groups(facts, planting, proxy=faults.proxy)
    frame, truth, monitoring = plant(faults, frame, truth, monitoring, cut, planting)
    return SimulatedCareers(frame, truth, monitoring, cut, true, faults)


def _truth(frame: pd.DataFrame, withdrawing: Array, scale: Array, own: Array) -> pd.DataFrame:
    truth = pd.DataFrame({"application": frame["application"], "provider": frame["provider"]})
    truth["withdrawal"] = 1 - np.prod(1 - _step_risks(withdrawing), axis=1)
    for day in (30, 90, 180, 365):
        truth[f"leaving-{day}"] = -np.expm1(-scale * (day / _YEAR) ** _SHAPE)
    return truth.assign(provider_effect=own, copy_of=None)


def _check(n: int, providers: int, provider_sd: float, months: float, missing: float) -> None:
    wrong = [
        f"expected {what}, got {got!r}"
        for what, got, right in (
            ("at least one application", n, n >= 1),
            ("at least one provider", providers, providers >= 1),
            ("a spread of providers of 0 or more", provider_sd, provider_sd >= 0),
            ("more than 0 months", months, months > 0),
            ("a missing share from 0 to below 1", missing, 0 <= missing < 1),
        )
        if not right
    ]
    if wrong:
        raise CareersError("; ".join(wrong))


def _pushes(facts: pd.DataFrame, outcome: str, sizes: Mapping[str, float]) -> Array:
    known = {effect.name: effect for effect in default_effects(outcome, optional=True)}
    unknown = sorted(set(sizes) - set(known))
    if unknown:
        raise CareersError(f"no effect on {outcome} is called {', '.join(unknown)}")
    X = design_matrix(facts, [known[name] for name in sizes]).X
    # About their mean, so that the level of the risk stays where it was set.
    pushes: Array = (X - X.mean(axis=0)) @ np.array(list(sizes.values()))
    return pushes


def _step_risks(push: Array) -> Array:
    chance = np.array(_WITHDRAW)
    risks: Array = expit(np.log(chance / (1 - chance)) + push[:, None])
    return risks


def _through_funnel(
    push: Array, arrived: Array, rng: np.random.Generator, *, starters_only: bool
) -> tuple[Array, NDArray[np.object_]]:
    """Return the day of each stage and of the end (NaN where not reached), and who ended it."""
    n, steps = len(push), len(_DAYS)
    days = np.full((n, steps + 2), np.nan)
    cause = np.full(n, None, dtype=object)
    waits = np.ceil(rng.exponential(_DAYS, (n, steps)))
    if starters_only:
        days[:, 0] = arrived - waits.sum(axis=1)
        days[:, 1 : steps + 1] = days[:, :1] + waits.cumsum(axis=1)
        return np.column_stack([days[:, :-2], days[:, -1], arrived]), cause
    withdrawn = rng.random((n, steps)) < _step_risks(push)
    declined = rng.random((n, steps)) < np.array(_DECLINE)
    days[:, 0] = arrived
    going = np.ones(n, dtype=bool)
    for step in range(steps):
        then = days[:, step] + waits[:, step]
        out = going & (withdrawn[:, step] | declined[:, step])
        # Who would do both does the one first that chance says.
        by_candidate = withdrawn[:, step] & (~declined[:, step] | (rng.random(n) < 0.5))
        days[out, -1] = then[out]
        cause[out] = np.where(by_candidate[out], "candidate", "employer")
        going &= ~out
        days[going, step + 1] = then[going]
    return np.column_stack([days[:, :-2], days[:, -1], days[:, -2]]), cause


def _time_in_job(
    scale: Array, began: Array, rng: np.random.Generator
) -> tuple[Array, NDArray[np.object_]]:
    """Return the day that the job ended, whenever that is, and who ended it."""
    n = len(scale)
    own = _YEAR * (rng.exponential(size=n) / scale) ** (1 / _SHAPE)
    dismissed = _YEAR * rng.exponential(size=n) / _DISMISSED
    moved = _YEAR * rng.exponential(size=n) / _MOVED
    times = np.column_stack([own, dismissed, moved])
    by = np.array(["candidate", "employer", "transfer"], dtype=object)[times.argmin(axis=1)]
    return began + np.floor(times.min(axis=1)), by


def _table(
    facts: pd.DataFrame,
    days: Array,
    cause: NDArray[np.object_],
    left: Array,
    by: NDArray[np.object_],
    first: pd.Timestamp,
    cut: pd.Timestamp,
) -> pd.DataFrame:
    """Write down what is known at the cut."""
    frame = facts.copy()
    stage_days = np.column_stack([days[:, : len(STAGES) - 1], days[:, -1]])
    ended = np.where(np.isnan(days[:, -1]), days[:, -2], left)
    who = np.where(np.isnan(days[:, -1]), cause, by)
    known = (cut - first).days
    for place, stage in enumerate(STAGES):
        frame[stage] = _dates(stage_days[:, place], known, first)
    frame["ended"] = _dates(ended, known, first)
    frame["ended_by"] = pd.Series(who, dtype=object).where(frame["ended"].notna(), None)
    return frame


def _dates(days: Array, known: int, first: pd.Timestamp) -> pd.Series[Any]:
    whole = np.where(days <= known, np.floor(days), np.nan)
    return (first + pd.to_timedelta(pd.Series(whole), unit="D")).astype("datetime64[s]")
