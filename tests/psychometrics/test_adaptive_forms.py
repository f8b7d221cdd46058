"""An adaptive form: what it chooses, when it stops, and what that buys."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import GeneralizedPartialCreditModel
from vbr_engine.psychometrics.adaptive import AdaptiveForm
from vbr_engine.psychometrics.adaptive_simulation import calibrate_exposure, simulate_adaptive
from vbr_engine.psychometrics.exposure import Randomesque, SympsonHetter
from vbr_engine.psychometrics.forms import parallel_forms

VALUES = ("kind", "honest", "respect", "proud")


def _bank(n_items=80, *, seed=5):
    rng = np.random.default_rng(seed)
    a = rng.lognormal(0.3, 0.3, n_items)
    b = rng.normal(0, 1.2, n_items)[:, None] + np.array([-0.4, 0.4])
    d = -a[:, None] * b
    return pd.DataFrame(
        {"model": "graded", "a": a, "d_1": d[:, 0], "d_2": d[:, 1]},
        index=[f"item-{j:02d}" for j in range(n_items)],
    )


BANK = _bank()
VALUE = {name: VALUES[j % 4] for j, name in enumerate(BANK.index)}
SIXTEEN = AdaptiveForm(BANK, length=16, values=VALUE, per_value=dict.fromkeys(VALUES, 4))


def _counts(sittings):
    value = np.array([VALUE[name] for name in sittings.items])
    return np.array([sittings.given[:, value == v].sum(axis=1) for v in VALUES]).T


def _slow_information(row, theta):
    """Fisher information of a graded item from differences of its curves."""

    def curves(t):
        above = 1 / (
            1 + np.exp(-(row["a"] * t + np.array([np.inf, row["d_1"], row["d_2"], -np.inf])))
        )
        return above[:-1] - above[1:]

    slope = (curves(theta + 1e-5) - curves(theta - 1e-5)) / 2e-5
    return float((slope**2 / curves(theta)).sum())


def _slow_estimate(answers):
    """Mean and deviation of the posterior by plain sums over a fine grid."""
    grid = np.linspace(-8, 8, 4001)
    posterior = np.exp(-(grid**2) / 2)
    for name, code in answers.items():
        row = BANK.loc[name]
        bounds = [np.inf, row["d_1"], row["d_2"], -np.inf]
        upper, lower = (1 / (1 + np.exp(-(row["a"] * grid + bounds[code + k]))) for k in (0, 1))
        posterior = posterior * (upper - lower)
    posterior /= posterior.sum()
    mean = posterior @ grid
    return mean, np.sqrt(posterior @ (grid - mean) ** 2)


def test_a_sitting_step_by_step_is_what_an_oracle_does():
    form = AdaptiveForm(BANK, length=6)
    answers = {}
    for code in (2, 2, 0, 1, 2, 0):
        theta, error = _slow_estimate(answers)
        estimate = form.estimate(answers)
        assert (estimate.theta, estimate.standard_error) == pytest.approx((theta, error), abs=1e-6)
        left = [name for name in BANK.index if name not in answers]
        told = {name: _slow_information(BANK.loc[name], theta) for name in left}
        chosen = form.next_item(answers)
        assert told[chosen] > max(told.values()) - 0.01
        answers[chosen] = code
    assert form.next_item(answers) is None


def test_the_single_sitting_and_the_simulation_choose_alike():
    run = simulate_adaptive(SIXTEEN, n=5, seed=4).adaptive
    for order, codes, estimate in zip(run.order, run.codes, run.estimate, strict=True):
        answers = {}
        for item, code in zip(BANK.index[order], codes, strict=True):
            assert SIXTEEN.next_item(answers) == item
            answers[item] = int(code)
        assert SIXTEEN.estimate(answers).theta == pytest.approx(estimate)


@pytest.mark.parametrize("exposure", [None, Randomesque(6), "sympson-hetter"])
def test_content_is_balanced_exactly_and_at_every_length(exposure):
    form = SIXTEEN
    if exposure == "sympson-hetter":
        form = calibrate_exposure(form, maximum=0.35, n=300, rounds=5, seed=1)
    elif exposure:
        form = form.with_exposure(exposure)
    sittings = simulate_adaptive(form, n=300, seed=2).adaptive
    assert (_counts(sittings) == 4).all()
    value = np.array([VALUES.index(VALUE[name]) for name in sittings.items])
    for length in range(1, 16):
        so_far = [np.bincount(value[row[:length]], minlength=4) for row in sittings.order]
        assert np.ptp(so_far, axis=1).max() <= 1


def test_unequal_values_and_a_free_rest_are_kept_too():
    wanted = {"kind": 5, "honest": 2, "respect": 1}
    form = AdaptiveForm(BANK, length=12, values=VALUE, per_value=wanted)
    counts = _counts(simulate_adaptive(form, n=200, seed=2).adaptive)
    assert (counts[:, :3] >= [5, 2, 1]).all()
    assert (counts.sum(axis=1) == 12).all()
    exact = AdaptiveForm(BANK, length=8, values=VALUE, per_value=wanted)
    assert (_counts(simulate_adaptive(exact, n=200, seed=2).adaptive) == [5, 2, 1, 0]).all()


def test_at_equal_length_the_adaptive_form_is_more_precise():
    compared = simulate_adaptive(SIXTEEN, n=2_000, seed=11).to_frame()
    assert compared["items"].tolist() == [16, 16]
    assert compared.loc["adaptive", "standard_error"] < compared.loc["fixed", "standard_error"]
    assert compared.loc["adaptive", "rmse"] < compared.loc["fixed", "rmse"]
    np.testing.assert_allclose(compared["rmse"], compared["standard_error"], rtol=0.1)


def test_it_reaches_the_fixed_form_s_standard_error_with_fewer_items():
    aim = simulate_adaptive(SIXTEEN, n=1_000, seed=11).fixed.standard_error.mean()
    form = AdaptiveForm(
        BANK,
        length=24,
        values=VALUE,
        per_value=dict.fromkeys(VALUES, 6),
        standard_error=float(aim),
    )
    fixed = parallel_forms(
        BANK, n_forms=1, length=16, values=VALUE, per_value=dict.fromkeys(VALUES, 4)
    ).forms[0]
    run = simulate_adaptive(form, n=1_000, seed=12, fixed=fixed)
    assert run.adaptive.standard_error.mean() <= run.fixed.standard_error.mean()
    assert run.adaptive.lengths.mean() < 15
    assert (np.ptp(_counts(run.adaptive), axis=1) <= 1).all()
    early = run.adaptive.lengths < 24
    assert (run.adaptive.standard_error[early] <= aim).all()


def test_no_sitting_stops_before_its_minimum_length():
    form = AdaptiveForm(BANK, length=20, standard_error=0.9, minimum_length=7)
    assert (simulate_adaptive(form, n=50, seed=1).adaptive.lengths == 7).all()


def test_exposure_control_lowers_the_largest_exposure():
    free = simulate_adaptive(SIXTEEN, n=1_000, seed=3).adaptive
    some = simulate_adaptive(SIXTEEN.with_exposure(Randomesque(8)), n=1_000, seed=3).adaptive
    lottery = calibrate_exposure(SIXTEEN, maximum=0.3, n=1_000, rounds=12, seed=9)
    held = simulate_adaptive(lottery, n=2_000, seed=3).adaptive
    assert free.exposure.max() == 1.0
    assert some.exposure.max() < 0.8
    assert held.exposure.max() < 0.36
    assert held.overlap < some.overlap < free.overlap
    assert held.exposure.sum() == pytest.approx(16)
    assert held.standard_error.mean() < 1.15 * free.standard_error.mean()


def test_overlap_is_the_mean_over_pairs():
    run = simulate_adaptive(SIXTEEN.with_exposure(Randomesque(8)), n=12, seed=3).adaptive
    shared = run.given.astype(int) @ run.given.T
    pairs = shared[np.triu_indices(12, 1)]
    assert run.overlap == pytest.approx(pairs.mean() / 16)


def test_the_seed_decides():
    form = SIXTEEN.with_exposure(Randomesque(5))
    one, again, other = (simulate_adaptive(form, n=40, seed=s).adaptive.order for s in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).mean() > 0.3
    chosen = {form.next_item({}, seed=s) for s in range(40)}
    assert len(chosen) == 5
    assert form.next_item({}, seed=3) == form.next_item({}, seed=3)


def test_a_lottery_ticket_stays_with_its_sitting():
    form = calibrate_exposure(SIXTEEN, maximum=0.3, n=300, rounds=4, seed=9)
    refused = next(s for s in range(50) if form.next_item({}, seed=s) != SIXTEEN.next_item({}))
    best, answers = SIXTEEN.next_item({}), {}
    while (item := form.next_item(answers, seed=refused)) is not None and len(answers) < 4:
        answers[item] = 1
    assert best not in answers


def test_items_answered_alike_by_both_forms():
    everything = AdaptiveForm(BANK, length=len(BANK))
    run = simulate_adaptive(everything, n=20, seed=1, fixed=list(BANK.index))
    np.testing.assert_allclose(run.adaptive.estimate, run.fixed.estimate)


def test_a_blueprint_that_cannot_be_met_is_refused_with_every_reason():
    with pytest.raises(InvalidInput) as caught:
        AdaptiveForm(
            BANK, length=10, values=VALUE, per_value={"kind": 30, "brave": 1}, standard_error=-1
        )
    told = str(caught.value)
    assert "kind: 30 items wanted, the bank has 20" in told
    assert "brave: 1 items wanted, the bank has 0" in told
    assert "the values ask for 31 items, the length is 10" in told
    assert "standard error: expected more than 0, got -1" in told
    with pytest.raises(InvalidInput, match="length: expected 1 to 80, got 81"):
        AdaptiveForm(BANK, length=81)
    with pytest.raises(InvalidInput, match=r"exposure of 0\.20 on average, more than .* 0\.1"):
        calibrate_exposure(SIXTEEN, maximum=0.1, seed=1)
    with pytest.raises(InvalidInput, match="not in the form: nobody"):
        SIXTEEN.next_item({"nobody": 1})
    with pytest.raises(InvalidInput, match="item-03: expected a category of 0 to 2, got 3"):
        SIXTEEN.estimate({"item-02": 2, "item-03": 3})
    with pytest.raises(InvalidInput, match="without parameters: nobody"):
        simulate_adaptive(SIXTEEN, n=2, seed=1, fixed=["nobody"])
    with pytest.raises(InvalidInput, match="expected 1 item or more"):
        Randomesque(0)
    with pytest.raises(InvalidInput, match=r"above 0 up to 1, got 0\.0"):
        SympsonHetter((1.0, 0.0))


def test_an_item_that_was_not_answered_counts_as_given_and_says_nothing():
    first = SIXTEEN.next_item({})
    assert SIXTEEN.estimate({first: None}) == SIXTEEN.estimate({})
    assert SIXTEEN.next_item({first: None}) not in (None, first)
    assert AdaptiveForm(BANK, length=1).next_item({first: None}) is None


def test_a_fitted_model_can_be_given(bfi_N):
    fitted = GeneralizedPartialCreditModel().fit(bfi_N)
    form = AdaptiveForm(fitted, length=3)
    assert form.next_item({}) == "N1"
    _errors_are_as_large_as_told(simulate_adaptive(form, n=1_500, seed=1).adaptive)


def test_nominal_items_can_be_given():
    rng = np.random.default_rng(2)
    columns = [f"{kind}_{k}" for kind in "ad" for k in (1, 2, 3)]
    bank = pd.DataFrame(rng.normal(0, 1.5, (40, 6)), columns=columns).assign(model="nominal")
    run = simulate_adaptive(AdaptiveForm(bank, length=8), n=1_500, seed=1)
    _errors_are_as_large_as_told(run.adaptive)
    assert run.adaptive.standard_error.mean() < run.fixed.standard_error.mean()


def _errors_are_as_large_as_told(sittings):
    rmse = np.sqrt(((sittings.estimate - sittings.theta) ** 2).mean())
    assert rmse == pytest.approx(np.sqrt((sittings.standard_error**2).mean()), rel=0.07)
