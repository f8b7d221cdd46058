"""An item response model of all items, and how well it describes items, pairs and people."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.analysis.answers import Answers
from vbr_engine.analysis.notes import Notes, listed
from vbr_engine.analysis.odd_answers import MOST_CATEGORIES, turned_round
from vbr_engine.analysis.scales import histogram
from vbr_engine.analysis.tables import empty, typed
from vbr_engine.psychometrics.fit import item_fit, local_dependence, person_fit
from vbr_engine.psychometrics.item_curves import expected_scores, item_information
from vbr_engine.psychometrics.models import GradedResponseModel
from vbr_engine.psychometrics.multiple_tests import adjusted

__all__ = ["Calibration", "calibrate"]

LEAST_SITTINGS = 50
LEAST_ITEMS = 3
THETA = np.round(np.linspace(-4, 4, 41), 6)
DEPENDENT = 0.2  # above the mean of all pairs (Christensen, Makransky and Horton 2017)
MISFIT = -2.33  # lz*: one in a hundred by chance
BADLY_FITTING = 0.05  # RMSEA of S-X2, beside significance
_TABLES = ("parameters", "categories", "information", "item_fit", "dependence")
_MISFIT_WORDS = (
    f"answers that contradict each other (lz* below {MISFIT}; 1 in 100 by chance): it tells that "
    "answers are unusual, never why"
)


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the item response model says.

    Parameters
    ----------
    tables : mapping of str to DataFrame
    figures : mapping
        ``calibration`` of an analysis.
    theta : DataFrame
        Histogram.
    misfits : tuple of int or None
        Sittings that fit badly, and sittings that could be looked at.
    """

    tables: dict[str, pd.DataFrame] = field(
        default_factory=lambda: {name: empty(name) for name in _TABLES}
    )
    figures: dict[str, Any] = field(default_factory=dict)
    theta: pd.DataFrame = field(default_factory=lambda: empty("distribution"))
    persons: pd.DataFrame = field(default_factory=lambda: empty("persons"))


def calibrate(answers: Answers, notes: Notes) -> Calibration:
    """Fit the graded response model to all items at once, and look at its fit."""
    table = _usable(answers, notes)
    if table is None:
        return Calibration()
    model = notes.attempt(
        "Item response model",
        lambda: GradedResponseModel(standard_errors="observed").fit(table),
    )
    if model is None:
        return Calibration()
    _note_left_out(answers, notes)
    notes.add(*model.advice_)
    if answers.as_they_are:
        notes.add(*_turned_round(model))
    theta = model.transform(table)
    people = notes.attempt("Fit of people", lambda: person_fit(model, table))
    return Calibration(
        {
            "parameters": _parameters(model),
            "categories": _categories(model, answers),
            "information": _information(model),
            "item_fit": _item_fit(model, table, notes),
            "dependence": _dependence(model, table, notes),
        },
        _figures(model, theta, len(table)),
        histogram("theta", theta[:, 0]),
        empty("persons") if people is None else _misfits(people),
    )


def _turned_round(model: Any) -> list[str]:
    """What to do about items that surely run against most others."""
    a, margin = model.parameters_["a"], 1.96 * model.parameters_["se_a"]
    down, up = (list(map(str, a.index[held])) for held in (a + margin < 0, a - margin > 0))
    fewer = down if len(down) <= len(up) else up
    return [turned_round(fewer)] if fewer else []


def _note_left_out(answers: Answers, notes: Notes) -> None:
    """One sentence for each reason."""
    reasons = answers.left_out
    for why in dict.fromkeys(reasons.values()):
        items = [item for item, told in reasons.items() if told == why]
        notes.add(f"Not in the item response model: {listed(items)}, because {why}.")


def _usable(answers: Answers, notes: Notes) -> pd.DataFrame | None:
    """Sittings with an answer, on items of few categories; None where they are too few."""
    table = answers.categories
    many = table.columns[table.nunique() > MOST_CATEGORIES]
    if len(many):
        notes.add(
            f"Left out of the item response model, because they have more than {MOST_CATEGORIES} "
            f"different answers: {', '.join(map(str, many[:10]))}."
        )
    table = table.drop(columns=many).dropna(how="all")
    if table.shape[1] < LEAST_ITEMS:
        notes.add(
            f"No item response model: it needs {LEAST_ITEMS} items on which people differ, and "
            f"there are {table.shape[1]}."
        )
        return None
    if len(table) < LEAST_SITTINGS:
        notes.add(
            f"No item response model: it needs {LEAST_SITTINGS} sittings, and there are "
            f"{len(table)}."
        )
        return None
    return table


