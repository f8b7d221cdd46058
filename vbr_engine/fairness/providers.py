"""The same groups within each provider: pooled, and one by one where that may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.fairness.pooling import pool
from vbr_engine.fairness.score_intervals import ratio_interval
from vbr_engine.fairness.suppression import Rule, shown_providers

__all__ = ["POOLED", "PROVIDERS", "pooled_rows", "provider_rows"]

FEWEST = 3  # providers; with two, the one could take its own figures from the pool
POOLED = (
    "dimension",
    "group",
    "reference",
    "providers",
    "ratio",
    "ratio_low",
    "ratio_high",
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "p",
    "q",
    "freedom",
    "p_heterogeneity",
    "i_squared",
    "breslow_day",
    "p_breslow_day",
    "note",
    "sentence",
)
PROVIDERS = (
    "dimension",
    "provider",
    "group",
    "reference",
    "n",
    "selected",
    "n_reference",
    "selected_reference",
    "ratio",
    "ratio_low",
    "ratio_high",
)
Counts = NDArray[np.int64]


def pooled_rows(
    labels: pd.Series[Any],
    providers: pd.Series[Any],
    selected: NDArray[np.bool_],
    row: Mapping[str, Any],
    rule: Rule,
    coverage: float,
) -> dict[str, Any]:
    """Pool one comparison over providers.

    Parameters
    ----------
    labels, providers : Series
    selected : ndarray of bool
    row : mapping
        The comparison: ``dimension``, ``group`` and ``reference``.
    rule : Rule
    coverage : float

    Returns
    -------
    dict
        A row of the table of pooled figures; ``note`` says why where there are none.
    """
    names = {key: row[key] for key in ("dimension", "group", "reference")}
    counts = _counts(labels, providers, selected, row["group"], row["reference"])
    informs = _informative(counts)
    x, n, x_ref, n_ref = (int(total) for total in counts[:, informs].sum(axis=1))
    held = {**dict.fromkeys(POOLED, nan), **names, "providers": int(informs.sum())}
    if informs.sum() < FEWEST or not (rule.allows(n, x) and rule.allows(n_ref, x_ref)):
        few = f"not enough data within providers (at least {FEWEST} are needed that have both)."
        return {**held, "providers": nan, "note": few}
    found = pool(*counts[:, informs], coverage=coverage)
    return held | {
        "ratio": found.risk_ratio.value,
        "ratio_low": found.risk_ratio.low,
        "ratio_high": found.risk_ratio.high,
        "odds_ratio": found.odds_ratio.value,
        "odds_ratio_low": found.odds_ratio.low,
        "odds_ratio_high": found.odds_ratio.high,
        "p": found.p,
        "q": found.q,
        "freedom": found.freedom,
        "p_heterogeneity": found.p_q,
        "i_squared": found.i_squared,
        "breslow_day": found.breslow_day,
        "p_breslow_day": found.p_breslow_day,
        "note": "",
    }


def _counts(
    labels: pd.Series[Any],
    providers: pd.Series[Any],
    selected: NDArray[np.bool_],
    group: str,
    reference: str,
) -> Counts:
    """Give selected and people of both groups, a column for each provider that is stated."""
    codes, names = pd.factorize(providers)
    known = codes >= 0
    rows = []
    for label in (group, reference):
        own = known & (labels == label).to_numpy(dtype=bool)
        rows.append(np.bincount(codes[own & selected], minlength=len(names)))
        rows.append(np.bincount(codes[own], minlength=len(names)))
    return np.array(rows, dtype=np.int64)


def _informative(counts: Counts) -> NDArray[np.bool_]:
    x, n, x_ref, n_ref = counts
    informs: NDArray[np.bool_] = (n > 0) & (n_ref > 0) & (x + x_ref > 0) & (x + x_ref < n + n_ref)
    return informs


def provider_rows(
    groups: pd.DataFrame,
    providers: pd.Series[Any],
    selected: NDArray[np.bool_],
    compared: Sequence[Mapping[str, Any]],
    rule: Rule,
    coverage: float,
) -> list[dict[str, Any]]:
    """Compare groups within single providers that may be shown.

    Parameters
    ----------
    groups : DataFrame
    providers : Series
    selected : ndarray of bool
    compared : sequence of mapping
        The comparisons.
    rule : Rule
    coverage : float

    Returns
    -------
    list of dict
    """
    shown = shown_providers(groups, providers, selected, rule)
    rows = []
    for row in compared:
        names = {key: row[key] for key in ("dimension", "group", "reference")}
        labels = groups[row["dimension"]]
        counts = _counts(labels, providers, selected, row["group"], row["reference"])
        places = {name: place for place, name in enumerate(pd.factorize(providers)[1])}
        for provider in shown:
            x, n, x_ref, n_ref = (int(count) for count in counts[:, places[provider]])
            if not n or not n_ref:
                continue
            ratio = ratio_interval(x, n, x_ref, n_ref, coverage=coverage)
            figures: dict[str, Any] = {"n": n, "selected": x}
            figures |= {"n_reference": n_ref, "selected_reference": x_ref}
            figures |= {"ratio": ratio.value, "ratio_low": ratio.low, "ratio_high": ratio.high}
            rows.append({**names, "provider": provider, **figures})
    return rows
