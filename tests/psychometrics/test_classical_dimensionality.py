"""Parallel analysis and one factor against R, and against structure put in."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.dimensionality import one_factor, parallel_analysis
from vbr_engine.psychometrics.score_table import correlations, read_scores

SETS = {"bfi_N": "bfi_N", "bfi25_keyed": "bfi25_keyed", "LSAT7": "lsat7", "VerbAgg": "verbagg"}


@pytest.fixture(params=sorted(SETS))
def case(request, golden):
    return request.getfixturevalue(SETS[request.param]), golden(f"ctt/{request.param}.json")


def test_eigenvalues_are_rs(case):
    scores, figures = case
    ours = parallel_analysis(scores, n_simulations=3).eigenvalues["observed"]
    theirs = figures["eigen_pearson"]
    np.testing.assert_allclose(ours[: len(theirs)], theirs, atol=1e-6)


def test_the_fit_of_one_factor_is_lavaans(case):
    scores, figures = case
    ours = one_factor(scores, estimator="ml", missing="listwise")
    theirs = figures["lavaan"]
    assert ours.chi_square == pytest.approx(theirs["chisq"], abs=1e-4)
    assert ours.degrees_of_freedom == theirs["df"]
    assert ours.cfi == pytest.approx(theirs["cfi"], abs=1e-6)
    assert ours.rmsea == pytest.approx(theirs["rmsea"], abs=1e-6)
    loading = np.array(theirs["loadings"])
    standard = loading / np.sqrt(loading**2 + theirs["residual_var"])
    np.testing.assert_allclose(np.abs(ours.loadings["loading"]), np.abs(standard), atol=1e-4)


def test_the_count_is_that_of_plain_normal_noise(bfi25_keyed):
    """Horn's own way, done slowly: normal deviates in place of shuffled answers."""
    complete = bfi25_keyed.dropna()
    rng = np.random.default_rng(21)
    noise = [np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(25, 2436)))) for _ in range(60)]
    limit = np.quantile(noise, 0.95, axis=0)[::-1]
    observed = np.linalg.eigvalsh(complete.corr())[::-1]
    found = parallel_analysis(bfi25_keyed, missing="listwise", n_simulations=60)
    assert found.n_factors == np.argmin(observed > limit)
    np.testing.assert_allclose(found.eigenvalues["random_quantile"], limit, atol=0.02)
    assert parallel_analysis(bfi25_keyed[[f"N{i}" for i in range(1, 6)]]).n_factors == 1


def test_unrelated_items_have_no_factor():
    noise = np.random.default_rng(11).normal(size=(400, 12))
    found = parallel_analysis(noise, n_simulations=60, quantile=0.99)
    assert found.n_factors == 0
    rng = np.random.default_rng(12)
    fresh = [np.linalg.eigvalsh(np.corrcoef(rng.normal(size=(12, 400)))) for _ in range(200)]
    np.testing.assert_allclose(
        found.eigenvalues["random_mean"], np.mean(fresh, axis=0)[::-1], atol=0.02
    )
    assert found.eigenvalues["random_mean"].sum() == pytest.approx(12)


def test_two_groups_of_ordered_items_have_two():
    rng = np.random.default_rng(2)
    traits = np.repeat(rng.normal(size=(600, 2)), 5, axis=1)
    codes = np.digitize(0.8 * traits + 0.6 * rng.normal(size=(600, 10)), [-1.2, 0.9])
    for correlation in ("pearson", "polychoric"):
        found = parallel_analysis(codes, correlation=correlation, n_simulations=20)
        assert found.n_factors == 2
    loadings = one_factor(codes[:, :5], correlation="polychoric").loadings["loading"]
    np.testing.assert_allclose(loadings, 0.8, atol=0.08)
    assert (loadings > one_factor(codes[:, :5]).loadings["loading"]).all()


def test_the_seed_decides(bfi_N):
    first, again, other = (
        parallel_analysis(bfi_N, n_simulations=5, random_state=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first.eigenvalues, again.eigenvalues)
    assert not first.eigenvalues["random_mean"].equals(other.eigenvalues["random_mean"])


def test_residuals_are_what_the_factor_leaves(bfi_N):
    ours = one_factor(bfi_N)
    R = correlations(read_scores(bfi_N))
    loading = ours.loadings["loading"].to_numpy()
    np.testing.assert_allclose(ours.residuals, R - np.outer(loading, loading))
    off = ours.residuals.to_numpy()[~np.eye(5, dtype=bool)]
    assert ours.rmsr == pytest.approx(np.sqrt(np.mean(off**2)))
    largest = ours.largest_residuals(3)
    assert np.abs(largest["residual"]).max() == np.abs(off).max()
    assert largest.loc[0, ["item", "other"]].tolist() == ["N1", "N2"]


def test_minimum_residuals_are_a_minimum(bfi_N):
    ours = one_factor(bfi_N)
    R = correlations(read_scores(bfi_N))
    loading = ours.loadings["loading"].to_numpy()

    def left(x):
        return np.sum(np.triu(R - np.outer(x, x), 1) ** 2)

    for j in range(5):
        for step in (-1e-3, 1e-3):
            assert left(loading + step * np.eye(5)[j]) > left(loading)


def test_it_says_what_it_left_out_and_what_has_no_variance(bfi_N):
    ours = one_factor(bfi_N.assign(same=1))
    assert ours.advice == ("Everybody has the same score on same: left out.",)
    twice = one_factor(bfi_N.assign(again=bfi_N["N1"]).dropna(), estimator="ml")
    assert any("fitted by minimum residuals" in sentence for sentence in twice.advice)
    assert twice.chi_square is None


def test_an_item_that_leaves_no_variance_of_its_own_is_named():
    R = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])  # wants a loading over one
    plain = np.random.default_rng(1).normal(size=(200, 3))
    white = (plain - plain.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(plain.T))).T
    scores = white @ np.linalg.cholesky(R).T
    for estimator in ("minres", "ml"):
        found = one_factor(scores, estimator=estimator)
        assert found.advice == ("No variance of its own is left to item1.",)


def test_they_print(bfi_N):
    text = str(one_factor(bfi_N, estimator="ml", missing="listwise"))
    assert "chi-square 360.9 on 5, p 0.000, CFI 0.925, RMSEA 0.163" in text
    assert "Parallel analysis: 1 factor(s)" in str(parallel_analysis(bfi_N, n_simulations=5))


def test_two_items_are_too_few(bfi_N):
    with pytest.raises(ResponsesError, match="at least 3 items that vary, got 2"):
        one_factor(bfi_N[["N1", "N2"]])
