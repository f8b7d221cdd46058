"""What may be shown, so that nobody can work out what may not.

A count is shown where at least 20 people stand behind it, and at least 8 of them were selected and
8 were not. Everything else is hidden, and cannot be had by taking shown figures from each other:

- People in groups that are too small, and whose number the shown groups would give away, are set
  aside: they are in no figure at all, not in a total either.
- What is hidden of a total is always at least two parts, and together as large as what may be
  shown; so each part may be anything from nothing to at least 8.
- A provider is shown with all its groups or not at all.
- Intersections are hidden one after the other until linear programmes find no hidden cell that the
  totals would pin down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog

__all__ = [
    "MOST_CELLS",
    "Rule",
    "Sizes",
    "set_aside",
    "shown_cells",
    "shown_groups",
    "shown_providers",
    "sizes",
]

Labels = pd.Series  # of text, missing where it is not stated
Sizes = dict[Any, tuple[int, int]]  # label (None: not stated) -> people, selected
MOST_CELLS = 144
TRIALS = 20  # of ways to free a cell


@dataclass(frozen=True, slots=True)
class Rule:
    """How small a count may be that is shown.

    Parameters
    ----------
    least : int
        People in a group.
    cell : int
        People selected, and people not selected.

    Examples
    --------
    >>> Rule().allows(40, 12), Rule().allows(40, 7), Rule().allows(19, 9)
    (True, False, False)
    """

    least: int = 20
    cell: int = 8

    def allows(self, n: int, selected: int) -> bool:
        """Say whether a group may be shown."""
        return n >= self.least and selected >= self.cell and n - selected >= self.cell

    def allows_rest(self, parts: Iterable[tuple[int, int]]) -> bool:
        """Say whether people may be hidden while their sum is known."""
        held = [part for part in parts if part[0]]
        together = sum(n for n, _ in held), sum(selected for _, selected in held)
        alone = len(held) == 1 and self.allows(*held[0])
        return not held or (self.allows(*together) and (len(held) > 1 or alone))


def sizes(labels: Labels[Any], selected: NDArray[np.bool_]) -> Sizes:
    """Count people and selected people by label.

    Parameters
    ----------
    labels : Series
    selected : ndarray of bool

    Returns
    -------
    dict
        Label, or None for not stated, to people and selected people.
    """
    table = pd.DataFrame({"label": labels.to_numpy(), "selected": selected})
    grouped = table.groupby("label", dropna=False)["selected"].agg(["size", "sum"])
    return {
        None if pd.isna(label) else label: (int(n), int(chosen))
        for label, n, chosen in grouped.itertuples()
    }


def shown_groups(found: Sizes, rule: Rule) -> list[Any]:
    """Name the groups that may be shown, the largest first.

    Parameters
    ----------
    found : dict
        As `sizes` gives it.
    rule : Rule

    Returns
    -------
    list
    """
    kept = [label for label, count in found.items() if label is not None and rule.allows(*count)]
    return sorted(kept, key=lambda label: (-found[label][0], str(label)))


def set_aside(
    labels: pd.DataFrame, selected: NDArray[np.bool_], rule: Rule, *, complete: bool = False
) -> NDArray[np.bool_]:
    """Say who may be counted at all.

    Parameters
    ----------
    labels : DataFrame
        A column for each kind of group.
    selected : ndarray of bool
    rule : Rule
    complete : bool
        Keep only who is in a group that may be shown in every column.

    Returns
    -------
    ndarray of bool
        Whose groups, and whose absence from shown groups, give nobody away.
    """
    kept = np.ones(len(labels), dtype=bool)
    while True:
        before = int(kept.sum())
        for name in labels:
            found = sizes(labels[name][kept], selected[kept])
            shown = shown_groups(found, rule)
            rest = [count for label, count in found.items() if label not in shown]
            if rest and (complete or not rule.allows_rest(rest)):
                kept &= labels[name].isin(shown).to_numpy()
        if int(kept.sum()) == before:
            return kept


def shown_providers(
    labels: pd.DataFrame, providers: Labels[Any], selected: NDArray[np.bool_], rule: Rule
) -> list[Any]:
    """Name the providers that may be shown group by group, beside the groups' totals.

    Parameters
    ----------
    labels : DataFrame
        A column for each kind of group, of people who may be counted.
    providers : Series
    selected : ndarray of bool
    rule : Rule

    Returns
    -------
    list
        The largest first.
    """
    tables = [_by_provider(labels[name], providers, selected) for name in labels]
    if not tables:
        return []
    people = providers.value_counts()
    names = sorted(people.index, key=lambda name: (-people[name], str(name)))
    shown = [name for name in names if _every(tables, name, rule)]
    while shown and not all(_rest_allowed(table, shown, rule) for table in tables):
        shown.pop()
    return shown


def _by_provider(
    labels: Labels[Any], providers: Labels[Any], selected: NDArray[np.bool_]
) -> dict[Any, Sizes]:
    """Give, of each provider (None: not stated), its groups."""
    table = pd.DataFrame(
        {"provider": providers.to_numpy(), "label": labels.to_numpy(), "selected": selected}
    )
    counted = table.groupby(["provider", "label"], dropna=False)["selected"].agg(["size", "sum"])
    found: dict[Any, Sizes] = {}
    for (provider, label), n, chosen in counted.itertuples():
        name = None if pd.isna(provider) else provider
        found.setdefault(name, {})[None if pd.isna(label) else label] = (int(n), int(chosen))
    return found


def _every(tables: Sequence[dict[Any, Sizes]], name: Any, rule: Rule) -> bool:
    return all(rule.allows(*count) for table in tables for count in table[name].values())


def _rest_allowed(table: dict[Any, Sizes], shown: Sequence[Any], rule: Rule) -> bool:
    """Of every group, what the shown providers leave over must be allowed to stay hidden."""
    hidden = [found for name, found in table.items() if name not in shown]
    groups = {label for found in table.values() for label in found}
    parts = {label: [found[label] for found in hidden if label in found] for label in groups}
    return all(not held or (len(held) > 1 and rule.allows_rest(held)) for held in parts.values())


def shown_cells(labels: pd.DataFrame, selected: NDArray[np.bool_], rule: Rule) -> list[Any]:
    """Name the intersections that may be shown beside the totals of every column.

    Parameters
    ----------
    labels : DataFrame
        Two columns or more, of people who are in a group that may be shown in each.
    selected : ndarray of bool
    rule : Rule

    Returns
    -------
    list of tuple
        The largest first; none if there are too many to look after.
    """
    found = sizes(crossed(labels), selected)
    cells = list(found)
    if len(cells) > MOST_CELLS:
        return []
    shown = shown_groups(found, rule)
    while shown:
        exposed = _exposed(cells, found, shown, rule)
        if exposed is None:
            break
        shown = _hidden_further(exposed, cells, found, shown, rule)
    return shown


def _hidden_further(
    exposed: Any, cells: list[Any], found: Sizes, shown: list[Any], rule: Rule
) -> list[Any]:
    """Hide the fewest people that free an exposed cell; or else the smallest cell that is kin."""
    blocks = {block for other in cells for block in _blocks(exposed, other) if block <= set(cells)}
    costs = {block: sum(found[cell][0] for cell in block if cell in shown) for block in blocks}
    for block in sorted(blocks, key=lambda one: (costs[one], sorted(map(str, one))))[:TRIALS]:
        left = [cell for cell in shown if cell not in block]
        if len(left) < len(shown) and not _is_exposed(exposed, cells, found, left, rule):
            return left
    kin = [cell for cell in shown if _shares(cell, exposed)]
    smallest = (kin or shown)[-1]
    return [cell for cell in shown if cell != smallest]


def _blocks(cell: Any, other: Any) -> Iterator[frozenset[Any]]:
    """Give the fours between which people may be moved round with every total as it is."""
    if sum(one != two for one, two in zip(cell, other, strict=True)) < 2:
        return
    for at in range(len(cell)):
        if cell[at] != other[at]:
            mixed = (*cell[:at], other[at], *cell[at + 1 :])
            back = (*other[:at], cell[at], *other[at + 1 :])
            yield frozenset({cell, other, mixed, back})


def crossed(labels: pd.DataFrame) -> Labels[Any]:
    """Give everybody's intersection, as a tuple.

    Parameters
    ----------
    labels : DataFrame

    Returns
    -------
    Series
    """
    held = list(labels.itertuples(index=False, name=None))
    return pd.Series(held, index=labels.index, dtype=object)


def _shares(cell: Any, other: Any) -> bool:
    return any(one == two for one, two in zip(cell, other, strict=True))


def _exposed(cells: list[Any], found: Sizes, shown: list[Any], rule: Rule) -> Any:
    """Find a hidden cell that the totals and the shown cells pin down too narrowly."""
    return next(
        (
            cell
            for cell in cells
            if cell not in shown and _is_exposed(cell, cells, found, shown, rule)
        ),
        None,
    )


def _is_exposed(cell: Any, cells: list[Any], found: Sizes, shown: list[Any], rule: Rule) -> bool:
    known = _equations(cells, shown)
    selected = np.array([found[one][1] for one in cells], dtype=float)
    others = np.array([found[one][0] - found[one][1] for one in cells], dtype=float)
    return any(
        _width(known, counts, cells.index(cell)) < rule.cell - 1e-6 for counts in (selected, others)
    )


def _equations(cells: list[Any], shown: list[Any]) -> NDArray[np.float64]:
    """Give what is known: the total of every label of every column, and the shown cells."""
    rows = [
        [float(cell[column] == label) for cell in cells]
        for column in range(len(cells[0]))
        for label in dict.fromkeys(cell[column] for cell in cells)
    ]
    rows += [[float(cell == one) for cell in cells] for one in shown]
    return np.array(rows)


def _width(known: NDArray[np.float64], counts: NDArray[np.float64], at: int) -> float:
    goal = np.zeros(len(counts))
    goal[at] = 1.0
    totals = known @ counts
    least = linprog(goal, A_eq=known, b_eq=totals, bounds=(0, None), method="highs")
    most = linprog(-goal, A_eq=known, b_eq=totals, bounds=(0, None), method="highs")
    if least.status or most.status:
        return 0.0
    return float(-most.fun - least.fun)
