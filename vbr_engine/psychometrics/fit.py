"""How well a fitted item response model describes items, people and pairs of items.

Residuals are answers less what the model expects of a person at their estimated theta. Categories
count as their number, those of nominal items as their slope.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.curves import (
    Array,
    ItemParameters,
    category_probabilities,
    score_in_theta,
)
from vbr_engine.psychometrics.expectation import normal_weights
from vbr_engine.psychometrics.fit_wording import flagged_items, flagged_people
from vbr_engine.psychometrics.persons import person_scores
from vbr_engine.psychometrics.residuals import mean_squares, residuals_of
from vbr_engine.psychometrics.score_groups import score_fit

__all__ = ["item_fit", "local_dependence", "person_fit"]

_BLOCK = 4096


def item_fit(model: Any, X: Any, *, group: Any = None, fewest: float = 1.0) -> pd.DataFrame:
    """Whether each item behaves as its curves say.

    S-X2 (Orlando and Thissen 2000; Kang and Chen 2008) holds the answers of people with the same
    total against the model's. It needs complete answers: sittings with a gap are left out of it,
    and ``n`` says how many remained. Its figures are those of R's mirt with few thin cells. Where
    many are, they differ a little, because papers leave open how to join them. In a long test mirt
    1.47 joins cells that are not thin: it marks thin totals, then lets go of totals that one person
    reached, and looks the marks up by their old places; it has 5% fewer degrees of freedom. Infit
    and outfit are mean squared residuals at the most probable theta (MAP): near 1 where the item
    fits, lower with few items. Their z is Wilson and Hilferty's.

    Parameters
    ----------
    model : fitted GradedResponseModel, GeneralizedPartialCreditModel or NominalResponseModel
    X : data frame or array-like, shape (sittings, items)
        Category codes, as in the model's `fit`.
    group : label, optional
        Which group the sittings belong to; the model's first by default.
    fewest : float
        Cells of S-X2 that expect fewer people are joined to their neighbours.

    Returns
    -------
    DataFrame
        A row per item: ``n``, ``s_x2``, ``df``, ``p`` and ``rmsea`` (NaN without a degree of
        freedom), ``infit``, ``infit_z``, ``outfit``, ``outfit_z``; ``flagged``, with a
        ``sentence``: S-X2 with ``p_adjusted`` (Benjamini and Hochberg) below 0.05 and an RMSEA of
        0.05 or more, or infit outside 0.7 to 1.3.

    Raises
    ------
    ResponsesError
        If the table cannot be read or holds a category that the model does not know.
    InvalidInput
        If the model has no such group.

    References
    ----------
    Orlando, M. and Thissen, D. (2000). Likelihood-based item-fit indices for dichotomous item
    response theory models.

    Kang, T. and Chen, T. T. (2008). Performance of the generalized S-X2 item fit index for
    polytomous IRT models.

    Examples
    --------
    >>> import numpy as np
    >>> from vbr_engine.psychometrics import GradedResponseModel
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.standard_normal((500, 1))
    >>> X = (theta + rng.logistic(size=(500, 6)) > 0).astype(int)
    >>> item_fit(GradedResponseModel().fit(X), X)["df"].tolist()
    [3, 3, 3, 3, 3, 3]
    """
    table, (mean, sd) = _table(model, X, group)
    items = model.items_
    whole = table.codes[(table.codes >= 0).all(axis=1)]
    weights = np.exp(normal_weights(model.nodes_, np.array([mean]), np.array([sd]))[0])
    weights /= weights.sum()
    tests = score_fit(items, whole, model.nodes_, weights, _n_parameters(model), fewest)
    theta = person_scores(items, table.codes, method="MAP", mean=mean, sd=sd)[:, 0]
    columns: dict[str, Any] = {
        "n": len(whole),
        "s_x2": [test.statistic for test in tests],
        "df": [test.df for test in tests],
        "p": [test.p for test in tests],
        "rmsea": [test.rmsea for test in tests],
    }
    columns |= mean_squares(residuals_of(items, table.codes, theta), axis=0)
    return flagged_items(pd.DataFrame(columns, index=pd.Index(table.items, name="item")))


def person_fit(model: Any, X: Any, *, group: Any = None, method: str = "MAP") -> pd.DataFrame:
    """Whether each sitting's answers are as likely as the model says.

    ``lz`` is the standardised log-likelihood (Drasgow, Levine and Williams 1985), for two or more
    categories. Far below 0, the answers contradict each other. With theta estimated from the same
    answers it varies less than a standard normal; ``lz_star`` is corrected for that (Snijders 2001;
    Sinharay 2016). Either is rough with few items. It tells that answers are unusual, never why.

    Parameters
    ----------
    model : fitted GradedResponseModel, GeneralizedPartialCreditModel or NominalResponseModel
    X : data frame or array-like, shape (sittings, items)
        Category codes, as in the model's `fit`.
    group : label, optional
        Which group the sittings belong to; the model's first by default.
    method : {"MAP", "EAP"}
        How theta is estimated.

    Returns
    -------
    DataFrame
        A row per sitting: ``theta``, ``n`` items answered, ``lz``, ``lz_star``, ``infit`` and
        ``outfit`` with their ``_z``; NaN where nothing was answered; ``flagged`` where
        ``lz_star`` is below -2.33 (one in a hundred by chance), with a ``sentence``.

    Raises
    ------
    ResponsesError
        If the table cannot be read or holds a category that the model does not know.
    InvalidInput
        If the model has no such group, or the method is neither of the two.

    References
    ----------
    Drasgow, F., Levine, M. V. and Williams, E. A. (1985). Appropriateness measurement with
    polychotomous item response models and standardized indices.

    Snijders, T. A. B. (2001). Asymptotic null distribution of person fit statistics with estimated
    person parameter.

    Sinharay, S. (2016). Asymptotically correct standardization of person-fit statistics beyond
    dichotomous items.

    Examples
    --------
    >>> import numpy as np
    >>> from vbr_engine.psychometrics import Rasch
    >>> hardness = np.linspace(-2, 2, 10)
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.standard_normal((500, 1))
    >>> X = (theta - hardness + rng.logistic(size=(500, 10)) > 0).astype(int)
    >>> odd = [[0, 0, 0, 0, 0, 1, 1, 1, 1, 1]]
    >>> bool(person_fit(Rasch().fit(X), odd)["lz"].iloc[0] < -3)
    True
    """
    if method not in ("MAP", "EAP"):
        raise InvalidInput(f"expected method 'MAP' or 'EAP', got {method!r}")
    table, (mean, sd) = _table(model, X, group)
    theta = person_scores(
        model.items_, table.codes, method=method, nodes=model.nodes_, mean=mean, sd=sd
    )[:, 0]
    plain, corrected = _standardised(model.items_, table.codes, theta)
    n = (table.codes >= 0).sum(axis=1)
    columns: dict[str, Any] = {
        "theta": np.where(n > 0, theta, np.nan),
        "n": n,
        "lz": plain,
        "lz_star": corrected,
    }
    columns |= mean_squares(residuals_of(model.items_, table.codes, theta), axis=1)
    return flagged_people(pd.DataFrame(columns, index=table.rows))


def local_dependence(model: Any, X: Any, *, group: Any = None) -> pd.DataFrame:
    """Find pairs of items that share more than the trait (Q3 of Yen).

    Correlations of the residuals of every pair of items, at the expected theta (EAP), over the
    sittings that answered both. Without dependence they lie near -1 / (items - 1); a pair 0.2
    above the mean of all deserves a look.

    Parameters
    ----------
    model : fitted GradedResponseModel, GeneralizedPartialCreditModel or NominalResponseModel
    X : data frame or array-like, shape (sittings, items)
        Category codes, as in the model's `fit`.
    group : label, optional
        Which group the sittings belong to; the model's first by default.

    Returns
    -------
    DataFrame
        Items by items.

    Raises
    ------
    ResponsesError
        If the table cannot be read or holds a category that the model does not know.
    InvalidInput
        If the model has no such group.

    References
    ----------
    Yen, W. M. (1984). Effects of local item dependence on the fit and equating performance of the
    three-parameter logistic model.

    Examples
    --------
    >>> import numpy as np
    >>> from vbr_engine.psychometrics import GradedResponseModel
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.standard_normal((500, 1))
    >>> X = (theta + rng.logistic(size=(500, 6)) > 0).astype(int)
    >>> local_dependence(GradedResponseModel().fit(X), X).shape
    (6, 6)
    """
    table, (mean, sd) = _table(model, X, group)
    theta = person_scores(model.items_, table.codes, nodes=model.nodes_, mean=mean, sd=sd)[:, 0]
    raw = residuals_of(model.items_, table.codes, theta).raw
    return pd.DataFrame(raw, columns=list(table.items)).corr()


def _table(model: Any, X: Any, group: Any) -> tuple[CategoryTable, tuple[float, float]]:
    """Answers numbered as the model numbers them, with mean and sd of the group's theta."""
    check_is_fitted(model, "items_")
    known = model.group_parameters_
    label = known.index[0] if group is None else group
    if label not in known.index:
        others = ", ".join(map(str, known.index))
        raise InvalidInput(f"the model has no group {label!r}, only {others}")
    row = known.loc[label]
    table = CategoryTable.from_any(X, labels=model.categories_.labels)
    return table, (float(row["mean"]), float(row["sd"]))


