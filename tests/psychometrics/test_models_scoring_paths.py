"""The quick ways to score and to watch a fit give what the slow ones give."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics import (
    CategoryTable,
    GradedResponseModel,
    NominalResponseModel,
    Rasch,
    person_scores,
)
from vbr_engine.psychometrics.category_lookup import (
    CategoryLookup,
    plain_numbers,
    whole_numbers,
)
from vbr_engine.psychometrics.category_reading import encode


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(4)
    theta = rng.standard_normal((400, 1))
    X = np.digitize(theta + rng.logistic(size=(400, 6)), [-1, 1]) * 2.0 - 3
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


def test_one_sitting_scores_as_among_many(answers):
    model = GradedResponseModel().fit(answers)
    together = model.transform(answers)
    alone = np.vstack([model.transform(answers[[row]]) for row in range(40)])
    np.testing.assert_allclose(alone, together[:40], rtol=0, atol=1e-12)
    careful = person_scores(model.items_, CategoryTable.from_any(answers).codes, nodes=model.nodes_)
    np.testing.assert_allclose(together, careful, rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, np.int8, np.uint8])
def test_lookup_reads_numbers_as_the_careful_way_does(answers, kind):
    whole = np.nan_to_num(answers, nan=-3.0) + 3
    table = CategoryTable.from_any(whole)
    codes = CategoryLookup(table.labels).codes(plain_numbers(whole.astype(kind)))
    assert (codes == table.codes).all()
    frame = pd.DataFrame(whole.astype(kind))
    assert (CategoryLookup(table.labels).codes(plain_numbers(frame)) == table.codes).all()


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16, np.int64, np.int8])
def test_whole_numbers_are_read_as_the_careful_way_does(answers, kind):
    some = answers if np.issubdtype(kind, np.floating) else np.nan_to_num(answers, nan=9)
    frame = pd.DataFrame(np.tile(some, (40, 3)).astype(kind))
    codes, labels = whole_numbers(plain_numbers(frame))
    careful = encode(frame, tuple(map(str, frame.columns)), [None] * frame.shape[1])
    assert (codes == careful[0]).all()
    assert labels == careful[1]
    assert {type(label) for some in labels for label in some} == {int}


@pytest.mark.parametrize("odd", [0.5, np.inf, -np.inf, 5000.0, 1e300, -1e18])
def test_what_is_no_small_whole_number_is_left_to_the_careful_way(answers, odd):
    other = answers.copy()
    other[3, 1] = odd
    assert whole_numbers(other) is None
    assert whole_numbers(np.full((3, 2), np.nan)) is None
    assert whole_numbers(np.arange(300.0).reshape(150, 2)) is None


@pytest.mark.parametrize("odd", [0.0, 1.5, 2.0, -4.0, 99.0, -99.0, np.inf, -np.inf])
def test_what_the_lookup_does_not_know_is_named(answers, odd):
    model = GradedResponseModel().fit(answers)
    wrong = answers.copy()
    wrong[7, 2] = odd
    with pytest.raises(ResponsesError, match="row 7: column item3"):
        model.transform(wrong)


def test_lookup_leaves_words_and_halves_to_the_careful_way(answers):
    assert not CategoryLookup((("no", "yes"),)).usable
    assert not CategoryLookup(((0, 0.5, 1),)).usable
    assert not CategoryLookup(((0, 10**9),)).usable
    assert plain_numbers(pd.DataFrame({"a": ["no"]})) is None
    halves = GradedResponseModel().fit(answers / 2).transform(answers / 2)
    np.testing.assert_allclose(halves, GradedResponseModel().fit(answers).transform(answers))


@pytest.mark.parametrize("model", [GradedResponseModel(), NominalResponseModel(), Rasch()])
def test_every_pass_is_told(answers, model):
    told = []
    model.fit(answers, on_pass=lambda passes, height: told.append((passes, height)))
    assert [passes for passes, _ in told] == list(range(1, len(told) + 1))
    assert len(told) == model.n_iter_
    assert max(height for _, height in told) == pytest.approx(model.log_likelihood_, abs=1e-4)


def test_starts_that_find_another_top_are_counted():
    # Two unrelated traits of three items each: theta can be the one or the other.
    rng = np.random.default_rng(6)
    traits = rng.standard_normal((300, 2)).repeat(3, axis=1)
    X = (2.5 * traits + rng.logistic(size=(300, 6)) > 0).astype(int)
    model = GradedResponseModel(n_starts=10).fit(X)
    heights = model.starts_["log_likelihood"]
    assert model.log_likelihood_ >= heights.max() - 1e-6
    assert len(heights) == 10
    assert 0 < model.starts_["agreed"].sum() < 10
    told = f"{model.starts_['agreed'].sum()} of 10 starts ended at the same log-likelihood"
    assert any(told in sentence for sentence in model.advice_)
