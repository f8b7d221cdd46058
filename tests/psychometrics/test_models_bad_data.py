"""Data that trouble an item response model: read rightly, refused clearly, or advised upon."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    NominalResponseModel,
)

EVERY = [GradedResponseModel, GeneralizedPartialCreditModel, NominalResponseModel]
every_model = pytest.mark.parametrize("kind", EVERY)


@pytest.fixture(scope="module")
def plain():
    rng = np.random.default_rng(1)
    theta = rng.standard_normal((200, 1))
    return pd.DataFrame(
        np.digitize(theta + rng.logistic(size=(200, 5)), [-1, 1]), columns=[*"abcde"]
    )


@pytest.fixture(scope="module")
def height(plain):
    return GradedResponseModel().fit(plain).log_likelihood_


SAME = {
    "booleans of an extension": lambda X: X.astype("Int64"),
    "floats of an extension": lambda X: X.astype("Float64"),
    "pyarrow numbers": lambda X: X.convert_dtypes(dtype_backend="pyarrow"),
    "pyarrow text": lambda X: X.astype(str).convert_dtypes(dtype_backend="pyarrow"),
    "categories": lambda X: X.astype("category"),
    "objects": lambda X: X.astype(object),
    "text": lambda X: X.astype(str),
    "text of an extension": lambda X: X.astype("string"),
    "text with spaces": lambda X: " " + X.astype(str),
    "halves": lambda X: X / 2,
    "far apart": lambda X: X * 100_000 - 7,
    "lists": lambda X: X.to_numpy().tolist(),
    "small numbers": lambda X: X.to_numpy(dtype=np.uint8),
    "columns in memory order": lambda X: np.asfortranarray(X.to_numpy(dtype=float)),
    "an item with one answer for all": lambda X: X.assign(f=1),
    "an item without answers": lambda X: X.assign(f=np.nan),
    "a sitting without answers": lambda X: pd.concat([X, X.iloc[:1] * np.nan], ignore_index=True),
}


@pytest.mark.parametrize("name", SAME)
def test_same_answers_written_otherwise_give_the_same_fit(plain, height, name):
    X = SAME[name](plain)
    model = GradedResponseModel().fit(X)
    assert model.log_likelihood_ == pytest.approx(height, abs=1e-5)
    assert np.isfinite(model.transform(X)).all()


def test_booleans_are_two_categories(plain):
    flags = plain > 0
    as_numbers = GradedResponseModel().fit(flags.astype(int))
    with_gaps = flags.astype("boolean").where(plain.index.to_series() > 0)
    for X in (flags, flags.astype("boolean"), flags.astype(object)):
        assert GradedResponseModel().fit(X).log_likelihood_ == pytest.approx(
            as_numbers.log_likelihood_, abs=1e-6
        )
    assert GradedResponseModel().fit(with_gaps).categories_.codes[0].tolist() == [-1] * 5


def test_blank_text_is_missing(plain):
    gaps = np.random.default_rng(3).random(plain.shape) < 0.1
    blank = GradedResponseModel().fit(plain.astype(str).mask(gaps, " "))
    missing = GradedResponseModel().fit(plain.astype(float).mask(gaps))
    assert blank.log_likelihood_ == pytest.approx(missing.log_likelihood_, abs=1e-6)


def test_numbers_among_words_are_words(plain):
    X = plain.astype(object).assign(a=np.where(plain["a"] == 2, "none", plain["a"].astype(object)))
    assert NominalResponseModel(n_starts=1).fit(X).categories_.labels[0] == ("0", "1", "none")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X: X.assign(a=np.arange(200)), "column a: .*at most 100 categories, got 200"),
        (lambda X: X.assign(b=pd.date_range("2020", periods=200)), "column b: .*at most 100"),
        (lambda X: X.assign(c=np.where(X.index == 3, np.inf, X["c"])), "column c: .*infinity"),
        (lambda X: X * np.nan, "on which people differ, got none"),
        (lambda X: X.iloc[:1], "at least 2 sittings"),
        (lambda X: X.iloc[:, :0], "minimum of 1 is required"),
    ],
)
def test_what_cannot_be_estimated_is_refused_by_its_name(plain, change, words):
    with pytest.raises(ResponsesError, match=words):
        GradedResponseModel().fit(change(plain))


@every_model
@pytest.mark.parametrize("n", [2, 3, 12])
def test_very_few_sittings_give_a_finite_fit_and_a_warning(plain, kind, n):
    X = plain.iloc[7 : 7 + n].assign(a=np.arange(n) % 2)
    model = kind().fit(X)
    assert np.isfinite(model.transform(X)).all()
    assert np.isfinite(model.log_likelihood_)
    told = f"{n} sittings for {model.n_parameters_} parameters"
    assert any(told in sentence for sentence in model.advice_)


@every_model
def test_items_that_repeat_or_turn_round_another_are_named(plain, kind):
    X = plain.assign(f=2 - plain["a"])
    model = kind(n_starts=2).fit(X)
    said = " ".join(model.advice_)
    assert "a and f: one answer decides the other" in said
    assert "the slope runs off" in said
    assert np.isfinite(model.transform(X)).all()


@every_model
def test_options_that_hardly_anybody_chose_are_named(plain, kind):
    X = plain.assign(a=plain["a"].where(plain.index > 2, 5))
    model = kind().fit(X)
    assert any("a: only 3 chose 5" in sentence for sentence in model.advice_)
    assert any("a: nobody chose 3, 4" in sentence for sentence in model.advice_)
    assert np.isfinite(model.parameters_.drop(columns="model").loc["a"].astype(float)).all()


def test_words_in_alphabetical_order_are_pointed_out(plain):
    X = plain.replace({0: "never", 1: "often", 2: "always"})
    said = " ".join(GradedResponseModel().fit(X).advice_)
    assert "a: its categories are words, taken in the order always, never, often" in said
    assert "in the order" not in " ".join(NominalResponseModel(n_starts=1).fit(X).advice_)


def test_an_item_that_nobody_answered_is_said_to_be_one(plain):
    said = GradedResponseModel().fit(plain.assign(a=np.nan)).advice_
    assert "a: nobody answered it; leave it out." in said


def test_one_item_alone_gives_its_shares(plain):
    # One item says nothing about its slope; any curve that gives the shares has this height.
    shares = plain["a"].value_counts(normalize=True)
    expected = len(plain) * float((shares * np.log(shares)).sum())
    for kind in EVERY:
        model = kind().fit(plain[["a"]])
        assert model.log_likelihood_ == pytest.approx(expected, abs=1e-4)


@every_model
def test_reverse_keyed_items_cost_nothing(plain, kind):
    turned = plain.assign(b=2 - plain["b"], d=2 - plain["d"])
    straight, model = kind().fit(plain), kind().fit(turned)
    assert model.log_likelihood_ == pytest.approx(straight.log_likelihood_, abs=1e-5)
    if kind is not NominalResponseModel:
        assert np.sign(model.items_.slopes).tolist() == [1, -1, 1, -1, 1]
        assert sum("the slope is negative" in told for told in model.advice_) == 2