def _n_parameters(model: Any) -> NDArray[np.intp]:
    """Estimated for each item: none for anchors; theta's spread counts where slopes are fixed."""
    items = model.items_
    steps = items.n_categories - 1
    slopes = {"nominal": steps}.get(items.model, np.ones(len(items), dtype=np.intp))
    anchored = () if model.anchors is None else model.anchors.names
    free = np.array([name not in anchored for name in items.names])
    return np.asarray((steps + slopes) * free, dtype=np.intp)


def _standardised(
    items: ItemParameters, codes: NDArray[np.int8], theta: Array
) -> tuple[Array, Array]:
    """Drasgow's lz, and lz corrected for the estimate of theta."""
    scores = np.empty((2, len(codes)))
    for start in range(0, len(codes), _BLOCK):
        rows = slice(start, start + _BLOCK)
        scores[:, rows] = _standardised_block(items, codes[rows], np.nan_to_num(theta[rows]))
    return scores[0], scores[1]


def _standardised_block(items: ItemParameters, codes: NDArray[np.int8], theta: Array) -> Array:
    p = category_probabilities(items, theta)
    slope = score_in_theta(items, theta, p)
    log_p = np.log(np.maximum(p, 1e-300))
    known = (codes >= 0).T
    places = (
        np.arange(len(items))[:, None],
        np.maximum(codes, 0).T.astype(np.intp),
        np.arange(len(theta)),
    )
    mean = np.sum(p * log_p, axis=1)
    surplus = np.sum((log_p[places] - mean) * known, axis=0)
    variance = np.sum((np.sum(p * log_p**2, axis=1) - mean**2) * known, axis=0)
    # The estimate of theta takes up what the log-likelihood has in common with its own slope.
    shared = np.sum(np.sum(p * log_p * slope, axis=1) * known, axis=0)
    information = np.sum(np.sum(p * slope**2, axis=1) * known, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        pull = np.sum(slope[places] * known, axis=0)
        corrected = surplus - shared / information * pull
        left = np.where(information > 0, variance - shared**2 / information, np.nan)
        left = np.where(left > 1e-10, left, np.nan)
        return np.stack([surplus / np.sqrt(variance), corrected / np.sqrt(left)])
