"""Keys made from an outcome: what they learn, and that their validity is honest."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import pearsonr

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.files import read_bank
from vbr_engine.psychometrics import empirical_key
from vbr_engine.psychometrics.association import (
    alpha,
    correlation,
    correlation_interval,
    standardised_difference,
)
from vbr_engine.psychometrics.joined import group_numbers, outcome_numbers
from vbr_engine.responses import MISSING, ResponseMatrix
from vbr_engine.scoring import score
from vbr_engine.scoring.rules import item_rules
from vbr_engine.simulate import simulate_responses

BANK = read_bank("tests/banks/tiny")
N = 400
RESPONSES = simulate_responses(BANK, N, seed=11)
COMPOSITE = score(RESPONSES, BANK).score[0]
METHODS = ("mean-difference", "point-biserial")


def outcome(*, share, seed=0):
    """An outcome that the composite explains in part."""
    z = (COMPOSITE - COMPOSITE.mean()) / COMPOSITE.std()
    noise = np.random.default_rng(seed).normal(size=N)
    return np.sqrt(share) * z + np.sqrt(1 - share) * noise


@pytest.mark.parametrize("method", METHODS)
def test_an_outcome_that_means_nothing_has_no_validity(method):
    rng, held_out, apparent, missed = np.random.default_rng(7), [], [], 0
    for trial in range(60):
        null = rng.permutation(outcome(share=0.3))
        found = empirical_key(RESPONSES, BANK, null, method=method, shrinkage=0, seed=trial)
        held_out.append(found.validity.loc["held out", "r"])
        apparent.append(found.validity.loc["apparent", "r"])
        low, high = found.validity.loc["held out", ["low", "high"]]
        missed += low > 0 or high < 0
    # The mean of 60 has a standard error of about sqrt(2 / 400 / 60) = .009.
    assert abs(np.mean(held_out)) < 0.03
    # The same keys on the people who made them look as if they worked.
    assert np.mean(apparent) > 0.15
    # 95% intervals miss nil in about 3 of 60.
    assert missed <= 8


@pytest.mark.parametrize("method", METHODS)
def test_a_true_key_is_left_to_the_experts(method):
    found = empirical_key(RESPONSES, BANK, outcome(share=0.25), method=method)
    r = found.validity["r"]
    assert r["experts"] == pytest.approx(0.5, abs=0.08)
    assert r["held out"] == pytest.approx(r["experts"], abs=0.04)
    assert found.shrinkage >= 100


@pytest.mark.parametrize("method", METHODS)
def test_a_key_that_is_wrong_is_turned_round(method):
    found = empirical_key(RESPONSES, BANK, -outcome(share=0.5), method=method)
    r = found.validity["r"]
    assert r["experts"] < -0.6
    assert r["held out"] > 0.5


@pytest.mark.parametrize("shrinkage", [20, None])
def test_the_held_out_never_see_their_own_outcome(shrinkage):
    """Changing the outcomes of one fold must not change the scores of that fold.

    The final key only lends them its item means, which are the same for all of the fold.
    """
    y = outcome(share=0.2)
    before = empirical_key(RESPONSES, BANK, y, seed=3)
    mine = before.fold == 0
    changed = y.copy()
    # Values change places within the fold, so that the deal stays what it is.
    low, high = np.flatnonzero(mine & (y < np.median(y))), np.flatnonzero(mine & (y > np.median(y)))
    for a, b in zip(low, high, strict=False):
        changed[a], changed[b] = changed[b], changed[a]
    folds = before.fold
    after = held_out_with(folds, changed, shrinkage)
    kept = held_out_with(folds, y, shrinkage)
    np.testing.assert_allclose(spread(after[:, mine]), spread(kept[:, mine]), atol=1e-12)
    assert np.abs(spread(after[:, ~mine]) - spread(kept[:, ~mine])).max() > 1e-3


def test_the_shrinkage_of_a_fold_is_chosen_without_it():
    overall = set()
    for seed in range(6):
        y = outcome(share=0.03, seed=seed)
        before = empirical_key(RESPONSES, BANK, y)
        mine = np.flatnonzero(before.fold == 0)
        turned = y.copy()
        order = mine[np.argsort(y[mine])]
        turned[order] = y[order[::-1]]
        with pytest.MonkeyPatch.context() as patch:
            fold = before.fold
            patch.setattr("vbr_engine.psychometrics.empirical._dealt", lambda *_, to=fold: to)
            after = empirical_key(RESPONSES, BANK, turned)
        assert after.folds["shrinkage"][0] == before.folds["shrinkage"][0]
        overall.add(after.shrinkage == before.shrinkage)
    # The choice over all folds does see them: the outcomes that were turned do matter.
    assert False in overall


def held_out_with(fold, y, shrinkage):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vbr_engine.psychometrics.empirical._dealt", lambda *_: fold)
        found = empirical_key(RESPONSES, BANK, y, shrinkage=shrinkage)
    return found.held_out


def spread(items):
    """Scores about their mean, in units of their own spread."""
    away = items - items.mean(axis=1, keepdims=True)
    return away / away.std()


@pytest.mark.parametrize("shrinkage", [0.0, 40.0, np.inf])
def test_mean_differences_by_hand(shrinkage):
    y = outcome(share=0.2)
    made = empirical_key(RESPONSES, BANK, y, shrinkage=shrinkage)
    z, at, options, slope = (y - y.mean()) / y.std(), 0, [], np.zeros(2)
    for rule in item_rules(BANK):
        low = {"rate": 1, "rank": 1, "most-least": -1, "pick": 0}[rule.item.format]
        for option, points in enumerate(rule.table / (rule.maximum - rule.expected)):
            given = RESPONSES.codes[:, at] - low
            worth = points - points[given].mean()
            slope += (worth[given] * z).sum(), (worth[given] ** 2).sum()
            options.append((rule.item.id, option, given, worth))
            at += 1
    for name, option, given, worth in options:
        for place, points in enumerate(worth):
            mine = given == place
            n = mine.sum()
            trust = n / (n + shrinkage) if n else 0.0
            found = z[mine].mean() if n else 0.0
            expected = trust * found + (1 - trust) * points * slope[0] / slope[1]
            assert made.tables[name][option][place] == pytest.approx(expected, abs=1e-9)


def test_point_biserials_by_hand():
    y = outcome(share=0.2)
    made = empirical_key(RESPONSES, BANK, y, method="point-biserial", shrinkage=0)
    codes, item = RESPONSES.codes[:, 0:4], BANK.items[0]
    for option, keyed in enumerate(item.key):
        x = 3.0 - np.abs(codes[:, option] - keyed)
        r = pearsonr(x, y).statistic
        expected = [(3 - abs(code - keyed) - x.mean()) / x.std() * r for code in range(1, 5)]
        np.testing.assert_allclose(made.tables["cold-tea"][option], expected, atol=1e-9)


def test_new_people_are_scored_with_the_final_key():
    y = outcome(share=0.3)
    made = empirical_key(RESPONSES, BANK, y, shrinkage=10)
    fresh = ResponseMatrix(RESPONSES.codes, tuple(f"new-{at}" for at in range(N)), BANK)
    again = made.item_scores(fresh)
    assert not np.allclose(again, made.item_scores(RESPONSES))
    np.testing.assert_array_equal(made.item_scores(RESPONSES), made.held_out)
    np.testing.assert_allclose(again.mean(axis=1), made.held_out.mean(axis=1))


def test_missing_answers_are_not_scored():
    codes = RESPONSES.codes.copy()
    codes[:50, 0:4] = MISSING
    part = ResponseMatrix(codes, RESPONSES.sittings, BANK)
    made = empirical_key(part, BANK, outcome(share=0.3))
    assert np.isnan(made.held_out[0, :50]).all()
    assert np.isfinite(made.held_out[0, 50:]).all()


def test_order_of_people_changes_nothing_but_the_deal():
    y, turn = outcome(share=0.3), np.random.default_rng(1).permutation(N)
    turned = ResponseMatrix(
        np.ascontiguousarray(RESPONSES.codes[turn]),
        tuple(RESPONSES.sittings[at] for at in turn),
        BANK,
    )
    one = empirical_key(RESPONSES, BANK, y, shrinkage=30).tables
    other = empirical_key(turned, BANK, pd.Series(y, index=RESPONSES.sittings), shrinkage=30).tables
    for name in one:
        np.testing.assert_allclose(one[name], other[name], atol=1e-12)


def test_what_is_too_little_or_makes_no_sense():
    few = np.full(N, np.nan)
    few[:20] = np.arange(20)
    with pytest.raises(ResponsesError, match="needs 50 sittings that have one, got 20"):
        empirical_key(RESPONSES, BANK, few)
    with pytest.raises(ResponsesError, match="all outcomes but 3 are the same"):
        empirical_key(RESPONSES, BANK, (np.arange(N) < 3).astype(float))
    with pytest.raises(InvalidInput, match="expected the method"):
        empirical_key(RESPONSES, BANK, outcome(share=0.3), method="magic")
    with pytest.raises(InvalidInput, match="shrinkage of 0 or more"):
        empirical_key(RESPONSES, BANK, outcome(share=0.3), shrinkage=-1)
    with pytest.raises(InvalidInput, match="three at least"):
        empirical_key(RESPONSES, BANK, outcome(share=0.3), n_folds=2)


def test_outcomes_are_joined_by_sitting():
    some = pd.Series({RESPONSES.sittings[3]: 1, RESPONSES.sittings[0]: 0, "stranger": 5})
    joined = outcome_numbers(some, RESPONSES)
    assert (joined[3], joined[0], np.isnan(joined).sum()) == (1, 0, N - 2)
    with pytest.raises(ResponsesError, match="simulated-000002: outcome: not a number: soon"):
        outcome_numbers({RESPONSES.sittings[1]: "soon", RESPONSES.sittings[2]: "4"}, RESPONSES)
    with pytest.raises(ResponsesError, match="is 1 for all 2 sittings"):
        outcome_numbers(dict.fromkeys(RESPONSES.sittings[:2], 1), RESPONSES)
    with pytest.raises(ResponsesError, match="no sitting of these responses has an outcome"):
        outcome_numbers({"stranger": 2}, RESPONSES)
    with pytest.raises(ResponsesError, match="expected 400 values, got 2"):
        outcome_numbers([1, 2], RESPONSES)
    doubled = pd.Series([1, 2], index=["simulated-000001"] * 2)
    with pytest.raises(ResponsesError, match="comes twice"):
        outcome_numbers(doubled, RESPONSES)


def test_groups_are_numbers_by_size():
    three = ResponseMatrix(RESPONSES.codes[:6], tuple("abcdef"), BANK)
    found = group_numbers({"a": "x", "b": "y", "c": "y", "d": 3, "f": None, "e": "y"}, three)
    assert found.tolist() == [2, 0, 0, 1, 0, -1]


def test_difference_of_a_published_example():
    # Borenstein and others (2009), chapter 4: means 103 and 100, sd 5.5 and 4.5, 50 in each group:
    # d = 0.5970 with variance 0.0418.
    def group(mean, sd):
        raw = np.random.default_rng(1).normal(size=50)
        return mean + sd * (raw - raw.mean()) / raw.std(ddof=1)

    found = standardised_difference(group(103, 5.5), group(100, 4.5))
    assert found.d == pytest.approx(0.5970, abs=5e-5)
    assert ((found.high - found.low) / (2 * 1.959964)) ** 2 == pytest.approx(0.0418, abs=5e-5)


def test_correlations_as_scipy_has_them():
    x, y = np.random.default_rng(2).normal(size=(2, 60))
    theirs = pearsonr(x, y)
    assert correlation(x, y) == pytest.approx(theirs.statistic)
    interval = correlation_interval(correlation(x, y), 60)
    assert interval == pytest.approx(tuple(theirs.confidence_interval(0.95)))
    assert correlation(x, np.ones(60)) == 0


def test_alpha_against_the_formula_and_with_gaps():
    items = np.random.default_rng(3).normal(size=(5, 200)) + np.random.default_rng(4).normal(
        size=200
    )
    expected = 5 / 4 * (1 - items.var(axis=1, ddof=1).sum() / items.sum(axis=0).var(ddof=1))
    assert alpha(items) == pytest.approx(expected)
    gaps = items.copy()
    gaps[0, :70] = gaps[3, 130:] = np.nan
    pairwise = pd.DataFrame(gaps.T).cov().to_numpy()
    assert alpha(gaps) == pytest.approx(5 / 4 * (1 - np.trace(pairwise) / pairwise.sum()))
    assert np.isnan(alpha(items[:1]))
