"""How far a total can be trusted at each height of the score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.classical import equal_groups
from vbr_engine.psychometrics.score_table import read_scores

__all__ = ["conditional_standard_error"]


def conditional_standard_error(
    X: Any, *, n_groups: int = 10, sample_weight: Any = None
) -> pd.DataFrame:
    """Find the standard error of the total for people of like score.

    The absolute error of one person is that of the items as a sample of all that might have been
    asked (Brennan 1998): the spread of the person's own item scores. For items right or wrong it is
    Lord's binomial error. The relative error leaves out that some items are harder for everybody;
    its square, averaged over persons, is the square of the usual standard error of measurement.

    Parameters
    ----------
    X : pandas.DataFrame or array-like, shape (persons, items)
        Item scores; persons with a missing answer are left out.
    n_groups : int, default 10
        Score groups, as equal as ties allow.
    sample_weight : array-like, shape (persons,), optional
        Persons behind each row.

    Returns
    -------
    pandas.DataFrame
        `low` and `high` total of each group, `n`, `absolute` and `relative` standard error.

    Examples
    --------
    >>> scores = [[0, 0, 1], [0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1]]
    >>> conditional_standard_error(scores, n_groups=3).round(3)
       low  high  n  absolute  relative
    0  1.0   1.0  2     1.000     0.775
    1  2.0   3.0  3     0.816     0.516
    """
    table = read_scores(X, sample_weight=sample_weight).complete()
    scores, w, n = table.scores, table.counts(), table.n
    k = scores.shape[1]
    if n < 2:
        return pd.DataFrame(columns=["low", "high", "n", "absolute", "relative"], dtype=float)
    absolute = k * scores.var(axis=1, ddof=1)
    item = w @ scores / n
    residual = scores - scores.mean(axis=1, keepdims=True) - item + item.mean()
    usual = k * float(w @ (residual**2).sum(axis=1)) / ((n - 1) * (k - 1))
    harder = float(w @ absolute) / n - usual
    total = scores.sum(axis=1)
    people = pd.DataFrame({"total": total, "error": w * absolute, "n": w})
    grouped = people.groupby(equal_groups(total, n_groups, weights=w), sort=True)
    held = grouped["n"].sum().to_numpy()
    error = grouped["error"].sum().to_numpy() / held
    return pd.DataFrame(
        {
            "low": grouped["total"].min().to_numpy(),
            "high": grouped["total"].max().to_numpy(),
            "n": held if sample_weight is not None else held.astype(int),
            "absolute": np.sqrt(error),
            "relative": np.sqrt(np.maximum(error - harder, 0.0)),
        }
    )
