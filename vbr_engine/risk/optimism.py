"""How much better a model looks on the people it learned from: the bootstrap of optimism."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.risk.careers import Careers
from vbr_engine.risk.refitting import RiskModel, for_risks_only
from vbr_engine.risk.resampling import drawn_weights

__all__ = ["optimism"]

Array = NDArray[np.float64]


def optimism(
    careers: Careers,
    make_model: Callable[[], RiskModel],
    measure: Callable[[RiskModel, Array], Array],
    *,
    refits: int = 40,
    seed: int,
    on_step: Callable[[int, int], None] | None = None,
) -> Array:
    """Fit the model to providers drawn with replacement, and compare two views of each fit.

    Parameters
    ----------
    careers : Careers
    make_model : callable
        Returns a new model, not fitted.
    measure : callable
        Given a fitted model and how often each row of the careers counts, returns its figures. A
        `DropOutModel` is fitted for its risks only.
    refits : int
        Fits.
    seed : int
    on_step : callable, optional
        Told how many fits are done, of how many.

    Returns
    -------
    ndarray, shape (figures,)
        Mean of the figures on the people drawn less those on all people: take it off what the model
        shows on its own people. NaN for a figure that a fifth of the fits or more did not give.

    References
    ----------
    Harrell, Lee and Mark (1996), Statistics in Medicine 15, section 6; providers are drawn whole.

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(120, seed=2, providers=9)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> def mean(model, copies):
    ...     return np.array([np.average(model.risks(careers.frame)["risk"], weights=copies)])
    >>> optimism(careers, DropOutModel, mean, refits=2, seed=1).shape
    (1,)
    """
    codes, _ = pd.factorize(careers.frame["provider"], sort=True)
    once = np.ones(len(codes))
    found = []
    for done, drawn in enumerate(drawn_weights(codes, refits, seed=seed), start=1):
        model = for_risks_only(make_model())
        model.fit(_drawn(careers, drawn))
        found.append(measure(model, drawn) - measure(model, once))
        if on_step:
            on_step(done, refits)
    lost = ~np.isfinite(found)
    mean = np.where(lost, 0.0, found).sum(axis=0) / np.maximum((~lost).sum(axis=0), 1)
    return np.where(lost.mean(axis=0) < 0.2, mean, np.nan)


def _drawn(careers: Careers, copies: Array) -> Careers:
    """Return careers in which each row stands as often as it was drawn."""
    rows = np.repeat(np.arange(len(copies)), copies.astype(int))
    frame = careers.frame.iloc[rows].reset_index(drop=True)
    first = np.concatenate([[0], np.cumsum(copies.astype(int))[:-1]])
    copy = np.arange(len(rows)) - first[rows]
    names = frame["application"].astype(str)
    frame["application"] = names.where(copy == 0, names + "#" + pd.Series(copy + 1).astype(str))
    return replace(careers, frame=frame)
