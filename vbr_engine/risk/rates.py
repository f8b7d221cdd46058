"""How many leave or withdraw at each provider, shrunk to what is seen everywhere.

Rates come from life tables, so that people who have not been seen to the end count for as long as
they were seen. A provider's rate is drawn to the rate of all providers by as much as providers
differ (beta-binomial); the rate of all is drawn to the published one by the weight of ten people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import betaincinv, betaln

from vbr_engine.risk.spells import EVENT, Spells

__all__ = ["BENCHMARK_WEIGHT", "LifeTable", "Rates", "provider_rates"]

Array = NDArray[np.float64]

# People that a published rate counts for: it is about all staff, not about new starters.
BENCHMARK_WEIGHT = 10.0
# What is held of how alike providers are: the strength of the prior is worth about this many
# people (a standard deviation of 0.5 of their log hazards at a risk of 40%).
_STRENGTH, _STRENGTH_SD = 10.0, 0.75
_BOUNDS = (0.5, 2000.0)


@dataclass(frozen=True, eq=False)
class LifeTable:
    """Who was at risk and who ended it, by provider and interval.

    Parameters
    ----------
    at_risk : ndarray, shape (p, j)
        People at risk; one seen for half of an interval counts for a half.
    events : ndarray, shape (p, j)
    """

    at_risk: Array
    events: Array

    @classmethod
    def of(cls, spells: Spells) -> LifeTable:
        """Count them.

        Parameters
        ----------
        spells : Spells

        Returns
        -------
        LifeTable
        """
        shape = (len(spells.providers), len(spells.intervals))
        provider, exited = spells.provider.astype(np.intp), spells.exited.astype(np.intp)
        change = np.zeros((shape[0], shape[1] + 1))
        seen = exited >= spells.entered
        np.add.at(change, (provider[seen], spells.entered[seen].astype(np.intp)), 1.0)
        np.add.at(change, (provider[seen], exited[seen]), -1.0)
        at_risk = change[:, :-1].cumsum(axis=1)
        np.add.at(at_risk, (provider[seen], exited[seen]), spells.exposure[seen])
        events = np.zeros(shape)
        ended = spells.cause == EVENT
        np.add.at(events, (provider[ended], exited[ended]), 1.0)
        return cls(at_risk, events)

    def n_events(self, share: Array | None = None) -> int:
        """Count the events of all providers up to a horizon.

        Parameters
        ----------
        share : ndarray, shape (j,), optional
            How much of each interval lies before the horizon.

        Returns
        -------
        int
        """
        by_interval = self.events.sum(axis=0)
        return int(by_interval.sum() if share is None else np.floor(by_interval @ share + 1e-9))

    def followed(self, share: Array) -> tuple[Array, Array, Array]:
        """Return rate, events and people seen to the end for each provider, and for all at last."""
        at_risk = np.vstack([self.at_risk, self.at_risk.sum(axis=0)])
        events = np.vstack([self.events, self.events.sum(axis=0)])
        pooled = _ratio(events[-1], at_risk[-1], np.zeros(len(share)))
        hazard = _ratio(events, at_risk, np.broadcast_to(pooled, events.shape))
        rate = 1 - np.prod((1 - hazard) ** share, axis=1)
        counted = (events * share).sum(axis=1)
        expected = (at_risk * pooled * share).sum(axis=1)
        # As many people, each seen to the end, as would bring so many events.
        some = counted > 0
        people = _ratio(np.where(some, counted, expected), np.where(some, rate, rate[-1]), 0.0)
        # Where nobody has ever ended it: by how much of the time was seen.
        seen = (at_risk * (share > 0)).max(axis=1)
        people = np.where(rate[-1] > 0, np.minimum(people, seen), seen)
        return np.where(some, rate, 0.0), counted, people


def _ratio(above: Array, below: Array, otherwise: Array | float) -> Array:
    ratio: Array = np.where(below > 0, above / np.where(below > 0, below, 1.0), otherwise)
    return ratio


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates with their intervals.

    Parameters
    ----------
    rate, low, high : ndarray, shape (p,)
        Of each provider, shrunk.
    people, events : ndarray, shape (p,)
        As if each had been seen to the end.
    pooled, pooled_low, pooled_high : float
        Of all providers together.
    new_low, new_high : float
        Where the rate of a provider lies that has not been seen.
    strength : float
        People that the rate of all counts for when a provider's own is drawn to it.
    """

    rate: Array
    low: Array
    high: Array
    people: Array
    events: Array
    pooled: float
    pooled_low: float
    pooled_high: float
    new_low: float
    new_high: float
    strength: float

    def to_frame(self, providers: tuple[str, ...]) -> pd.DataFrame:
        """List them by provider.

        Parameters
        ----------
        providers : tuple of str

        Returns
        -------
        DataFrame
        """
        names = ("rate", "low", "high", "people", "events")
        held = {name: getattr(self, name) for name in names}
        return pd.DataFrame({"provider": list(providers), **held})


