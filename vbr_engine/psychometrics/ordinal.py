"""Polychoric correlations: of the normal variables whose ranges the categories may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.score_table import Missing, ScoreTable, read_scores

__all__ = ["Polychoric", "normal_quadrants", "polychoric"]

Floats = NDArray[np.float64]

_LIMIT = 0.9999  # a table with an empty corner can want a correlation of one
_MOST_CATEGORIES = 25


@dataclass(frozen=True)
class Polychoric:
    """Polychoric correlations and what they rest on.

    Parameters
    ----------
    correlations : pandas.DataFrame
        Items by items.
    thresholds : dict of str to ndarray
        For each item the normal deviates between its categories.
    n : pandas.DataFrame
        Persons who answered both items.
    log_likelihood : pandas.DataFrame
        Of each two-way table at its correlation.
    advice : tuple of str
        What the reader should know.

    Examples
    --------
    >>> found = polychoric([[0, 0]] * 30 + [[0, 1]] * 10 + [[1, 0]] * 20 + [[1, 1]] * 40)
    >>> found.thresholds["item1"].round(4)
    array([-0.2533])
    """

    correlations: pd.DataFrame
    thresholds: dict[str, Floats] = field(repr=False)
    n: pd.DataFrame = field(repr=False)
    log_likelihood: pd.DataFrame = field(repr=False)
    advice: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = ["Polychoric correlations", self.correlations.round(3).to_string()]
        return "\n".join([*lines, *(f"  Note: {sentence}" for sentence in self.advice)])


def polychoric(X: Any, *, missing: Missing = "pairwise") -> Polychoric:
    """Estimate the polychoric correlation of each pair of items in two steps (Olsson 1979).

    Thresholds come from each item's own answers, then each correlation maximises the likelihood of
    the pair's two-way table. Nothing is added to empty cells.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Ordered categories as numbers, NaN for no answer.
    missing : {"pairwise", "listwise"}
        Whether a person with one answer missing still counts for the other items.

    Returns
    -------
    Polychoric
        Correlations, thresholds and notes.

    Raises
    ------
    ResponsesError
        When an item has one category only or more than 25, or two items were never answered
        together.

    Notes
    -----
    With two categories each these are tetrachoric correlations. A matrix put together from pairs
    need not be positive definite; the notes say when it is not.

    Examples
    --------
    >>> pairs = [[0, 0]] * 40 + [[0, 1]] * 10 + [[1, 0]] * 10 + [[1, 1]] * 40
    >>> polychoric(pairs).correlations.round(4).iloc[0, 1]
    np.float64(0.809)
    """
    table = read_scores(X)
    table = table.complete() if missing == "listwise" else table
    codes, sizes = _codes(table)
    thresholds = [_thresholds(column, size) for column, size in zip(codes.T, sizes, strict=True)]
    first, second = np.triu_indices(len(sizes), 1)
    counts = _two_way(codes, sizes, first, second)
    _need_pairs(counts, table, first, second)
    cuts = _padded(thresholds, max(sizes))
    rho, value = _maximise(counts, cuts[first], cuts[second])
    found = _square(rho, first, second, diagonal=1.0)
    return Polychoric(
        _named(found, table.items),
        dict(zip(table.items, thresholds, strict=True)),
        _named(_together(codes), table.items).astype(int),
        _named(_square(value, first, second, diagonal=np.nan), table.items),
        _advice(found, rho, table.items, first, second),
    )


def _codes(table: ScoreTable) -> tuple[NDArray[np.intp], list[int]]:
    """Categories numbered from 0, -1 for no answer."""
    codes = np.full(table.scores.shape, -1, dtype=np.intp)
    sizes, problems = [], []
    for j, column in enumerate(table.scores.T):
        known = ~np.isnan(column)
        labels, codes[known, j] = np.unique(column[known], return_inverse=True)
        sizes.append(len(labels))
        if not 2 <= len(labels) <= _MOST_CATEGORIES:
            message = f"expected 2 to {_MOST_CATEGORIES} categories, got {len(labels)}"
            problems.append(Problem(message=message, column=table.items[j]))
    if problems:
        raise ResponsesError(problems)
    return codes, sizes


def _thresholds(codes: NDArray[np.intp], size: int) -> Floats:
    share = np.bincount(codes[codes >= 0], minlength=size).cumsum() / np.sum(codes >= 0)
    return np.asarray(special.ndtri(share[:-1]))


def _two_way(
    codes: NDArray[np.intp], sizes: list[int], first: NDArray[np.intp], second: NDArray[np.intp]
) -> Floats:
    """Count each pair of categories, for all pairs of items by one matrix product."""
    k = max(sizes)
    chosen = (codes[:, :, None] == np.arange(k)).reshape(len(codes), -1).astype(np.float64)
    every = (chosen.T @ chosen).reshape(len(sizes), k, len(sizes), k)
    return np.asarray(every[first, :, second, :])


def _together(codes: NDArray[np.intp]) -> Floats:
    known = (codes >= 0).astype(np.float64)
    return np.asarray(known.T @ known)


def _need_pairs(
    counts: Floats, table: ScoreTable, first: NDArray[np.intp], second: NDArray[np.intp]
) -> None:
    lonely = np.flatnonzero(counts.sum(axis=(1, 2)) < 2)
    if len(lonely):
        raise ResponsesError(
            Problem(
                message="fewer than two persons answered both "
                f"{table.items[first[p]]} and {table.items[second[p]]}"
            )
            for p in lonely[:50]
        )


def _padded(thresholds: list[Floats], k: int) -> Floats:
    """Thresholds of all items with plus infinity where an item has fewer categories."""
    cuts = np.full((len(thresholds), k - 1), np.inf)
    for j, own in enumerate(thresholds):
        cuts[j, : len(own)] = own
    return cuts


def _maximise(counts: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Fisher scoring on all pairs at once, with the bracket kept by the sign of the score."""
    rho = np.clip(_pearson(counts), -0.9, 0.9)
    low, high = np.full(len(rho), -_LIMIT), np.full(len(rho), _LIMIT)
    open_pairs = np.arange(len(rho))
    for _ in range(60):
        here = rho[open_pairs]
        score, information = _score(counts[open_pairs], a[open_pairs], b[open_pairs], here)
        low[open_pairs] = np.where(score > 0, here, low[open_pairs])
        high[open_pairs] = np.where(score < 0, here, high[open_pairs])
        step = here + score / information
        inside = (step > low[open_pairs]) & (step < high[open_pairs])
        rho[open_pairs] = np.where(inside, step, (low[open_pairs] + high[open_pairs]) / 2)
        open_pairs = open_pairs[np.abs(rho[open_pairs] - here) > 1e-10]
        if not len(open_pairs):
            break
    cells = _cells(a, b, rho)
    return rho, np.asarray(special.xlogy(counts, np.maximum(cells, 1e-300)).sum(axis=(1, 2)))


