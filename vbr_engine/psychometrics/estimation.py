"""Marginal maximum likelihood: a few EM steps, then Newton steps on the observed likelihood.

The information for the Newton steps is Louis' (1982): that of the complete data, less what the
spread of people's posteriors takes away. It is worked out on a thinned set of rows and mended by
BFGS as the steps go. The search stops when the next step promises less than ``tol`` in
log-likelihood, half of g' I^-1 g: that says how far the top is, which a small step does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from vbr_engine.psychometrics.curves import Array, ItemParameters, log_probabilities
from vbr_engine.psychometrics.derivatives import (
    complete_information,
    parameter_scores,
    present,
    theta_steps,
    unpack,
)
from vbr_engine.psychometrics.expectation import (
    Answers,
    Expectation,
    expect,
    information_of_posteriors,
    normal_weights,
)

__all__ = ["Design", "Fit", "maximise", "observed_information"]

_LARGEST_STEP = 1.0
_THIN = 1500
_WARM = 20_000
_ROUGH = 2


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


@dataclass(frozen=True, eq=False)
class Position:
    """The curves at one set of parameters."""

    design: Design
    full: Array
    items: ItemParameters
    log_probabilities: Array
    log_weights: Array

    @classmethod
    def at(cls, design: Design, full: Array) -> Position:
        """Work out the curves."""
        items = design.items(full)
        weights = normal_weights(design.nodes, *design.groups(full))
        return cls(design, full, items, log_probabilities(items, design.nodes), weights)

    @cached_property
    def probabilities(self) -> Array:
        """Category probabilities at the nodes."""
        return np.exp(self.log_probabilities)

    @cached_property
    def scores(self) -> Array:
        """Derivatives of log-probabilities by the items' parameters."""
        return parameter_scores(self.items, self.design.nodes, self.probabilities)

    @cached_property
    def group_scores(self) -> Array:
        """Derivatives of the log-density by mean and log standard deviation."""
        means, sds = self.design.groups(self.full)
        centred = self.design.nodes - means[:, None]
        raw = np.stack([centred / sds[:, None] ** 2, (centred / sds[:, None]) ** 2], axis=1)
        average = np.einsum("gsq,gq->gs", raw, np.exp(self.log_weights))
        return np.asarray(raw - average[:, :, None])

    @cached_property
    def log_prior(self) -> float:
        """Log-density of the slopes under their prior, less its constant."""
        if self.design.slope_prior is None:
            return 0.0
        mean, sd = self.design.slope_prior
        return -0.5 * float(np.sum(((self.full[self.design.slope_places] - mean) / sd) ** 2))

    def gradient(self, step: Expectation) -> Array:
        """Gradient of the observed log-likelihood, by Fisher's identity."""
        by_item = np.einsum("jkq,jkpq->jp", step.counts, self.scores, optimize=True)
        by_group = np.einsum("gq,gsq->gs", step.mass, self.group_scores)
        full = np.concatenate([by_item.ravel(), by_group.ravel()])
        if self.design.slope_prior is not None:
            mean, sd = self.design.slope_prior
            full -= self.design.slope_places * (self.full - mean) / sd**2
        return self.design.gather(full)

    def complete(self, step: Expectation) -> Array:
        """Information of the free parameters if everybody's theta were known."""
        blocks = complete_information(
            self.items, self.design.nodes, step.counts, self.probabilities, self.scores
        )
        size = len(self.full)
        matrix = np.zeros((size, size))
        width = self.design.shape[1]
        for j, block in enumerate(blocks):
            matrix[j * width : (j + 1) * width, j * width : (j + 1) * width] = block
        people, weights = step.mass.sum(axis=1), np.exp(self.log_weights)
        spread = np.einsum("gsq,gtq,gq->gst", self.group_scores, self.group_scores, weights)
        for g in range(self.design.n_groups):
            start = self.design.shape[0] * width + 2 * g
            matrix[start : start + 2, start : start + 2] = people[g] * spread[g]
        if self.design.slope_prior is not None:
            matrix[np.diag_indices(size)] += (
                self.design.slope_places / self.design.slope_prior[1] ** 2
            )
        return self.design.contract(matrix)


