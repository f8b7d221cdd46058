"""Made-up facts about applications, and the groups that made-up people say they belong to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

__all__ = ["made_up_facts", "made_up_groups"]

_SOURCES = {
    "referral": 0.25,
    "job-board": 0.4,
    "jobcentre": 0.15,
    "social-media": 0.12,
    "walk-in": 0.08,
}


def made_up_facts(n: int, providers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Make up what is known of applications beforehand.

    Parameters
    ----------
    n, providers : int
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        With the ``number`` of the provider beside its name; providers are of unlike size.

    Examples
    --------
    >>> made_up_facts(2, 3, np.random.default_rng(1))["application"].tolist()
    ['simulated-000001', 'simulated-000002']
    """
    sizes = rng.lognormal(0, 0.7, providers)
    number = rng.choice(providers, n, p=sizes / sizes.sum())
    wanted = rng.choice([10, 16, 20, 25, 30, 37], n, p=[0.1, 0.2, 0.2, 0.15, 0.2, 0.15])
    offered = np.clip(wanted + rng.choice([-15, -8, -4, 0, 0, 4], n), 4, 45)
    return pd.DataFrame(
        {
            "application": [f"simulated-{place:06d}" for place in range(1, n + 1)],
            "provider": [f"simulated-provider-{place + 1:02d}" for place in number],
            "number": number,
            "source": rng.choice(list(_SOURCES), n, p=list(_SOURCES.values())),
            "travel_minutes": np.round(rng.gamma(2.2, 10, n)).clip(1, 120),
            "hours_wanted": wanted.astype(float),
            "hours_offered": offered.astype(float),
            "shift_match": np.round(rng.beta(4, 1.6, n), 2),
            "own_transport": _yes(rng.random(n) < 0.68),
            "guaranteed_hours": _yes(rng.random(n) < 0.5),
            "care_experience": _yes(rng.random(n) < 0.45),
            "contacted_within_hours": np.round(rng.lognormal(3.1, 0.9, n), 1).clip(0.5, 400),
            "composite": np.round(rng.normal(0.62, 0.1, n).clip(-0.2, 1), 3),
        }
    )


def _yes(truth: NDArray[np.bool_]) -> NDArray[np.object_]:
    return np.where(truth, "yes", "no").astype(object)


def made_up_groups(
    facts: pd.DataFrame, rng: np.random.Generator, *, proxy: float = 0.0
) -> pd.DataFrame:
    """Make up what people say of themselves on a monitoring form.

    Parameters
    ----------
    facts : DataFrame
    rng : numpy.random.Generator
    proxy : float
        Above 0, those who travel far are more often of group B.

    Returns
    -------
    DataFrame
        ``application``, ``group`` (A, B), ``sex``.

    Examples
    --------
    >>> facts = made_up_facts(500, 3, np.random.default_rng(1))
    >>> groups = made_up_groups(facts, np.random.default_rng(2), proxy=2)["group"]
    >>> far = facts["travel_minutes"].groupby(groups).mean()
    >>> bool(far["B"] > far["A"] + 10)
    True
    """
    travel = facts["travel_minutes"].to_numpy(dtype=float)
    apart = (travel - travel.mean()) / max(travel.std(), 1.0)
    in_b = rng.random(len(facts)) < expit(-0.85 + proxy * apart)
    men = rng.random(len(facts)) < 0.2
    return pd.DataFrame(
        {
            "application": facts["application"],
            "group": np.where(in_b, "B", "A").astype(object),
            "sex": np.where(men, "man", "woman").astype(object),
        }
    )
