"""Where a person stands on theta, given the items, and how surely.

======== =====================================================================================
EAP      mean of the posterior; its standard deviation
MAP      top of the posterior; from the curvature there
ML       top of the likelihood; infinite when every answer is the lowest or highest
WLE      Warm's (1989) weighted likelihood: ML less its first-order bias; from the curvature
======== =====================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.curves import (
    Array,
    ItemParameters,
    cumulative,
    log_probabilities,
    score_in_theta,
)
from vbr_engine.psychometrics.expectation import normal_weights
from vbr_engine.psychometrics.threads import one_thread

__all__ = ["EapTable", "person_scores"]

_BLOCK = 1024
_FAR = 40.0
_BRACKET = 15.0
_NEAR = 1e-5


class EapTable:
    """Log-probabilities at the nodes, worked out once, for scoring many people or one at a time.

    Parameters
    ----------
    items : ItemParameters
    nodes : array-like, optional
        61 equally spaced nodes on [-6, 6] by default.
    mean, sd : float
        Of the normal prior.

    Examples
    --------
    >>> items = ItemParameters("graded", ("a", "b"), np.array([1.0, 1.0]), np.zeros((2, 1)))
    >>> theta, _ = EapTable(items).one([1, 0])
    >>> abs(round(theta, 6))
    0.0
    """

    def __init__(
        self,
        items: ItemParameters,
        *,
        nodes: ArrayLike | None = None,
        mean: float = 0.0,
        sd: float = 1.0,
    ) -> None:
        self.nodes: Array = (
            np.linspace(-6, 6, 61) if nodes is None else np.asarray(nodes, dtype=float)
        )
        exists = np.arange(items.intercepts.shape[1] + 1) < items.n_categories[:, None]
        self._item, self._category = np.nonzero(exists)
        self._first = np.cumsum(items.n_categories) - items.n_categories
        self._cells = np.ascontiguousarray(log_probabilities(items, self.nodes)[exists])
        self._prior = normal_weights(self.nodes, np.array([mean]), np.array([sd]))[0]
        self._moments = np.stack([np.ones_like(self.nodes), self.nodes, self.nodes**2], axis=1)

    def one(self, codes: ArrayLike) -> tuple[float, float]:
        """EAP and standard error of one person.

        Parameters
        ----------
        codes : array-like of int, shape (items,)
            Category numbers from 0; -1 is missing.

        Returns
        -------
        theta, error : float
        """
        given = np.asarray(codes)
        places = self._first + given
        if given.min() < 0:
            places = places[given >= 0]
        log_posterior = self._cells[places].sum(axis=0) + self._prior
        total, first, second = np.exp(log_posterior - log_posterior.max()) @ self._moments
        theta = first / total
        return float(theta), float(max(second / total - theta * theta, 0.0) ** 0.5)

    def many(self, codes: NDArray[np.int8]) -> Array:
        """EAP and standard error of each person.

        Parameters
        ----------
        codes : ndarray of int8, shape (people, items)
            Category numbers from 0; -1 is missing.

        Returns
        -------
        ndarray, shape (people, 2)
        """
        if len(codes) == 1:
            return np.array([self.one(codes[0])])
        scores = np.empty((len(codes), 2))
        with one_thread():
            for start in range(0, len(codes), _BLOCK):
                rows = slice(start, start + _BLOCK)
                scores[rows] = self._block(codes[rows])
        return scores

    def _block(self, codes: NDArray[np.int8]) -> Array:
        ones = (codes[:, self._item] == self._category.astype(np.int8)).astype(np.float64)
        posterior = ones @ self._cells
        posterior += self._prior
        posterior -= posterior.max(axis=1, keepdims=True)
        np.exp(posterior, out=posterior)
        total, first, second = (posterior @ self._moments).T
        theta = first / total
        return np.stack([theta, np.sqrt(np.maximum(second / total - theta**2, 0.0))], axis=1)


@dataclass(frozen=True, eq=False)
class _Local:
    """Derivatives of each person's log-likelihood at each person's own theta, shape (people,)."""

    slope: Array
    curvature: Array
    information: Array
    warm: Array


def _local(items: ItemParameters, codes: NDArray[np.int8], theta: Array) -> _Local:
    log_p = log_probabilities(items, theta)
    p = np.exp(log_p)
    first = score_in_theta(items, theta, p)
    second = _second(items, theta, p, first)
    known = (codes >= 0).T
    places = (
        np.arange(len(items))[:, None],
        np.maximum(codes, 0).T.astype(np.intp),
        np.arange(len(theta)),
    )
    p_known = p * known[:, None, :]
    information = np.sum(p_known * first**2, axis=(0, 1))
    # sum of P' P'' / P, with P' = P u and P'' = P (u^2 + u')
    warm = np.sum(p_known * first * (first**2 + second), axis=(0, 1))
    slope = np.sum(first[places] * known, axis=0)
    return _Local(slope, -np.sum(second[places] * known, axis=0), information, warm)


def _second(items: ItemParameters, theta: Array, p: Array, first: Array) -> Array:
    """Second derivative of each category's log-probability by theta."""
    if items.model == "graded":
        f = cumulative(items, theta)
        spread = f * (1.0 - f)
        return np.asarray(-(items.slopes[:, None, None] ** 2) * (spread[:, :-1] + spread[:, 1:]))
    return np.broadcast_to(-np.sum(p * first**2, axis=1, keepdims=True), p.shape)


