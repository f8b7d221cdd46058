"""What sittings tell about a figure: its standard error and interval at each number of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from vbr_engine.psychometrics.association import correlation_interval
from vbr_engine.psychometrics.coefficients import feldt_interval
from vbr_engine.psychometrics.expected_information import single_sitting_errors, typical_items
from vbr_engine.psychometrics.plan import normal_quantile

__all__ = ["ESTIMATES", "Asked", "Estimate"]


@dataclass(frozen=True)
class Estimate:
    """A figure that sittings tell: how sure it is at n independent sittings."""

    words: str
    spread: Callable[[float], tuple[float, float, float]]  # n -> error, low, high
    least: int
    formula: str
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What was asked about a figure, see `plan_precision`."""

    expected: float | None
    sd: float | None
    percentile: float
    items: int
    categories: int
    model: str
    slope: float
    confidence: float
    z: float


def _around(value: float, z: float, per_sitting: float) -> Callable[[float], Any]:
    def spread(n: float) -> tuple[float, float, float]:
        error = per_sitting / math.sqrt(n)
        return error, value - z * error, value + z * error

    return spread


def _facility(asked: Asked) -> Estimate:
    share = 0.5 if asked.expected is None else asked.expected
    sd = asked.sd or math.sqrt(share * (1 - share))
    return Estimate(
        "an item's facility (its mean score, from 0 to 1)",
        _around(share, asked.z, sd),
        2,
        f"standard error = {sd:.3g} / sqrt(n), with {sd:.3g} the spread of an item score",
        "standard error of a mean; for a right-wrong item the spread is sqrt(p (1 - p))",
    )


def _mean(asked: Asked) -> Estimate:
    sd = asked.sd or 1.0
    unit = "" if asked.sd else " (in standard deviations of the score)"
    return Estimate(
        f"the mean of a norm group{unit}",
        _around(0.0, asked.z, sd),
        2,
        "standard error = sd / sqrt(n)",
        "standard error of a mean",
        ("The interval is around the mean, whatever that is.",),
    )


def _percentile(asked: Asked) -> Estimate:
    p, sd = asked.percentile, asked.sd or 1.0
    z = normal_quantile(p)
    per_sitting = sd * math.sqrt(p * (1 - p)) / float(stats.norm.pdf(z))
    share = math.sqrt(p * (1 - p) / 500)
    return Estimate(
        f"the score below which {p:.0%} of a norm group lie"
        + ("" if asked.sd else " (in standard deviations)"),
        _around(sd * z, asked.z, per_sitting),
        math.ceil(1 / min(p, 1 - p)),
        "standard error = sd sqrt(p (1 - p) / n) / phi(z_p), with phi the normal density",
        "Kendall and Stuart, The Advanced Theory of Statistics: large-sample error of a quantile",
        (
            f"Read the other way: with 500 sittings the share of people below a fixed score near "
            f"there is known to within a standard error of {share:.1%}.",
        ),
    )


def _correlation(asked: Asked) -> Estimate:
    r = 0.2 if asked.expected is None else asked.expected

    def spread(n: float) -> tuple[float, float, float]:
        root, centre = 1 / math.sqrt(n - 3), math.atanh(r)
        return (
            (1 - r**2) * root,
            math.tanh(centre - asked.z * root),
            math.tanh(centre + asked.z * root),
        )

    low, high = correlation_interval(r, 20, coverage=asked.confidence)
    return Estimate(
        f"a correlation of {r:g}",
        spread,
        4,
        "interval = tanh(atanh(r) -/+ z / sqrt(n - 3)); standard error = (1 - r^2) / sqrt(n - 3)",
        "Fisher (1921), On the 'probable error' of a coefficient of correlation, Metron 1, 3-32",
        (
            f"A provider with 20 people can know next to nothing here: its interval would run "
            f"from {low:.2f} to {high:.2f}.",
        ),
    )


def _alpha(asked: Asked) -> Estimate:
    value = 0.7 if asked.expected is None else asked.expected

    def spread(n: float) -> tuple[float, float, float]:
        low, high = feldt_interval(
            value,
            n,
            asked.items,
            confidence=asked.confidence,
        )
        return (high - low) / (2 * asked.z), low, high

    return Estimate(
        f"an alpha of {value:g} for {asked.items} items",
        spread,
        3,
        "interval = 1 - (1 - alpha) F(n - 1, (n - 1)(k - 1)); standard error = width / (2 z)",
        "Feldt (1965), The approximate sampling distribution of Kuder-Richardson reliability "
        "coefficient twenty, Psychometrika 30, 357-370",
    )


def _calibration(asked: Asked, kind: str) -> Estimate:
    made = typical_items(asked.model, asked.items, asked.categories, slope=asked.slope)
    errors = single_sitting_errors(made)
    n_slopes = asked.categories - 1 if asked.model == "nominal" else 1
    part = errors[:, :n_slopes] if kind == "slope" else errors[:, n_slopes:]
    worst = float(np.nanmax(part))
    value = asked.slope if kind == "slope" else 0.0
    few = asked.items * (asked.categories + n_slopes - 1)
    return Estimate(
        f"every {kind} of {asked.items} items with {asked.categories} categories "
        f"({asked.model} model, slope {asked.slope:g})",
        _around(value, asked.z, worst),
        2,
        f"standard error = {worst:.2f} / sqrt(n): root of the inverse expected information of one "
        "sitting under the marginal likelihood, its largest element for the items",
        "Bock and Aitkin (1981), Psychometrika 46, 443-459; information by enumeration of answer "
        "patterns, or over drawn sittings where these are too many",
        (
            f"The items are made up: places spread over the middle of a normal population. The "
            f"calibration has {few} parameters; with fewer sittings than a few times that, these "
            "figures are too hopeful.",
        ),
    )


ESTIMATES: dict[str, Callable[[Asked], Estimate]] = {
    "facility": _facility,
    "mean": _mean,
    "percentile": _percentile,
    "correlation": _correlation,
    "alpha": _alpha,
    "slope": lambda asked: _calibration(asked, "slope"),
    "intercept": lambda asked: _calibration(asked, "intercept"),
}
