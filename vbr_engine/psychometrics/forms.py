"""Forms drawn from a calibrated bank: equally informative, each after the blueprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, kron

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.curves import ItemParameters, item_information
from vbr_engine.psychometrics.parameter_tables import parameters_of

__all__ = ["ParallelForms", "parallel_forms"]

Floats = NDArray[np.float64]
Marks = NDArray[np.bool_]

_SECONDS = 20.0
_NODES = 200
_EXCHANGES = 1_000
_GAP = 0.01


@dataclass(frozen=True, eq=False)
class ParallelForms:
    """Forms that measure alike.

    Parameters
    ----------
    forms : tuple of tuple of str
        The items of each form, in the order of the bank.
    information : pandas.DataFrame
        Test information: a row for each form, a column for each trait level.
    target : tuple of float
        The information aimed at, at each trait level.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame({"model": "graded", "a": 1.0, "d_1": [-1.0, -1.0, 1.0, 1.0]})
    >>> drawn = parallel_forms(bank, n_forms=2, length=2)
    >>> drawn.information.shape, round(drawn.largest_difference, 6)
    ((2, 3), 0.0)
    """

    forms: tuple[tuple[str, ...], ...]
    information: pd.DataFrame
    target: tuple[float, ...]

    @property
    def largest_difference(self) -> float:
        """How far two forms are apart where they differ most, as a share of the target."""
        spread = self.information.max() - self.information.min()
        return float((spread / np.asarray(self.target)).max())


def parallel_forms(
    parameters: object,
    *,
    n_forms: int = 2,
    length: int,
    values: Mapping[str, str] | None = None,
    per_value: Mapping[str, int] | None = None,
    formats: Mapping[str, str] | None = None,
    per_format: Mapping[str, int] | None = None,
    theta: ArrayLike = (-1.0, 0.0, 1.0),
    target: ArrayLike | None = None,
    seconds: float = _SECONDS,
) -> ParallelForms:
    """Draw forms without an item in common, each after the blueprint, with like information.

    Two steps. A linear programme finds the most information that the forms can share, in the
    proportions that the whole bank has across the trait levels (the maximin rule of van der
    Linden and Boekkooi-Timminga, 1989); an integer programme then draws the forms whose largest
    distance from it, as a share, is smallest.

    Parameters
    ----------
    parameters : data frame, or fitted model
        Item parameters, a row for each item.
    n_forms, length : int
        How many forms, and how many items in each.
    values : mapping of str to str, optional
        The value that each item measures.
    per_value : mapping of str to int, optional
        Least number of items for each value in a form; exact where they sum to `length`.
    formats : mapping of str to str, optional
        The response format of each item.
    per_format : mapping of str to int, optional
        Exact number of items of each format in a form.
    theta : array-like of float
        Trait levels at which the forms are compared.
    target : array-like of float, optional
        Information wanted at each trait level, in place of the most that can be had.
    seconds : float
        Time after which the best forms found so far are taken.

    Returns
    -------
    ParallelForms

    Raises
    ------
    InvalidInput
        If no forms meet the blueprint.

    Examples
    --------
    >>> import pandas as pd
    >>> bank = pd.DataFrame(
    ...     {"model": "graded", "a": [1.0, 1.1, 2.0, 2.1], "d_1": [0.5, 0.4, -0.1, 0.0]},
    ...     index=["w", "x", "y", "z"],
    ... )
    >>> drawn = parallel_forms(bank, n_forms=2, length=2)
    >>> [sorted("wx".find(item) >= 0 for item in form) for form in drawn.forms]
    [[False, True], [False, True]]
    """
    items = parameters_of(parameters)
    levels = np.atleast_1d(np.asarray(theta, dtype=np.float64))
    information = item_information(items, levels)
    rows, low, high = _blueprint(items, length, (values, per_value), (formats, per_format), n_forms)
    if target is None:
        wanted = _most_information(information, rows, low, high, n_forms)
    else:
        wanted = np.broadcast_to(np.asarray(target, dtype=np.float64), levels.shape)
    plan = _Plan(information, wanted, rows, low, high, seconds)
    taken = _even_out(plan, _draw(plan, n_forms))
    return ParallelForms(
        forms=tuple(tuple(np.array(items.names)[row].tolist()) for row in taken),
        information=pd.DataFrame(
            taken @ information, columns=levels, index=np.arange(1, n_forms + 1)
        ).rename_axis(index="form", columns="theta"),
        target=tuple(wanted.tolist()),
    )


def _blueprint(
    items: ItemParameters,
    length: int,
    by_value: tuple[Mapping[str, str] | None, Mapping[str, int] | None],
    by_format: tuple[Mapping[str, str] | None, Mapping[str, int] | None],
    n_forms: int,
) -> tuple[Floats, Floats, Floats]:
    """Return the rows that one form obeys, with their lower and upper bounds."""
    if n_forms < 1 or not 0 < length * n_forms <= len(items.names):
        raise InvalidInput(
            f"{n_forms} forms of {length} items cannot be drawn from {len(items.names)} items"
        )
    rows, low, high = [np.ones(len(items.names))], [length], [length]
    for (labels, numbers), exact in ((by_value, False), (by_format, True)):
        for label, number in (numbers or {}).items():
            row = np.array([(labels or {}).get(name) == label for name in items.names], float)
            if row.sum() < number * n_forms:
                raise InvalidInput(
                    f"{label}: {n_forms} forms need {number * n_forms} items, "
                    f"the bank has {int(row.sum())}"
                )
            rows.append(row)
            low.append(number)
            high.append(number if exact else length)
    return np.array(rows), np.array(low, float), np.array(high, float)


def _most_information(
    information: Floats,
    rows: Floats,
    low: Floats,
    high: Floats,
    n_forms: int,
) -> Floats:
    """Find what each form can have if the items could be shared out evenly."""
    n_items, shape = information.shape[0], information.mean(axis=0)
    share = np.hstack([-information.T / n_forms, shape[:, None]])
    wide = np.hstack([rows, np.zeros((len(rows), 1))])
    found = linprog(
        np.append(np.zeros(n_items), -1.0),
        A_ub=np.vstack([share, wide, -wide]),
        b_ub=np.concatenate([np.zeros(len(shape)), high * n_forms, -low * n_forms]),
        bounds=[(0, 1)] * n_items + [(0, None)],
    )
    if not found.success:
        raise InvalidInput(f"no {n_forms} forms meet the blueprint")
    return np.asarray(found.x[-1] * shape)


@dataclass(frozen=True, eq=False)
class _Plan:
    """What every form obeys: information aimed at, and rows with bounds."""

    information: Floats
    target: Floats
    rows: Floats
    low: Floats
    high: Floats
    seconds: float

    def distances(self, taken: Marks) -> Floats:
        """Give each form's largest distance from the target, as a share of it."""
        return np.asarray(np.abs(taken @ self.information / self.target - 1).max(axis=1))


