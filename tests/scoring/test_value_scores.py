"""Value scores, errors, bands and guessing, worked by hand or counted."""

from dataclasses import replace
from itertools import product
from math import sqrt

import numpy as np
import pytest

from vbr_engine.bank.model import Item, ResponseFormat, Value
from vbr_engine.errors import BankError, ResponsesError
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.bands import NO_BAND, band_codes, interval
from vbr_engine.scoring.blocks import Scorer
from vbr_engine.scoring.policy import Layout, estimate, layout

NAN = np.nan


def plan(members, needed=1.0, weights=None, floor=0.0):
    n = len(members)
    column = np.array(weights or [1.0] * n)[:, None]
    return Layout(members, np.full((n, 1), needed), column, floor)


def one(scores, how):
    found = estimate(np.array(scores, dtype=float)[:, None], how)
    return found.score[:, 0].tolist(), found.se[:, 0].tolist()


def test_errors_worked_by_hand():
    # Means 0.6 and 0.5; squares 0.04 + 0.04 and 0.25 + 0 + 0.25 over 5 - 2 degrees of freedom.
    s = sqrt((0.08 + 0.5) / 3)
    scores, errors = one([0.8, 0.4, 1.0, 0.5, 0.0], plan(((0, 1), (2, 3, 4))))
    assert scores == pytest.approx([0.55, 0.6, 0.5])
    assert errors == pytest.approx([s * sqrt(1 / 2 + 1 / 3) / 2, s / sqrt(2), s / sqrt(3)])


def test_weights_worked_by_hand():
    s = sqrt((0.08 + 0.5) / 3)
    how = plan(((0, 1), (2, 3, 4)), weights=[3.0, 1.0])
    scores, errors = one([0.8, 0.4, 1.0, 0.5, 0.0], how)
    assert scores[0] == pytest.approx(0.75 * 0.6 + 0.25 * 0.5)
    assert errors[0] == pytest.approx(s * sqrt(0.75**2 / 2 + 0.25**2 / 3))


def test_equal_scores_do_not_make_a_value_certain():
    _, errors = one([0.5, 0.5, 0.5, 0.5], plan(((0, 1), (2, 3)), floor=0.2))
    assert errors == pytest.approx([0.2 / 2, 0.2 / sqrt(2), 0.2 / sqrt(2)])


def test_with_one_item_for_each_value_the_spread_is_taken_about_the_mean_of_all():
    scores, errors = one([0.2, 0.6], plan(((0,), (1,))))
    s = sqrt(2 * 0.2**2 / 1)
    assert scores == pytest.approx([0.4, 0.2, 0.6])
    assert errors == pytest.approx([s / sqrt(2), s, s])


def test_one_item_in_all_measures_nothing():
    scores, errors = one([0.2, NAN], plan(((0,), (1,))))
    assert np.isnan(scores).all()
    assert np.isnan(errors).all()


def test_nothing_answered_measures_nothing():
    scores, _ = one([NAN, NAN, NAN], plan(((0, 1), (2,))))
    assert np.isnan(scores).all()


def test_fewer_items_than_needed_is_not_measured_and_not_low():
    scores, _ = one([0.2, NAN, NAN, 0.6, 0.8], plan(((0, 1, 2), (3, 4)), needed=2.0))
    assert np.isnan(scores[1])
    assert scores[0] == scores[2] == pytest.approx(0.7)


def test_a_composite_needs_half_of_the_values():
    members = ((0, 1), (2, 3), (4, 5))
    assert np.isnan(one([0.1, 0.2, NAN, NAN, NAN, NAN], plan(members))[0][0])
    assert one([0.1, 0.3, 0.2, 0.4, NAN, NAN], plan(members))[0][0] == pytest.approx(0.25)


def test_values_of_no_weight_make_no_composite():
    scores, _ = one([0.1, 0.3, NAN, NAN], plan(((0, 1), (2, 3)), weights=[0.0, 1.0]))
    assert np.isnan(scores[0])
    assert scores[1] == pytest.approx(0.2)


def test_needed_items_come_from_the_default_form(homecare, with_policy):
    from_form = score(_all(homecare), homecare).profile("a")
    assert {v.n_needed for v in from_form.values} <= {1, 2}
    strict = with_policy(homecare, minimum_share=1.0)
    drawn = [v.n_needed for v in score(_all(strict), strict).profile("a").values]
    assert sum(drawn) == homecare.blueprint.length


def _all(bank):
    return ResponseMatrix.from_answers({"a": _key(bank)}, bank)


def _key(bank):
    return {
        item.id: {o: int(k) for o, k in zip(item.options, item.key, strict=True)}
        for item in bank.items
    }


def test_the_key_scores_one_throughout(homecare):
    profile = score(_all(homecare), homecare).profile("a")
    assert profile.composite.score == 1
    assert {v.score for v in profile.values} == {1}
    assert set(profile.items.values()) == {1}
    assert {v.high for v in profile.values} == {1}
    assert profile.composite.bands == (homecare.policy.bands[-1].id,)


def test_bands_are_those_that_the_interval_touches(tiny):
    figures, errors = (
        np.array([[0.35, 0.5, 0.64, 0.2, 0.5]]),
        np.array([[0.0, 0.0, 0.02, 0.5, 0.5]]),
    )
    low, high = interval(figures, errors, tiny.policy)
    assert low[0, 0] == high[0, 0] == 0.35
    assert low[0, 2] == pytest.approx(0.64 - 1.2815515655446004 * 0.02)
    assert high[0, 4] == 1.0


def test_the_scores_table_has_the_columns_of_the_contract(tiny):
    responses = ResponseMatrix.from_answers(
        {"full": _key(tiny), "half": {"cold-tea": _key(tiny)["cold-tea"]}, "none": {}}, tiny
    )
    frame = score(responses, tiny).to_frame()
    assert list(frame.columns) == [
        *("sitting", "composite", "composite_se", "band"),
        *("kind", "kind_se", "kind_band", "honest", "honest_se", "honest_band"),
        *("flags", "bank", "policy", "engine"),
    ]
    assert frame["band"].tolist() == ["close", "not measured", "not measured"]
    assert frame["composite"].isna().tolist() == [False, True, True]
    assert frame["flags"].tolist() == ["", "many-unanswered", "many-unanswered"]
    assert set(frame["bank"]) == {f"tiny 0.1.0 {tiny.sha256[:12]}"}
    assert set(frame["policy"]) == {"near-miss-1"}


def test_guessing_scores_zero_on_average_on_the_whole_bank(homecare, with_policy, guesses):
    codes = guesses(homecare, 40_000, seed=7)
    responses = ResponseMatrix(codes, tuple(map(str, range(len(codes)))), homecare)
    for changes in ({}, {"rate": "distance"}, {"standardise_within_person": True}):
        scores = score(responses, with_policy(homecare, **changes)).score
        error = scores.std(axis=1) / sqrt(scores.shape[1])
        assert np.abs(scores.mean(axis=1) / error).max() < 4.5, changes


def test_without_chance_correction_a_score_is_the_share_of_the_maximum(tiny, with_policy):
    bank = with_policy(tiny, chance_correction=False)
    answers = {"late-start": dict(zip("abcdefgh", [1, 0, 0, 0, 1, 0, 1, 0], strict=True))}
    responses = ResponseMatrix.from_answers({"a": answers}, bank)
    assert score(responses, bank).profile("a").items["late-start"] == pytest.approx(8 / 12)


@pytest.fixture
def two_ratings(tiny, with_policy):
    """Two items of two ratings from 1 to 3, standardised within person."""
    items = (
        Item("x", "kind", ResponseFormat.RATE, ("a", "b"), (3, 1), scale=3),
        Item("y", "honest", ResponseFormat.RATE, ("a", "b"), (2, 1), scale=3),
    )
    return replace(
        with_policy(tiny, standardise_within_person=True, minimum_share=0.0),
        items=items,
        blueprint=replace(
            tiny.blueprint, length=2, per_value={}, per_format={ResponseFormat.RATE: 2}
        ),
    )


@pytest.mark.parametrize("rate", ["near-miss", "distance"])
def test_standardised_guessing_is_zero_over_every_answer(two_ratings, with_policy, rate):
    every = np.array(list(product((1, 2, 3), repeat=4)), dtype=np.int8)
    scores = Scorer(with_policy(two_ratings, rate=rate), 1)(every).items
    np.testing.assert_allclose(scores.mean(axis=1), 0, atol=1e-12)
    assert scores.max() <= 1 + 1e-12


