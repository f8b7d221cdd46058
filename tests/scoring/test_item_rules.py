"""What an answer earns, against published figures and against counting every answer."""

from itertools import combinations, permutations, product
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.bank.model import Item, KeyKind, ResponseFormat, ScoringPolicy, StandardErrorRule
from vbr_engine.errors import BankError
from vbr_engine.responses import MISSING
from vbr_engine.scoring.lookup import AnswerNumbers, every_answer, n_answers
from vbr_engine.scoring.policy import corrected
from vbr_engine.scoring.rules import (
    ItemRule,
    expected_by_guessing,
    maximum,
    points,
    points_table,
)

GOLDEN = yaml.safe_load((Path(__file__).parents[1] / "golden" / "ukfpo.yaml").read_text("utf-8"))


def policy(rate="near-miss", **changes):
    return ScoringPolicy(
        **{
            "id": "p-1",
            "key": KeyKind.AUTHORS,
            "rate": rate,
            "rank": "near-miss",
            "most_least": "match",
            "pick": "per-option",
            "points": {"pick": 4},
            "chance_correction": True,
            "standardise_within_person": False,
            "weights": {},
            "minimum_share": 0.6,
            "standard_error": StandardErrorRule.ABSOLUTE_ERROR,
            "item_sd_floor": 0.2,
            "interval": 0.8,
            "bands": (),
            **changes,
        }
    )


def item(response_format, key, **more):
    options = tuple("abcdefgh"[: len(key)])
    return Item("i", "v", ResponseFormat(response_format), options, tuple(key), **more)


def rule_of(one, how):
    return ItemRule(one, points_table(one, how), expected_by_guessing(one, how), maximum(one, how))


def earned(one, answers, how=None):
    return points(rule_of(one, how or policy()), np.array(answers, dtype=np.int8))


def all_valid(one):
    n = len(one.options)
    if one.format is ResponseFormat.RATE:
        return list(product(range(1, one.scale + 1), repeat=n))
    if one.format is ResponseFormat.RANK:
        return list(permutations(range(1, n + 1)))
    if one.format is ResponseFormat.MOST_LEAST:
        pairs = permutations(range(n), 2)
        return [tuple((o == most) - (o == least) for o in range(n)) for most, least in pairs]
    return [tuple(int(o in c) for o in range(n)) for c in combinations(range(n), one.picks)]


RANK5 = item("rank", (3, 1, 2, 5, 4))
RANK4 = item("rank", (2, 1, 4, 3))
PICK = item("pick", (0, 1, 0, 1, 0, 0, 1, 0))
PAIR = item("most-least", (0, 1, 0, -1))
RATE = item("rate", (4, 1, 2, 3, 1), scale=4)


def test_the_ranking_table_is_the_published_one():
    in_order = item("rank", (1, 2, 3, 4, 5))
    assert points_table(in_order, policy()).tolist() == GOLDEN["ranking"]["points"]


def test_a_ranking_of_five_over_all_120():
    every = earned(RANK5, all_valid(RANK5))
    facts = GOLDEN["ranking"]
    assert len(every) == 120
    assert every.min() == facts["valid-minimum"]
    assert every.mean() == facts["guessing-mean"]
    assert every.max() == facts["maximum-per-scenario"]


def test_a_ranking_of_four_is_the_published_unit_less_one_for_each_option():
    facts = GOLDEN["ranking-of-four-at-four-a-response"]
    every = earned(RANK4, all_valid(RANK4))
    assert (every.min(), every.mean(), every.max()) == (4, 7, 12)
    published = every + 4
    assert published.min() == facts["minimum"]
    assert published.mean() == facts["guessing-mean"]
    assert published.max() == facts["maximum"]
    on_our_scale = corrected(every, rule_of(RANK4, policy()), policy())
    np.testing.assert_allclose(on_our_scale, (published - 11) / (16 - 11), rtol=1e-15)


def test_choosing_three_of_eight_over_all_56():
    facts = GOLDEN["choose-three-of-eight"]
    every = earned(PICK, all_valid(PICK))
    assert len(every) == 56
    assert every.mean() == facts["guessing-mean"]
    assert every.max() == facts["maximum-per-scenario"]
    four = [c for c in product((0, 1), repeat=8) if sum(c) == 4]
    assert set(earned(PICK, four)) == {facts["more-than-three"]}


def test_ties_earn_nothing_for_the_tied_options_only():
    # Key 3 1 2 5 4: options c, d and e still earn 4, 4 and 4 - 1.
    assert earned(RANK5, [[1, 1, 2, 5, 3]])[0] == 4 + 4 + 3
    assert earned(RANK5, [[3, 3, 3, 3, 3]])[0] == 0


