"""The hazard model against R, against brute force, and against itself in other words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import norm

from vbr_engine.risk import hazard
from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard
from vbr_engine.risk.mode import Mode, climb
from vbr_engine.risk.person_periods import PersonPeriods
from vbr_engine.risk.spells import Spells
from vbr_engine.risk.stages import Interval

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"


def made(n, *, intervals=4, effects=3, providers=5, seed=0, spread=0.5, names=None):
    """Careers drawn from the model itself, with late entry, part intervals and other exits."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, effects))
    provider = rng.integers(0, providers, n)
    push = X @ np.linspace(0.2, 0.6, effects) + rng.normal(0, spread, providers)[provider]
    chance = expit(-1.2 + push)[:, None]
    ends = rng.random((n, intervals)) < chance
    entered = rng.integers(0, 2, n)
    ends[np.arange(intervals) < entered[:, None]] = False
    cut = np.maximum(rng.integers(0, intervals, n), entered)
    first = np.where(ends.any(axis=1), ends.argmax(axis=1), intervals)
    event = first <= cut
    exited = np.minimum(first, cut)
    return spells_like(
        entered,
        exited,
        np.where(event, 1.0, rng.random(n).round(2)),
        np.where(event, 1, rng.choice([0, 2], n)),
        provider,
        names or tuple(f"P{place}" for place in range(providers)),
        intervals,
    ), X


def spells_like(entered, exited, exposure, cause, provider, names, intervals):
    return Spells(
        "leaving",
        tuple(Interval(f"step {at}", 30 * at, 30 * (at + 1)) for at in range(intervals)),
        np.asarray(entered, dtype=np.int16),
        np.asarray(exited, dtype=np.int16),
        np.asarray(exposure, dtype=float),
        np.asarray(cause, dtype=np.int8),
        np.asarray(provider, dtype=np.int32),
        names,
        pd.DataFrame(index=range(len(cause))),
        np.arange(len(cause)).astype(object),
    )


def prior_for(spells, k, sd=0.4):
    return Prior.of(baseline_prior(spells), np.linspace(-0.1, 0.2, k), np.full(k, sd))


def long_hand(spells, X, prior, spread, theta, providers):
    """The log-posterior, a person and an interval at a time."""
    total, j = 0.0, len(spells.intervals)
    for i in range(len(spells)):
        push = X[i] @ theta[j:] + providers[spells.provider[i]]
        for step in range(spells.entered[i], spells.exited[i] + 1):
            chance = expit(theta[step] + push)
            last = step == spells.exited[i]
            share = spells.exposure[i] if last else 1.0
            if last and spells.cause[i] == 1:
                total += np.log(chance)
            else:
                total += share * np.log1p(-chance)
    off = theta - prior.mean
    return total - 0.5 * off @ prior.precision @ off - 0.5 * providers @ providers / spread**2


def log_integral(log_height):
    middle = max(map(log_height, np.linspace(-2, 2, 9)))
    value, _ = quad(lambda at: np.exp(log_height(at) - middle), -3, 3, epsabs=1e-8, limit=100)
    return middle + np.log(value)


def top_of(spells, X, prior, spread, *, pooled=False):
    people = PersonPeriods.of(spells, X, pooled=pooled)
    providers = np.zeros(people.n_providers)
    start = Mode(prior.mean, providers, people.sums(prior.mean, providers))
    return climb(people, prior, spread, start, tolerance=1e-13)


def test_glm_of_r_on_the_table_written_out():
    table = pd.read_csv(GOLDEN / "hazard_people.csv")
    told = pd.read_csv(GOLDEN / "hazard_glm.csv").set_index("term")
    X = table[["x1", "x2", "x3", "x4"]].to_numpy()
    zeros = np.zeros(len(table))
    spells = spells_like(zeros, table.exited, table.exposure, table.event, zeros, ("P",), 4)
    flat = Prior(np.zeros(8), np.eye(8) * 1e-12)
    top = top_of(spells, X, flat, 1.0, pooled=True)
    assert top.theta == pytest.approx(told.estimate[:8].to_numpy(), abs=1e-6)
    assert top.sums.value == pytest.approx(told.estimate["log-likelihood"], abs=1e-8)
    fitted = fit_hazard(spells, X, flat, provider_effects=False)
    se = np.sqrt(np.diag(fitted.covariance))
    assert se == pytest.approx(told.se[:8].to_numpy(), rel=1e-4)


