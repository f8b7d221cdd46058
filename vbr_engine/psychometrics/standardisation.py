"""Standardisation: the difference in proportions that scores do not account for."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from vbr_engine.psychometrics.dif_tables import ItemTable

__all__ = ["standardisation"]


def standardisation(
    table: ItemTable, *, weights: Literal["focal", "reference", "both"] = "focal"
) -> dict[str, Any]:
    """Dorans and Kulick's index for one item.

    Parameters
    ----------
    table : ItemTable
    weights : {"focal", "reference", "both"}
        Whose scores say how much each stratum counts.

    Returns
    -------
    dict
        ``index``: the mean difference, focal less reference, as a share of the item's range (for
        two categories: a difference of proportions); ``index_se``, its standard error;
        ``index_absolute``: the same with every
        stratum's difference taken without sign, large where curves cross.

    References
    ----------
    Dorans and Kulick 1986.
    """
    n_r, n_f = table.counts.sum(axis=2).T
    both = (n_r > 0) & (n_f > 0)
    reach = np.ptp(table.scores)
    if not both.any() or reach == 0:
        return {"index": np.nan, "index_se": np.nan, "index_absolute": np.nan}
    weight = {"focal": n_f, "reference": n_r, "both": n_r + n_f}[weights][both]
    scores = (table.scores - table.scores.min()) / reach
    n = table.counts[both].sum(axis=2)
    means = table.counts[both] @ scores / n
    spread = table.counts[both] @ scores**2 / n - means**2
    gap = means[:, 1] - means[:, 0]
    error = np.sqrt(((weight / weight.sum()) ** 2 * (spread / n).sum(axis=1)).sum())
    return {
        "index": float(gap @ weight / weight.sum()),
        "index_se": float(error),
        "index_absolute": float(abs(gap) @ weight / weight.sum()),
    }
