"""From options to a fit: what is free, where to start, how often, and on which nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.curves import Array, ItemParameters, category_slopes, test_information
from vbr_engine.psychometrics.derivatives import pack, present
from vbr_engine.psychometrics.estimation import Design, Fit, all_seen, maximise
from vbr_engine.psychometrics.expectation import Answers, Source
from vbr_engine.psychometrics.starts import flat_start, placed_start, proxies, random_proxy

__all__ = ["Layout", "Plan", "Search", "layout", "search"]

_LIMIT = 6.0
_SIZES = (61, 121, 241)
_AGREE = 0.05
_TRIED = 20_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the user asked for."""

    model: str
    slopes: str = "free"
    n_quadrature: int | None = None
    slope_prior: tuple[float, float] | None = None
    anchors: ItemParameters | None = None
    key: NDArray[np.intp] | None = None
    n_starts: int = 1
    tol: float = 1e-6
    max_iter: int = 500


@dataclass(frozen=True, eq=False)
class Layout:
    """A plan made exact for one table: the design, and the values of what is fixed."""

    plan: Plan
    design: Design
    fixed: Array


@dataclass(frozen=True, eq=False)
class Search:
    """The best fit, and how each start fared."""

    fit: Fit
    starts: pd.DataFrame


def nodes_of(n: int) -> Array:
    """Equally spaced nodes on [-6, 6]."""
    return np.linspace(-_LIMIT, _LIMIT, n)


def layout(plan: Plan, table: CategoryTable, n_groups: int) -> Layout:
    """Number the free parameters.

    Parameters
    ----------
    plan : Plan
    table : CategoryTable
    n_groups : int

    Returns
    -------
    Layout
    """
    there = present(plan.model, table.n_categories)
    fixed = np.full(there.shape, np.nan)
    if plan.slopes == "one":
        fixed[there[:, 0], 0] = 1.0
    anchored = _fix_anchors(plan, table, fixed)
    numbers = np.where(there & np.isnan(fixed), 0, -1)
    if plan.slopes == "equal":
        shared = numbers[:, 0] == 0
    free = np.full(numbers.shape, -1)
    free[numbers == 0] = np.arange(np.sum(numbers == 0))
    if plan.slopes == "equal":
        free[shared, 0] = free[shared, 0].min(initial=0)
        _, free_flat = np.unique(free, return_inverse=True)
        free = free_flat.reshape(free.shape) - int(np.any(free < 0))
    groups = np.full((n_groups, 2), False)
    groups[1:] = True
    groups[0, 0] = anchored
    groups[0, 1] = anchored or plan.slopes == "one"
    last = int(free.max(initial=-1)) + 1
    tail = np.where(groups.ravel(), last + np.cumsum(groups.ravel()) - 1, -1)
    design = Design(
        plan.model,
        table.items,
        table.n_categories,
        nodes_of(plan.n_quadrature or _SIZES[0]),
        np.concatenate([free.ravel(), tail]),
        n_groups,
        plan.slope_prior,
    )
    return Layout(plan, design, np.concatenate([fixed.ravel(), np.full(2 * n_groups, np.nan)]))


def _fix_anchors(plan: Plan, table: CategoryTable, fixed: Array) -> bool:
    """Write the anchors' values into their rows."""
    if plan.anchors is None:
        return False
    if plan.anchors.model != plan.model:
        raise InvalidInput(f"expected anchors of model {plan.model}, got {plan.anchors.model}")
    rows = dict(zip(plan.anchors.names, pack(plan.anchors), strict=True))
    kinds = dict(zip(plan.anchors.names, plan.anchors.n_categories, strict=True))
    found = [j for j, name in enumerate(table.items) if name in rows]
    if not found:
        raise InvalidInput("expected at least one anchor among the items, got none")
    width = table.n_categories.max() - 1
    for j in found:
        name = table.items[j]
        if kinds[name] != table.n_categories[j]:
            raise InvalidInput(
                f"{name}: expected {kinds[name]} categories as in the anchor, "
                f"got {table.n_categories[j]}"
            )
        steps = plan.anchors.intercepts.shape[1]
        row, kept = rows[name], int(table.n_categories[j]) - 1
        if plan.model == "nominal":
            fixed[j, :kept], fixed[j, width : width + kept] = row[:kept], row[steps : steps + kept]
        else:
            fixed[j, : kept + 1] = row[: kept + 1]
    return True