def test_derivatives_are_those_of_the_long_hand():
    spells, X = made(40, seed=1)
    prior, spread = prior_for(spells, 3), 0.6
    rng = np.random.default_rng(2)
    theta, providers = rng.normal(-1, 0.3, 7), rng.normal(0, 0.3, 5)
    sums = PersonPeriods.of(spells, X, pooled=False).sums(theta, providers)
    gradient = np.concatenate(
        [
            sums.gradient - prior.precision @ (theta - prior.mean),
            sums.pull - providers / spread**2,
        ]
    )
    second = np.block(
        [
            [sums.dense + prior.precision, sums.cross.T],
            [sums.cross, np.diag(sums.diagonal + spread**-2)],
        ]
    )

    def height(at):
        return long_hand(spells, X, prior, spread, at[:7], at[7:])

    at, step = np.concatenate([theta, providers]), 1e-4
    moves = step * np.eye(12)
    slopes = [(height(at + move) - height(at - move)) / (2 * step) for move in moves]
    assert gradient == pytest.approx(slopes, abs=1e-5)
    curved = np.array(
        [
            [
                height(at + a + b) - height(at + a - b) - height(at - a + b) + height(at - a - b)
                for b in moves
            ]
            for a in moves
        ]
    ) / (4 * step**2)
    assert second == pytest.approx(-curved, abs=1e-4)


def test_mode_is_the_one_that_brute_force_finds():
    spells, X = made(40, seed=3)
    prior = prior_for(spells, 3)
    top = top_of(spells, X, prior, 0.6)
    found = minimize(
        lambda at: -long_hand(spells, X, prior, 0.6, at[:7], at[7:]),
        np.concatenate([prior.mean, np.zeros(5)]),
        method="BFGS",
        options={"gtol": 1e-6},
    )
    assert np.concatenate([top.theta, top.providers]) == pytest.approx(found.x, abs=1e-4)
    assert top.height(prior, 0.6) == pytest.approx(-found.fun, abs=1e-8)


def test_covariance_is_the_inverse_of_the_second_derivatives():
    spells, X = made(200, seed=4)
    prior = prior_for(spells, 3)
    sums = top_of(spells, X, prior, 0.6).sums
    whole = np.linalg.inv(
        np.block(
            [
                [sums.dense + prior.precision, sums.cross.T],
                [sums.cross, np.diag(sums.diagonal + 0.6**-2)],
            ]
        )
    )
    fitted = fit_hazard(spells, X, prior, spread=0.6)
    assert fitted.covariance == pytest.approx(whole[:7, :7], abs=1e-8)
    assert fitted.provider_cross == pytest.approx(whole[7:, :7], abs=1e-8)
    assert fitted.provider_variance == pytest.approx(np.diag(whole)[7:], abs=1e-8)


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_evidence_is_the_integral_over_provider_effects(spread):
    """With baseline and effects held fast, providers can be integrated out one by one."""
    spells, X = made(240, seed=5, providers=3)
    held = np.array([-1.2, -1.2, -1.2, -1.2, 0.2, 0.4, 0.6])
    firm = Prior(held, np.eye(7) * 1e10)
    evidence = fit_hazard(spells, X, firm, spread=spread).log_evidence
    loose = Prior(held, np.eye(7) * 1e-12)
    total = 0.0
    for place in range(3):
        here = spells.rows(spells.provider == place)
        own = X[spells.provider == place]

        def log_joint(effect, here=here, own=own, place=place):
            at = np.zeros(3)
            at[place] = effect
            likelihood = long_hand(here, own, loose, 1e6, held, at)
            return likelihood + norm.logpdf(effect, 0, spread)

        total += log_integral(log_joint)
    assert evidence == pytest.approx(total, abs=0.05)


def test_spread_is_where_evidence_and_its_prior_are_highest():
    spells, X = made(600, seed=6, providers=20, spread=0.7)
    prior = prior_for(spells, 3)
    found = fit_hazard(spells, X, prior).spread

    def height(spread):
        evidence = fit_hazard(spells, X, prior, spread=spread).log_evidence
        return evidence - 0.5 * (spread / 0.5) ** 2 + np.log(spread)

    grid = np.exp(np.linspace(np.log(0.2), np.log(1.5), 60))
    best = grid[np.argmax([height(spread) for spread in grid])]
    assert found == pytest.approx(best, rel=0.05)


