"""Anchors that no longer work as they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.curves import ItemParameters, category_probabilities
from vbr_engine.psychometrics.linking import Link, Method, link
from vbr_engine.psychometrics.linking_constants import NODES, WEIGHTS, directions, locations
from vbr_engine.psychometrics.parameter_tables import only, parameters_of

__all__ = ["AnchorDrift", "anchor_drift"]


@dataclass(frozen=True, eq=False)
class AnchorDrift:
    """Which anchors no longer work as they did.

    Parameters
    ----------
    table : pandas.DataFrame
        By item: `distance`, `slope_ratio` (new over old), `location_shift` (new less old, on the
        old scale) and `flagged`.
    link : Link
        Resting on the anchors that did not drift.

    Examples
    --------
    >>> import pandas as pd
    >>> old = pd.DataFrame({"model": "graded", "a": 1.2, "d_1": [-1.0, 0.0, 0.5, 1.0]})
    >>> drift = anchor_drift(old, old.assign(d_1=[-1.0, 2.0, 0.5, 1.0]))
    >>> drift.table["flagged"].tolist(), drift.link.anchors
    ([False, True, False, False], ('0', '2', '3'))
    """

    table: pd.DataFrame
    link: Link

    @property
    def flagged(self) -> tuple[str, ...]:
        """The items that drifted."""
        return tuple(self.table.index[self.table["flagged"]])


def anchor_drift(
    old_parameters: object,
    new_parameters: object,
    *,
    method: Method = "stocking-lord",
    anchors: Sequence[str] | None = None,
    threshold: float = 0.1,
) -> AnchorDrift:
    """Find anchors that changed more than the rest, and the link without them.

    An anchor's distance is the share of answers that would have to change category to make the new
    curves the old ones (total variation), as a root mean square over N(0, 1); for two categories it
    is the root mean square difference of the curves (RMSD). The worst anchor beyond `threshold`
    leaves the link, and again, until none is beyond it or half of the anchors are left.

    Parameters
    ----------
    old_parameters, new_parameters : data frame, or fitted model
        Item parameters, a row for each item.
    method : {"stocking-lord", "haebara", "mean-sigma", "mean-mean"}
    anchors : sequence of str, optional
        Items to rest on; all that both calibrations have if not given.
    threshold : float
        Distance beyond which an anchor is flagged.

    Returns
    -------
    AnchorDrift

    Raises
    ------
    InvalidInput
        As `link`.

    Examples
    --------
    >>> import pandas as pd
    >>> old = pd.DataFrame({"model": "graded", "a": 1.2, "d_1": [-1.5, -0.5, 0.0, 0.5, 1.5]})
    >>> new = old.assign(d_1=[-1.5, -0.5, 0.0, 0.5, 3.5])
    >>> drift = anchor_drift(old, new)
    >>> drift.flagged, abs(round(drift.link.intercept, 6))
    (('4',), 0.0)
    """
    found = link(old_parameters, new_parameters, method=method, anchors=anchors)
    old, new = parameters_of(old_parameters), parameters_of(new_parameters)
    everyone, kept = found.anchors, list(found.anchors)
    least = max(2, -(-len(everyone) // 2))
    while True:
        distance = _distances(old, new, everyone, found)
        worst = max(kept, key=distance.__getitem__)
        if distance[worst] <= threshold or len(kept) <= least:
            break
        kept.remove(worst)
        again = link(old_parameters, new_parameters, method=method, anchors=kept)
        found = replace(again, left_out=found.left_out)
    return AnchorDrift(
        _drift_table(old, parameters_of(found.transform(new)), distance, threshold), found
    )


def _distances(
    old: ItemParameters, new: ItemParameters, names: Sequence[str], found: Link
) -> dict[str, float]:
    there = category_probabilities(only(old, names), NODES)
    line = (NODES - found.intercept) / found.slope
    apart = 0.5 * np.abs(there - category_probabilities(only(new, names), line)).sum(axis=1)
    return dict(zip(names, np.sqrt(apart**2 @ WEIGHTS).tolist(), strict=True))


def _drift_table(
    old: ItemParameters, new: ItemParameters, distance: Mapping[str, float], threshold: float
) -> pd.DataFrame:
    """Compare two calibrations on one scale, item by item."""
    names = list(distance)
    there, here = only(old, names), only(new, names)
    size = (directions(there) ** 2).sum(axis=1)
    ratio = (directions(there) * directions(here)).sum(axis=1) / np.where(size > 0, size, np.nan)
    apart = pd.DataFrame(locations(here) - locations(there))
    table = pd.DataFrame(
        {
            "distance": list(distance.values()),
            "slope_ratio": ratio,
            "location_shift": apart.mean(axis=1).to_numpy(),
        },
        index=pd.Index(names, name="item"),
    )
    return table.assign(flagged=table["distance"] > threshold)
