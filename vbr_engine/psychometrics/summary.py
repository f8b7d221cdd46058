"""What a fitted model says in words and as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.category_advice import advice_on_data
from vbr_engine.psychometrics.curves import Array, ItemParameters, category_slopes
from vbr_engine.psychometrics.estimation import Fit

__all__ = ["advice_on", "parameter_frame"]

_STEEP = 8.0
_NARROW = 0.1


def parameter_frame(items: ItemParameters, errors: Array | None) -> pd.DataFrame:
    """Parameters by item, with standard errors where they were worked out.

    Parameters
    ----------
    items : ItemParameters
    errors : ndarray, shape (items, parameters), optional
        Standard errors in the order of the parameter rows; NaN where a value is fixed.

    Returns
    -------
    DataFrame
        Columns model, a (nominal: a_0, a_1, ...), d_1, ..., then se_ of each.
    """
    steps = items.intercepts.shape[1]
    columns: dict[str, object] = {"model": items.model}
    if items.model == "nominal":
        columns |= {"a_0": 0.0} | {f"a_{k + 1}": items.slopes[:, k] for k in range(steps)}
        names = [f"a_{k + 1}" for k in range(steps)]
    else:
        columns["a"] = items.slopes
        names = ["a"]
    columns |= {f"d_{k + 1}": items.intercepts[:, k] for k in range(steps)}
    names += [f"d_{k + 1}" for k in range(steps)]
    if errors is not None:
        columns |= {f"se_{name}": errors[:, place] for place, name in enumerate(names)}
    return pd.DataFrame(columns, index=pd.Index(items.names, name="item"))


def advice_on(
    table: CategoryTable, items: ItemParameters, fit: Fit, starts: pd.DataFrame
) -> tuple[str, ...]:
    """What in the data or the result deserves a look, one sentence each.

    Parameters
    ----------
    table : CategoryTable
    items : ItemParameters
    fit : Fit
    starts : DataFrame
        Column agreed.

    Returns
    -------
    tuple of str
    """
    steep = _steep(items)
    return (
        *advice_on_data(table, fit.design.n_free),
        *steep,
        *_reversed(items),
        *_alphabetical(table, items.model),
        *_nothing_shared(fit),
        *_doubts(fit, starts, runs_off=bool(steep)),
    )


def _steep(items: ItemParameters) -> list[str]:
    if items.model == "graded":
        steepest = np.abs(items.slopes)
    else:
        steepest = np.abs(np.diff(category_slopes(items), axis=1)).max(axis=1)
    return [
        f"{items.names[j]}: the slope runs off (it stands at {steepest[j]:.1f}); look for answers "
        "that decide others or options that hardly anybody chose, or use a slope prior."
        for j in np.flatnonzero(steepest > _STEEP)
    ]


def _reversed(items: ItemParameters) -> list[str]:
    if items.model == "nominal":
        return []
    return [
        f"{items.names[j]}: the slope is negative; is the item scored the wrong way round?"
        for j in np.flatnonzero(items.slopes < 0)
    ]


def _nothing_shared(fit: Fit) -> list[str]:
    """Where slopes of 1 leave theta hardly any spread."""
    spread = float(fit.design.groups(fit.full)[1].max())
    if spread >= _NARROW:
        return []
    return [
        f"The spread of theta is {spread:.2f}: with slopes held, these items have hardly anything "
        "in common. Are some of them scored the wrong way round?"
    ]


def _alphabetical(table: CategoryTable, model: str) -> list[str]:
    """Words in the order of the alphabet, in a model where the order matters."""
    if model == "nominal":
        return []
    return [
        f"{name}: its categories are words, taken in the order {', '.join(labels)}; if that is "
        "not their order, give an ordered categorical column or numbers."
        for name, labels in zip(table.items, table.labels, strict=True)
        if len(labels) > 2
        and all(isinstance(label, str) for label in labels)
        and list(labels) == sorted(labels)
    ]


def _doubts(fit: Fit, starts: pd.DataFrame, *, runs_off: bool) -> list[str]:
    sentences = []
    if not fit.converged and runs_off:
        sentences.append(
            f"The search stopped after {fit.n_iter} passes without a top: where slopes run off, "
            "the log-likelihood rises a little for ever. Look at the items named above."
        )
    elif not fit.converged:
        sentences.append(
            f"The search stopped after {fit.n_iter} passes before it reached the top: the next "
            f"step still promised {fit.gain:.2g} in log-likelihood. Raise max_iter or look at the "
            "items named above."
        )
    agreed = int(starts["agreed"].sum())
    if len(starts) > 1 and agreed < len(starts):
        sentences.append(
            f"{agreed} of {len(starts)} starts ended at the same log-likelihood, the highest; "
            "the others led to lower tops. More starts make it surer."
        )
    return sentences
