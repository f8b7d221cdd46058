"""Groups side by side: how many are selected of each, and how far apart they are.

People of groups too small to show are set aside first, so that no total gives them away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isfinite, nan
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.fairness.comparison import FIGURES, NOT_ENOUGH, Side, compare, verdict
from vbr_engine.fairness.decisions import Decisions
from vbr_engine.fairness.exact import holm
from vbr_engine.fairness.providers import pooled_rows, provider_rows
from vbr_engine.fairness.reference_groups import group_names
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

__all__ = ["REST", "GroupComparisons"]

LEVEL = 0.05
REST = "not stated, or not enough data"


class GroupComparisons:
    """Compares groups of one table of decisions, of which the small are set aside.

    Parameters
    ----------
    held : Decisions
    references : mapping of str to str
        Whom the groups of a column are compared with; by default the largest.
    rule : Rule
        How many people a figure must rest on.
    coverage : float
        Of intervals.
    intersect : bool
        Whether intersections of the columns are looked at too.
    """

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

    def about(self, provider: str | None, score: str | None) -> dict[str, Any]:
        """Say what was compared, and by which rules."""
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

    def by_column(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Compare the groups of each column: rows of groups, rows of comparisons."""
        groups: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        for name in map(str, self.groups):
            labels = self.groups[name]
            shown = shown_groups(sizes(labels, self.selected), self.rule)
            small = [label for label in group_names(self.all_groups[name]) if label not in shown]
            wanted = self.references.get(name)
            reference = wanted if wanted in shown else (shown[0] if shown else None)
            if wanted is not None and wanted not in shown:
                reference = None
                self.notes.append(f"{name}: {wanted} has not enough data to compare with.")
            groups += self._side_by_side(name, labels, shown, small, reference)
            groups += self._rest(name, labels, shown)
            rows += self._compared(name, labels, shown, small, reference)
        return groups, self._judged(rows)

    def by_intersection(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Compare the intersections of the columns: rows of groups, rows of comparisons."""
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

    def by_provider(
        self, rows: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Compare within providers: pooled, and those that can be shown alone."""
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

    def closing_notes(self, single: list[dict[str, Any]]) -> Iterator[str]:
        """Say who is in no figure, and whether providers are shown."""
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
