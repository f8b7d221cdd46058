"""Optimism: none in a model that learns nothing, much in one that learns by heart."""

from __future__ import annotations

import numpy as np
import pytest

from vbr_engine.risk import Careers, simulate_careers
from vbr_engine.risk.optimism import optimism
from vbr_engine.risk.resampling import FEWEST_PROVIDERS, drawn_weights, interval_of


class ByHeart:
    """Says who left among those it saw, and one half of all others."""

    outcome = "leaving"

    def fit(self, careers, y=None):
        self.careers = careers
        left = careers.frame["ended_by"] == "candidate"
        names = careers.frame["application"].str.split("#").str[0]
        self.known = dict(zip(names, left.astype(float), strict=True))
        return self

    def risks(self, candidates, horizon=None):
        risk = candidates["application"].map(self.known).fillna(0.5)
        return candidates[["application"]].assign(risk=risk)


@pytest.fixture(scope="module")
def careers():
    made = simulate_careers(240, seed=2, providers=12, starters_only=True)
    return Careers.from_frame(made.frame, cut=made.cut)


def _share_right(careers):
    left = (careers.frame["ended_by"] == "candidate").to_numpy(dtype=float)

    def measure(model, copies):
        right = 1 - np.abs(model.risks(careers.frame)["risk"].to_numpy() - left)
        return np.array([np.average(right, weights=copies), 7.0])

    return measure


def test_learning_by_heart_is_found_out(careers):
    found = optimism(careers, ByHeart, _share_right(careers), refits=60, seed=1)
    # A drawn set leaves out about exp(-1) of the people, of whom half are guessed.
    assert found[0] == pytest.approx(0.5 * np.exp(-1), abs=0.03)
    assert found[1] == 0


def test_a_model_is_fitted_to_whole_providers_drawn_again_and_again(careers):
    fitted = []

    def measure(model, copies):
        fitted.append((model.careers.frame, copies))
        return np.zeros(1)

    steps = []
    optimism(careers, ByHeart, measure, refits=3, seed=1, on_step=lambda *told: steps.append(told))
    frame, copies = fitted[0]
    assert len(frame) == copies.sum()
    assert frame["application"].is_unique
    sizes = careers.frame["provider"].value_counts()
    drawn = frame["provider"].value_counts()
    assert (drawn % sizes[drawn.index] == 0).all()
    assert (fitted[1][1] == 1).all()
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_figure_that_fits_do_not_give_is_not_made_up(careers):
    found = optimism(careers, ByHeart, lambda *_: np.array([np.nan]), refits=3, seed=1)
    assert np.isnan(found).all()


def test_drawing_takes_whole_clusters_and_as_many_as_there_are():
    cluster = np.repeat(np.arange(10), 3)
    for drawn in drawn_weights(cluster, 20, seed=1):
        assert drawn.sum() == 30
        assert (drawn.reshape(10, 3) == drawn.reshape(10, 3)[:, :1]).all()


def test_with_few_clusters_people_are_drawn():
    cluster = np.repeat(np.arange(FEWEST_PROVIDERS - 1), 40)
    drawn = next(drawn_weights(cluster, 1, seed=1)).reshape(-1, 40)
    assert (drawn != drawn[:, :1]).any()


def test_the_interval_is_that_of_the_mean():
    values = np.random.default_rng(1).normal(size=400)
    draws = [np.average(values, weights=w) for w in drawn_weights(np.arange(400), 2_000, seed=1)]
    low, high = interval_of(np.array(draws)[:, None], 0.95)
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.06)


def test_too_many_draws_without_a_figure_leave_no_interval():
    low, high = interval_of([[1.0, np.nan], [2.0, 3.0], [3.0, 4.0]], 0.9)
    assert np.isfinite([low[0], high[0]]).all()
    assert np.isnan([low[1], high[1]]).all()
