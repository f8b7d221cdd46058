"""How many sittings for how sure a figure."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from vbr_engine.psychometrics.expected_information import MODELS
from vbr_engine.psychometrics.plan import MOST, Given, Plan, normal_quantile, smallest, whole
from vbr_engine.psychometrics.precision_estimates import ESTIMATES, Asked, Estimate

__all__ = ["MEASURES", "check_clusters", "design_effect", "plan_precision"]

MEASURES = ("facility", "mean", "percentile", "correlation", "alpha", "slope", "intercept")
_SIZES = (50, 100, 200, 300, 500, 1000, 2000, 5000)
_POPULATION = "Figures for a simple random sample; sittings of one provider are more alike."


def plan_precision(
    measure: str,
    *,
    standard_error: float | None = None,
    width: float | None = None,
    n: int | None = None,
    expected: float | None = None,
    sd: float | None = None,
    percentile: float = 0.1,
    items: int = 16,
    categories: int = 4,
    model: str = "graded",
    slope: float = 1.0,
    cluster_size: float = 1.0,
    icc: float = 0.0,
    confidence: float = 0.95,
) -> Plan:
    """Find how many sittings make a figure sure enough, or how sure it is at a given number.

    Parameters
    ----------
    measure : {"facility", "mean", "percentile", "correlation", "alpha", "slope", "intercept"}
        Facility is an item's mean score from 0 to 1; mean and percentile are those of a norm group;
        a correlation may be a validity; slope and intercept are those of a calibrated item.
    standard_error, width : float, optional
        What is wanted: the standard error, or the whole width of the interval. For alpha the
        standard error is the width divided by twice the normal quantile.
    n : int, optional
        A number of sittings to answer for.
    expected : float, optional
        What the figure may be: correlation (0.2), alpha (0.7), or facility of a right-wrong item
        (0.5, the least sure).
    sd : float, optional
        Spread of one sitting's score: facility 0.5 at most, mean and percentile 1 (so that figures
        are in standard deviations).
    percentile : float, default 0.1
        Share of people below the point in question.
    items, categories : int
        Of a typical test: items for alpha too, both for slope and intercept.
    model : {"graded", "gpcm", "nominal"}
    slope : float
        Of its items, for slope and intercept.
    cluster_size, icc : float
        Sittings per provider, and how alike those of one provider are (intraclass correlation).
    confidence : float, default 0.95
        Of the interval.

    Returns
    -------
    Plan

    Raises
    ------
    InvalidInput
        With everything that is out of range.

    Examples
    --------
    >>> plan_precision("facility", standard_error=0.03).size
    278
    >>> plan_precision("alpha", width=0.1, expected=0.7, items=16).size
    297
    """
    given = Given()
    given.one_of("measure", measure, MEASURES)
    _check_precision(given, locals())
    given.check()
    deff = design_effect(cluster_size, icc)
    z = normal_quantile(0.5 + confidence / 2)
    estimate = ESTIMATES[measure](
        Asked(expected, sd, percentile, items, categories, model, slope, confidence, z)
    )
    size = _needed(estimate, deff, standard_error, width)
    wanted = standard_error is not None or width is not None
    rows = sorted({*_SIZES, *([n] if n else []), *([size] if size else [])})
    table = pd.DataFrame(
        [(row, *estimate.spread(row / deff)) for row in rows if row / deff >= estimate.least],
        columns=["sittings", "standard error", "low", "high"],
    )
    answer = []
    if wanted:
        answer.append(_size_sentence(estimate, size, standard_error, width, confidence))
    if n:
        answer.append(_error_sentence(estimate, n, deff, confidence))
    if not answer:
        answer.append(f"How sure {estimate.words} is, by the number of sittings:")
    answer += [*estimate.notes, _cluster_sentence(deff, cluster_size, icc)]
    return Plan(
        f"How many sittings to know {estimate.words}?",
        tuple(answer),
        size,
        table,
        estimate.formula,
        estimate.source,
    )


def design_effect(cluster_size: float, icc: float, *, variation: float = 0.0) -> float:
    """How many times more people are needed when they come in groups that are alike.

    Parameters
    ----------
    cluster_size : float
        Mean size of a group.
    icc : float
        Intraclass correlation.
    variation : float
        Coefficient of variation of the sizes.

    Returns
    -------
    float
        ``1 + ((1 + variation**2) * cluster_size - 1) * icc``, at least 1.

    References
    ----------
    Eldridge, Ashby and Kerry (2006), Sample size for cluster randomized trials: effect of
    coefficient of variation of cluster size and analysis method, International Journal of
    Epidemiology 35, 1292-1300.

    Examples
    --------
    >>> design_effect(21, 0.05)
    2.0
    """
    return max(1.0, 1.0 + ((1.0 + variation**2) * cluster_size - 1.0) * icc)


def _check_precision(given: Given, told: dict[str, Any]) -> None:
    measure = told["measure"]
    given.between("standard_error", told["standard_error"], 0, math.inf)
    given.between("width", told["width"], 0, math.inf)
    if told["standard_error"] is not None and told["width"] is not None:
        given.wrong("width", "give a standard error or a width, not both")
    low = -1 if measure == "correlation" else 0
    given.between("expected", told["expected"], low, 1)
    if told["expected"] is not None and measure not in ("facility", "correlation", "alpha"):
        given.wrong("expected", f"a {measure} has none; it is for facility, correlation and alpha")
    given.between("sd", told["sd"], 0, math.inf)
    if measure == "facility" and told["sd"] is not None:
        given.from_to("sd", told["sd"], 0, 0.5)
        if told["expected"] is not None:
            given.wrong("sd", "give the spread or the expected facility, not both")
    given.between("percentile", told["percentile"], 0, 1)
    given.from_to("items", told["items"], 2 if measure == "alpha" else 3, 60)
    given.from_to("categories", told["categories"], 2, 9)
    given.one_of("model", told["model"], MODELS)
    given.between("slope", told["slope"], 0, 6)
    check_clusters(given, told["cluster_size"], told["icc"])
    given.between("confidence", told["confidence"], 0, 1)
    least = 4 if measure == "correlation" else 3 if measure == "alpha" else 2
    given.from_to("n", told["n"], least, MOST)


def check_clusters(given: Given, cluster_size: float, icc: float) -> None:
    """Check the size of groups and how alike they are."""
    given.from_to("cluster_size", cluster_size, 1, MOST)
    given.from_to("icc", icc, 0, 1)
    if icc > 0 and cluster_size == 1:
        given.wrong("icc", "people of one provider can be alike only if there are several: give "
                    "their number as well")  # fmt: skip


def _needed(
    estimate: Estimate, deff: float, error: float | None, width: float | None
) -> int | None:
    if error is None and width is None:
        return None

    def sure(n: int) -> bool:
        found, low, high = estimate.spread(n / deff)
        return found <= error * (1 + 1e-9) if error is not None else high - low <= (width or 0)

    return smallest(sure, least=whole(estimate.least * deff))


def _size_sentence(
    estimate: Estimate,
    size: int | None,
    error: float | None,
    width: float | None,
    confidence: float,
) -> str:
    goal = (
        f"a standard error of {error:g}"
        if error is not None
        else f"a {confidence:.0%} interval no wider than {width:g}"
    )
    if size is None:
        return f"Not even {MOST:,} sittings give {goal} for {estimate.words}: ask for less."
    return f"{size:,} sittings give {goal} for {estimate.words}."


def _error_sentence(estimate: Estimate, n: int, deff: float, confidence: float) -> str:
    if n / deff < estimate.least:
        return f"{n:,} sittings are too few to know {estimate.words} at all."
    error, low, high = estimate.spread(n / deff)
    return (
        f"At {n:,} sittings the standard error of {estimate.words} is {error:.3f}; "
        f"the {confidence:.0%} interval runs from {low:.2f} to {high:.2f}."
    )


def _cluster_sentence(deff: float, cluster_size: float, icc: float) -> str:
    if deff == 1:
        return _POPULATION
    return (
        f"Sittings come in groups of {cluster_size:g} a provider with an intraclass correlation of "
        f"{icc:g}: {deff:.2f} times as many are needed as when each came from another provider."
    )
