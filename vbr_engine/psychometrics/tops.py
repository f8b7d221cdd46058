"""The tops that several starts lead to, and which of the starts agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.design import Design
from vbr_engine.psychometrics.estimation import Fit, all_seen, maximise
from vbr_engine.psychometrics.expectation import Source
from vbr_engine.psychometrics.layout import Layout, Plan, nodes_of
from vbr_engine.psychometrics.newton import em_step
from vbr_engine.psychometrics.position import Position

__all__ = ["COARSE", "Tops", "climb_each"]

COARSE = 31
_AGREE = 0.01
_ALIKE = 0.02
_TRIED = (500, 2_000, 8_000)
_FEW = 2 * _TRIED[0]
_PER_PARAMETER = 5
_CARRIED = 3
_PROMISE = 0.5
_FAR = 20
_STEPS = 4
_FLAT = 10
_ROUNDS = 3
_MOST_ROUNDS = 8
_SAME = 0.98

Progress = Callable[[int, float], None]


@dataclass(frozen=True, eq=False)
class Tops:
    """Where the starts ended.

    Parameters
    ----------
    fits : list of Fit
    home : list of int
        Which of the fits each start led to; -1 for a start that was given up.
    given_up : list of float
        Where each start was given up, on the way to a top far below the best; else NaN.
    finished : bool
        Whether the best has been climbed to the end.
    """

    fits: list[Fit]
    home: list[int]
    given_up: list[float]
    finished: bool

    @property
    def best(self) -> Fit:
        """The highest."""
        return max(self.fits, key=lambda fit: fit.log_likelihood)

    @property
    def n_passes(self) -> int:
        """Passes over the answers, of all starts."""
        return sum(fit.n_iter for fit in self.fits)

    def table(self) -> pd.DataFrame:
        """Height that each start reached, and whether it agrees with the best."""
        best, agreed = self.best, []
        for place in self.home:
            near = place >= 0 and self.fits[place].log_likelihood > best.log_likelihood - _AGREE
            agreed.append(near and (self.fits[place] is best or _one(self.fits[place], best)))
        heights = np.array([fit.log_likelihood for fit in self.fits] + [np.nan])[self.home]
        heights = np.where(np.isnan(heights), self.given_up, heights)
        return pd.DataFrame({"log_likelihood": heights, "agreed": agreed})


def _one(fit: Fit, other: Fit) -> bool:
    """Whether two fits have the same curves, theta turned round or not."""
    ours, theirs = (Position.at(one.design, one.full) for one in (fit, other))
    weights = np.exp(ours.log_weights[0])
    apart = [
        (np.abs(ours.probabilities - curves) @ weights).max()
        for curves in (theirs.probabilities, theirs.probabilities[:, :, ::-1])
    ]
    return bool(min(apart) < _ALIKE)


def climb_each(
    made: Layout, answers: Source, starts: Sequence[Array], told: Progress | None
) -> Tops:
    """Climb from every start as far as it takes to know where it leads.

    Parameters
    ----------
    made : Layout
    answers : Source
    starts : sequence of ndarray
    told : callable, optional
        Told the number of the pass and the log-likelihood.

    Returns
    -------
    Tops
    """
    if answers.n_rows <= _FEW:
        return _all_the_way(made, answers, starts, told)
    few = _enough_to_try(answers, made)
    if few is answers:
        return _beside_the_first(made, answers, starts, told)
    return _highest_of_few(made, answers, few, starts, told)


def _all_the_way(
    made: Layout, answers: Source, starts: Sequence[Array], told: Progress | None
) -> Tops:
    """Climb from each: few sittings have more tops, and are soon searched."""
    plan, n = made.plan, len(starts)
    tried = [_climbed(answers, made.design, start, plan, told, tol=_PROMISE) for start in starts]
    highest = max(fit.log_likelihood for fit in tried)
    fits = [_finished(answers, fit, plan, highest, told) for fit in tried]
    return Tops(fits, list(range(n)), [np.nan] * n, finished=False)


def _beside_the_first(
    made: Layout, answers: Source, starts: Sequence[Array], told: Progress | None
) -> Tops:
    """Climb from the first start to its top, then see where the others lead.

    They take EM steps on fewer nodes. One that is far below and hardly rises is given up; one that
    looks like a top that is known takes steps with the curvature there, until its height shows
    whether it is the same.
    """
    plan, design = made.plan, made.design
    coarse = replace(design, nodes=nodes_of(COARSE))
    first, _, _ = _approach(answers, coarse, starts[0], [])
    fits = [_climbed(answers, design, first, plan, told, tol=plan.tol, warm_up=0)]
    home, given_up = [0], [np.nan]
    for start in starts[1:]:
        highest = max(fit.log_likelihood for fit in fits)
        known = [fit.full for fit in fits]
        full, height, same = _approach(
            answers, coarse, start, known, rounds=_MOST_ROUNDS, highest=highest
        )
        if same is None and height < highest - _FAR * _PROMISE:
            home.append(-1)
            given_up.append(height)
            continue
        known_curvature = None if same is None else fits[same].inverse
        rival = _climbed(
            answers, design, full, plan, told, tol=_AGREE / 5, warm_up=0, inverse=known_curvature
        )
        home.append(len(fits))
        given_up.append(np.nan)
        fits.append(rival)
    best = max(range(len(fits)), key=lambda place: fits[place].log_likelihood)
    return Tops(fits, home, given_up, finished=best == 0)


def _highest_of_few(
    made: Layout, answers: Source, few: Source, starts: Sequence[Array], told: Progress | None
) -> Tops:
    """Climb on some of the sittings; only the highest of the tops that differ go on with all."""
    plan, design = made.plan, made.design
    coarse = replace(design, nodes=nodes_of(COARSE))
    rough: list[Array] = []
    heights: list[float] = []
    home = []
    for start in starts:
        full, height, same = _approach(few, coarse, start, rough)
        if same is None:
            same = len(rough)
            rough.append(full)
            heights.append(height)
        home.append(same)
    order = np.argsort(-np.array(heights), kind="stable")
    kept = [rough[j] for j in order[:_CARRIED]]
    fits = [_climbed(answers, design, kept[0], plan, told, tol=plan.tol, warm_up=1)]
    for full in kept[1:]:
        rival = _climbed(answers, design, full, plan, told, tol=_PROMISE, warm_up=1)
        fits.append(_finished(answers, rival, plan, fits[0].log_likelihood, told))
    place = np.argsort(order)[home]
    home = np.where(place < len(fits), place, -1).tolist()
    best = max(range(len(fits)), key=lambda place: fits[place].log_likelihood)
    return Tops(fits, home, [np.nan] * len(starts), finished=best == 0)


def _approach(
    few: Source,
    design: Design,
    full: Array,
    known: Sequence[Array],
    *,
    rounds: int = _ROUNDS,
    highest: float = np.inf,
) -> tuple[Array, float, int | None]:
    """Some EM steps, their height, and the place of a known end that they lead to."""
    height = -np.inf
    for _ in range(rounds):
        before = height
        for _ in range(_STEPS):
            here = Position.at(design, full)
            step = few.expect(here)
            full, height = em_step(here, step), step.log_likelihood
        for j, end in enumerate(known):
            if _alike(end[design.slope_places], full[design.slope_places]):
                return full, height, j
        if height - before < _FLAT and highest == np.inf:
            break
        if height + _FAR * (height - before) < highest - _FAR * _PROMISE:
            break
    return full, height, None


def _alike(slopes: Array, others: Array) -> bool:
    """Whether slopes point the same way, or exactly back, which is the same top."""
    size = float(np.linalg.norm(slopes) * np.linalg.norm(others))
    return abs(float(slopes @ others)) > _SAME * size


def _finished(answers: Source, fit: Fit, plan: Plan, highest: float, told: Progress | None) -> Fit:
    """Climbed on, unless it is so far below the highest that it will not get there."""
    if fit.log_likelihood < highest - _FAR * _PROMISE:
        return fit
    on = _climbed(answers, fit.design, fit.full, plan, told, tol=_AGREE / 5, warm_up=0)
    return replace(on, n_iter=fit.n_iter + on.n_iter)


def _climbed(
    answers: Source,
    design: Design,
    start: Array,
    plan: Plan,
    told: Progress | None,
    *,
    tol: float,
    warm_up: int = 3,
    inverse: Array | None = None,
) -> Fit:
    return maximise(
        answers,
        design,
        start,
        tol=max(plan.tol, tol),
        max_iter=plan.max_iter,
        warm_up=warm_up,
        climbed_on=answers.n_rows if warm_up < 3 else 0,
        progress=told,
        inverse=inverse,
    )


def _enough_to_try(answers: Source, made: Layout) -> Source:
    """Some of the sittings, if every category is still there.

    Nominal items need more of them: on few they have tops that vanish on many.
    """
    least = _PER_PARAMETER * made.design.n_free if made.plan.model == "nominal" else 0
    for size in _TRIED:
        if answers.n_rows > 2 * max(size, least):
            few = answers.thinned(max(size, least))
            if all_seen(few):
                return few
    return answers
