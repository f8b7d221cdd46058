"""Swapping, weighting, joining and refusing: what must hold for any data."""

from time import perf_counter

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics.differential import DIF_METHODS, dif
from vbr_engine.psychometrics.models import GradedResponseModel
from vbr_engine.psychometrics.multiple_tests import adjusted

CLASSICAL = ["mantel-haenszel", "generalised", "standardisation", "logistic"]


@pytest.fixture(scope="module")
def made():
    """Eight items; the third is harder, and the sixth crosses, for group b; one item has four."""
    rng = np.random.default_rng(7)
    n = 1200
    group = np.where(rng.random(n) < 0.5, "a", "b")
    focal = group == "b"
    theta = rng.normal(size=n) - 0.4 * focal
    pull = theta[:, None] * 1.3 + rng.logistic(size=(n, 8))
    pull[:, 2] -= 1.2 * focal
    pull[:, 5] -= 1.8 * focal * theta
    answers = (pull > 0).astype(float)
    answers[:, 7] = np.digitize(pull[:, 7], [-1.5, 0, 1.5])
    rows = [f"s{i}" for i in range(n)]
    frame = pd.DataFrame(answers, columns=[f"q{j}" for j in range(8)], index=rows)
    return frame, pd.Series(group, index=rows)


def test_flagged_is_what_was_made_so(made):
    found = dif(*made, reference="a", purify=True)
    third = found.table.set_index("item").loc["q2"]
    assert (third["ets"], third["favours"], third["verdict"]) == ("C-", "reference", "flagged")
    assert found.table.loc[found.table["flagged"], "item"].tolist() == ["q2"]
    assert "answers lower" in found.sentences[0]
    assert "Do not delete" in found.sentences[0]
    assert not third["anchor"]


def test_crossing_curves_are_seen_by_logistic_regression_not_by_mantel_haenszel(made):
    table = dif(*made, method="logistic", reference="a", purify=True).table.set_index("item")
    assert table.loc["q5", "flagged"]
    assert table.loc["q5", "crossing"]
    assert "changes with the score" in table.loc["q5", "sentence"]
    assert not table.loc["q2", "crossing"]


@pytest.mark.parametrize("method", DIF_METHODS)
def test_swapping_the_groups_turns_signs_and_keeps_tests(made, method):
    frame, group = made
    one = dif(frame, group, method=method, reference="a").table
    two = dif(frame, group, method=method, reference="b").table
    for column in {"chi2", "p"} & set(one.columns):
        # The search of an item response model stops 1e-5 short of the top.
        within = 5e-3 if method == "likelihood-ratio" else 1e-7
        np.testing.assert_allclose(one[column], two[column], rtol=0, atol=within)
    if method == "logistic":
        np.testing.assert_allclose(one["log_odds"], -two["log_odds"], rtol=1e-5, atol=1e-7)
    if method in ("standardisation", "likelihood-ratio"):
        assert (one.loc[2, "size"], two.loc[2, "size"]) == ("C-", "C+")
    if method == "mantel-haenszel":
        np.testing.assert_allclose(one["delta"].dropna(), -two["delta"].dropna(), rtol=1e-9)
        np.testing.assert_allclose(one["alpha"].dropna(), 1 / two["alpha"].dropna(), rtol=1e-9)
        assert (one.loc[2, "ets"], two.loc[2, "ets"]) == ("C-", "C+")


@pytest.mark.parametrize("method", CLASSICAL)
def test_the_order_of_rows_and_columns_and_the_names_of_groups_say_nothing(made, method):
    frame, group = made
    before = dif(frame, group, method=method, reference="a", purify=True).table.set_index("item")
    order = np.random.default_rng(3).permutation(len(frame))
    other = frame.iloc[order, ::-1]
    names = group.map({"a": "north", "b": "aardvark"})
    after = dif(other, names, method=method, reference="north", purify=True)
    again = after.table.set_index("item").loc[before.index]
    numbers = before.select_dtypes(float).columns
    np.testing.assert_allclose(before[numbers], again[numbers], rtol=1e-7, atol=1e-8)
    assert (before["flagged"] == again["flagged"]).all()