def _pearson(counts: Floats) -> Floats:
    """Correlation of the category numbers, to start from."""
    n = counts.sum(axis=(1, 2))
    x = np.arange(counts.shape[1])
    row, column = counts.sum(axis=2), counts.sum(axis=1)
    centred_x, centred_y = (row @ x) / n, (column @ x) / n
    product = np.einsum("pij,i,j->p", counts, x, x) / n - centred_x * centred_y
    spread = ((row @ x**2) / n - centred_x**2) * ((column @ x**2) / n - centred_y**2)
    return np.asarray(product / np.sqrt(np.maximum(spread, 1e-12)))


def _score(counts: Floats, a: Floats, b: Floats, rho: Floats) -> tuple[Floats, Floats]:
    """Slope of the log-likelihood of each table, and its expected information."""
    cells = np.maximum(_cells(a, b, rho), 1e-14)
    slope = _differences(_density(a[:, :, None], b[:, None, :], rho[:, None, None]))
    n = counts.sum(axis=(1, 2))
    information = n * (slope**2 / cells).sum(axis=(1, 2))
    return (counts * slope / cells).sum(axis=(1, 2)), np.maximum(information, 1e-12)


def _cells(a: Floats, b: Floats, rho: Floats) -> Floats:
    """Probability of each cell of each two-way table."""
    inner = normal_quadrants(a[:, :, None], b[:, None, :], rho[:, None, None])
    return _differences(inner, special.ndtr(a), special.ndtr(b))


