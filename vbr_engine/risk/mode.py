"""The highest point of a posterior: Newton's steps on an arrow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from vbr_engine.risk.person_periods import PersonPeriods, Sums

__all__ = ["Mode", "Prior", "climb", "solved"]

Array = NDArray[np.float64]

_MOST_STEPS = 50
_MOST_HALVINGS = 30
# Rise in log-posterior that is as good as none, where steps can no longer be told from rounding.
_NO_RISE = 1e-6


@dataclass(frozen=True, eq=False)
class Prior:
    """A Gaussian prior for baseline and effects together.

    Parameters
    ----------
    mean : ndarray, shape (j + k,)
        For `j` intervals, then for `k` effects.
    precision : ndarray, shape (j + k, j + k)
    """

    mean: Array
    precision: Array

    @classmethod
    def of(cls, baseline: Prior, means: Array, sds: Array) -> Prior:
        """Set independent priors for effects beside one for the baseline."""
        j, k = len(baseline.mean), len(means)
        precision = np.zeros((j + k, j + k))
        precision[:j, :j] = baseline.precision
        precision[j:, j:] = np.diag(1 / sds**2)
        return cls(np.concatenate([baseline.mean, means]), precision)


@dataclass(frozen=True, eq=False)
class Mode:
    """A point on the way up, or at the top.

    Parameters
    ----------
    theta : ndarray, shape (j + k,)
    providers : ndarray, shape (p,)
    sums : Sums
        At this point.
    converged : bool
    """

    theta: Array
    providers: Array
    sums: Sums
    converged: bool = False

    def height(self, prior: Prior, spread: float) -> float:
        """Return the log-posterior, without its constants."""
        off = self.theta - prior.mean
        shrunk = float(self.providers @ self.providers) / spread**2
        return self.sums.value - 0.5 * (float(off @ prior.precision @ off) + shrunk)


def climb(
    people: PersonPeriods, prior: Prior, spread: float, at: Mode, *, tolerance: float = 1e-9
) -> Mode:
    """Take Newton's steps, halved where they do not rise, to the mode of the posterior.

    Parameters
    ----------
    people : PersonPeriods
    prior : Prior
    spread : float
        Standard deviation of provider effects.
    at : Mode
        Where to begin.
    tolerance : float
        Rise in log-posterior that a step must promise.

    Returns
    -------
    Mode
    """
    height = at.height(prior, spread)
    for _ in range(_MOST_STEPS):
        gradient = at.sums.gradient - prior.precision @ (at.theta - prior.mean)
        pull = at.sums.pull - at.providers / spread**2
        step, moves = solved(at.sums, prior, spread, gradient, pull)
        gain = 0.5 * float(gradient @ step + pull @ moves)
        if gain < tolerance:
            return Mode(at.theta, at.providers, at.sums, True)
        for halving in range(_MOST_HALVINGS):
            part = 0.5**halving
            theta, providers = at.theta + part * step, at.providers + part * moves
            tried = Mode(theta, providers, people.sums(theta, providers))
            reached = tried.height(prior, spread)
            if reached > height:
                break
        else:
            return Mode(at.theta, at.providers, at.sums, gain < _NO_RISE)
        at, height = tried, reached
    return at


def solved(
    sums: Sums, prior: Prior, spread: float, gradient: Array, pull: Array
) -> tuple[Array, Array]:
    """Multiply a vector by the inverse of the arrow.

    Parameters
    ----------
    sums : Sums
    prior : Prior
    spread : float
    gradient : ndarray, shape (j + k,)
    pull : ndarray, shape (p,)

    Returns
    -------
    step : ndarray, shape (j + k,)
    moves : ndarray, shape (p,)
    """
    diagonal = sums.diagonal + 1 / spread**2
    scaled = sums.cross / diagonal[:, None]
    dense = sums.dense + prior.precision - sums.cross.T @ scaled
    step = cho_solve(cho_factor(dense), gradient - scaled.T @ pull)
    return step, pull / diagonal - scaled @ step
