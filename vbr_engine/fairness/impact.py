"""Adverse impact: whether decisions and scores fall differently on groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.errors import DecisionsError, Problem
from vbr_engine.fairness.checks import rule_problems
from vbr_engine.fairness.comparison import FIGURES
from vbr_engine.fairness.decisions import read_decisions
from vbr_engine.fairness.group_comparisons import GroupComparisons
from vbr_engine.fairness.providers import POOLED, PROVIDERS
from vbr_engine.fairness.reference_groups import reference_groups
from vbr_engine.fairness.suppression import Rule

__all__ = ["AdverseImpact", "adverse_impact"]

NAMES = ("dimension", "group", "reference")
COMPARISONS = (*NAMES, "verdict", *FIGURES, "sentence")
GROUPS = ("dimension", "group", "role", "n", "selected", "rate", "rate_low", "rate_high")
SCORES = ("score_mean", "score_sd")


@dataclass(frozen=True, eq=False)
class AdverseImpact:
    """How decisions fall on groups.

    Parameters
    ----------
    about : mapping
        What was compared: outcome, columns, how many people, rules.
    groups : DataFrame
        A row per group: people, selected, rate with Wilson's interval, scores. No figures of a
        group that is too small.
    comparisons : DataFrame
        A row per group and reference group: ratio, difference, tests, power, score difference.
    pooled : DataFrame
        The same comparisons within providers, pooled.
    providers : DataFrame
        Single providers that may be shown.
    notes : tuple of str
        What was left out and why.
    """

    about: Mapping[str, Any]
    groups: pd.DataFrame
    comparisons: pd.DataFrame
    pooled: pd.DataFrame
    providers: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """One plain sentence for each comparison, then for each pooled one."""
        return (*self.comparisons["sentence"], *self.pooled["sentence"])

    def to_frame(self) -> pd.DataFrame:
        """The table of comparisons.

        Returns
        -------
        DataFrame
        """
        return self.comparisons

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain mappings, lists, words and numbers; None for no figure.

        Returns
        -------
        dict
        """
        tables = ("groups", "comparisons", "pooled", "providers")
        return {
            "about": dict(self.about),
            **{name: _records(getattr(self, name)) for name in tables},
            "notes": list(self.notes),
        }


def adverse_impact(
    decisions: pd.DataFrame,
    group: str | Sequence[str],
    *,
    outcome: str | tuple[str, str],
    provider: str | None = None,
    score: str | None = None,
    reference: str | Sequence[str] | Mapping[str, str] | None = None,
    intersect: bool = False,
    least: int = 20,
    cell: int = 8,
    coverage: float = 0.95,
) -> AdverseImpact:
    """Compare how often groups are selected, and how they score.

    Parameters
    ----------
    decisions : DataFrame
        A row for each decision. A column ``application``, if there is one, names it.
    group : str or sequence of str
        Columns that say of which group somebody is. An empty cell is not stated.
    outcome : str or tuple of str
        What counts as selected, as ``column=value``; or a column of yes and no.
    provider : str, optional
        A column: groups are compared within each provider too, and pooled.
    score : str, optional
        A column of scores.
    reference : str, sequence of str or mapping, optional
        Whom the other groups are compared with, for each column. By default the largest group.
    intersect : bool
        Look at intersections of the columns too. Only people whose groups are all stated and
        large enough are counted then, and no single provider is shown.
    least, cell : int
        How many people, and how many selected and not selected, a figure must rest on.
    coverage : float
        Of intervals.

    Returns
    -------
    AdverseImpact

    Raises
    ------
    DecisionsError
        With every problem of the table, by row and column.

    Notes
    -----
    Ratios and differences have score intervals of Miettinen and Nurminen (1985), p is Fisher's,
    adjusted by Holm for the number of groups compared; intersections are adjusted among themselves.
    The four-fifths screen is given with its false alarms. It is no test in UK law.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "sex": ["F"] * 100 + ["M"] * 100,
    ...     "offered": ["yes"] * 30 + ["no"] * 70 + ["yes"] * 60 + ["no"] * 40,
    ... })
    >>> found = adverse_impact(table, "sex", outcome="offered=yes", reference="M")
    >>> found.comparisons[["group", "verdict", "ratio"]].values.tolist()
    [['F', 'lower', 0.5]]
    """
    if not isinstance(decisions, pd.DataFrame):
        raise DecisionsError(f"expected a table of decisions, got {type(decisions).__name__}")
    columns = [group] if isinstance(group, str) else list(dict.fromkeys(group))
    _check_options(columns, intersect=intersect, least=least, cell=cell, coverage=coverage)
    held = read_decisions(decisions, columns, outcome=outcome, provider=provider, score=score)
    wanted = reference_groups(reference, held.groups)
    work = GroupComparisons(held, wanted, Rule(least, cell), coverage, intersect)
    groups, rows = work.by_column()
    if intersect:
        more, crossings = work.by_intersection()
        groups, rows = groups + more, rows + crossings
    pooled, single = work.by_provider(rows)
    return AdverseImpact(
        about=work.about(provider, score),
        groups=_frame(groups, (*GROUPS, *SCORES) if score else GROUPS),
        comparisons=_frame(rows, COMPARISONS),
        pooled=_frame(pooled, POOLED),
        providers=_frame(single, PROVIDERS),
        notes=(*work.notes, *work.closing_notes(single)),
    )


def _check_options(
    columns: Sequence[str], *, intersect: bool, least: int, cell: int, coverage: float
) -> None:
    problems = []
    if not columns:
        problems.append(Problem(message="expected at least one column of groups"))
    if intersect and len(columns) < 2:
        problems.append(Problem(message="intersections need two columns of groups or more"))
    problems += rule_problems(least, cell, coverage)
    if problems:
        raise DecisionsError(problems)


def _frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): _plain(cell) for name, cell in row.items()} for row in frame.to_dict("records")
    ]


def _plain(cell: Any) -> Any:
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float):
        if not isfinite(cell):
            return None
        return int(cell) if cell.is_integer() and abs(cell) > 1 else cell
    return cell
