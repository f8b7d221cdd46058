"""Marginal maximum likelihood: a few EM steps, then Newton steps on the observed likelihood.

The information for the Newton steps is Louis' (1982): that of the complete data, less what the
spread of people's posteriors takes away. It is worked out on a thinned set of rows and mended by
BFGS as the steps go. The search stops when the next step promises less than ``tol`` in
log-likelihood, half of g' I^-1 g: that says how far the top is, which a small step does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.design import Design
from vbr_engine.psychometrics.expectation import Answers, Expectation, Source
from vbr_engine.psychometrics.newton import LARGEST_STEP, maximisation, mended, solve
from vbr_engine.psychometrics.position import Position, observed_information

__all__ = [
    "Design",
    "Fit",
    "Position",
    "all_seen",
    "maximisation",
    "maximise",
    "observed_information",
]

_THIN = 1500
_SHARE = 200
_STAGES = (5_000, 20_000, 100_000)
_LEAP = 5
_LOOSE = 1e-2
_ROUGH = 2
_FINE = 61
_SHARES = (0.0, 0.02, 0.1, 0.3, 1.0)
_TOO_LONG = 10.0
_CRAWL, _CRAWLS = 0.01, 3
_HALVINGS = 16


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
    inverse : ndarray, optional
        Of the information, as the search saw it last.
    """

    design: Design
    full: Array
    log_likelihood: float
    n_iter: int
    converged: bool
    gain: float
    expectation: Expectation
    inverse: Array | None = None


@dataclass
class _Search:
    """The state of one search: where it is, and what it thinks of the curvature."""

    answers: Source
    design: Design
    full: Array
    progress: Callable[[int, float], None] | None = None
    patient: bool = False
    n_iter: int = 0
    damped: bool = False

    def look(self, full: Array) -> tuple[Position, Expectation, float]:
        """One pass over the answers."""
        here = Position.at(self.design, full)
        step = self.answers.expect(here)
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
        """Inverse of the observed information, worked out on a thinned set of rows.

        Where it promises steps too long to be true, the complete information is mixed in until it
        does not: that alone would give EM steps.
        """
        thin = self.answers.thinned(
            max(_THIN, 5 * self.design.n_free, self.answers.n_rows // _SHARE)
        )
        complete, gradient = here.complete(step), here.gradient(step)
        # Every other node will do: this only aims the steps, the likelihood says where they end.
        nodes = self.design.nodes
        half = replace(self.design, nodes=nodes[::2] if len(nodes) >= _FINE else nodes)
        rough = Position.at(half, here.full)
        observed = complete - thin.missing_information(rough, _ROUGH)
        for share in _SHARES[: 1 if self.patient else None]:
            mixed = (1.0 - share) * observed + share * complete
            found = solve(mixed, np.eye(len(mixed)), complete)
            self.damped = share > 0
            if np.abs(found @ gradient).max(initial=0.0) <= _TOO_LONG:
                break
        return found

    def climb(self, tol: float, max_iter: int, inverse: Array | None = None) -> Fit:
        """Newton steps until the next one promises less than ``tol``, or slopes only run off."""
        here, step, height = self.look(self.full)
        gradient = here.gradient(step)
        inverse = self.inverse(here, step) if inverse is None else inverse
        gain, since, crawled, stale = np.inf, 0, 0, False
        while self.n_iter < max_iter and crawled < _CRAWLS:
            move = inverse @ gradient
            previous, gain = gain, 0.5 * float(gradient @ move)
            if 0.0 <= gain < tol:
                return self._end(step, gain, inverse, converged=not self.damped)
            if not np.isfinite(gain):
                return self._end(step, gain, inverse, converged=False)
            if gain < 0 or stale or (since > 1 and gain > 0.2 * previous):
                inverse, since = self.inverse(here, step), 0
                move = inverse @ gradient
                gain = 0.5 * float(gradient @ move)
            found = self._try(move, height)
            if found is None and self.damped and since:
                inverse, since = self.inverse(here, step), 0
                continue
            if found is None:
                return self._end(step, gain, inverse, converged=gain < 100 * tol)
            crawls = self.damped and found[-1] - height < _CRAWL
            stale, crawled = crawls and since > 0, crawled + (crawls and since == 0)
            moved, here, step, height = found
            after = here.gradient(step)
            inverse = mended(inverse, moved, gradient - after)
            gradient, since = after, since + 1
        return self._end(step, gain, inverse, converged=False)

    def _try(self, move: Array, height: float) -> tuple[Array, Position, Expectation, float] | None:
        """The longest of ever shorter steps that does not lose height."""
        move = self._bounded(move)
        for _ in range(_HALVINGS):
            full = self.design.moved(self.full, move)
            if self.design.possible(full):
                here, step, reached = self.look(full)
                if reached > height - 1e-9 * abs(height) * 1e-3:
                    self.full = full
                    return move, here, step, reached
            move = move / 2
        return None

    def _bounded(self, move: Array) -> Array:
        """A step in which what runs off at most doubles, without holding up the rest."""
        if not self.damped:
            longest = max(float(np.abs(move).max(initial=0.0)), 1e-300)
            return move * min(1.0, 3 * LARGEST_STEP / longest)
        keep = self.design.free >= 0
        where = np.zeros_like(move)
        np.maximum.at(where, self.design.free[keep], np.abs(self.full[keep]))
        most = np.maximum(3 * LARGEST_STEP, where)
        return np.asarray(np.clip(move, -most, most))

    def _end(self, step: Expectation, gain: float, inverse: Array, *, converged: bool) -> Fit:
        height = step.log_likelihood
        return Fit(self.design, self.full, height, self.n_iter, converged, gain, step, inverse)


def maximise(
    answers: Source,
    design: Design,
    start: Array,
    *,
    tol: float = 1e-6,
    max_iter: int = 500,
    warm_up: int = 3,
    climbed_on: int = 0,
    progress: Callable[[int, float], None] | None = None,
    inverse: Array | None = None,
    patient: bool = False,
) -> Fit:
    """Find the parameters with the highest marginal likelihood near a start.

    Many sittings are first fitted on thinned sets, so that only a few passes go over them all.

    Parameters
    ----------
    answers : Source
    design : Design
    start : ndarray
        All parameters to start from.
    tol : float
        Stop when the next step would add less to the log-likelihood.
    max_iter : int
        Most passes over the answers.
    warm_up : int
        EM steps before the first Newton step.
    climbed_on : int
        Rows on which the start is a top already: fewer rows would only lead away from it.
    progress : callable, optional
        Told the number of the pass and the log-likelihood.
    inverse : ndarray, optional
        Of the information, where it is known well enough.
    patient : bool
        Follow slopes that run off by many short steps, rather than by a few leaps.

    Returns
    -------
    Fit
    """
    last = max(climbed_on, 1)
    for size in _STAGES:
        if size < _LEAP * last or 4 * size > answers.n_rows:
            continue
        thin = answers.thinned(size)
        if all_seen(thin):
            nearer = _Search(thin, design, start)
            nearer.warm_up(warm_up)
            start, warm_up, last = nearer.climb(_LOOSE, max_iter).full, 0, size
    search = _Search(answers, design, start, progress, patient)
    search.warm_up(warm_up)
    return search.climb(tol, max_iter, inverse)


def all_seen(answers: Answers) -> bool:
    """Whether somebody chose each category."""
    item, category = answers.cells
    seen = [(answers.codes[:, j] == k).sum() for j, k in zip(item, category, strict=True)]
    return bool(min(seen) >= 1)
