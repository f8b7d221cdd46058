"""How many hires show that a programme keeps more people."""

from __future__ import annotations

import math

import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from vbr_engine.psychometrics.plan import MOST, Given, Plan, normal_quantile, whole
from vbr_engine.psychometrics.planning import check_clusters, design_effect

__all__ = ["plan_retention"]

_ARMS = (20, 50, 100, 200, 500, 1000, 2000)


def plan_retention(
    leaving: float = 0.30,
    difference: float = 0.056,
    *,
    n: int | None = None,
    ratio: float = 1.0,
    significance: float = 0.05,
    power: float = 0.8,
    cluster_size: float = 1.0,
    icc: float = 0.0,
    variation: float = 0.0,
    lost: float = 0.0,
) -> Plan:
    """Find how many hires show that fewer leave under a programme than without it.

    Two groups of hires are compared: those taken on under the programme, and those taken on without
    it. The defaults are the figure most quoted for values-based recruitment.

    Parameters
    ----------
    leaving : float, default 0.30
        Share that leaves without the programme.
    difference : float, default 0.056
        By how much smaller that share is under it, such as 0.056 for 5.6 percentage points.
    n : int, optional
        Hires under the programme, to answer what such a study could see.
    ratio : float, default 1
        Hires without the programme for each hire under it.
    significance, power : float
        Two-sided chance of a false alarm, and chance of seeing a difference that is there.
    cluster_size, icc, variation : float
        Hires per provider, how alike those of one provider are (intraclass correlation), and the
        coefficient of variation of the providers' sizes: for programmes given to whole providers.
    lost : float
        Share of hires of whom nobody knows later whether they stayed.

    Returns
    -------
    Plan
        `size` is the number of hires under the programme.

    Raises
    ------
    InvalidInput
        With everything that is out of range.

    Examples
    --------
    >>> plan_retention(0.30, 0.056).size
    990
    >>> plan_retention(0.30, 0.056, cluster_size=20, icc=0.03, lost=0.1).size
    1727
    """
    given = Given()
    given.between("leaving", leaving, 0, 1)
    given.between("difference", difference, 0, 1)
    if 0 < leaving < 1 and leaving <= difference < 1:
        given.wrong("difference", f"only {leaving:.1%} leave: it has to be less than that, "
                    f"got {difference:.1%}")  # fmt: skip
    given.from_to("n", n, 4, MOST)
    given.power_of_test(significance, power)
    given.from_to("ratio", ratio, 0.05, 20)
    check_clusters(given, cluster_size, icc)
    given.from_to("variation", variation, 0, 5)
    given.from_to("lost", lost, 0, 0.95)
    given.check()
    inflation = design_effect(cluster_size, icc, variation=variation) / (1 - lost)
    study = _TwoShares(leaving, ratio, significance, power, inflation)
    size = study.hires(difference)
    rows = sorted({*_ARMS, size, *([n] if n else [])})
    table = pd.DataFrame(
        [
            (row, whole(row * ratio), study.power_at(row, difference), study.detectable(row))
            for row in rows
        ],
        columns=[
            "hires with",
            "hires without",
            f"power for {100 * difference:g} points",
            "smallest difference",
        ],
    )
    answer = [_retention_sentence(size, study, difference)]
    if n:
        answer.append(_detectable_sentence(n, study))
    answer += _retention_notes(study, cluster_size, icc, lost, size)
    return Plan(
        f"How many hires show that {leaving - difference:.1%} leave, not {leaving:.1%}?",
        tuple(answer),
        size,
        table,
        "n = (z_a sqrt((r + 1) p (1 - p)) + z_b sqrt(r p1 (1 - p1) + p2 (1 - p2)))^2 / (r d^2), "
        "p the mean share, r the hires without for each hire with; times 1 + ((1 + cv^2) m - 1) "
        "icc; divided by 1 - lost",
        "Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, chapter 4 "
        "(no continuity correction); Eldridge and others (2006) for providers of unequal size",
    )


