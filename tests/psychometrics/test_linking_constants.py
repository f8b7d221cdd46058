"""Linking agrees with R's plink, and takes back a change of scale that is known."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import GeneralizedPartialCreditModel, GradedResponseModel
from vbr_engine.psychometrics.curves import ItemParameters
from vbr_engine.psychometrics.drift import anchor_drift
from vbr_engine.psychometrics.linking import METHODS, Link, link

GOLDEN = Path(__file__).parents[1] / "golden" / "r" / "linking"
PLINK = {"mean-mean": "MM", "mean-sigma": "MS", "haebara": "HB", "stocking-lord": "SL"}
A, B = 1.3, -0.45


def _golden(model):
    """Read both groups in slope-intercept form, and plink's constants."""
    read = json.loads((GOLDEN / f"bfi_N_gender__{model}.json").read_text())
    return [_intercepts(model, read[f"group{g}_irtpars"]) for g in (1, 2)], read["constants"]


def _intercepts(model, rows):
    frame = pd.DataFrame(rows).set_index("_row").rename_axis("item")
    lines = -frame[[f"b{k}" for k in range(1, 6)]].mul(frame["a"], axis=0)
    if model == "gpcm":
        lines = lines.cumsum(axis=1)
    lines.columns = [f"d_{k}" for k in range(1, 6)]
    return pd.concat([frame[["a"]], lines], axis=1).assign(model=model)


def _items(model, *, seed=3, n_items=8, n_categories=4):
    rng = np.random.default_rng(seed)
    names = [f"item-{j}" for j in range(n_items)]
    if model == "nominal":
        a = rng.normal(0, 1, (n_items, n_categories)).round(3)
        d = rng.normal(0, 1, (n_items, n_categories)).round(3)
        columns = {f"a_{k}": a[:, k] for k in range(n_categories)}
        lines = {f"d_{k}": d[:, k] for k in range(n_categories)}
        return pd.DataFrame({"model": model, **columns, **lines}, index=names)
    a = rng.lognormal(0.2, 0.3, n_items)
    d = -a[:, None] * np.sort(rng.normal(0, 1, (n_items, n_categories - 1)), axis=1)
    d = d if model == "graded" else d.cumsum(axis=1)
    lines = {f"d_{k + 1}": d[:, k] for k in range(n_categories - 1)}
    return pd.DataFrame({"model": model, "a": a, **lines}, index=names)


def _rescaled(items, slope, intercept):
    """Say the same items about ``t' = (t - intercept) / slope``: the oracle, written out."""
    moved = items.copy()
    for name in items.index:
        row = items.loc[name]
        for column in (c for c in items if c.startswith("d_")):
            k = int(column[2:])
            line = {"graded": lambda r: r["a"], "gpcm": lambda r, k=k: k * r["a"]}.get(
                row["model"], lambda r, k=k: r[f"a_{k}"]
            )(row)
            moved.loc[name, column] = row[column] + line * intercept
        for column in (c for c in items if c == "a" or c.startswith("a_")):
            moved.loc[name, column] = row[column] * slope
    return moved


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["graded", "gpcm"])
def test_constants_are_those_of_plink(model, method):
    (first, second), constants = _golden(model)
    found = link(second, first, method=method)
    wanted = constants[PLINK[method]]
    tolerance = 1e-5 if method.startswith("mean") else 1e-4
    assert found.slope == pytest.approx(wanted["A"], abs=tolerance)
    assert found.intercept == pytest.approx(wanted["B"], abs=tolerance)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["graded", "gpcm", "nominal"])
def test_a_known_change_of_scale_is_taken_back(model, method):
    old = _items(model)
    new = _rescaled(old, A, B)
    found = link(old, new, method=method)
    assert (found.slope, found.intercept) == pytest.approx((A, B), abs=1e-6)
    columns = [c for c in old if c != "model"]
    np.testing.assert_allclose(found.transform(new)[columns], old[columns], atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["graded", "nominal"])
