"""How much of the variance of trait estimates is variance of traits, by a fitted model."""

from __future__ import annotations

from typing import Any

import numpy as np

from vbr_engine.psychometrics.item_curves import test_information

__all__ = ["empirical_reliability", "marginal_reliability"]

_NODES = np.linspace(-6, 6, 241)


def marginal_reliability(model: Any) -> float:
    """Reliability that a model promises for traits of its own normal distribution.

    Parameters
    ----------
    model : fitted model, data frame or ItemParameters
        As `parameters_of` reads them.

    Returns
    -------
    float
        The mean of ``I / (I + 1 / variance)`` over the distribution, with `I` the test information;
        the distribution is that of the model's first group, standard normal without a model.

    References
    ----------
    Green, Bock, Humphreys, Linn and Reckase (1984), Technical guidelines for assessing computerized
    adaptive tests. Journal of Educational Measurement 21(4).

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"model": "graded", "a": 2.0, "d_1": 0.0}, index=["kind", "late"])
    >>> round(marginal_reliability(items), 3)
    0.501
    """
    weights = np.exp(-(_NODES**2) / 2)
    groups = getattr(model, "group_parameters_", None)
    mean, sd = (0.0, 1.0) if groups is None else groups[["mean", "sd"]].iloc[0]
    information = test_information(model, mean + sd * _NODES)
    return float(weights @ (information / (information + sd**-2)) / weights.sum())


def empirical_reliability(model: Any, X: Any) -> float:
    """Reliability of the EAP scores of some people.

    Parameters
    ----------
    model : fitted model
    X : data frame or array, shape (n, items)
        Their answers.

    Returns
    -------
    float
        Variance of the scores over itself and the mean squared standard error.

    References
    ----------
    Bechger, Maris, Verstralen and Beguin (2003), Using classical test theory in combination with
    item response theory. Applied Psychological Measurement 27(5).

    Examples
    --------
    >>> from vbr_engine.psychometrics import GradedResponseModel
    >>> answers = [[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]] * 20
    >>> model = GradedResponseModel(standard_errors="none").fit(answers)
    >>> 0 < empirical_reliability(model, answers) < 1
    True
    """
    score, error = np.asarray(model.transform(X), dtype=float).T
    variance = float(np.var(score, ddof=1))
    return variance / (variance + float(np.mean(error**2)))
