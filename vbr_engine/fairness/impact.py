"""Adverse impact: whether decisions and scores fall differently on groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.errors import DecisionsError, Problem
from vbr_engine.fairness.comparison import FIGURES, NOT_ENOUGH, Side, compare, verdict
from vbr_engine.fairness.decisions import Decisions, read_decisions
from vbr_engine.fairness.exact import holm
from vbr_engine.fairness.providers import POOLED, PROVIDERS, pooled_rows, provider_rows
from vbr_engine.fairness.score_intervals import wilson
from vbr_engine.fairness.suppression import (
    MOST_CELLS,
    Rule,
    crossed,
    set_aside,
    shown_cells,
    shown_groups,
    sizes,
)
from vbr_engine.fairness.wording import comparison_sentence, pooled_sentence

__all__ = ["AdverseImpact", "adverse_impact"]

LEVEL = 0.05
REST = "not stated, or not enough data"
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
    columns = [group] if isinstance(group, str) else list(dict.fromkeys(group))
    _check_options(columns, intersect=intersect, least=least, cell=cell, coverage=coverage)
    held = read_decisions(decisions, columns, outcome=outcome, provider=provider, score=score)
    wanted = _references(reference, held.groups)
    work = _Work(held, wanted, Rule(least, cell), coverage, intersect)
    return work.impact(provider, score)


def _check_options(
    columns: Sequence[str], *, intersect: bool, least: int, cell: int, coverage: float
) -> None:
    problems = []
    if not columns:
        problems.append(Problem(message="expected at least one column of groups"))
    if intersect and len(columns) < 2:
        problems.append(Problem(message="intersections need two columns of groups or more"))
    if least < 1 or cell < 1:
        problems.append(Problem(message=f"smallest counts are 1 or more, got {least} and {cell}"))
    if not 0.5 <= coverage < 1:
        problems.append(Problem(message=f"expected a coverage of 0.5 to 0.999, got {coverage}"))
    if problems:
        raise DecisionsError(problems)


def _references(
    reference: str | Sequence[str] | Mapping[str, str] | None, groups: pd.DataFrame
) -> dict[str, str]:
    """Give the reference group of each column that has one of those labels."""
    if isinstance(reference, Mapping):
        asked = [(str(column), str(label)) for column, label in reference.items()]
    else:
        labels = [reference] if isinstance(reference, str) else list(reference or ())
        asked = [(_home(label, groups), label) for label in labels]
    unknown = [
        Problem(
            message=f"there is no group {label!r} to compare with; there are "
            + "; ".join(f"{name}: {', '.join(_known(groups[name]))}" for name in groups)
        )
        for column, label in asked
        if column not in groups or label not in _known(groups[column])
    ]
    if unknown:
        raise DecisionsError(unknown)
    return dict(asked)


def _home(label: str, groups: pd.DataFrame) -> str:
    return next((str(name) for name in groups if label in _known(groups[name])), "")


def _known(labels: pd.Series[Any]) -> list[str]:
    return sorted(map(str, labels.dropna().unique()))


class _Work:
    """What is at hand while one table of decisions is looked at."""

    def __init__(
        self,
        held: Decisions,
        references: Mapping[str, str],
        rule: Rule,
        coverage: float,
        intersect: bool,
    ) -> None:
        self.references, self.rule, self.coverage = references, rule, coverage
        self.intersect = intersect
        self.all_groups = held.groups
        self.notes = list(held.notes)
        kept = set_aside(held.groups, held.selected, rule, complete=intersect)
        self.anybody_left_out = not kept.all()
        self.held = _part(held, kept)
        self.selected = held.selected[kept]
        self.groups = self.held.groups
        scores = self.held.score
        self.scores = np.full(len(self.selected), nan) if scores is None else scores
        scored = self.scores[np.isfinite(self.scores)]
        self.middle = float(np.median(scored)) if len(scored) else nan

    def impact(self, provider: str | None, score: str | None) -> AdverseImpact:
        """Compare everything."""
        groups, rows = self._one_way()
        if self.intersect:
            more, crossings = self._crossings()
            groups, rows = groups + more, rows + crossings
        pooled, single = self._providers(rows)
        comparisons = _frame(rows, COMPARISONS)
        return AdverseImpact(
            about=self._about(provider, score),
            groups=_frame(groups, (*GROUPS, *SCORES) if score else GROUPS),
            comparisons=comparisons,
            pooled=_frame(pooled, POOLED),
            providers=_frame(single, PROVIDERS),
            notes=(*self.notes, *self._closing_notes(single)),
        )

    def _about(self, provider: str | None, score: str | None) -> dict[str, Any]:
        n, selected = len(self.selected), int(self.selected.sum())
        shown = self.rule.allows(n, selected)
        return {
            "outcome": self.held.outcome,
            "groups": list(map(str, self.groups)),
            "provider": provider,
            "score": score,
            "score_median": self.middle if isfinite(self.middle) and shown else None,
            "counted": n if shown else None,
            "selected": selected if shown else None,
            "intersections": self.intersect,
            "simulated": self.held.simulated,
            "left_out": self.anybody_left_out,
            "least": self.rule.least,
            "cell": self.rule.cell,
            "coverage": self.coverage,
        }

    def _one_way(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        groups: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for name in map(str, self.groups):
            labels = self.groups[name]
            shown = shown_groups(sizes(labels, self.selected), self.rule)
            small = [label for label in _known(self.all_groups[name]) if label not in shown]
            wanted = self.references.get(name)
            reference = wanted if wanted in shown else (shown[0] if shown else None)
            if wanted is not None and wanted not in shown:
                reference = None
                self.notes.append(f"{name}: {wanted} has not enough data to compare with.")
            groups += self._side_by_side(name, labels, shown, small, reference)
            groups += self._rest(name, labels, shown)
            rows += self._compared(name, labels, shown, small, reference)
        return groups, self._judged(rows)

    def _crossings(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        name = " × ".join(map(str, self.groups))
        cells = crossed(self.groups)
        shown = shown_cells(self.groups, self.selected, self.rule)
        main = tuple(
            self.references.get(str(column)) or self.groups[column].value_counts().index[0]
            for column in self.groups
            if len(self.groups)
        )
        reference = main if main in shown else (shown[0] if shown else None)
        small = [cell for cell in dict.fromkeys(cells) if cell not in shown]
        words = {cell: ", ".join(map(str, cell)) for cell in [*shown, *small]}
        labels = cells.map(words)
        told = [words[cell] for cell in shown], sorted(words[cell] for cell in small)
        against = words.get(reference)
        if len(words) > MOST_CELLS:
            self.notes.append(f"{name}: over {MOST_CELLS} intersections are too many to look at.")
        groups = self._side_by_side(name, labels, *told, against)
        return groups, self._judged(self._compared(name, labels, *told, against))

    def _side(self, labels: pd.Series[Any], label: Any) -> Side:
        at = (labels == label).to_numpy(dtype=bool)
        return Side(self.selected[at], self.scores[at])

    def _side_by_side(
        self,
        name: str,
        labels: pd.Series[Any],
        shown: list[str],
        small: list[str],
        reference: str | None,
    ) -> list[dict[str, Any]]:
        rows = []
        for label in shown:
            side = self._side(labels, label)
            rate = wilson(side.chosen, side.n, coverage=self.coverage)
            role = "reference" if label == reference else "compared"
            row: dict[str, Any] = {"dimension": name, "group": label, "role": role}
            row |= {"n": side.n, "selected": side.chosen, "rate": rate.value}
            row |= {"rate_low": rate.low, "rate_high": rate.high}
            scored = side.scores[np.isfinite(side.scores)]
            if len(scored) >= self.rule.least:
                row |= {"score_mean": scored.mean(), "score_sd": scored.std(ddof=1)}
            rows.append(row)
        return rows + [{"dimension": name, "group": one, "role": NOT_ENOUGH} for one in small]

    def _rest(
        self, name: str, labels: pd.Series[Any], shown: list[str]
    ) -> Iterator[dict[str, Any]]:
        """Count who is in no group that is shown; a total would tell it anyway."""
        rest = self.selected[~labels.isin(shown).to_numpy()]
        if len(rest):
            rate = wilson(int(rest.sum()), len(rest), coverage=self.coverage)
            yield {
                "dimension": name,
                "group": REST,
                "role": "rest",
                "n": len(rest),
                "selected": int(rest.sum()),
                "rate": rate.value,
                "rate_low": rate.low,
                "rate_high": rate.high,
            }

    def _compared(
        self,
        name: str,
        labels: pd.Series[Any],
        shown: list[str],
        small: list[str],
        reference: str | None,
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        names = {"dimension": name, "reference": reference or ""}
        if reference is not None:
            other = self._side(labels, reference)
            for label in shown:
                if label == reference:
                    continue
                found = compare(
                    self._side(labels, label),
                    other,
                    rule=self.rule,
                    middle=self.middle,
                    coverage=self.coverage,
                    level=LEVEL,
                )
                rows.append({**names, "group": label, **found})
        unsaid = small if reference is not None else [*shown, *small]
        empty = dict.fromkeys(FIGURES, nan)
        return rows + [
            {**names, "group": label, "verdict": NOT_ENOUGH, **empty} for label in unsaid
        ]

    def _judged(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Adjust p for the number of comparisons, and put each into words."""
        adjusted = holm([row["p"] for row in rows])
        many = sum(isfinite(p) for p in adjusted) > 1
        for row, p in zip(rows, adjusted, strict=True):
            row["p_adjusted"] = p
            if row.get("verdict") != NOT_ENOUGH:
                row["verdict"] = verdict(row, level=LEVEL)
            row["sentence"] = comparison_sentence(row, many=many)
        return rows

    def _providers(
        self, rows: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        providers = self.held.provider
        if providers is None:
            return [], []
        compared = [row for row in rows if row["verdict"] != NOT_ENOUGH]
        main = [row for row in compared if row["dimension"] in self.groups]
        pooled = []
        for row in main:
            labels = self.groups[row["dimension"]]
            found = pooled_rows(labels, providers, self.selected, row, self.rule, self.coverage)
            pooled.append({**found, "sentence": pooled_sentence(found, row)})
        if self.intersect:
            return pooled, []
        single = provider_rows(
            self.groups, providers, self.selected, main, self.rule, self.coverage
        )
        return pooled, single

    def _closing_notes(self, single: list[dict[str, Any]]) -> Iterator[str]:
        if self.anybody_left_out and self.intersect:
            yield (
                "Only people whose groups are all stated and large enough are counted. How many "
                "others there are is not told."
            )
        elif self.anybody_left_out:
            yield (
                "People of groups that are too small to show are in no figure, so that nobody can "
                "work them out from a total. How many there are is not told."
            )
        if self.held.provider is not None and not single:
            yield (
                "No single provider is shown beside intersections."
                if self.intersect
                else "No single provider has enough people of every group to be shown."
            )


def _part(held: Decisions, kept: Any) -> Decisions:
    return replace(
        held,
        selected=held.selected[kept],
        groups=held.groups[kept].reset_index(drop=True),
        provider=None if held.provider is None else held.provider[kept].reset_index(drop=True),
        score=None if held.score is None else held.score[kept],
    )


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
