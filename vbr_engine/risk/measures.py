"""The figures of an evaluation, worked out again and again under other weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from vbr_engine.psychometrics.threads import one_thread
from vbr_engine.risk.calibration import recalibration_line
from vbr_engine.risk.concordance import Pairs, Ranks
from vbr_engine.risk.follow_up import FollowUp
from vbr_engine.risk.resampling import drawn_weights, interval_of

__all__ = ["FIGURE_WORDS", "Measures", "figure_table"]

Array = NDArray[np.float64]

# Of each horizon; the last three look at all time up to the last horizon.
FIGURE_WORDS = {
    "observed": "share who dropped out, net of other ends",
    "expected": "mean of the risks",
    "observed/expected": "seen, for each that was expected",
    "auc": "area under the curve",
    "slope": "calibration slope",
    "in-the-large": "calibration in the large, on the logit",
    "brier": "Brier score",
    "scaled-brier": "Brier score, gain over one risk for all",
    "log-gain": "log-likelihood for each who dropped out, over one risk for all",
    "harrell-c": "Harrell's C",
    "uno-c": "Uno's C",
    "integrated-brier": "integrated Brier score",
}
_EACH = tuple(FIGURE_WORDS)[:9]
_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class Measures:
    """What to measure: horizons, and who was followed how long.

    Parameters
    ----------
    follow : FollowUp
    horizons : tuple
        Days, or the first day.
    overall : bool
        Whether the figures over all time are wanted too.
    """

    follow: FollowUp
    horizons: tuple[int | str, ...]
    overall: bool = True

    @property
    def names(self) -> list[tuple[int | str, str]]:
        """Horizon and figure, in the order in which `of` gives them."""
        each = [(horizon, name) for horizon in self.horizons for name in _EACH]
        if not self.overall:
            return each
        last = self.horizons[-1]
        more = ("harrell-c", "uno-c", "integrated-brier")[: 3 if len(self.horizons) > 1 else 2]
        return each + [(last, name) for name in more]

    def time_of(self, horizon: int | str) -> int:
        """Return the time that a horizon stands for."""
        return self.follow.last if isinstance(horizon, str) else horizon

    def of(self, risks: Array, copies: Array | None = None) -> Array:
        """Work out all figures.

        Parameters
        ----------
        risks : ndarray, shape (n, h)
            Of each person by each horizon.
        copies : ndarray, shape (n,), optional
            How often each person counts.

        Returns
        -------
        ndarray
        """
        with one_thread():
            return self.on(risks)(copies)

    def on(self, risks: Array, common: Array | None = None) -> Callable[[Array | None], Array]:
        """Put risks in order once, to work out all figures under many weights.

        Parameters
        ----------
        risks : ndarray, shape (n, h)
        common : ndarray, shape (n, h), optional
            The risks on a level that all folds share, for ranks and slopes.

        Returns
        -------
        callable
            Given how often each person counts, returns all figures.
        """
        rows = risks[self.follow.person]
        level = rows if common is None else common[self.follow.person]
        ranks = [Ranks.of(column) for column in level.T]
        last = self.time_of(self.horizons[-1])
        pairs = Pairs.of(self.follow.line, level[:, -1], last) if self.overall else None

        def of(copies: Array | None) -> Array:
            weight = self.follow.rows_of(copies)
            each = [
                self._at(
                    self.time_of(horizon),
                    rows[:, place],
                    None if common is None else level[:, place],
                    ranks[place],
                    weight,
                )
                for place, horizon in enumerate(self.horizons)
            ]
            found = [value for part in each for value in part]
            if pairs is not None:
                found += pairs.concordances(weight)
                found += self._integrated([part[_EACH.index("brier")] for part in each])
            return np.array(found)

        return of

    def _at(
        self, horizon: int, risk: Array, level: Array | None, ranks: Ranks, weight: Array
    ) -> list[float]:
        line, left = self.follow.line, self.follow.left_by(horizon)
        known = line.weights_at(horizon, weight)
        people = float(weight.sum())
        observed, expected = float(known @ left) / people, float(weight @ risk) / people
        brier = float(known @ (left - risk) ** 2) / people
        reference = float(known @ (left - observed) ** 2) / people
        shift, slope = recalibration_line(left.astype(float), risk, known)
        if level is not None:
            slope = recalibration_line(left.astype(float), level, known)[1]
        gain = _log_score(left, risk, known) - _log_score(left, np.array(observed), known)
        return [
            observed,
            expected,
            observed / expected if expected > 0 else np.nan,
            ranks.auc(left, known),
            slope,
            shift,
            brier,
            1 - brier / reference if reference > 0 else np.nan,
            gain / (people * observed) if observed > 0 else np.nan,
        ]

    def _integrated(self, briers: list[float]) -> list[float]:
        if len(briers) < 2:
            return []
        at = [self.time_of(horizon) for horizon in self.horizons]
        return [float(trapezoid(briers, at) / (at[-1] - at[0]))]


def figure_table(
    measures: Measures,
    risks: Array,
    *,
    n_bootstrap: int,
    interval: float,
    seed: int,
    chosen: NDArray[np.bool_] | None = None,
    common: Array | None = None,
) -> pd.DataFrame:
    """Work out all figures with their intervals.

    Parameters
    ----------
    measures : Measures
    risks : ndarray, shape (n, h)
    n_bootstrap : int
        Draws of providers with all their people.
    interval : float
    seed : int
    chosen : ndarray of bool, shape (n,), optional
        Who counts; by default everybody.
    common : ndarray, shape (n, h), optional
        The risks on a level that all folds share, for ranks and slopes.

    Returns
    -------
    DataFrame
        ``horizon``, ``figure``, ``value``, ``low``, ``high``.
    """
    n = len(measures.follow)
    mine = np.arange(n) if chosen is None else np.flatnonzero(chosen)
    once = np.zeros(n)
    once[mine] = 1.0
    draws, figures = [], measures.on(risks, common)
    # Sums as short as these are slower when shared between threads.
    with one_thread():
        for drawn in drawn_weights(measures.follow.provider[mine], n_bootstrap, seed=seed):
            copies = np.zeros(n)
            copies[mine] = drawn
            draws.append(figures(copies))
        value = figures(once)
    low, high = interval_of(np.reshape(draws, (len(draws), len(measures.names))), interval)
    return _table(measures.names, value, low, high)


def _table(
    names: Sequence[tuple[int | str, str]], value: Array, low: Array, high: Array
) -> pd.DataFrame:
    table = pd.DataFrame(names, columns=["horizon", "figure"])
    return table.assign(value=value, low=low, high=high)


def _log_score(left: NDArray[np.bool_], risk: Array, known: Array) -> float:
    held = np.clip(risk, _EDGE, 1 - _EDGE)
    return float(known @ np.where(left, np.log(held), np.log1p(-held)))
