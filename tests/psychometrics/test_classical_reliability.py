"""Reliability against R's psych and lavaan, and against identities that must hold."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.coefficients import alpha, one_factor_omega, stratified_alpha
from vbr_engine.psychometrics.conditional_errors import conditional_standard_error
from vbr_engine.psychometrics.factoring import extract_factors
from vbr_engine.psychometrics.halves import split_halves
from vbr_engine.psychometrics.precision import reliability
from vbr_engine.psychometrics.score_table import correlations, covariances, read_scores

SETS = {"bfi_N": "bfi_N", "bfi25_keyed": "bfi25_keyed", "LSAT7": "lsat7", "VerbAgg": "verbagg"}


@pytest.fixture(params=sorted(SETS))
def case(request, golden):
    return request.getfixturevalue(SETS[request.param]), golden(f"ctt/{request.param}.json")


def test_alpha_and_its_kin_agree_with_psych_to_six_decimals(case):
    scores, figures = case
    ours = reliability(scores, n_factors=figures["omega_psych_nf"])
    interval = figures["alpha_ci_feldt"]
    for mine, theirs in [
        (ours.alpha, figures["alpha_raw"]),
        (ours.standardised_alpha, figures["alpha_std"]),
        (ours.mean_inter_item_r, figures["average_r"]),
        (ours.alpha_se, figures["alpha_se"]),
        (ours.alpha_low, interval["lower.ci"]),
        (ours.alpha_high, interval["upper.ci"]),
        (ours.omega_total, figures["omega_total"]),
    ]:
        assert mine == pytest.approx(theirs, abs=1e-6)
    # Rotation stops when the gradient is short, not when it is nil: neither is more exact.
    assert ours.omega_hierarchical == pytest.approx(figures["omega_h"], abs=2e-6)


def test_the_default_number_of_group_factors_is_psychs_here(case):
    scores, figures = case
    assert reliability(scores).n_factors == figures["omega_psych_nf"]


def test_listwise_figures_agree_with_psych_and_lavaan(case):
    scores, figures = case
    ours = reliability(scores, missing="listwise")
    assert ours.n_persons == figures["lavaan"]["n"]
    assert ours.alpha == pytest.approx(figures["alpha_raw_listwise"], abs=1e-6)
    assert ours.standardised_alpha == pytest.approx(figures["alpha_std_listwise"], abs=1e-6)
    assert ours.omega == pytest.approx(figures["lavaan"]["omega_1factor_ML_listwise"], abs=1e-5)


def test_one_factor_by_maximum_likelihood_is_lavaans(case):
    scores, figures = case
    table = read_scores(scores).complete()
    n = len(table.scores)
    fit = extract_factors(covariances(table) * (n - 1) / n, 1, estimator="ml")
    theirs = figures["lavaan"]
    np.testing.assert_allclose(np.abs(fit.loadings[:, 0]), np.abs(theirs["loadings"]), atol=1e-4)
    np.testing.assert_allclose(fit.uniqueness, theirs["residual_var"], atol=1e-4)
    assert fit.discrepancy * n == pytest.approx(theirs["chisq"], abs=1e-4)


def test_minimum_residuals_are_psychs(case):
    scores, figures = case
    R = correlations(read_scores(scores))
    fit = extract_factors(R, 1)
    found = 1 - fit.uniqueness.sum() / R.sum()
    assert found == pytest.approx(figures["omega_total_1factor_minres"], abs=1e-6)


def test_the_best_split_is_psychs_or_better(case):
    scores, figures = case
    theirs = figures["guttman_lambda"]["lambda.4"]
    scores = scores.copy()
    if len(scores.columns) == 25:
        # psych turns round items that go against the first component; we take the score in use.
        R = correlations(read_scores(scores))
        first = np.linalg.eigh(R)[1][:, -1]
        against = scores.columns[np.sign(first) != np.sign(np.median(first))]
        assert reliability(scores).split_half_largest < theirs
        scores[against] = 7 - scores[against]
    ours = reliability(scores)
    if ours.halves.exact:
        assert ours.split_half_largest == pytest.approx(theirs, abs=1e-6)
    else:
        assert ours.split_half_largest > theirs  # psych looks at 10,000 random splits only


@pytest.mark.parametrize("k", [2, 3, 4, 5, 8])
def test_halves_by_enumeration(k):
    scores = np.random.default_rng(k).normal(size=(40, k)).cumsum(axis=1)
    C = np.cov(scores.T)
    total = scores.sum(axis=1).var(ddof=1)
    every = []
    for chosen in combinations(range(k), k // 2):
        one = scores[:, list(chosen)].sum(axis=1)
        other = scores.sum(axis=1) - one
        every.append(4 * np.cov(one, other)[0, 1] / total)
    found = split_halves(C)
    assert found.exact
    assert found.largest == pytest.approx(max(every), abs=1e-9)
    assert found.mean == pytest.approx(np.mean(every), abs=1e-9)


def test_the_mean_of_all_even_splits_is_alpha(verbagg):
    ours = reliability(verbagg)
    assert ours.split_half_mean == pytest.approx(ours.standardised_alpha, abs=1e-12)


def test_the_search_finds_the_best_split_where_it_can_be_proved(verbagg):
    C = correlations(read_scores(verbagg.iloc[:, :16]))
    proved = split_halves(C)
    C20 = np.pad(C, (0, 4))
    np.fill_diagonal(C20[16:, 16:], 1e-9)  # four items of no weight force the search
    searched = split_halves(C20)
    assert proved.exact
    assert not searched.exact
    assert searched.largest >= proved.largest - 1e-6


def test_stratified_alpha_of_one_stratum_is_alpha(bfi25_keyed):
    C = covariances(read_scores(bfi25_keyed))
    one = stratified_alpha(C, np.array(["all"] * 25))
    assert one == pytest.approx(alpha(C), abs=1e-12)


def test_stratified_alpha_by_its_parts(bfi25_keyed):
    complete = bfi25_keyed.dropna()
    strata = [name[0] for name in complete]
    ours = reliability(complete, strata=strata)
    error = 0.0
    for value in "ACENO":
        part = complete.loc[:, [name for name in complete if name[0] == value]]
        error += part.sum(axis=1).var() * (1 - reliability(part).alpha)
    expected = 1 - error / complete.sum(axis=1).var()
    assert ours.stratified_alpha == pytest.approx(expected, abs=1e-10)
    named = dict(zip(complete, strata, strict=True))
    assert reliability(complete, strata=named).stratified_alpha == pytest.approx(expected)
    assert ours.stratified_alpha > ours.alpha


def test_strata_must_cover_the_items(bfi_N):
    with pytest.raises(ResponsesError, match="expected 5 strata"):
        reliability(bfi_N, strata=["a"])
    with pytest.raises(ResponsesError, match="no stratum for N2, N3, N4, N5"):
        reliability(bfi_N, strata={"N1": "a"})


def test_test_retest_matches_persons_by_name(bfi_N):
    complete = bfi_N.dropna()
    noise = np.random.default_rng(4).normal(size=complete.shape)
    again = (complete + noise).sample(frac=0.5, random_state=2)
    ours = reliability(bfi_N, retest=again)
    totals = complete.loc[again.index].sum(axis=1)
    assert ours.retest == pytest.approx(np.corrcoef(totals, again.sum(axis=1))[0, 1], abs=1e-12)
    assert ours.retest_n == len(again)
    assert ours.retest_low < ours.retest < ours.retest_high
    width = np.arctanh(ours.retest_high) - np.arctanh(ours.retest_low)
    assert width == pytest.approx(2 * 1.959964 / np.sqrt(len(again) - 3), abs=1e-5)


def test_items_without_variance_are_left_out_and_named(bfi_N):
    ours = reliability(bfi_N.assign(same=3), strata=["n"] * 6)
    assert ours.alpha == pytest.approx(reliability(bfi_N).alpha, abs=1e-12)
    assert "Everybody has the same score on same: left out." in ours.advice


def test_persons_without_answers_do_not_count(bfi_N):
    empty = pd.DataFrame(np.nan, index=["x", "y"], columns=bfi_N.columns)
    assert reliability(pd.concat([bfi_N, empty])).n_persons == len(bfi_N)


def test_an_item_that_repeats_another_is_survived_and_said(bfi_N):
    ours = reliability(bfi_N.assign(again=bfi_N["N1"]).dropna())
    assert any("not positive definite" in sentence for sentence in ours.advice)
    assert 0.8 < ours.omega < 1


def test_items_that_disagree_give_alpha_below_zero(bfi_N):
    two = bfi_N[["N1", "N2"]].assign(N2=lambda t: 7 - t["N2"])
    ours = reliability(two)
    assert ours.alpha < 0
    assert any("Are they all keyed?" in sentence for sentence in ours.advice)
    assert np.isnan(ours.omega)


def test_omega_of_exact_factors_is_known():
    loadings = np.array([0.3, 0.5, 0.7, 0.9])
    C = np.outer(loadings, loadings) * 4 + np.diag([1.0, 2.0, 3.0, 4.0])
    expected = 4 * 2.4**2 / (4 * 2.4**2 + 10)
    for estimator in ("ml", "minres"):
        assert one_factor_omega(C, estimator=estimator) == pytest.approx(expected, abs=1e-6)


def test_lords_error_for_items_right_or_wrong(lsat7):
    ours = conditional_standard_error(lsat7, n_groups=1000)
    x = ours["low"].to_numpy()
    np.testing.assert_allclose(ours["absolute"], np.sqrt(x * (5 - x) / 4), atol=1e-12)


@pytest.mark.parametrize("name", ["verbagg", "bfi25_keyed"])
def test_conditional_errors_average_to_the_usual_one(name, request):
    scores = request.getfixturevalue(name).dropna()
    ours = conditional_standard_error(scores, n_groups=4)
    average = np.average(ours["relative"] ** 2, weights=ours["n"])
    assert np.sqrt(average) == pytest.approx(
        reliability(scores).standard_error_of_measurement, rel=1e-9
    )


def test_it_prints_its_figures(bfi_N):
    text = str(reliability(bfi_N))
    assert "2800 persons, 5 items" in text
    assert "alpha                             0.814  [0.803, 0.825]" in text