def _differences(inner: Floats, row: Floats | None = None, column: Floats | None = None) -> Floats:
    """Cells from cumulated values, with the given margins (or none) past the last category."""
    pairs, k, m = inner.shape
    whole = np.zeros((pairs, k + 2, m + 2))
    whole[:, 1:-1, 1:-1] = inner
    if row is not None and column is not None:
        whole[:, 1:-1, -1], whole[:, -1, 1:-1], whole[:, -1, -1] = row, column, 1.0
    return np.diff(np.diff(whole, axis=1), axis=2)


def _density(a: Floats, b: Floats, rho: Floats) -> Floats:
    """Bivariate normal density, nil at infinity."""
    finite = np.isfinite(a) & np.isfinite(b)
    x, y = np.where(finite, a, 0.0), np.where(finite, b, 0.0)
    left = 1 - rho**2
    value = np.exp(-(x**2 - 2 * rho * x * y + y**2) / (2 * left)) / (2 * np.pi * np.sqrt(left))
    return np.where(finite, value, 0.0)


def normal_quadrants(a: Any, b: Any, rho: Any) -> Floats:
    """Probability that two standard normals of correlation `rho` are below `a` and below `b`.

    By Owen's T function (Owen 1956), to about 15 decimals.

    Parameters
    ----------
    a, b : array-like
        Limits, which may be infinite.
    rho : array-like
        Correlations, below 1 in size.

    Returns
    -------
    ndarray
        Probabilities, broadcast.

    Examples
    --------
    >>> normal_quadrants(0.0, 0.0, 0.5).round(6)
    np.float64(0.333333)
    """
    a, b, rho = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, rho)))
    finite = np.isfinite(a) & np.isfinite(b)
    # A limit of exactly nil is moved by less than can be told, so that nothing is 0 / 0.
    h = np.where(finite, np.where(a == 0, 1e-300, a), 1.0)
    k = np.where(finite, np.where(b == 0, 1e-300, b), 1.0)
    root = np.sqrt((1 - rho) * (1 + rho))
    with np.errstate(over="ignore"):
        one = special.owens_t(h, (k / h - rho) / root)
        other = special.owens_t(k, (h / k - rho) / root)
    value = (special.ndtr(h) + special.ndtr(k)) / 2 - one - other - np.where(h * k < 0, 0.5, 0.0)
    apart = np.minimum(special.ndtr(a), special.ndtr(b))
    apart = np.where((a == -np.inf) | (b == -np.inf), 0.0, apart)
    return np.asarray(np.where(finite, np.clip(value, 0.0, 1.0), apart))[()]


def _square(
    values: Floats, first: NDArray[np.intp], second: NDArray[np.intp], *, diagonal: float
) -> Floats:
    size = int(second.max()) + 1
    full = np.full((size, size), diagonal)
    full[first, second] = full[second, first] = values
    return full


def _named(values: Floats, items: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(values, index=list(items), columns=list(items))


def _advice(
    found: Floats,
    rho: Floats,
    items: tuple[str, ...],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
) -> tuple[str, ...]:
    advice = [
        f"{items[first[p]]} and {items[second[p]]} agree (or oppose) without exception: their "
        "correlation ran to its limit."
        for p in np.flatnonzero(np.abs(rho) > _LIMIT - 1e-6)
    ]
    if np.linalg.eigvalsh(found)[0] <= 0:
        advice.append("The matrix is not positive definite.")
    return tuple(advice)