@pytest.mark.parametrize("method", DIF_METHODS)
def test_a_weight_of_three_is_three_people(made, method):
    frame, group = made[0].iloc[:300].reset_index(drop=True), made[1].iloc[:300].to_numpy()
    weight = np.arange(300) % 3 + 1
    weighted = dif(frame, group, method=method, sample_weight=weight, reference="a").table
    repeated = frame.loc[frame.index.repeat(weight)].reset_index(drop=True)
    people = np.repeat(group, weight)
    replicated = dif(repeated, people, method=method, reference="a").table
    numbers = weighted.select_dtypes(float).columns
    within = 5e-3 if method == "likelihood-ratio" else 1e-7
    np.testing.assert_allclose(weighted[numbers], replicated[numbers], rtol=1e-3, atol=within)


def test_a_chance_of_none_when_nothing_differs():
    rng = np.random.default_rng(11)
    theta = rng.normal(size=4000)
    answers = (theta[:, None] + rng.logistic(size=(4000, 20)) > 0).astype(int)
    table = dif(answers, rng.integers(0, 2, 4000)).table
    assert not table["flagged"].any()
    assert 0 <= (table["p"] < 0.05).sum() <= 4  # 1 of 20 expected; 5 or more has chance 0.003


def test_an_item_by_an_enumeration_of_its_strata():
    """Every stratum by hand: two scores, two groups, one item that differs."""
    answers = np.repeat([[1, 0], [0, 1], [1, 0], [0, 1]], [30, 10, 12, 20], axis=0)
    group = np.repeat(["r", "f"], [40, 32])
    row = dif(answers, group, reference="r", strata=1).table.iloc[0]
    assert row["alpha"] == pytest.approx(30 * 20 / (10 * 12))
    variance = 40 * 32 * 42 * 30 / (72**2 * 71)
    assert row["chi2_other"] == pytest.approx((30 - 40 * 42 / 72) ** 2 / variance)


def test_a_group_of_three_is_refused():
    answers = np.tile([[0, 1], [1, 0]], (30, 1))
    with pytest.raises(ResponsesError, match="focal group y has fewer than 20 sittings"):
        dif(answers, ["x"] * 57 + ["y"] * 3)
    with pytest.raises(ResponsesError, match="fewer than 40"):
        dif(answers, ["x"] * 30 + ["y"] * 30, min_group=40)


def test_a_small_group_beside_a_large_one_is_not_enough_data(made):
    frame, group = made
    three = group.copy()
    three.iloc[:5] = "c"
    found = dif(frame, three, reference="a")
    small = found.table[found.table["comparison"] == 2]
    assert found.focal == ("b", "c")
    assert set(small["verdict"]) == {"not enough data"}
    assert not small["flagged"].any()
    assert small["sentence"].str.contains("says neither").all()
    assert small["p"].isna().all()
    assert small["n_focal"].isna().all()
    assert found.advice[0].startswith("Group c has fewer than 20 sittings")


def test_an_item_few_answered_is_not_enough_data(made):
    frame, group = made
    few = frame.copy()
    few.loc[few.index[30:], "q1"] = np.nan
    for method in DIF_METHODS:
        table = dif(few, group, method=method).table.set_index("item")
        assert table.loc["q1", "verdict"] == "not enough data"
        assert table.loc["q2", "verdict"] == "flagged"


def test_an_item_everybody_answers_alike_cannot_be_compared(made):
    frame, group = made
    same = frame.assign(q1=1)
    for method in DIF_METHODS:
        table = dif(same, group, method=method).table.set_index("item")
        assert table.loc["q1", "verdict"] == "cannot be compared"
        assert not table.loc["q1", "flagged"]


def test_groups_are_joined_by_the_name_of_the_sitting(made):
    frame, group = made
    shuffled = group.sample(frac=1, random_state=1)
    by_name, in_order = dif(frame, shuffled).table, dif(frame, group).table
    pd.testing.assert_frame_equal(by_name, in_order)
    pd.testing.assert_frame_equal(dif(frame, group.to_dict()).table, in_order)
    found = dif(frame, shuffled.iloc[100:])
    assert found.advice == ("100 sittings without a group were left out.",)
    assert found.table["n_reference"].iloc[0] + found.table["n_focal"].iloc[0] == 1100


