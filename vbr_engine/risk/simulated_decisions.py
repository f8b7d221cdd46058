"""Made-up decisions about people of several groups, with selection rates that are set."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from vbr_engine.errors import DecisionsError

__all__ = ["simulate_decisions"]


def simulate_decisions(
    n: int,
    *,
    seed: int,
    shares: Mapping[str, float] | None = None,
    ratios: Mapping[str, float] | None = None,
    rate: float = 0.5,
    score_gaps: Mapping[str, float] | None = None,
    providers: int = 8,
    provider_sd: float = 0.0,
    unstated: float = 0.0,
) -> pd.DataFrame:
    """Make up a table of decisions.

    Parameters
    ----------
    n : int
        Decisions.
    seed : int
    shares : mapping of group to share, optional
        Of all people; by default A 0.6, B 0.3, C 0.1.
    ratios : mapping of group to ratio, optional
        Selection rate of a group over `rate`; 1 where nothing is said.
    rate : float
        Selection rate of a group whose ratio is 1, at an average provider.
    score_gaps : mapping of group to gap, optional
        Mean of the score over that of the others, in standard deviations; 0 where nothing is said.
    providers : int
    provider_sd : float
        How far providers differ: standard deviation of the logit of their selection rate. Above 0,
        ratios hold nearly.
    unstated : float
        Share of people who do not say their group.

    Returns
    -------
    DataFrame
        ``application``, ``provider``, ``group``, ``sex``, ``score``, ``decision`` (invite or
        decline), ``true_rate`` (the chance that the decision was drawn with).

    Raises
    ------
    DecisionsError
        If a number is out of its range, or a ratio is of a group that is not there.

    Examples
    --------
    >>> made = simulate_decisions(4000, seed=1, ratios={"B": 0.8})
    >>> rates = made["decision"].eq("invite").groupby(made["group"]).mean()
    >>> bool(abs(rates["B"] / rates["A"] - 0.8) < 0.06)
    True
    """
    shares = {"A": 0.6, "B": 0.3, "C": 0.1} if shares is None else dict(shares)
    ratios, gaps = dict(ratios or {}), dict(score_gaps or {})
    _check(n, shares, ratios, gaps, rate, unstated)
    rng = np.random.default_rng(seed)
    weights = np.array(list(shares.values())) / sum(shares.values())
    group = rng.choice(list(shares), n, p=weights)
    provider = rng.integers(0, providers, n)
    own = rng.normal(0, provider_sd, providers)[provider]
    base = np.array([rate * ratios.get(name, 1.0) for name in group])
    # A rate of 0 or 1 stays what it is.
    chance = expit(logit(base) + own)
    score = rng.normal(0.6, 0.12, n) + 0.12 * np.array([gaps.get(name, 0.0) for name in group])
    stated = rng.random(n) >= unstated
    return pd.DataFrame(
        {
            "application": [f"simulated-{place:06d}" for place in range(1, n + 1)],
            "provider": [f"simulated-provider-{place + 1:02d}" for place in provider],
            "group": pd.Series(group, dtype=object).where(stated, None),
            "sex": np.where(rng.random(n) < 0.2, "man", "woman").astype(object),
            "score": np.round(score.clip(-1, 1), 3),
            "decision": np.where(rng.random(n) < chance, "invite", "decline").astype(object),
            "true_rate": chance,
        }
    )


def _check(
    n: int,
    shares: Mapping[str, float],
    ratios: Mapping[str, float],
    gaps: Mapping[str, float],
    rate: float,
    unstated: float,
) -> None:
    unknown = sorted((set(ratios) | set(gaps)) - set(shares))
    highest = rate * max([1.0, *ratios.values()])
    wrong = {
        "at least one decision": n < 1,
        "shares above 0": not shares or min(shares.values()) <= 0,
        f"only groups that are there, not {', '.join(unknown)}": bool(unknown),
        "selection rates from 0 to 1": not 0 <= min([rate, *ratios.values()]) <= highest <= 1,
        "an unstated share from 0 to 1": not 0 <= unstated <= 1,
    }
    for expected, is_so in wrong.items():
        if is_so:
            raise DecisionsError(f"expected {expected}")
