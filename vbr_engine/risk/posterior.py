"""What a hazard model holds after the data, and the risks that follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from vbr_engine.risk.stages import share_ahead

__all__ = ["NOBODY", "Posterior", "Risk"]

Array = NDArray[np.float64]

# In place of a provider's number: a provider that the model has not seen.
NOBODY = -1
# People whose intervals fit into the cache of one core.
_BLOCK = 4096
# A logit beyond which a hazard is as good as certain.
_CERTAIN = 500.0
# Gauss-Hermite nodes for the mean over a standard normal.
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_TINY = np.finfo(float).tiny


@dataclass(frozen=True, eq=False)
class Risk:
    """Risks with their intervals.

    Parameters
    ----------
    risk : ndarray, shape (n,)
        Mean of the posterior, 0 to 1: of 100 people like this, so many.
    low, high : ndarray, shape (n,)
        Bounds of the equal-tailed interval.
    log_hazard_sd : ndarray, shape (n,)
        Standard deviation of the logarithm of the cumulative hazard.
    """

    risk: Array
    low: Array
    high: Array
    log_hazard_sd: Array


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is held after the data: a Gaussian for baseline, effects and providers.

    Parameters
    ----------
    mean : ndarray, shape (j + k,)
        Baseline by interval, then effects.
    covariance : ndarray, shape (j + k, j + k)
    provider_mean, provider_variance : ndarray, shape (p,)
    provider_cross : ndarray, shape (p, j + k)
        Covariance of each provider's effect with baseline and effects.
    spread : float
        Standard deviation of provider effects; 0 where they are left out.
    n_intervals : int
    log_likelihood : float
        At the mode.
    log_evidence : float
        Laplace's approximation to the log marginal likelihood.
    converged : bool
    """

    mean: Array
    covariance: Array
    provider_mean: Array
    provider_variance: Array
    provider_cross: Array
    spread: float
    n_intervals: int
    log_likelihood: float
    log_evidence: float
    converged: bool

    @property
    def baseline(self) -> Array:
        """Logit hazards at the centre of all effects, by interval."""
        return self.mean[: self.n_intervals]

    @property
    def effects(self) -> Array:
        """Effects on the logit of the hazard, one unit each."""
        return self.mean[self.n_intervals :]

    def variances(self, X: Array, provider: NDArray[np.integer]) -> Array:
        """Work out the variance of each logit hazard.

        Parameters
        ----------
        X : ndarray, shape (n, k)
        provider : ndarray of int, shape (n,)
            -1 for one not seen before.

        Returns
        -------
        ndarray, shape (n, j)
        """
        j = self.n_intervals
        known = provider != NOBODY
        _means, cross, own = self._of_providers(np.where(known, provider, 0), known)
        within = np.einsum("ik,ik->i", X @ self.covariance[j:, j:] + 2 * cross[:, j:], X) + own
        between = X @ self.covariance[j:, :j] + cross[:, :j]
        both: Array = np.diag(self.covariance)[:j] + 2 * between + within[:, None]
        return both

    def along(self, direction: Array) -> Posterior:
        """Spread one effect over several, in fixed proportions.

        Parameters
        ----------
        direction : ndarray, shape (k,)
            What a unit of the one effect means for each of the several.

        Returns
        -------
        Posterior
            Of the several effects; they move together.
        """
        j, k = self.n_intervals, len(direction)
        spread = np.zeros((j + k, j + 1))
        spread[:j, :j] = np.eye(j)
        spread[j:, j] = direction
        return replace(
            self,
            mean=spread @ self.mean,
            covariance=spread @ self.covariance @ spread.T,
            provider_cross=self.provider_cross @ spread.T,
        )

    def risk(
        self,
        X: Array,
        provider: NDArray[np.integer] | None = None,
        *,
        since: ArrayLike = 0,
        share: Array | None = None,
        level: float = 0.9,
    ) -> Risk:
        """Say how likely each person is to end it from one interval up to another.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Effects, as they were fitted.
        provider : ndarray of int, shape (n,), optional
            Number of each person's provider; -1, and the default, for one not seen before, whose
            effect is anything that the spread of provider effects allows.
        since : array-like, shape (n,) or ()
            Intervals that each has behind them, the last of them in part: the risk is of those who
            have come so far.
        share : ndarray, shape (j,), optional
            How much of each interval counts, 0 to 1; all of each by default.
        level : float
            Probability that the interval holds.

        Returns
        -------
        Risk

        Notes
        -----
        The logarithm of the cumulative hazard is taken as Gaussian, its spread by the delta method,
        its middle such that the mean of the cumulative hazard is right to second order; the bounds
        are its quantiles. The risk is net of competing exits: what would be seen if nobody but the
        candidate could end it.
        """
        n = len(X)
        codes = np.full(n, NOBODY) if provider is None else np.asarray(provider)
        begin = np.broadcast_to(np.asarray(since, dtype=np.float64), (n,))
        counted = np.ones(self.n_intervals) if share is None else share
        middle, sd = np.empty(n), np.empty(n)
        for rows in _blocks(n):
            middle[rows], sd[rows] = self._log_hazard(X[rows], codes[rows], begin[rows], counted)
        width = float(ndtri(0.5 + level / 2)) * sd
        low, high = (-np.expm1(-np.exp(middle + move)) for move in (-width, width))
        risk = np.zeros(n)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            risk -= weight * np.expm1(-np.exp(middle + node * sd))
        return Risk(risk, low, high, sd)

    def _log_hazard(
        self, X: Array, provider: NDArray[np.integer], since: NDArray[np.float64], share: Array
    ) -> tuple[Array, Array]:
        """Return the middle of the log cumulative hazard, and its standard deviation."""
        known = provider != NOBODY
        place = np.where(known, provider, 0)
        means, cross, variances = self._of_providers(place, known)
        eta = self.baseline + (X @ self.effects + means)[:, None]
        ahead = share_ahead(share, since)
        odds = np.exp(np.minimum(eta, _CERTAIN))
        both = 1 + odds
        hazard = odds / both
        hazard *= ahead
        total = np.maximum(np.einsum("ij,ij->i", np.log(both), ahead), _TINY)
        push = hazard.sum(axis=1) / total
        slope = np.zeros((len(X), len(self.mean)))
        slope[:, : self.n_intervals] = hazard / total[:, None]
        slope[:, self.n_intervals :] = push[:, None] * X
        variance = np.einsum("ij,ij->i", slope @ self.covariance, slope)
        variance += push * (2 * np.einsum("ij,ij->i", slope, cross) + push * variances)
        variance = np.maximum(variance, 0)
        # Uncertainty of single intervals that evens out in the sum still lifts its mean.
        odds *= np.exp(0.5 * self.variances(X, provider))
        expected = np.maximum(np.einsum("ij,ij->i", np.log(1 + odds), ahead), _TINY)
        return np.log(expected) - 0.5 * variance, np.sqrt(variance)

    def _of_providers(
        self, place: NDArray[np.integer], known: NDArray[np.bool_]
    ) -> tuple[Array, Array, Array]:
        if not len(self.provider_mean):
            zeros = np.zeros(len(place))
            return zeros, np.zeros((len(place), len(self.mean))), zeros
        return (
            np.where(known, self.provider_mean[place], 0.0),
            np.where(known[:, None], self.provider_cross[place], 0.0),
            np.where(known, self.provider_variance[place], self.spread**2),
        )


def _blocks(n: int) -> Iterator[slice]:
    return (slice(at, at + _BLOCK) for at in range(0, n, _BLOCK))