def test_the_table_never_holds_the_name_of_a_group(made):
    frame, group = made
    named = group.map({"a": "zzreference", "b": "zzfocal"})
    for method in DIF_METHODS:
        assert "zz" not in dif(frame, named, method=method).table.to_csv()


@pytest.mark.parametrize("missing", ["sum", "prorate", "complete"])
def test_missing_answers(made, missing):
    frame, group = made
    holes = frame.mask(np.random.default_rng(5).random(frame.shape) < 0.05)
    found = dif(holes, group, missing=missing, reference="a")
    assert found.table.set_index("item").loc["q2", "flagged"]
    assert "missing answers" in found.advice[0]
    same = dif(frame, group, missing=missing, reference="a").table
    pd.testing.assert_frame_equal(same, dif(frame, group, reference="a").table)
    people = found.table["n_reference"] + found.table["n_focal"]
    if missing == "complete":
        assert set(people) == {holes.notna().all(axis=1).sum()}
    else:
        assert people.tolist() == holes.notna().sum().tolist()


def test_a_score_from_elsewhere_is_matched_on(made):
    frame, group = made
    total = dif(frame, group).table
    given = dif(frame, group, matching=frame.sum(axis=1)).table
    pd.testing.assert_frame_equal(total, given)
    thick = dif(frame, group, matching=frame.sum(axis=1) / 3, strata=4).table
    assert thick.loc[2, "flagged"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"method": "magic"}, "expected method to be one of mantel-haenszel"),
        ({"missing": "guess"}, "expected missing"),
        ({"criterion": "luck"}, "expected criterion"),
        ({"adjust": "hope"}, "expected adjust"),
        ({"reference": "z"}, "expected the reference group to be one of the groups given"),
        ({"reference": "a", "focal": "a"}, "is the reference group"),
    ],
)
def test_wrong_options_are_said(made, options, told):
    with pytest.raises(InvalidInput, match=told):
        dif(*made, **options)


def test_wrong_groups_are_said(made):
    frame, group = made
    with pytest.raises(ResponsesError, match="two groups or more"):
        dif(frame, ["a"] * len(frame))
    with pytest.raises(ResponsesError, match="a group for each of 1200 sittings, got 2"):
        dif(frame, ["a", "b"])
    with pytest.raises(ResponsesError, match="several groups"):
        dif(frame, pd.concat([group, group]))


def test_lordifs_three_rules(made):
    frame, group = made
    rules = [("chi2", {}), ("r2", {"r2_gain": 0.5}), ("beta", {"slope_change": 0.02})]
    found = {}
    for name, limits in rules:
        table = dif(frame, group, method="logistic", criterion=name, **limits).table
        found[name] = table["flagged"].tolist()
        expected = {
            "chi2": table["p_adjusted"] < 0.05,
            "r2": (table["p_adjusted"] < 0.05) & (table["mcfadden"] >= 0.5),
            "beta": table["change"] >= 0.02,
        }[name]
        assert found[name] == expected.tolist()
    assert any(found["chi2"])
    assert not any(found["r2"])
    assert found["beta"] != found["chi2"]


def test_a_likelihood_ratio_is_the_gain_of_one_split_item():
    """Reverse-keyed items and a category that one group never chose; fitted anew by the model."""
    rng = np.random.default_rng(6)
    pull = rng.normal(size=(700, 1)) * [1.2, 0.8, 1.5, 1.0, 0.9] + rng.logistic(size=(700, 5))
    codes = sum((pull > cut).astype(float) for cut in (-1.5, 0, 1.5))
    codes[:, 1] = 3 - codes[:, 1]
    focal = rng.random(700) < 0.4
    codes[focal & (codes[:, 2] == 1), 2] = 2
    frame = pd.DataFrame(codes, columns=list("vwxyz"))
    row = dif(frame, focal, method="likelihood-ratio").table.set_index("item").loc["x"]
    split = frame.assign(other=frame["x"].where(focal), x=frame["x"].mask(focal))
    fits = [
        GradedResponseModel(standard_errors="none", n_quadrature=61, tol=1e-7).fit(X, groups=focal)
        for X in (frame, split)
    ]
    gain = 2 * (fits[1].log_likelihood_ - fits[0].log_likelihood_)
    assert row["chi2"] == pytest.approx(gain, abs=2e-3)
    assert row["df"] == fits[1].n_parameters_ - fits[0].n_parameters_ == 3
    assert row["chi2"] > 50
    assert row["fewest"] == 0