@dataclass(frozen=True, eq=False)
class Fit:
    """Where a search ended.

    Parameters
    ----------
    full : ndarray
        All parameters.
    log_likelihood : float
    n_iter : int
        Passes over the answers.
    converged : bool
    gain : float
        What the next step would have added.
    expectation : Expectation
    """

    design: Design
    full: Array
    log_likelihood: float
    n_iter: int
    converged: bool
    gain: float
    expectation: Expectation


def _solve(matrix: Array, gradient: Array, fallback: Array | None = None) -> Array:
    """Newton step; where the matrix is not positive definite, more and more of the fallback."""
    if not (np.isfinite(matrix).all() and np.isfinite(gradient).all()):
        return np.full_like(gradient, np.nan)
    other = np.diag(np.maximum(np.diag(matrix), 1e-6)) if fallback is None else fallback
    for share in (0.0, 0.05, 0.2, 0.5, 1.0):
        mixed = (1.0 - share) * matrix + share * other
        mixed[np.diag_indices(len(mixed))] += 1e-10 * (1.0 + np.diag(other))
        try:
            return np.asarray(cho_solve(cho_factor(mixed), gradient))
        except LinAlgError:
            continue
    return gradient / np.maximum(np.diag(other), 1.0)


def maximisation(design: Design, full: Array, step: Expectation, *, n_steps: int = 1) -> Array:
    """Newton steps for the items and groups, given the expected counts."""
    for _ in range(n_steps):
        here = Position.at(design, full)
        move = _solve(here.complete(step), here.gradient(step))
        largest = np.abs(move).max(initial=0.0)
        if not np.isfinite(largest):
            return full
        move *= min(1.0, _LARGEST_STEP / max(largest, 1e-300))
        full = _possible(design, full, move)
        if largest < 1e-3:
            break
    return full


def _possible(design: Design, full: Array, move: Array) -> Array:
    for _ in range(30):
        after = design.moved(full, move)
        if design.possible(after):
            return after
        move = move / 2
    return full


def observed_information(
    answers: Answers, position: Position, step: Expectation, *, degrees: int = 8
) -> Array:
    """Louis' observed information of the free parameters.

    Parameters
    ----------
    answers : Answers
    position : Position
    step : Expectation
        Of these answers at this position.
    degrees : int
        How many polynomials stand for a posterior; 8 give 6 figures.

    Returns
    -------
    ndarray, shape (free parameters, free parameters)
    """
    missing = information_of_posteriors(
        answers,
        position.log_probabilities,
        position.log_weights,
        position.scores,
        position.group_scores,
        position.design.selection,
        nodes=position.design.nodes,
        degrees=degrees,
        steps=theta_steps(position.design.model, position.probabilities.shape[1]),
    )
    return position.complete(step) - missing


