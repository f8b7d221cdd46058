"""Scores against a slow and obvious scorer written with loops, and what must never matter."""

import json
import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.bank.form import draw_items
from vbr_engine.bank.model import ResponseFormat
from vbr_engine.files import read_bank
from vbr_engine.responses import MISSING, ResponseMatrix, allowed_codes
from vbr_engine.scoring import Profile, blocks, score

TINY = read_bank("tests/banks/tiny")


def oracle_item(item, answer):
    """Score one answer, a mapping of option to code, by the words of the rules."""
    key = dict(zip(item.options, item.key, strict=True))
    n, given = len(item.options), list(answer.values())
    if len(given) < n:
        return None
    if item.format is ResponseFormat.RATE:
        full = item.scale - 1
        total = sum(full - abs(answer[o] - key[o]) for o in key)
        guess = sum(
            sum(full - abs(r - key[o]) for r in range(1, item.scale + 1)) / item.scale for o in key
        )
        return (total - guess) / (full * n - guess)
    if item.format is ResponseFormat.RANK:
        untied = [o for o in key if given.count(answer[o]) == 1]
        total = sum(n - 1 - abs(answer[o] - key[o]) for o in untied)
        guess = n * (n - 1) - (n * n - 1) / 3
        return (total - guess) / (n * (n - 1) - guess)
    if item.format is ResponseFormat.MOST_LEAST:
        if given.count(1) == 0 or given.count(-1) == 0:
            return None
        total = 0
        for part in (1, -1):
            if given.count(part) == 1:
                chosen = next(o for o in key if answer[o] == part)
                total += {part: 1, -part: -1, 0: 0}[key[chosen]]
        return total / 2
    picked = [o for o in key if answer[o] == 1]
    if not picked:
        return None
    keyed = [o for o in key if key[o] == 1]
    total = 0 if len(picked) > len(keyed) else 4 * len(set(picked) & set(keyed))
    guess = 4 * len(keyed) ** 2 / n
    return (total - guess) / (4 * len(keyed) - guess)


def oracle(bank, answers):
    """Score one sitting, a mapping of item to option to code."""
    items = {item.id: oracle_item(item, answers.get(item.id, {})) for item in bank.items}
    drawn = [item.value for item in draw_items(bank)]
    by_value = {
        v.id: [items[i.id] for i in bank.items if i.value == v.id and items[i.id] is not None]
        for v in bank.values
    }
    squares = freedom = 0.0
    for scores in by_value.values():
        if scores:
            squares += sum((x - sum(scores) / len(scores)) ** 2 for x in scores)
            freedom += len(scores) - 1
    if freedom == 0:
        scores = [x for one in by_value.values() for x in one]
        freedom = len(scores) - 1
        squares = sum((x - sum(scores) / len(scores)) ** 2 for x in scores)
    s = max(math.sqrt(squares / freedom), bank.policy.item_sd_floor) if freedom > 0 else None
    found = {}
    for value, scores in by_value.items():
        needed = max(1, math.ceil(round(bank.policy.minimum_share * drawn.count(value), 9)))
        told = s is not None and len(scores) >= needed
        found[value] = (sum(scores) / len(scores), s / math.sqrt(len(scores))) if told else None
    told = {v: f for v, f in found.items() if f}
    found["composite"] = None
    if 2 * len(told) >= len(found) - 1:
        weight = sum(bank.policy.weights[v] for v in told)
        found["composite"] = (
            sum(bank.policy.weights[v] * f[0] for v, f in told.items()) / weight,
            math.sqrt(sum((bank.policy.weights[v] * f[1]) ** 2 for v, f in told.items())) / weight,
        )
    return items, found


def oracle_bands(bank, figures):
    if figures is None:
        return ()
    z = NormalDist().inv_cdf(0.5 + bank.policy.interval / 2)
    low, high = figures[0] - z * figures[1], min(1, figures[0] + z * figures[1])
    bands = bank.policy.bands
    tops = [*(band.minimum for band in bands[1:]), math.inf]
    return tuple(
        band.id for band, top in zip(bands, tops, strict=True) if low < top and high >= band.minimum
    )