def test_elevation_and_scatter_are_taken_out(two_ratings):
    wide, narrow, high = [3, 1, 2, 1], [2, 1, 2, 1], [3, 2, 3, 2]
    scores = Scorer(two_ratings, 1)(np.array([wide, narrow, high], dtype=np.int8)).items
    np.testing.assert_allclose(scores[:, 0], 1, atol=1e-12)  # the key itself
    np.testing.assert_allclose(scores[:, 1], scores[:, 2], atol=1e-12)  # one higher throughout
    flat = Scorer(two_ratings, 1)(np.full((3, 4), 2, dtype=np.int8)).items
    np.testing.assert_allclose(flat, 0, atol=1e-12)  # no shape


def test_a_standardised_score_worked_by_hand(two_ratings):
    # Key 3 1 2 1: mean 1.75, sd sqrt(0.6875). Ratings 3 1 1 1: mean 1.5, sd sqrt(0.75).
    slope = sqrt(0.6875 / 0.75)
    high, low = 1.75 + slope * 1.5, 1.75 - slope * 0.5
    worth = {k: (2 - abs(high - k), 2 - abs(low - k)) for k in (1, 2, 3)}
    guess = {k: (worth[k][0] + 3 * worth[k][1]) / 4 for k in worth}
    x = (worth[3][0] + worth[1][1] - guess[3] - guess[1]) / (4 - guess[3] - guess[1])
    y = (worth[2][1] + worth[1][1] - guess[2] - guess[1]) / (4 - guess[2] - guess[1])
    found = Scorer(two_ratings, 1)(np.array([[3, 1, 1, 1]], dtype=np.int8)).items[:, 0]
    assert found == pytest.approx([x, y])


def test_missing_ratings_leave_the_item_out_of_the_standardisation(two_ratings):
    part = np.array([[3, 1, MISSING, 1], [3, 1, MISSING, 3]], dtype=np.int8)
    scores = Scorer(two_ratings, 1)(part).items
    assert np.isnan(scores[1]).all()
    np.testing.assert_allclose(scores[0], 1)


def test_agreement_cannot_be_standardised(two_ratings, with_policy):
    shares = ((0.2, 0.3, 0.5), (0.5, 0.3, 0.2))
    items = tuple(replace(item, agreement=shares) for item in two_ratings.items)
    bank = with_policy(replace(two_ratings, items=items), rate="agreement")
    with pytest.raises(BankError, match="cannot be standardised"):
        Scorer(bank, 1)(np.ones((1, 4), dtype=np.int8))


def test_responses_of_another_bank_are_refused(tiny, homecare):
    with pytest.raises(ResponsesError, match=r"belong to tiny 0\.1\.0, not to homecare-values"):
        score(_all(tiny), homecare)


def test_a_rival_policy_of_the_same_version_is_scored(tiny, with_policy):
    rival = with_policy(tiny, id="distance-1", rate="distance")
    frame = score(_all(tiny), rival).to_frame()
    assert frame["policy"].tolist() == ["distance-1"]


def test_responses_of_another_bank_of_the_same_shape_are_refused(tiny):
    responses = ResponseMatrix(np.full((1, len(tiny.columns)), MISSING, np.int8), ("a",), tiny)
    other = replace(tiny, items=tuple(replace(item, id=f"x-{item.id}") for item in tiny.items))
    assert other.label == tiny.label
    with pytest.raises(ResponsesError, match="belong to"):
        score(responses, other)


def test_an_interval_that_ends_on_a_boundary_touches_the_band_above(tiny):
    upper = tiny.policy.bands[1].minimum
    below, three = np.nextafter(upper, -1), len(tiny.policy.bands)
    codes = band_codes(np.array([below, upper, NAN]), np.array([0.0, 0.0, NAN]), tiny.policy)
    assert codes.tolist() == [0, three + 1, NO_BAND]


def test_a_share_that_is_no_binary_fraction_needs_no_item_more(tiny, with_policy):
    """0.28 * 25 is 7.000000000000001 in binary: seven items are needed, not eight."""
    first = tiny.items[0]
    items = tuple(replace(first, id=f"item-{at}") for at in range(25))
    form = replace(
        tiny.blueprint, length=25, per_value={first.value: 25}, per_format={first.format: 25}
    )
    bank = replace(tiny, items=items, values=(Value(first.value),), blueprint=form)
    assert layout(with_policy(bank, minimum_share=0.28)).needed.tolist() == [[7.0]]
