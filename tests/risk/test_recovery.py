"""The drop-out model finds the true risks of made-up careers, and quick ways out do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from vbr_engine.risk import Careers, DropOutModel, Faults, default_effects, simulate_careers
from vbr_engine.risk.conflict import prior_conflict
from vbr_engine.risk.features import design_matrix
from vbr_engine.risk.hazard import Prior, baseline_prior, fit_hazard
from vbr_engine.risk.spells import Spells, spells_of
from vbr_engine.risk.stages import STAGES, Interval

SEEDS = 50
HIRES = 300


@dataclass(frozen=True)
class Found:
    """How near predictions came to the truth."""

    ratio: float
    coverage: float
    slope: float
    auc: float
    best_auc: float


def judge(truth: np.ndarray, risks: pd.DataFrame) -> Found:
    """Hold predictions to true risks."""
    risk, low, high = (risks[name].to_numpy() for name in ("risk", "low", "high"))
    return Found(
        ratio=risk.mean() / truth.mean(),
        coverage=float(((low <= truth) & (truth <= high)).mean()),
        slope=recalibration_slope(truth, risk),
        auc=expected_auc(truth, risk),
        best_auc=expected_auc(truth, truth),
    )


def expected_auc(truth: np.ndarray, score: np.ndarray) -> float:
    """Chance that of a leaver and a stayer the leaver has the higher score, over the true risks."""
    order = np.argsort(score, kind="stable")
    leaves, stays = truth[order], 1 - truth[order]
    lower = np.cumsum(stays) - stays
    pairs = truth.sum() * (1 - truth).sum() - (truth * (1 - truth)).sum()
    return float((leaves * lower).sum() / pairs)


def recalibration_slope(truth: np.ndarray, risk: np.ndarray) -> float:
    """Slope of the logistic regression of what truly happens on the logit of what was said."""
    X = np.column_stack([np.ones(len(risk)), logit(risk)])
    at = np.zeros(2)
    for _ in range(50):
        chance = expit(X @ at)
        weighted = X * (chance * (1 - chance))[:, None]
        at += np.linalg.solve(weighted.T @ X, X.T @ (truth - chance))
    return float(at[1])


def fitted(made: Any, outcome: str = "leaving", **options: Any) -> DropOutModel:
    return DropOutModel(outcome, **options).fit(Careers.from_frame(made.frame, cut=made.cut))


def found(outcome: str, seeds: range, n: int, **options: Any) -> pd.DataFrame:
    """Fit to many made-up tables, and predict for the same people before their first step."""
    rows = []
    for seed in seeds:
        made = simulate_careers(n, seed=seed, starters_only=outcome == "leaving", **options)
        risks = fitted(made, outcome).risks(beforehand(made.frame))
        name = "leaving-365" if outcome == "leaving" else "withdrawal"
        rows.append(vars(judge(made.truth[name].to_numpy(), risks)))
    return pd.DataFrame(rows)


def beforehand(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=[*STAGES, "ended", "ended_by"])


@pytest.fixture(scope="module")
def leaving() -> pd.DataFrame:
    return found("leaving", range(SEEDS), HIRES)


def test_mean_risk_is_right(leaving: pd.DataFrame) -> None:
    assert leaving["ratio"].mean() == pytest.approx(1, abs=0.06)


def test_predictions_spread_as_far_as_the_risks_do(leaving: pd.DataFrame) -> None:
    assert 0.75 <= leaving["slope"].median() <= 1.25


def test_ranking_is_near_the_best_that_can_be(leaving: pd.DataFrame) -> None:
    assert leaving["best_auc"].mean() - leaving["auc"].mean() <= 0.11
    assert leaving["auc"].mean() > 0.62


def test_intervals_hold_the_true_risks(leaving: pd.DataFrame) -> None:
    assert 0.80 <= leaving["coverage"].mean() <= 0.97


def quick_ways(seed: int) -> tuple[float, float]:
    """Mean predicted over true risk where the censored stayed, and where they are dropped."""
    made = simulate_careers(HIRES, seed=seed, starters_only=True)
    frame, truth = made.frame, made.truth["leaving-365"].mean()
    X = design_matrix(frame, default_effects("leaving")).X
    days = (frame["ended"].fillna(made.cut) - frame["started_work"]).dt.days
    left = (frame["ended_by"].eq("candidate") & (days < 365)).to_numpy()
    known = left | (days >= 365).to_numpy()
    stayed = LogisticRegression().fit(X, left).predict_proba(X)[:, 1].mean()
    dropped = LogisticRegression().fit(X[known], left[known]).predict_proba(X)[:, 1].mean()
    return stayed / truth, dropped / truth


def test_quick_ways_with_the_censored_fail() -> None:
    stayed, dropped = np.mean([quick_ways(seed) for seed in range(12)], axis=0)
    assert stayed == pytest.approx(0.76, abs=0.06)
    assert dropped == pytest.approx(1.5, abs=0.12)


@pytest.mark.parametrize(("provider_sd", "least"), [(0.0, 0.85), (1.0, 0.78)])
def test_providers_alike_or_far_apart(provider_sd: float, least: float) -> None:
    got = found("leaving", range(8), HIRES, provider_sd=provider_sd)
    assert got["ratio"].mean() == pytest.approx(1, abs=0.06)
    assert 0.75 <= got["slope"].median() <= 1.3
    assert least <= got["coverage"].mean() <= 0.97


def test_withdrawal_is_found_too() -> None:
    got = found("withdrawal", range(10), 600)
    assert got["ratio"].mean() == pytest.approx(1, abs=0.06)
    assert 0.75 <= got["slope"].median() <= 1.25
    assert got["best_auc"].mean() - got["auc"].mean() <= 0.11
    assert 0.80 <= got["coverage"].mean() <= 0.97


@pytest.fixture(scope="module")
def models() -> list[tuple[Any, DropOutModel]]:
    made = [simulate_careers(HIRES, seed=seed, starters_only=True) for seed in range(10)]
    return [(each, fitted(each)) for each in made]


def test_providers_that_were_not_there(models: list[tuple[Any, DropOutModel]]) -> None:
    rows = []
    for seed, (_made, model) in enumerate(models):
        new = simulate_careers(HIRES, seed=1000 + seed, starters_only=True)
        people = beforehand(new.frame).assign(provider="new " + new.frame["provider"])
        rows.append(vars(judge(new.truth["leaving-365"].to_numpy(), model.risks(people))))
    got = pd.DataFrame(rows)
    assert got["ratio"].mean() == pytest.approx(1, abs=0.08)
    assert 0.80 <= got["coverage"].mean() <= 0.97


@pytest.mark.parametrize("horizon", [30, 90, 180])
def test_earlier_horizons_are_right_too(
    models: list[tuple[Any, DropOutModel]], horizon: int
) -> None:
    ratios = [
        model.risks(beforehand(made.frame), horizon=horizon)["risk"].mean()
        / made.truth[f"leaving-{horizon}"].mean()
        for made, model in models
    ]
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(("wrong", "least", "most"), [(True, 0.8, 1.0), (False, 0.0, 0.1)])
def test_prior_of_the_wrong_sign_is_caught(wrong: bool, least: float, most: float) -> None:
    effects = default_effects("leaving")
    means = np.array([effect.prior_mean for effect in effects])
    caught = []
    for seed in range(25):
        made = simulate_careers(
            150, seed=seed, starters_only=True, faults=Faults(wrong_signs=wrong)
        )
        spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
        X = design_matrix(spells.features, effects).X
        caught.append(prior_conflict(spells, X, means).conflict)
    assert least <= np.mean(caught) <= most


def test_intervals_are_exact_where_the_priors_are_true() -> None:
    """Effects drawn from their priors, spread known: nine of ten intervals hold the true risk."""
    effects = default_effects("leaving")
    means = np.array([effect.prior_mean for effect in effects])
    sds = np.array([effect.prior_sd for effect in effects])
    held = []
    for seed in range(20):
        drawn = np.random.default_rng([seed, 77]).normal(means, sds)
        sizes = dict(zip([effect.name for effect in effects], drawn, strict=True))
        made = simulate_careers(
            HIRES,
            seed=seed,
            starters_only=True,
            missing=0,
            effects={"withdrawal": {}, "leaving": sizes},
        )
        spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
        X = design_matrix(spells.features, effects).X
        prior = Prior.of(baseline_prior(spells), means, sds)
        risk = fit_hazard(spells, X, prior, spread=0.5).risk(X, spells.provider)
        truth = made.truth["leaving-365"].to_numpy()
        held.append(((risk.low <= truth) & (truth <= risk.high)).mean())
    assert np.mean(held) == pytest.approx(0.9, abs=0.025)


def tiny_spells(rng: np.random.Generator) -> tuple[Spells, np.ndarray]:
    """Thirty people, two steps, three providers."""
    n = 30
    X = rng.normal(size=(n, 1))
    provider = np.repeat([0, 1, 2], n // 3).astype(np.int32)
    ends = rng.random((n, 2)) < 0.3
    exited = np.where(ends[:, 0], 0, 1).astype(np.int16)
    spells = Spells(
        outcome="withdrawal",
        intervals=(Interval("one", 0, 1), Interval("two", 1, 2)),
        entered=np.zeros(n, dtype=np.int16),
        exited=exited,
        exposure=np.ones(n),
        cause=ends.any(axis=1).astype(np.int8),
        provider=provider,
        providers=("P", "Q", "R"),
        features=pd.DataFrame(index=range(n)),
        applications=np.arange(n).astype(object),
    )
    return spells, X


def test_posterior_lies_about_the_mean_of_the_exact_one() -> None:
    """Importance sampling of the exact posterior at the same spread, a million draws."""
    rng = np.random.default_rng(5)
    spells, X = tiny_spells(rng)
    prior = Prior(np.array([-1.0, -1.0, 0.0]), np.diag([1 / 2.25, 1 / 2.25, 4.0]))
    held = fit_hazard(spells, X, prior)
    centre = np.concatenate([held.mean, held.provider_mean])
    covariance = np.block(
        [
            [held.covariance, held.provider_cross.T],
            [held.provider_cross, np.zeros((3, 3))],
        ]
    )
    covariance[3:, 3:] = np.diag(held.provider_variance)
    # Wider than the posterior, so that its tails are reached.
    root = np.linalg.cholesky(1.3 * covariance)
    z = rng.normal(size=(400_000, 6))
    draws = centre + z @ root.T
    value = 0.5 * (z**2).sum(axis=1)
    off = draws[:, :3] - prior.mean
    value -= 0.5 * np.einsum("ij,jk,ik->i", off, prior.precision, off)
    value -= 0.5 * (draws[:, 3:] ** 2).sum(axis=1) / held.spread**2
    for person in range(len(spells)):
        push = draws[:, 2] * X[person, 0] + draws[:, 3 + spells.provider[person]]
        for step in range(spells.exited[person] + 1):
            eta = draws[:, step] + push
            event = spells.cause[person] and step == spells.exited[person]
            value += (eta if event else 0.0) - np.logaddexp(0, eta)
    weight = np.exp(value - value.max())
    exact = weight @ draws / weight.sum()
    sd = np.sqrt(np.diag(covariance))
    assert (weight.sum() ** 2 / (weight**2).sum()) > 50_000
    assert np.abs(centre - exact).max() < 0.06 * sd.max()
