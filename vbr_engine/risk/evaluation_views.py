"""The views of one model: on its own people, less its optimism, and on providers held out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.follow_up import FollowUp
from vbr_engine.risk.measures import Measures, figure_table
from vbr_engine.risk.optimism import optimism
from vbr_engine.risk.refitting import RiskModel
from vbr_engine.risk.validation_folds import held_out, provider_folds, said_risks

__all__ = ["HORIZONS", "Steps", "n_folds", "views_of"]

Array = NDArray[np.float64]

HORIZONS = (30, 90, 180, 365)


class Steps:
    """Counts steps of different kinds together.

    Parameters
    ----------
    told : callable, optional
        Told how many are done, of how many.
    total : int
    """

    def __init__(self, told: Callable[[int, int], None] | None, total: int) -> None:
        self.told, self.total, self.done = told, total, 0

    def step(self, *_: int) -> None:
        """Count one more."""
        self.done += 1
        if self.told:
            self.told(self.done, self.total)


def n_folds(follow: FollowUp, folds: int | None, seed: int) -> int:
    """Return how many folds of providers there will be."""
    return int(provider_folds(follow.people["provider"], k=folds, seed=seed).max()) + 1


def views_of(
    model: RiskModel | pd.DataFrame,
    careers: Careers,
    measures: Measures,
    whole: bool,
    folds: int | None,
    duplicates: ArrayLike | None,
    refits: int,
    settings: dict[str, Any],
    steps: Steps,
) -> tuple[dict[str, pd.DataFrame], Array, Array]:
    """Return the figures of each view; of the one that is judged the risks, and on one level."""
    follow, kept = measures.follow, measures.horizons
    if not kept:
        none = np.empty((len(follow), 0))
        return {}, none, none
    if isinstance(model, pd.DataFrame):
        own = _given(model, follow, kept)
    else:
        own = said_risks(model, follow.people, kept)
    apparent = figure_table(measures, own, **settings)
    steps.step()
    if whole or isinstance(model, pd.DataFrame):
        return {"as it stands": apparent}, own, own

    def make() -> RiskModel:
        return _like(model)

    views = {"apparent": apparent}
    if refits:
        views["corrected"] = _corrected(
            apparent, careers, make, measures, refits, settings["seed"], steps
        )
    days = [horizon for horizon in kept if not isinstance(horizon, str)]
    table, common = held_out(
        careers,
        make,
        horizons=days or HORIZONS,
        k=folds,
        duplicates=duplicates,
        seed=settings["seed"],
        on_step=steps.step,
    )
    held = table[[f"risk-{horizon}" for horizon in kept]].to_numpy()
    places = [list(table.columns).index(f"risk-{horizon}") - 3 for horizon in kept]
    common = common[:, places]
    views["held out"] = figure_table(measures, held, common=common, **settings)
    steps.step()
    return views, held, common


def _corrected(
    apparent: pd.DataFrame,
    careers: Careers,
    make: Callable[[], RiskModel],
    measures: Measures,
    refits: int,
    seed: int,
    steps: Steps,
) -> pd.DataFrame:
    """Take the optimism off each figure and its bounds."""
    follow = measures.follow
    at_risk = careers.frame["application"].isin(follow.people["application"])
    own = replace(careers, frame=careers.frame[at_risk].reset_index(drop=True))

    def measure(model: RiskModel, copies: Array) -> Array:
        return measures.of(said_risks(model, follow.people, measures.horizons), copies)

    off = optimism(own, make, measure, refits=refits, seed=seed, on_step=steps.step)
    table = apparent.copy()
    for name in ("value", "low", "high"):
        table[name] = table[name] - off
    # What was seen is no matter of the model.
    seen = table["figure"] == "observed"
    table.loc[seen] = apparent.loc[seen]
    return table


def _like(model: RiskModel) -> RiskModel:
    """Make a model of the same kind, not fitted."""
    params = getattr(model, "get_params", None)
    if params is None:
        raise CareersError(
            f"a {type(model).__name__} cannot be made anew (no get_params): pass external=True"
        )
    again: RiskModel = type(model)(**params(deep=False))
    return again


def _given(table: pd.DataFrame, follow: FollowUp, horizons: tuple[int | str, ...]) -> Array:
    """Read the risks of everybody off a table."""
    names = [f"risk-{horizon}" for horizon in horizons]
    missing = [name for name in ("application", *names) if name not in table]
    if missing:
        raise CareersError(f"the table of risks has no column {' and no column '.join(missing)}")
    told = table.set_index("application")[names].reindex(follow.people["application"])
    lacking = told.isna().any(axis=1)
    if lacking.any():
        first = lacking.index[lacking][0]
        raise CareersError(f"{lacking.sum()} people have no risk, the first is {first!r}")
    risks = told.to_numpy(dtype=float)
    if not ((risks >= 0) & (risks <= 1)).all():
        raise CareersError(f"expected risks from 0 to 1, got {risks.min():g} to {risks.max():g}")
    return risks