class _TwoShares:
    """Two shares compared: hires with the programme (1) and without (2)."""

    def __init__(
        self, leaving: float, ratio: float, significance: float, power: float, inflation: float
    ) -> None:
        self.leaving, self.ratio, self.power = leaving, ratio, power
        self.inflation = inflation
        self.za = normal_quantile(1 - significance / 2)
        self.zb = normal_quantile(power)

    def _spreads(self, difference: float) -> tuple[float, float]:
        p1, p2, r = self.leaving - difference, self.leaving, self.ratio
        mean = (p1 + r * p2) / (r + 1)
        null = math.sqrt((r + 1) * mean * (1 - mean))
        return null, math.sqrt(r * p1 * (1 - p1) + p2 * (1 - p2))

    def hires(self, difference: float) -> int:
        """Hires with the programme."""
        null, alternative = self._spreads(difference)
        root = (self.za * null + self.zb * alternative) / difference
        return whole(root**2 / self.ratio * self.inflation)

    def power_at(self, n: float, difference: float) -> float:
        """Chance to see the difference."""
        null, alternative = self._spreads(difference)
        root = math.sqrt(n / self.inflation * self.ratio) * difference
        return float(stats.norm.cdf((root - self.za * null) / alternative))

    def detectable(self, n: float) -> float:
        """Smallest difference seen with the power wanted; NaN where none could be."""
        most = self.leaving * (1 - 1e-9)
        if self.power_at(n, most) < self.power:
            return math.nan
        return float(brentq(lambda d: self.power_at(n, d) - self.power, 1e-9, most))


def _retention_sentence(size: int, study: _TwoShares, difference: float) -> str:
    without = whole(size * study.ratio)
    return (
        f"{size:,} hires under the programme and {without:,} without it, all known to have stayed "
        f"or left, have a chance of {study.power:.0%} to show a difference of "
        f"{100 * difference:g} percentage points, if it is there."
        if study.inflation == 1
        else f"{size:,} hires under the programme and {without:,} without it have a chance of "
        f"{study.power:.0%} to show a difference of {100 * difference:g} percentage points, if it "
        "is there."
    )


def _detectable_sentence(n: int, study: _TwoShares) -> str:
    found = study.detectable(n)
    head = f"With {n:,} hires under the programme and {whole(n * study.ratio):,} without it, "
    if math.isnan(found):
        return head + "not even a programme under which nobody leaves would be sure to show."
    return head + (
        f"the smallest difference that has a chance of {study.power:.0%} to show is "
        f"{100 * found:.1f} percentage points."
    )


def _retention_notes(
    study: _TwoShares, cluster_size: float, icc: float, lost: float, size: int
) -> list[str]:
    notes = []
    if icc > 0:
        notes.append(
            f"Hires come in groups of {cluster_size:g} a provider that are alike (intraclass "
            f"correlation {icc:g}): about {math.ceil(size / cluster_size):,} providers with the "
            f"programme and {math.ceil(size * study.ratio / cluster_size):,} without."
        )
    else:
        notes.append(
            "If whole providers take part, hires of one provider are alike: give hires per "
            "provider and an intraclass correlation, or the number is too small."
        )
    if lost > 0:
        notes.append(f"It allows for {lost:.0%} of whom nobody knows later whether they stayed.")
    few = study.detectable(20)
    low, high = (stats.gamma.ppf(0.025, 5), stats.gamma.ppf(0.975, 6))
    seen = (
        "no difference, however large"
        if math.isnan(few)
        else f"nothing below {100 * few:.0f} points"
    )
    notes.append(
        f"A provider with 20 hires in each group would see {seen}: 5 leavers among 20 staff are "
        f"25%, and the rate behind them may be {low / 20:.0%} to {high / 20:.0%}. Pool providers, "
        "and compare how long people stay rather than whether they do."
    )
    return notes