def test_order_of_rows_and_names_of_providers_say_nothing():
    spells, X = made(300, seed=7)
    prior = prior_for(spells, 3)
    order = np.random.default_rng(1).permutation(300)
    swap = np.array([3, 0, 4, 1, 2])
    renamed = replace(spells.rows(order), provider=swap[spells.provider[order]].astype(np.int32))
    first = fit_hazard(spells, X, prior)
    second = fit_hazard(renamed, X[order], prior)
    assert second.mean == pytest.approx(first.mean, abs=1e-6)
    assert second.covariance == pytest.approx(first.covariance, abs=1e-8)
    assert second.provider_mean[swap] == pytest.approx(first.provider_mean, abs=1e-6)


def test_everybody_twice_is_a_weight_of_two():
    spells, X = made(150, seed=8)
    prior = prior_for(spells, 3)
    twice = np.tile(np.arange(150), 2)
    double = Prior(prior.mean, 2 * prior.precision)
    once = top_of(spells, X, prior, 0.6)
    both = top_of(spells.rows(twice), X[twice], double, 0.6 / np.sqrt(2))
    assert both.theta == pytest.approx(once.theta, abs=1e-8)
    assert both.providers == pytest.approx(once.providers, abs=1e-8)


def test_nobody_of_whom_nothing_was_seen_counts():
    spells, X = made(150, seed=9)
    prior = prior_for(spells, 3)
    unseen = replace(
        spells.rows(np.arange(20)),
        exited=spells.entered[:20],
        exposure=np.zeros(20),
        cause=np.zeros(20, dtype=np.int8),
    )
    more = spells_like(
        *(
            np.concatenate([getattr(spells, name), getattr(unseen, name)])
            for name in ("entered", "exited", "exposure", "cause", "provider")
        ),
        spells.providers,
        4,
    )
    with_them = fit_hazard(more, np.concatenate([X, X[:20]]), prior)
    assert with_them.mean == pytest.approx(fit_hazard(spells, X, prior).mean, abs=1e-10)


def test_blocks_add_up(monkeypatch):
    spells, X = made(500, seed=10, providers=7)
    prior = prior_for(spells, 3)
    whole = fit_hazard(spells, X, prior)
    monkeypatch.setattr("vbr_engine.risk.person_periods._BLOCK", 37)
    parts = fit_hazard(spells, X, prior)
    assert parts.mean == pytest.approx(whole.mean, abs=1e-7)
    assert parts.covariance == pytest.approx(whole.covariance, abs=1e-9)


def test_no_data_leave_the_prior():
    spells, X = made(10, seed=11)
    nothing = replace(
        spells, exited=spells.entered, exposure=np.zeros(10), cause=np.zeros(10, dtype=np.int8)
    )
    prior = prior_for(spells, 3)
    fitted = fit_hazard(nothing, X, prior, spread=0.5)
    assert fitted.mean == pytest.approx(prior.mean)
    assert fitted.covariance == pytest.approx(np.linalg.inv(prior.precision), rel=1e-6)
    assert fitted.provider_variance == pytest.approx(np.full(5, 0.25))


def test_effects_that_are_far_out_are_still_found():
    """Newton's steps are halved where the first would overshoot."""
    spells, X = made(300, seed=12)
    wide = Prior.of(baseline_prior(spells), np.full(3, 8.0), np.full(3, 100.0))
    near = Prior.of(baseline_prior(spells), np.zeros(3), np.full(3, 100.0))
    assert top_of(spells, X, wide, 0.6).converged
    assert top_of(spells, X, wide, 0.6).theta == pytest.approx(
        top_of(spells, X, near, 0.6).theta, abs=1e-3
    )


def test_baseline_prior_is_smooth():
    """Neighbours move together, height and slope are nearly free."""
    spells, _X = made(10, intervals=8)
    covariance = np.linalg.inv(hazard.baseline_prior(spells).precision)
    apart = covariance[3, 3] + covariance[4, 4] - 2 * covariance[3, 4]
    assert apart < 0.2 < 10 < covariance[3, 3]


def test_a_provider_not_seen_before_may_be_as_unlike_as_providers_are():
    spells, X = made(400, seed=11)
    posterior = fit_hazard(spells, X, prior_for(spells, 3))
    alike = replace(posterior, spread=0.0)
    wide, narrow = posterior.risk(X[:20]), alike.risk(X[:20])
    # To first order one unit of a provider's effect moves the log hazard by 1 less the hazard.
    added = np.sqrt(wide.log_hazard_sd**2 - narrow.log_hazard_sd**2) / posterior.spread
    assert np.all((added > 0.3) & (added < 1.0))
    assert np.all(wide.high - wide.low > narrow.high - narrow.low)
