"""Category curves of the three item response models, and what they tell about theta.

With theta the trait, the models are (slope-intercept form):

======== ==================================================================
graded   P(X >= k) = logistic(a theta + d_k), d_1 > d_2 > ...
gpcm     P(X = k) proportional to exp(k a theta + d_k), d_0 = 0
nominal  P(X = k) proportional to exp(a_k theta + d_k), a_0 = d_0 = 0
======== ==================================================================

Arrays are indexed item, category, (parameter,) node. Items may have different numbers of
categories: probabilities beyond an item's last category are 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import InvalidInput

__all__ = [
    "ItemParameters",
    "category_probabilities",
    "item_information",
    "log_probabilities",
]

Array = NDArray[np.float64]
MODELS = ("graded", "gpcm", "nominal")


@dataclass(frozen=True, eq=False)
class ItemParameters:
    """Slopes and intercepts of a set of items.

    Parameters
    ----------
    model : {"graded", "gpcm", "nominal"}
        Which curves the parameters belong to.
    names : tuple of str
        One name per item.
    slopes : ndarray, shape (items,), or (items, categories - 1) for nominal
        For nominal, the slopes of categories 1, 2, ...; that of category 0 is 0.
    intercepts : ndarray, shape (items, categories - 1)
        Intercepts of categories 1, 2, ...; NaN where an item has fewer categories.

    Raises
    ------
    InvalidInput
        If shapes do not belong together, or graded intercepts do not descend.

    Examples
    --------
    >>> items = ItemParameters("graded", ("kind",), np.array([1.5]), np.array([[1.0, -1.0]]))
    >>> items.n_categories.tolist()
    [3]
    """

    model: str
    names: tuple[str, ...]
    slopes: Array
    intercepts: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        for field in ("slopes", "intercepts"):
            object.__setattr__(self, field, np.asarray(getattr(self, field), dtype=float))
        _check(self)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def n_categories(self) -> NDArray[np.intp]:
        """Number of categories of each item."""
        return np.asarray(1 + np.sum(~np.isnan(self.intercepts), axis=1), dtype=np.intp)

    def take(self, items: Sequence[int] | NDArray[np.intp]) -> ItemParameters:
        """Keep some items, in the order given.

        Parameters
        ----------
        items : sequence of int
            Positions.

        Returns
        -------
        ItemParameters
        """
        keep = np.asarray(items, dtype=int)
        return replace(
            self,
            names=tuple(self.names[i] for i in keep),
            slopes=self.slopes[keep],
            intercepts=self.intercepts[keep],
        )


def _check(items: ItemParameters) -> None:
    if items.model not in MODELS:
        raise InvalidInput(f"expected a model out of {', '.join(MODELS)}, got {items.model!r}")
    shape = (len(items.names), items.intercepts.shape[-1])
    wanted = shape if items.model == "nominal" else shape[:1]
    if items.intercepts.shape != shape or items.slopes.shape != wanted:
        raise InvalidInput(
            f"expected intercepts of shape {shape} and slopes of shape {wanted}, "
            f"got {items.intercepts.shape} and {items.slopes.shape}"
        )
    if items.model == "graded" and np.any(np.diff(items.intercepts, axis=1) > 0):
        raise InvalidInput("expected the intercepts of a graded item to descend")


def category_probabilities(parameters: ItemParameters, theta: ArrayLike) -> Array:
    """Probability of each category of each item at each trait value.

    Parameters
    ----------
    parameters : ItemParameters
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (items, categories, n)
        0 beyond an item's last category.

    Examples
    --------
    >>> items = ItemParameters("gpcm", ("kind",), np.array([1.0]), np.array([[0.0]]))
    >>> category_probabilities(items, [0.0]).ravel().tolist()
    [0.5, 0.5]
    """
    return np.exp(log_probabilities(parameters, theta))


def log_probabilities(parameters: ItemParameters, theta: ArrayLike) -> Array:
    """Logarithm of `category_probabilities`; minus infinity beyond an item's last category.

    Parameters
    ----------
    parameters : ItemParameters
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (items, categories, n)
    """
    nodes = np.atleast_1d(np.asarray(theta, dtype=float))
    if parameters.model == "graded":
        return _graded_log_probabilities(parameters, nodes)
    z = _predictors(parameters, nodes)
    z -= z.max(axis=1, keepdims=True)
    return np.asarray(z - np.log(np.sum(np.exp(z), axis=1, keepdims=True)))


def category_slopes(parameters: ItemParameters) -> Array:
    """Slope of every category's predictor in the divide-by-total models, category 0 included.

    Parameters
    ----------
    parameters : ItemParameters
        Of model gpcm or nominal.

    Returns
    -------
    ndarray, shape (items, categories)
    """
    n_items, n_steps = parameters.intercepts.shape
    if parameters.model == "gpcm":
        return np.outer(parameters.slopes, np.arange(n_steps + 1))
    return np.hstack([np.zeros((n_items, 1)), np.nan_to_num(parameters.slopes)])


def _predictors(items: ItemParameters, theta: Array) -> Array:
    first = np.zeros((len(items), 1))
    d = np.hstack([first, np.where(np.isnan(items.intercepts), -np.inf, items.intercepts)])
    return np.asarray(category_slopes(items)[:, :, None] * theta + d[:, :, None])


def thresholds(items: ItemParameters) -> tuple[Array, Array]:
    """Intercepts of a graded item with its outer bounds, and the gaps between neighbours.

    The gap is infinite for the outer categories and beyond the last one.
    """
    shape = (len(items), 1)
    d = np.where(np.isnan(items.intercepts), -np.inf, items.intercepts)
    d = np.hstack([np.full(shape, np.inf), d, np.full(shape, -np.inf)])
    gaps = np.full((len(items), d.shape[1] - 1), np.inf)
    inner = np.isfinite(d[:, 1:]) & np.isfinite(d[:, :-1])
    gaps[inner] = (d[:, :-1] - np.where(np.isfinite(d[:, 1:]), d[:, 1:], 0.0))[inner]
    return d, gaps


def cumulative(items: ItemParameters, theta: Array) -> Array:
    """P(X >= k) of graded items for k = 0 ... K, bounds 1 and 0 included."""
    d, _ = thresholds(items)
    eta = items.slopes[:, None, None] * theta + d[:, :, None]
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * eta))


def _graded_log_probabilities(items: ItemParameters, theta: Array) -> Array:
    # P_k = F_k (1 - F_{k+1}) (1 - exp(d_{k+1} - d_k)): no difference of nearly equal numbers.
    d, gaps = thresholds(items)
    eta = items.slopes[:, None, None] * theta + d[:, :, None]
    # log F = min(eta, 0) - tail and log(1 - F) = -max(eta, 0) - tail: one tail serves both.
    tail = np.log1p(np.exp(-np.abs(eta)))
    logs = np.minimum(eta[:, :-1], 0.0)
    logs -= np.maximum(eta[:, 1:], 0.0)
    logs -= tail[:, :-1]
    logs -= tail[:, 1:]
    with np.errstate(divide="ignore"):
        logs += np.log1p(-np.exp(-gaps))[:, :, None]
    return np.asarray(logs)


def score_in_theta(parameters: ItemParameters, theta: Array, probabilities: Array) -> Array:
    """Derivative of each category's log-probability with respect to theta.

    Parameters
    ----------
    parameters : ItemParameters
    theta : ndarray, shape (n,)
        Trait values.
    probabilities : ndarray, shape (items, categories, n)
        What `category_probabilities` gives at ``theta``.

    Returns
    -------
    ndarray, shape (items, categories, n)
    """
    if parameters.model == "graded":
        f = cumulative(parameters, theta)
        return np.asarray(parameters.slopes[:, None, None] * (1.0 - f[:, :-1] - f[:, 1:]))
    slopes = category_slopes(parameters)[:, :, None]
    return np.asarray(slopes - np.sum(slopes * probabilities, axis=1, keepdims=True))


def item_information(parameters: ItemParameters, theta: ArrayLike) -> Array:
    """Fisher information of each item about theta.

    Parameters
    ----------
    parameters : ItemParameters
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (items, n)

    Examples
    --------
    >>> items = ItemParameters("graded", ("kind",), np.array([2.0]), np.array([[0.0]]))
    >>> item_information(items, [0.0]).tolist()
    [[1.0]]
    """
    nodes = np.atleast_1d(np.asarray(theta, dtype=float))
    p = category_probabilities(parameters, nodes)
    return np.asarray(np.sum(p * score_in_theta(parameters, nodes, p) ** 2, axis=1))
