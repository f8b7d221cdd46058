"""Where to start, how often, and when the nodes are fine enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.curves import Array, category_slopes, item_information
from vbr_engine.psychometrics.design import Design
from vbr_engine.psychometrics.estimation import Fit, all_seen, maximise
from vbr_engine.psychometrics.expectation import Answers, Source
from vbr_engine.psychometrics.layout import LIMIT, SIZES, Layout, Plan, nodes_of
from vbr_engine.psychometrics.starts import flat_start, placed_start, proxies, random_proxy
from vbr_engine.psychometrics.tops import COARSE, climb_each

__all__ = ["Search", "search"]

_ARENA = 20_000
_LITTLE = 100

Progress = Callable[[int, float], None]


@dataclass(frozen=True, eq=False)
class Search:
    """The best fit, and how each start fared."""

    fit: Fit
    starts: pd.DataFrame


def search(
    made: Layout, answers: Source, seed: int | None, *, progress: Progress | None = None
) -> Search:
    """Run the starts, finish the best, and refine the nodes where slopes are steep.

    Parameters
    ----------
    made : Layout
    answers : Source
    seed : int, optional
        For the starts after the first component.
    progress : callable, optional
        Told the number of the pass and the log-likelihood.

    Returns
    -------
    Search
    """
    plan, design, told = made.plan, made.design, _counted(progress)
    starts = _starts(made, answers, seed)
    if len(starts) == 1:
        best = maximise(
            answers, design, starts[0], tol=plan.tol, max_iter=plan.max_iter, progress=told
        )
        passes = best.n_iter
        table = pd.DataFrame({"log_likelihood": [best.log_likelihood], "agreed": [True]})
    else:
        arena = _arena(answers)
        tops = climb_each(made, arena, starts, told if arena is answers else None)
        best, table, passes = tops.best, tops.table(), tops.n_passes
        if arena is not answers:
            best = _on_all(answers, best, plan, arena.n_rows, told)
            passes = best.n_iter
        elif not tops.finished:
            best = _again(answers, best, plan, best.design, told)
            passes += best.n_iter
    if plan.n_quadrature is None:
        finer = steep(best)
        if finer > len(best.design.nodes):
            # Where slopes run off, no nodes are fine enough, and there is no top.
            plan = plan if best.converged else replace(plan, max_iter=min(plan.max_iter, _LITTLE))
            best = _again(
                answers,
                best,
                plan,
                replace(best.design, nodes=nodes_of(finer)),
                told,
                patient=True,
            )
            passes += best.n_iter
    return Search(replace(_oriented(best, plan, answers), n_iter=passes), table)


def _again(
    answers: Source,
    fit: Fit,
    plan: Plan,
    design: Design,
    told: Progress | None,
    *,
    patient: bool = False,
) -> Fit:
    return maximise(
        answers,
        design,
        fit.full,
        tol=plan.tol,
        max_iter=plan.max_iter,
        warm_up=0,
        progress=told,
        climbed_on=answers.n_rows,
        patient=patient,
    )


def _arena(answers: Source) -> Source:
    """Where tops are compared: on some of very many sittings, if every category is still there."""
    if answers.n_rows <= 2 * _ARENA:
        return answers
    few = answers.thinned(_ARENA)
    return few if all_seen(few) else answers


def _on_all(answers: Source, best: Fit, plan: Plan, rows: int, told: Progress | None) -> Fit:
    """The highest top goes on to all sittings, on nodes that are fine enough already."""
    design = best.design
    if plan.n_quadrature is None:
        design = replace(design, nodes=nodes_of(max(steep(best), len(design.nodes))))
    return maximise(
        answers,
        design,
        best.full,
        tol=plan.tol,
        max_iter=plan.max_iter,
        warm_up=0,
        climbed_on=rows,
        progress=told,
    )


def _counted(
    progress: Progress | None,
) -> Progress | None:
    """The same, told of the passes of all searches together."""
    if progress is None:
        return None
    passes = count(1)
    return lambda _, height: progress(next(passes), height)


def steep(fit: Fit) -> int:
    """How many nodes the steepest slope and the narrowest posterior ask for."""
    items = fit.design.items(fit.full)
    nodes = fit.design.nodes
    slopes = items.slopes if items.model == "graded" else np.ptp(category_slopes(items), axis=1)
    narrowest = 1.0 / np.sqrt(1.0 + item_information(items, nodes).sum(axis=0).max())
    needed = 2 * LIMIT / min(1.5 * narrowest, 2.0 / max(float(np.abs(slopes).max()), 1e-9)) + 1
    return next((size for size in SIZES if size >= needed), SIZES[-1])


def _starts(made: Layout, answers: Source, seed: int | None) -> list[Array]:
    design, n = made.design, made.plan.n_starts
    base = flat_start(answers, design)
    base = np.where(np.isnan(made.fixed), base, made.fixed)
    few, scores, reliabilities = proxies(answers, nominal=design.model == "nominal", n=3)
    rng = np.random.default_rng(seed)
    coarse = design if n == 1 else replace(design, nodes=nodes_of(COARSE))
    # Rows beyond those of the stand-ins mean that EM steps follow, which do as well.
    n_steps = 4 if n == 1 or few is answers else 2
    starts = []
    for k in range(n):
        # A mixture of components finds the top more often than the second or third alone.
        proxy = random_proxy(rng, scores) if k else scores[:, 0]
        reliability = 0.8 if k else float(reliabilities[0])
        proxy = _turned(few, proxy, made)
        starts.append(placed_start(few, coarse, base, proxy, reliability, n_steps=n_steps))
    return starts


def _turned(few: Answers, proxy: Array, made: Layout) -> Array:
    """A stand-in that points up where the anchors, or most of the items, do."""
    known = few.codes >= 0
    with_proxy = (np.where(known, few.codes, 0) * (few.weights * proxy)[:, None]).sum(axis=0)
    if made.plan.anchors is not None and made.plan.model != "nominal":
        slopes = np.nan_to_num(made.fixed[: known.shape[1] * made.design.shape[1]])
        with_proxy = with_proxy * slopes.reshape(made.design.shape)[:, 0]
    if made.plan.slopes == "one":
        with_proxy = np.abs(with_proxy) * np.sign(with_proxy.sum() or 1.0)
    return proxy if with_proxy.sum() >= 0 else -proxy


def _oriented(fit: Fit, plan: Plan, answers: Source) -> Fit:
    """Turn theta round if it points away from the key, or from most of the items."""
    if plan.anchors is not None or plan.slopes == "one":
        return fit
    if _direction(fit, plan, answers) >= 0:
        return fit
    n_items, width = fit.design.shape
    full = fit.full.copy()
    rows = full[: n_items * width].reshape(n_items, width)
    rows[:, : (width // 2 if plan.model == "nominal" else 1)] *= -1
    full[n_items * width :: 2] *= -1
    step = fit.expectation
    turned = replace(step, counts=step.counts[:, :, ::-1], mass=step.mass[:, ::-1])
    return replace(fit, full=full, expectation=turned)


def _direction(fit: Fit, plan: Plan, answers: Source) -> float:
    items = fit.design.items(fit.full)
    by_category = (
        items.slopes[:, None] * np.arange(items.intercepts.shape[1] + 1)
        if items.model == "graded"
        else category_slopes(items)
    )
    counts = fit.expectation.counts.sum(axis=2)
    if plan.key is not None:
        chosen = plan.key
    elif items.model == "nominal":
        chosen = counts.argmax(axis=1)
    else:
        return float(items.slopes.sum())
    average = (by_category * counts).sum(axis=1) / np.maximum(counts.sum(axis=1), 1e-12)
    keyed = by_category[np.arange(len(chosen)), np.maximum(chosen, 0)] - average
    return float(keyed[chosen >= 0].sum())
