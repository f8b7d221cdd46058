"""Made-up answers to items whose parameters are known, to see what an analysis gets back.

A person of trait theta answers an item in category k with the chance that the item's curve gives.
Where an item is planted to differ for a group, its members answer it as if their trait were
``steepness * theta - harder``; everything else about them is as their trait says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.curves import MODELS, Array, ItemParameters, category_probabilities
from vbr_engine.psychometrics.parameter_tables import parameters_of

__all__ = ["example_parameters", "simulate_people", "simulate_responses"]

DISTRIBUTIONS = ("normal", "uniform", "skewed")
_BLOCK = 8192
_SPREAD = 1.2  # outermost steps of a made-up item, on either side of its place


def simulate_people(
    n: int,
    *,
    seed: int,
    distribution: str = "normal",
    groups: Mapping[Any, tuple[float, float, float]] | None = None,
) -> pd.DataFrame:
    """Make up people with a known trait.

    Parameters
    ----------
    n : int
        How many; they are named ``simulated-000001`` and so on.
    seed : int
        The same seed gives the same people.
    distribution : {"normal", "uniform", "skewed"}
        Shape of the trait: all have mean 0 and standard deviation 1 before the groups'. Skewed is
        a chi-square of 4 degrees of freedom, with a long tail upwards.
    groups : mapping of label to (share, mean, sd), optional
        Shares add up to 1. By default one group, ``all``.

    Returns
    -------
    DataFrame
        Columns ``theta`` and ``group``.

    Raises
    ------
    InvalidInput
        If a number makes no sense.

    Examples
    --------
    >>> people = simulate_people(1000, seed=1, groups={"A": (0.5, 0, 1), "B": (0.5, 1, 1)})
    >>> people.loc[people["group"] == "B", "theta"].mean().round().item()
    1.0
    """
    _check_number(n, seed)
    chosen = dict(groups or {"all": (1.0, 0.0, 1.0)})
    _check_groups(chosen)
    rng = np.random.default_rng(seed)
    theta = _standard(distribution, n, rng)
    shares = np.array([share for share, _, _ in chosen.values()])
    place = np.searchsorted(np.cumsum(shares)[:-1], rng.random(n), side="right")
    means, sds = (np.array([spec[part] for spec in chosen.values()]) for part in (1, 2))
    group = pd.Categorical.from_codes(place.tolist(), categories=pd.Index(list(chosen)))
    names = pd.Index([f"simulated-{k:06d}" for k in range(1, n + 1)], name="sitting")
    return pd.DataFrame({"theta": means[place] + sds[place] * theta, "group": group}, index=names)


def simulate_responses(
    parameters: Any,
    people: Any,
    *,
    seed: int,
    missing: Any = 0.0,
    groups: Any = None,
    dif: Mapping[str, float | tuple[float, float]] | None = None,
) -> pd.DataFrame:
    """Make up answers to items whose parameters are known.

    Parameters
    ----------
    parameters : ItemParameters, fitted model or data frame
        Graded, generalised partial credit or nominal items; a data frame as `parameters_of` reads.
    people : int, array-like of shape (n,), or data frame
        How many people, with standard normal traits, those of ``simulate_people(n, seed=seed)``; or
        their traits; or what `simulate_people` gives.
    seed : int
        The same seed gives the same answers.
    missing : float or array-like of bool, shape (forms, items)
        Share of answers missing completely at random; or, by design, which items each form asks:
        people get the forms in turn.
    groups : array-like, shape (n,), optional
        A label for each person, for `dif`; by default the column ``group`` of `people`.
    dif : mapping of str to float, optional
        Items planted to differ: how much harder, in units of theta, the item is for everybody who
        is not in the first group (by order of a categorical, else of first appearance); or a pair
        (harder, steepness).

    Returns
    -------
    DataFrame
        A row for each person, a column for each item: category numbers from 0, NaN where missing.

    Raises
    ------
    InvalidInput
        If the parts do not belong together.

    Examples
    --------
    >>> items = example_parameters("graded", 5, 4, seed=1)
    >>> answers = simulate_responses(items, 300, seed=2, missing=0.1)
    >>> answers.shape, bool(answers.isna().any(axis=None)), int(answers.max(axis=None))
    ((300, 5), True, 3)
    """
    items = parameters_of(parameters)
    theta, labels, names = _people(people, groups, seed)
    harder, steepness = _planted(items, dif or {})
    focal = _focal(labels, len(theta)) if dif else np.zeros(len(theta), dtype=bool)
    # The people of a plain number come from `seed` itself; their answers from a stream beside it.
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])
    codes = np.empty((len(theta), len(items)), dtype=np.int8)
    for start in range(0, len(theta), _BLOCK):
        rows = slice(start, start + _BLOCK)
        codes[rows] = _drawn(items, theta[rows], rng)
        theirs = np.flatnonzero(focal[rows])
        for item in np.flatnonzero((harder != 0) | (steepness != 1)):
            moved = steepness[item] * theta[rows][theirs] - harder[item]
            codes[start + theirs, item] = _drawn(items.take([int(item)]), moved, rng)[:, 0]
    return _with_gaps(pd.DataFrame(codes, index=names, columns=list(items.names)), missing, rng)


def example_parameters(
    model: str, n_items: int, n_categories: int = 5, *, seed: int
) -> ItemParameters:
    """Make up items such as questionnaires have.

    Parameters
    ----------
    model : {"graded", "gpcm", "nominal"}
    n_items, n_categories : int
    seed : int
        The same seed gives the same items.

    Returns
    -------
    ItemParameters
        Slopes about 1.3 (lognormal; per step 0.8 for gpcm), item places standard normal times 0.7,
        steps spread evenly around them with some noise. Nominal: the slopes and intercepts of the
        options are normal, so some options draw people of middling or low trait.

    Raises
    ------
    InvalidInput
        If the model is unknown, or there is no item or only one category.

    Examples
    --------
    >>> example_parameters("gpcm", 2, 3, seed=1).intercepts.shape
    (2, 2)
    """
    if model not in MODELS:
        raise InvalidInput(f"expected a model out of {', '.join(MODELS)}, got {model!r}")
    if n_items < 1 or not 2 <= n_categories <= 127:
        raise InvalidInput(
            f"expected 1 item or more of 2 to 127 categories, got {n_items} of {n_categories}"
        )
    rng = np.random.default_rng(seed)
    names = tuple(f"item-{number:0{len(str(n_items))}d}" for number in range(1, n_items + 1))
    shape = (n_items, n_categories - 1)
    if model == "nominal":
        return ItemParameters(model, names, rng.normal(0, 0.8, shape), rng.normal(0, 0.8, shape))
    slopes = rng.lognormal(0.25 if model == "graded" else -0.25, 0.25, n_items)
    places = rng.normal(0, 0.7, (n_items, 1))
    steps = np.linspace(-_SPREAD, _SPREAD, n_categories - 1) if n_categories > 2 else np.zeros(1)
    steps = np.sort(places + steps + rng.uniform(-0.2, 0.2, shape), axis=1)
    intercepts = -slopes[:, None] * steps
    if model == "gpcm":
        intercepts = np.cumsum(intercepts, axis=1)
    return ItemParameters(model, names, slopes, intercepts)


def _drawn(items: ItemParameters, theta: Array, rng: np.random.Generator) -> NDArray[np.int8]:
    """Categories, shape (people, items)."""
    if items.model == "graded":
        return _drawn_graded(items, theta, rng)
    chances = category_probabilities(items, theta)
    np.cumsum(chances, axis=1, out=chances)
    drawn = rng.random((len(items), 1, len(theta)))
    # The last sum may be a hair below 1; nobody may fall beyond an item's last category.
    codes = np.minimum((chances < drawn).sum(axis=1), items.n_categories[:, None] - 1)
    return np.asarray(codes.T, dtype=np.int8)


def _drawn_graded(
    items: ItemParameters, theta: Array, rng: np.random.Generator
) -> NDArray[np.int8]:
    """The same for graded items: at least k where a theta + d_k exceeds a logistic draw."""
    room = items.slopes * theta[:, None] - rng.logistic(size=(len(theta), len(items)))
    codes = np.zeros(room.shape, dtype=np.int8)
    for step in items.intercepts.T:
        codes += room > -step  # never where the item has no such category: NaN
    return codes


def _people(people: Any, groups: Any, seed: int) -> tuple[Array, pd.Series | None, pd.Index]:
    if isinstance(people, int | np.integer):
        people = simulate_people(int(people), seed=seed)
    if isinstance(people, pd.DataFrame):
        theta, names = people["theta"].to_numpy(dtype=float), people.index
        labels = people["group"] if groups is None and "group" in people else groups
    else:
        theta, labels = np.atleast_1d(np.asarray(people, dtype=float)), groups
        names = pd.Index([f"simulated-{k:06d}" for k in range(1, len(theta) + 1)], name="sitting")
    _check_number(len(theta), seed)
    if theta.ndim != 1 or not np.all(np.isfinite(theta)):
        raise InvalidInput("expected one finite trait per person")
    if labels is None:
        return theta, None, names
    column = pd.Series(np.asarray(labels) if not isinstance(labels, pd.Series) else labels)
    if len(column) != len(theta) or column.isna().any():
        raise InvalidInput(f"expected a group for each of {len(theta)} people, got some missing")
    return theta, column, names


def _focal(labels: pd.Series | None, n: int) -> NDArray[np.bool_]:
    if labels is None or labels.nunique() < 2:
        raise InvalidInput("expected two groups or more, for items that differ between them")
    first = labels.cat.categories[0] if hasattr(labels, "cat") else labels.iloc[0]
    return np.asarray(labels.to_numpy() != first).reshape(n)


def _planted(items: ItemParameters, dif: Mapping[str, Any]) -> tuple[Array, Array]:
    harder, steepness = np.zeros(len(items)), np.ones(len(items))
    unknown = [str(name) for name in dif if name not in items.names]
    if unknown:
        raise InvalidInput(f"expected items out of the parameters, got {', '.join(unknown)}")
    for name, size in dif.items():
        place = items.names.index(name)
        harder[place], steepness[place] = size if isinstance(size, tuple) else (size, 1.0)
    if not np.all(np.isfinite([harder, steepness])):
        raise InvalidInput("expected a finite number for each item that differs")
    return harder, steepness


def _with_gaps(answers: pd.DataFrame, missing: Any, rng: np.random.Generator) -> pd.DataFrame:
    if np.ndim(missing) == 0:
        if not 0 <= float(missing) < 1:
            raise InvalidInput(f"expected a share missing of 0 to below 1, got {missing}")
        if missing == 0:
            return answers
        return answers.mask(rng.random(answers.shape) < float(missing))
    asked = np.asarray(missing)
    if asked.dtype != bool or asked.ndim != 2 or asked.shape[1] != answers.shape[1]:
        raise InvalidInput(
            f"expected true or false for each form and {answers.shape[1]} items, "
            f"got an array of shape {asked.shape} and type {asked.dtype}"
        )
    return answers.where(asked[np.arange(len(answers)) % len(asked)])


def _standard(distribution: str, n: int, rng: np.random.Generator) -> Array:
    if distribution == "normal":
        return rng.standard_normal(n)
    if distribution == "uniform":
        return rng.uniform(-np.sqrt(3), np.sqrt(3), n)
    if distribution == "skewed":
        return np.asarray((rng.chisquare(4, n) - 4) / np.sqrt(8))
    raise InvalidInput(
        f"expected a distribution out of {', '.join(DISTRIBUTIONS)}, got {distribution!r}"
    )


def _check_number(n: int, seed: int) -> None:
    if n < 1:
        raise InvalidInput(f"expected at least 1 person, got {n}")
    if seed < 0:
        raise InvalidInput(f"expected a seed of 0 or more, got {seed}")


def _check_groups(groups: Mapping[Any, tuple[float, float, float]]) -> None:
    figures: ArrayLike = [tuple(spec) for spec in groups.values()]
    if np.shape(figures) != (len(groups), 3):
        raise InvalidInput("expected (share, mean, sd) for each group")
    shares, _, sds = np.asarray(figures, dtype=float).T
    if shares.min() <= 0 or abs(shares.sum() - 1) > 1e-9 or sds.min() < 0:
        raise InvalidInput("expected shares above 0 that add up to 1, and no negative sd")