def search(
    made: Layout,
    answers: Source,
    seed: int | None,
    *,
    progress: Callable[[int, float], None] | None = None,
) -> Search:
    """Run the starts, finish the best, and refine the nodes where slopes are steep.

    Parameters
    ----------
    made : Layout
    answers : Source
    seed : int, optional
        For the starts after the first components.
    progress : callable, optional
        Told the number of the pass and the log-likelihood.

    Returns
    -------
    Search
    """
    plan, design = made.plan, made.design
    starts = _starts(made, answers, seed)
    told, close = _counted(progress), _AGREE
    if len(starts) == 1:
        best = maximise(
            answers, design, starts[0], tol=plan.tol, max_iter=plan.max_iter, progress=told
        )
        heights, passes = [best.log_likelihood], best.n_iter
    else:
        few = _enough_to_try(answers)
        whole = few is answers
        tried = [
            maximise(
                few,
                design,
                start,
                tol=max(plan.tol, 1e-3),
                max_iter=plan.max_iter,
                progress=told if whole else None,
            )
            for start in starts
        ]
        best = max(tried, key=lambda fit: fit.log_likelihood)
        heights, passes = [fit.log_likelihood for fit in tried], sum(f.n_iter for f in tried)
        if not whole:
            passes, close = 0, close * answers.n_rows / few.n_rows
        best = _again(answers, best, plan, best.design, told)
        passes += best.n_iter
    if plan.n_quadrature is None:
        finer = steep(best)
        if finer > _SIZES[0]:
            best = _again(answers, best, plan, replace(design, nodes=nodes_of(finer)), told)
            passes += best.n_iter
    best = replace(_oriented(best, plan, answers), n_iter=passes)
    agreed = np.array(heights) > max(heights) - close
    return Search(best, pd.DataFrame({"log_likelihood": heights, "agreed": agreed}))


def _again(
    answers: Source,
    fit: Fit,
    plan: Plan,
    design: Design,
    told: Callable[[int, float], None] | None,
) -> Fit:
    return maximise(
        answers,
        design,
        fit.full,
        tol=plan.tol,
        max_iter=plan.max_iter,
        warm_up=0,
        progress=told,
        warm=True,
    )


def _enough_to_try(answers: Source) -> Source:
    """Many sittings thinned, if every category is still there."""
    if answers.n_rows <= 2 * _TRIED:
        return answers
    few = answers.thinned(_TRIED)
    return few if all_seen(few) else answers


def _counted(
    progress: Callable[[int, float], None] | None,
) -> Callable[[int, float], None] | None:
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
    narrowest = 1.0 / np.sqrt(1.0 + test_information(items, nodes).max())
    needed = 2 * _LIMIT / min(1.5 * narrowest, 2.0 / max(float(np.abs(slopes).max()), 1e-9)) + 1
    return next((size for size in _SIZES if size >= needed), _SIZES[-1])


def _starts(made: Layout, answers: Source, seed: int | None) -> list[Array]:
    design, n = made.design, made.plan.n_starts
    base = flat_start(answers, design)
    base = np.where(np.isnan(made.fixed), base, made.fixed)
    few, scores, reliabilities = proxies(answers, nominal=design.model == "nominal", n=min(n, 3))
    rng = np.random.default_rng(seed)
    starts = []
    for k in range(n):
        known = k < scores.shape[1]
        proxy = scores[:, k] if known else random_proxy(rng, scores)
        reliability = float(reliabilities[k]) if known else 0.6
        starts.append(placed_start(few, design, base, _turned(few, proxy, made), reliability))
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
