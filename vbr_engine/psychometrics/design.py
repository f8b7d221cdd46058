"""What an estimation is about: which parameters are free, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array, ItemParameters
from vbr_engine.psychometrics.derivatives import present, unpack

__all__ = ["Design"]


@dataclass(frozen=True, eq=False)
class Design:
    """What is estimated: which parameters are free, and which share a value.

    Parameters
    ----------
    model : {"graded", "gpcm", "nominal"}
    names : tuple of str
    n_categories : ndarray of int, shape (items,)
    nodes : ndarray
        Quadrature nodes.
    free : ndarray of int, shape (items * parameters + 2 * groups,)
        Number of the free parameter that stands there; -1 where the value is fixed.
    slope_prior : tuple of float, optional
        Mean and standard deviation of a normal prior on every free slope.
    """

    model: str
    names: tuple[str, ...]
    n_categories: NDArray[np.intp]
    nodes: Array
    free: NDArray[np.intp]
    n_groups: int = 1
    slope_prior: tuple[float, float] | None = None

    @cached_property
    def n_free(self) -> int:
        """Number of free parameters."""
        return int(self.free.max(initial=-1)) + 1

    @cached_property
    def selection(self) -> Array | NDArray[np.intp]:
        """Positions of the free parameters; a matrix when some share a value."""
        places = np.flatnonzero(self.free >= 0)
        if len(places) == self.n_free and np.all(np.diff(self.free[places]) > 0):
            return places
        matrix = np.zeros((len(self.free), self.n_free))
        matrix[places, self.free[places]] = 1.0
        return matrix

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Items and parameters of one item's row."""
        n_items, width = present(self.model, self.n_categories).shape
        return n_items, width

    @cached_property
    def slope_places(self) -> NDArray[np.bool_]:
        """Where free slopes stand among all parameters."""
        mask = present(self.model, self.n_categories)
        mask[:, int(self.n_categories.max()) - 1 if self.model == "nominal" else 1 :] = False
        full = np.concatenate([mask.ravel(), np.zeros(2 * self.n_groups, dtype=bool)])
        return full & (self.free >= 0)

    def gather(self, full: Array) -> Array:
        """A gradient over all parameters, added up over those that share a value."""
        keep = self.free >= 0
        summed = np.bincount(self.free[keep], weights=full[keep], minlength=self.n_free)
        return np.asarray(summed, dtype=np.float64)

    def contract(self, matrix: Array) -> Array:
        """A matrix over all parameters, likewise."""
        s = self.selection
        return matrix[np.ix_(s, s)] if s.ndim == 1 else np.asarray(s.T @ matrix @ s)

    def moved(self, full: Array, step: Array) -> Array:
        """All parameters after a step in the free ones."""
        keep = self.free >= 0
        after = full.copy()
        after[keep] += step[self.free[keep]]
        return after

    def items(self, full: Array) -> ItemParameters:
        """The items that stand in a vector of all parameters."""
        rows = full[: self.shape[0] * self.shape[1]].reshape(self.shape)
        return unpack(self.model, self.names, rows, self.n_categories)

    def groups(self, full: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of theta in each group."""
        pairs = full[self.shape[0] * self.shape[1] :].reshape(-1, 2)
        return pairs[:, 0], np.exp(pairs[:, 1])

    def possible(self, full: Array) -> bool:
        """Whether the parameters make sense: graded intercepts must descend."""
        if not np.all(np.isfinite(full)):
            return False
        if self.model != "graded":
            return True
        n_items, width = self.shape
        rows = full[: n_items * width].reshape(self.shape)[:, 1:]
        inner = np.arange(2, width)[None, :] < self.n_categories[:, None]
        return bool(np.all((np.diff(rows, axis=1) < -1e-9) | ~inner))
