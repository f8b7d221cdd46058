"""A check that must find nothing: outcomes shuffled between people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from vbr_engine.risk.careers import Careers
from vbr_engine.risk.concordance import weighted_auc
from vbr_engine.risk.follow_up import FollowUp, follow_up
from vbr_engine.risk.refitting import RiskModel
from vbr_engine.risk.stages import STAGES
from vbr_engine.risk.validation_folds import horizons_of, leave_provider_out

__all__ = ["PermutedCheck", "permuted_careers", "permuted_check"]

_OUTCOME = (*STAGES, "ended", "ended_by", "ended_reason")


@dataclass(frozen=True, eq=False)
class PermutedCheck:
    """What a model finds where there is nothing to find.

    Parameters
    ----------
    auc : float
        Mean area under the curve within folds of providers held out, over the shuffles.
    low, high : float
        95% interval of that mean.
    each : ndarray
        By shuffle.
    passed : bool
        Whether chance is inside the interval, or above it.
    """

    auc: float
    low: float
    high: float
    each: NDArray[np.float64]
    passed: bool

    @property
    def sentence(self) -> str:
        """What was found, in plain words."""
        told = f"{self.auc:.2f} ({self.low:.2f} to {self.high:.2f}) where 0.50 is chance"
        if self.passed:
            return f"With outcomes shuffled between people the model finds nothing: {told}."
        return f"With outcomes shuffled the model still tells people apart: {told}. It must not."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        held = {"auc": self.auc, "low": self.low, "high": self.high, "passed": self.passed}
        return {**held, "shuffles": len(self.each), "sentence": self.sentence}


def permuted_careers(careers: Careers, *, seed: int, outcome: str = "leaving") -> Careers:
    """Shuffle what happened between people, and leave what was known beforehand.

    Parameters
    ----------
    careers : Careers
    seed : int
    outcome : {"leaving", "withdrawal"}
        For `leaving`, only those who started work change places.

    Returns
    -------
    Careers

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(50, seed=1)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> mixed = permuted_careers(careers, seed=1)
    >>> bool((mixed.frame["source"] == careers.frame["source"]).all())
    True
    """
    frame = careers.frame.copy()
    rows = np.arange(len(frame))
    if outcome == "leaving":
        rows = np.flatnonzero(frame["started_work"].notna())
    mixed = np.random.default_rng(seed).permutation(rows)
    for name in _OUTCOME:
        if name in frame:
            values = frame[name].to_numpy(copy=True)
            values[rows] = frame[name].to_numpy()[mixed]
            frame[name] = values
    return replace(careers, frame=frame)


def permuted_check(
    careers: Careers,
    make_model: Callable[[], RiskModel],
    *,
    horizon: int = 365,
    shuffles: int = 10,
    k: int = 5,
    seed: int = 0,
    on_step: Callable[[int, int], None] | None = None,
) -> PermutedCheck:
    """Fit and judge the model on shuffled outcomes: it must end at no skill.

    Parameters
    ----------
    careers : Careers
    make_model : callable
        Returns a new model, not fitted.
    horizon : int
        Days in the job; without meaning for withdrawal.
    shuffles : int
    k : int
        Folds of providers.
    seed : int
    on_step : callable, optional
        Told how many shuffles are done, of how many.

    Returns
    -------
    PermutedCheck

    Examples
    --------
    >>> from vbr_engine.risk import DropOutModel, simulate_careers
    >>> made = simulate_careers(300, seed=1, starters_only=True)
    >>> careers = Careers.from_frame(made.frame, cut=made.cut)
    >>> permuted_check(careers, DropOutModel, shuffles=3, seed=1).passed
    True
    """
    outcome = make_model().outcome
    each = np.empty(shuffles)
    for place in range(shuffles):
        mixed = permuted_careers(careers, seed=seed + place, outcome=outcome)
        follow = follow_up(mixed, outcome)
        each[place] = _auc(follow, mixed, make_model, horizon, k, seed + place)
        if on_step:
            on_step(place + 1, shuffles)
    mean = float(np.nanmean(each))
    # Nothing can be said from one shuffle about how far the next would lie from it.
    width = np.inf
    if shuffles > 1:
        width = stdtrit(shuffles - 1, 0.975) * np.nanstd(each, ddof=1) / np.sqrt(shuffles)
    return PermutedCheck(
        mean, float(mean - width), float(mean + width), each, bool(mean - width <= 0.5)
    )


def _auc(
    follow: FollowUp,
    careers: Careers,
    make_model: Callable[[], RiskModel],
    horizon: int,
    k: int,
    seed: int,
) -> float:
    (told,) = horizons_of(follow, [horizon])
    # Copies of a person share no outcome any more: nothing to keep together.
    alone = np.arange(len(careers))
    table = leave_provider_out(
        careers, make_model, horizons=[horizon], k=k, duplicates=alone, seed=seed
    )
    at = follow.last if isinstance(told, str) else told
    known = follow.line.weights_at(at, follow.share)
    risk = table[f"risk-{told}"].to_numpy()[follow.person]
    return _within(follow.left_by(at), risk, known, table["fold"].to_numpy()[follow.person])


def _within(
    left: NDArray[np.bool_],
    risk: NDArray[np.float64],
    known: NDArray[np.float64],
    fold: NDArray[np.int64],
) -> float:
    """Return the area under the curve from pairs held out together.

    A fold in which many left was judged by a model that saw few leave; pairs across folds would
    make nothing look like less than nothing (.47 at 300 people in 5 folds).
    """
    agree = pairs = 0.0
    for one in np.unique(fold):
        mine = fold == one
        both = float((known * left)[mine].sum() * (known * ~left)[mine].sum())
        if both > 0:
            agree += both * weighted_auc(left[mine], risk[mine], known[mine])
            pairs += both
    return agree / pairs if pairs else np.nan
