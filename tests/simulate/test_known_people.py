"""People with known traits sit as they are said to, and analyses find what was planted."""

import hashlib
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from vbr_engine.bank.model import ResponseFormat
from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_bank
from vbr_engine.psychometrics import GradedResponseModel, dif, panel_statistics, person_fit
from vbr_engine.psychometrics.score_classes import score_classes
from vbr_engine.responses import MISSING, check_answer
from vbr_engine.scoring import score
from vbr_engine.simulate import (
    Population,
    simulate_panel,
    simulate_responses,
    simulate_retest,
    simulate_sittings,
)
from vbr_engine.simulate.views import reading_loads

BANK = read_bank("question_banks/homecare-values")
TINY = read_bank("tests/banks/tiny")


def _composite(made):
    return score(made.responses, BANK).score[0]


def _by_kind(made):
    return pd.Series(_composite(made)).groupby(made.truth["kind"].to_numpy()).mean()


def test_a_seed_means_what_it_meant_before_there_were_kinds_of_people():
    # Hashes of the codes, taken from version 0.1.0 before people had kinds.
    before = [
        (BANK, 400, 1, "full", 0.0, "4f1626427922b975"),
        (BANK, 50, 7, "default", 0.3, "e6ac86492f608a2b"),
        (TINY, 20_003, 2, "full", 0.1, "5cd63e5b950e1113"),
    ]
    for bank, n, seed, form, careless, expected in before:
        codes = simulate_responses(bank, n, seed=seed, form=form, careless=careless).codes
        assert hashlib.sha256(codes.tobytes()).hexdigest().startswith(expected)
        same = simulate_sittings(
            bank, n, seed=seed, population=Population(form=form, careless=careless)
        )
        np.testing.assert_array_equal(same.responses.codes, codes)


def test_everything_at_once_is_valid_and_repeats():
    population = Population(
        careless=0.3,
        careless_kinds=("random", "straight-lining", "long-strings"),
        faking=0.2,
        second_language=0.2,
        scatter=0.3,
        groups={"a": 0.7, "b": 0.3},
        group_means={"b": -0.5},
        dif={"the-cream": 1.0},
        mis_keyed=(BANK.columns[0],),
    )
    made, again = (simulate_sittings(BANK, 80, seed=3, population=population) for _ in range(2))
    np.testing.assert_array_equal(made.responses.codes, again.responses.codes)
    pd.testing.assert_frame_equal(made.truth, again.truth)
    for sitting in made.responses.sittings:
        for item_id, answer in made.responses.answers(sitting).items():
            assert check_answer(BANK.item_by_id[item_id], answer) == answer


def test_scores_follow_the_traits_and_more_items_follow_them_better():
    correlations = {}
    for form in ("default", "full"):
        made = simulate_sittings(BANK, 3_000, seed=1, population=Population(form=form))
        scores = score(made.responses, BANK).score
        correlations[form] = np.corrcoef(scores[0], made.truth["true_composite"])[0, 1]
        for row, value in enumerate(BANK.values, start=1):
            own = [np.corrcoef(scores[row], made.truth[f"true_{v.id}"])[0, 1] for v in BANK.values]
            assert np.argmax(own) == [v.id for v in BANK.values].index(value.id)
    assert 0.6 < correlations["default"] < correlations["full"] < 0.95


def test_kinds_have_their_shares_and_exclude_each_other():
    population = Population(careless=0.2, faking=0.3, second_language=0.4)
    kinds = simulate_sittings(BANK, 5_000, seed=2, population=population).truth["kind"]
    shares = kinds.value_counts(normalize=True)
    wanted = {"attentive": 0.1, "careless": 0.2, "faking": 0.3, "second-language": 0.4}
    for kind, share in wanted.items():
        assert shares[kind] == pytest.approx(share, abs=0.025)


def test_fakers_score_higher_the_more_they_fake():
    means = [
        _by_kind(
            simulate_sittings(
                BANK, 3_000, seed=4, population=Population(faking=0.5, faking_strength=strength)
            )
        )
        for strength in (0.0, 0.5, 1.0)
    ]
    gains = [mean["faking"] - mean["attentive"] for mean in means]
    assert abs(gains[0]) < 0.02
    assert gains[0] + 0.03 < gains[1] < gains[2]


