"""Whether a model still fits what is seen: other people, or other outcomes than expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.person_periods import PersonPeriods
from vbr_engine.risk.silences import CHANGED, FEWER, MORE
from vbr_engine.risk.spells import Spells, spells_of

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = [
    "CONTROL_LIMIT",
    "RATIOS",
    "Drift",
    "cusum",
    "drift_of",
    "population_stability",
    "running_sums",
    "silence",
]

Array = NDArray[np.float64]

# Above 0.25 a population is commonly said to have moved, from 0.1 to be moving.
_MOVED, _MOVING = 0.25, 0.1
# A chart that looks for half as many events again, or a third fewer, and cries wolf in about one of
# 20 runs of 24 months.
RATIOS = (1.5, 1 / 1.5)
CONTROL_LIMIT = 5.0
# People without whom shares of a population say nothing.
_FEWEST = 50


@dataclass(frozen=True, eq=False)
class Drift:
    """What has changed since a model was trained.

    Parameters
    ----------
    stability : DataFrame
        By effect: ``psi``, how far the people have moved, and ``sentence``.
    chart : DataFrame
        By month of start: ``people``, ``observed`` and ``expected`` events, and the sums ``more``
        and ``fewer`` that are held against the control limit.
    alarms : tuple of str
        What should silence the model until somebody has looked.
    """

    stability: pd.DataFrame
    chart: pd.DataFrame
    alarms: tuple[str, ...]


def drift_of(model: DropOutModel, careers: Careers) -> Drift:
    """Hold later careers against a model.

    Parameters
    ----------
    model : DropOutModel
    careers : Careers
        Of people who came after those that the model has learned from.

    Returns
    -------
    Drift

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> drift_of(DropOutModel().fit(careers), careers).alarms
    ()
    """
    spells = spells_of(careers, model.outcome)
    design = design_matrix(spells.features, model.effects_)
    shares = model.reference_.binned(design)
    psi = [
        population_stability(before, now, enough=len(spells) >= _FEWEST)
        for before, now in zip(model.reference_.shares, shares, strict=True)
    ]
    stability = pd.DataFrame({"effect": [effect.name for effect in model.effects_], "psi": psi})
    stability["sentence"] = [
        _moved(effect.label, figure) for effect, figure in zip(model.effects_, psi, strict=True)
    ]
    begun = "started_work" if model.outcome == "leaving" else "applied"
    months = _months(careers.frame, begun, spells)
    chart = cusum(months, *_observed_and_expected(model, spells, design.X))
    alarms = list(stability["sentence"][stability["psi"] > _MOVED])
    for name, form in (("more", MORE), ("fewer", FEWER)):
        over = chart.index[chart[name] > CONTROL_LIMIT]
        if len(over):
            alarms.append(form.format(month=over[0]))
    return Drift(stability, chart, tuple(alarms))


def silence(model: DropOutModel, drift: Drift) -> DropOutModel:
    """Have a model say nothing about anybody for as long as alarms stand.

    Parameters
    ----------
    model : DropOutModel
    drift : Drift

    Returns
    -------
    DropOutModel
        Itself; without alarms it speaks again.
    """
    model.alarms_ = drift.alarms
    return model


def population_stability(before: Array, now: Array, *, enough: bool = True) -> float:
    """Say how far a population has moved between bins.

    Parameters
    ----------
    before, now : ndarray
        Shares.
    enough : bool
        Whether there are enough people to tell; NaN where there are not.

    Returns
    -------
    float
        The population stability index: 0 where nothing has moved.

    Examples
    --------
    >>> round(population_stability(np.array([0.5, 0.5]), np.array([0.3, 0.7])), 4)
    0.1695
    """
    if not enough:
        return float("nan")
    there = (before > 0) | (now > 0)
    # An empty bin would make it endless: at least one in a thousand are thought to be there.
    old, new = np.maximum(before[there], 1e-3), np.maximum(now[there], 1e-3)
    return float(((new - old) * np.log(new / old)).sum())


def cusum(months: NDArray[np.object_], observed: Array, expected: Array) -> pd.DataFrame:
    """Add up, month by month, what speaks for more and for fewer events than expected.

    Parameters
    ----------
    months : ndarray of str, shape (n,)
        In which each person began.
    observed, expected : ndarray, shape (n,)
        Events of each.

    Returns
    -------
    DataFrame
        By month.

    Notes
    -----
    Log-likelihood ratios of a rate 1.5 times, or 1/1.5 times, that expected (Poisson), kept at
    nought or above (Page 1954, Biometrika 41, 100).
    """
    table = pd.DataFrame({"month": months, "people": 1, "observed": observed, "expected": expected})
    by_month = table.groupby("month", sort=True).sum()
    for name, ratio in zip(("more", "fewer"), RATIOS, strict=True):
        seen, thought = by_month["observed"].to_numpy(), by_month["expected"].to_numpy()
        by_month[name] = running_sums(seen, thought, ratio)
    return by_month


def running_sums(observed: Array, expected: Array, ratio: float) -> list[float]:
    """Add up what speaks for a rate so many times that expected, never below nought.

    Parameters
    ----------
    observed, expected : ndarray, shape (m,)
        Events by month.
    ratio : float

    Returns
    -------
    list of float

    Examples
    --------
    >>> [round(held, 2) for held in running_sums(np.array([3.0, 0]), np.array([1.0, 1]), 1.5)]
    [0.72, 0.22]
    """
    held, sums = 0.0, []
    for push in (observed * np.log(ratio) - expected * (ratio - 1)).tolist():
        held = max(0.0, held + push)
        sums.append(held)
    return sums


def _observed_and_expected(model: DropOutModel, spells: Spells, X: Array) -> tuple[Array, Array]:
    """Return each one's events and how many were expected for as long as they were seen."""
    posterior = model.posterior_
    places = model.numbers(pd.DataFrame({"provider": np.array(spells.providers)}))
    known = np.append(posterior.provider_mean, 0.0) if len(posterior.provider_mean) else np.zeros(1)
    own = known[places if len(known) > 1 else np.zeros_like(places)]
    people = PersonPeriods.of(spells, X, pooled=True)
    seen = (spells.exited > spells.entered) | (spells.exposure > 0)
    expected = np.zeros(len(spells))
    push = (X @ posterior.effects + own[spells.provider])[seen]
    found = np.empty(len(push))
    for rows in people.blocks():
        logits = posterior.baseline + push[rows, None]
        found[rows] = (expit(logits) * people.at_risk(rows)).sum(axis=1)
    expected[seen] = found
    return (spells.cause == 1).astype(float), expected


def _months(frame: pd.DataFrame, begun: str, spells: Spells) -> NDArray[np.object_]:
    dates = frame.set_index("application")[begun].reindex(spells.applications)
    months: NDArray[np.object_] = dates.dt.strftime("%Y-%m").fillna("").to_numpy(dtype=object)
    return months


def _moved(label: str, psi: float) -> str:
    if np.isnan(psi):
        return f"Too few people to tell whether they are alike in {label}."
    if psi > _MOVED:
        return CHANGED.format(label=label, figure=f"{psi:.2f}")
    if psi > _MOVING:
        return f"The people are changing in {label} (population stability {psi:.2f})."
    return f"The people are alike in {label} (population stability {psi:.2f})."
