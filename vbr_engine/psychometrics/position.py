"""The curves at one set of parameters, and the slope and curvature of the likelihood there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import block_diag

from vbr_engine.psychometrics.curves import Array, ItemParameters, log_probabilities
from vbr_engine.psychometrics.derivatives import (
    complete_information,
    parameter_scores,
    theta_steps,
)
from vbr_engine.psychometrics.design import Design
from vbr_engine.psychometrics.expectation import Expectation, Source
from vbr_engine.psychometrics.posteriors import normal_weights

__all__ = ["Position", "observed_information"]


@dataclass(frozen=True, eq=False)
class Position:
    """The curves at one set of parameters."""

    design: Design
    full: Array
    items: ItemParameters
    log_probabilities: Array
    log_weights: Array

    @classmethod
    def at(cls, design: Design, full: Array) -> Position:
        """Work out the curves."""
        items = design.items(full)
        weights = normal_weights(design.nodes, *design.groups(full))
        return cls(design, full, items, log_probabilities(items, design.nodes), weights)

    @cached_property
    def steps(self) -> Array | None:
        """How much of theta each category adds to the derivatives of category 0."""
        return theta_steps(self.design.model, self.log_probabilities.shape[1])

    @cached_property
    def probabilities(self) -> Array:
        """Category probabilities at the nodes."""
        return np.exp(self.log_probabilities)

    @cached_property
    def scores(self) -> Array:
        """Derivatives of log-probabilities by the items' parameters."""
        return parameter_scores(self.items, self.design.nodes, self.probabilities)

    @cached_property
    def group_scores(self) -> Array:
        """Derivatives of the log-density by mean and log standard deviation."""
        means, sds = self.design.groups(self.full)
        centred = self.design.nodes - means[:, None]
        raw = np.stack([centred / sds[:, None] ** 2, (centred / sds[:, None]) ** 2], axis=1)
        average = np.einsum("gsq,gq->gs", raw, np.exp(self.log_weights))
        return np.asarray(raw - average[:, :, None])

    @cached_property
    def log_prior(self) -> float:
        """Log-density of the slopes under their prior, less its constant."""
        if self.design.slope_prior is None:
            return 0.0
        mean, sd = self.design.slope_prior
        return -0.5 * float(np.sum(((self.full[self.design.slope_places] - mean) / sd) ** 2))

    def gradient(self, step: Expectation) -> Array:
        """Gradient of the observed log-likelihood, by Fisher's identity."""
        return self.design.gather(self.gradient_of_all(step))

    def gradient_of_all(self, step: Expectation) -> Array:
        """Gradient by all parameters, whether free or not."""
        by_item = (self.scores @ step.counts[..., None])[..., 0].sum(axis=1)
        by_group = np.einsum("gq,gsq->gs", step.mass, self.group_scores)
        full = np.concatenate([by_item.ravel(), by_group.ravel()])
        if self.design.slope_prior is not None:
            mean, sd = self.design.slope_prior
            full -= self.design.slope_places * (self.full - mean) / sd**2
        return full

    def blocks(self, step: Expectation) -> tuple[Array, Array]:
        """Information of each item's and each group's parameters if theta were known."""
        items = complete_information(
            self.items, self.design.nodes, step.counts, self.probabilities, self.scores
        )
        if self.design.slope_prior is not None:
            held = self.design.slope_places[: items.shape[0] * items.shape[1]]
            diagonal = np.einsum("jpp->jp", items)
            diagonal += held.reshape(diagonal.shape) / self.design.slope_prior[1] ** 2
        people, weights = step.mass.sum(axis=1), np.exp(self.log_weights)
        spread = np.einsum("gsq,gtq,gq->gst", self.group_scores, self.group_scores, weights)
        return items, people[:, None, None] * spread

    def complete(self, step: Expectation) -> Array:
        """Information of the free parameters if everybody's theta were known."""
        items, groups = self.blocks(step)
        return self.design.contract(np.asarray(block_diag(*items, *groups), dtype=np.float64))


def observed_information(
    answers: Source, position: Position, step: Expectation, *, degrees: int = 8
) -> Array:
    """Louis' observed information of the free parameters.

    Parameters
    ----------
    answers : Source
    position : Position
    step : Expectation
        Of these answers at this position.
    degrees : int
        How many polynomials stand for a posterior; 8 give 6 figures.

    Returns
    -------
    ndarray, shape (free parameters, free parameters)
    """
    return position.complete(step) - answers.missing_information(position, degrees)
