"""What the people looked like from whom a model learned: to know when somebody is unlike them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtri

from vbr_engine.risk.features import DesignMatrix, Effect

__all__ = ["Reference"]

Array = NDArray[np.float64]

_BINS = 10
# Somebody so far out that fewer than one in a hundred lie there.
_RARE = 0.01
# Added to variances, so that a fact on which all agreed is not infinitely surprising.
_FLOOR = 0.01


@dataclass(frozen=True, eq=False)
class Reference:
    """Where the effects of those people lay.

    Parameters
    ----------
    mean : ndarray, shape (k,)
        Of those for whom it is known.
    covariance : ndarray, shape (k, k)
    known : ndarray, shape (k,)
        Share for whom it is known.
    far : float
        Squared distance (Mahalanobis) beyond which less than one in a hundred lie.
    edges : tuple of ndarray
        For each effect, inner bounds of bins.
    shares : tuple of ndarray
        For each effect, share in each bin; those for whom it is not known are in the last.
    categories : dict of str to tuple of str
        For each column of words, the words that occurred.
    """

    mean: Array
    covariance: Array
    known: Array
    far: float
    edges: tuple[Array, ...]
    shares: tuple[Array, ...]
    categories: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, design: DesignMatrix, frame: pd.DataFrame, effects: Sequence[Effect]) -> Reference:
        """Describe the people.

        Parameters
        ----------
        design : DesignMatrix
        frame : DataFrame
            What it was read from.
        effects : sequence of Effect

        Returns
        -------
        Reference
        """
        k = len(effects)
        n_known = np.maximum((~design.missing).sum(axis=0), 1)
        mean = design.X.sum(axis=0) / n_known
        centred = np.where(design.missing, 0.0, design.X - mean)
        covariance = centred.T @ centred / max(len(centred), 1) + _FLOOR * np.eye(k)
        known = 1 - design.missing.mean(axis=0) if len(design.X) else np.zeros(k)
        distances = _distances(centred, covariance)
        far = float(chdtri(max(k, 1), _RARE))
        if len(distances):
            far = max(far, float(np.quantile(distances, 1 - _RARE)))
        edges = tuple(
            _edges(column, gone) for column, gone in zip(design.X.T, design.missing.T, strict=True)
        )
        held = cls(mean, covariance, known, far, edges, (), _categories(frame, effects))
        shares = held.binned(design)
        return cls(mean, covariance, known, far, edges, shares, held.categories)

    def distances(self, design: DesignMatrix) -> Array:
        """Return how far each person lies from the middle; what is missing counts as there.

        Parameters
        ----------
        design : DesignMatrix

        Returns
        -------
        ndarray, shape (n,)
            Squared Mahalanobis distances.
        """
        apart = np.where(design.missing | (self.known == 0), 0.0, design.X - self.mean)
        return _distances(apart, self.covariance)

    def binned(self, design: DesignMatrix) -> tuple[Array, ...]:
        """Return for each effect the share of people in each bin, the unknown last.

        Parameters
        ----------
        design : DesignMatrix

        Returns
        -------
        tuple of ndarray
        """
        n = max(len(design.X), 1)
        return tuple(
            np.append(
                np.bincount(np.searchsorted(edges, column[~gone]), minlength=len(edges) + 1),
                gone.sum(),
            )
            / n
            for edges, column, gone in zip(self.edges, design.X.T, design.missing.T, strict=True)
        )


def _distances(apart: Array, covariance: Array) -> Array:
    if not apart.shape[1]:
        return np.zeros(len(apart))
    solved = np.linalg.solve(covariance, apart.T).T
    distances: Array = np.einsum("ij,ij->i", apart, solved)
    return distances


def _edges(column: Array, gone: NDArray[np.bool_]) -> Array:
    """Return bounds between tenths; between values where there are few."""
    values = np.unique(column[~gone])
    if len(values) <= _BINS:
        return (values[1:] + values[:-1]) / 2
    return np.unique(np.quantile(column[~gone], np.linspace(0, 1, _BINS + 1)[1:-1]))


def _categories(frame: pd.DataFrame, effects: Sequence[Effect]) -> dict[str, tuple[str, ...]]:
    return {
        effect.columns[0]: tuple(sorted(map(str, frame[effect.columns[0]].dropna().unique())))
        for effect in effects
        if effect.form == "one-of" and effect.columns[0] in frame
    }