def _root(start: Array, pull: Callable[[Array], tuple[Array, Array]], limit: float) -> Array:
    """Where the pull is 0, by Newton's steps kept inside a bracket that shrinks."""
    low, high = np.full(len(start), -limit), np.full(len(start), limit)
    theta = np.clip(start, -limit, limit)
    for _ in range(60):
        value, steepness = pull(theta)
        low, high = np.where(value > 0, theta, low), np.where(value < 0, theta, high)
        step = value / np.where(np.abs(steepness) > 1e-12, steepness, 1e-12)
        after = theta + np.clip(step, -1.0, 1.0)
        inside = (after > low) & (after < high) & (steepness > 0)
        after = np.where(inside, after, 0.5 * (low + high))
        after = np.where(value == 0, theta, after)
        if np.abs(after - theta).max(initial=0.0) < 1e-9:
            return np.asarray(after)
        theta = after
    return np.asarray(theta)


def _most_probable(
    items: ItemParameters, codes: NDArray[np.int8], start: Array, mean: float, sd: float
) -> Array:
    def pull(theta: Array) -> tuple[Array, Array]:
        here = _local(items, codes, theta)
        return here.slope - (theta - mean) / sd**2, here.curvature + 1.0 / sd**2

    theta = _root(start, pull, _BRACKET * sd + abs(mean))
    curvature = _local(items, codes, theta).curvature + 1.0 / sd**2
    return np.stack([theta, 1.0 / np.sqrt(curvature)], axis=1)


def _most_likely(items: ItemParameters, codes: NDArray[np.int8], start: Array) -> Array:
    def pull(theta: Array) -> tuple[Array, Array]:
        here = _local(items, codes, theta)
        return here.slope, here.curvature

    theta = _root(start, pull, _FAR)
    bottom = _local(items, codes, np.full(len(start), -_FAR)).slope <= 0
    top = _local(items, codes, np.full(len(start), _FAR)).slope >= 0
    nothing = (codes < 0).all(axis=1)
    curvature = _local(items, codes, theta).curvature
    error = 1.0 / np.sqrt(np.maximum(curvature, 1e-300))
    theta = np.where(bottom, -np.inf, np.where(top, np.inf, theta))
    theta = np.where(nothing | (bottom & top), np.nan, theta)
    return np.stack([theta, np.where(np.isfinite(theta), error, np.nan)], axis=1)


def _warm(items: ItemParameters, codes: NDArray[np.int8], start: Array) -> Array:
    def pull(theta: Array) -> tuple[Array, Array]:
        here = _local(items, codes, theta)
        information = np.maximum(here.information, 1e-300)
        return here.slope + here.warm / (2.0 * information), information

    theta = _root(start, pull, _FAR)
    curvature = (pull(theta - _NEAR)[0] - pull(theta + _NEAR)[0]) / (2 * _NEAR)
    nothing = (codes < 0).all(axis=1)
    error = 1.0 / np.sqrt(np.maximum(curvature, 1e-300))
    scores = np.stack([theta, error], axis=1)
    scores[nothing] = np.nan
    return scores


def person_scores(
    items: ItemParameters,
    codes: NDArray[np.int8],
    *,
    method: str = "EAP",
    nodes: ArrayLike | None = None,
    mean: float = 0.0,
    sd: float = 1.0,
) -> Array:
    """Theta of each person and its standard error.

    Parameters
    ----------
    items : ItemParameters
    codes : ndarray of int8, shape (people, items)
        Category numbers from 0; -1 is missing.
    method : {"EAP", "MAP", "ML", "WLE"}
    nodes : array-like, optional
        Nodes for EAP; 61 equally spaced on [-6, 6] by default.
    mean, sd : float
        Of the normal prior; ML and WLE use none.

    Returns
    -------
    ndarray, shape (people, 2)
        ML is infinite, with no standard error, for extreme answers; NaN where nothing was answered.

    Raises
    ------
    InvalidInput
        If the method is none of the four.

    References
    ----------
    Warm, T. A. (1989). Weighted likelihood estimation of ability in item response theory.

    Examples
    --------
    >>> items = ItemParameters("graded", ("a", "b"), np.array([2.0, 1.0]), np.zeros((2, 1)))
    >>> person_scores(items, np.array([[1, 1]], dtype=np.int8), method="ML")[0, 0].item()
    inf
    """
    codes = np.asarray(codes, dtype=np.int8)
    scores = EapTable(items, nodes=nodes, mean=mean, sd=sd).many(codes)
    if method == "EAP":
        return scores
    if method not in ("MAP", "ML", "WLE"):
        raise InvalidInput(f"expected a method out of EAP, MAP, ML, WLE; got {method!r}")
    for begin in range(0, len(codes), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        start = scores[rows, 0].copy()
        if method == "MAP":
            scores[rows] = _most_probable(items, codes[rows], start, mean, sd)
        elif method == "ML":
            scores[rows] = _most_likely(items, codes[rows], start)
        else:
            scores[rows] = _warm(items, codes[rows], start)
    return scores
