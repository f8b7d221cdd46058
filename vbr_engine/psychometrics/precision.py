"""How far a test's score can be trusted: its reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.coefficients import (
    alpha,
    alpha_standard_error,
    feldt_interval,
    mean_correlation,
    one_factor_omega,
    stratified_alpha,
)
from vbr_engine.psychometrics.conditional_errors import conditional_standard_error
from vbr_engine.psychometrics.factoring import Estimator, general_factor
from vbr_engine.psychometrics.halves import Halves, split_halves
from vbr_engine.psychometrics.reliability_figures import Reliability
from vbr_engine.psychometrics.score_table import (
    Missing,
    ScoreTable,
    correlations,
    covariances,
    read_scores,
)

__all__ = ["reliability"]

Floats = NDArray[np.float64]


def reliability(
    X: Any,
    *,
    strata: Sequence[Any] | Mapping[str, Any] | None = None,
    retest: Any = None,
    n_factors: int | None = None,
    estimator: Estimator = "ml",
    missing: Missing = "pairwise",
    confidence: float = 0.95,
    random_state: int = 0,
    sample_weight: Any = None,
) -> Reliability:
    """Find how reliable the sum of the item scores is.

    Items are taken in the direction given: none is turned round, because the figures are about the
    score that is in use.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Item scores, NaN for no answer. Persons without any answer are left out, and so are items
        on which all agree.
    strata : sequence or mapping, optional
        Each item's subtest (such as its value), for stratified alpha.
    retest : pandas.DataFrame, optional
        Scores of the same persons on another occasion, matched by row name.
    n_factors : int, optional
        Group factors for omega total and hierarchical; by default 3 from nine items on, else 1.
    estimator : {"ml", "minres"}
        How the single factor of `omega` is fitted.
    missing : {"pairwise", "listwise"}
        Covariances over the persons who answered both items, or over those who answered all.
    confidence : float, default 0.95
        Of the intervals.
    random_state : int, default 0
        Seed of the search for the best split, beyond 16 items.
    sample_weight : array-like, shape (persons,), optional
        Persons behind each row: a weight of 2 is the row twice. Not for `retest`.

    Returns
    -------
    Reliability
        All figures; `print` shows them.

    Raises
    ------
    ResponsesError
        When there are not two items that vary, or two persons.

    Examples
    --------
    >>> scores = [[0, 0, 1], [1, 0, 1], [1, 1, 2], [0, 1, 0], [1, 1, 2]]
    >>> reliability(scores).to_frame().loc["alpha"].round(3).tolist()
    [0.652, -0.757, 0.961]
    """
    everything = read_scores(X, sample_weight=sample_weight)
    if retest is not None and sample_weight is not None:
        raise ResponsesError("retest takes no sample_weight: leave one of them out")
    table, left_out = _prepare(everything, missing)
    advice = [f"Everybody has the same score on {name}: left out." for name in left_out]
    C, R = covariances(table), correlations(table)
    scaled = _as_correlations(C)
    n, k = table.n, len(table.items)
    value = alpha(C)
    low, high = feldt_interval(value, n, k, confidence=confidence)
    factors = n_factors or (3 if k >= 9 else 1)
    total, hierarchical = _omegas(R, factors, advice)
    halves = split_halves(R, random_state=random_state)
    again = _retest(everything, retest, confidence)
    _advise(C, value, halves, advice)
    return Reliability(
        n_persons=round(n),
        n_items=k,
        alpha=value,
        alpha_low=low,
        alpha_high=high,
        alpha_se=alpha_standard_error(C, n),
        standardised_alpha=alpha(scaled),
        mean_inter_item_r=mean_correlation(scaled),
        stratified_alpha=(
            None if strata is None else _stratified(C, strata, everything.items, table.items)
        ),
        omega=one_factor_omega(C, estimator=estimator),
        omega_total=total,
        omega_hierarchical=hierarchical,
        n_factors=factors,
        split_half_largest=halves.largest,
        split_half_mean=halves.mean,
        halves=halves,
        retest=again[0],
        retest_low=again[1],
        retest_high=again[2],
        retest_n=again[3],
        standard_error_of_measurement=float(np.sqrt(C.sum() * (1 - value))) if C.sum() > 0 else 0.0,
        conditional=conditional_standard_error(X, sample_weight=sample_weight),
        advice=tuple(advice),
    )


def _prepare(table: ScoreTable, missing: Missing) -> tuple[ScoreTable, tuple[str, ...]]:
    some = ~np.isnan(table.scores).all(axis=1)
    table = table.of_rows(some)
    table, left_out = (table.complete() if missing == "listwise" else table).varying()
    if len(table.items) < 2:
        raise ResponsesError(
            [Problem(message=f"expected at least 2 items that vary, got {len(table.items)}")]
        )
    return table, left_out


def _as_correlations(C: Floats) -> Floats:
    sd = np.sqrt(np.diag(C))
    return np.asarray(C / np.outer(sd, sd))


def _omegas(R: Floats, n_factors: int, advice: list[str]) -> tuple[float, float]:
    if len(R) < max(3, 2 * n_factors + 1):
        advice.append(f"{len(R)} items are too few for omega with {n_factors} factor(s).")
        return float("nan"), float("nan")
    variance = float(R.sum())
    if variance <= 0:
        return float("nan"), float("nan")
    general, uniqueness = general_factor(R, n_factors)
    return 1 - float(uniqueness.sum()) / variance, float(general.sum()) ** 2 / variance


def _advise(C: Floats, value: float, halves: Halves, advice: list[str]) -> None:
    if np.linalg.eigvalsh(C)[0] <= 1e-10 * np.trace(C):
        advice.append(
            "The covariances are not positive definite (too few persons, too many missing answers, "
            "or an item that repeats others): omega was fitted by minimum residuals."
        )
    if not value > 0:
        advice.append(
            "Alpha is not above zero: some items go against the others. Are they all keyed?"
        )
    if not halves.exact:
        advice.append("The best split is the best of a search, not of all splits.")


def _stratified(C: Floats, strata: Any, items: tuple[str, ...], kept: tuple[str, ...]) -> float:
    if not isinstance(strata, Mapping):
        labels = list(strata)
        if len(labels) != len(items):
            raise ResponsesError(
                [Problem(message=f"expected {len(items)} strata, one an item, got {len(labels)}")]
            )
        strata = dict(zip(items, labels, strict=True))
    lacking = [item for item in kept if item not in strata]
    if lacking:
        raise ResponsesError([Problem(message=f"no stratum for {', '.join(lacking)}")])
    return stratified_alpha(C, np.array([str(strata[item]) for item in kept]))


def _retest(
    table: ScoreTable, retest: Any, confidence: float
) -> tuple[float | None, float | None, float | None, int]:
    """Correlation of totals with Fisher's interval."""
    if retest is None:
        return None, None, None, 0
    first, second = table.complete(), read_scores(retest, at_least=1).complete()
    totals = pd.concat(
        [pd.Series(t.scores.sum(axis=1), index=t.rows) for t in (first, second)],
        axis=1,
        join="inner",
    ).to_numpy()
    n = len(totals)
    if n < 4:
        raise ResponsesError(
            [Problem(message=f"expected at least 4 persons on both occasions, got {n}")]
        )
    r = float(np.corrcoef(totals.T)[0, 1])
    half = float(stats.norm.ppf(0.5 + confidence / 2)) / np.sqrt(n - 3)
    centre = np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12))
    return r, float(np.tanh(centre - half)), float(np.tanh(centre + half)), n