def check(responses, bank, scores):
    for sitting in responses.sittings:
        items, found = oracle(bank, responses.answers(sitting))
        profile = scores.profile(sitting)
        assert profile.items == pytest.approx(items, abs=1e-12)
        for one in (profile.composite, *profile.values):
            figures = found[one.value]
            assert (one.score is None) == (figures is None)
            assert one.bands == oracle_bands(bank, figures)
            if figures:
                assert (one.score, one.se) == pytest.approx(figures, abs=1e-12)


def some_codes(bank, n, seed, missing=0.05):
    """Draw any codes, valid as answers or not, with items and cells left out."""
    rng = np.random.default_rng(seed)
    parts = []
    for item in bank.items:
        low, high = allowed_codes(item)
        codes = rng.integers(low, high + 1, (n, len(item.options)))
        codes[rng.random(codes.shape) < missing / 5] = MISSING
        codes[rng.random(n) < 4 * missing] = MISSING
        parts.append(codes.astype(np.int8))
    return np.concatenate(parts, axis=1)


def matrix(bank, codes):
    return ResponseMatrix(codes, tuple(f"s{row}" for row in range(len(codes))), bank)


@pytest.mark.parametrize("missing", [0.0, 0.05, 0.2])
def test_few_sittings_agree_with_the_oracle(tiny, missing):
    responses = matrix(tiny, some_codes(tiny, 150, seed=1, missing=missing))
    check(responses, tiny, score(responses, tiny))


def test_the_homecare_bank_agrees_with_the_oracle(homecare):
    responses = matrix(homecare, some_codes(homecare, 60, seed=2))
    check(responses, homecare, score(responses, homecare))


def test_weights_and_unmeasured_values_agree_with_the_oracle(homecare, with_policy):
    weights = {value.id: at for at, value in enumerate(homecare.values)}
    bank = with_policy(homecare, weights=weights, item_sd_floor=0.0)
    responses = matrix(bank, some_codes(bank, 80, seed=3, missing=0.18))
    scores = score(responses, bank)
    told = scores.score == scores.score
    assert 0 < told[0].sum() < len(responses)
    assert 0 < told[1:].sum() < told[1:].size
    check(responses, bank, scores)


def test_lookup_and_rule_give_the_same_bits(homecare, monkeypatch):
    responses = matrix(homecare, some_codes(homecare, 6_000, seed=4))
    by_rule = score(responses, homecare)
    monkeypatch.setattr(blocks, "_ENTRIES_A_SITTING", 10**9)
    looked_up = score(responses, homecare)
    for name in ("score", "se", "band", "flags", "answered"):
        np.testing.assert_array_equal(getattr(by_rule, name), getattr(looked_up, name))


@pytest.mark.parametrize("standardise", [False, True])
def test_a_sitting_scores_the_same_alone_and_among_thousands(homecare, with_policy, standardise):
    bank = with_policy(homecare, standardise_within_person=standardise)
    responses = matrix(bank, some_codes(bank, 5_000, seed=5))
    together = score(responses, bank)
    for row in (0, 1, 4_095, 4_096, 4_999):
        alone = score(matrix(bank, responses.codes[row : row + 1]), bank)
        np.testing.assert_array_equal(alone.score[:, 0], together.score[:, row])
        np.testing.assert_array_equal(alone.se[:, 0], together.se[:, row])
        np.testing.assert_array_equal(alone.band[:, 0], together.band[:, row])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_never_matters(seed, random):
    responses = matrix(TINY, some_codes(TINY, 12, seed=seed, missing=0.1))
    frame = responses.to_frame()
    columns, rows = list(frame.columns), list(range(len(frame)))
    random.shuffle(columns)
    random.shuffle(rows)
    shuffled = ResponseMatrix.from_frame(frame[columns].iloc[rows], TINY)
    before = score(responses, TINY).to_frame().set_index("sitting")
    after = score(shuffled, TINY).to_frame().set_index("sitting")
    pd.testing.assert_frame_equal(before, after.loc[before.index], check_exact=True)


def test_a_profile_survives_json(tiny):
    scores = score(matrix(tiny, some_codes(tiny, 20, seed=6, missing=0.2)), tiny)
    for row in range(20):
        profile = scores.profile(f"s{row}")
        assert Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile
