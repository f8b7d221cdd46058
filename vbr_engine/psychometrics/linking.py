"""Put a new calibration on the scale of an old one, by the items that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import InvalidInput, Problem
from vbr_engine.psychometrics.curves import ItemParameters
from vbr_engine.psychometrics.linking_constants import constants
from vbr_engine.psychometrics.parameter_tables import only, parameter_frame, parameters_of

__all__ = ["METHODS", "Link", "Method", "link"]

Floats = NDArray[np.float64]
Method = Literal["stocking-lord", "haebara", "mean-sigma", "mean-mean"]

METHODS: tuple[Method, ...] = ("stocking-lord", "haebara", "mean-sigma", "mean-mean")


@dataclass(frozen=True)
class Link:
    """How the new scale maps to the old: ``old = slope * new + intercept``.

    Parameters
    ----------
    slope, intercept : float
        The constants A and B. A negative slope says that the new trait runs the other way, as the
        nominal model is free to do.
    method : str
    anchors : tuple of str
        The items that the constants rest on.
    left_out : mapping of str to str
        Items that both calibrations have but that cannot be compared, and why.

    Examples
    --------
    >>> found = Link(slope=2.0, intercept=0.5, method="by hand", anchors=("late", "tea"))
    >>> found.theta([0.0, 1.0]).tolist(), found.reflected
    ([0.5, 2.5], False)
    """

    slope: float
    intercept: float
    method: str
    anchors: tuple[str, ...] = field(repr=False)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def reflected(self) -> bool:
        """Whether the new trait runs the other way."""
        return self.slope < 0

    def theta(self, theta: ArrayLike) -> Floats:
        """Put traits of the new scale on the old one; standard errors take ``abs(slope)``."""
        return self.slope * np.asarray(theta, dtype=np.float64) + self.intercept

    def transform(self, parameters: object) -> pd.DataFrame:
        """Put item parameters of the new scale on the old one.

        Standard errors of slopes follow; those of intercepts would need their covariance with the
        slopes and become missing.

        Parameters
        ----------
        parameters : data frame, or fitted model

        Returns
        -------
        pandas.DataFrame
            The same table, other numbers.
        """
        return _moved(parameter_frame(parameters), self.slope, self.intercept)


def link(
    old_parameters: object,
    new_parameters: object,
    *,
    method: Method = "stocking-lord",
    anchors: Sequence[str] | None = None,
    symmetric: bool = False,
) -> Link:
    """Find the line that puts a new calibration on the scale of an old one.

    Stocking-Lord (1983) makes the expected test scores agree, Haebara (1980) every category curve;
    both weigh trait levels by N(0, 1) over the old scale, at 61 points. Mean-sigma and mean-mean
    compare the items' locations and slopes. For the nominal model, whose categories have no order,
    the expected score takes the old category slopes as the categories' scores, and an item's
    location is ``-(a . d) / (a . a)`` over its centred category slopes and intercepts.

    Parameters
    ----------
    old_parameters, new_parameters : data frame, or fitted model
        Item parameters, a row for each item; items of the same name are the same. Where a column
        `categories` tells each item's categories, as in ``1/2/3``, items whose categories differ
        are no anchors.
    method : {"stocking-lord", "haebara", "mean-sigma", "mean-mean"}
    anchors : sequence of str, optional
        Items to rest on; all that both calibrations have if not given.
    symmetric : bool
        Weigh over the new scale as well as the old one.

    Returns
    -------
    Link

    Raises
    ------
    InvalidInput
        If an anchor is missing or of another kind, or too few are left.

    Examples
    --------
    >>> import pandas as pd
    >>> old = pd.DataFrame(
    ...     {"model": "graded", "a": [1.0, 1.5], "d_1": [0.0, 0.9], "d_2": [-1.0, -0.6]},
    ...     index=["x", "y"],
    ... )
    >>> new = Link(2.0, 0.5, "by hand", ("x", "y")).transform(old)
    >>> found = link(new, old)
    >>> round(found.slope, 6), round(found.intercept, 6)
    (2.0, 0.5)
    """
    if method not in METHODS:
        raise InvalidInput(f"method: expected one of {', '.join(METHODS)}, got {method!r}")
    recoded = _recoded(_labels(old_parameters), _labels(new_parameters))
    old, new, left_out = _common(
        parameters_of(old_parameters), parameters_of(new_parameters), anchors, recoded
    )
    slope, intercept = constants(old, new, method=method, symmetric=symmetric)
    return Link(slope, intercept, method, old.names, left_out)


def _common(
    old: ItemParameters,
    new: ItemParameters,
    anchors: Sequence[str] | None,
    recoded: Mapping[str, str],
) -> tuple[ItemParameters, ItemParameters, dict[str, str]]:
    """Return both calibrations of the anchors alone, and the items that cannot be one."""
    if old.model != new.model:
        raise InvalidInput(f"the models differ: {old.model} and {new.model}")
    shared = [name for name in old.names if name in set(new.names)]
    names = shared if anchors is None else list(dict.fromkeys(anchors))
    missing = [name for name in names if name not in old.names or name not in new.names]
    if missing:
        raise InvalidInput(f"anchors that one calibration lacks: {', '.join(missing)}")
    unlike = _unlike(only(old, names), only(new, names))
    unlike |= {name: why for name, why in recoded.items() if name in names}
    kept = [name for name in names if name not in unlike]
    if not kept or (anchors is not None and unlike):
        first = [] if kept else [Problem(message="no item is calibrated alike in both tables")]
        told = [Problem(path=name, message=why) for name, why in unlike.items()]
        raise InvalidInput(first + told)
    return only(old, kept), only(new, kept), unlike


def _labels(source: Any) -> dict[str, tuple[Any, ...]]:
    """Give the categories of each item, as a fitted model or a column `categories` tells them."""
    found = getattr(source, "categories_", None)
    if found is not None:
        return dict(zip(found.items, found.labels, strict=True))
    if not isinstance(source, pd.DataFrame) or "categories" not in source:
        return {}
    told = parameter_frame(source)["categories"].dropna()
    return {str(item): tuple(str(labels).split("/")) for item, labels in told.items()}


def _recoded(
    old: Mapping[str, tuple[Any, ...]], new: Mapping[str, tuple[Any, ...]]
) -> dict[str, str]:
    """Say which items have other categories, as when one was never chosen."""

    def shown(labels: tuple[Any, ...]) -> str:
        return " ".join(map(str, labels))

    return {
        name: f"the categories differ ({shown(old[name])} and {shown(new[name])})"
        for name in old.keys() & new.keys()
        if shown(old[name]) != shown(new[name])
    }


def _unlike(old: ItemParameters, new: ItemParameters) -> dict[str, str]:
    pairs = zip(old.names, old.n_categories, new.n_categories, strict=True)
    return {
        name: f"the numbers of categories differ ({there} and {here})"
        for name, there, here in pairs
        if there != here
    }


def _moved(table: pd.DataFrame, slope: float, intercept: float) -> pd.DataFrame:
    """Rewrite ``a t + d`` for the old scale: ``a / A`` and ``d - a B / A``, in each category."""
    moved, shift = table.copy(), intercept / slope
    for column in table.columns:
        kind, _, rest = column.partition("_")
        if kind == "d":
            moved[column] = table[column] - shift * _category_slope(table, int(rest))
        elif kind == "a":
            moved[column] = table[column] / slope
        elif column == "se_a" or column.startswith("se_a_"):
            moved[column] = table[column] / abs(slope)
        elif column.startswith("se_d"):
            moved[column] = np.nan
    return moved


def _category_slope(table: pd.DataFrame, category: int) -> pd.Series[float] | float:
    """Give what multiplies the trait in the line of a category or threshold, for every item."""
    own = f"a_{category}"
    if "a" not in table:
        return table.get(own, 0.0)
    return table["a"] * table["model"].map({"graded": 1.0, "gpcm": float(category)})
