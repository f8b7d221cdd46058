"""Item and option statistics against R, and against the same sums done slowly."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.classical import item_statistics, option_statistics
from vbr_engine.psychometrics.precision import reliability

SETS = {"bfi_N": "bfi_N", "bfi25_keyed": "bfi25_keyed", "LSAT7": "lsat7", "VerbAgg": "verbagg"}
KEY = [4, 4, 4, 6, 6, 3, 4, 4, 5, 2, 2, 4, 3, 2, 6, 7]


@pytest.fixture(params=sorted(SETS))
def case(request, golden):
    return request.getfixturevalue(SETS[request.param]), golden(f"ctt/{request.param}.json")


def test_items_agree_with_psych_to_six_decimals(case):
    scores, figures = case
    ours = item_statistics(scores, omega=False)
    theirs = pd.DataFrame(figures["item"])
    for mine, name in [
        ("n", "n"),
        ("mean", "mean"),
        ("sd", "sd"),
        ("r_rest", "r_drop"),
        ("alpha_if_deleted", "alpha_if_dropped"),
    ]:
        np.testing.assert_allclose(ours[mine], theirs[name], atol=1e-6, rtol=0)


def test_items_agree_with_psych_over_complete_rows(case):
    scores, figures = case
    ours = item_statistics(scores, missing="listwise", omega=False)
    theirs = pd.DataFrame(figures["item_listwise"])
    np.testing.assert_allclose(ours["r_rest"], theirs["r_drop"], atol=1e-6)
    np.testing.assert_allclose(ours["alpha_if_deleted"], theirs["alpha_if_dropped"], atol=1e-6)


def test_omega_if_deleted_is_omega_of_the_others(bfi_N):
    ours = item_statistics(bfi_N)["omega_if_deleted"]
    for item in bfi_N:
        assert ours[item] == pytest.approx(reliability(bfi_N.drop(columns=item)).omega, abs=1e-7)


def test_facility_is_the_share_of_the_maximum(verbagg):
    ours = item_statistics(verbagg, omega=False)
    np.testing.assert_allclose(ours["facility"], verbagg.mean() / 2)
    other = item_statistics(verbagg, maximum=4, omega=False)
    np.testing.assert_allclose(other["facility"], verbagg.mean() / 4)
    with pytest.raises(ResponsesError, match="S1DoCurse: no maximum"):
        item_statistics(verbagg, maximum={"S1WantCurse": 2}, omega=False)


def test_options_agree_with_r(iqitems, golden):
    ours = option_statistics(iqitems, key=KEY)
    theirs = golden("ctt/iqitems__options.csv")
    assert ours["item"].tolist() == theirs["item"].tolist()
    assert ours["option"].tolist() == theirs["option"].tolist()
    assert ours["n"].tolist() == theirs["n"].tolist()
    for mine, name in [
        ("p", "p"),
        ("r_total", "r_total"),
        ("r_rest", "r_rest"),
        ("mean_rest", "mean_rest_choosers"),
    ]:
        np.testing.assert_allclose(ours[mine], theirs[name], atol=1e-9, rtol=0)


def test_a_keyed_test_agrees_with_psych_as_rounded_there(iqitems, golden):
    figures = golden("ctt/iqitems__mc.json")
    scored = (iqitems == KEY).astype(float).where(iqitems.notna())
    assert reliability(scored).alpha == pytest.approx(figures["alpha"], abs=0.005)
    theirs = pd.DataFrame(figures["item_stats"])
    ours = item_statistics(scored, omega=False)
    np.testing.assert_allclose(ours["mean"], theirs["mean"], atol=0.0051)
    assert ours["n"].tolist() == theirs["n"].tolist()


def test_every_way_to_give_the_scores_says_the_same(iqitems):
    named = iqitems.map(lambda option: None if pd.isna(option) else f"option {option:.0f}")
    by_key = option_statistics(named, key=[f"option {k}" for k in KEY])
    by_points = option_statistics(
        named, key={c: {f"option {k}": 1} for c, k in zip(named, KEY, strict=True)}
    )
    scores = (iqitems == KEY).astype(float).where(iqitems.notna())
    by_scores = option_statistics(named, scores=scores)
    pd.testing.assert_frame_equal(by_key, by_points)
    pd.testing.assert_frame_equal(by_key, by_scores)


def test_trace_lines_are_shares_within_each_group(iqitems):
    ours = option_statistics(iqitems, key=KEY, n_groups=4)
    lines = ours.groupby("item")[["p_1", "p_2", "p_3", "p_4"]].sum()
    np.testing.assert_allclose(lines, 1.0)
    right = ours[ours["score"] == 1]
    assert (right["p_4"] > right["p_1"]).all()


def test_trace_lines_by_hand():
    chosen = pd.DataFrame({"q": list("aabb"), "r": list("xyxy")})
    ours = option_statistics(chosen, scores=[1, 2, 3, 4], n_groups=2).set_index(["item", "option"])
    assert ours.loc[("q", "a"), ["p_1", "p_2"]].tolist() == [1.0, 0.0]
    assert ours.loc[("r", "x"), ["p_1", "p_2"]].tolist() == [0.5, 0.5]


def test_numeric_options_are_their_own_scores(bfi_N):
    ours = option_statistics(bfi_N)
    assert ours["score"].tolist() == ours["option"].tolist()
    total = bfi_N.sum(axis=1)
    six = (bfi_N["N1"] == 6).where(bfi_N["N1"].notna()).astype(float)
    found = ours[(ours["item"] == "N1") & (ours["option"] == 6)].iloc[0]
    assert found["r_total"] == pytest.approx(six.corr(total), abs=1e-12)


def test_an_array_gets_names_and_the_same_figures(bfi_N):
    plain = option_statistics(bfi_N)
    array = option_statistics(bfi_N.to_numpy())
    assert array["item"].unique().tolist() == ["item1", "item2", "item3", "item4", "item5"]
    pd.testing.assert_frame_equal(plain.drop(columns="item"), array.drop(columns="item"))
    with pytest.raises(ResponsesError, match="a table of persons by items"):
        option_statistics([1, 2, 3])


def test_order_of_rows_and_columns_does_not_matter(bfi_N):
    plain = item_statistics(bfi_N)
    mixed = item_statistics(bfi_N.sample(frac=1, random_state=1)[["N4", "N1", "N5", "N3", "N2"]])
    pd.testing.assert_frame_equal(plain, mixed.loc[plain.index], rtol=1e-7)


def test_an_item_on_which_all_agree_has_no_correlation(bfi_N):
    ours = item_statistics(bfi_N.assign(same=3))
    assert ours.loc["same", "sd"] == 0
    assert np.isnan(ours.loc["same", "r_rest"])
    others = item_statistics(bfi_N)
    np.testing.assert_allclose(ours.loc["N1", "r_rest"], others.loc["N1", "r_rest"])


def test_bad_cells_are_named_with_row_and_column():
    table = pd.DataFrame({"a": ["1", "2", "x"], "b": [1, 2, np.inf]}, index=["p", "q", "r"])
    with pytest.raises(ResponsesError) as caught:
        item_statistics(table)
    assert "row r: column a: expected a number or nothing, got 'x'" in str(caught.value)
    assert "row r: column b" in str(caught.value)


def test_numbers_as_text_are_read(bfi_N):
    as_text = bfi_N.map(lambda v: "" if pd.isna(v) else f"{v:.0f}")
    pd.testing.assert_frame_equal(item_statistics(as_text), item_statistics(bfi_N))


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([[1], [2]], "at least 2 items"),
        ([[1, 2]], "at least 2 persons"),
        ([1, 2], "a table of persons by items"),
        ([[1, np.nan], [2, np.nan], [3, 1]], "fewer than two answers"),
        ([[1, np.nan], [2, np.nan], [np.nan, 1], [np.nan, 2]], "answered both item1 and item2"),
    ],
)
def test_what_cannot_be_described_is_said(table, sentence):
    with pytest.raises(ResponsesError, match=sentence):
        item_statistics(table)


def test_scores_and_key_must_fit():
    chosen = pd.DataFrame({"q": list("ab"), "r": list("ab")})
    with pytest.raises(ResponsesError, match="not both"):
        option_statistics(chosen, key=["a", "a"], scores=[1, 2])
    with pytest.raises(ResponsesError, match="a key for each of 2 items"):
        option_statistics(chosen, key=["a"])
    with pytest.raises(ResponsesError, match="expected scores shaped"):
        option_statistics(chosen, scores=[1, 2, 3])
