"""Posteriors over the nodes, and priors."""

from __future__ import annotations

import numpy as np

from vbr_engine.psychometrics.curves import Array

__all__ = ["normal_weights", "posteriors"]


def normal_weights(nodes: Array, means: Array, sds: Array) -> Array:
    """Logarithm of normal densities at the nodes, made to add up to 1; shape (groups, nodes)."""
    log_density = -0.5 * ((nodes - means[:, None]) / sds[:, None]) ** 2
    log_density -= log_density.max(axis=1, keepdims=True)
    return np.asarray(log_density - np.log(np.exp(log_density).sum(axis=1, keepdims=True)))


def posteriors(ones: Array, log_cells: Array, log_weights: Array) -> tuple[Array, Array]:
    """Posterior of each row over the nodes, and its log-likelihood."""
    posterior = ones @ log_cells
    posterior += log_weights
    top = posterior.max(axis=1)
    posterior -= top[:, None]
    np.exp(posterior, out=posterior)
    total = posterior.sum(axis=1)
    posterior /= total[:, None]
    return posterior, np.log(total) + top
