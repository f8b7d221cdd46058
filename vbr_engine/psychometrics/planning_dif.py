"""How large a group shows an item that works differently for it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import expit

from vbr_engine.psychometrics.plan import (
    MOST,
    Given,
    Plan,
    normal_quantile,
    smallest,
    whole,
)

__all__ = ["plan_dif"]

_GROUPS = (50, 100, 200, 300, 500, 1000)
_DELTA = 2.35  # ETS: delta = -2.35 ln(odds ratio)


def plan_dif(
    delta: float = 1.5,
    *,
    n: int | None = None,
    facility: float = 0.6,
    slope: float = 1.0,
    ratio: float = 1.0,
    impact: float = 0.0,
    tests: int = 1,
    significance: float = 0.05,
    power: float = 0.8,
) -> Plan:
    """Find how large a group has to be for the Mantel-Haenszel test to see an unfair item.

    Parameters
    ----------
    delta : float, default 1.5
        Size on the ETS scale: 1 begins class B (moderate), 1.5 class C (large).
    n : int, optional
        People in the smaller (focal) group, to answer what such a study could see.
    facility : float, default 0.6
        Share of the other (reference) group that answers as keyed.
    slope : float, default 1
        Of the item in the logistic metric.
    ratio : float, default 1
        People in the reference group for each in the focal group.
    impact : float, default 0
        By how many standard deviations the focal group's mean on the trait is lower.
    tests : int, default 1
        Items tested at once; the chance of a false alarm is divided by it.
    significance, power : float
        Two-sided chance of a false alarm, and chance of seeing what is there.

    Returns
    -------
    Plan
        `size` is the number of people in the focal group.

    Raises
    ------
    InvalidInput
        With everything that is out of range.

    Examples
    --------
    >>> plan_dif(1.5).size > plan_dif(2.0).size
    True
    """
    given = Given()
    given.from_to("delta", delta, 0.05, 10)
    given.from_to("n", n, 10, MOST)
    given.between("facility", facility, 0, 1)
    given.from_to("slope", slope, 0.05, 6)
    given.from_to("ratio", ratio, 0.05, 100)
    given.from_to("impact", impact, -3, 3)
    given.from_to("tests", tests, 1, 10_000)
    given.power_of_test(significance, power)
    given.check()
    item = _Matched(facility, slope, ratio, impact, significance / tests, power)
    size = smallest(lambda people: item.power_at(people, delta) >= power - 1e-4, least=10)
    rows = sorted({*_GROUPS, *([size] if size else []), *([n] if n else [])})
    table = pd.DataFrame(
        [
            (row, whole(row * ratio), item.power_at(row, delta), item.detectable(row))
            for row in rows
        ],
        columns=["focal group", "reference group", f"power for {delta:g}", "smallest delta"],
    )
    answer = [
        f"No group is large enough to see a delta of {delta:g}."
        if size is None
        else f"{size:,} people in the smaller group and {whole(size * ratio):,} in the other have "
        f"a chance of {power:.0%} to show an item whose delta is {delta:g} (odds {_odds(delta)} "
        "times as high at the same score)."
    ]
    if n:
        answer.append(
            f"With {n:,} in the smaller group the smallest delta that has a chance of {power:.0%} "
            f"to show is {item.detectable(n):.2f}."
        )
    answer.append(
        "ETS class B begins at 1 and class C at 1.5. The figures are for an item right or wrong, "
        "matched on a good score; ratings tell more, a short or unreliable score less."
    )
    return Plan(
        f"How large a group shows an item with a delta of {delta:g}?",
        tuple(answer),
        size,
        table,
        "n = (z_a + z_b)^2 / (ln(odds ratio)^2 i), i the information about the log odds ratio per "
        "person of the focal group: 1 / (1 / (r p q) + 1 / (p' q')) summed over people matched on "
        "the trait; delta = -2.35 ln(odds ratio)",
        "Mantel and Haenszel (1959), JNCI 22, 719-748; Wittes and Wallenstein (1987), The power of "
        "the Mantel-Haenszel test, JASA 82, 1104-1109; Holland and Thayer (1988) for delta",
    )


def _odds(delta: float) -> str:
    return f"{math.exp(delta / _DELTA):.2f}"


class _Matched:
    """One item answered by two groups that are matched on a normal trait."""

    def __init__(
        self,
        facility: float,
        slope: float,
        ratio: float,
        impact: float,
        significance: float,
        power: float,
    ) -> None:
        self._theta = np.linspace(-7, 7, 141)
        self._reference = ratio * _normal(self._theta)
        self._focal = _normal(self._theta + impact)
        self._slope, self.power = slope, power
        weight = _normal(self._theta)
        self._place = brentq(
            lambda d: float(weight @ expit(slope * self._theta + d)) - facility, -60, 60
        )
        self._za = normal_quantile(1 - significance / 2)

    def information(self, delta: float) -> float:
        """What one person of the focal group tells about the log odds ratio."""
        linear = self._slope * self._theta + self._place
        p, other = expit(linear), expit(linear - delta / _DELTA)
        first = self._reference * p * (1 - p)
        second = self._focal * other * (1 - other)
        return float((first * second / (first + second)).sum())

    def power_at(self, n: float, delta: float) -> float:
        """Chance to see the item."""
        shift = delta / _DELTA * math.sqrt(n * self.information(delta))
        return float(stats.norm.cdf(shift - self._za))

    def detectable(self, n: float) -> float:
        """Smallest delta seen with the power wanted; NaN up to 12."""
        if self.power_at(n, 12.0) < self.power:
            return math.nan
        return float(brentq(lambda d: self.power_at(n, d) - self.power, 1e-6, 12.0))


def _normal(theta: np.ndarray) -> np.ndarray:
    weight = np.exp(-0.5 * theta**2)
    return np.asarray(weight / weight.sum())
