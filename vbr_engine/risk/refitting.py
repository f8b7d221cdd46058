"""Fit a drop-out model anew for a validation: its risks only, not what it may say of them."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import pandas as pd

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.hazard import baseline_prior, fit_hazard
from vbr_engine.risk.mode import Prior
from vbr_engine.risk.model import DropOutModel
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.spells import NOBODY_AT_RISK, spells_of

__all__ = ["Refit", "RiskModel", "for_risks_only"]


class RiskModel(Protocol):
    """What can be evaluated: something that learns from careers and says risks."""

    outcome: str

    def fit(self, careers: Careers, y: None = None) -> Any:
        """Learn from careers."""

    def risks(self, candidates: pd.DataFrame, horizon: int | None = None) -> pd.DataFrame:
        """Say a risk for each candidate, in a column ``risk``."""


class Refit:
    """A drop-out model of the same kind as another, to be fitted to other careers.

    A validation fits a model many times, and asks each for risks and nothing else: levels of
    evidence, checks on providers left out and the manifest take four times as long as the fit.

    Parameters
    ----------
    model : DropOutModel

    Attributes
    ----------
    fitted_ : DropOutModel
        Fit for `risks` only.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(300, seed=1)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> whole = DropOutModel().fit(careers).risks(made.frame, 90)["risk"]
    >>> quick = Refit(DropOutModel()).fit(careers).risks(made.frame, 90)["risk"]
    >>> bool(np.allclose(whole, quick, atol=1e-6))
    True
    """

    def __init__(self, model: DropOutModel) -> None:
        self.model = model
        self.outcome = model.outcome

    def fit(self, careers: Careers, y: None = None) -> Refit:
        """Estimate effects, baseline and providers.

        Parameters
        ----------
        careers : Careers
        y : None
            Not used.

        Returns
        -------
        Refit
            Itself.

        Raises
        ------
        CareersError
            If nobody was ever at risk.
        """
        spells = spells_of(careers, self.outcome)
        if not len(spells):
            raise CareersError(NOBODY_AT_RISK[self.model.outcome])
        again = DropOutModel(**self.model.get_params())
        chosen = default_effects(self.outcome) if again.effects is None else again.effects
        again.effects_ = tuple(chosen)
        design = design_matrix(spells.features, again.effects_)
        means, sds = (
            np.array([getattr(effect, name) for effect in again.effects_])
            for name in ("prior_mean", "prior_sd")
        )
        prior = Prior.of(baseline_prior(spells), means, sds)
        again.posterior_ = fit_hazard(
            spells, design.X, prior, provider_effects=again.provider_effects
        )
        again.intervals_, again.providers_ = spells.intervals, spells.providers
        self.fitted_ = again
        return self

    def risks(self, candidates: pd.DataFrame, horizon: int | None = None) -> pd.DataFrame:
        """Work out the risk of each candidate.

        Parameters
        ----------
        candidates : DataFrame
        horizon : int, optional

        Returns
        -------
        DataFrame
            As of `DropOutModel.risks`.
        """
        return self.fitted_.risks(candidates, horizon)


def for_risks_only(model: RiskModel) -> RiskModel:
    """Return the quicker form of a model, where it has one.

    Parameters
    ----------
    model : RiskModel
        Not fitted.

    Returns
    -------
    RiskModel
        The model itself, unless it is a `DropOutModel`.

    Examples
    --------
    >>> type(for_risks_only(DropOutModel())).__name__
    'Refit'
    """
    return Refit(model) if type(model) is DropOutModel else model
