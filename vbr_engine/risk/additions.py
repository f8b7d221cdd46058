"""Whether one more effect, such as the result of the assessment, adds at other providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.features import Effect, design_matrix
from vbr_engine.risk.hazard import baseline_prior, fit_hazard
from vbr_engine.risk.held_out import concordance, provider_folds
from vbr_engine.risk.levels import FEWEST_PROVIDERS
from vbr_engine.risk.mode import Prior
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.spells import EVENT, Spells, spells_of

if TYPE_CHECKING:
    from vbr_engine.risk.model import DropOutModel

__all__ = ["Addition", "adds", "gain_of", "left_out_log_likelihood"]

Array = NDArray[np.float64]

_LEVEL = 0.9


@dataclass(frozen=True)
class Addition:
    """What one more effect was worth at providers left out.

    Parameters
    ----------
    effect : str
    adds : bool
        Whether the whole interval of the gain lies above nought.
    gain, low, high : float
        Log-likelihood for each event, with the effect over without, and its 90% interval over
        providers.
    auc_without, auc_with : float
        Concordance at providers left out.
    n_events, n_providers : int
    """

    effect: str
    adds: bool
    gain: float
    low: float
    high: float
    auc_without: float
    auc_with: float
    n_events: int
    n_providers: int

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        verdict = "adds" if self.adds else "does not add, as far as can be seen,"
        return (
            f"{self.effect} {verdict} at providers left out: concordance {self.auc_without:.3f} "
            f"without and {self.auc_with:.3f} with it; log-likelihood for each event "
            f"{self.gain:+.4f} ({self.low:+.4f} to {self.high:+.4f})."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**asdict(self), "sentence": self.sentence}


def adds(model: DropOutModel, careers: Careers, effect: Effect | str) -> Addition:
    """Say whether an effect adds to a model at providers that it has not seen.

    Parameters
    ----------
    model : DropOutModel
        Need not be fitted: its outcome and effects count.
    careers : Careers
    effect : Effect or str
        Or the name of a declared one, such as ``composite``.

    Returns
    -------
    Addition

    Raises
    ------
    CareersError
        If there are fewer than three providers, or no such effect.

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(300, seed=1, starters_only=True)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> adds(DropOutModel(), careers, "composite").adds
    False
    """
    tried = _effect(model.outcome, effect)
    base = default_effects(model.outcome) if model.effects is None else model.effects
    without = tuple(held for held in base if held.name != tried.name)
    spells = spells_of(careers, model.outcome)
    n_providers = len(np.unique(spells.provider))
    if n_providers < FEWEST_PROVIDERS:
        raise CareersError(f"it takes {FEWEST_PROVIDERS} providers to leave some out")
    plain, c_plain = left_out_log_likelihood(spells, without)
    more, c_more = left_out_log_likelihood(spells, (*without, tried))
    gain, half = gain_of(spells, more - plain)
    return Addition(
        effect=tried.name,
        adds=gain - half > 0,
        gain=gain,
        low=gain - half,
        high=gain + half,
        auc_without=c_plain,
        auc_with=c_more,
        n_events=spells.n_events,
        n_providers=n_providers,
    )


def _effect(outcome: str, effect: Effect | str) -> Effect:
    if isinstance(effect, Effect):
        return effect
    known = {held.name: held for held in default_effects(outcome, optional=True)}
    if effect not in known:
        raise CareersError(f"no effect on {outcome} is called {effect!r}: {', '.join(known)}")
    return known[effect]


def gain_of(spells: Spells, differences: Array) -> tuple[float, float]:
    """Return a gain in log-likelihood for each event, and half of its 90% interval over providers.

    Parameters
    ----------
    spells : Spells
    differences : ndarray, shape (n,)
        Log-likelihood of each person under one model over that under another.

    Returns
    -------
    gain, half : float
    """
    by_provider = np.bincount(spells.provider, differences, len(spells.providers))
    events = max(spells.n_events, 1)
    gain = float(by_provider.sum()) / events
    off = by_provider - gain * _events(spells)
    n = max(len(np.unique(spells.provider)), 2)
    spread = float(np.sqrt(n / (n - 1) * (off @ off)))
    return gain, float(ndtri(0.5 + _LEVEL / 2)) * spread / events


def _events(spells: Spells) -> Array:
    ended = (spells.cause == EVENT).astype(float)
    return np.bincount(spells.provider, ended, len(spells.providers)).astype(np.float64)


def left_out_log_likelihood(
    spells: Spells, effects: Sequence[Effect]
) -> tuple[NDArray[np.float64], float]:
    """Return each person's log-likelihood under a model without their provider.

    Parameters
    ----------
    spells : Spells
    effects : sequence of Effect

    Returns
    -------
    log_likelihood : ndarray, shape (n,)
        At the usual provider.
    concordance : float
    """
    X = design_matrix(spells.features, effects).X
    means = np.array([effect.prior_mean for effect in effects])
    sds = np.array([effect.prior_sd for effect in effects])
    prior = Prior.of(baseline_prior(spells), means, sds)
    whole = fit_hazard(spells, X, prior)
    folds = provider_folds(spells.provider)
    figures, pushes = np.zeros(len(spells)), np.zeros(len(spells))
    for fold in np.unique(folds):
        there = folds == fold
        fitted = fit_hazard(
            spells.rows(~there), X[~there], prior, spread=whole.spread, start=whole.mean
        )
        pushes[there] = X[there] @ fitted.effects
        figures[there] = _log_likelihood(spells.rows(there), fitted.baseline, pushes[there])
    return figures, concordance(spells, pushes)[0]


def _log_likelihood(spells: Spells, baseline: Array, push: Array) -> Array:
    eta = baseline + push[:, None]
    steps = np.arange(len(baseline))
    entered, exited = spells.entered[:, None], spells.exited[:, None]
    share = ((steps >= entered) & (steps <= exited)).astype(float)
    every = np.arange(len(push))
    share[every, spells.exited] = spells.exposure
    found = -(np.logaddexp(0, eta) * share).sum(axis=1)
    found += np.where(spells.cause == EVENT, eta[every, spells.exited], 0.0)
    return np.asarray(found, dtype=np.float64)
