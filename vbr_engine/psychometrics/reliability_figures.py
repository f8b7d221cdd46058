"""What is known about the precision of a total score, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from vbr_engine.psychometrics.halves import Halves

__all__ = ["Reliability"]

_WORDS = {
    "alpha": "alpha",
    "standardised_alpha": "standardised alpha",
    "stratified_alpha": "stratified alpha",
    "omega": "omega, one factor",
    "omega_total": "omega total",
    "omega_hierarchical": "omega hierarchical",
    "split_half_largest": "split-half, best split",
    "split_half_mean": "split-half, mean of all splits",
    "retest": "test-retest",
    "mean_inter_item_r": "mean correlation of two items",
    "standard_error_of_measurement": "standard error of measurement",
}


@dataclass(frozen=True)
class Reliability:
    """What is known about the precision of a test's total score.

    Parameters
    ----------
    n_persons, n_items : int
        What the figures rest on.
    alpha, alpha_low, alpha_high, alpha_se : float
        Cronbach's alpha with Feldt's interval and a standard error free of his assumptions.
    standardised_alpha, mean_inter_item_r : float
        From the correlations.
    stratified_alpha : float or None
        When strata were given.
    omega : float
        Of one factor.
    omega_total, omega_hierarchical : float
        From group factors and a general factor (Schmid and Leiman).
    n_factors : int
        Group factors used for these.
    split_half_largest, split_half_mean : float
        Over splits of the items in standard scores.
    halves : Halves
        The best split.
    retest : float or None
        Correlation of the totals on two occasions, with `retest_low`, `retest_high`, `retest_n`.
    retest_low, retest_high : float or None
        Its interval.
    retest_n : int
        Persons with every answer on both.
    standard_error_of_measurement : float
        Of the total, by alpha.
    conditional : pandas.DataFrame
        The error by score group, see `conditional_standard_error`.
    advice : tuple of str
        What the reader should know.

    Examples
    --------
    >>> from vbr_engine.psychometrics import reliability
    >>> found = reliability([[0, 0, 1], [1, 0, 1], [1, 1, 2], [0, 1, 0], [1, 1, 2]])
    >>> round(found.alpha, 3)
    0.652
    """

    n_persons: int
    n_items: int
    alpha: float
    alpha_low: float
    alpha_high: float
    alpha_se: float
    standardised_alpha: float
    mean_inter_item_r: float
    stratified_alpha: float | None
    omega: float
    omega_total: float
    omega_hierarchical: float
    n_factors: int
    split_half_largest: float
    split_half_mean: float
    halves: Halves
    retest: float | None
    retest_low: float | None
    retest_high: float | None
    retest_n: int
    standard_error_of_measurement: float
    conditional: pd.DataFrame = field(repr=False)
    advice: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Put the figures in a table with their limits where there are any."""
        limits = {
            "alpha": (self.alpha_low, self.alpha_high),
            "retest": (self.retest_low, self.retest_high),
        }
        rows = [
            (words, getattr(self, name), *limits.get(name, (None, None)))
            for name, words in _WORDS.items()
            if getattr(self, name) is not None
        ]
        table = pd.DataFrame(rows, columns=["figure", "value", "low", "high"])
        return table.astype({"value": float, "low": float, "high": float}).set_index("figure")

    def __str__(self) -> str:
        head = f"Reliability: {self.n_persons} persons, {self.n_items} items"
        lines = [head]
        for name, row in self.to_frame().iterrows():
            limits = "" if np.isnan(row["low"]) else f"  [{row['low']:.3f}, {row['high']:.3f}]"
            lines.append(f"  {name!s:<31}{row['value']:8.3f}{limits}")
        return "\n".join([*lines, *(f"  Note: {sentence}" for sentence in self.advice)])
