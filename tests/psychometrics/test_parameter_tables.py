"""Item parameters as tables: the right reading, or every row and column that is wrong."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import (
    GradedResponseModel,
    category_probabilities,
    expected_scores,
    item_information,
    test_information,
)
from vbr_engine.psychometrics.curves import ItemParameters
from vbr_engine.psychometrics.parameter_tables import parameter_frame, parameters_of

GRADED = pd.DataFrame(
    {"model": "graded", "a": [1.2, 0.8], "d_1": [1.0, 0.5], "d_2": [-1.0, np.nan]},
    index=["late", "tea"],
)


@pytest.mark.parametrize("model", ["graded", "gpcm", "nominal"])
def test_a_table_goes_there_and_back(model):
    d = np.array([[1.0, -1.0], [0.5, np.nan]])
    slopes = np.array([[0.5, 1.0], [-0.3, np.nan]]) if model == "nominal" else np.array([1.2, 0.8])
    items = ItemParameters(model, ("late", "tea"), slopes, d)
    back = parameters_of(parameter_frame(items))
    assert back.names == items.names
    np.testing.assert_array_equal(back.slopes, items.slopes)
    np.testing.assert_array_equal(back.intercepts, items.intercepts)


def test_names_come_from_a_column_or_the_index_and_columns_in_any_order():
    plain = GRADED.reset_index(names="item")[["d_2", "item", "a", "d_1", "model"]]
    assert parameters_of(plain).names == ("late", "tea")
    np.testing.assert_array_equal(parameters_of(plain).intercepts, parameters_of(GRADED).intercepts)


def test_categories_are_counted_and_not_spelt():
    wide = pd.DataFrame({"model": "gpcm", "a": [1.0], **{f"d_{k}": [k] for k in range(1, 13)}})
    shuffled = wide[sorted(wide)]
    assert parameters_of(shuffled).intercepts[0].tolist() == list(range(1, 13))


def test_a_nominal_table_may_say_category_0_and_pin_any_constant():
    table = pd.DataFrame({"model": "nominal", "a_1": [0.7], "a_2": [-0.2], "d_1": 0.1, "d_2": 0.9})
    centred = table.assign(a_0=0.0, d_0=0.0)
    centred[["a_0", "a_1", "a_2"]] -= 0.4
    centred[["d_0", "d_1", "d_2"]] += 1.5
    one, other = (category_probabilities(parameters_of(t), [0.3]) for t in (table, centred))
    np.testing.assert_allclose(one, other)


def test_every_mistake_is_told_with_its_place():
    with pytest.raises(InvalidInput, match=r"columns model, a$"):
        parameters_of(pd.DataFrame({"d_1": [1.0]}))
    with pytest.raises(InvalidInput, match="there twice: late"):
        parameters_of(GRADED.set_axis(["late", "late"]))
    with pytest.raises(InvalidInput, match=r"one of graded.*got rasch"):
        parameters_of(GRADED.assign(model="rasch"))
    with pytest.raises(InvalidInput, match=r"row tea: column d_1: expected a number, got 'x'"):
        parameters_of(GRADED.assign(d_1=["1.0", "x"]))
    with pytest.raises(InvalidInput, match=r"row late: expected the intercepts .* descend"):
        parameters_of(GRADED.assign(d_2=[2.0, np.nan]))
    with pytest.raises(InvalidInput, match="row tea: a slope is missing"):
        parameters_of(GRADED.assign(a=[1.0, np.nan]))
    with pytest.raises(InvalidInput, match="row late: an intercept is missing"):
        parameters_of(GRADED.assign(d_1=[np.nan, 0.5]))
    with pytest.raises(InvalidInput, match="as many slopes as intercepts"):
        parameters_of(pd.DataFrame({"model": "nominal", "a_1": [1.0], "d_1": 0.0, "d_2": 0.0}))


# Of items with two categories, from the chance p of the upper one and the slope a.
BY_HAND = {
    category_probabilities: lambda p, _a: np.stack([1 - p, p], axis=1),
    item_information: lambda p, a: a**2 * p * (1 - p),
    test_information: lambda p, a: (a**2 * p * (1 - p)).sum(axis=0),
    expected_scores: lambda p, _a: p,
}


@pytest.mark.parametrize("verb", BY_HAND)
def test_curves_come_from_whatever_holds_the_parameters(verb):
    rng = np.random.default_rng(4)
    answers = (rng.standard_normal((300, 1)) + rng.logistic(size=(300, 4)) > 0).astype(int)
    model, theta = GradedResponseModel().fit(answers), [-1.0, 0.0, 2.0]
    a = model.items_.slopes[:, None]
    wanted = BY_HAND[verb](1 / (1 + np.exp(-a * theta - model.items_.intercepts)), a)
    for source in (model, model.parameters_, model.items_):
        np.testing.assert_allclose(verb(source, theta), wanted, rtol=1e-12)
    with pytest.raises(InvalidInput, match="has columns"):
        verb(pd.DataFrame({"slope": [1.0]}), theta)
