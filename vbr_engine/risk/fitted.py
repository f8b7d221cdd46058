"""What a drop-out model holds once it has been fitted, and what can be read off it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vbr_engine.risk.conflict import PriorConflict
from vbr_engine.risk.features import Effect
from vbr_engine.risk.levels import Checks, Evidence
from vbr_engine.risk.posterior import NOBODY, Posterior
from vbr_engine.risk.rates import LifeTable
from vbr_engine.risk.reference import Reference
from vbr_engine.risk.spells import stage_reached
from vbr_engine.risk.stages import STAGES, Interval, counted_share, steps_passed
from vbr_engine.risk.training import evidence_of

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["Fitted"]


class Fitted:
    """A fitted model; its attributes are those of `DropOutModel`."""

    outcome: str
    posterior_: Posterior
    published_: Posterior
    effects_: tuple[Effect, ...]
    intervals_: tuple[Interval, ...]
    providers_: tuple[str, ...]
    starts_: dict[str, int]
    conflict_: PriorConflict
    checks_: Checks | None
    life_table_: LifeTable
    reference_: Reference
    n_events_: int
    n_people_: int
    converged_: bool
    review_by_: date
    alarms_: tuple[str, ...]
    manifest_: dict[str, Any]

    @property
    def coef_(self) -> pd.DataFrame:
        """By effect: prior mean and standard deviation, posterior mean and standard deviation."""
        j = len(self.intervals_)
        return pd.DataFrame(
            {
                "effect": [effect.name for effect in self.effects_],
                "prior": [effect.prior_mean for effect in self.effects_],
                "prior_sd": [effect.prior_sd for effect in self.effects_],
                "estimate": self.posterior_.effects,
                "sd": np.sqrt(np.diag(self.posterior_.covariance)[j:]),
            }
        )

    @property
    def index_(self) -> Posterior:
        """The published effects with a local baseline and one local slope."""
        means = np.array([effect.prior_mean for effect in self.effects_])
        return self.published_.along(means)

    @property
    def evidence_(self) -> Evidence:
        """The evidence at the longest horizon."""
        return self.evidence()

    def evidence(self, horizon: int | None = None) -> Evidence:
        """Say what the data carry at a horizon.

        Parameters
        ----------
        horizon : int, optional

        Returns
        -------
        Evidence
        """
        return evidence_of(cast("DropOutModel", self), horizon)

    def speaking(self, horizon: int | None = None) -> Posterior:
        """Return the posterior that figures, bands and reasons at a horizon come from.

        Parameters
        ----------
        horizon : int, optional

        Returns
        -------
        Posterior
            The published effects below the level of personal figures.
        """
        level = self.evidence(horizon).level
        return self.posterior_ if level.shows_figure else self.index_

    def numbers(self, candidates: pd.DataFrame) -> NDArray[np.intp]:
        """Return the place of each one's provider in `providers_`, -1 where it is not there."""
        codes, names = pd.factorize(candidates["provider"], use_na_sentinel=True)
        places = pd.Index(self.providers_).get_indexer(pd.Index(names.astype(str)))
        numbers: NDArray[np.intp] = np.append(places, NOBODY)[codes]
        return numbers

    def since(
        self, candidates: pd.DataFrame, elapsed: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Return the steps that each candidate has behind them, the last of them in part.

        Parameters
        ----------
        candidates : DataFrame
        elapsed : array-like, optional
            Days in the job, for `leaving`; 0 by default.

        Returns
        -------
        ndarray, shape (n,)
        """
        if self.outcome == "leaving":
            days = 0.0 if elapsed is None else elapsed
            return steps_passed(self.intervals_, np.broadcast_to(days, (len(candidates),)))
        return stage_reached(candidates.reindex(columns=list(STAGES))).astype(np.float64)

    def days(self, horizon: int | None) -> int | None:
        """Return the horizon in days; none for `withdrawal`."""
        if self.outcome == "withdrawal":
            return None
        return 365 if horizon is None else horizon

    def share(self, horizon: int | None) -> NDArray[np.float64]:
        """Return how much of each interval lies before the horizon."""
        return counted_share(self.intervals_, self.outcome, horizon)
