"""Fit of items, people and pairs: against R's mirt, an enumeration, and what theory says."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    ItemParameters,
    PartialCredit,
    Rasch,
    TwoParameterLogistic,
    category_probabilities,
    item_fit,
    local_dependence,
    person_fit,
    person_scores,
)
from vbr_engine.psychometrics.fit import _standardised
from vbr_engine.psychometrics.residuals import mean_squares, residuals_of
from vbr_engine.psychometrics.score_groups import _expected, _joined, _score_distribution

CASES = {
    "LSAT7__2PL": ("lsat7", TwoParameterLogistic),
    "LSAT7__Rasch": ("lsat7", Rasch),
    "bfi_N__graded": ("bfi_N", GradedResponseModel),
    "bfi_N__gpcm": ("bfi_N", GeneralizedPartialCreditModel),
    "VerbAgg__gpcm": ("verbagg", GeneralizedPartialCreditModel),
    "VerbAgg__graded": ("verbagg", GradedResponseModel),
    "VerbAgg__Rasch": ("verbagg", PartialCredit),
}


def answers(n, n_items, seed):
    """Graded answers in three categories, with slopes and hardness that differ."""
    rng = np.random.default_rng(seed)
    theta = rng.standard_normal((n, 1))
    slopes, hardness = np.linspace(0.8, 2.0, n_items), np.linspace(-1, 1, n_items)
    latent = slopes * (theta - hardness) + rng.logistic(size=(n, n_items))
    return (latent > -0.7).astype(int) + (latent > 0.7)


def made_by(model, n, seed):
    """Eight items of three categories that follow the model."""
    name = "gpcm" if model is GeneralizedPartialCreditModel else "graded"
    cuts = np.stack([np.linspace(0.2, 1.4, 8), np.linspace(-1.7, 0.0, 8)], axis=1)
    items = ItemParameters(name, tuple("abcdefgh"), np.linspace(0.7, 1.8, 8), cuts)
    rng = np.random.default_rng(seed)
    chances = category_probabilities(items, rng.standard_normal(n))
    return (rng.random((8, 1, n)) > np.cumsum(chances, axis=1)[:, :2]).sum(axis=1).T


@pytest.fixture(scope="module")
def simulated():
    X = answers(3000, 30, seed=1)
    return GradedResponseModel().fit(X), X


@pytest.mark.parametrize("case", CASES)
def test_q3_is_r_s(case, golden, request):
    data, model = CASES[case]
    X = request.getfixturevalue(data)
    r = golden(f"irt/{case}__Q3.csv").set_index("Unnamed: 0")
    found = local_dependence(model().fit(X), X)
    assert list(found.columns) == list(r.columns)
    assert found.to_numpy() == pytest.approx(r.to_numpy(), abs=1e-4)


@pytest.mark.parametrize("case", ["LSAT7__2PL", "LSAT7__Rasch", "bfi_N__graded", "bfi_N__gpcm"])
def test_s_x2_is_r_s(case, golden, request):
    data, model = CASES[case]
    X = request.getfixturevalue(data)
    r = pd.DataFrame(golden(f"irt/{case}.json")["S_X2"]).set_index("item")
    found = item_fit(model(tol=1e-8).fit(X), X)
    assert found["df"].tolist() == r["df.S_X2"].tolist()
    assert found["s_x2"].to_numpy() == pytest.approx(r["S_X2"].to_numpy(), rel=2e-4, abs=1e-3)
    assert found["p"].to_numpy() == pytest.approx(r["p.S_X2"].to_numpy(), abs=1e-4)
    assert found["rmsea"].to_numpy() == pytest.approx(r["RMSEA.S_X2"].to_numpy(), abs=1e-4)


@pytest.mark.parametrize("case", ["VerbAgg__graded", "VerbAgg__gpcm", "VerbAgg__Rasch"])
def test_s_x2_with_many_thin_cells_is_mostly_r_s(case, golden, verbagg):
    """Of 316 people at 39 totals every other cell is thin, and papers leave open how to join them.

    R moves what is left of a total's cells to the left and joins totals by place, ours by category;
    ours gives R's figures for 20 of 24 items and its degrees of freedom for 22 or more. Neither is
    wrong: ours keeps its level, as the next tests show.
    """
    r = pd.DataFrame(golden(f"irt/{case}.json")["S_X2"]).set_index("item")
    found = item_fit(CASES[case][1](tol=1e-8).fit(verbagg), verbagg).loc[r.index]
    assert (found["df"] == r["df.S_X2"]).sum() >= 22
    assert (abs(found["df"] - r["df.S_X2"]) <= 1).all()
    assert (abs(found["s_x2"] - r["S_X2"]) < 0.01).sum() >= 20
    assert (abs(found["p"] - r["p.S_X2"]) < 0.06).all()


def test_expected_shares_are_those_of_every_pattern_counted():
    model = GradedResponseModel().fit(answers(300, 4, seed=2))
    nodes, weights = model.nodes_, np.full(len(model.nodes_), 1 / len(model.nodes_))
    p, steps = category_probabilities(model.items_, nodes), model.items_.n_categories - 1
    wanted = np.zeros((9, 3))
    for pattern in product(range(3), repeat=4):
        chance = np.prod([p[j, k] for j, k in enumerate(pattern)], axis=0) @ weights
        wanted[sum(pattern), pattern[1]] += chance
    wanted /= wanted.sum(axis=1, keepdims=True)
    others = _score_distribution(np.delete(p, 1, axis=0), np.delete(steps, 1))
    found = _expected(p[1], others, weights, _score_distribution(p, steps) @ weights)
    assert found == pytest.approx(wanted, abs=1e-12)


def test_joining_thin_cells_keeps_every_person():
    rng = np.random.default_rng(3)
    expected = rng.dirichlet(np.full(4, 0.3), 20) * rng.integers(0, 12, 20)[:, None]
    observed = np.array([rng.multinomial(round(row.sum()), [0.25] * 4) for row in expected])
    observed, expected = observed[observed.any(axis=1)], expected[observed.any(axis=1)]
    joined, left = _joined(observed.astype(float), expected, 1.0)
    assert np.nansum(joined) == observed.sum()
    assert np.nansum(left) == pytest.approx(expected.sum())
    assert np.nanmin(left) >= 1.0


def cells(*rows):
    return np.array(rows, dtype=float)


@pytest.mark.parametrize(
    ("observed", "joined"),
    [
        # The last total was reached by one person, who goes to the total below.
        (cells((4, 3), (2, 5), (0, 1)), cells((4, 3), (2, 6))),
        # One person in the middle goes up; it is then two who are no longer alone.
        (cells((4, 3), (1, 0), (2, 5)), cells((4, 3), (3, 5))),
        # Two single people below one another are a total of two.
        (cells((4, 3), (1, 0), (0, 1)), cells((4, 3), (1, 1))),
        # Nobody but one person: there is nowhere to go.
        (cells((0, 1)), cells((0, 1))),
    ],
)
def test_a_total_that_one_person_reached_goes_to_its_neighbour(observed, joined):
    """Those expected go the same way: here as many as 0.6 and 0.4 of those observed."""
    expected = observed.sum(axis=1, keepdims=True) * np.array([0.6, 0.4])
    found, left = _joined(observed, expected, 0.1)
    assert found == pytest.approx(joined)
    assert left == pytest.approx(joined.sum(axis=1, keepdims=True) * np.array([0.6, 0.4]))


def test_s_x2_keeps_its_level_and_finds_a_bad_item(simulated):
    model, X = simulated
    found = item_fit(model, X)
    ratio = found["s_x2"] / found["df"]
    assert ratio.mean() == pytest.approx(1.0, abs=0.1)
    assert (found["p"] < 0.01).sum() <= 3
    bad = X.copy()
    bad[:, 4] = np.array([0, 2, 1])[bad[:, 4]]
    assert item_fit(GradedResponseModel().fit(bad), bad)["p"].iloc[4] < 1e-6


@pytest.mark.parametrize("model", [GradedResponseModel, GeneralizedPartialCreditModel])
def test_s_x2_says_no_one_time_in_twenty_where_the_model_is_true(model):
    """p is uniform: 5% below 0.05 and half below 0.5, within four standard errors of 120."""
    p = []
    for seed in range(15):
        codes = made_by(model, n=600, seed=seed)
        p.extend(item_fit(model(standard_errors="none").fit(codes), codes)["p"])
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.08)
    assert np.mean(p) == pytest.approx(0.5, abs=0.105)


def test_infit_and_outfit_follow_their_definition_and_are_near_one(simulated):
    model, X = simulated
    found = item_fit(model, X)
    theta = person_scores(model.items_, X.astype(np.int8), method="MAP")[:, 0]
    p = category_probabilities(model.items_, theta)[7]
    mean = np.arange(3) @ p
    variance = np.arange(3) ** 2 @ p - mean**2
    square = (X[:, 7] - mean) ** 2
    assert found["infit"].iloc[7] == pytest.approx(square.sum() / variance.sum(), rel=1e-6)
    assert found["outfit"].iloc[7] == pytest.approx((square / variance).mean(), rel=1e-6)
    assert found["infit"].mean() == pytest.approx(1.0, abs=0.05)


def test_s_x2_of_a_long_test_says_what_r_s_says(bfi25_keyed, golden):
    """25 items of six categories: R joins more cells, and has 5% fewer degrees of freedom.

    It marks the totals with thin cells, then lets go of totals that one person reached, and looks
    the marks up by place, which have moved: cells that are not thin are joined. Followed to the
    letter that gives R's figures for all 25 items; with the marks made after, degrees of freedom
    come within 7 of ours (A1 234 as ours, R 224), so R slips here.
    On 200 tests of made-up answers that follow this model ours says no in 4.0% at the 5% level
    (partial credit: 6.5%), with a mean p of 0.48 and 0.49: the extra cells do no harm.
    """
    r = pd.DataFrame(golden("irt/bfi25_keyed__graded.json")["S_X2"]).set_index("item")
    found = item_fit(GradedResponseModel(standard_errors="none").fit(bfi25_keyed), bfi25_keyed)
    assert ((found["p"] < 0.05) == (r["p.S_X2"] < 0.05)).all()
    assert found["rmsea"].to_numpy() == pytest.approx(r["RMSEA.S_X2"].to_numpy(), abs=0.003)
    ratio = found["df"] / r["df.S_X2"]
    assert ratio.median() == pytest.approx(1.045, abs=0.02)
    assert ratio.between(0.95, 1.35).all()


@pytest.mark.parametrize("model", ["rm", "pcm"])
def test_infit_and_outfit_are_those_of_e_rm(model, golden, verbagg):
    """At eRm's items and maximum likelihood thetas; its search for theta stops at about 1e-5."""
    theirs = golden("irt/VerbAgg__eRm_fit.json")
    codes = verbagg.to_numpy().astype(np.int8)
    codes = codes if model == "pcm" else np.minimum(codes, 1)
    easiness = np.array(theirs[f"{model}_easiness"]).reshape(24, -1)
    items = ItemParameters("gpcm", tuple(verbagg.columns), np.ones(24), easiness)
    total = codes.sum(axis=1)
    kept = np.flatnonzero((total > 0) & (total < codes.max() * 24))
    theta = person_scores(items, codes[kept], method="ML")[:, 0]
    residuals = residuals_of(items, codes[kept], theta)
    wanted = pd.DataFrame(theirs[model]["items"])
    assert wanted["item"].tolist() == list(verbagg.columns)
    found = mean_squares(residuals, axis=0)
    for name in ("infit", "outfit", "infit_z", "outfit_z"):
        assert found[name] == pytest.approx(wanted[name].to_numpy(), abs=1e-4)
    people = pd.DataFrame(theirs[model]["persons"])
    place = np.searchsorted(kept, people["row"] - 1)
    found = mean_squares(residuals, axis=1)
    assert theta[place] == pytest.approx(people["theta"].to_numpy(), abs=1e-4)
    for name in ("infit", "outfit"):
        assert found[name][place] == pytest.approx(people[name].to_numpy(), abs=1e-4)


