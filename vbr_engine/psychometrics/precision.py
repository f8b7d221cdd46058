"""How far a test's score can be trusted: reliability and errors of measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.classical import equal_groups
from vbr_engine.psychometrics.coefficients import (
    alpha,
    alpha_standard_error,
    feldt_interval,
    mean_correlation,
    one_factor_omega,
    stratified_alpha,
)
from vbr_engine.psychometrics.factoring import Estimator, general_factor
from vbr_engine.psychometrics.halves import Halves, split_halves
from vbr_engine.psychometrics.score_table import (
    Missing,
    ScoreTable,
    correlations,
    covariances,
    read_scores,
)

__all__ = ["Reliability", "conditional_standard_error", "reliability"]

Floats = NDArray[np.float64]

_WORDS = {
    "alpha": "alpha",
    "standardised_alpha": "standardised alpha",
    "stratified_alpha": "stratified alpha",
    "omega": "omega, one factor",
    "omega_total": "omega total",
    "omega_hierarchical": "omega hierarchical",
    "split_half_largest": "split-half, best split",
    "split_half_mean": "split-half, mean of all splits",
    "retest": "test-retest",
    "mean_inter_item_r": "mean correlation of two items",
    "standard_error_of_measurement": "standard error of measurement",
}


@dataclass(frozen=True)
class Reliability:
    """What is known about the precision of a test's total score.

    Parameters
    ----------
    n_persons, n_items : int
        What the figures rest on.
    alpha, alpha_low, alpha_high, alpha_se : float
        Cronbach's alpha with Feldt's interval and a standard error free of his assumptions.
    standardised_alpha, mean_inter_item_r : float
        From the correlations.
    stratified_alpha : float or None
        When strata were given.
    omega : float
        Of one factor.
    omega_total, omega_hierarchical : float
        From group factors and a general factor (Schmid and Leiman).
    n_factors : int
        Group factors used for these.
    split_half_largest, split_half_mean : float
        Over splits of the items in standard scores.
    halves : Halves
        The best split.
    retest : float or None
        Correlation of the totals on two occasions, with `retest_low`, `retest_high`, `retest_n`.
    retest_low, retest_high : float or None
        Its interval.
    retest_n : int
        Persons with every answer on both.
    standard_error_of_measurement : float
        Of the total, by alpha.
    conditional : pandas.DataFrame
        The error by score group, see `conditional_standard_error`.
    advice : tuple of str
        What the reader should know.

    Examples
    --------
    >>> found = reliability([[0, 0, 1], [1, 0, 1], [1, 1, 2], [0, 1, 0], [1, 1, 2]])
    >>> round(found.alpha, 3)
    0.652
    """

    n_persons: int
    n_items: int
    alpha: float
    alpha_low: float
    alpha_high: float
    alpha_se: float
    standardised_alpha: float
    mean_inter_item_r: float
    stratified_alpha: float | None
    omega: float
    omega_total: float
    omega_hierarchical: float
    n_factors: int
    split_half_largest: float
    split_half_mean: float
    halves: Halves
    retest: float | None
    retest_low: float | None
    retest_high: float | None
    retest_n: int
    standard_error_of_measurement: float
    conditional: pd.DataFrame = field(repr=False)
    advice: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Put the figures in a table with their limits where there are any."""
        limits = {
            "alpha": (self.alpha_low, self.alpha_high),
            "retest": (self.retest_low, self.retest_high),
        }
        rows = [
            (words, getattr(self, name), *limits.get(name, (None, None)))
            for name, words in _WORDS.items()
            if getattr(self, name) is not None
        ]
        table = pd.DataFrame(rows, columns=["figure", "value", "low", "high"])
        return table.astype({"value": float, "low": float, "high": float}).set_index("figure")

    def __str__(self) -> str:
        head = f"Reliability: {self.n_persons} persons, {self.n_items} items"
        lines = [head]
        for name, row in self.to_frame().iterrows():
            limits = "" if np.isnan(row["low"]) else f"  [{row['low']:.3f}, {row['high']:.3f}]"
            lines.append(f"  {name!s:<31}{row['value']:8.3f}{limits}")
        return "\n".join([*lines, *(f"  Note: {sentence}" for sentence in self.advice)])


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


def conditional_standard_error(
    X: Any, *, n_groups: int = 10, sample_weight: Any = None
) -> pd.DataFrame:
    """Find the standard error of the total for people of like score.

    The absolute error of one person is that of the items as a sample of all that might have been
    asked (Brennan 1998): the spread of the person's own item scores. For items right or wrong it is
    Lord's binomial error. The relative error leaves out that some items are harder for everybody;
    its square, averaged over persons, is the square of the usual standard error of measurement.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Item scores; persons with a missing answer are left out.
    n_groups : int, default 10
        Score groups, as equal as ties allow.
    sample_weight : array-like, shape (persons,), optional
        Persons behind each row.

    Returns
    -------
    pandas.DataFrame
        `low` and `high` total of each group, `n`, `absolute` and `relative` standard error.

    Examples
    --------
    >>> scores = [[0, 0, 1], [0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1]]
    >>> conditional_standard_error(scores, n_groups=3).round(3)
       low  high  n  absolute  relative
    0  1.0   1.0  2     1.000     0.775
    1  2.0   3.0  3     0.816     0.516
    """
    table = read_scores(X, sample_weight=sample_weight).complete()
    scores, w, n = table.scores, table.counts(), table.n
    k = scores.shape[1]
    if n < 2:
        return pd.DataFrame(columns=["low", "high", "n", "absolute", "relative"], dtype=float)
    absolute = k * scores.var(axis=1, ddof=1)
    item = w @ scores / n
    residual = scores - scores.mean(axis=1, keepdims=True) - item + item.mean()
    usual = k * float(w @ (residual**2).sum(axis=1)) / ((n - 1) * (k - 1))
    harder = float(w @ absolute) / n - usual
    total = scores.sum(axis=1)
    people = pd.DataFrame({"total": total, "error": w * absolute, "n": w})
    grouped = people.groupby(equal_groups(total, n_groups, weights=w), sort=True)
    held = grouped["n"].sum().to_numpy()
    error = grouped["error"].sum().to_numpy() / held
    return pd.DataFrame(
        {
            "low": grouped["total"].min().to_numpy(),
            "high": grouped["total"].max().to_numpy(),
            "n": held if sample_weight is not None else held.astype(int),
            "absolute": np.sqrt(error),
            "relative": np.sqrt(np.maximum(error - harder, 0.0)),
        }
    )