def provider_rates(
    table: LifeTable,
    *,
    share: Array | None = None,
    benchmark: float | None = None,
    level: float = 0.9,
) -> Rates:
    """Work out each provider's rate.

    Parameters
    ----------
    table : LifeTable
    share : ndarray, shape (j,), optional
        How much of each interval counts; all of each by default.
    benchmark : float, optional
        The published rate.
    level : float
        Probability that an interval holds.

    Returns
    -------
    Rates

    Examples
    --------
    >>> table = LifeTable(np.array([[20.0], [4.0]]), np.array([[5.0], [4.0]]))
    >>> rates = provider_rates(table)
    >>> rates.rate.round(2).tolist(), round(rates.pooled, 2)
    ([0.29, 0.59], 0.39)
    """
    counted = np.ones(table.events.shape[1]) if share is None else share
    _rate, events, people = table.followed(counted)
    first = (0.5, 0.5)
    if benchmark is not None:
        first = (BENCHMARK_WEIGHT * benchmark, BENCHMARK_WEIGHT * (1 - benchmark))
    middle = (first[0] + events[-1]) / (sum(first) + people[-1])
    strength = _strength(events[:-1], people[:-1], middle)
    # People of one provider are alike: they count for fewer.
    weight = people[:-1] * (1 + strength) / (people[:-1] + strength)
    share_of_events = events[-1] / people[-1] if people[-1] else 0.0
    all_a = first[0] + weight.sum() * share_of_events
    all_b = first[1] + weight.sum() * (1 - share_of_events)
    pooled = all_a / (all_a + all_b)
    a, b = strength * pooled, strength * (1 - pooled)
    own_a, own_b = a + events[:-1], b + np.maximum(people[:-1] - events[:-1], 0)
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = (betaincinv(own_a, own_b, tail) for tail in tails)
    pooled_low, pooled_high = (float(betaincinv(all_a, all_b, tail)) for tail in tails)
    new_low, new_high = (float(betaincinv(a, b, tail)) for tail in tails)
    return Rates(
        own_a / (own_a + own_b),
        low,
        high,
        people[:-1],
        events[:-1],
        float(pooled),
        pooled_low,
        pooled_high,
        new_low,
        new_high,
        strength,
    )


def _strength(events: Array, people: Array, middle: float) -> float:
    """Estimate how alike providers are, in people: the mode under a log-normal prior."""
    stayed = np.maximum(people - events, 0)

    def loss(log_strength: float) -> float:
        a, b = np.exp(log_strength) * middle, np.exp(log_strength) * (1 - middle)
        likelihood = float((betaln(a + events, b + stayed) - betaln(a, b)).sum())
        off = (log_strength - np.log(_STRENGTH)) / _STRENGTH_SD
        return float(0.5 * off**2 - likelihood)

    bounds = (float(np.log(_BOUNDS[0])), float(np.log(_BOUNDS[1])))
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-3})
    return float(np.exp(best.x))
