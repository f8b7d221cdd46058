"""The tables behind the agreement of raters: by pair, by item, by rater."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.agreement import Intraclass, intraclass, weighted_kappa

__all__ = [
    "ITEM_COLUMNS",
    "PAIR_COLUMNS",
    "RATER_COLUMNS",
    "RATING_COLUMNS",
    "SWAPPED",
    "agreed",
    "checked_ratings",
    "first_two",
    "icc_figures",
    "item_rows",
    "pair_rows",
    "rated_by_all",
    "rater_rows",
    "share",
]

RATING_COLUMNS = ("sitting", "item", "rater", "level")

Floats = npt.NDArray[np.float64]

SWAPPED = {
    "rater_1": "rater_2",
    "rater_2": "rater_1",
    "level_1": "level_2",
    "level_2": "level_1",
}
ICC_COLUMNS = ["icc", "icc_low", "icc_high", "icc_both", "icc_both_low", "icc_both_high"]
ITEM_COLUMNS = ["item", "n", "exact", "adjacent", "kappa", "mean", "third"]
RATER_COLUMNS = ["rater", "n", "mean", "bias", "bias_low", "bias_high", "not_rateable"]
PAIR_COLUMNS = [
    *("first", "second", "n", "exact", "adjacent", "kappa"),
    *ICC_COLUMNS,
    *("bias", "bias_low", "bias_high", "third"),
]


def checked_ratings(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a table of ratings, levels as numbers; refuse what cannot be used."""
    missing = [name for name in RATING_COLUMNS if name not in ratings]
    if missing:
        raise ResponsesError(f"a table of ratings needs the column {missing[0]}")
    table = ratings[list(RATING_COLUMNS)].reset_index(drop=True)
    levels = pd.to_numeric(table["level"], errors="coerce")
    wrong = (levels.isna() & table["level"].notna()) | (levels.notna() & (levels % 1 != 0))
    again = table.duplicated(["sitting", "item", "rater"])
    nobody = table[["sitting", "item", "rater"]].isna().any(axis=1)
    problems = [
        *_at(wrong, "expected a whole level, or nothing where it cannot be rated", "level"),
        *_at(again, "this rater has rated this answer already", "rater"),
        *_at(nobody, "sitting, item and rater are needed", ""),
    ]
    if problems:
        raise ResponsesError(problems)
    return table.assign(level=levels.astype(float), rater=table["rater"].astype(str))


def _at(rows: pd.Series[bool], message: str, column: str) -> Iterator[Problem]:
    for row in np.flatnonzero(rows.to_numpy()):
        yield Problem(message=message, row=int(row) + 1, column=column)


def first_two(table: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Return an answer a row, with its first two raters in the order of their names."""
    place = table.groupby(["sitting", "item"], sort=False).cumcount()
    one, other = table[place == 0], table[place == 1]
    made = one.merge(other, on=["sitting", "item"], suffixes=("_1", "_2"))
    swap = made["rater_1"].astype(str) > made["rater_2"].astype(str)
    turned = made.rename(columns=SWAPPED)[made.columns]
    made = pd.concat([made[~swap], turned[swap]]).sort_index()
    apart = (made["level_1"] - made["level_2"]).abs()
    unsure = made["level_1"].isna() ^ made["level_2"].isna()
    return made.assign(third=(apart > limit) | unsure)


def agreed(both: pd.DataFrame) -> dict[str, float]:
    """Return how often two raters give the same level, and the same or the next."""
    apart = (both["level_1"] - both["level_2"]).abs()
    return {"exact": share(apart == 0), "adjacent": share(apart <= 1)}


def share(held: pd.Series[Any]) -> float:
    """Return the mean of what holds, NaN of nothing."""
    return float(held.mean()) if len(held) else nan


def rated_by_all(table: pd.DataFrame, answers: int, coverage: float) -> Intraclass | None:
    """Return the intraclass correlations of those who rated every answer, if two did."""
    counts = table.dropna(subset="level")["rater"].value_counts()
    always = sorted(counts.index[counts == answers])
    if len(always) < 2:
        return None
    wide = table[table["rater"].isin(always)].pivot(
        index=["sitting", "item"], columns="rater", values="level"
    )
    return intraclass(wide.to_numpy(), coverage=coverage)


def pair_rows(firsts: pd.DataFrame, coverage: float) -> Iterator[dict[str, Any]]:
    """Compare each two raters who rated an answer together."""
    for names, held in firsts.groupby(["rater_1", "rater_2"]):
        both = held.dropna(subset=["level_1", "level_2"])
        levels = both[["level_1", "level_2"]].to_numpy()
        yield {
            "first": names[0],
            "second": names[1],
            "n": len(both),
            **agreed(both),
            "kappa": weighted_kappa(levels[:, 0], levels[:, 1]),
            **icc_figures(intraclass(levels, coverage=coverage)),
            **_bias(levels[:, 0] - levels[:, 1], coverage),
            "third": share(held["third"]),
        }


def item_rows(firsts: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Compare raters on each item."""
    for item, held in firsts.groupby("item", sort=False):
        both = held.dropna(subset=["level_1", "level_2"])
        twice = pd.concat([both, both.rename(columns=SWAPPED)])
        yield {
            "item": item,
            "n": len(both),
            **agreed(both),
            "kappa": weighted_kappa(twice["level_1"], twice["level_2"]),
            "mean": share(twice["level_1"]),
            "third": share(held["third"]),
        }


def rater_rows(
    table: pd.DataFrame, twice: pd.DataFrame, coverage: float
) -> Iterator[dict[str, Any]]:
    """Compare each rater with whoever rated the same answers."""
    for rater, held in table.groupby("rater"):
        mine = twice[twice["rater_1"] == rater]
        yield {
            "rater": rater,
            "n": len(held),
            "mean": share(held["level"].dropna()),
            **_bias((mine["level_1"] - mine["level_2"]).to_numpy(), coverage),
            "not_rateable": share(held["level"].isna()),
        }


def _bias(differences: Floats, coverage: float) -> dict[str, float]:
    """Return the mean difference with its interval (paired t)."""
    n = len(differences)
    mean = float(differences.mean()) if n else nan
    width = nan
    if n > 1:
        width = t.ppf(0.5 + coverage / 2, n - 1) * differences.std(ddof=1) / n**0.5
    return {"bias": mean, "bias_low": mean - width, "bias_high": mean + width}


def icc_figures(found: Intraclass | None) -> dict[str, float]:
    """Name the figures of an intraclass correlation."""
    if found is None:
        return dict.fromkeys(ICC_COLUMNS, nan)
    one = (found.single, found.single_low, found.single_high)
    mean = (found.average, found.average_low, found.average_high)
    return dict(zip(ICC_COLUMNS, (*one, *mean), strict=True))