def test_a_second_language_costs_most_where_there_is_most_to_read():
    population = Population(second_language=0.5, language_noise=1.0)
    made = simulate_sittings(BANK, 4_000, seed=5, population=population)
    means = _by_kind(made)
    assert means["second-language"] < means["attentive"] - 0.05
    loads = reading_loads(BANK)
    assert np.mean(list(loads.values())) == pytest.approx(1)
    rated = [item for item in BANK.items if item.format is ResponseFormat.RATE]
    spread = _spread_around_key(made, rated, "second-language")
    usual = _spread_around_key(made, rated, "attentive")
    costs = {name: spread[name] / usual[name] for name in spread}
    order = sorted(costs, key=lambda name: loads[name])
    light, heavy = order[: len(order) // 3], order[-(len(order) // 3) :]
    assert np.mean([costs[n] for n in heavy]) > np.mean([costs[n] for n in light]) > 1


def _spread_around_key(made, items, kind):
    rows = (made.truth["kind"] == kind).to_numpy()
    place = {name: at for at, name in enumerate(BANK.columns)}
    return {
        item.id: np.mean(
            [
                np.abs(made.responses.codes[rows, place[column]] - keyed).mean()
                for column, keyed in zip(item.columns, item.key, strict=True)
            ]
        )
        for item in items
    }


def test_careless_people_fit_less_well():
    kinds = ("random", "straight-lining", "long-strings")
    made = simulate_sittings(
        BANK, 1_500, seed=6, population=Population(careless=0.3, careless_kinds=kinds)
    )
    codes = _ratings(made)
    key = [k for i in BANK.items if i.format is ResponseFormat.RATE for k in i.key]
    # A person's agreement with the key is how far their ratings rise and fall with it.
    fits = pd.Series([_correlation(row, key) for row in codes])
    by_kind = fits.groupby(made.truth["careless_kind"].to_numpy()).mean()
    assert all(by_kind[kind] < by_kind[""] - 0.3 for kind in kinds)
    runs = pd.Series([_longest_run(row) for row in codes])
    by_kind = runs.groupby(made.truth["careless_kind"].to_numpy()).median()
    assert by_kind["straight-lining"] == codes.shape[1]
    assert by_kind[""] < by_kind["random"] + 3 < by_kind["long-strings"] < codes.shape[1]
    assert set(made.truth.loc[made.truth["kind"] == "careless", "careless_kind"]) == set(kinds)


def _correlation(row, key):
    return np.corrcoef(row, key)[0, 1] if row.std() else 0.0


def _ratings(made):
    rated = [i for i in BANK.items if i.format is ResponseFormat.RATE]
    place = {name: at for at, name in enumerate(BANK.columns)}
    return made.responses.codes[:, [place[c] for i in rated for c in i.columns]].astype(float)


def _longest_run(row):
    longest = run = 1
    for before, after in pairwise(row):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    return longest


def test_leniency_and_scatter_show_in_the_ratings():
    made = simulate_sittings(BANK, 1_500, seed=7, population=Population(leniency=0.6, scatter=0.4))
    ratings = _ratings(made)
    assert np.corrcoef(ratings.mean(axis=1), made.truth["leniency"])[0, 1] > 0.9
    assert np.corrcoef(ratings.std(axis=1), made.truth["scatter"])[0, 1] > 0.5


def test_who_leaves_part_way_has_nothing_after():
    made = simulate_sittings(
        BANK, 1_000, seed=8, population=Population(form="default", drop_out=0.25)
    )
    answered = np.stack(
        [
            made.responses.codes[:, BANK.columns.index(item.columns[0])] != MISSING
            for item in BANK.items
        ],
        axis=1,
    )
    counts = answered.sum(axis=1)
    assert counts.min() >= 1
    assert counts.max() == BANK.blueprint.length
    assert (counts < BANK.blueprint.length).mean() == pytest.approx(0.25, abs=0.04)
    asked = answered[counts.argmax()]
    leavers = answered[:, asked]
    assert (np.diff(leavers.astype(int), axis=1) <= 0).all()


def test_skipped_items_are_empty_as_a_whole():
    made = simulate_sittings(BANK, 500, seed=9, population=Population(skip=0.1))
    gone = made.responses.codes == MISSING
    assert gone.mean() == pytest.approx(0.1, abs=0.01)
    at = 0
    for item in BANK.items:
        block = gone[:, at : at + len(item.options)]
        assert (block.all(axis=1) | ~block.any(axis=1)).all()
        at += len(item.options)


def test_a_planted_difference_between_groups_is_found_and_group_means_are_not_one():
    planted = BANK.items[3].id
    population = Population(
        groups={"a": 0.5, "b": 0.5}, group_means={"b": -0.4}, dif={planted: 2.0}
    )
    made = simulate_sittings(BANK, 3_000, seed=20, population=population)
    assert made.truth.groupby("group")["true_composite"].mean()["b"] == pytest.approx(
        -0.4, abs=0.08
    )
    classes = score_classes(made.responses, BANK).table
    groups = made.truth.set_index("sitting")["group"]
    found = dif(classes, groups, reference="a", purify=True).table
    assert found.loc[found["flagged"], "item"].tolist() == [planted]


@pytest.mark.parametrize(
    "column",
    [
        "the-cream.a",
        *(next(i for i in BANK.items if i.format is f).columns[0] for f in ResponseFormat),
    ],
)
def test_a_planted_wrong_key_stands_out(column):
    made = simulate_sittings(BANK, 1_500, seed=11, population=Population(mis_keyed=(column,)))
    item, option = column.split(".")
    keys = made.population.keys(BANK)
    assert {name for name in keys if keys[name] != BANK.item_by_id[name].key} == {item}
    plain = simulate_sittings(BANK, 1_500, seed=11)
    before, after = (_earned(one, item, option) for one in (plain, made))
    assert after < before - 0.1


def _earned(made, item, option):
    place = BANK.columns.index(f"{item}.{option}")
    keyed = BANK.item_by_id[item].key[BANK.item_by_id[item].options.index(option)]
    return -np.abs(made.responses.codes[:, place].astype(float) - keyed).mean()


def test_a_retest_is_as_stable_as_it_was_said_to_be():
    population = Population(groups={"a": 0.5, "b": 0.5}, group_means={"b": 1.0}, careless=0.1)
    first = simulate_sittings(BANK, 3_000, seed=12, population=population)
    for stability in (0.4, 0.9):
        again = simulate_retest(first, seed=13, stability=stability)
        assert again.responses.sittings == first.responses.sittings
        assert (again.truth["kind"] == first.truth["kind"]).all()
        inside = first.truth["group"] == "b"
        for value in ("true_kind", "true_honest"):
            found = np.corrcoef(first.truth.loc[inside, value], again.truth.loc[inside, value])
            assert found[0, 1] == pytest.approx(stability, abs=0.05)
            assert again.truth.loc[inside, value].mean() == pytest.approx(1.0, abs=0.1)
    low = simulate_retest(first, seed=13, stability=0.4)
    high = simulate_retest(first, seed=13, stability=0.9)
    alike = (inside & (first.truth["kind"] == "attentive")).to_numpy()
    retest = [
        np.corrcoef(_composite(first)[alike], _composite(one)[alike])[0, 1] for one in (low, high)
    ]
    assert retest[0] + 0.15 < retest[1] < 0.95


def test_a_retest_needs_another_seed():
    first = simulate_sittings(BANK, 10, seed=1)
    with pytest.raises(InvalidInput, match="another seed"):
        simulate_retest(first, seed=1)
    with pytest.raises(InvalidInput, match="stability"):
        simulate_retest(first, seed=2, stability=1.1)


def test_experts_are_as_accurate_as_they_were_said_to_be():
    key = [k for i in BANK.items if i.format is ResponseFormat.RATE for k in i.key]
    for accuracy in (0.6, 0.9):
        made = simulate_panel(BANK, 200, seed=14, accuracy=accuracy)
        fits = [_correlation(row, key) for row in _ratings(made)]
        assert np.mean(fits) == pytest.approx(accuracy, abs=0.06)
    mixed = simulate_panel(BANK, 4, seed=14, accuracy=[0.2, 0.2, 0.95, 0.95])
    fits = [_correlation(row, key) for row in _ratings(mixed)]
    assert max(fits[:2]) < min(fits[2:])
    assert mixed.responses.sittings[0] == "simulated-expert-0001"


def test_a_good_panel_agrees_and_names_the_option_whose_key_is_wrong():
    item = next(i for i in BANK.items if i.format is ResponseFormat.RATE)
    column = item.columns[0]
    panel = simulate_panel(BANK, 40, seed=15, accuracy=0.95, mis_keyed=[column])
    table = panel_statistics(panel.responses, BANK).options.set_index(["item", "option"])
    gap = (table["mean"] - table["key"]).abs()[table["format"] == "rate"]
    assert gap.idxmax() == tuple(column.split("."))
    weak = simulate_panel(BANK, 40, seed=15, accuracy=0.4)
    weaker = panel_statistics(weak.responses, BANK).options.set_index(["item", "option"])
    assert table["r_wg"].mean() > weaker["r_wg"].mean() + 0.2


@pytest.mark.parametrize(
    "wrong",
    [
        {"careless": 0.6, "faking": 0.6},
        {"careless_kinds": ()},
        {"careless_kinds": ("odd",)},
        {"faking_strength": 1.5},
        {"leniency": -1.0},
        {"scatter": float("nan")},
        {"drop_out": 2.0},
        {"groups": {"a": 0.5}},
        {"groups": {"a": 1.0}, "group_means": {"b": 1.0}},
        {"groups": {"a": 0.5, "b": 0.5}, "dif": {"the-cream": float("inf")}},
        {"dif": {"the-cream": 1.0}},
    ],
)
def test_a_population_that_makes_no_sense(wrong):
    with pytest.raises(InvalidInput, match="expected"):
        Population(**wrong)


def test_items_and_options_that_the_bank_does_not_have():
    groups = {"a": 0.5, "b": 0.5}
    population = Population(groups=groups, dif={"nowhere": 1.0}, mis_keyed=("the-cream.z",))
    with pytest.raises(InvalidInput, match=r"nowhere, the-cream\.z"):
        simulate_sittings(BANK, 5, seed=1, population=population)
    for wrong in ({"accuracy": 1.0}, {"accuracy": [0.5, 0.5]}, {"mis_keyed": ["x.y"]}):
        with pytest.raises(InvalidInput, match="expected"):
            simulate_panel(BANK, 5, seed=1, **wrong)


def test_the_model_finds_that_answers_at_random_fit_less_well():
    population = Population(careless=0.15, careless_kinds=("random",))
    made = simulate_sittings(BANK, 700, seed=16, population=population)
    ratings = _ratings(made)[:, :30]
    fit = person_fit(GradedResponseModel().fit(ratings), ratings)
    by_kind = fit.groupby(made.truth["kind"].to_numpy())["lz"].mean()
    assert by_kind["careless"] < by_kind["attentive"] - 1