def test_a_trait_that_runs_the_other_way_is_turned_round(model, method):
    old = _items(model)
    found = link(old, _rescaled(old, -A, B), method=method)
    assert found.reflected
    assert (found.slope, found.intercept) == pytest.approx((-A, B), abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_nominal_linking_does_not_mind_how_categories_are_numbered_or_pinned(method):
    old = _items("nominal")
    new = _rescaled(_jittered(old), A, B)
    found = link(old, new, method=method)
    again = link(_renumbered(old), _pinned(_renumbered(new)), method=method)
    assert (again.slope, again.intercept) == pytest.approx((found.slope, found.intercept), abs=1e-6)
    assert found.slope == pytest.approx(A, abs=0.2)


def _jittered(items):
    numbers = items.select_dtypes("number").columns
    noise = np.random.default_rng(9).normal(0, 0.1, (len(items), len(numbers)))
    return items.assign(**(items[numbers] + noise))


def _renumbered(items):
    n = sum(c.startswith("d_") for c in items)
    swap = {f"{kind}_{k}": f"{kind}_{n - 1 - k}" for kind in "ad" for k in range(n)}
    return items.rename(columns=swap)[items.columns]


def _pinned(items):
    """Let the first category be the one whose line is nought."""
    pinned = items.copy()
    for kind in "ad":
        columns = [c for c in items if c.startswith(f"{kind}_")]
        pinned[columns] = items[columns].sub(items[f"{kind}_0"], axis=0)
    return pinned.drop(columns=["a_0", "d_0"])


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_items_and_what_only_one_table_has_do_not_matter(method):
    old, new = _items("gpcm"), _rescaled(_jittered(_items("gpcm")), A, B)
    found = link(old, new, method=method)
    more = pd.concat([new, _items("gpcm", seed=8, n_items=2).rename(lambda name: f"new-{name}")])
    again = link(old[::-1], more.sample(frac=1, random_state=1), method=method)
    assert (again.slope, again.intercept) == pytest.approx((found.slope, found.intercept), abs=1e-6)


def test_a_symmetric_link_is_the_inverse_of_the_link_the_other_way():
    old = _items("gpcm")
    new = _rescaled(_jittered(old), 1.1, 0.3)
    there = link(old, new, method="haebara", symmetric=True)
    back = link(new, old, method="haebara", symmetric=True)
    assert there.slope * back.slope == pytest.approx(1, abs=1e-6)
    assert there.theta(back.intercept) == pytest.approx(0, abs=1e-6)
    plain = link(old, new, method="haebara"), link(new, old, method="haebara")
    assert abs(plain[0].slope * plain[1].slope - 1) > 1e-4


def test_traits_and_parameters_move_together():
    old = _items("graded")
    moved = Link(A, B, "by hand", ()).transform(_rescaled(old, A, B).assign(se_a=0.13, se_d_1=0.2))
    np.testing.assert_allclose(moved["a"], old["a"])
    np.testing.assert_allclose(moved["se_a"], 0.13 / A)
    assert moved["se_d_1"].isna().all()
    np.testing.assert_allclose(Link(A, B, "by hand", ()).theta([0.0, 1.0]), [B, A + B])


@pytest.mark.parametrize("model", ["graded", "gpcm", "nominal"])
@pytest.mark.parametrize("method", ["stocking-lord", "haebara"])
def test_an_anchor_that_drifted_is_found_and_leaves_the_link(model, method):
    old = _items(model)
    new = _rescaled(old, A, B)
    line = [c for c in old if c.startswith("d_") and c != "d_0"]
    new.loc["item-2", line] += [2.0, 1.5, 1.0]
    drift = anchor_drift(old, new, method=method)
    assert drift.flagged == ("item-2",)
    assert (drift.link.slope, drift.link.intercept) == pytest.approx((A, B), abs=1e-6)
    rest = drift.table.drop(index="item-2")
    np.testing.assert_allclose(rest["distance"], 0, atol=1e-6)
    np.testing.assert_allclose(rest["slope_ratio"], 1, atol=1e-6)
    np.testing.assert_allclose(rest["location_shift"], 0, atol=1e-5)


def test_drift_says_how_an_item_changed():
    old = _items("graded")
    new = old.copy()
    new.loc["item-5", ["d_1", "d_2", "d_3"]] -= 0.9 * old.loc["item-5", "a"]
    table = anchor_drift(old, new).table
    assert table.loc["item-5", "location_shift"] == pytest.approx(0.9, abs=1e-6)
    assert table.loc["item-5", "slope_ratio"] == pytest.approx(1, abs=1e-6)


def test_items_that_differ_in_kind_are_left_out_and_named():
    old = _items("graded")
    new = _rescaled(old, A, B)
    new.loc["item-1", "d_3"] = np.nan
    found = link(old, new)
    assert found.slope == pytest.approx(A, abs=1e-6)
    assert set(found.left_out) == {"item-1"}
    assert "categories differ (4 and 3)" in found.left_out["item-1"]
    with pytest.raises(InvalidInput, match=r"item-1.*categories differ"):
        link(old, new, anchors=["item-0", "item-1"])


def test_what_cannot_be_linked_is_refused_in_words():
    old = _items("graded")
    with pytest.raises(InvalidInput, match="one calibration lacks: nobody"):
        link(old, old, anchors=["item-1", "nobody"])
    with pytest.raises(InvalidInput, match="no item is calibrated alike"):
        link(old, old.rename(lambda name: f"other-{name}"))
    with pytest.raises(InvalidInput, match="the models differ: graded and gpcm"):
        link(old, _items("gpcm"))
    with pytest.raises(InvalidInput, match="method: expected one of stocking-lord"):
        link(old, old, method="equipercentile")
    with pytest.raises(InvalidInput, match="do not vary enough"):
        link(_items("nominal", n_items=1), _items("nominal", n_items=1), method="mean-sigma")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", ["graded", "nominal"])
def test_an_item_that_says_nothing_of_the_trait_does_no_harm(model, method):
    old = _items(model)
    old.loc["item-3", [c for c in old if c.startswith("a")]] = 0.0
    found = link(old, _rescaled(old, A, B), method=method)
    assert anchor_drift(old, _rescaled(old, A, B), method=method).flagged == ()
    assert (found.slope, found.intercept) == pytest.approx((A, B), abs=1e-6)


MODELS = {"graded": GradedResponseModel, "gpcm": GeneralizedPartialCreditModel}


@pytest.mark.parametrize("model", ["graded", "gpcm"])
def test_our_own_calibrations_link_as_r_does_from_the_answers_on(bfi_N, bfi_gender, model):
    _, constants = _golden(model)
    men, women = (MODELS[model]().fit(bfi_N[bfi_gender == g]) for g in (1, 2))
    for method in METHODS:
        found = link(women, men, method=method)
        wanted = constants[PLINK[method]]
        assert (found.slope, found.intercept) == pytest.approx((wanted["A"], wanted["B"]), abs=5e-3)


def test_concurrent_calibration_and_linking_agree(bfi_N, bfi_gender):
    women, men = (GradedResponseModel().fit(bfi_N[bfi_gender == g]) for g in (2, 1))
    together = GradedResponseModel().fit(bfi_N, groups=bfi_gender.replace({1: "m", 2: "f"}))
    found = link(women, men, method="haebara")
    concurrent = together.group_parameters_.loc["m"]
    assert found.slope == pytest.approx(concurrent["sd"], abs=0.05)
    assert found.intercept == pytest.approx(concurrent["mean"], abs=0.05)


def test_a_category_that_one_calibration_never_saw_is_not_taken_for_its_neighbour(bfi_N):
    half = np.arange(len(bfi_N)) % 2 == 0
    other = bfi_N[~half].copy()
    other.loc[other["N2"] == 3, "N2"] = np.nan
    old, new = GradedResponseModel().fit(bfi_N[half]), GradedResponseModel().fit(other)
    assert link(old, new).left_out == {"N2": "the categories differ (1 2 3 4 5 6 and 1 2 4 5 6)"}
    assert "N2" not in link(old, new).anchors
    assert link(old, new).slope == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("method", ["haebara", "stocking-lord"])
def test_an_item_that_is_nearly_flat_does_not_lead_the_search_astray(method):
    slopes = np.array([1e-4, 0.8, 1.0, 1.2, 0.9, 1.1])
    d = np.linspace(-2, 2, 6)[:, None] + [0.7, 0.0]
    old = ItemParameters("graded", tuple("abcdef"), slopes, d)
    new = ItemParameters("graded", old.names, slopes * A, d + slopes[:, None] * B)
    found = link(old, new, method=method)
    assert (found.slope, found.intercept) == pytest.approx((A, B), abs=1e-4)
