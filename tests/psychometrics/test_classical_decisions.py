"""Decision consistency against another program, and against the beta-binomial counted out."""

import numpy as np
import pytest
from scipy.special import beta, comb

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.decision import decision_consistency
from vbr_engine.psychometrics.strong_true_score import fit_true_scores


@pytest.mark.parametrize("method", ["hanson_brennan", "livingston_lewis"])
def test_it_agrees_with_bbclassify_to_its_five_decimals(golden, method):
    act = golden("ctt/decisions_act288m.json")
    theirs = act[method]
    ours = decision_consistency(
        range(41),
        theirs["cuts"],
        reliability=act["reliability"],
        maximum=40,
        weights=act["counts"],
    )
    assert ours.effective_length == act["effective_length"]
    for name, value in act["true_scores"].items():
        assert getattr(ours.true_scores, name) == pytest.approx(value, abs=6e-6)
    np.testing.assert_allclose(ours.accuracy, theirs["accuracy"], atol=1.1e-5)
    np.testing.assert_allclose(ours.consistency, theirs["consistency"], atol=1.1e-5)
    for name in ("correct", "agreement", "chance", "kappa"):
        assert getattr(ours, name) == pytest.approx(theirs[name], abs=2.1e-5)
    assert "3 moments" in str(ours)


def beta_binomial(n, a, b):
    x = np.arange(n + 1)
    return comb(n, x) * beta(a + x, b + n - x) / beta(a, b)


def two_sittings(n, a, b):
    """Joint probabilities of two scores, counted out."""
    x, y = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    return comb(n, x) * comb(n, y) * beta(a + x + y, b + 2 * n - x - y) / beta(a, b)


@pytest.mark.parametrize(("n", "a", "b"), [(10, 3.0, 2.0), (24, 0.6, 1.4), (40, 12.0, 30.0)])
def test_two_sittings_counted_out(n, a, b):
    ours = decision_consistency(
        range(n + 1),
        [n // 3, n // 2],
        reliability=n / (n + a + b),
        maximum=n,
        weights=beta_binomial(n, a, b),
    )
    assert ours.effective_length == n
    fit = ours.true_scores
    assert [fit.a, fit.b, fit.lower, fit.upper] == pytest.approx([a, b, 0, 1], abs=1e-4)
    joint = two_sittings(n, a, b)
    bounds = [0, n // 3, n // 2, n + 1]
    for i in range(3):
        for j in range(3):
            block = joint[bounds[i] : bounds[i + 1], bounds[j] : bounds[j + 1]].sum()
            assert ours.consistency.iat[i, j] == pytest.approx(block, abs=1e-6)
    assert ours.accuracy.to_numpy().sum() == pytest.approx(1, abs=1e-9)


def test_each_cut_alone_is_the_table_for_that_cut():
    weights = beta_binomial(20, 3, 2)
    both = decision_consistency(
        range(21), [8, 14], reliability=0.8, maximum=20, weights=weights
    ).by_cut
    for cut in (8, 14):
        alone = decision_consistency(range(21), [cut], reliability=0.8, maximum=20, weights=weights)
        row = both.loc[str(cut)]
        assert row["kappa"] == pytest.approx(alone.kappa, abs=1e-9)
        assert row["correct"] == pytest.approx(alone.correct, abs=1e-9)
        assert row["wrongly_above"] == pytest.approx(alone.accuracy.iat[0, 1], abs=1e-9)


def test_shares_of_the_maximum_give_nearly_what_totals_give():
    rng = np.random.default_rng(7)
    totals = rng.binomial(60, rng.beta(5, 3, 4000))
    whole = decision_consistency(totals, [36], reliability=0.85, maximum=60)
    shares = decision_consistency(totals / 60, [35.5 / 60], reliability=0.85, maximum=1)
    assert shares.agreement == pytest.approx(whole.agreement, abs=2e-3)


def test_a_more_reliable_score_decides_more_alike():
    rng = np.random.default_rng(3)
    totals = rng.binomial(40, rng.beta(4, 4, 3000))
    found = [
        decision_consistency(totals, [20], reliability=r, maximum=40).agreement
        for r in (0.3, 0.6, 0.9, 0.99)
    ]
    assert found == sorted(found)
    assert found[-1] > 0.95


def test_limits_out_of_range_fall_back_and_keep_the_mean():
    # The two ends and little between: four moments give no beta at all.
    x = np.arange(5)
    fit = fit_true_scores(x / 4, np.array([30, 2, 1, 2, 30]), 4)
    assert fit.n_moments < 4
    assert (fit.lower, fit.upper) == (0, 1)
    assert fit.a / (fit.a + fit.b) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reliability": 1.0}, "reliability above 0 and below 1, got 1"),
        ({"cuts": [8, 4]}, "ascending cuts"),
        ({"cuts": []}, "ascending cuts"),
        ({"cuts": [11]}, "not over 10, got"),
        ({"maximum": 9}, "scores from 0 to 9, got 0 to 10"),
        ({"scores": [3, 3, 3]}, "two different scores"),
        ({"weights": [1, 2]}, "expected 11 weights, got 2"),
    ],
)
def test_what_cannot_be_decided_is_said(change, sentence):
    given = {"scores": range(11), "cuts": [5], "reliability": 0.8, "maximum": 10, **change}
    scores, cuts = given.pop("scores"), given.pop("cuts")
    with pytest.raises(ResponsesError, match=sentence):
        decision_consistency(scores, cuts, **given)
