"""Logistic regression on the matching score: whether the group still matters, and crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import chi2 as chi_square

from vbr_engine.psychometrics.dif_tables import ItemTable

__all__ = ["logistic"]

Floats = NDArray[np.float64]

_ROUNDS = 100
_GAIN = 1e-9  # of log-likelihood that another step promises


@dataclass(frozen=True)
class _Fit:
    log_likelihood: float
    slopes: Floats
    errors: Floats
    converged: bool


def logistic(table: ItemTable) -> dict[str, Any]:
    """Proportional-odds regression of an item on score, group and their product.

    With two categories this is ordinary logistic regression. Model 1 knows the score, model 2 the
    score and the group, model 3 their product as well.

    Parameters
    ----------
    table : ItemTable

    Returns
    -------
    dict
        ``chi2_uniform`` (2 against 1), ``chi2_crossing`` (3 against 2) and ``chi2`` (3 against 1)
        with their ``p``; McFadden's and Nagelkerke's gain in R squared; ``log_odds`` of the focal
        group in model 2 (above 0: higher answers at the same score) with ``log_odds_se``;
        ``change``, how far the score's slope moves from model 1 to 2.

    References
    ----------
    Swaminathan and Rogers 1990; Zumbo 1999; Choi, Gibbons and Crane 2011 (lordif).
    """
    rows, counts = _rows(table)
    null = _null(counts)
    fits = [_proportional_odds(rows[:, :k], counts) for k in (1, 2, 3)]
    one, two, three = (fit.log_likelihood for fit in fits)
    n = counts.sum()
    result = {
        "chi2": 2 * (three - one),
        "df": 2,
        "p": _p(2 * (three - one), 2),
        "chi2_uniform": 2 * (two - one),
        "p_uniform": _p(2 * (two - one), 1),
        "chi2_crossing": 2 * (three - two),
        "p_crossing": _p(2 * (three - two), 1),
        "log_odds": float(fits[1].slopes[1]),
        "log_odds_se": float(fits[1].errors[1]),
        "change": float(abs(fits[1].slopes[0] / fits[0].slopes[0] - 1)),
        "log_likelihood_1": one,
        "log_likelihood_2": two,
        "log_likelihood_3": three,
        "converged": all(fit.converged for fit in fits),
    }
    for name, r2 in (("mcfadden", _mcfadden), ("nagelkerke", _nagelkerke)):
        first, second, third = (r2(null, fit.log_likelihood, n) for fit in fits)
        result |= {f"{name}_uniform": second - first, f"{name}_crossing": third - second}
        result |= {name: third - first}
    return result


def _p(statistic: float, df: int) -> float:
    return float(chi_square.sf(max(statistic, 0.0), df))


def _rows(table: ItemTable) -> tuple[Floats, Floats]:
    """One row per stratum and group that has people: standard score, focal or not, product."""
    n = table.counts.sum(axis=(1, 2))
    mean = n @ table.levels / n.sum()
    spread = np.sqrt(n @ (table.levels - mean) ** 2 / n.sum())
    score = (table.levels - mean) / (spread if spread > 0 else 1.0)
    rows = np.empty((len(score), 2, 3))
    rows[:, :, 0], rows[:, :, 1] = score[:, None], [0.0, 1.0]
    rows[:, :, 2] = rows[:, :, 0] * rows[:, :, 1]
    flat, counts = rows.reshape(-1, 3), table.counts.reshape(-1, table.counts.shape[2])
    some = counts.sum(axis=1) > 0
    return flat[some], counts[some]


def _null(counts: Floats) -> float:
    column = counts.sum(axis=0)
    return float(column @ np.log(column / column.sum()))


def _mcfadden(null: float, fitted: float, n: float) -> float:
    return 1 - fitted / null


def _nagelkerke(null: float, fitted: float, n: float) -> float:
    return float(-np.expm1(2 / n * (null - fitted)) / -np.expm1(2 / n * null))


def _proportional_odds(rows: Floats, counts: Floats) -> _Fit:
    """P(Y >= k) = logistic(slopes . row - cut_k), by Fisher scoring with halved steps."""
    cuts = _first_cuts(counts)
    point = np.concatenate([cuts, np.zeros(rows.shape[1])])
    value, gradient, information = _likelihood(point, rows, counts)
    for _ in range(_ROUNDS):
        step = np.asarray(np.linalg.lstsq(information, gradient, rcond=1e-12)[0], dtype=float)
        if gradient @ step / 2 < _GAIN:
            return _Fit(value, point[len(cuts) :], _errors(information)[len(cuts) :], True)
        point, found = _climb(point, step, rows, counts, value)
        if found is None:
            break
        value, gradient, information = found
    return _Fit(value, point[len(cuts) :], _errors(information)[len(cuts) :], False)


def _errors(information: Floats) -> Floats:
    spread = np.diag(np.linalg.pinv(information, hermitian=True))
    return np.asarray(np.sqrt(np.maximum(spread, 0)))


def _first_cuts(counts: Floats) -> Floats:
    share = np.cumsum(counts.sum(axis=0))[:-1] / counts.sum()
    return np.asarray(np.log(share / (1 - share)))


def _climb(
    point: Floats, step: Floats, rows: Floats, counts: Floats, value: float
) -> tuple[Floats, tuple[float, Floats, Floats] | None]:
    for _ in range(30):
        trial = point + step
        found = _likelihood(trial, rows, counts)
        if found[0] > value:
            return trial, found
        step = step / 2
    return point, None


def _likelihood(point: Floats, rows: Floats, counts: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, its gradient and the expected information."""
    n_cuts = counts.shape[1] - 1
    cuts, slopes = point[:n_cuts], point[n_cuts:]
    n_points = len(point)
    if (np.diff(cuts) <= 0).any():
        return -np.inf, np.zeros(n_points), np.eye(n_points)
    above = expit((rows @ slopes)[:, None] - cuts)
    edge = np.pad(above, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))
    chance = np.maximum(edge[:, :-1] - edge[:, 1:], 1e-300)
    value = float((counts * np.log(chance)).sum())
    slope = above * (1 - above)
    # d chance_k / d linear_j: the category above cut j gains, the one below loses.
    ratio = counts / chance
    by_cut = slope * (ratio[:, 1:] - ratio[:, :-1])
    gradient = np.concatenate([-by_cut.sum(axis=0), by_cut.sum(axis=1) @ rows])
    inverse = counts.sum(axis=1, keepdims=True) / chance
    return value, gradient, _information(rows, slope, inverse)


def _information(rows: Floats, slope: Floats, inverse: Floats) -> Floats:
    n_cuts = slope.shape[1]
    own = slope**2 * (inverse[:, 1:] + inverse[:, :-1])
    next_one = -slope[:, 1:] * slope[:, :-1] * inverse[:, 1:-1]
    weight = own.copy()  # of each cut's linear term with all others of its row
    weight[:, 1:] += next_one
    weight[:, :-1] += next_one
    among = np.diag(own.sum(axis=0))
    beside = next_one.sum(axis=0)
    among += np.diag(beside, 1) + np.diag(beside, -1)
    across = -weight.T @ rows
    slopes = (rows * weight.sum(axis=1)[:, None]).T @ rows
    size = n_cuts + rows.shape[1]
    information = np.empty((size, size))
    information[:n_cuts, :n_cuts], information[n_cuts:, n_cuts:] = among, slopes
    information[:n_cuts, n_cuts:], information[n_cuts:, :n_cuts] = across, across.T
    return information
