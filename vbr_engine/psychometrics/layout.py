"""From options to a design: which parameters are free, which are held, and on which nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.curves import Array, ItemParameters
from vbr_engine.psychometrics.derivatives import pack, present
from vbr_engine.psychometrics.design import Design

__all__ = ["LIMIT", "SIZES", "Layout", "Plan", "layout", "nodes_of"]

LIMIT = 6.0
SIZES = (61, 121, 241)


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


def nodes_of(n: int) -> Array:
    """Equally spaced nodes on [-6, 6]."""
    return np.linspace(-LIMIT, LIMIT, n)


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
        nodes_of(plan.n_quadrature or SIZES[0]),
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
