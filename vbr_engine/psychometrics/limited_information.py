"""How well a model fits as a whole: item margins and pairs of items, observed against expected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2 as chi_square
from scipy.stats import ncx2
from sklearn.utils.validation import check_is_fitted

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.curves import Array, ItemParameters, category_probabilities
from vbr_engine.psychometrics.derivatives import pack, present, unpack
from vbr_engine.psychometrics.expectation import normal_weights
from vbr_engine.psychometrics.margins import (
    Margins,
    covariance,
    margins_of,
    observed_margins,
    pulls,
    residual_correlation,
    unrelated,
)
from vbr_engine.psychometrics.threads import one_thread

__all__ = ["ModelFit", "model_fit"]

_STEP = 1e-5


@dataclass(frozen=True)
class ModelFit:
    """Fit of a whole model.

    Parameters
    ----------
    statistic, df, p : float
        M2, on categories of single items and products of pairs.
    rmsea, rmsea_low, rmsea_high : float
        Misfit per degree of freedom, with its interval; below 0.05 is close, above 0.089 poor
        (Maydeu-Olivares and Joe 2014).
    srmsr : float
        Root mean squared difference of observed and expected correlations.
    tli, cfi : float
        Against a model in which items have nothing in common.
    n : int
        Complete sittings.
    """

    statistic: float
    df: int
    p: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmsr: float
    tli: float
    cfi: float
    n: int


def model_fit(model: Any, X: Any, *, group: Any = None, interval: float = 0.9) -> ModelFit:
    """Whether a model reproduces how items are answered, alone and in pairs.

    M2 in the form for ordered categories that keeps every single category and one product for each
    pair (Cai and Monro 2014, C2); with two categories it is M2 of Maydeu-Olivares and Joe (2006).
    It uses complete sittings only. No model of real answers fits exactly: with many sittings read
    ``rmsea`` and ``srmsr``, not p.

    Parameters
    ----------
    model : fitted GradedResponseModel or GeneralizedPartialCreditModel
        Or their special cases, with one group and without anchored items.
    X : data frame or array-like, shape (sittings, items)
        Category codes, as in the model's `fit`.
    group : label, optional
        Which group the sittings belong to; the model's first by default.
    interval : float
        How sure the interval of RMSEA is.

    Returns
    -------
    ModelFit

    Raises
    ------
    ResponsesError
        If the table cannot be read, or no sitting is complete.
    InvalidInput
        If the model is nominal or has anchors or no such group, or pairs are fewer than parameters.

    References
    ----------
    Maydeu-Olivares, A. and Joe, H. (2006). Limited information goodness-of-fit testing in
    multidimensional contingency tables.

    Cai, L. and Monro, S. (2014). A new statistic for evaluating item response theory models for
    ordinal data. CRESST Report 839.

    Examples
    --------
    >>> import numpy as np
    >>> from vbr_engine.psychometrics import GradedResponseModel
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.standard_normal((500, 1))
    >>> X = (theta + rng.logistic(size=(500, 6)) > 0).astype(int)
    >>> model_fit(GradedResponseModel().fit(X), X).df
    9
    """
    items, (mean, sd) = _checked(model, group)
    table = CategoryTable.from_any(X, labels=model.categories_.labels)
    codes = table.codes[(table.codes >= 0).all(axis=1)].astype(float)
    if not len(codes):
        raise ResponsesError("no sitting answered every item: M2 needs complete sittings")
    with one_thread():
        return _fit_of(model, items, codes, mean, sd, interval)


def _fit_of(
    model: Any, items: ItemParameters, codes: Array, mean: float, sd: float, interval: float
) -> ModelFit:
    margins = margins_of(items, model.nodes_, _weights(model.nodes_, mean, sd))
    observed = observed_margins(codes, margins)
    slopes = _slopes(items, margins, model, mean, sd)
    statistic, df = _misfit(observed - margins.stack(), margins, slopes, len(codes))
    alone = unrelated(margins, observed)
    null, null_df = _misfit(observed - alone.stack(), alone, next(pulls(alone)), len(codes))
    excesses = [_noncentrality(statistic, df, (1 + s * interval) / 2) for s in (1, -1)]
    low, high = (_rmsea(excess, df, len(codes)) for excess in excesses)
    return ModelFit(
        statistic=statistic,
        df=df,
        p=float(chi_square.sf(statistic, df)),
        rmsea=_rmsea(statistic - df, df, len(codes)),
        rmsea_low=low,
        rmsea_high=high,
        srmsr=residual_correlation(codes, margins),
        tli=(null / null_df - statistic / df) / (null / null_df - 1),
        cfi=1 - max(statistic - df, 0.0) / max(null - null_df, statistic - df, 1e-12),
        n=len(codes),
    )


def _rmsea(excess: float, df: int, n: int) -> float:
    return float(np.sqrt(max(excess, 0.0) / (df * max(n - 1, 1))))


def _checked(model: Any, group: Any) -> tuple[ItemParameters, tuple[float, float]]:
    check_is_fitted(model, "items_")
    items, known = model.items_, model.group_parameters_
    label = known.index[0] if group is None else group
    if label not in known.index:
        others = ", ".join(map(str, known.index))
        raise InvalidInput(f"the model has no group {label!r}, only {others}")
    if items.model == "nominal":
        raise InvalidInput("expected ordered categories: M2 multiplies scores, nominal has none")
    if model.anchors is not None or len(known) > 1:
        raise InvalidInput("M2 is for a model of one group without anchored items")
    return items, (float(known.loc[label, "mean"]), float(known.loc[label, "sd"]))


def _weights(nodes: Array, mean: float, sd: float) -> Array:
    weights = np.exp(normal_weights(nodes, np.array([mean]), np.array([sd]))[0])
    return np.asarray(weights / weights.sum())


def _slopes(items: ItemParameters, here: Margins, model: Any, mean: float, sd: float) -> Array:
    """How each expected margin moves with each free parameter: central differences."""
    rows, n_categories = pack(items), items.n_categories
    exists = present(items.model, n_categories)
    pairs = np.triu_indices(len(items), 1)
    columns = []
    for place in range(0 if model.slopes == "free" else 1, rows.shape[1]):
        moved = []
        for sign in (1, -1):
            other = rows.copy()
            other[:, place] += sign * _STEP
            changed = unpack(items.model, items.names, other, n_categories)
            moved.append(category_probabilities(changed, model.nodes_))
        change = (moved[0] - moved[1]) / (2 * _STEP)
        own = [
            _one_item(here, change, item, pairs)
            for item in np.flatnonzero(exists[:, place]).tolist()
        ]
        columns.extend(own)
    if model.slopes == "equal":
        columns.append(_common_slope(items, here, model.nodes_, rows))
    if model.slopes == "one":
        wide, narrow = (here.stack(_weights(model.nodes_, mean, sd + s)) for s in (_STEP, -_STEP))
        columns.append((wide - narrow) / (2 * _STEP))
    return np.stack(columns, axis=1)


def _one_item(here: Margins, change: Array, item: int, pairs: tuple[Any, Any]) -> Array:
    alone = np.zeros(here.shown.shape)
    alone[item] = change[item] @ here.weights
    mean = here.means
    slope = here.scores @ change[item]
    with_others = (mean * slope) @ here.weights
    first, second = pairs
    other = np.where(first == item, second, first)
    moved = np.where((first == item) | (second == item), with_others[other], 0.0)
    return np.concatenate([alone[here.shown], moved])


def _common_slope(items: ItemParameters, here: Margins, nodes: Array, rows: Array) -> Array:
    stacks = []
    for sign in (1, -1):
        other = rows.copy()
        other[:, 0] += sign * _STEP
        changed = unpack(items.model, items.names, other, items.n_categories)
        stacks.append(margins_of(changed, nodes, here.weights).stack())
    return np.asarray((stacks[0] - stacks[1]) / (2 * _STEP))


def _misfit(gap: Array, margins: Margins, slopes: Array, n: int) -> tuple[float, int]:
    """The part of the residuals that no parameter could take up, weighed by their covariance."""
    df = len(gap) - slopes.shape[1]
    if df < 1:
        raise InvalidInput(
            f"{len(gap)} margins and {slopes.shape[1]} parameters leave nothing to test: "
            "use more items"
        )
    root = np.linalg.cholesky(covariance(margins))
    gap, slopes = np.linalg.solve(root, gap), np.linalg.solve(root, slopes)
    basis, _ = np.linalg.qr(slopes)
    left = gap - basis @ (basis.T @ gap)
    return float(n * left @ left), df


def _noncentrality(statistic: float, df: int, share: float) -> float:
    """The noncentrality under which a statistic this small has the chance given."""
    if chi_square.cdf(statistic, df) <= share:
        return 0.0
    return float(brentq(lambda nc: ncx2.cdf(statistic, df, nc) - share, 1e-9, 10 * statistic + 100))
