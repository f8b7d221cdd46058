"""How many things a test measures, and how well one explains its items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.factoring import Estimator, extract_factors
from vbr_engine.psychometrics.ordinal import polychoric
from vbr_engine.psychometrics.score_table import Missing, ScoreTable, correlations, read_scores

__all__ = ["OneFactor", "ParallelAnalysis", "one_factor", "parallel_analysis"]

Floats = NDArray[np.float64]
Correlation = Literal["pearson", "polychoric"]


@dataclass(frozen=True)
class ParallelAnalysis:
    """Eigenvalues of the items beside those of unrelated items.

    Parameters
    ----------
    eigenvalues : pandas.DataFrame
        One row a component: `observed`, `random_mean`, `random_quantile`, `retained`.
    n_factors : int
        Components before the first that does no better than unrelated items.
    quantile : float
        Of the random eigenvalues, that had to be passed.
    advice : tuple of str
        What the reader should know.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))
    >>> parallel_analysis(scores, n_simulations=20).eigenvalues["retained"].sum()
    np.int64(1)
    """

    eigenvalues: pd.DataFrame
    n_factors: int
    quantile: float
    advice: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = f"Parallel analysis: {self.n_factors} factor(s)"
        notes = [f"Note: {sentence}" for sentence in self.advice]
        return "\n".join([head, self.eigenvalues.round(3).to_string(), *notes])


def parallel_analysis(
    X: Any,
    *,
    correlation: Correlation = "pearson",
    missing: Missing = "pairwise",
    n_simulations: int = 100,
    quantile: float = 0.95,
    random_state: int = 0,
    progress: Callable[[int], None] | None = None,
) -> ParallelAnalysis:
    """Count the factors that stand out from chance (Horn 1965).

    The items' answers are shuffled, each item by itself, which keeps how often each answer is
    given and how many are missing, and takes away all that items share.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Item scores, NaN for no answer. Items on which all agree are left out.
    correlation : {"pearson", "polychoric"}
        Polychoric for items of few ordered categories.
    missing : {"pairwise", "listwise"}
        What to do with incomplete rows.
    n_simulations : int, default 100
        Shuffles.
    quantile : float, default 0.95
        Of the shuffled eigenvalues, that an eigenvalue has to pass.
    random_state : int, default 0
        Seed of the shuffles.
    progress : callable, optional
        Called with the number of shuffles done, after each.

    Returns
    -------
    ParallelAnalysis
        The eigenvalues and the count.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(300, 1)) + rng.normal(size=(300, 6))
    >>> parallel_analysis(scores, n_simulations=20).n_factors
    1
    """
    table, advice = _varying(X, missing)
    observed = _eigenvalues(table, correlation)
    rng = np.random.default_rng(random_state)
    shuffled = np.empty((n_simulations, len(observed)))
    for done in range(n_simulations):
        shuffled[done] = _eigenvalues(_shuffle(table, rng), correlation, undefined=0.0)
        if progress is not None:
            progress(done + 1)
    limit = np.quantile(shuffled, quantile, axis=0)
    failed = np.flatnonzero(observed <= limit)
    count = int(failed[0]) if len(failed) else len(observed)
    eigenvalues = pd.DataFrame(
        {
            "observed": observed,
            "random_mean": shuffled.mean(axis=0),
            "random_quantile": limit,
            "retained": np.arange(len(observed)) < count,
        },
        index=pd.RangeIndex(1, len(observed) + 1, name="component"),
    )
    return ParallelAnalysis(eigenvalues, count, quantile, advice)


def _varying(X: Any, missing: Missing, at_least: int = 2) -> tuple[ScoreTable, tuple[str, ...]]:
    table = read_scores(X)
    table, left_out = (table.complete() if missing == "listwise" else table).varying()
    if len(table.items) < at_least:
        message = f"expected at least {at_least} items that vary, got {len(table.items)}"
        raise ResponsesError([Problem(message=message)])
    return table, tuple(f"Everybody has the same score on {name}: left out." for name in left_out)


def _correlate(
    table: ScoreTable, correlation: Correlation, *, undefined: float | None = None
) -> Floats:
    if correlation == "pearson":
        return correlations(table, undefined=undefined)
    frame = pd.DataFrame(table.scores, columns=list(table.items))
    return polychoric(frame).correlations.to_numpy()


def _eigenvalues(
    table: ScoreTable, correlation: Correlation, *, undefined: float | None = None
) -> Floats:
    R = _correlate(table, correlation, undefined=undefined)
    return np.asarray(np.linalg.eigvalsh(R)[::-1])


def _shuffle(table: ScoreTable, rng: np.random.Generator) -> ScoreTable:
    return ScoreTable(rng.permuted(table.scores, axis=0), table.items, table.rows)


@dataclass(frozen=True)
class OneFactor:
    """One factor fitted to the items, and what it leaves.

    Parameters
    ----------
    loadings : pandas.DataFrame
        One row an item: `loading`, `communality`, `uniqueness`, all for items in standard scores.
    residuals : pandas.DataFrame
        Correlations less those that the factor implies; uniquenesses on the diagonal.
    rmsr : float
        Root mean square of the residuals off the diagonal.
    explained : float
        Share of the items' variance that the factor explains.
    eigenvalue_ratio : float
        First eigenvalue over the second.
    chi_square, degrees_of_freedom, p_value, cfi, rmsea : float or None
        Of the maximum likelihood fit to complete rows.
    advice : tuple of str
        What the reader should know.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    >>> one_factor(scores).largest_residuals(1)["item"].tolist()
    ['item3']
    """

    loadings: pd.DataFrame
    residuals: pd.DataFrame = field(repr=False)
    rmsr: float
    explained: float
    eigenvalue_ratio: float
    chi_square: float | None = None
    degrees_of_freedom: int | None = None
    p_value: float | None = None
    cfi: float | None = None
    rmsea: float | None = None
    advice: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"One factor: {self.explained:.0%} of the variance, RMSR {self.rmsr:.3f}, "
            f"first eigenvalue {self.eigenvalue_ratio:.1f} times the second",
            self.loadings.round(3).to_string(),
        ]
        if self.chi_square is not None:
            lines.append(
                f"chi-square {self.chi_square:.1f} on {self.degrees_of_freedom}, "
                f"p {self.p_value:.3f}, CFI {self.cfi:.3f}, RMSEA {self.rmsea:.3f}"
            )
        return "\n".join([*lines, *(f"Note: {sentence}" for sentence in self.advice)])

    def largest_residuals(self, n: int = 10) -> pd.DataFrame:
        """List the pairs of items that share most, for better or worse, beyond the factor.

        Parameters
        ----------
        n : int, default 10
            Pairs.

        Returns
        -------
        pandas.DataFrame
            `item`, `other`, `residual`, largest in size first.
        """
        first, second = np.triu_indices(len(self.residuals), 1)
        values = self.residuals.to_numpy()[first, second]
        order = np.argsort(-np.abs(values), kind="stable")[:n]
        names = self.residuals.index.to_numpy()
        return pd.DataFrame(
            {
                "item": names[first[order]],
                "other": names[second[order]],
                "residual": values[order],
            }
        )


def one_factor(
    X: Any,
    *,
    correlation: Correlation = "pearson",
    estimator: Estimator = "minres",
    missing: Missing = "pairwise",
) -> OneFactor:
    """Fit one factor to the items.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Item scores, NaN for no answer. Items on which all agree are left out.
    correlation : {"pearson", "polychoric"}
        Polychoric for items of few ordered categories.
    estimator : {"minres", "ml"}
        Minimum residuals, or maximum likelihood (with a test of fit for Pearson correlations over
        complete rows).
    missing : {"pairwise", "listwise"}
        What to do with incomplete rows.

    Returns
    -------
    OneFactor
        Loadings, residuals and fit; `print` shows them.

    Raises
    ------
    ResponsesError
        When fewer than three items vary.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> scores = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    >>> one_factor(scores).loadings["loading"].round(2).tolist()
    [0.74, 0.69, 0.64, 0.68]
    """
    table, advice = _varying(X, missing, at_least=3)
    R = _correlate(table, correlation)
    values = np.linalg.eigvalsh(R)[::-1]
    if values[-1] <= 1e-10 and estimator == "ml":
        estimator = "minres"
        advice += ("The correlations are not positive definite: fitted by minimum residuals.",)
    fit = extract_factors(R, 1, estimator=estimator)
    loading = fit.loadings[:, 0]
    residuals = R - np.outer(loading, loading)
    off = residuals[np.triu_indices(len(R), 1)]
    names = np.array(table.items)
    if np.any(fit.at_bound):
        advice += (f"No variance of its own is left to {', '.join(names[fit.at_bound])}.",)
    if not fit.converged:
        advice += ("The search for the best fit did not end: take the loadings with care.",)
    test = {}
    if estimator == "ml" and correlation == "pearson" and not np.isnan(table.scores).any():
        test = _test_of_fit(R, fit.discrepancy, len(table.scores))
    return OneFactor(
        pd.DataFrame(
            {"loading": loading, "communality": loading**2, "uniqueness": 1 - loading**2},
            index=list(table.items),
        ),
        pd.DataFrame(residuals, index=list(table.items), columns=list(table.items)),
        rmsr=float(np.sqrt(np.mean(off**2))),
        explained=float(np.mean(loading**2)),
        eigenvalue_ratio=float(values[0] / values[1]) if values[1] > 0 else float("inf"),
        advice=advice,
        **test,
    )


def _test_of_fit(R: Floats, discrepancy: float, n: int) -> dict[str, Any]:
    """Likelihood-ratio test with the indices that are built on it, by the number of persons."""
    k = len(R)
    chi, df = n * discrepancy, k * (k - 3) // 2
    null, null_df = -n * float(np.linalg.slogdet(R)[1]), k * (k - 1) // 2
    excess, null_excess = max(chi - df, 0.0), max(null - null_df, chi - df, 0.0)
    return {
        "chi_square": chi,
        "degrees_of_freedom": df,
        "p_value": float(stats.chi2.sf(chi, df)) if df else 1.0,
        "cfi": 1 - excess / null_excess if null_excess else 1.0,
        "rmsea": float(np.sqrt(excess / (n * df))) if df else 0.0,
    }
