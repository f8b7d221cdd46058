"""Items, and the answers to each of their options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.analysis.answers import LEAST_ANSWERS, Answers, Choices
from vbr_engine.analysis.notes import Notes, listed
from vbr_engine.analysis.tables import empty, typed
from vbr_engine.psychometrics.association import correlation_interval
from vbr_engine.psychometrics.classical import (
    equal_groups,
    item_statistics,
    option_statistics,
)

__all__ = ["N_GROUPS", "item_table", "mean_rest", "option_tables"]

N_GROUPS = 5  # of trace lines
LEAST_ITEMS = 2  # that vary, for one to be held against the rest
MOST_ITEMS_FOR_OMEGA = 100  # each is a factor analysis of all the others

Floats = NDArray[np.float64]


def item_table(answers: Answers, notes: Notes) -> pd.DataFrame:
    """Describe every item, those that nobody answered too."""
    scores = answers.scores
    counts = scores.notna().sum()
    span = (answers.highest - answers.lowest).replace(0, np.nan)
    mean = scores.mean()
    table = pd.DataFrame(
        {
            "item": list(answers.items),
            "value": [answers.value_of.get(item, "") for item in answers.items],
            "format": [answers.format_of.get(item, "") for item in answers.items],
            "n": counts,
            "missing": 1 - counts / max(len(scores), 1),
            "facility": mean if answers.bank else (mean - answers.lowest) / span,
            "sd": scores.std(ddof=1),
        },
        index=list(answers.items),
    )
    _note_silent(answers, notes)
    few = answers.varying.shape[1] < LEAST_ITEMS
    found = None if few else notes.attempt("Items together", lambda: _related(answers, notes))
    return typed("items", table if found is None else table.join(found))


def _note_silent(answers: Answers, notes: Notes) -> None:
    silent = int(answers.scores.isna().all(axis=1).sum())
    if silent:
        told = f"{silent:,} of {len(answers):,} sittings"
        notes.add(f"{told} answered none of the items: no figure counts them.")
    counts, kinds = answers.scores.notna().sum(), answers.scores.nunique()
    few = (counts > 0) & (counts < LEAST_ANSWERS)
    for left, told in (
        (counts == 0, "nobody answered"),
        (few, f"fewer than {LEAST_ANSWERS} people answered"),
        ((kinds == 1) & ~few, "everybody has the same score on"),
    ):
        if left.any():
            names = listed([str(item) for item in counts.index[left]])
            notes.add(f"Left out of what needs differences, because {told} them: {names}.")


def _related(answers: Answers, notes: Notes) -> pd.DataFrame:
    """What an item has to do with the others."""
    many = len(answers.varying.columns) > MOST_ITEMS_FOR_OMEGA
    if many:
        notes.add(f"No omega without each item: there are more than {MOST_ITEMS_FOR_OMEGA} items.")
    found = item_statistics(answers.varying, maximum=1.0, omega=not many)
    limits = [
        correlation_interval(float(r), int(n))
        for r, n in zip(found["r_rest"], found["n"], strict=True)
    ]
    return pd.DataFrame(
        {
            "item_rest_r": found["r_rest"],
            "item_rest_low": [low for low, _ in limits],
            "item_rest_high": [high for _, high in limits],
            "alpha_if_deleted": found["alpha_if_deleted"],
            "omega_if_deleted": np.nan if many else found["omega_if_deleted"],
        },
        index=found.index,
    )


def mean_rest(answers: Answers, item: str) -> Floats:
    """Everybody's mean score on the other items that they answered; NaN where there is none."""
    others = answers.scores.drop(columns=item)
    return np.asarray(others.mean(axis=1), dtype=np.float64)


def option_tables(answers: Answers) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the tables ``options`` and ``traces``."""
    found = [(choices, _of_item(answers, choices)) for choices in answers.choices]
    options = [_option_rows(choices, table) for choices, (table, _) in found if len(table)]
    traces = [_trace_rows(choices, *told) for choices, told in found if len(told[0])]
    if not options:
        return empty("options"), empty("traces")
    return (
        typed("options", pd.concat(options, ignore_index=True)),
        typed("traces", pd.concat(traces, ignore_index=True)),
    )


def _of_item(answers: Answers, choices: Choices) -> tuple[pd.DataFrame, dict[str, NDArray[Any]]]:
    """Statistics of the item's options, and how many of each score group answered."""
    rest = mean_rest(answers, choices.item)
    told = ~np.isnan(rest)
    chosen = choices.chosen[told]
    asked = chosen.loc[:, chosen.notna().any()]
    if asked.empty:
        return pd.DataFrame(), {}
    sizes = {}
    for name in asked:
        groups = equal_groups(rest[told][asked[name].notna().to_numpy()], N_GROUPS)
        sizes[str(name)] = np.bincount(groups, minlength=N_GROUPS + 1)[1:]
    with np.errstate(all="ignore"):
        return option_statistics(asked, scores=rest[told], n_groups=N_GROUPS), sizes


def _option_rows(choices: Choices, found: pd.DataFrame) -> pd.DataFrame:
    names = list(zip(found["item"], found["option"].map(str), strict=True))
    return pd.DataFrame(
        {
            "item": choices.item,
            "option": found["item"],
            "answer": found["option"].map(str),
            "n": found["n"],
            "share": found["p"],
            "point_biserial": found["r_rest"],
            "mean_rest": found["mean_rest"],
            "points": [choices.points.get(name, np.nan) for name in names],
            "keyed": [name in choices.keyed for name in names],
        }
    )


def _trace_rows(
    choices: Choices, found: pd.DataFrame, sizes: dict[str, NDArray[Any]]
) -> pd.DataFrame:
    return pd.DataFrame(_points(choices.item, found, sizes))


def _points(
    item: str, found: pd.DataFrame, sizes: dict[str, NDArray[Any]]
) -> Iterator[dict[str, Any]]:
    for row in found.to_dict("records"):
        for group, n in enumerate(sizes[row["item"]], start=1):
            yield {
                "item": item,
                "option": row["item"],
                "answer": str(row["option"]),
                "group": group,
                "share": row[f"p_{group}"],
                "n": n,
            }
