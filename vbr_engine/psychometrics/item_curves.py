"""The curves of items, from whatever holds their parameters: a fitted model, a table, a file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from vbr_engine.psychometrics import curves
from vbr_engine.psychometrics.curves import Array
from vbr_engine.psychometrics.parameter_tables import parameters_of

__all__ = ["category_probabilities", "expected_scores", "item_information", "test_information"]


def category_probabilities(parameters: Any, theta: ArrayLike) -> Array:
    """Probability of each category of each item at each trait value.

    Parameters
    ----------
    parameters : fitted model, data frame or ItemParameters
        As `parameters_of` reads them.
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (items, categories, n)
        0 beyond an item's last category.

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"model": "gpcm", "a": 1.0, "d_1": 0.0}, index=["kind"])
    >>> category_probabilities(items, [0.0]).ravel().tolist()
    [0.5, 0.5]
    """
    return curves.category_probabilities(parameters_of(parameters), theta)


def item_information(parameters: Any, theta: ArrayLike) -> Array:
    """Fisher information of each item about theta.

    Parameters
    ----------
    parameters : fitted model, data frame or ItemParameters
        As `parameters_of` reads them.
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (items, n)

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"model": "graded", "a": 2.0, "d_1": 0.0}, index=["kind"])
    >>> item_information(items, [0.0]).tolist()
    [[1.0]]
    """
    return curves.item_information(parameters_of(parameters), theta)


def test_information(parameters: Any, theta: ArrayLike) -> Array:
    """Fisher information of all items together.

    Parameters
    ----------
    parameters : fitted model, data frame or ItemParameters
        As `parameters_of` reads them.
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"model": "graded", "a": 2.0, "d_1": 0.0}, index=["kind", "late"])
    >>> test_information(items, [0.0]).tolist()
    [2.0]
    """
    return np.asarray(item_information(parameters, theta).sum(axis=0))


# The name is the science's; pytest would take it for a test where it is imported.
test_information.__test__ = False  # type: ignore[attr-defined]


def expected_scores(parameters: Any, theta: ArrayLike) -> Array:
    """Mean category number of each item at each trait value.

    Parameters
    ----------
    parameters : fitted model, data frame or ItemParameters
        As `parameters_of` reads them.
    theta : array-like, shape (n,)
        Trait values.

    Returns
    -------
    ndarray, shape (items, n)

    Examples
    --------
    >>> import pandas as pd
    >>> items = pd.DataFrame({"model": "gpcm", "a": 1.0, "d_1": 0.0}, index=["kind"])
    >>> expected_scores(items, [0.0]).tolist()
    [[0.5]]
    """
    p = category_probabilities(parameters, theta)
    return np.asarray(np.einsum("jkq,k->jq", p, np.arange(p.shape[1], dtype=float)))
