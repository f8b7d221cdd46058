"""Margins of single items and of pairs: as a model expects them, as observed, and their spread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.curves import Array, ItemParameters, category_probabilities

__all__ = [
    "Margins",
    "covariance",
    "margins_of",
    "observed_margins",
    "pulls",
    "residual_correlation",
    "unrelated",
]


@dataclass(frozen=True, eq=False)
class Margins:
    """Chances of categories and means of products at each node, and how to stack them."""

    p: Array
    scores: Array
    shown: NDArray[np.bool_]
    weights: Array

    @property
    def means(self) -> Array:
        """Expected score of each item at each node."""
        return np.asarray(np.tensordot(self.scores, self.p, axes=(0, 1)))

    def stack(self, weights: Array | None = None) -> Array:
        """Expected categories, then products of pairs."""
        used = self.weights if weights is None else weights
        mean = self.means
        first, second = np.triu_indices(len(mean), 1)
        return np.concatenate([(self.p @ used)[self.shown], (mean[first] * mean[second]) @ used])


def margins_of(items: ItemParameters, nodes: Array, weights: Array) -> Margins:
    """Chances at every node, and which of them are margins: all categories but the first."""
    p = category_probabilities(items, nodes)
    steps = np.arange(p.shape[1])
    shown = (steps > 0) & (steps < items.n_categories[:, None])
    return Margins(p, steps.astype(float), shown, weights)


def observed_margins(codes: Array, margins: Margins) -> Array:
    """Shares of categories, then mean products of pairs, among complete sittings."""
    share = np.stack([(codes == k).mean(axis=0) for k in range(margins.p.shape[1])], axis=1)
    products = codes.T @ codes / len(codes)
    return np.concatenate([share[margins.shown], products[np.triu_indices(len(products), 1)]])


def covariance(margins: Margins) -> Array:
    """Of one person's categories and products, by what is independent at each node."""
    mean = margins.means
    variance = np.tensordot(margins.scores**2, margins.p, axes=(0, 1)) - mean**2
    first, second = np.triu_indices(len(mean), 1)
    item, category = np.nonzero(margins.shown)
    same = item[:, None] == item
    both = np.arange(len(item), len(item) + len(first))
    p = margins.p[item, category]
    total = np.zeros((len(item) + len(first),) * 2)
    for node, pull in enumerate(pulls(margins)):
        spread = np.where(same, np.diag(p[:, node]) - np.outer(p[:, node], p[:, node]), 0.0)
        total += (pull @ (margins.weights[node] * spread)) @ pull.T
    total[both, both] += (variance[first] * variance[second]) @ margins.weights
    expected = np.concatenate([p, mean[first] * mean[second]])
    centred = expected - (expected @ margins.weights)[:, None]
    return np.asarray(total + (centred * margins.weights) @ centred.T)


def pulls(margins: Margins) -> Iterator[Array]:
    """At each node, how margins move with the chance of each category."""
    mean = margins.means
    first, second = np.triu_indices(len(mean), 1)
    item, category = np.nonzero(margins.shown)
    alone = np.eye(len(item))
    of_first, of_second = ((item == one[:, None]) * category for one in (first, second))
    for node in range(len(margins.weights)):
        other = mean[:, node]
        with_others = of_first * other[second][:, None] + of_second * other[first][:, None]
        yield np.vstack([alone, with_others])


def unrelated(margins: Margins, observed: Array) -> Margins:
    """Items with the shares observed, and nothing in common."""
    p = np.zeros(margins.shown.shape)
    p[margins.shown] = observed[: margins.shown.sum()]
    p[:, 0] = 1 - p.sum(axis=1)
    return replace(margins, p=p[:, :, None], weights=np.ones(1))


def residual_correlation(codes: Array, margins: Margins) -> float:
    """Root mean squared difference of observed and expected correlations."""
    mean = margins.means
    expected = mean @ margins.weights
    square = np.tensordot(margins.scores**2, margins.p, axes=(0, 1)) @ margins.weights
    product = (mean * margins.weights) @ mean.T
    sd = np.sqrt(square - expected**2)
    implied = (product - np.outer(expected, expected)) / np.outer(sd, sd)
    pairs = np.triu_indices(len(mean), 1)
    gap = (np.corrcoef(codes, rowvar=False) - implied)[pairs]
    return float(np.sqrt(np.mean(gap**2)))
