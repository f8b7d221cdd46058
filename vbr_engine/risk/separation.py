"""How well one fact tells two groups apart: areas under the curve, honestly out of sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

__all__ = ["Separation", "binned", "cross_validated_auc", "folds_of", "noise_share", "rank_auc"]

Array = NDArray[np.float64]

_BINS = 10
_SMALLEST_BIN = 10
_PSEUDO_PEOPLE = 5.0


@dataclass(frozen=True, slots=True)
class Separation:
    """An area under the curve and its standard error.

    Parameters
    ----------
    auc : float
        NaN where one of the two groups is empty.
    se : float
        By Hanley and McNeil (1982).
    """

    auc: float
    se: float


def rank_auc(score: Array, positive: NDArray[np.bool_], cell: NDArray[np.int64]) -> Separation:
    """Compare scores within cells only, and pool the cells by their pairs.

    Parameters
    ----------
    score : ndarray of float
    positive : ndarray of bool
    cell : ndarray of int
        Such as the quarter of the first day, or the fold.

    Returns
    -------
    Separation

    Examples
    --------
    >>> rank_auc(np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1]) > 0, np.zeros(4, int)).auc
    1.0
    """
    total = area = spread = 0.0
    for number in np.unique(cell):
        here = cell == number
        chosen, scores = positive[here], score[here]
        n1, n0 = int(chosen.sum()), int((~chosen).sum())
        if not n1 or not n0:
            continue
        wins = rankdata(scores)[chosen].sum() - n1 * (n1 + 1) / 2
        total, area = total + n1 * n0, area + wins
        spread += (n1 * n0) ** 2 * _variance(wins / (n1 * n0), n1, n0)
    if not total:
        return Separation(np.nan, np.nan)
    return Separation(float(area / total), float(np.sqrt(spread) / total))


def _variance(auc: float, n1: int, n0: int) -> float:
    # At 0 and 1 the formula says that nothing varies: half a pair is taken off.
    auc = min(max(auc, 0.5 / (n1 * n0)), 1 - 0.5 / (n1 * n0))
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    pairs = (n1 - 1) * (q1 - auc**2) + (n0 - 1) * (q2 - auc**2)
    return float((auc * (1 - auc) + pairs) / (n1 * n0))


def cross_validated_auc(
    codes: NDArray[np.int64], positive: NDArray[np.bool_], fold: NDArray[np.int64]
) -> tuple[Separation, Array]:
    """Score each person by the share of positives among the others with the same code.

    Parameters
    ----------
    codes : ndarray of int, from 0
    positive : ndarray of bool
    fold : ndarray of int
        The others are those of the other folds.

    Returns
    -------
    Separation
        Of the scores, within folds. Folds share most of what they learn from, and what they learn
        is partly noise: the variance is raised by that part, up to double where all of it is.
    ndarray of float
        The scores, as log-odds against the share of all.

    Examples
    --------
    >>> codes = np.arange(100) % 2
    >>> cross_validated_auc(codes, codes > 0, np.arange(100) // 20)[0].auc
    1.0
    """
    score = np.zeros(len(codes))
    width = int(codes.max(initial=0)) + 1
    for number in np.unique(fold):
        here = fold == number
        people = np.bincount(codes[~here], minlength=width)
        hits = np.bincount(codes[~here], weights=positive[~here], minlength=width)
        mean = np.clip(positive[~here].mean(), 1e-6, 1 - 1e-6)
        rate = (hits + _PSEUDO_PEOPLE * mean) / (people + _PSEUDO_PEOPLE)
        score[here] = (np.log(rate / (1 - rate)) - np.log(mean / (1 - mean)))[codes[here]]
    found = rank_auc(score, positive, fold)
    return Separation(found.auc, found.se * np.sqrt(1 + noise_share([codes], positive))), score


def noise_share(columns: Sequence[NDArray[np.int64]], positive: NDArray[np.bool_]) -> float:
    """Estimate how much of the differences between codes is noise: freedom by chi-square.

    Parameters
    ----------
    columns : sequence of ndarray of int
    positive : ndarray of bool

    Returns
    -------
    float
        From 0, all differences are real, to 1.

    Examples
    --------
    >>> noise_share([np.arange(100) % 2], np.arange(100) % 4 < 2)
    1.0
    """
    mean, chi_square, freedom = positive.mean(), 0.0, 0
    for codes in columns:
        people = np.bincount(codes)
        hits = np.bincount(codes, weights=positive)[people > 0]
        people = people[people > 0]
        chi_square += float(((hits - people * mean) ** 2 / people).sum() / (mean * (1 - mean)))
        freedom += len(people) - 1
    return 1.0 if chi_square <= freedom else freedom / chi_square


def binned(column: pd.Series[Any]) -> NDArray[np.int64]:
    """Turn a column into few codes: tenths of numbers, words as they stand, and one for missing.

    Parameters
    ----------
    column : Series

    Returns
    -------
    ndarray of int64
        From 0; rare words share one code.

    Examples
    --------
    >>> binned(pd.Series(["a"] * 10 + [None] * 2 + ["rare"])).tolist()[-4:]
    [2, 1, 1, 0]
    """
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        known = numbers[~np.isnan(numbers)]
        tenths = np.linspace(0, 1, _BINS + 1)[1:-1]
        cuts = np.unique(np.quantile(known, tenths)) if len(known) else np.empty(0)
        return np.where(np.isnan(numbers), 0, 1 + np.searchsorted(cuts, numbers, side="right"))
    codes, cells = pd.factorize(column)
    often = np.bincount(codes[codes >= 0], minlength=len(cells)) >= _SMALLEST_BIN
    new = np.append(np.where(often, np.cumsum(often) + 1, 0), 1)
    return new[codes].astype(np.int64)


def folds_of(n: int, folds: int, seed: int) -> NDArray[np.int64]:
    """Deal people into folds of the same size.

    Parameters
    ----------
    n, folds, seed : int

    Returns
    -------
    ndarray of int64

    Examples
    --------
    >>> np.bincount(folds_of(10, 5, 1)).tolist()
    [2, 2, 2, 2, 2]
    """
    return np.random.default_rng(seed).permutation(np.arange(n) % folds)
