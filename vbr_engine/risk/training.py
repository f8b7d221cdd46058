"""Fitting a drop-out model and finding out how much it may say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.risk.careers import Careers
from vbr_engine.risk.conflict import prior_conflict
from vbr_engine.risk.features import Effect, design_matrix
from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard
from vbr_engine.risk.held_out import held_out_checks
from vbr_engine.risk.levels import Evidence, events_needed, evidence_level
from vbr_engine.risk.manifest import manifest
from vbr_engine.risk.people_needed import SampleSize, sample_size
from vbr_engine.risk.posterior import Posterior
from vbr_engine.risk.rates import LifeTable
from vbr_engine.risk.reference import Reference
from vbr_engine.risk.spells import Spells

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["evidence_of", "sample_size_of", "train"]

# What is held of the slope of the published effects: as published, within a half.
_SLOPE_SD = 0.5
# A concordance to plan with where none has been measured, and what to plan with at most: beyond it
# something has leaked.
_CONCORDANCE = (0.55, 0.65, 0.7)


def train(
    model: DropOutModel, careers: Careers, spells: Spells, effects: tuple[Effect, ...]
) -> DropOutModel:
    """Fit a model to spells; see `DropOutModel.fit`."""
    design = design_matrix(spells.features, effects)
    means = np.array([effect.prior_mean for effect in effects])
    prior = Prior.of(
        baseline_prior(spells), means, np.array([effect.prior_sd for effect in effects])
    )
    posterior = _rounded(
        fit_hazard(spells, design.X, prior, provider_effects=model.provider_effects)
    )
    model.effects_, model.posterior_ = effects, posterior
    model.published_ = _published(spells, design.X @ means, posterior)
    model.conflict_ = prior_conflict(
        spells, design.X, means, spread=posterior.spread, baseline=posterior.baseline
    )
    model.intervals_, model.providers_ = spells.intervals, spells.providers
    counts = np.bincount(spells.provider, minlength=len(spells.providers))
    model.starts_ = dict(zip(spells.providers, map(int, counts), strict=True))
    model.n_people_, model.n_events_ = len(spells), spells.n_events
    model.converged_ = posterior.converged
    model.life_table_ = LifeTable.of(spells)
    model.reference_ = Reference.of(design, spells.features, effects)
    model.checks_ = None
    if spells.n_events >= events_needed(len(effects)):
        model.checks_ = held_out_checks(
            spells,
            design.X,
            prior,
            spread=posterior.spread,
            start=posterior.mean,
            providers=posterior.provider_mean,
        )
    model.review_by_ = (careers.cut + pd.DateOffset(months=model.review_months)).date()
    model.alarms_ = ()
    model.manifest_ = manifest(careers, spells, effects)
    model.manifest_["sample_size"] = sample_size_of(model).to_dict()
    model.manifest_["evidence"] = model.evidence().to_dict()
    return model


def _published(spells: Spells, index: NDArray[np.float64], whole: Posterior) -> Posterior:
    """Fit one slope for the published effects together, beside a baseline."""
    prior = Prior.of(baseline_prior(spells), np.ones(1), np.full(1, _SLOPE_SD))
    return _rounded(
        fit_hazard(
            spells,
            index[:, None],
            prior,
            provider_effects=whole.spread > 0,
            spread=whole.spread or None,
            start=np.append(whole.baseline, 1.0),
        )
    )


def _rounded(posterior: Posterior) -> Posterior:
    """Keep seven digits of covariances: they are most of what is stored."""
    return replace(
        posterior,
        covariance=_digits(posterior.covariance),
        provider_variance=_digits(posterior.provider_variance),
        provider_cross=_digits(posterior.provider_cross),
    )


def _digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    written = np.array([float(f"{value:.6e}") for value in values.ravel().tolist()])
    return written.reshape(values.shape)


def evidence_of(model: DropOutModel, horizon: int | None) -> Evidence:
    """Say what the data of a model carry at a horizon; see `DropOutModel.evidence`."""
    return evidence_level(
        model.life_table_.n_events(model.share(horizon)),
        model.checks_,
        n_parameters=len(model.effects_),
        n_people=model.n_people_,
        n_needed=sample_size_of(model, horizon).n,
        index_low=model.conflict_.surely_above,
        conflict=model.conflict_.conflict,
    )


def sample_size_of(model: DropOutModel, horizon: int | None = None) -> SampleSize:
    """Say how many people the rules for sample size ask for.

    Parameters
    ----------
    model : DropOutModel
    horizon : int, optional

    Returns
    -------
    SampleSize
        At the rate that was seen and the concordance on providers left out, or 0.65.
    """
    rate = float(model.life_table_.followed(model.share(horizon))[0][-1])
    least, usual, most = _CONCORDANCE
    c = usual if model.checks_ is None else min(max(model.checks_.auc, least), most)
    return sample_size(max(len(model.effects_), 1), min(max(rate, 0.01), 0.99), c)
