"""Item parameters as tables: from a model, a data frame or a file, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput, Problem
from vbr_engine.psychometrics import summary
from vbr_engine.psychometrics.curves import MODELS, ItemParameters

__all__ = ["only", "parameter_frame", "parameters_of"]


def parameters_of(source: Any) -> ItemParameters:
    """Read item parameters from whatever holds them.

    Parameters
    ----------
    source : ItemParameters, fitted model or data frame
        A data frame has a row for each item, named by its index or its column `item`, and columns
        `model`, `a` (for nominal `a_1`, `a_2`, ...; `a_0` is 0 if it is not there) and `d_1`,
        `d_2`, ...; empty beyond an item's last category. Other columns are ignored.

    Returns
    -------
    ItemParameters

    Raises
    ------
    InvalidInput
        With every item and column that is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"item": ["late"], "model": "gpcm", "a": 1.2, "d_1": 0.3})
    >>> items = parameters_of(table)
    >>> items.names, items.model, items.intercepts.tolist()
    (('late',), 'gpcm', [[0.3]])
    """
    if isinstance(source, ItemParameters):
        return source
    table = parameter_frame(source)
    model = _model(table)
    d = _columns(table, "d")
    slopes = _columns(table, "a") if model == "nominal" else _numbers(table[["a"]])[:, 0]
    if model == "nominal" and slopes.shape != d.shape:
        raise InvalidInput(
            f"a nominal table has as many slopes as intercepts, got {slopes.shape[1]} columns "
            f"a_1, ... and {d.shape[1]} columns d_1, ..."
        )
    _check(table, slopes, d)
    return ItemParameters(model, tuple(map(str, table.index)), slopes, d)


def parameter_frame(source: Any) -> pd.DataFrame:
    """Show item parameters as a data frame, a row for each item, named by the index.

    Parameters
    ----------
    source : ItemParameters, fitted model or data frame

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InvalidInput
        If a column is missing, or an item is there twice.

    Examples
    --------
    >>> import numpy as np
    >>> items = ItemParameters("graded", ("late",), np.array([1.5]), np.array([[1.0, -1.0]]))
    >>> parameter_frame(items).to_dict("records")
    [{'model': 'graded', 'a': 1.5, 'd_1': 1.0, 'd_2': -1.0}]
    """
    if isinstance(source, ItemParameters):
        return summary.parameter_frame(source, None)
    table: pd.DataFrame = getattr(source, "parameters_", source)
    if "item" in table:
        table = table.set_index("item")
    wanted = ["model", "d_1", *(["a"] if "a_1" not in table else [])]
    lacking = [name for name in wanted if name not in table]
    if lacking:
        raise InvalidInput(f"a table of item parameters has columns {', '.join(lacking)}")
    twice = table.index[table.index.duplicated()].unique()
    if len(twice):
        raise InvalidInput(f"items there twice: {', '.join(map(str, twice))}")
    return table.set_axis(table.index.map(str)).rename_axis(index="item")


def only(items: ItemParameters, names: Sequence[str]) -> ItemParameters:
    """Keep the items named, in that order, and no more categories than they have.

    Parameters
    ----------
    items : ItemParameters
    names : sequence of str

    Returns
    -------
    ItemParameters
    """
    place = {name: index for index, name in enumerate(items.names)}
    kept = items.take([place[name] for name in names])
    most = int(kept.n_categories.max(initial=2)) - 1
    slopes = kept.slopes[:, :most] if kept.model == "nominal" else kept.slopes
    return replace(kept, slopes=slopes, intercepts=kept.intercepts[:, :most])


def _model(table: pd.DataFrame) -> str:
    found = table["model"].unique()
    if len(found) != 1 or found[0] not in MODELS:
        raise InvalidInput(
            f"column model: expected one of {', '.join(MODELS)} for all items, "
            f"got {', '.join(map(str, found)) or 'no items'}"
        )
    return str(found[0])


def _columns(table: pd.DataFrame, kind: str) -> NDArray[np.float64]:
    """Return categories 1, 2, ... of slopes or intercepts, less that of category 0."""
    names = [name for name in table if str(name).startswith(f"{kind}_")]
    ordered = sorted(names, key=lambda name: int(str(name).partition("_")[2]))
    numbers = _numbers(table[ordered])
    return numbers if f"{kind}_0" not in table else numbers[:, 1:] - numbers[:, :1]


def _numbers(table: pd.DataFrame) -> NDArray[np.float64]:
    read = table.apply(pd.to_numeric, errors="coerce")
    wrong = read.isna() & table.notna()
    problems = [
        Problem(
            message=f"expected a number, got {table.iloc[r, c]!r}",
            row=table.index[r],
            column=str(table.columns[c]),
        )
        for r, c in np.argwhere(wrong.to_numpy())
    ]
    if problems:
        raise InvalidInput(problems)
    return np.asarray(read.to_numpy(dtype=np.float64))


def _check(table: pd.DataFrame, slopes: NDArray[np.float64], d: NDArray[np.float64]) -> None:
    held = ~np.isnan(d)
    given = slopes if slopes.ndim == 2 else slopes[:, None]
    wrong = {
        "an intercept is missing before the last one": ~held[:, :1] | (held[:, 1:] > held[:, :-1]),
        "a slope is missing": np.isnan(given) & held[:, : given.shape[1]],
    }
    if _model(table) == "graded":
        wrong["expected the intercepts of a graded item to descend"] = np.diff(d, axis=1) > 0
    problems = [
        Problem(message=message, row=name)
        for message, places in wrong.items()
        for name, found in zip(table.index, np.any(places, axis=1).tolist(), strict=True)
        if found
    ]
    if problems:
        raise InvalidInput(problems)
