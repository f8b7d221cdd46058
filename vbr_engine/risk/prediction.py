"""What is said about each candidate: a figure, a band, or why neither, beside the rates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from vbr_engine.risk.abstention import FEWEST_STARTS, abstentions, fallbacks, starts_of
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.posterior import Posterior
from vbr_engine.risk.published_rates import benchmark_for
from vbr_engine.risk.rates import Rates, provider_rates
from vbr_engine.risk.stages import anything_ahead, share_ahead
from vbr_engine.risk.tenure import days_behind

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["BANDS", "PREDICTION_COLUMNS", "bands", "predict", "rates_of"]

Array = NDArray[np.float64]

PREDICTION_COLUMNS = (
    "application",
    "provider",
    "outcome",
    "horizon",
    "elapsed",
    "level",
    "risk",
    "low",
    "high",
    "band",
    "shown",
    "why_not",
    "provider_rate",
    "provider_low",
    "provider_high",
    "england_rate",
    "note",
)
# A hazard of less than 0.8, or more than 1.25, times that of the usual situation.
BANDS = ("lower", "usual", "higher")
_BOUND = float(np.log(1.25))
_BAND_LEVEL = 0.8


def predict(
    model: DropOutModel,
    candidates: pd.DataFrame,
    horizon: int | None,
    today: date,
    elapsed: ArrayLike | None = None,
) -> pd.DataFrame:
    """Say for each candidate what the evidence carries; see `DropOutModel.predict_risk`."""
    design = design_matrix(candidates, model.effects_)
    days = days_behind(model.outcome, candidates, today, elapsed)
    figures = model.risks(candidates, horizon, design=design, elapsed=days)
    why = abstentions(
        model, candidates, today, horizon=horizon, design=design, elapsed=days
    ).to_numpy()
    level = model.evidence(horizon).level
    quiet = why != ""
    table = figures.assign(
        outcome=model.outcome,
        horizon=model.days(horizon),
        elapsed=pd.array(np.where(days > 0, days, np.nan)).astype("Int64"),
        level=level.code,
        band=np.where(quiet, "", bands(model.speaking(horizon), design.X)),
        shown=~quiet & level.shows_figure,
        why_not=np.where(quiet | level.shows_figure, why, model.evidence(horizon).sentence),
        note=fallbacks(model, candidates).to_numpy(),
    )
    numbers = ["risk", "low", "high"]
    table[numbers] = table[numbers].where(table["shown"])
    _set_rates(table, model, candidates, horizon, days)
    return table[list(PREDICTION_COLUMNS)]


def bands(posterior: Posterior, X: Array) -> NDArray[np.object_]:
    """Name for each person all bands that the interval of their situation touches.

    Parameters
    ----------
    posterior : Posterior
    X : ndarray, shape (n, k)

    Returns
    -------
    ndarray of str, shape (n,)
        Such as ``usual`` or ``usual/higher``.
    """
    j = posterior.n_intervals
    push = X @ posterior.effects
    sd = np.sqrt(np.einsum("ij,ij->i", X @ posterior.covariance[j:, j:], X))
    width = float(ndtri(0.5 + _BAND_LEVEL / 2)) * sd
    first = np.searchsorted([-_BOUND, _BOUND], push - width)
    last = np.searchsorted([-_BOUND, _BOUND], push + width)
    words = np.array(
        [["/".join(BANDS[low : high + 1]) for high in range(3)] for low in range(3)], dtype=object
    )
    named: NDArray[np.object_] = words[first, last]
    return named


def rates_of(model: DropOutModel, horizon: int | None, since: float = 0) -> Rates:
    """Return the rates of providers up to a horizon, from a step on.

    Parameters
    ----------
    model : DropOutModel
    horizon : int, optional
    since : float
        Intervals that no longer count, the last of them in part.

    Returns
    -------
    Rates
    """
    share = share_ahead(model.share(horizon), np.array([since]))[0]
    published = benchmark_for(model.outcome, model.days(horizon))
    held = None if published is None or since else published.rate
    return provider_rates(model.life_table_, share=share, benchmark=held, level=model.interval)


def _set_rates(
    table: pd.DataFrame,
    model: DropOutModel,
    candidates: pd.DataFrame,
    horizon: int | None,
    days: Array,
) -> None:
    """Set the rates beside each candidate: from the step on that they are at."""
    published = benchmark_for(model.outcome, model.days(horizon))
    table["england_rate"] = np.nan if published is None else published.rate
    place = model.numbers(candidates)
    own = starts_of(model, candidates) >= FEWEST_STARTS
    since = model.since(candidates, days)
    found = np.full((3, len(table)), np.nan)
    steps = np.unique(since)
    ahead = anything_ahead(share_ahead(model.share(horizon), steps))
    for step in steps[ahead]:
        here = since == step
        rates = rates_of(model, horizon, float(step))
        theirs = place[here & own]
        found[:, here] = np.array([[rates.pooled], [rates.new_low], [rates.new_high]])
        found[:, here & own] = (rates.rate[theirs], rates.low[theirs], rates.high[theirs])
    table["provider_rate"], table["provider_low"], table["provider_high"] = found
