"""How often intervals hold the truth, added up over every possible outcome."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import binom

from vbr_engine.fairness import difference_interval, pool, ratio_interval, wilson
from vbr_engine.fairness.standardised import standardised_difference

INTERVALS = {"ratio": ratio_interval, "difference": difference_interval}
CASES = [(20, 25, 0.3, 0.3), (20, 25, 0.2, 0.5), (30, 60, 0.1, 0.15), (25, 25, 0.8, 0.9)]


@lru_cache
def ends(kind, n, m):
    """Intervals of every outcome."""
    rows = [[INTERVALS[kind](x, n, y, m)[1:] for y in range(m + 1)] for x in range(n + 1)]
    return np.array(rows)


@pytest.mark.parametrize(("n", "m", "p", "q"), CASES)
@pytest.mark.parametrize("kind", list(INTERVALS))
def test_score_intervals_hold_the_truth_95_times_in_100(kind, n, m, p, q):
    truth = p / q if kind == "ratio" else p - q
    low, high = ends(kind, n, m)[..., 0], ends(kind, n, m)[..., 1]
    chance = np.outer(binom.pmf(range(n + 1), n, p), binom.pmf(range(m + 1), m, q))
    held = float(chance[(low <= truth + 1e-9) & (truth - 1e-9 <= high)].sum())
    assert 0.935 < held < 0.98


def test_a_plain_interval_holds_it_less_often():
    """What the score interval is for: with few people, estimate plus or minus 1.96 errors fails."""
    n, m, p, q = 12, 40, 0.1, 0.1
    x, y = np.arange(n + 1)[:, None] / n, np.arange(m + 1)[None] / m
    half = 1.96 * np.sqrt(x * (1 - x) / n + y * (1 - y) / m)
    chance = np.outer(binom.pmf(range(n + 1), n, p), binom.pmf(range(m + 1), m, q))
    plain = float(chance[np.abs(x - y) <= half].sum())
    low, high = ends("difference", n, m)[..., 0], ends("difference", n, m)[..., 1]
    score = float(chance[(low <= 0) & (high >= 0)].sum())
    assert plain < 0.85
    assert score > 0.94


@pytest.mark.parametrize("p", [0.1, 0.3, 0.5, 0.9])
def test_wilson_holds_the_share(p):
    n = 40
    held = sum(
        binom.pmf(x, n, p) for x in range(n + 1) if wilson(x, n).low <= p <= wilson(x, n).high
    )
    assert 0.93 < held < 0.975


def test_the_pooled_ratio_holds_the_truth():
    """Ten providers with rates of their own, a true ratio of 0.8: 400 draws."""
    rng = np.random.default_rng(20261122)
    rates, n, m = rng.uniform(0.3, 0.7, 10), rng.integers(8, 30, 10), rng.integers(20, 80, 10)
    held = 0
    for _ in range(400):
        found = pool(rng.binomial(n, 0.8 * rates), n, rng.binomial(m, rates), m).risk_ratio
        held += found.low <= 0.8 <= found.high
    assert 0.92 <= held / 400 <= 0.98


def test_cohens_d_holds_the_truth():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        found = standardised_difference(rng.normal(-0.4, 1, 22), rng.normal(0, 1, 30))
        held += found.low <= -0.4 <= found.high
    assert held / 200 == pytest.approx(0.95, abs=0.046)  # three errors of 200 draws
