"""Hold providers out: a model must be right where it has not learned.

People of one provider are alike, and the same person may stand in a table twice; a model that saw
one of a pair is not tested by the other. So whole providers are held out, and whoever is nearly the
same as somebody held out is kept from the model too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from vbr_engine.errors import CareersError
from vbr_engine.risk.alike import alike_groups
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.follow_up import FIRST_DAY, FollowUp, follow_up
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.refitting import Refit, RiskModel, for_risks_only

__all__ = ["MOST_FOLDS", "held_out", "leave_provider_out", "provider_folds", "said_risks"]

Array = NDArray[np.float64]

MOST_FOLDS = 50
# People at whom the levels of folds are compared, with a provider that nobody knows.
_REFERENCE = 2_000
_NEW = "\N{EM DASH} none of these"
_EDGE = 1e-6


def provider_folds(
    provider: ArrayLike, *, k: int | None = None, seed: int = 0
) -> NDArray[np.int64]:
    """Part people into folds by provider.

    Parameters
    ----------
    provider : array-like, shape (n,)
    k : int, optional
        Number of folds, made about equally large; by default one for each provider, or 50 where
        there are more.
    seed : int
        Decides where providers of one size go.

    Returns
    -------
    ndarray of int64, shape (n,)

    Raises
    ------
    CareersError
        If there are fewer than two providers, or folds.

    Examples
    --------
    >>> provider_folds(["P", "Q", "P", "R", "Q", "P"], k=2).tolist()
    [0, 1, 0, 1, 1, 0]
    """
    place, names = pd.factorize(np.asarray(provider), sort=True)
    wanted = min(len(names), MOST_FOLDS) if k is None else min(k, len(names))
    if wanted < 2:
        raise CareersError(
            f"expected at least two providers and two folds, got {len(names)} and {k or wanted}"
        )
    if wanted == len(names):
        return place.astype(np.int64)
    sizes = np.bincount(place)
    by_chance = np.random.default_rng(seed).permutation(len(sizes))
    order = by_chance[np.argsort(-sizes[by_chance], kind="stable")]
    filled, fold = np.zeros(wanted), np.empty(len(sizes), dtype=np.int64)
    for number in order:
        fold[number] = filled.argmin()
        filled[fold[number]] += sizes[number]
    return np.asarray(fold[place])


def leave_provider_out(
    careers: Careers,
    make_model: Callable[[], RiskModel],
    *,
    horizons: Sequence[int] = (30, 90, 180, 365),
    k: int | None = None,
    duplicates: ArrayLike | None = None,
    seed: int = 0,
    on_step: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Say each person's risk by a model that saw nobody of the same provider.

    Parameters
    ----------
    careers : Careers
    make_model : callable
        Returns a new model, not fitted.
    horizons : sequence of int
        Days in the job; without meaning for withdrawal.
    k : int, optional
        Folds of providers; by default one for each of up to 50.
    duplicates : array-like, shape (rows of the careers,), optional
        Number of the group of people who are alike: while one of them is held out, none is learned
        from. By default those alike beyond chance (`alike_groups`).
    seed : int
    on_step : callable, optional
        Told how many folds are done, of how many.

    Returns
    -------
    DataFrame
        ``application``, ``provider``, ``fold`` and ``risk-30``, ``risk-90``... or
        ``risk-first day``; by application as in the careers, of those at risk.

    Raises
    ------
    CareersError
        If there are fewer than two providers.

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(120, seed=2, providers=3)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> table = leave_provider_out(careers, DropOutModel, horizons=[90])
    >>> list(table.columns)
    ['application', 'provider', 'fold', 'risk-90']
    """
    return held_out(
        careers,
        make_model,
        horizons=horizons,
        k=k,
        duplicates=duplicates,
        seed=seed,
        on_step=on_step,
    )[0]


