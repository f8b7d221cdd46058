"""Items and options by classical test theory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.psychometrics.coefficients import alpha, one_factor_omega
from vbr_engine.psychometrics.score_table import (
    Missing,
    ScoreTable,
    as_frame,
    checked_weights,
    covariances,
    read_scores,
)
from vbr_engine.psychometrics.threads import one_thread

__all__ = ["equal_groups", "item_statistics", "option_statistics"]

Floats = NDArray[np.float64]


def item_statistics(
    X: Any,
    *,
    maximum: float | Sequence[float] | Mapping[str, float] | None = None,
    missing: Missing = "pairwise",
    omega: bool = True,
    sample_weight: Any = None,
) -> pd.DataFrame:
    """Describe each item of a test by its scores.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Item scores, NaN for no answer.
    maximum : float, sequence or mapping, optional
        Highest score that an item can give, one for all or one each; by default the highest seen.
    missing : {"pairwise", "listwise"}
        Covariances over the persons who answered both items, or over those who answered all.
    omega : bool, default True
        Whether to fit one factor to the other items for `omega_if_deleted`.
    sample_weight : array-like, shape (persons,), optional
        Persons behind each row: a weight of 2 is the row twice.

    Returns
    -------
    pandas.DataFrame
        One row an item: `n` answers, `facility` (mean as a share of the maximum), `mean`, `sd`,
        `r_rest` (correlation with the sum of the other items), `alpha_if_deleted`,
        `omega_if_deleted`. An item on which all agree has no correlation: NaN.

    Examples
    --------
    >>> scores = [[0, 0, 1], [1, 0, 1], [1, 1, 2], [0, 1, 0], [1, 1, 2]]
    >>> item_statistics(scores, omega=False)[["n", "facility", "r_rest"]].round(3)
           n  facility  r_rest
    item1  5       0.6   0.667
    item2  5       0.6   0.210
    item3  5       0.6   0.643
    """
    table = read_scores(X, sample_weight=sample_weight)
    table = table.complete() if missing == "listwise" else table
    _need_answers(table)
    C = covariances(table)
    n = table.counts() @ ~np.isnan(table.scores)
    mean = table.counts() @ np.nan_to_num(table.scores) / n
    highest = _maximum(maximum, table)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = {
            "n": n if sample_weight is not None else n.astype(int),
            "facility": mean / highest,
            "mean": mean,
            "sd": np.sqrt(np.diag(C)),
            "r_rest": _rest_correlations(C),
            "alpha_if_deleted": _without_each(C, alpha),
        }
    if omega:
        with one_thread():
            columns["omega_if_deleted"] = _without_each(C, one_factor_omega)
    return pd.DataFrame(columns, index=list(table.items))


def _need_answers(table: ScoreTable) -> None:
    answers = (~np.isnan(table.scores)).sum(axis=0)
    problems = [
        Problem(message=f"fewer than two answers ({n})", column=name)
        for name, n in zip(table.items, answers, strict=True)
        if n < 2
    ]
    if problems:
        raise ResponsesError(problems)


def _maximum(given: Any, table: ScoreTable) -> Floats:
    if given is None:
        return np.asarray(np.nanmax(table.scores, axis=0))
    if isinstance(given, Mapping):
        lacking = [Problem(message="no maximum", column=i) for i in table.items if i not in given]
        if lacking:
            raise ResponsesError(lacking)
        given = [given[item] for item in table.items]
    return np.broadcast_to(np.asarray(given, dtype=np.float64), (len(table.items),))


def _rest_correlations(C: Floats) -> Floats:
    own = np.diag(C)
    shared = C.sum(axis=0) - own
    rest = C.sum() - 2 * shared - own
    return np.asarray(np.where((own > 0) & (rest > 0), shared / np.sqrt(own * rest), np.nan))


def _without_each(C: Floats, figure: Any) -> Floats:
    k = len(C)
    if k < 3:
        return np.full(k, np.nan)
    kept = [np.delete(np.arange(k), j) for j in range(k)]
    return np.array([figure(C[np.ix_(keep, keep)]) for keep in kept])


def option_statistics(
    responses: Any,
    *,
    scores: Any = None,
    key: Any = None,
    n_groups: int = 5,
    sample_weight: Any = None,
) -> pd.DataFrame:
    """Describe each option of each item: who chooses it, and how their other items go.

    Parameters
    ----------
    responses : pandas.DataFrame or array-like, shape (persons, items)
        The option that each person chose, as numbers or text; None or NaN for no answer.
    scores : DataFrame or array-like, shape (persons, items) or (persons,), optional
        Scores of the same items in the same order, or one outside score a person (then `r_rest`
        is the same as `r_total`).
    key : sequence or mapping, optional
        For each item its right option, or a mapping of options to scores. Not with `scores`. With
        neither, the options themselves must be numbers and are the scores.
    n_groups : int, default 5
        Groups of persons, as equal as ties allow, by the score on the other items.
    sample_weight : array-like, shape (persons,), optional
        Persons behind each row: a weight of 2 is the row twice.

    Returns
    -------
    pandas.DataFrame
        One row an option: `item`, `option`, `n`, `p` (share of those who answered), `score` (mean
        item score of those who chose it), `r_total` and `r_rest` (point-biserial with the score on
        all items and on the others; no answer counts 0), `mean_rest` (of those who chose it),
        and its trace line `p_1` (lowest group) to `p_<n_groups>`.

    Raises
    ------
    ResponsesError
        When scores and responses do not fit each other.

    Examples
    --------
    >>> chosen = pd.DataFrame({"q1": list("aabba"), "q2": list("abbba"), "q3": list("aabab")})
    >>> found = option_statistics(chosen, key=["a", "a", "a"], n_groups=2)
    >>> found[["item", "option", "n", "score", "p_1", "p_2"]].round(2).head(2)
      item option  n  score  p_1   p_2
    0   q1      a  3    1.0  0.0  0.75
    1   q1      b  2    0.0  1.0  0.25
    """
    frame = as_frame(responses)
    if scores is not None and key is not None:
        raise ResponsesError([Problem(message="give scores or a key, not both")])
    points, total = _points(frame, scores, key)
    weights = checked_weights(sample_weight, frame.index)
    own = [points[:, j] if points.shape[1] > 1 else None for j in range(frame.shape[1])]
    tables = [
        _one_item(frame.iloc[:, j], own[j], total, weights, n_groups) for j in range(frame.shape[1])
    ]
    found = pd.concat(tables, ignore_index=True)
    return found if sample_weight is not None else found.astype({"n": int})


def _points(frame: pd.DataFrame, scores: Any, key: Any) -> tuple[Floats, Floats]:
    """Item scores (or one outside score in one column), and the total."""
    if scores is not None:
        array = np.asarray(scores, dtype=np.float64)
        array = array[:, None] if array.ndim == 1 else array
        if len(array) != len(frame) or array.shape[1] not in (1, frame.shape[1]):
            message = f"expected scores shaped {frame.shape} as the responses, got {array.shape}"
            raise ResponsesError([Problem(message=message)])
    elif key is not None:
        array = _apply_key(frame, key)
    else:
        array = read_scores(frame).scores
    return array, np.nansum(array, axis=1)


def _apply_key(frame: pd.DataFrame, key: Any) -> Floats:
    rules = [key.get(c) for c in frame] if isinstance(key, Mapping) else list(key)
    if len(rules) != frame.shape[1] or any(rule is None for rule in rules):
        raise ResponsesError(
            [Problem(message=f"expected a key for each of {frame.shape[1]} items")]
        )
    return np.column_stack([_score(frame.iloc[:, j], rules[j]) for j in range(frame.shape[1])])


def _score(chosen: pd.Series[Any], rule: Any) -> Floats:
    if isinstance(rule, Mapping):
        points = chosen.map(dict(rule)).to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(chosen.isna(), np.nan, np.where(np.isnan(points), 0.0, points))
    return np.where(chosen.isna(), np.nan, (chosen == rule).to_numpy(dtype=np.float64))


def _one_item(
    chosen: pd.Series[Any], points: Floats | None, total: Floats, weights: Floats, n_groups: int
) -> pd.DataFrame:
    answered = chosen.notna().to_numpy() & (weights > 0)
    codes, options = pd.factorize(chosen[answered], sort=True)
    picked = np.eye(len(options))[codes]
    rest = total if points is None else total - np.nan_to_num(points)
    rest, total, w = rest[answered], total[answered], weights[answered]
    own = total if points is None else points[answered]
    counted = picked.T * w
    n = counted.sum(axis=1)
    columns: dict[str, Any] = {
        "item": str(chosen.name),
        "option": _whole(options),
        "n": n,
        "p": n / max(w.sum(), 1e-300),
        "score": counted @ np.nan_to_num(own) / np.maximum(n, 1e-300),
        "r_total": _point_biserial(picked, total, w),
        "r_rest": _point_biserial(picked, rest, w),
        "mean_rest": counted @ rest / np.maximum(n, 1e-300),
    }
    for number, share in enumerate(_trace(picked, rest, w, n_groups), start=1):
        columns[f"p_{number}"] = share
    return pd.DataFrame(columns)


def _whole(options: Any) -> list[Any]:
    """Options as they would be written: 4, not 4.0."""
    return [int(o) if isinstance(o, float) and o.is_integer() else o for o in list(options)]


def _point_biserial(picked: Floats, score: Floats, w: Floats) -> Floats:
    if len(score) < 2:
        return np.full(picked.shape[1], np.nan)
    a, b = picked - w @ picked / w.sum(), score - w @ score / w.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((a.T * w) @ b / np.sqrt((w @ a**2) * (w @ b**2)))


def _trace(picked: Floats, score: Floats, w: Floats, n_groups: int) -> Floats:
    """Share of each option in each score group; persons with the same score stay together."""
    group = equal_groups(score, n_groups, weights=w) - 1
    member = np.eye(n_groups)[group] if len(score) else np.zeros((0, n_groups))
    counted = member.T * w
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counted @ picked / counted.sum(axis=1)[:, None])


def equal_groups(
    score: Floats, n_groups: int, *, weights: Floats | None = None
) -> NDArray[np.intp]:
    """Number everybody's score group from 1; persons with the same score stay together.

    Parameters
    ----------
    score : ndarray, shape (persons,)
        Complete.
    n_groups : int
        As equal as ties allow; one may be empty.
    weights : ndarray, shape (persons,), optional
        Persons behind each.

    Returns
    -------
    ndarray of int, shape (persons,)

    Examples
    --------
    >>> equal_groups(np.array([3.0, 1.0, 2.0, 2.0]), 2).tolist()
    [2, 1, 2, 2]
    """
    levels, place = np.unique(score, return_inverse=True)
    held = np.bincount(place, weights=weights, minlength=len(levels)).astype(np.float64)
    rank = (np.cumsum(held) - held + (held + 1) / 2)[place]
    group = np.ceil(rank * n_groups / max(held.sum(), 1e-300) - 1e-9).astype(np.intp)
    return np.asarray(group.clip(1, n_groups))