def test_a_likelihood_ratio_warns_of_rare_categories_and_sees_crossing_curves(made):
    frame, group = made
    table = dif(frame, group, method="likelihood-ratio", reference="a").table.set_index("item")
    assert table.loc["q2", "size"] == "C-"
    assert table.loc["q5", "flagged"]
    assert table.loc["q5", "crossing"]
    assert not table.loc[["q3", "q4", "q6", "q7"], "flagged"].any()
    rare = frame.assign(q7=frame["q7"].mask(np.arange(1200) < 3, 9))
    assert "fewer than 5 people" in dif(rare, group, method="likelihood-ratio").advice[0]


@pytest.fixture(scope="module")
def one_sided():
    """Ten items; three are harder for group b, and nobody else's item is."""
    rng = np.random.default_rng(12)
    group = np.repeat([0, 1], 500)
    pull = rng.normal(size=(1000, 1)) * 1.4 + rng.logistic(size=(1000, 10))
    pull[:, :3] -= 1.3 * group[:, None]
    return sum((pull > cut).astype(int) for cut in (-1.2, 0, 1.2)), group


def test_purified_anchors_clear_items_that_a_mixed_scale_blamed(one_sided):
    X, group = one_sided
    options = {"method": "likelihood-ratio", "reference": 0}
    plain, pure = dif(X, group, **options).table, dif(X, group, purify=True, **options).table
    assert (plain["p"] < 0.05)[3:].sum() > (pure["p"] < 0.05)[3:].sum()
    assert pure["flagged"].tolist() == [True] * 3 + [False] * 7
    assert pure["size"].tolist()[:3] == ["C-"] * 3
    assert not pure["anchor"][:3].any()
    # Against the anchors alone the difference is what was made, not shared out over ten items.
    assert (abs(pure["effect"]) > abs(plain["effect"]))[:3].all()


def test_a_purified_test_is_the_gain_over_the_anchors_alone(one_sided):
    """Fitted anew by the model: items outside the anchors stand as two, a suspect joins again."""
    X, group = one_sided
    found = dif(X, group, purify=True, method="likelihood-ratio", reference=0).table
    frame = pd.DataFrame(X, columns=found["item"]).astype(float)

    def height(split):
        apart = {f"{item} b": frame[item].where(group == 1) for item in split}
        own = {item: frame[item].where(group == 0) for item in split}
        model = GradedResponseModel(standard_errors="none", n_quadrature=61, tol=1e-7)
        return model.fit(frame.assign(**own, **apart), groups=group).log_likelihood_

    loose = found.loc[~found["anchor"], "item"].tolist()
    free = height(loose)
    suspect, anchor = loose[0], found.loc[found["anchor"], "item"].iloc[0]
    chi2 = found.set_index("item")["chi2"]
    assert chi2[suspect] == pytest.approx(2 * (free - height(loose[1:])), abs=5e-3)
    assert chi2[anchor] == pytest.approx(2 * (height([*loose, anchor]) - free), abs=5e-3)


def test_a_nominal_likelihood_ratio_finds_an_option_that_one_group_favours():
    rng = np.random.default_rng(3)
    theta, group = rng.normal(size=1200), np.repeat([0, 1], 600)
    slopes, ease = rng.normal(size=(8, 4)), rng.normal(size=(8, 4)) * 0.5
    drawn = theta[:, None, None] * slopes + ease
    drawn[group == 1, 2, 3] += 1.2
    X = pd.DataFrame(
        (drawn + rng.gumbel(size=drawn.shape)).argmax(axis=2), columns=list("abcdefgh")
    )
    options = {"method": "likelihood-ratio", "model": "nominal", "reference": 0}
    table = dif(X, group, **options).table.set_index("item")
    assert table.index[table["flagged"]].tolist() == ["c"]
    assert (table.loc["c", "df"], table.loc["c", "size"]) == (6, "C")
    assert "choose different answers" in table.loc["c", "sentence"]
    turned = dif(X.replace({0: 3, 3: 0}), group, **options).table
    np.testing.assert_allclose(turned["chi2"], table["chi2"], atol=0.02)