def held_out(
    careers: Careers,
    make_model: Callable[[], RiskModel],
    *,
    horizons: Sequence[int],
    k: int | None = None,
    duplicates: ArrayLike | None = None,
    seed: int = 0,
    on_step: Callable[[int, int], None] | None = None,
) -> tuple[pd.DataFrame, Array]:
    """Say each person's risk as `leave_provider_out` does, and once more on a common level.

    Parameters
    ----------
    careers : Careers
    make_model : callable
    horizons : sequence of int
    k : int, optional
    duplicates : array-like, optional
    seed : int
    on_step : callable, optional

    Returns
    -------
    table : DataFrame
        As of `leave_provider_out`.
    common : ndarray, shape (n, h)
        The same risks after the model of each fold was moved, on the logit, to the mean level of
        all folds at the same people, as if they were with a new provider.

    Notes
    -----
    A provider whose people left early was judged by a model that had seen fewer leave. Compared
    across folds, that alone makes risks look worse at ranking people than they are: the area under
    the curve by .03 at 300 simulated hires with 40 providers (.575 in place of .601, and .625 on
    new providers). The common level takes it away; which level that is, ranks and slopes do not
    know.
    """
    follow = follow_up(careers, make_model().outcome)
    folds = provider_folds(follow.people["provider"], k=k, seed=seed)
    some = np.random.default_rng(seed).permutation(len(follow))[:_REFERENCE]
    anybody = follow.people.iloc[np.sort(some)].reset_index(drop=True).assign(provider=_NEW)
    alike = alike_groups(careers) if duplicates is None else np.asarray(duplicates)
    fold_of = dict(zip(follow.people["provider"], folds, strict=True))
    row_fold = careers.frame["provider"].map(fold_of).to_numpy()
    followed = careers.frame["application"].isin(follow.people["application"]).to_numpy()
    told = horizons_of(follow, horizons)
    risks, levels = (np.empty((len(follow), len(told))) for _ in range(2))
    for done, fold in enumerate(np.unique(folds), start=1):
        held = folds == fold
        learned = row_fold != fold
        learned &= ~np.isin(alike, alike[followed & ~learned])
        frame = careers.frame[learned].reset_index(drop=True)
        model = for_risks_only(make_model())
        model.fit(replace(careers, frame=frame))
        mine = follow.people[held].reset_index(drop=True)
        risks[held] = said_risks(model, mine, told)
        levels[held] = _logit(said_risks(model, anybody, told)).mean(axis=0)
        if on_step:
            on_step(done, int(folds.max()) + 1)
    table = follow.people[["application", "provider"]].assign(fold=folds)
    for place, horizon in enumerate(told):
        table[f"risk-{horizon}"] = risks[:, place]
    return table, expit(_logit(risks) - levels + levels.mean(axis=0))


def _logit(risks: Array) -> Array:
    return np.asarray(logit(np.clip(risks, _EDGE, 1 - _EDGE)))


def horizons_of(follow: FollowUp, horizons: Sequence[int]) -> tuple[int | str, ...]:
    """Return the horizons that the outcome has."""
    if follow.outcome == "withdrawal":
        return (FIRST_DAY,)
    wrong = [horizon for horizon in horizons if not 1 <= horizon <= follow.last]
    if wrong or not len(horizons):
        raise CareersError(f"expected horizons of 1 to {follow.last} days, got {list(horizons)}")
    return tuple(sorted({int(horizon) for horizon in horizons}))


def said_risks(model: RiskModel, people: pd.DataFrame, horizons: Sequence[int | str]) -> Array:
    """Ask a model for risks.

    Parameters
    ----------
    model : RiskModel
        Fitted.
    people : DataFrame, n rows
    horizons : sequence
        Days, or the first day.

    Returns
    -------
    ndarray, shape (n, h)
    """
    days = [None if isinstance(horizon, str) else horizon for horizon in horizons]
    held = model.fitted_ if isinstance(model, Refit) else model
    if isinstance(held, DropOutModel):
        # The facts of people are read once for all horizons.
        design = design_matrix(people, held.effects_)
        each = [held.risks(people, horizon=day, design=design)["risk"] for day in days]
        return np.column_stack(each)
    told = [model.risks(people, horizon=day)["risk"].to_numpy(dtype=float) for day in days]
    return np.column_stack(told)