def test_at_the_true_theta_mean_squares_are_one_and_lz_is_standard_normal(simulated):
    items = simulated[0].items_
    rng = np.random.default_rng(5)
    theta = rng.standard_normal(3000)
    above = np.cumsum(category_probabilities(items, theta), axis=1)[:, :2]
    X = (rng.random((30, 1, 3000)) > above).sum(axis=1).T.astype(np.int8)
    for name, figures in mean_squares(residuals_of(items, X, theta), axis=0).items():
        wanted, within = (0.0, 0.6) if name.endswith("_z") else (1.0, 0.02)
        assert figures.mean() == pytest.approx(wanted, abs=within)
    lz, _ = _standardised(items, X, theta)
    assert lz.mean() == pytest.approx(0.0, abs=0.07)
    assert lz.std() == pytest.approx(1.0, abs=0.07)


def test_corrected_lz_is_roughly_standard_normal_and_finds_random_answers(simulated):
    model, X = simulated
    found = person_fit(model, X)
    assert found["lz_star"].mean() == pytest.approx(0.0, abs=0.1)
    assert found["lz_star"].std() == pytest.approx(1.0, abs=0.1)
    assert found["lz"].std() < found["lz_star"].std()
    careless = np.random.default_rng(4).integers(0, 3, (300, 30))
    honest = (found["lz_star"] < -1.645).mean()
    assert honest < 0.1
    assert (person_fit(model, careless)["lz_star"] < -1.645).mean() > 6 * honest


