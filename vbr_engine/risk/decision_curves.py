"""What acting on the risks would be worth: net benefit by threshold.

A threshold of 20 per cent means: to offer support to four who would have stayed is worth it for one
who would have left. The net benefit is the share of leavers offered support, less the others at
those odds. The act is an offer of support, never a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.psychometrics.threads import one_thread
from vbr_engine.risk.resampling import drawn_weights, interval_of
from vbr_engine.risk.survival import Timeline

__all__ = ["THRESHOLDS", "decision_curve"]

Array = NDArray[np.float64]

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 13))


def decision_curve(
    time: ArrayLike,
    event: ArrayLike,
    risk: ArrayLike,
    horizon: float,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
    weight: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    n_bootstrap: int = 200,
    interval: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    """Work out the net benefit of supporting by risk, of supporting all, and the gain.

    Parameters
    ----------
    time, event : array-like, shape (n,)
    risk : array-like, shape (n,)
    horizon : float
    thresholds : sequence of float
        Risks from which support would be offered, above 0 and below 1.
    weight : array-like, shape (n,), optional
        Copies of each person.
    cluster : array-like of int, shape (n,), optional
        Provider of each; by default people are drawn one by one.
    n_bootstrap : int
        Draws behind the intervals.
    interval : float
    seed : int

    Returns
    -------
    DataFrame
        By ``threshold``: ``supported`` (share with at least that risk), then ``model``, ``all`` and
        ``gain`` (the model less the better of all and none), each with ``_low`` and ``_high``. Per
        person; those out of sight are stood for by others (IPCW).

    Raises
    ------
    CareersError
        If a threshold is not between 0 and 1.

    References
    ----------
    Vickers and Elkin (2006), Medical Decision Making 26; Vickers et al. (2008), BMC Medical
    Informatics and Decision Making 8, for censored times.

    Examples
    --------
    >>> table = decision_curve([1, 2, 9, 9], [1, 1, 0, 0], [0.6, 0.2, 0.2, 0.1], 5,
    ...                        thresholds=[0.5], seed=1)
    >>> table[["model", "all", "gain"]].values.tolist()
    [[0.25, 0.0, 0.25]]
    """
    at = np.asarray(thresholds, dtype=float)
    if not np.all((at > 0) & (at < 1)):
        raise CareersError(f"expected thresholds between 0 and 1, got {list(thresholds)}")
    line = Timeline.of(time, event)
    copies = np.ones(len(line.place)) if weight is None else np.asarray(weight, dtype=float)
    left = line.event & (line.time <= horizon)
    supported = np.asarray(risk, dtype=float)[:, None] >= at
    groups = np.arange(len(copies)) if cluster is None else np.asarray(cluster)

    def benefits(drawn: Array) -> Array:
        known = line.weights_at(horizon, drawn)
        return _benefits(known * left, known * ~left, supported, at, float(drawn.sum()))

    with one_thread():
        found = benefits(copies)
        draws = [benefits(copies * d) for d in drawn_weights(groups, n_bootstrap, seed=seed)]
    low, high = interval_of(np.reshape(draws, (len(draws), *found.shape)), interval)
    table = pd.DataFrame({"threshold": at, "supported": copies @ supported / copies.sum()})
    for place, name in enumerate(("model", "all", "gain")):
        table[name] = found[place]
        table[f"{name}_low"], table[f"{name}_high"] = low[place], high[place]
    return table


def _benefits(
    left: Array, stayed: Array, supported: NDArray[np.bool_], at: Array, people: float
) -> Array:
    odds = at / (1 - at)
    model = (left @ supported - stayed @ supported * odds) / people
    everybody = (left.sum() - stayed.sum() * odds) / people
    # Rounded, so that the same people supported either way gain nothing at all.
    return np.round(np.stack([model, everybody, model - np.maximum(everybody, 0)]), 12)