def _draw(plan: _Plan, n_forms: int) -> Marks:
    """Draw the forms that come nearest to the target; one row of item marks for each."""
    n_items, each = len(plan.information), np.eye(n_forms)
    shares = plan.information.T / plan.target[:, None]
    # The last unknown is 1 + the largest distance, so that the solver's gap is a share of 1.
    blocks = [
        (kron(each, plan.rows), 0.0, np.tile(plan.low, n_forms), np.tile(plan.high, n_forms)),
        (kron(np.ones((1, n_forms)), np.eye(n_items)), 0.0, 0.0, 1.0),
        (kron(each, shares), -1.0, -np.inf, 0.0),
        (kron(each, shares), 1.0, 2.0, np.inf),
    ]
    limits = [
        LinearConstraint(
            csr_array(hstack([block, np.full((block.shape[0], 1), slack)])), lower, upper
        )
        for block, slack, lower, upper in blocks
    ]
    found = milp(
        np.append(np.zeros(n_items * n_forms), 1.0),
        integrality=np.append(np.ones(n_items * n_forms), 0),
        bounds=Bounds(0, np.append(np.ones(n_items * n_forms), np.inf)),
        constraints=limits,
        options={"time_limit": plan.seconds, "mip_rel_gap": _GAP, "node_limit": _NODES},
    )
    if found.x is None:
        raise InvalidInput(f"no {n_forms} forms meet the blueprint: {found.message}")
    return np.asarray(found.x[:-1].reshape(n_forms, n_items) > 0.5)


def _even_out(plan: _Plan, taken: Marks) -> Marks:
    """Exchange items of the same kind while that brings forms nearer to the target."""
    kinds = np.unique(plan.rows, axis=1, return_inverse=True)[1].ravel()
    for _ in range(_EXCHANGES):
        found = [_best_exchange(plan, taken, kinds, form) for form in range(len(taken))]
        gain, pair = max(found)
        if gain < 1e-9:
            break
        taken[:, pair] = taken[:, pair[::-1]]
    return taken


def _best_exchange(
    plan: _Plan, taken: Marks, kinds: NDArray[np.intp], form: int
) -> tuple[float, list[int]]:
    """Find what a form should give for an item from elsewhere, and what that wins in squares."""
    leave, come = np.flatnonzero(taken[form]), np.flatnonzero(~taken[form])
    shares = plan.information / plan.target
    gain = shares[come] - shares[leave][:, None]
    apart = taken @ shares - 1
    holder = np.where(taken.any(axis=0), taken.argmax(axis=0), -1)[come]
    mine = (apart[form] ** 2 - (apart[form] + gain) ** 2).sum(axis=2)
    theirs = (apart[holder] ** 2 - (apart[holder] - gain) ** 2).sum(axis=2)
    won = mine + np.where(holder >= 0, theirs, 0.0)
    won[kinds[leave][:, None] != kinds[come]] = -np.inf
    first, second = np.unravel_index(won.argmax(), won.shape)
    return float(won[first, second]), [int(leave[first]), int(come[second])]
