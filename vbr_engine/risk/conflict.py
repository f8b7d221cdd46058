"""Whether the local data speak against the published effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard
from vbr_engine.risk.spells import Spells

__all__ = ["PriorConflict", "prior_conflict"]

# The slope of the published index must be able to be at least this, within this interval.
LEAST_SLOPE = 0.3
LEVEL = 0.8
_WIDE = 10.0
_ONE_SIDED = float(ndtri(0.95) / ndtri(0.5 + LEVEL / 2))


@dataclass(frozen=True)
class PriorConflict:
    """How well the published index fits the local data.

    Parameters
    ----------
    slope, low, high : float
        Slope of the index on the local data with its 80% interval; 1 where effects are as the
        prior says. NaN where no effect has a published figure.
    conflict : bool
        Whether the interval lies below 0.3 as a whole.
    """

    slope: float
    low: float
    high: float
    conflict: bool

    @property
    def surely_above(self) -> float:
        """What the slope lies above with a probability of 95%."""
        return self.slope - (self.slope - self.low) * _ONE_SIDED


def prior_conflict(
    spells: Spells,
    X: NDArray[np.float64],
    prior_means: NDArray[np.float64],
    *,
    spread: float | None = None,
    baseline: NDArray[np.float64] | None = None,
) -> PriorConflict:
    """Refit the slope of the published index on local data.

    Parameters
    ----------
    spells : Spells
    X : ndarray, shape (n, k)
    prior_means : ndarray, shape (k,)
    spread : float, optional
        Standard deviation of provider effects; 0 to leave them out; estimated by default.
    baseline : ndarray, shape (j,), optional
        Where to look for the baseline first.

    Returns
    -------
    PriorConflict
    """
    index = X @ prior_means
    if not np.ptp(index):
        return PriorConflict(np.nan, np.nan, np.nan, False)
    prior = Prior.of(baseline_prior(spells), np.ones(1), np.full(1, _WIDE))
    posterior = fit_hazard(
        spells,
        index[:, None],
        prior,
        provider_effects=spread != 0,
        spread=spread or None,
        start=None if baseline is None else np.append(baseline, 1.0),
    )
    slope = float(posterior.effects[0])
    width = float(ndtri(0.5 + LEVEL / 2) * np.sqrt(posterior.covariance[-1, -1]))
    return PriorConflict(slope, slope - width, slope + width, slope + width < LEAST_SLOPE)
