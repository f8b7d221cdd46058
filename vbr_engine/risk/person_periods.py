"""Sums over people and intervals that a hazard model needs, without a row for each of the two.

Rows are taken in blocks, sorted by provider. The matrix of second derivatives is an arrow, dense
for baseline and effects and diagonal for providers, so that thousands of providers cost little.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbr_engine.risk.spells import EVENT, Spells

__all__ = ["PersonPeriods", "Sums"]

Array = NDArray[np.float64]

# People whose intervals fit into the cache of one core.
_BLOCK = 4096
# A logit beyond which a hazard is as good as certain.
_CERTAIN = 500.0


@dataclass(eq=False)
class Sums:
    """Log-likelihood, its gradient and minus its second derivatives, as an arrow.

    Parameters
    ----------
    value : float
    gradient : ndarray, shape (j + k,)
    dense : ndarray, shape (j + k, j + k)
    pull : ndarray, shape (p,)
        Gradient by provider.
    cross : ndarray, shape (p, j + k)
    diagonal : ndarray, shape (p,)
    """

    value: float
    gradient: Array
    dense: Array
    pull: Array
    cross: Array
    diagonal: Array


@dataclass(frozen=True, eq=False)
class PersonPeriods:
    """People at risk, sorted by provider; of those only of whom something was seen.

    Parameters
    ----------
    entered, exited : ndarray of int16, shape (n,)
    exposure : ndarray, shape (n,)
    event : ndarray of bool, shape (n,)
    X : ndarray, shape (n, k)
    provider : ndarray of int32, shape (n,)
    n_intervals, n_providers : int
        No providers where they have no effects of their own.
    """

    entered: NDArray[np.int16]
    exited: NDArray[np.int16]
    exposure: Array
    event: NDArray[np.bool_]
    X: Array
    provider: NDArray[np.int32]
    n_intervals: int
    n_providers: int

    @classmethod
    def of(cls, spells: Spells, X: Array, *, pooled: bool) -> PersonPeriods:
        """Sort spells.

        Parameters
        ----------
        spells : Spells
        X : ndarray, shape (n, k)
        pooled : bool
            Whether providers have no effects of their own.

        Returns
        -------
        PersonPeriods
        """
        seen = (spells.exited > spells.entered) | (spells.exposure > 0)
        order = np.flatnonzero(seen)
        if not pooled:
            order = order[np.argsort(spells.provider[order], kind="stable")]
        provider = spells.provider[order]
        return cls(
            spells.entered[order],
            spells.exited[order],
            spells.exposure[order],
            spells.cause[order] == EVENT,
            np.ascontiguousarray(X[order], dtype=float),
            np.zeros_like(provider) if pooled else provider,
            len(spells.intervals),
            0 if pooled else len(spells.providers),
        )

    def some(self, chosen: NDArray[np.bool_]) -> PersonPeriods:
        """Return some of the people.

        Parameters
        ----------
        chosen : ndarray of bool, shape (n,)

        Returns
        -------
        PersonPeriods
        """
        return PersonPeriods(
            self.entered[chosen],
            self.exited[chosen],
            self.exposure[chosen],
            self.event[chosen],
            self.X[chosen],
            self.provider[chosen],
            self.n_intervals,
            self.n_providers,
        )

    def blocks(self) -> Iterator[slice]:
        """Return slices of people to be taken at once."""
        return (slice(at, at + _BLOCK) for at in range(0, len(self.event), _BLOCK))

    def at_risk(self, rows: slice) -> Array:
        """Return how much of each interval each person was at risk.

        Parameters
        ----------
        rows : slice

        Returns
        -------
        ndarray, shape (n, j)
        """
        steps = np.arange(self.n_intervals, dtype=np.int16)
        entered, exited = self.entered[rows, None], self.exited[rows]
        share = ((steps >= entered) & (steps <= exited[:, None])).astype(float)
        share[np.arange(len(exited)), exited] = self.exposure[rows]
        return share

    def logits(self, rows: slice, theta: Array, providers: Array) -> Array:
        """Return the logit of each hazard.

        Parameters
        ----------
        rows : slice
        theta : ndarray, shape (j + k,)
        providers : ndarray, shape (p,)

        Returns
        -------
        ndarray, shape (n, j)
        """
        push = self.X[rows] @ theta[self.n_intervals :]
        if self.n_providers:
            push = push + providers[self.provider[rows]]
        return np.minimum(theta[: self.n_intervals] + push[:, None], _CERTAIN)

    def sums(self, theta: Array, providers: Array) -> Sums:
        """Add up likelihood and derivatives.

        Parameters
        ----------
        theta : ndarray, shape (j + k,)
            Baseline, then effects.
        providers : ndarray, shape (p,)

        Returns
        -------
        Sums
        """
        j, p, size = self.n_intervals, self.n_providers, len(theta)
        sums = Sums(
            0.0,
            np.zeros(size),
            np.zeros((size, size)),
            np.zeros(p),
            np.zeros((p, size)),
            np.zeros(p),
        )
        for rows in self.blocks():
            self._add(sums, rows, theta, providers)
        sums.dense[j:, :j] = sums.dense[:j, j:].T
        return sums

    def _add(self, sums: Sums, rows: slice, theta: Array, providers: Array) -> None:
        j, X, event = self.n_intervals, self.X[rows], self.event[rows]
        eta, at_risk = self.logits(rows, theta, providers), self.at_risk(rows)
        odds = np.exp(eta)
        both = 1 + odds
        hazard = odds / both
        where = np.flatnonzero(event)
        last = self.exited[rows][where]
        # Where nothing is at risk, nothing is added: a certain hazard times nought is nought.
        sums.value += float(eta[where, last].sum()) - float(np.vdot(np.log(both), at_risk))
        weight = hazard * at_risk
        expected = weight.sum(axis=1)
        by_interval = weight.sum(axis=0)
        weight -= weight * hazard
        residual = event - expected
        total = weight.sum(axis=1)
        weighted = X * total[:, None]
        sums.gradient[:j] += np.bincount(last, minlength=j) - by_interval
        sums.gradient[j:] += residual @ X
        sums.dense[np.arange(j), np.arange(j)] += weight.sum(axis=0)
        sums.dense[:j, j:] += weight.T @ X
        sums.dense[j:, j:] += weighted.T @ X
        if self.n_providers:
            self._add_by_provider(sums, rows, residual, weight, weighted, total)

    def _add_by_provider(
        self,
        sums: Sums,
        rows: slice,
        residual: Array,
        weight: Array,
        weighted: Array,
        total: Array,
    ) -> None:
        provider = self.provider[rows]
        starts = np.flatnonzero(np.append(True, provider[1:] != provider[:-1]))
        here = provider[starts]
        j = self.n_intervals
        sums.pull[here] += np.add.reduceat(residual, starts)
        sums.diagonal[here] += np.add.reduceat(total, starts)
        sums.cross[here, :j] += np.add.reduceat(weight, starts)
        sums.cross[here, j:] += np.add.reduceat(weighted, starts)
