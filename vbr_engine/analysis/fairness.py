"""Groups side by side, and items that work differently for them at the same score.

Groups come from outside, joined by sitting. What leaves here are labels and figures of groups that
are large enough; of smaller ones the label alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.notes import Notes
from vbr_engine.analysis.scales import Scale
from vbr_engine.analysis.tables import empty, typed
from vbr_engine.psychometrics.association import standardised_difference
from vbr_engine.psychometrics.differential import DifResult, dif

__all__ = ["SMALLEST_GROUP", "fairness_tables", "large_groups"]

SMALLEST_GROUP = 20
MOST_LABELS = 20  # more look like names or numbers of people, and none is written
STRATA = 20  # classes of the score that people are matched on
METHOD = "mantel-haenszel"


def fairness_tables(
    answers: Answers, composite: Scale, groups: Mapping[str, pd.Series[Any]], notes: Notes
) -> dict[str, pd.DataFrame]:
    """Give ``groups`` and ``differential``."""
    found: dict[str, list[pd.DataFrame]] = {"groups": [], "differential": []}
    for column, labels in groups.items():
        known = _readable(column, _aligned(labels, answers), notes)
        if known is None:
            continue
        large, small = _by_size(known)
        _note_sizes(column, known, large, small, notes)
        found["groups"].append(_side_by_side(column, composite, known, large, small))
        if len(large) > 1:
            found["differential"].append(_items(answers, column, known, large, notes))
    return {
        name: typed(name, pd.concat(parts, ignore_index=True)) if parts else empty(name)
        for name, parts in found.items()
    }


def large_groups(labels: pd.Series[Any], answers: Answers) -> pd.Series[Any] | None:
    """Keep the labels of groups that may be looked at; None where there are no two."""
    known = _aligned(labels, answers)
    large, _ = _by_size(known)
    few = known.nunique() <= MOST_LABELS and len(large) > 1
    return known[known.isin(large)] if few else None


def _aligned(labels: pd.Series[Any], answers: Answers) -> pd.Series[Any]:
    given = labels.reindex(answers.scores.index)
    return given.map(_label, na_action="ignore").where(given.notna())


def _label(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def _by_size(labels: pd.Series[Any]) -> tuple[list[str], list[str]]:
    """Groups that are large enough, the largest first; and those that are not."""
    sizes = {str(name): int(n) for name, n in labels.value_counts().items()}
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    large = [name for name in names if sizes[name] >= SMALLEST_GROUP]
    return large, sorted(set(names) - set(large))


def _readable(column: str, labels: pd.Series[Any], notes: Notes) -> pd.Series[Any] | None:
    kinds = labels.nunique()
    if kinds > MOST_LABELS:
        notes.add(
            f"{column} is not looked at: it has {kinds:,} different entries, and groups are "
            f"expected to be {MOST_LABELS} at most."
        )
        return None
    if kinds == 0:
        notes.add(f"{column} is not looked at: no sitting has a group.")
        return None
    return labels


def _note_sizes(
    column: str, labels: pd.Series[Any], large: list[str], small: list[str], notes: Notes
) -> None:
    """Say who is left out; how many are in a small group is not told apart from the unknown."""
    out = int((~labels.isin(large)).sum())
    if out:
        why = "not known, or of too small a group," if small else "not known"
        notes.add(f"{column}: {why} for {out:,} of {len(labels):,} sittings.")
    if small:
        notes.add(
            f"{column}: fewer than {SMALLEST_GROUP} sittings, so neither counted nor compared: "
            f"{', '.join(small)}."
        )
    if len(large) < 2:
        notes.add(f"{column}: no two groups have {SMALLEST_GROUP} sittings, so none are compared.")


def _side_by_side(
    column: str, composite: Scale, labels: pd.Series[Any], large: list[str], small: list[str]
) -> pd.DataFrame:
    measured = np.isfinite(composite.score)
    parts = {
        name: composite.score[measured & labels.eq(name).to_numpy(dtype=bool)] for name in large
    }
    rows = []
    for place, (name, part) in enumerate(parts.items()):
        role = "focal" if place else "reference"
        row: dict[str, Any] = {"column": column, "group": name, "role": role}
        row["n"] = int((labels == name).sum())
        if len(part) >= SMALLEST_GROUP:
            row |= {"mean": part.mean(), "sd": part.std(ddof=1)}
            if place and len(parts[large[0]]) >= SMALLEST_GROUP:
                found = standardised_difference(part, parts[large[0]])
                row |= {"d": found.d, "d_low": found.low, "d_high": found.high}
        rows.append(row)
    rows += [{"column": column, "group": name, "role": "too small"} for name in small]
    return typed("groups", pd.DataFrame(rows))


def _items(
    answers: Answers, column: str, labels: pd.Series[Any], large: list[str], notes: Notes
) -> pd.DataFrame:
    kept = labels[labels.isin(large)]
    scores = answers.varying.loc[kept.index].round(9)
    found = notes.attempt(f"Items by {column}", lambda: _compared(scores, kept, large[0]))
    if found is None:
        return empty("differential")
    notes.add(*(f"{column}: {told}" for told in found.advice if "missing answers" not in told))
    if scores.isna().to_numpy().any():
        notes.add(
            f"{column}: people are matched on totals raised to what they would be with every "
            "answer given."
        )
    table = found.table
    focal = dict(enumerate(found.focal, start=1))
    told = [
        str(row["sentence"])
        .replace(f"focal group {row['comparison']}", f"the group {focal[row['comparison']]}")
        .replace("the focal group", f"the group {focal[row['comparison']]}")
        .replace("the reference group", f"the group {large[0]}")
        for row in table.to_dict("records")
    ]
    looked = table["verdict"].isin(["flagged", "no sign"])
    columns = {
        "column": column,
        "reference": large[0],
        "focal": table["comparison"].map(focal),
        "effect": table.get("smd_over_sd", pd.Series(np.nan, index=table.index)),
        "n_reference": table["n_reference"].where(looked),
        "n_focal": table["n_focal"].where(looked),
        "sentence": told,
    }
    return typed("differential", table.assign(**columns))


def _compared(scores: pd.DataFrame, labels: pd.Series[Any], reference: str) -> DifResult:
    return dif(
        scores,
        labels,
        method=METHOD,
        reference=reference,
        strata=STRATA,
        missing="prorate" if scores.isna().to_numpy().any() else "sum",
        purify=True,
        min_group=SMALLEST_GROUP,
    )
