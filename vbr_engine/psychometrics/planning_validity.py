"""How many hires show that a score goes with an outcome."""

from __future__ import annotations

import math

import pandas as pd
from scipy import stats

from vbr_engine.psychometrics.association import correlation_interval
from vbr_engine.psychometrics.plan import MOST, Given, Plan, at_least, normal_quantile

__all__ = ["narrowing", "plan_validity", "restricted"]


def plan_validity(
    correlation: float = 0.2,
    *,
    n: int | None = None,
    selected: float | None = None,
    criterion_reliability: float = 1.0,
    significance: float = 0.05,
    power: float = 0.8,
) -> Plan:
    """Find how many hires with an outcome show that a score predicts it.

    Parameters
    ----------
    correlation : float, default 0.2
        Between score and outcome among all applicants, if the outcome were measured without error.
    n : int, optional
        Hires with an outcome, to answer what such a study could see.
    selected : float, optional
        Share of applicants taken on, from the top of the score: it narrows the scores of those
        hired. By default hiring does not go by the score.
    criterion_reliability : float, default 1
        Of the outcome as it is measured, such as 0.6 for one supervisor's rating.
    significance, power : float
        Two-sided chance of a false alarm, and chance of seeing what is there.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        With everything that is out of range.

    Examples
    --------
    >>> plan_validity(0.2).size
    194
    >>> plan_validity(0.2, selected=0.5, criterion_reliability=0.6).size
    884
    """
    given = Given()
    given.between("correlation", correlation, -1, 1)
    if abs(correlation) < 0.001:
        given.wrong("correlation", "a correlation of nothing cannot be shown: give another")
    given.between("selected", selected, 0, 1.0000001)
    given.between("criterion_reliability", criterion_reliability, 0, 1.0000001)
    given.from_to("n", n, 4, MOST)
    given.power_of_test(significance, power)
    given.check()
    z = normal_quantile(1 - significance / 2) + normal_quantile(power)
    narrowed = narrowing(selected)
    seen = restricted(correlation * math.sqrt(criterion_reliability), narrowed)
    size = at_least((z / abs(math.atanh(seen))) ** 2 + 3, 4)
    rows = sorted({20, 50, 100, 200, 500, 1000, size, *([n] if n else [])})
    table = pd.DataFrame(
        [
            (row, math.tanh(z / math.sqrt(row - 3)), *correlation_interval(seen, row))
            for row in rows
        ],
        columns=["hires", "smallest correlation", "low", "high"],
    )
    answer = [
        f"{size:,} hires with an outcome have a chance of {power:.0%} to show a correlation that "
        f"is {correlation:g} among all applicants."
    ]
    if n:
        answer.append(
            f"With {n:,} hires the smallest correlation that has a chance of {power:.0%} to show "
            f"among those hired is {math.tanh(z / math.sqrt(n - 3)):.2f}."
        )
    answer += _validity_notes(correlation, seen, selected, narrowed, criterion_reliability, z)
    return Plan(
        f"How many hires show that a score goes with an outcome at {correlation:g}?",
        tuple(answer),
        size,
        table,
        "n = ((z_a + z_b) / atanh(r))^2 + 3, r = u r0 / sqrt(1 + (u^2 - 1) r0^2), r0 = correlation "
        "times the root of the outcome's reliability, u the spread of scores among hires over that "
        "among applicants",
        "Fisher (1921); Thorndike (1949), Personnel Selection, case 2; Spearman (1904) for "
        "unreliability; u of a normal score cut from below",
    )


def narrowing(selected: float | None) -> float:
    """Spread of a normal score among the top share, as a part of that among all.

    Examples
    --------
    >>> round(narrowing(0.5), 3), narrowing(None)
    (0.603, 1.0)
    """
    if selected is None or selected >= 1:
        return 1.0
    cut = normal_quantile(1 - selected)
    lift = float(stats.norm.pdf(cut)) / selected
    return math.sqrt(1 + cut * lift - lift**2)


def restricted(r: float, narrowed: float) -> float:
    """Correlation among those selected on one of the two things (Thorndike's case 2).

    Examples
    --------
    >>> round(restricted(0.2, 0.6), 3)
    0.122
    """
    return narrowed * r / math.sqrt(1 + (narrowed**2 - 1) * r**2)


def _validity_notes(
    correlation: float,
    seen: float,
    selected: float | None,
    narrowed: float,
    criterion_reliability: float,
    z: float,
) -> list[str]:
    notes = []
    if abs(seen) < abs(correlation) - 1e-9:
        causes = []
        if narrowed < 1:
            causes.append(f"only the top {selected or 1:.0%} are hired")
        if criterion_reliability < 1:
            causes.append(f"the outcome has a reliability of {criterion_reliability:g}")
        notes.append(f"Among those hired it shrinks to {seen:.3f}, because {' and '.join(causes)}.")
    low, high = correlation_interval(seen, 20)
    notes.append(
        f"A provider with 20 hires cannot know whether a score works for it: it would find nothing "
        f"below {math.tanh(z / math.sqrt(17)):.2f}, and its interval would run from {low:.2f} to "
        f"{high:.2f}. Only providers together can find out."
    )
    return notes