@pytest.mark.parametrize("method", ["mantel-haenszel", "logistic", "likelihood-ratio"])
def test_of_items_that_do_not_differ_few_are_flagged_and_those_that_do_are_found(method):
    """Seeded: 60 items alike, 4 with 0.9 logits, in four data sets; groups differ by half an sd."""
    false, found, level = 0, 0, []
    for seed in range(4):
        rng = np.random.default_rng(100 + seed)
        group = rng.integers(0, 2, 800)
        pull = 1.3 * (rng.normal(size=(800, 1)) - 0.5 * group[:, None])
        pull = pull + rng.logistic(size=(800, 16)) - np.linspace(-1, 1, 16)
        pull[:, 5] -= 0.9 * group
        table = dif((pull > 0).astype(int), group, method=method, purify=True, reference=0).table
        found += table["flagged"][5]
        false += table["flagged"].drop(5).sum()
        level.extend(table["p"].drop(5) < 0.05)
    assert found >= (1 if method == "logistic" else 3)  # a gain in R squared of 0.02 asks for more
    assert false <= 1
    assert np.mean(level) < 0.05 + 3 * (0.05 * 0.95 / 60) ** 0.5


def test_intervals_hold_the_difference_that_was_made_as_often_as_they_say():
    """Delta of -2.35 times 0.8 logits; of 40 intervals of 95% about 38 hold it, 34 or more."""
    held = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        group = np.repeat([0, 1], 300)
        pull = rng.normal(size=(600, 1)) + rng.logistic(size=(600, 12))
        pull[:, 0] -= 0.8 * group
        table = dif((pull > 0).astype(int), group, purify=True, reference=0).table
        held += table["low"][0] < -2.35 * 0.8 < table["high"][0]
    assert held >= 34


def test_progress_is_told_for_every_item_and_round(one_sided):
    told = []
    dif(*one_sided, method="likelihood-ratio", purify=True, progress=told.append)
    assert told == list(range(1, len(told) + 1))
    assert len(told) % 10 == 0
    assert len(told) >= 20


def test_adjusted_p_as_published():
    """Benjamini and Hochberg 1995, section 3: of 15 p values, theirs rejects 4 and Holm's 3."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262]
    p += [0.5719, 0.6528, 0.7590, 1.0000]
    assert (adjusted(p) <= 0.05).sum() == 4
    assert (adjusted(p, "holm") <= 0.05).sum() == 3
    assert np.isnan(adjusted([np.nan, 0.2])).tolist() == [True, False]
    assert adjusted([np.nan, 0.2])[1] == 0.2


def test_chosen_options_need_no_order():
    """Nominal: turning the order of options round changes nothing in the generalised test."""
    rng = np.random.default_rng(2)
    answers = pd.DataFrame(rng.integers(0, 4, (800, 5)), columns=list("vwxyz"))
    group, total = rng.integers(0, 2, 800), answers.sum(axis=1)
    plain = dif(answers, group, method="generalised", matching=total).table
    turned = dif(answers.replace({0: 3, 3: 0}), group, method="generalised", matching=total).table
    np.testing.assert_allclose(plain["chi2"], turned["chi2"], rtol=1e-9)
    assert (plain["df"] == 3).all()


def test_a_hundred_thousand_sittings_take_seconds():
    rng = np.random.default_rng(1)
    theta = rng.normal(size=(100_000, 1))
    pull = theta + rng.logistic(size=(100_000, 40))
    answers = sum((pull > cut).astype(np.int8) for cut in (-2, -0.7, 0.7, 2))
    group = rng.integers(0, 2, 100_000)
    for method in CLASSICAL:
        start = perf_counter()
        dif(answers, group, method=method)
        assert perf_counter() - start < 15
