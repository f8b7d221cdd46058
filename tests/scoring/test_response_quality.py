"""Flags inform and never change a score."""

from dataclasses import replace

import numpy as np
import pytest

from vbr_engine.bank.model import Value
from vbr_engine.errors import ResponsesError
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.blocks import Scorer
from vbr_engine.scoring.quality import item_words
from vbr_engine.simulate import simulate_responses


@pytest.fixture(scope="module")
def ordinary(homecare):
    return simulate_responses(homecare, 400, seed=11, form="default")


def flags(scores):
    return scores.to_frame()["flags"].tolist()


def test_the_same_rating_throughout(homecare, ordinary):
    assert flags(score(ordinary, homecare)).count("straight-lining") < 4
    codes, rate = ordinary.codes[:1].copy(), _rating_columns(homecare)
    codes[:, rate] = np.where(codes[:, rate] == MISSING, MISSING, 3)
    scores = score(ResponseMatrix(codes, ("a",), homecare), homecare)
    (flag,) = scores.profile("a").flags
    given = float((codes[:, rate] != MISSING).sum())
    assert flag.id == "straight-lining"
    assert flag.detail == {"same": given, "ratings": given, "limit_share": 0.9}


def _rating_columns(bank):
    return np.flatnonzero([item.format == "rate" for item in bank.items for _ in item.options])


def test_nine_in_ten_is_the_limit(homecare):
    rate, codes = _rating_columns(homecare), np.full((2, len(homecare.columns)), MISSING, np.int8)
    codes[:, rate[:20]] = 2
    codes[0, rate[:2]] = 1
    codes[1, rate[:3]] = 1
    bits = score(ResponseMatrix(codes, ("a", "b"), homecare), homecare).flags & 1
    assert bits.tolist() == [1, 0]


def test_few_ratings_say_nothing(homecare):
    codes = np.full((1, len(homecare.columns)), MISSING, np.int8)
    codes[:, _rating_columns(homecare)[:11]] = 2
    assert score(ResponseMatrix(codes, ("a",), homecare), homecare).flags[0] & 1 == 0


def test_faster_than_anybody_reads(homecare, ordinary):
    texts = homecare.text().items
    answered = set(ordinary.answers(ordinary.sittings[0]))
    words = sum(
        len(f"{t.scenario} {t.question} {' '.join(t.options.values())}".split())
        for item, t in texts.items()
        if item in answered
    )
    limit = words / 600 * 60
    name = ordinary.sittings[0]
    fast = score(ordinary, homecare, seconds={name: limit * 0.99}).profile(name)
    slow = score(ordinary, homecare, seconds={name: limit * 1.01}).profile(name)
    assert [flag.id for flag in fast.flags] == ["very-fast"]
    assert fast.flags[0].detail["words_a_minute"] == pytest.approx(600 / 0.99)
    assert slow.flags == ()


def test_no_time_at_all_is_very_fast_and_an_unknown_time_is_not(homecare, ordinary):
    seconds = np.full(len(ordinary), np.nan)
    seconds[0] = 0.0
    bits = score(ordinary, homecare, seconds=seconds).flags >> 1 & 1
    assert bits[0] == 1
    assert bits.sum() == 1


def test_seconds_of_other_sittings_are_refused(homecare, ordinary):
    with pytest.raises(ResponsesError, match="unknown sittings: nobody"):
        score(ordinary, homecare, seconds={"nobody": 3.0})
    with pytest.raises(ResponsesError, match="expected seconds of 400 sittings, got 2"):
        score(ordinary, homecare, seconds=[1.0, 2.0])


def test_a_quarter_unanswered_is_the_limit(homecare, ordinary):
    columns, at = {}, 0
    for item in homecare.items:
        columns[item.id] = slice(at, at + len(item.options))
        at += len(item.options)
    asked = list(ordinary.answers(ordinary.sittings[0]))
    for left_out, told in ((4, []), (5, ["many-unanswered"])):
        codes = ordinary.codes[:1].copy()
        for item in asked[:left_out]:
            codes[:, columns[item].start] = MISSING  # one part missing is an item missing
        profile = score(ResponseMatrix(codes, ("a",), homecare), homecare).profile("a")
        assert [flag.id for flag in profile.flags] == told


def test_flags_change_no_score(homecare, ordinary):
    plain = score(ordinary, homecare)
    timed = score(ordinary, homecare, seconds=np.ones(len(ordinary)))
    assert (timed.flags != plain.flags).all()
    np.testing.assert_array_equal(plain.score, timed.score)
    np.testing.assert_array_equal(plain.band, timed.band)


def test_a_bank_has_words(homecare):
    assert item_words(homecare).min() > 20


def _large_bank(bank, n, scale):
    """Return a bank of n `rate` items with five options each."""
    first = next(item for item in bank.items if item.format == "rate")
    key = tuple(float(1 + at % scale) for at in range(5))
    items = [
        replace(first, id=f"item-{at}", options=tuple("abcde"), key=key, scale=scale)
        for at in range(n)
    ]
    return replace(bank, items=tuple(items), values=(Value(first.value),))


@pytest.mark.parametrize("scale", [2, 4, 9])
@pytest.mark.parametrize("sittings", [1, 3000])
def test_a_bank_with_very_many_ratings_is_counted_right(tiny, scale, sittings):
    bank = _large_bank(tiny, 120, scale)
    rng = np.random.default_rng(1)
    codes = rng.integers(1, scale + 1, (sittings, 600)).astype(np.int8)
    codes[0] = scale  # 600 equal ratings
    codes[-1, :] = scale
    codes[-1, :59] = 1
    block = Scorer(bank, 10**9 if scale < 9 else 1)(codes)
    wanted = [(codes == rating).sum(axis=1) for rating in range(1, scale + 1)]
    np.testing.assert_array_equal(block.most_frequent, np.max(wanted, axis=0))
    np.testing.assert_array_equal(block.ratings, np.full(sittings, 600))
