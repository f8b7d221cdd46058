"""How often a decision at a cut would come out the same way again, and how often it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.strong_true_score import (
    TrueScores,
    effective_length,
    fit_true_scores,
)

__all__ = ["DecisionConsistency", "decision_consistency"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DecisionConsistency:
    """Decisions at cuts, on two sittings of the same persons and against their true scores.

    Parameters
    ----------
    consistency : pandas.DataFrame
        Share of persons in each pair of bands on two independent sittings, lowest band first.
    accuracy : pandas.DataFrame
        Share of persons by true band (rows) and band given (columns).
    agreement, chance, kappa : float
        Share in the same band twice, what chance would give, and Cohen's kappa.
    correct : float
        Share given the true band.
    by_cut : pandas.DataFrame
        For each cut alone: `agreement`, `kappa`, `correct`, `wrongly_above`, `wrongly_below`.
    effective_length : int
        Equal items, right or wrong, as reliable as this score.
    true_scores : TrueScores
        The distribution fitted.
    advice : tuple of str
        What the reader should know.

    Examples
    --------
    >>> found = decision_consistency(range(11), [5], reliability=0.9, maximum=10)
    >>> found.by_cut.round(3).loc["5"].tolist()
    [0.872, 0.742, 0.902, 0.071, 0.027]
    """

    consistency: pd.DataFrame = field(repr=False)
    accuracy: pd.DataFrame = field(repr=False)
    agreement: float
    chance: float
    kappa: float
    correct: float
    by_cut: pd.DataFrame = field(repr=False)
    effective_length: int
    true_scores: TrueScores
    advice: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            "Decisions at the cuts",
            f"  the same band on a second sitting {self.agreement:6.3f}",
            f"  the same by chance                {self.chance:6.3f}",
            f"  kappa                             {self.kappa:6.3f}",
            f"  the true band                     {self.correct:6.3f}",
            self.by_cut.round(3).to_string(),
        ]
        return "\n".join([*lines, *(f"  Note: {sentence}" for sentence in self.advice)])


def decision_consistency(
    scores: Any,
    cuts: Sequence[float],
    *,
    reliability: float,
    maximum: float,
    minimum: float = 0.0,
    true_cuts: Sequence[float] | None = None,
    weights: Any = None,
) -> DecisionConsistency:
    """Estimate the consistency and accuracy of decisions (Livingston & Lewis 1995).

    Parameters
    ----------
    scores : array-like, shape (persons,)
        Total scores; NaN is left out.
    cuts : sequence of float
        Lowest score of each band but the lowest, ascending.
    reliability : float
        Of the scores, above 0 and below 1.
    maximum, minimum : float
        Highest and lowest score possible (not those seen, which would overstate precision).
    true_cuts : sequence of float, optional
        Cuts on the true score; by default the same.
    weights : array-like, optional
        Persons behind each score.

    Returns
    -------
    DecisionConsistency
        The shares; `print` shows them.

    Raises
    ------
    ResponsesError
        When a cut, a score or the reliability is out of range.

    Notes
    -----
    When the scores are whole numbers and the effective length is the test's own, this is the method
    of Hanson and Brennan (1990) with binomial errors. A cut that falls between two scores of the
    effective test shares the nearer one out.

    Examples
    --------
    >>> found = decision_consistency(range(11), [5], reliability=0.9, maximum=10)
    >>> round(found.agreement, 3), found.effective_length
    (0.872, 16)
    """
    x, w = _scores(scores, weights)
    _check(x, cuts, reliability, minimum, maximum)
    span = maximum - minimum
    share = (x - minimum) / span
    mean = float(np.average(share, weights=w))
    variance = float(np.average((share - mean) ** 2, weights=w))
    n = max(2, round(effective_length(mean, variance, reliability)))
    fit = _fit(share, w, n)
    unit = 1.0 if bool(np.all(x == np.round(x))) else 0.0
    edges = [(cut - unit / 2 - minimum) / span * n for cut in cuts]
    limits = [(cut - minimum) / span for cut in (cuts if true_cuts is None else true_cuts)]
    return _tabulate(fit, n, edges, limits, [f"{cut:g}" for cut in cuts])


def _scores(scores: Any, weights: Any) -> tuple[Floats, Floats]:
    x = np.asarray(list(scores) if isinstance(scores, range) else scores, dtype=np.float64).ravel()
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64).ravel()
    if w.shape != x.shape:
        raise ResponsesError([Problem(message=f"expected {x.size} weights, got {w.size}")])
    kept = ~np.isnan(x) & (w > 0)
    return x[kept], w[kept]


def _check(x: Floats, cuts: Any, reliability: float, minimum: float, maximum: float) -> None:
    problems = []
    if len(np.unique(x)) < 2:
        problems.append("expected at least two different scores")
    elif x.min() < minimum or x.max() > maximum:
        seen = f"{x.min():g} to {x.max():g}"
        problems.append(f"expected scores from {minimum:g} to {maximum:g}, got {seen}")
    if not 0 < reliability < 1:
        problems.append(f"expected a reliability above 0 and below 1, got {reliability:g}")
    if len(cuts) == 0 or any(
        b <= a for a, b in pairwise([minimum, *cuts, np.nextafter(maximum, np.inf)])
    ):
        wanted = f"above {minimum:g} and not over {maximum:g}"
        problems.append(f"expected ascending cuts {wanted}, got {[float(c) for c in cuts]}")
    if problems:
        raise ResponsesError(Problem(message=message) for message in problems)


def _fit(share: Floats, weights: Floats, n: int) -> TrueScores:
    try:
        return fit_true_scores(share, weights, n)
    except ValueError:
        message = "the scores vary no more than chance would make them: no decision can be trusted"
        raise ResponsesError([Problem(message=message)]) from None


def _tabulate(
    fit: TrueScores, n: int, edges: list[float], limits: list[float], names: list[str]
) -> DecisionConsistency:
    shares = np.concatenate([[0.0], fit.share_below(np.array(limits)), [1.0]])
    accuracy, consistency = [], np.zeros((len(names) + 1, len(names) + 1))
    for low, high in pairwise(shares):
        true, weight = fit.nodes(float(low), float(high))
        given = _bands(true, n, edges)
        accuracy.append(weight @ given)
        consistency = consistency + (given * weight[:, None]).T @ given
    right, same = np.array(accuracy), consistency
    bands = [f"below {names[0]}", *(f"from {name}" for name in names)]
    chance = float(np.sum(same.sum(axis=0) ** 2))
    agreement = float(np.trace(same))
    return DecisionConsistency(
        pd.DataFrame(same, index=bands, columns=bands),
        pd.DataFrame(right, index=bands, columns=bands),
        agreement,
        chance,
        (agreement - chance) / (1 - chance) if chance < 1 else float("nan"),
        float(np.trace(right)),
        _each_cut(same, right, names),
        n,
        fit,
        _advice(fit, n),
    )


def _bands(true: Floats, n: int, edges: list[float]) -> Floats:
    """Probability of each band for each true score."""
    above = [np.ones_like(true)]
    for edge in edges:
        cell = np.floor(edge + 0.5)  # the score whose half-open cell the edge cuts
        part = cell + 0.5 - edge
        above.append(stats.binom.sf(cell, n, true) + part * stats.binom.pmf(cell, n, true))
    stacked = np.column_stack([*above, np.zeros_like(true)])
    return np.asarray(stacked[:, :-1] - stacked[:, 1:])


def _each_cut(same: Floats, right: Floats, names: list[str]) -> pd.DataFrame:
    rows = []
    for k in range(1, len(same)):
        both, neither = float(same[k:, k:].sum()), float(same[:k, :k].sum())
        above = float(same[k:].sum())
        chance = above**2 + (1 - above) ** 2
        agreement = both + neither
        rows.append(
            {
                "agreement": agreement,
                "kappa": (agreement - chance) / (1 - chance),
                "correct": float(right[k:, k:].sum() + right[:k, :k].sum()),
                "wrongly_above": float(right[:k, k:].sum()),
                "wrongly_below": float(right[k:, :k].sum()),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(names, name="cut"))


def _advice(fit: TrueScores, n: int) -> tuple[str, ...]:
    advice = []
    if fit.n_moments < 4:
        advice.append(
            f"True scores were fitted to {fit.n_moments} moments: four gave limits out of range."
        )
    if n < 5:
        advice.append(
            f"The score is as reliable as {n} items right or wrong: too few to decide by."
        )
    return tuple(advice)