def test_fewer_picks_count_and_none_is_not_an_answer():
    assert earned(PICK, [[0, 1, 0, 1, 0, 0, 0, 0]])[0] == 8
    assert earned(PICK, [[0, 1, 0, 0, 1, 0, 0, 0]])[0] == 4
    assert np.isnan(earned(PICK, [[0] * 8])[0])


def test_most_and_least():
    answers = [[0, 1, 0, -1], [0, -1, 0, 1], [1, 0, 0, -1], [1, -1, 0, 0], [1, 0, -1, 0]]
    assert earned(PAIR, answers).tolist() == [2, -2, 1, -1, 0]
    # A part given twice earns nothing; the other part stands. A part not given: not scored.
    assert earned(PAIR, [[1, 1, 0, -1], [-1, 1, 0, -1], [1, 1, -1, -1]]).tolist() == [1, 1, 0]
    assert np.isnan(earned(PAIR, [[0, 1, 0, 0], [0, 0, 0, -1], [0, 0, 0, 0]])).all()


def test_rating_rules_by_hand():
    answer = [[4, 2, 4, 3, 4]]  # distances 0, 1, 2, 0, 3
    assert earned(RATE, answer)[0] == 3 + 2 + 1 + 3 + 0
    assert earned(RATE, answer, policy("distance"))[0] == 9 + 8 + 5 + 9 + 0
    shares = ((0.1, 0.2, 0.3, 0.4), (0.25, 0.25, 0.25, 0.25))
    panel = item("rate", (4, 2), scale=4, agreement=shares)
    assert earned(panel, [[3, 1]], policy("agreement"))[0] == pytest.approx(0.55)
    assert maximum(panel, policy("agreement")) == pytest.approx(0.65)
    assert expected_by_guessing(panel, policy("agreement")) == pytest.approx(0.5)


@pytest.mark.parametrize("one", [RANK5, PICK, PAIR, RATE], ids=lambda one: one.format.value)
def test_any_missing_part_is_no_answer(one):
    valid = np.array(all_valid(one)[0], dtype=np.int8)
    for option in range(len(valid)):
        part = valid.copy()
        part[option] = MISSING
        assert np.isnan(earned(one, [part])[0])


keys = st.one_of(
    st.integers(2, 4).flatmap(
        lambda k: st.lists(st.integers(1, k), min_size=2, max_size=5).map(
            lambda key: item("rate", key, scale=k)
        )
    ),
    st.integers(2, 6).flatmap(
        lambda n: st.permutations(range(1, n + 1)).map(lambda key: item("rank", key))
    ),
    st.integers(2, 8).flatmap(
        lambda n: st.permutations([1, -1] + [0] * (n - 2)).map(lambda k: item("most-least", k))
    ),
    st.integers(2, 8).flatmap(
        lambda n: st.integers(1, n - 1).flatmap(
            lambda k: st.permutations([1] * k + [0] * (n - k)).map(lambda key: item("pick", key))
        )
    ),
)


@settings(deadline=None)
@given(keys, st.sampled_from(["near-miss", "distance"]))
def test_guessing_and_maximum_are_what_counting_every_answer_gives(one, rate):
    how = policy(rate)
    every = earned(one, all_valid(one), how)
    assert expected_by_guessing(one, how) == pytest.approx(every.mean(), abs=1e-9)
    assert maximum(one, how) == every.max()
    on_our_scale = corrected(every, rule_of(one, how), how)
    assert on_our_scale.mean() == pytest.approx(0, abs=1e-9)
    assert on_our_scale.max() == 1


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), min_size=2, max_size=4))
def test_guessing_under_agreement_is_what_counting_every_answer_gives(panel):
    shares = tuple(tuple(p / sum(row) for p in row) for row in panel)
    one = item("rate", (1,) * len(panel), scale=4, agreement=shares)
    every = earned(one, all_valid(one), policy("agreement"))
    assert expected_by_guessing(one, policy("agreement")) == pytest.approx(every.mean())
    assert maximum(one, policy("agreement")) == pytest.approx(every.max())


@settings(deadline=None)
@given(keys.filter(lambda one: n_answers(one) < 10_000))
def test_every_answer_has_its_own_number(one):
    answers = every_answer(one)
    assert len(answers) == n_answers(one) == len({tuple(row) for row in answers.tolist()})
    numbers = AnswerNumbers([RATE, one])
    beside = np.full((len(answers), len(RATE.options)), MISSING, dtype=np.int8)
    digits = numbers.digits(np.concatenate([beside, answers], axis=1))
    assert numbers.numbers(1, digits).tolist() == list(range(len(answers)))


def test_a_rule_that_the_format_does_not_have():
    with pytest.raises(BankError, match="rate has no rule 'closest', only agreement, distance"):
        points_table(RATE, policy("closest"))
    with pytest.raises(BankError, match="needs the panel's shares"):
        points_table(RATE, policy("agreement"))
