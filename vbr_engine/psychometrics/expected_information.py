"""How well a calibration will know its items, before anybody has answered."""

from __future__ import annotations

import numpy as np

from vbr_engine.psychometrics.curves import Array, ItemParameters, category_probabilities
from vbr_engine.psychometrics.derivatives import parameter_scores, present

__all__ = ["MODELS", "single_sitting_errors", "typical_items"]

MODELS = ("graded", "gpcm", "nominal")
_PATTERNS = 4096  # below this all are enumerated
_DRAWN = 6000


def typical_items(
    model: str, n_items: int, n_categories: int, *, slope: float = 1.0
) -> ItemParameters:
    """Make up items of one slope whose places spread evenly over the middle of a population.

    Parameters
    ----------
    model : {"graded", "gpcm", "nominal"}
    n_items, n_categories : int
    slope : float
        In the logistic metric. For nominal items the slope of the last category; the others are
        in between.

    Returns
    -------
    ItemParameters

    Examples
    --------
    >>> typical_items("graded", 3, 2).intercepts.ravel().round(2).tolist()
    [1.0, -0.0, -1.0]
    """
    places = np.linspace(-1.0, 1.0, n_items) if n_items > 1 else np.zeros(1)
    spread = np.linspace(-1.2, 1.2, n_categories - 1) if n_categories > 2 else np.zeros(1)
    steps = places[:, None] + spread
    names = tuple(f"item{number + 1}" for number in range(n_items))
    if model == "graded":
        return ItemParameters(model, names, np.full(n_items, slope), -slope * steps)
    intercepts = -slope * np.cumsum(steps, axis=1)
    if model == "gpcm":
        return ItemParameters(model, names, np.full(n_items, slope), intercepts)
    shares = np.arange(1, n_categories) / (n_categories - 1)
    slopes = np.tile(slope * shares, (n_items, 1))
    return ItemParameters(model, names, slopes, intercepts / (n_categories - 1))


def single_sitting_errors(items: ItemParameters, *, seed: int = 1) -> Array:
    """Standard errors of item parameters from one sitting; from n sittings, divide by root n.

    They come from the expected information of the marginal likelihood (a standard normal
    population): over all answer patterns where there are few, else over drawn sittings.

    Parameters
    ----------
    items : ItemParameters
    seed : int
        Of the sittings drawn.

    Returns
    -------
    ndarray, shape (items, parameters)
        Slope (nominal: slopes), then intercepts; NaN where an item has no such parameter.

    Examples
    --------
    >>> errors = single_sitting_errors(typical_items("graded", 5, 2))
    >>> bool(errors[2, 0] > errors[0, 1] > 1)
    True
    """
    theta = np.linspace(-5.0, 5.0, 41)
    weight = np.exp(-0.5 * theta**2)
    weight /= weight.sum()
    probabilities = category_probabilities(items, theta)
    patterns, chance = _patterns(items, probabilities, weight, seed)
    there = present(items.model, items.n_categories)
    scores = _marginal_scores(items, theta, weight, probabilities, patterns)[:, there]
    information = (scores * chance[:, None]).T @ scores
    errors = np.full(there.shape, np.nan)
    errors[there] = np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)))
    return errors


def _patterns(
    items: ItemParameters, probabilities: Array, weight: Array, seed: int
) -> tuple[np.ndarray, Array]:
    """Answer patterns and the chance of each."""
    numbers = items.n_categories
    if np.prod(numbers.astype(float)) <= _PATTERNS:
        every = np.indices(tuple(numbers)).reshape(len(items), -1).T
        likelihood = np.ones((len(every), len(weight)))
        for place in range(len(items)):
            likelihood *= probabilities[place][every[:, place]]
        return every, np.asarray(likelihood @ weight)
    rng = np.random.default_rng(seed)
    drawn = max(_DRAWN, 20 * int(numbers.sum()))
    trait = rng.choice(len(weight), size=drawn, p=weight)
    below = np.cumsum(probabilities, axis=1)
    chosen = [
        (rng.random(drawn)[:, None] > below[place][:, trait].T).sum(axis=1)
        for place in range(len(items))
    ]
    codes = np.minimum(np.stack(chosen, axis=1), numbers - 1)
    return codes, np.full(drawn, 1 / drawn)


def _marginal_scores(
    items: ItemParameters,
    theta: Array,
    weight: Array,
    probabilities: Array,
    patterns: np.ndarray,
) -> Array:
    """Derivative of each pattern's marginal log-likelihood, (patterns, items, parameters)."""
    log_likelihood = np.zeros((len(patterns), len(theta)))
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(probabilities, 1e-300))
    for place in range(len(items)):
        log_likelihood += logs[place][patterns[:, place]]
    posterior = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) * weight
    posterior /= posterior.sum(axis=1, keepdims=True)
    scores = parameter_scores(items, theta, probabilities)
    columns = [
        np.einsum("npq,nq->np", scores[place][patterns[:, place]], posterior)
        for place in range(len(items))
    ]
    return np.stack(columns, axis=1)