@dataclass
class _Search:
    """The state of one search: where it is, and what it thinks of the curvature."""

    answers: Answers
    design: Design
    full: Array
    progress: Callable[[int, float], None] | None = None
    n_iter: int = 0

    def look(self, full: Array) -> tuple[Position, Expectation, float]:
        """One pass over the answers."""
        here = Position.at(self.design, full)
        step = expect(self.answers, here.log_probabilities, here.log_weights)
        self.n_iter += 1
        if self.progress is not None:
            self.progress(self.n_iter, step.log_likelihood)
        return here, step, step.log_likelihood + here.log_prior

    def warm_up(self, n_steps: int) -> None:
        """EM steps."""
        for _ in range(n_steps):
            _, step, _ = self.look(self.full)
            self.full = maximisation(self.design, self.full, step, n_steps=2)

    def inverse(self, here: Position, step: Expectation) -> Array:
        """Inverse of the observed information, worked out on a thinned set of rows."""
        thin = self.answers.thinned(max(_THIN, 5 * self.design.n_free))
        complete = here.complete(step)
        observed = observed_information(thin, here, step, degrees=_ROUGH)
        return _solve(observed, np.eye(len(observed)), complete)

    def climb(self, tol: float, max_iter: int) -> Fit:
        """Newton steps until the next one promises less than ``tol``."""
        here, step, height = self.look(self.full)
        gradient = here.gradient(step)
        inverse = self.inverse(here, step)
        gain, since = np.inf, 0
        while self.n_iter < max_iter:
            move = inverse @ gradient
            previous, gain = gain, 0.5 * float(gradient @ move)
            if 0.0 <= gain < tol:
                return self._end(step, gain, converged=True)
            if not np.isfinite(gain):
                return self._end(step, gain, converged=False)
            if gain < 0 or (since > 1 and gain > 0.2 * previous):
                inverse, since = self.inverse(here, step), 0
                move = inverse @ gradient
                gain = 0.5 * float(gradient @ move)
            found = self._try(move, height)
            if found is None:
                return self._end(step, gain, converged=gain < 100 * tol)
            moved, here, step, height = found
            after = here.gradient(step)
            inverse = _mended(inverse, moved, gradient - after)
            gradient, since = after, since + 1
        return self._end(step, gain, converged=False)

    def _try(self, move: Array, height: float) -> tuple[Array, Position, Expectation, float] | None:
        """The longest of ever shorter steps that does not lose height."""
        move = move * min(
            1.0, 3 * _LARGEST_STEP / max(float(np.abs(move).max(initial=0.0)), 1e-300)
        )
        for _ in range(25):
            full = self.design.moved(self.full, move)
            if self.design.possible(full):
                here, step, reached = self.look(full)
                if reached > height - 1e-9 * abs(height) * 1e-3:
                    self.full = full
                    return move, here, step, reached
            move = move / 2
        return None

    def _end(self, step: Expectation, gain: float, *, converged: bool) -> Fit:
        height = step.log_likelihood
        return Fit(self.design, self.full, height, self.n_iter, converged, gain, step)


def _mended(inverse: Array, move: Array, change: Array) -> Array:
    """BFGS: make the inverse information agree with the last step."""
    along = float(move @ change)
    if along <= 1e-12 * float(np.linalg.norm(move) * np.linalg.norm(change)):
        return inverse
    pulled = inverse @ change
    scale = 1.0 + float(change @ pulled) / along
    cross = np.outer(move, pulled)
    return np.asarray(inverse + (scale * np.outer(move, move) - cross - cross.T) / along)


def maximise(
    answers: Answers,
    design: Design,
    start: Array,
    *,
    tol: float = 1e-6,
    max_iter: int = 500,
    warm_up: int = 3,
    progress: Callable[[int, float], None] | None = None,
) -> Fit:
    """Find the parameters with the highest marginal likelihood near a start.

    Many sittings are first fitted on a thinned set, so that only a few passes go over them all.

    Parameters
    ----------
    answers : Answers
    design : Design
    start : ndarray
        All parameters to start from.
    tol : float
        Stop when the next step would add less to the log-likelihood.
    max_iter : int
        Most passes over the answers.
    warm_up : int
        EM steps before the first Newton step.
    progress : callable, optional
        Told the number of the pass and the log-likelihood.

    Returns
    -------
    Fit
    """
    thin = answers.thinned(_WARM // 4) if len(answers.codes) > _WARM else answers
    if thin is not answers and _all_seen(thin):
        start = maximise(thin, design, start, tol=1e-2, max_iter=max_iter, warm_up=warm_up).full
        warm_up = 0
    search = _Search(answers, design, start, progress)
    search.warm_up(warm_up)
    return search.climb(tol, max_iter)


def _all_seen(answers: Answers) -> bool:
    """Whether the thinned set has every category at least three times."""
    item, category = answers.cells
    seen = [(answers.codes[:, j] == k).sum() for j, k in zip(item, category, strict=True)]
    return bool(min(seen) >= 3)


def widened(fit: Fit, nodes: Array) -> Design:
    """The same design on other nodes."""
    return replace(fit.design, nodes=nodes)