def _figures(model: Any, theta: Any, n: int) -> dict[str, Any]:
    spread, error = float(theta[:, 0].var()), float((theta[:, 1] ** 2).mean())
    return {
        "model": "graded",
        "sittings": n,
        "log_likelihood": float(model.log_likelihood_),
        "aic": float(model.aic_),
        "bic": float(model.bic_),
        "n_parameters": int(model.n_parameters_),
        "iterations": int(model.n_iter_),
        "converged": bool(model.converged_),
        "reliability": spread / (spread + error),
    }


def _parameters(model: Any) -> pd.DataFrame:
    held = model.parameters_
    rows = [
        {
            "item": item,
            "parameter": name,
            "estimate": row[name],
            "se": row.get(f"se_{name}", np.nan),
        }
        for item, row in held.iterrows()
        for name in held.columns
        if (name == "a" or name.startswith("d_")) and pd.notna(row[name])
    ]
    return typed("parameters", pd.DataFrame(rows))


def _categories(model: Any, answers: Answers) -> pd.DataFrame:
    known = model.categories_
    rows = [
        {
            "item": item,
            "category": category,
            "lowest": answers.labels[item][category],
            "n": known.counts[at, category],
        }
        for at, item in enumerate(known.items)
        for category in range(len(known.labels[at]))
    ]
    return typed("categories", pd.DataFrame(rows))


def _information(model: Any) -> pd.DataFrame:
    items = model.items_
    by_item, expected = item_information(items, THETA), expected_scores(items, THETA)
    most = items.n_categories - 1
    total = by_item.sum(axis=0)
    with np.errstate(divide="ignore"):
        error = 1.0 / np.sqrt(total)
    parts = [_curve("test", total, error, expected.sum(axis=0) / most.sum())]
    parts += [
        _curve(name, by_item[at], np.full(len(THETA), np.nan), expected[at] / most[at])
        for at, name in enumerate(items.names)
    ]
    return typed("information", pd.concat(parts, ignore_index=True))


def _curve(name: str, information: Any, error: Any, expected: Any) -> pd.DataFrame:
    columns = {"information": information, "se": error, "expected": expected}
    return pd.DataFrame({"theta": THETA, "item": name, **columns})


def _item_fit(model: Any, table: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    found = notes.attempt("Fit of items", lambda: item_fit(model, table))
    if found is None:
        return empty("item_fit")
    if not (found["n"] > 0).all():
        notes.add("No S-X2: it needs sittings that answered every item, and there are none.")
        found = found.assign(s_x2=np.nan, df=np.nan, p=np.nan, rmsea=np.nan)
    p = adjusted(found["p"])
    flagged = (p < 0.05) & (found["rmsea"] >= BADLY_FITTING).to_numpy()
    return typed("item_fit", found.reset_index().assign(p_adjusted=p, flagged=flagged))


def _dependence(model: Any, table: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    found = notes.attempt("Dependence of pairs of items", lambda: local_dependence(model, table))
    if found is None:
        return empty("dependence")
    values = found.to_numpy()
    upper = values[np.triu_indices(len(values), 1)]
    mean = float(np.nanmean(upper)) if np.isfinite(upper).any() else np.nan
    rows = [
        {"item": one, "other": two, "q3": values[i, j], "excess": values[i, j] - mean}
        for (i, one), (j, two) in combinations(enumerate(found.columns), 2)
        if values[i, j] - mean >= DEPENDENT
    ]
    return typed("dependence", pd.DataFrame(rows, columns=list(empty("dependence"))))


def _misfits(people: pd.DataFrame) -> pd.DataFrame:
    told = people["lz_star"].dropna()
    n = int((told < MISFIT).sum())
    row = {"measure": "misfit", "words": _MISFIT_WORDS, "n": n, "share": n / max(len(told), 1)}
    return typed("persons", pd.DataFrame([row]))
