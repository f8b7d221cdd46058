"""Weighted logistic regression, with a covariance that lets people of one provider be alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

__all__ = ["coefficients", "sandwich"]

Array = NDArray[np.float64]

_MOST_STEPS = 40


def coefficients(X: Array, y: Array, weight: Array, offset: Array) -> Array:
    """Return weighted maximum-likelihood coefficients, NaN where there are none."""
    theta, k = np.zeros(X.shape[1]), X.shape[1]
    if not (weight @ y > 0 and weight @ (1 - y) > 0):
        return np.full(k, np.nan)
    for _ in range(_MOST_STEPS):
        p = expit(offset + X @ theta)
        curvature = X.T @ (X * (weight * p * (1 - p))[:, None])
        try:
            step = np.linalg.solve(curvature, X.T @ (weight * (y - p)))
        except np.linalg.LinAlgError:
            break
        # A long step is cut, so that the first ones do not run away.
        theta = theta + step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            return theta
    return np.full(k, np.nan)


def sandwich(
    X: Array, y: Array, weight: Array, offset: Array, theta: Array, cluster: NDArray[np.integer]
) -> Array:
    """Return the covariance of coefficients that allows people of one provider to be alike."""
    k = X.shape[1]
    if not np.isfinite(theta).all():
        return np.full((k, k), np.nan)
    p = expit(offset + X @ theta)
    bread = np.linalg.inv(X.T @ (X * (weight * p * (1 - p))[:, None]))
    groups, place = np.unique(cluster, return_inverse=True)
    scores = np.zeros((len(groups), k))
    np.add.at(scores, place, X * (weight * (y - p))[:, None])
    few = len(groups) / max(len(groups) - 1, 1)
    return np.asarray(few * bread @ (scores.T @ scores) @ bread)
