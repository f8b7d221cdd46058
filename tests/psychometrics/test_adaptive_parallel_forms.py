"""Forms drawn by information and blueprint."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import item_information, parameters_of
from vbr_engine.psychometrics.forms import parallel_forms

LEVELS = (-1.0, 0.0, 1.0)


def _bank(n_items, *, seed=1):
    rng = np.random.default_rng(seed)
    a = rng.lognormal(0.2, 0.3, n_items)
    d = -a * rng.normal(0, 1, n_items)
    names = [f"item-{j:02d}" for j in range(n_items)]
    return pd.DataFrame({"model": "graded", "a": a, "d_1": d}, index=names)


BANK = _bank(48)
VALUE = {name: "abcd"[j % 4] for j, name in enumerate(BANK.index)}
FORMAT = {name: "rate" if j < 30 else "pick" for j, name in enumerate(BANK.index)}


@pytest.fixture(scope="module")
def three():
    return parallel_forms(
        BANK,
        n_forms=3,
        length=10,
        values=VALUE,
        per_value=dict.fromkeys("abcd", 2),
        formats=FORMAT,
        per_format={"rate": 6, "pick": 4},
    )


def test_every_form_meets_the_blueprint_and_shares_no_item(three):
    used = [name for form in three.forms for name in form]
    assert len(used) == len(set(used)) == 30
    for form in three.forms:
        per_value = pd.Series([VALUE[name] for name in form]).value_counts()
        assert (per_value.reindex(list("abcd")) >= 2).all()
        assert [FORMAT[name] for name in form].count("rate") == 6


def test_the_forms_are_alike_and_no_weaker_than_most(three):
    assert three.largest_difference < 0.05
    information = pd.DataFrame(
        item_information(parameters_of(BANK), LEVELS), index=BANK.index, columns=LEVELS
    )
    for number, form in enumerate(three.forms, start=1):
        found = information.loc[list(form)].sum()
        np.testing.assert_allclose(three.information.loc[number], found)
    rng = np.random.default_rng(0)
    by_chance = [information.sample(10, random_state=rng).sum().min() for _ in range(500)]
    assert three.information.to_numpy().min() > np.quantile(by_chance, 0.6)


def test_a_small_bank_is_halved_as_an_enumeration_would():
    bank = _bank(10, seed=4)
    information = item_information(parameters_of(bank), LEVELS)
    target = information.sum(axis=0) / 2

    def apart(form):
        return np.abs(information[list(form)].sum(axis=0) / target - 1).max()

    best = min(apart(form) for form in combinations(range(10), 5))
    drawn = parallel_forms(bank, n_forms=2, length=5)
    np.testing.assert_allclose(drawn.target, target)
    found = max(apart([bank.index.get_loc(n) for n in form]) for form in drawn.forms)
    assert found == pytest.approx(best, abs=0.01)


def test_a_given_target_is_aimed_at():
    target = np.array([2.4, 2.8, 2.4])
    drawn = parallel_forms(BANK, n_forms=2, length=12, target=target, theta=LEVELS)
    assert drawn.target == tuple(target)
    np.testing.assert_allclose(drawn.information, np.tile(target, (2, 1)), rtol=0.05)


def test_forms_that_cannot_be_drawn_are_refused():
    with pytest.raises(InvalidInput, match="5 forms of 10 items cannot be drawn from 48 items"):
        parallel_forms(BANK, n_forms=5, length=10)
    with pytest.raises(InvalidInput, match="a: 2 forms need 14 items, the bank has 12"):
        parallel_forms(BANK, n_forms=2, length=14, values=VALUE, per_value={"a": 7})
    with pytest.raises(InvalidInput, match="no 2 forms meet the blueprint"):
        parallel_forms(BANK, n_forms=2, length=10, values=VALUE, per_value={"a": 6, "b": 5})
