"""What must not change an item response model, what must, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics import (
    CategoryTable,
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    ItemParameters,
    NominalResponseModel,
    category_probabilities,
)
from vbr_engine.psychometrics.category_advice import advice_on_data
from vbr_engine.psychometrics.derivatives import pack, parameter_scores, unpack
from vbr_engine.psychometrics.patterns import collapse
from vbr_engine.psychometrics.persons import EapTable, person_scores

EVERY = [GradedResponseModel, GeneralizedPartialCreditModel, NominalResponseModel]


def simulated(n, slopes, intercepts, *, seed, model="graded", mean=0.0, sd=1.0):
    rng = np.random.default_rng(seed)
    names = tuple(f"item{j + 1}" for j in range(len(intercepts)))
    items = ItemParameters(model, names, np.asarray(slopes), np.asarray(intercepts))
    cumulated = category_probabilities(items, rng.normal(mean, sd, n)).cumsum(axis=1)
    draws = (rng.random((len(items), 1, n)) > cumulated).sum(axis=1).T
    return items, pd.DataFrame(draws, columns=names)


def some(n=600, seed=3):
    slopes = np.array([1.5, 0.8, -1.0, 2.0, 1.2])
    intercepts = np.tile([1.0, -0.5], (5, 1)) + np.linspace(-0.5, 0.5, 5)[:, None]
    return simulated(n, slopes, intercepts, seed=seed)


@pytest.fixture(scope="module", params=EVERY)
def fitted(request):
    _, X = some()
    return request.param, X, request.param().fit(X)


def test_order_of_rows_and_columns_changes_nothing(fitted):
    kind, X, model = fitted
    rows = np.random.default_rng(0).permutation(len(X))
    other = kind().fit(X.iloc[rows, ::-1])
    assert other.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-5)
    ours = model.parameters_.drop(columns="model")
    theirs = other.parameters_.drop(columns="model").loc[ours.index]
    np.testing.assert_allclose(theirs, ours, atol=2e-3)


def test_labels_of_categories_change_nothing(fitted):
    kind, X, model = fitted
    other = kind().fit(X.replace({0: "a lot", 1: "less", 2: "none"}))
    assert other.log_likelihood_ == pytest.approx(model.log_likelihood_, abs=1e-9)


def test_nominal_model_does_not_mind_the_order_of_labels():
    _, X = some()
    straight = NominalResponseModel().fit(X)
    shuffled = NominalResponseModel().fit(X.replace({0: 2, 2: 0}))
    assert shuffled.log_likelihood_ == pytest.approx(straight.log_likelihood_, abs=1e-5)
    assert shuffled.transform(X.replace({0: 2, 2: 0})) == pytest.approx(
        straight.transform(X), abs=1e-3
    )


def test_weights_equal_replication(fitted):
    kind, X, _ = fitted
    weights = np.random.default_rng(1).integers(0, 3, len(X))
    weighted = kind().fit(X, sample_weight=weights)
    repeated = kind().fit(X.loc[X.index.repeat(weights)])
    assert weighted.log_likelihood_ == pytest.approx(repeated.log_likelihood_, abs=1e-5)
    assert weighted.bic_ == pytest.approx(repeated.bic_, abs=1e-4)


def test_collapsing_keeps_every_row_s_weight():
    codes = np.array([[0, 1], [0, 1], [1, -1], [0, 1]], dtype=np.int8)
    groups = np.array([0, 1, 0, 0])
    patterns, weights, of, inverse = collapse(codes, np.ones(4), groups)
    assert sorted(zip(patterns.tolist(), of, weights, strict=True)) == [
        ([0, 1], 0, 2.0),
        ([0, 1], 1, 1.0),
        ([1, -1], 0, 1.0),
    ]
    assert (patterns[inverse] == codes).all()


@pytest.mark.parametrize("model", ["graded", "gpcm", "nominal"])
def test_derivatives_are_those_of_the_curves(model):
    slopes = [[0.5, -1.0], [1.2, np.nan]] if model == "nominal" else [1.3, -0.7]
    items = ItemParameters(
        model, ("a", "b"), np.array(slopes), np.array([[0.8, -0.6], [0.2, np.nan]])
    )
    theta = np.array([-1.0, 0.3, 2.0])
    scores = parameter_scores(items, theta, category_probabilities(items, theta))
    rows = pack(items)
    for j, k, q in [(0, 0, 0), (0, 1, 1), (0, 2, 2), (1, 0, 1), (1, 1, 0)]:

        def height(flat, place=(j, k, q)):
            moved = unpack(model, items.names, flat.reshape(rows.shape), items.n_categories)
            return np.log(category_probabilities(moved, theta)[place])

        slope = approx_fprime(rows.ravel(), height, 1e-7).reshape(rows.shape)
        assert scores[j, k, :, q] == pytest.approx(slope[j], abs=1e-5)


def test_parameters_are_recovered():
    items, X = some(20_000, seed=5)
    found = GradedResponseModel(standard_errors="observed").fit(X)
    away = (found.parameters_["a"] - items.slopes) / found.parameters_["se_a"]
    assert np.abs(away).max() < 3.5
    assert any("item3: the slope is negative" in sentence for sentence in found.advice_)


def test_groups_have_their_own_mean_and_spread():
    items, first = some(4000, seed=1)
    _, second = simulated(4000, items.slopes, items.intercepts, seed=2, mean=0.7, sd=1.4)
    both = pd.concat([first, second], ignore_index=True)
    groups = np.repeat(["a", "b"], 4000)
    model = GradedResponseModel(standard_errors="observed").fit(both, groups=groups)
    second_group = model.group_parameters_.loc["b"]
    assert second_group["mean"] == pytest.approx(0.7, abs=3.5 * second_group["se_mean"])
    assert second_group["sd"] == pytest.approx(1.4, abs=3.5 * second_group["se_sd"])
    assert model.group_parameters_.loc["a", ["mean", "sd"]].tolist() == [0.0, 1.0]
    pooled = model.transform(both, groups=groups)[:, 0]
    assert pooled[4000:].mean() - pooled[:4000].mean() == pytest.approx(0.7, abs=0.1)


def test_anchored_items_stay_and_the_group_moves():
    items, _ = some(5000, seed=9)
    anchors = items.take([0, 1, 3])
    _, shifted = simulated(5000, items.slopes, items.intercepts, seed=4, mean=-0.5)
    model = GradedResponseModel(anchors=anchors).fit(shifted)
    assert model.items_.slopes[[0, 1, 3]].tolist() == anchors.slopes.tolist()
    assert model.group_parameters_["mean"].item() == pytest.approx(-0.5, abs=0.08)
    assert model.items_.slopes[2] == pytest.approx(-1.0, abs=0.15)


def test_equal_slopes_share_one_value():
    _, X = some()
    model = GradedResponseModel(slopes="equal").fit(X[["item1", "item2", "item4"]])
    assert model.parameters_["a"].nunique() == 1
    assert model.n_parameters_ == 7
    free = GradedResponseModel().fit(X[["item1", "item2", "item4"]])
    assert free.log_likelihood_ > model.log_likelihood_


def test_slope_prior_holds_slopes_back():
    _, X = some()
    free = GradedResponseModel().fit(X)
    held = GradedResponseModel(slope_prior=(0.0, 0.3)).fit(X)
    assert np.abs(held.items_.slopes).sum() < np.abs(free.items_.slopes).sum()
    assert held.log_likelihood_ < free.log_likelihood_


def test_steep_items_get_more_nodes():
    _, X = simulated(1500, np.full(6, 9.0), np.linspace(4, -4, 6)[:, None], seed=8)
    assert len(GradedResponseModel().fit(X).nodes_) > 61
    assert len(GradedResponseModel(n_quadrature=61).fit(X).nodes_) == 61


def test_key_decides_where_theta_points():
    _, X = some()
    up = NominalResponseModel(key=[2, 2, 0, 2, 2]).fit(X)
    down = NominalResponseModel(key=[0, 0, 2, 0, 0]).fit(X)
    assert np.corrcoef(up.transform(X)[:, 0], down.transform(X)[:, 0])[0, 1] < -0.99
    assert np.corrcoef(up.transform(X)[:, 0], X["item1"])[0, 1] > 0


def test_missing_answers_are_left_out_of_the_likelihood():
    items, X = some(50)
    table = CategoryTable.from_any(X).codes.copy()
    table[0, :3] = -1
    short = EapTable(items.take([3, 4])).many(table[:1, 3:])
    assert EapTable(items).many(table[:1]) == pytest.approx(short)
    assert EapTable(items).one(table[0]) == pytest.approx(short[0])
    nothing = np.full((1, 5), -1, dtype=np.int8)
    assert EapTable(items).many(nothing)[0] == pytest.approx([0, 1], abs=1e-6)
    assert np.isnan(person_scores(items, nothing, method="WLE")).all()


def test_advice_names_what_is_wrong():
    _, X = some(30)
    X = X.assign(same=1, copy=X["item1"])
    advice = " ".join(GradedResponseModel(slope_prior=(1, 1)).fit(X).advice_)
    assert "same: everybody who answered chose 1" in advice
    assert "item1 and copy: one answer decides the other" in advice
    few = " ".join(advice_on_data(CategoryTable.from_any(X.iloc[:9]), 18))
    assert "9 sittings for 18 parameters" in few
    unused = advice_on_data(CategoryTable.from_any([[1], [4], [1], [4]]))
    assert "nobody chose 2, 3" in unused[0]


def test_non_convergence_is_said():
    _, X = some()
    model = GradedResponseModel(max_iter=4, n_starts=1).fit(X)
    assert not model.converged_
    assert any("stopped after" in sentence for sentence in model.advice_)


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ([1, 2, 3], "2D"),
        ([[1], [1]], "on which people differ"),
        ([[1.0], [np.inf]], "infinity"),
        (np.arange(200.0)[:, None], "is this a measurement"),
        (pd.DataFrame([[1, 2], [2, 1]], columns=["a", "a"]), "several named a"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(X, words):
    with pytest.raises(ResponsesError, match=words):
        GradedResponseModel().fit(X)


def test_unknown_category_is_named_with_row_and_column():
    _, X = some()
    model = GradedResponseModel().fit(X)
    with pytest.raises(ResponsesError, match="row 3: column item2: expected one of 0, 1, 2, got 7"):
        model.transform(X.replace({"item2": {}}).assign(item2=X["item2"].where(X.index != 3, 7)))


@pytest.mark.parametrize(
    "options", [{"slopes": "steep"}, {"standard_errors": "all"}, {"n_quadrature": 2}]
)
def test_unknown_options_are_refused(options):
    _, X = some()
    with pytest.raises(InvalidInput, match="expected"):
        GradedResponseModel(**options).fit(X)


def test_categories_may_be_text_or_ordered():
    frame = pd.DataFrame(
        {
            "text": ["2", "10", None, "2"],
            "words": ["no", "yes", "no", "yes"],
            "ranks": pd.Categorical(["mid", "low", "high", "low"], ["low", "mid", "high"]),
        }
    )
    table = CategoryTable.from_any(frame)
    assert table.labels == ((2, 10), ("no", "yes"), ("low", "mid", "high"))
    assert table.codes.tolist() == [[0, 0, 1], [1, 1, 0], [-1, 0, 2], [0, 1, 0]]