def test_who_and_what_does_not_fit_is_said_in_words(simulated):
    model, X = simulated
    honest = person_fit(model, X)
    assert 0.002 < honest["flagged"].mean() < 0.03  # one in a hundred
    assert not item_fit(model, X)["flagged"].any()
    odd = person_fit(model, np.tile([0, 2], 15)[None, :])
    assert odd["flagged"].tolist() == [True]
    assert "contradict each other" in odd["sentence"].iloc[0]
    bad = X.copy()
    bad[:, 4] = abs(X.sum(axis=1) - 30) > 12  # highest at both ends
    table = item_fit(GradedResponseModel().fit(bad), bad)
    assert table.index[table["flagged"]].tolist() == ["item5"]
    assert "otherwise than its curves say" in table["sentence"].loc["item5"]


def test_gaps_and_empty_sittings_are_missing(simulated):
    model, X = simulated
    holed = X[:50].astype(float)
    holed[0] = np.nan
    holed[1, 3] = np.nan
    found = person_fit(model, holed)
    assert found["n"].tolist()[:3] == [0, 29, 30]
    figures = found.drop(columns=["n", "flagged", "sentence"])
    assert figures.loc[0].isna().all()
    assert not found.loc[0, "flagged"]
    whole = person_fit(model, X[:50])[figures.columns]
    assert figures.loc[2:].to_numpy() == pytest.approx(whole.loc[2:].to_numpy())
    assert item_fit(model, holed)["n"].iloc[0] == 48


def test_unknown_groups_and_methods_are_refused(simulated):
    model, X = simulated
    with pytest.raises(InvalidInput, match="no group 'women'"):
        item_fit(model, X, group="women")
    with pytest.raises(InvalidInput, match="MAP"):
        person_fit(model, X, method="ML")
