"""The drop-out model: declared effects, published priors, an effect for each provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.conflict import prior_conflict
from vbr_engine.risk.features import DesignMatrix, Effect, design_matrix
from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard
from vbr_engine.risk.posterior import NOBODY
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.spells import Spells, spells_of, stage_reached
from vbr_engine.risk.stages import OUTCOMES, STAGES

__all__ = ["DropOutModel"]


class DropOutModel:
    """Risk that a candidate withdraws before the first day, or leaves early.

    Parameters
    ----------
    outcome : {"leaving", "withdrawal"}
    effects : sequence of Effect, optional
        By default those declared for the outcome in the table of priors.
    provider_effects : bool
        Whether each provider has an effect of its own.
    interval : float
        Probability that an interval holds.

    Attributes
    ----------
    posterior_ : Posterior
    effects_ : tuple of Effect
    coef_ : DataFrame
        By effect: prior mean and standard deviation, posterior mean and standard deviation.
    providers_ : tuple of str
    conflict_ : PriorConflict
    n_events_, n_people_ : int
    converged_ : bool

    Notes
    -----
    The risk is net of competing exits: what would be seen if the employer did not end it first.

    Examples
    --------
    >>> from vbr_engine.risk import Careers, simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> model = DropOutModel("leaving").fit(Careers.from_frame(made.frame, cut=made.cut))
    >>> list(model.risks(made.frame.head(2), horizon=90).columns)
    ['application', 'provider', 'risk', 'low', 'high']
    """

    def __init__(
        self,
        outcome: str = "leaving",
        *,
        effects: Sequence[Effect] | None = None,
        provider_effects: bool = True,
        interval: float = 0.9,
    ) -> None:
        self.outcome = outcome
        self.effects = effects
        self.provider_effects = provider_effects
        self.interval = interval

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what the model was made with."""
        names = ("outcome", "effects", "provider_effects", "interval")
        return {name: getattr(self, name) for name in names}

    def set_params(self, **params: Any) -> DropOutModel:
        """Change what the model was made with."""
        unknown = set(params) - set(self.get_params())
        if unknown:
            raise CareersError(f"a drop-out model has no {', '.join(sorted(unknown))}")
        for name, held in params.items():
            setattr(self, name, held)
        return self

    def fit(self, careers: Careers, y: None = None) -> DropOutModel:
        """Estimate the model.

        Parameters
        ----------
        careers : Careers
        y : None
            Not used.

        Returns
        -------
        DropOutModel
            Itself.

        Raises
        ------
        CareersError
            If the outcome is unknown, or nobody was ever at risk.
        """
        if self.outcome not in OUTCOMES:
            raise CareersError(f"expected one of {', '.join(OUTCOMES)}, got {self.outcome!r}")
        spells = spells_of(careers, self.outcome)
        if not len(spells):
            raise CareersError("nobody in the table started work: there is nothing to learn from")
        self.effects_ = tuple(
            default_effects(self.outcome) if self.effects is None else self.effects
        )
        return self._fit(spells, design_matrix(spells.features, self.effects_))

    def _fit(self, spells: Spells, design: DesignMatrix) -> DropOutModel:
        means = np.array([effect.prior_mean for effect in self.effects_])
        sds = np.array([effect.prior_sd for effect in self.effects_])
        prior = Prior.of(baseline_prior(spells), means, sds)
        self.posterior_ = fit_hazard(
            spells, design.X, prior, provider_effects=self.provider_effects
        )
        self.conflict_ = prior_conflict(spells, design.X, means)
        self.intervals_ = spells.intervals
        self.providers_ = spells.providers
        self.n_people_, self.n_events_ = len(spells), spells.n_events
        self.converged_ = self.posterior_.converged
        self.coef_ = self._coefficients(means, sds)
        return self

    def _coefficients(self, means: NDArray[np.float64], sds: NDArray[np.float64]) -> pd.DataFrame:
        j = len(self.intervals_)
        return pd.DataFrame(
            {
                "effect": [effect.name for effect in self.effects_],
                "prior": means,
                "prior_sd": sds,
                "estimate": self.posterior_.effects,
                "sd": np.sqrt(np.diag(self.posterior_.covariance)[j:]),
            }
        )

    def risks(self, candidates: pd.DataFrame, horizon: int | None = None) -> pd.DataFrame:
        """Work out the risk of each candidate, whether or not the evidence carries it.

        Parameters
        ----------
        candidates : DataFrame
            ``application``, ``provider`` and what is known of each; for `withdrawal` the dates of
            the stages that they have reached.
        horizon : int, optional
            Days in the job up to which leaving counts, 1 to 365; 365 by default. Has no place in
            `withdrawal`.

        Returns
        -------
        DataFrame
            ``application``, ``provider``, ``risk``, ``low``, ``high``.

        Raises
        ------
        CareersError
            If a column is missing, a value cannot be, or the horizon lies beyond the intervals.
        """
        missing = [name for name in ("application", "provider") if name not in candidates]
        if missing:
            raise CareersError(f"the table has no column {' and no column '.join(missing)}")
        design = design_matrix(candidates, self.effects_)
        risk = self.posterior_.risk(
            design.X,
            self._numbers(candidates["provider"]),
            since=self._since(candidates),
            share=self._share(horizon),
            level=self.interval,
        )
        table = candidates[["application", "provider"]].reset_index(drop=True)
        return table.assign(risk=risk.risk, low=risk.low, high=risk.high)

    def _numbers(self, providers: pd.Series[Any]) -> NDArray[np.intp]:
        """Return the number of each provider, -1 for one that was not there when it was fitted."""
        if not self.provider_effects:
            return np.full(len(providers), NOBODY)
        return pd.Index(self.providers_).get_indexer(pd.Index(providers.astype(str)))

    def _since(self, candidates: pd.DataFrame) -> NDArray[np.int64] | int:
        """Return the first step still ahead."""
        if self.outcome == "leaving":
            return 0
        return stage_reached(candidates.reindex(columns=list(STAGES)))

    def _share(self, horizon: int | None) -> NDArray[np.float64] | None:
        """Return how much of each interval lies before the horizon."""
        if horizon is None:
            return None
        bounds = np.array([(step.start, step.end) for step in self.intervals_], dtype=float)
        if self.outcome == "withdrawal":
            raise CareersError("withdrawal counts up to the first day of work: leave out a horizon")
        if not 1 <= horizon <= bounds[-1, 1]:
            raise CareersError(f"expected a horizon of 1 to 365 days, got {horizon}")
        start, end = bounds.T
        share: NDArray[np.float64] = np.clip((horizon - start) / (end - start), 0, 1)
        return share
