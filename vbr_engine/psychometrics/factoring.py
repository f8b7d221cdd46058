"""Factors of a correlation or covariance matrix: extraction, oblique rotation, a general factor.

Extraction is by minimum residuals (least squares off the diagonal) or maximum likelihood, both
minimised over the uniquenesses alone (Jöreskog 1967; Harman & Jones 1966). Rotation is quartimin by
gradient projection (Jennrich 2002). The general factor is Schmid and Leiman's (1957).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = ["Estimator", "Extraction", "extract_factors", "general_factor", "rotate_quartimin"]

Floats = NDArray[np.float64]
Estimator = Literal["ml", "minres"]

_LOWEST = 0.005  # least uniqueness, as a share of the variance: keeps Heywood cases finite
_MORE_STARTS = 2  # drawn at random, beside three that are reckoned


@dataclass(frozen=True)
class Extraction:
    """Unrotated factors in the metric of the matrix that was analysed.

    Parameters
    ----------
    loadings : ndarray, shape (items, factors)
        Each column sums to a positive number.
    uniqueness : ndarray, shape (items,)
        Variance that the factors leave.
    discrepancy : float
        Least value of the function that was minimised, for a correlation matrix.
    converged : bool
        Whether the search ended at a minimum.
    at_bound : ndarray of bool, shape (items,)
        Items whose uniqueness ran to its lower bound (a Heywood case).
    """

    loadings: Floats
    uniqueness: Floats
    discrepancy: float
    converged: bool
    at_bound: NDArray[np.bool_]


def extract_factors(
    matrix: Floats, n_factors: int, *, estimator: Estimator = "minres"
) -> Extraction:
    """Extract factors without rotating them.

    Parameters
    ----------
    matrix : ndarray, shape (items, items)
        Correlations or covariances.
    n_factors : int
        How many.
    estimator : {"minres", "ml"}
        Minimum residuals, or maximum likelihood (which needs a positive definite matrix).

    Returns
    -------
    Extraction
        Loadings and uniquenesses.

    Examples
    --------
    >>> one = np.array([0.8, 0.7, 0.6, 0.5])
    >>> matrix = np.outer(one, one) + np.diag(1 - one**2)
    >>> extract_factors(matrix, 1).loadings[:, 0].round(4)
    array([0.8, 0.7, 0.6, 0.5])
    """
    scale = np.sqrt(np.diag(matrix))
    R = matrix / np.outer(scale, scale)
    objective = _ml if estimator == "ml" else _minres
    tried = [_search(objective, start, R, n_factors) for start in _starts(R, n_factors)]
    found = min(tried, key=lambda one: float(one.fun))
    psi = found.x
    loadings = _ml_loadings(psi, R, n_factors) if estimator == "ml" else _top(psi, R, n_factors)
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    return Extraction(
        loadings * scale[:, None],
        psi * scale**2,
        float(found.fun),
        bool(found.success) or _flat(found.jac, psi),
        psi <= _LOWEST * (1 + 1e-9),
    )


def _search(objective: Any, start: Floats, R: Floats, n_factors: int) -> Any:
    return minimize(
        objective,
        start,
        args=(R, n_factors),
        jac=True,
        method="L-BFGS-B",
        bounds=[(_LOWEST, 1.0)] * len(R),
        options={"maxiter": 2000, "maxfun": 5000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20},
    )


def _flat(gradient: Floats, psi: Floats) -> bool:
    free = (psi > _LOWEST) & (psi < 1.0)
    return bool(np.all(np.abs(gradient[free]) < 1e-5))


def _starts(R: Floats, n_factors: int) -> list[Floats]:
    """Several for more than one factor: their minima may be many, and not all equally low."""
    values, vectors = np.linalg.eigh(R)
    own = 1 / np.diag((vectors / np.maximum(values, 1e-3)) @ vectors.T)
    # Half way from squared multiple correlations, as Jöreskog proposed.
    starts = [(1 - 0.5 * n_factors / len(R)) * own]
    if n_factors > 1:
        starts += [own, np.full(len(R), 0.5)]
        starts += list(np.random.default_rng(0).uniform(0.2, 0.95, (_MORE_STARTS, len(R))))
    return [np.clip(start, 0.05, 0.95) for start in starts]


def _top(psi: Floats, R: Floats, n_factors: int) -> Floats:
    values, vectors = np.linalg.eigh(R - np.diag(psi))
    kept = np.maximum(values[::-1][:n_factors], 0.0)
    return np.asarray(vectors[:, ::-1][:, :n_factors] * np.sqrt(kept))


def _minres(psi: Floats, R: Floats, n_factors: int) -> tuple[float, Floats]:
    values, vectors = np.linalg.eigh(R - np.diag(psi))
    left, directions = values.copy(), vectors
    left[-n_factors:] = np.minimum(left[-n_factors:], 0.0)
    return 0.5 * float(left @ left), np.asarray(-(directions**2) @ left)


def _ml(psi: Floats, R: Floats, n_factors: int) -> tuple[float, Floats]:
    root = np.sqrt(psi)
    values, vectors = np.linalg.eigh(R / np.outer(root, root))
    rest = np.maximum(values[:-n_factors], 1e-12)
    tail = vectors[:, :-n_factors]
    value = float(np.sum(rest - np.log(rest) - 1))
    return value, np.asarray((tail**2) @ (1 - rest) / psi)


def _ml_loadings(psi: Floats, R: Floats, n_factors: int) -> Floats:
    root = np.sqrt(psi)
    values, vectors = np.linalg.eigh(R / np.outer(root, root))
    kept = np.sqrt(np.maximum(values[::-1][:n_factors] - 1, 0.0))
    return np.asarray(root[:, None] * vectors[:, ::-1][:, :n_factors] * kept)


def rotate_quartimin(
    loadings: Floats, *, tolerance: float = 1e-5, max_iter: int = 1000
) -> tuple[Floats, Floats]:
    """Rotate obliquely to simple structure (quartimin, which is oblimin with gamma 0).

    Parameters
    ----------
    loadings : ndarray, shape (items, factors)
        Unrotated.
    tolerance : float, default 1e-5
        Length of the projected gradient at which to stop.
    max_iter : int, default 1000
        Steps at most.

    Returns
    -------
    pattern : ndarray, shape (items, factors)
        Rotated loadings.
    phi : ndarray, shape (factors, factors)
        Correlations of the factors.

    Examples
    --------
    >>> pattern, phi = rotate_quartimin(np.array([[0.7, 0.1], [0.6, 0.1], [0.2, 0.8], [0.1, 0.7]]))
    >>> bool(np.allclose(np.diag(phi), 1))
    True
    """
    T = np.eye(loadings.shape[1])
    pattern = loadings.copy()
    value, slope = _quartimin(pattern)
    step = 1.0
    for _ in range(max_iter):
        gradient = -(pattern.T @ slope @ np.linalg.inv(T)).T
        projected = gradient - T * np.sum(T * gradient, axis=0)
        length = float(np.linalg.norm(projected))
        if length < tolerance:
            break
        T, pattern, value, slope, step = _line_search(
            loadings, T, projected, value=value, step=2 * step, need=0.5 * length**2
        )
    return pattern, T.T @ T


def _quartimin(pattern: Floats) -> tuple[float, Floats]:
    squares = pattern**2
    others = squares.sum(axis=1, keepdims=True) - squares
    return float(np.sum(squares * others)) / 4, pattern * others


def _line_search(
    loadings: Floats, T: Floats, direction: Floats, *, value: float, step: float, need: float
) -> tuple[Floats, Floats, float, Floats, float]:
    for _ in range(11):
        moved = T - step * direction
        moved = moved / np.linalg.norm(moved, axis=0)
        pattern = loadings @ np.linalg.inv(moved).T
        reached, slope = _quartimin(pattern)
        if value - reached > need * step:
            break
        step /= 2
    return moved, pattern, reached, slope, step


def general_factor(
    R: Floats,
    n_factors: int,
    *,
    rotate: Callable[[Floats], tuple[Floats, Floats]] = rotate_quartimin,
) -> tuple[Floats, Floats]:
    """Find how each item loads on a factor behind the factors.

    Parameters
    ----------
    R : ndarray, shape (items, items)
        Correlations.
    n_factors : int
        Group factors under the general one; 1 means that the only factor is the general one.
    rotate : callable, optional
        Oblique rotation.

    Returns
    -------
    general : ndarray, shape (items,)
        Loadings on the general factor.
    uniqueness : ndarray, shape (items,)
        Variance that neither the general nor the group factors explain.

    Examples
    --------
    >>> one = np.array([0.8, 0.7, 0.6, 0.5])
    >>> general, left = general_factor(np.outer(one, one) + np.diag(1 - one**2), 1)
    >>> general.round(4)
    array([0.8, 0.7, 0.6, 0.5])
    """
    first = extract_factors(R, n_factors)
    uniqueness = 1 - np.sum(first.loadings**2, axis=1)
    if n_factors == 1:
        return first.loadings[:, 0], uniqueness
    pattern, phi = rotate(first.loadings)
    signs = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    pattern, phi = pattern * signs, phi * np.outer(signs, signs)
    return pattern @ _second_order(phi), uniqueness


def _second_order(phi: Floats) -> Floats:
    """Loadings of the factors on the factor behind them; two factors share it equally."""
    if len(phi) == 2:
        shared = np.sqrt(abs(phi[0, 1]))
        return np.array([shared, np.copysign(shared, phi[0, 1])])
    return np.asarray(extract_factors(phi, 1).loadings[:, 0])
