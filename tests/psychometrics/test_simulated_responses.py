"""Made-up answers follow the curves, and an analysis gets back what was planted."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import (
    EapTable,
    GradedResponseModel,
    ItemParameters,
    category_probabilities,
    dif,
    example_parameters,
    simulate_people,
    simulate_responses,
)

MODELS = ("graded", "gpcm", "nominal")


@pytest.mark.parametrize("model", MODELS)
def test_shares_are_those_of_the_curves(model):
    items = example_parameters(model, 6, 5, seed=3)
    n = 20_000
    for theta in (-1.5, 0.0, 2.0):
        answers = simulate_responses(items, np.full(n, theta), seed=4).to_numpy()
        expected = category_probabilities(items, [theta])[:, :, 0]
        found = np.array([np.bincount(column, minlength=5) / n for column in answers.T])
        error = np.sqrt(expected * (1 - expected) / n)
        assert np.all(np.abs(found - expected) < 4.5 * error + 1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_shares_over_people_are_the_integral_of_the_curves(model):
    items, n = example_parameters(model, 4, 4, seed=5), 40_000
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    expected = category_probabilities(items, nodes) @ (weights / weights.sum())
    answers = simulate_responses(items, n, seed=6).to_numpy()
    found = np.array([np.bincount(column, minlength=4) / n for column in answers.T])
    assert np.all(np.abs(found - expected) < 4.5 * np.sqrt(expected * (1 - expected) / n))


@pytest.mark.parametrize("model", ["graded", "gpcm"])
def test_items_with_fewer_categories_stay_within_them(model):
    d = np.array([[1.0, 0.0, -1.0], [0.5, np.nan, np.nan]])
    items = ItemParameters(model, ("four", "two"), np.array([1.0, 1.2]), d)
    answers = simulate_responses(items, 5_000, seed=1)
    assert answers.max().tolist() == [3, 1]
    assert answers.min().tolist() == [0, 0]


def test_the_seed_decides_and_a_number_means_the_people_of_that_seed():
    items = example_parameters("graded", 5, 4, seed=1)
    first, again = (simulate_responses(items, 200, seed=7) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    pd.testing.assert_frame_equal(
        first, simulate_responses(items, simulate_people(200, seed=7), seed=7)
    )
    assert (first != simulate_responses(items, 200, seed=8)).to_numpy().mean() > 0.3
    assert first.index[0] == "simulated-000001"


def test_parameters_come_back():
    items = example_parameters("graded", 12, 4, seed=9)
    model = GradedResponseModel().fit(simulate_responses(items, 6_000, seed=10))
    assert np.corrcoef(model.items_.slopes, items.slopes)[0, 1] > 0.97
    assert np.abs(model.items_.intercepts - items.intercepts).mean() < 0.08
    answers = simulate_responses(model, 10, seed=1)  # a fitted model, and its table, will do too
    pd.testing.assert_frame_equal(answers, simulate_responses(model.parameters_, 10, seed=1))


def test_traits_are_found_better_with_more_items():
    found = []
    for n_items in (4, 12, 36):
        items = example_parameters("gpcm", n_items, 4, seed=9)
        answers = simulate_responses(items, 1_000, seed=10)
        scores = EapTable(items).many(answers.to_numpy())[:, 0]
        found.append(np.corrcoef(scores, simulate_people(1_000, seed=10)["theta"])[0, 1])
    assert 0.6 < found[0] < found[1] - 0.03 < found[2] - 0.06
    assert found[2] > 0.93


def test_missing_at_random_and_by_design():
    items = example_parameters("gpcm", 6, 3, seed=1)
    gaps = simulate_responses(items, 4_000, seed=1, missing=0.2).isna()
    assert abs(gaps.to_numpy().mean() - 0.2) < 0.01
    forms = np.array([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1]], dtype=bool)
    answers = simulate_responses(items, 5, seed=1, missing=forms)
    np.testing.assert_array_equal(answers.notna().to_numpy(), forms[[0, 1, 0, 1, 0]])
    whole = simulate_responses(items, 5, seed=1)
    assert (answers == whole).to_numpy()[answers.notna().to_numpy()].all()


@pytest.mark.parametrize("model", ["graded", "gpcm"])
def test_a_planted_difference_is_found_and_no_other(model):
    items = example_parameters(model, 12, 4, seed=2)
    groups = {"one": (0.5, 0.0, 1.0), "other": (0.5, -0.5, 1.0)}
    people = simulate_people(3_000, seed=3, groups=groups)
    answers = simulate_responses(items, people, seed=4, dif={"item-05": 0.8})
    found = dif(answers, people["group"], reference="one", method="likelihood-ratio").table
    assert found.loc[found["flagged"], "item"].tolist() == ["item-05"]
    # What is planted makes the item harder for the other group.
    assert set(found.loc[found["flagged"], "favours"]) == {"reference"}
    found = dif(answers, people["group"], reference="one", method="generalised", purify=True).table
    assert found.loc[found["flagged"], "item"].tolist() == ["item-05"]


def test_steepness_turns_the_answers_of_the_other_group_round():
    items = example_parameters("graded", 3, 4, seed=2)
    groups = {"one": (0.5, 0.0, 1.0), "other": (0.5, 0.0, 1.0)}
    people = simulate_people(4_000, seed=3, groups=groups)
    answers = simulate_responses(items, people, seed=4, dif={"item-2": (0.0, -1.0)})
    r = answers.join(people).groupby("group", observed=True).corr(numeric_only=True)["theta"]
    assert r["one", "item-2"] > 0.4
    assert r["other", "item-2"] < -0.4
    assert r["other", "item-1"] > 0.4


def test_the_trait_has_the_shape_asked_for():
    for shape, skew in (("normal", 0.0), ("uniform", 0.0), ("skewed", 2**0.5)):
        theta = simulate_people(50_000, seed=1, distribution=shape)["theta"]
        assert abs(theta.mean()) < 0.02
        assert abs(theta.std() - 1) < 0.02
        assert abs(theta.skew() - skew) < 0.1


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": 0},
        {"seed": -1},
        {"people": [0.0, np.nan]},
        {"missing": 1.0},
        {"missing": np.ones((2, 3), dtype=bool)},
        {"missing": np.ones((2, 5))},
        {"dif": {"nobody": 1.0}, "groups": ["a", "b"] * 5},
        {"dif": {"item-1": 1.0}},
        {"dif": {"item-1": 1.0}, "groups": ["a"] * 10},
        {"dif": {"item-1": 1.0}, "groups": ["a", "b"]},
        {"dif": {"item-1": np.inf}, "groups": ["a", "b"] * 5},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    items = example_parameters("graded", 5, 4, seed=1)
    with pytest.raises(InvalidInput, match="expected"):
        simulate_responses(items, **{"people": 10, "seed": 1, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"distribution": "odd"},
        {"groups": {"a": (0.5, 0, 1)}},
        {"groups": {"a": (1.0, 0)}},
        {"groups": {"a": (1.0, 0, -1)}},
    ],
)
def test_people_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InvalidInput, match="expected"):
        simulate_people(10, seed=1, **wrong)


@pytest.mark.parametrize("wrong", [("odd", 3, 3), ("graded", 0, 3), ("gpcm", 3, 1)])
def test_items_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InvalidInput, match="expected"):
        example_parameters(*wrong, seed=1)
