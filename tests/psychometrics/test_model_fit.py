"""M2: against R's mirt where sittings are complete, and what theory says of true models."""

import numpy as np
import pytest

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    ItemParameters,
    NominalResponseModel,
    PartialCredit,
    Rasch,
    TwoParameterLogistic,
    category_probabilities,
    model_fit,
)

CASES = {
    "LSAT7__2PL": ("lsat7", TwoParameterLogistic),
    "LSAT7__Rasch": ("lsat7", Rasch),
    "VerbAgg__graded": ("verbagg", GradedResponseModel),
    "VerbAgg__Rasch": ("verbagg", PartialCredit),
}


def answers(n=600, n_items=8, seed=0, model="gpcm"):
    cuts = np.stack([np.linspace(0.2, 1.4, n_items), np.linspace(-1.7, 0.0, n_items)], axis=1)
    slopes = np.linspace(0.7, 1.8, n_items)
    items = ItemParameters(model, tuple(f"q{j}" for j in range(n_items)), slopes, cuts)
    rng = np.random.default_rng(seed)
    above = np.cumsum(category_probabilities(items, rng.standard_normal(n)), axis=1)[:, :2]
    return (rng.random((n_items, 1, n)) > above).sum(axis=1).T


@pytest.mark.parametrize("case", CASES)
def test_m2_is_r_s(case, golden, request):
    data, model = CASES[case]
    X = request.getfixturevalue(data)
    (r,) = golden(f"irt/{case}.json")["M2"]
    found = model_fit(model(n_quadrature=61, tol=1e-8).fit(X), X)
    assert found.df == r["df"]
    # The spread of theta is where R stops earliest: 0.08 of 1,564.
    assert found.statistic == pytest.approx(r["M2"], rel=1e-4)
    assert found.p == pytest.approx(r["p"], abs=1e-5)
    for ours, theirs in (("rmsea", "RMSEA"), ("tli", "TLI"), ("cfi", "CFI"), ("srmsr", "SRMSR")):
        assert getattr(found, ours) == pytest.approx(r[theirs], abs=1e-4)
    # R divides by n in the interval and by n - 1 in the figure; we by n - 1 in both.
    shrink = ((found.n - 1) / found.n) ** 0.5
    assert found.rmsea_low * shrink == pytest.approx(r["RMSEA_5"], abs=2e-5)
    assert found.rmsea_high * shrink == pytest.approx(r["RMSEA_95"], abs=2e-5)


@pytest.mark.parametrize("case", ["bfi_N__graded", "bfi25_keyed__graded"])
def test_r_filled_in_gaps_where_its_figures_are_others(case, golden, request):
    """M2 is for complete sittings. R's RMSEA tells that it had 2,800 of them: gaps were filled in.

    Ours leaves those sittings out (2,694 and 2,436 remain), and says how many it had.
    """
    (r,) = golden(f"irt/{case}.json")["M2"]
    assert (r["M2"] / r["df"] - 1) / r["RMSEA"] ** 2 + 1 == pytest.approx(2800, abs=0.1)
    X = request.getfixturevalue(case.partition("__")[0])
    found = model_fit(GradedResponseModel(n_quadrature=61).fit(X), X)
    assert found.n == X.notna().all(axis=1).sum() < 2800
    assert found.df == r["df"]
    for ours, theirs in (("rmsea", "RMSEA"), ("srmsr", "SRMSR")):
        assert getattr(found, ours) == pytest.approx(r[theirs], abs=0.005)


@pytest.mark.parametrize("model", ["gpcm", "graded"])
def test_m2_of_a_true_model_is_its_degrees_of_freedom(model):
    """R gives 1,452 and we 1,524 for VerbAgg by gpcm; here the model is true, and ours is right.

    The mean of 20 is within three standard errors of 20: sqrt(2 * 20 / 20) = 1.4 each.
    """
    kind = GeneralizedPartialCreditModel if model == "gpcm" else GradedResponseModel
    found = []
    for seed in range(20):
        X = answers(seed=seed, model=model)
        found.append(model_fit(kind(standard_errors="none").fit(X), X))
    assert {fit.df for fit in found} == {20}
    assert np.mean([fit.statistic for fit in found]) == pytest.approx(20, abs=4.2)
    assert np.mean([fit.p < 0.05 for fit in found]) <= 0.2
    assert np.mean([fit.srmsr for fit in found]) < 0.03


def test_two_traits_are_not_taken_for_one():
    one, other = answers(seed=1), answers(seed=2)
    X = np.hstack([one[:, ::2], other[:, 1::2]])
    found = model_fit(GradedResponseModel().fit(X), X)
    assert found.p < 1e-10
    assert found.rmsea > 0.08
    assert found.rmsea_low < found.rmsea < found.rmsea_high


def test_equal_slopes_are_one_parameter():
    X = answers()
    assert model_fit(GradedResponseModel(slopes="equal").fit(X), X).df == 20 + 7


def test_sittings_with_gaps_are_left_out():
    X = answers().astype(float)
    model = GradedResponseModel().fit(X)
    holed = np.vstack([X, np.where(np.arange(8) == 3, np.nan, X[:50])])
    assert model_fit(model, holed) == model_fit(model, X)
    with pytest.raises(ResponsesError, match="complete"):
        model_fit(model, np.where(np.arange(8) == 3, np.nan, X))


def test_what_cannot_be_tested_is_said():
    X = answers()
    with pytest.raises(InvalidInput, match="ordered"):
        model_fit(NominalResponseModel(standard_errors="none").fit(X), X)
    few = X[:, :2]
    with pytest.raises(InvalidInput, match="use more items"):
        model_fit(GradedResponseModel(standard_errors="none").fit(few), few)
    with pytest.raises(InvalidInput, match="no group"):
        model_fit(GradedResponseModel().fit(X), X, group="women")
