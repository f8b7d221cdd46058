"""The same figures as difR 5.1, MASS and mirt 1.47 in R, on verbal aggression and bfi."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.psychometrics.differential import dif


@pytest.fixture(scope="module")
def by_difR(golden):
    return golden("dif/VerbAgg_dich__MH_logistic.json")


@pytest.fixture(scope="module")
def ordinal(golden):
    return pd.DataFrame(golden("dif/VerbAgg__ordinal_DIF.json")["item"])


@pytest.fixture(scope="module")
def dichotomous(verbagg):
    return (verbagg > 0).astype(int)


def _close(ours, theirs, within):
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), 0, within)


def test_mantel_haenszel(dichotomous, verbagg_gender, by_difR):
    table = dif(dichotomous, verbagg_gender).table
    assert table["item"].tolist() == by_difR["item"]
    _close(table["chi2"], by_difR["MH_chi2_cc"], 1e-6)
    _close(table["p"], by_difR["MH_p"], 1e-6)
    _close(table["alpha"], by_difR["alphaMH"], 1e-6)
    _close(table["delta"], by_difR["deltaMH"], 1e-6)
    _close((table["delta_se"] / 2.35) ** 2, by_difR["varLambda"], 1e-6)
    assert (set(table["n_reference"]), set(table["n_focal"])) == ({243}, {73})


def test_mantel_haenszel_without_correction(dichotomous, verbagg_gender, by_difR):
    table = dif(dichotomous, verbagg_gender, correct=False).table
    _close(table["chi2"], by_difR["MH_chi2_nocc"], 1e-6)
    _close(table["chi2_other"], by_difR["MH_chi2_cc"], 1e-6)


def test_purified_mantel_haenszel(dichotomous, verbagg_gender, by_difR):
    table = dif(dichotomous, verbagg_gender, purify=True).table
    _close(table["chi2"], by_difR["MH_purified_chi2_cc"], 1e-6)
    _close(table["alpha"], by_difR["MH_purified_alpha"], 1e-6)
    assert (np.flatnonzero(~table["anchor"]) + 1).tolist() == by_difR["MH_purified_flag"]


def test_breslow_day(dichotomous, verbagg_gender, by_difR):
    table = dif(dichotomous, verbagg_gender).table
    theirs = np.array([[row["V1"], row["V2"], row["V3"]] for row in by_difR["BreslowDay"]])
    ours = table[["chi2_crossing", "df_crossing", "p_crossing"]]
    _close(ours, theirs, 5.1e-5)  # R's figures are printed to four decimals


def test_logistic_regression(dichotomous, verbagg_gender, by_difR):
    table = dif(dichotomous, verbagg_gender, method="logistic").table
    _close(table["chi2"], by_difR["logistic_both_LR"], 1e-6)
    _close(table["p"], by_difR["logistic_both_p"], 1e-6)
    _close(table["nagelkerke"], by_difR["logistic_deltaR2"], 1e-6)
    _close(table["chi2_uniform"], by_difR["logistic_uniform_LR"], 1e-6)


def test_standardisation(dichotomous, verbagg_gender, by_difR):
    table = dif(dichotomous, verbagg_gender, method="standardisation").table
    _close(table["index"], by_difR["SPDIF"], 1e-6)


def test_mantel_for_ordered_categories(verbagg, verbagg_gender, ordinal):
    table = dif(verbagg, verbagg_gender).table
    assert table["item"].tolist() == ordinal["item"].tolist()
    _close(table["chi2"], ordinal["mantel_chi2"], 1e-6)
    _close(table["p"], ordinal["mantel_p"], 1e-6)
    _close(table["smd"], ordinal["SMD"], 1e-6)
    _close(table["smd_over_sd"], ordinal["SMD_over_SD"], 1e-6)


def test_generalised_mantel_haenszel(verbagg, verbagg_gender, ordinal):
    table = dif(verbagg, verbagg_gender, method="generalised").table
    _close(table["chi2"], ordinal["GMH_chi2"], 1e-6)
    _close(table["df"], ordinal["GMH_df"], 0)
    _close(table["p"], ordinal["GMH_p"], 1e-6)


def test_ordinal_logistic_regression(verbagg, verbagg_gender, ordinal):
    table = dif(verbagg, verbagg_gender, method="logistic").table
    theirs = ordinal[["olr_ll1", "olr_ll2", "olr_ll3"]]
    _close(table[[f"log_likelihood_{k}" for k in (1, 2, 3)]], theirs, 1e-5)
    _close(table["chi2_uniform"], ordinal["olr_chi2_uniform"], 1e-4)
    _close(table["chi2_crossing"], ordinal["olr_chi2_nonuniform"], 1e-4)
    _close(table["chi2"], ordinal["olr_chi2_both"], 1e-4)
    _close(table["nagelkerke"], ordinal["R2_nagelkerke_delta13"], 1e-6)
    _close(table["mcfadden_uniform"], ordinal["R2_mcfadden_delta12"], 1e-6)
    _close(table["mcfadden"], ordinal["R2_mcfadden_delta13"], 1e-6)


def test_likelihood_ratio(verbagg, verbagg_gender, golden):
    theirs = pd.DataFrame(golden("dif/VerbAgg__gender__IRT_LR.json")["LR_drop"])
    table = dif(verbagg, verbagg_gender, method="likelihood-ratio").table
    assert table["item"].tolist() == theirs["item"].tolist()
    _close(table["chi2"], theirs["X2"], 1e-3)
    _close(table["df"], theirs["df"], 0)
    _close(table["p"], theirs["p"], 1e-4)
    assert table["converged"].all()


def test_likelihood_ratio_with_missing_answers(bfi_N, bfi_gender, golden):
    theirs = pd.DataFrame(golden("dif/bfi_N__gender__IRT_LR.json")["LR_drop"])
    found = dif(bfi_N, bfi_gender, method="likelihood-ratio", reference=1, adjust="holm")
    _close(found.table["chi2"], theirs["X2"], 1e-3)
    _close(found.table["df"], theirs["df"], 0)
    _close(found.table["p_holm"], theirs["adj_p"], 1e-4)
    assert (found.reference, found.focal) == (1, (2,))


@pytest.mark.parametrize(("column", "reference", "focal"), [("gender", 2, 1), ("education", 3, 5)])
def test_agreeableness_in_bfi_by_r_alone(bfi, golden, column, reference, focal):
    name = "bfi_A_gender" if column == "gender" else "bfi_A_education_3_5"
    theirs = pd.DataFrame(golden("dif/bfi_A_VerbAgg__base_R.json")[name])
    items = bfi[["A1", "A2", "A3", "A4", "A5"]].assign(A1=7 - bfi["A1"])
    pair = bfi[column].where(bfi[column].isin([reference, focal]))
    options = {"reference": reference, "focal": focal, "missing": "complete"}
    table = dif(items, pair, method="generalised", **options).table
    assert table[["n_reference", "n_focal"]].to_numpy().tolist() == theirs["n"].tolist()
    _close(table["chi2"], theirs["gmh"], 1e-6)
    _close(table["df"], theirs["gmh_df"], 0)
    _close(table["p"], theirs["gmh_p"], 1e-6)
    table = dif(items, pair, method="logistic", **options).table
    gain = table[[f"log_likelihood_{k}" for k in (1, 2, 3)]] - theirs[["ll1", "ll2", "ll3"]].values
    assert (gain > -1e-8).all(axis=None)  # never below R's
    assert (gain < 1e-5).all(axis=None)
    _close(table["log_odds"], theirs["log_odds"], 1e-4)
    _close(table["log_odds_se"], theirs["log_odds_se"], 2e-3)  # observed, ours expected
    _close(
        table["mcfadden"],
        1 - theirs["ll3"] / theirs["ll0"] - 1 + theirs["ll1"] / theirs["ll0"],
        1e-6,
    )
    _close(table["change"], abs(theirs["slope2"] / theirs["slope1"] - 1), 1e-5)


def test_verbal_aggression_by_r_alone(dichotomous, verbagg_gender, golden):
    theirs = golden("dif/bfi_A_VerbAgg__base_R.json")["verbagg_dichotomous_gender"]
    theirs = pd.DataFrame(theirs)
    table = dif(dichotomous, verbagg_gender, correct=False).table
    assert table["item"].tolist() == theirs["item"].tolist()
    _close(table["chi2"], theirs["chi2_nocc"], 1e-6)
    _close(table["alpha"], 1 / theirs["odds"], 1e-6)  # R has the groups the other way round
    table = dif(dichotomous, verbagg_gender, method="logistic").table
    _close(table["log_odds"], theirs["log_odds"], 1e-5)
    _close(table["log_odds_se"], theirs["log_odds_se"], 1e-5)
