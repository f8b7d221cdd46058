"""Posteriors over the nodes, and priors."""

from __future__ import annotations

import numpy as np

from vbr_engine.psychometrics.curves import Array

__all__ = ["densities", "normal_weights", "posteriors"]


def normal_weights(nodes: Array, means: Array, sds: Array) -> Array:
    """Logarithm of normal densities at the nodes, made to add up to 1; shape (groups, nodes)."""
    log_density = -0.5 * ((nodes - means[:, None]) / sds[:, None]) ** 2
    log_density -= log_density.max(axis=1, keepdims=True)
    return np.asarray(log_density - np.log(np.exp(log_density).sum(axis=1, keepdims=True)))


def densities(ones: Array, log_cells: Array, log_weights: Array) -> tuple[Array, Array, Array]:
    """Likelihood of each row at the nodes by prior, its sum, and the logarithm of its scale."""
    density = ones @ log_cells
    density += log_weights
    top = density.max(axis=1)
    density -= top[:, None]
    np.exp(density, out=density)
    return density, density.sum(axis=1), top


def posteriors(ones: Array, log_cells: Array, log_weights: Array) -> tuple[Array, Array]:
    """Posterior of each row over the nodes, and its log-likelihood."""
    density, total, top = densities(ones, log_cells, log_weights)
    density /= total[:, None]
    return density, np.log(total) + top
