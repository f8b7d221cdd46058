"""Item response models against R's mirt, on the same data and the same 61 nodes."""

import numpy as np
import pytest

from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    NominalResponseModel,
    Rasch,
    TwoParameterLogistic,
    test_information,
)

MODELS = {
    "2PL": TwoParameterLogistic,
    "Rasch": Rasch,
    "gpcm": GeneralizedPartialCreditModel,
    "graded": GradedResponseModel,
}
FIXTURES = {
    "LSAT7": "lsat7",
    "VerbAgg": "verbagg",
    "bfi_N": "bfi_N",
    "bfi25_keyed": "bfi25_keyed",
}
CASES = [
    "LSAT7__2PL",
    "LSAT7__Rasch",
    "VerbAgg__Rasch",
    "VerbAgg__gpcm",
    "VerbAgg__graded",
    "bfi_N__gpcm",
    "bfi_N__graded",
    "bfi25_keyed__graded",
    "bfi25_keyed__gpcm",
]


@pytest.fixture(scope="module", params=CASES)
def case(request, golden):
    """Data, a fitted model, R's figures and R's scores."""
    data_name, model_name = request.param.split("__")
    data = request.getfixturevalue(FIXTURES[data_name])
    model = MODELS[model_name](standard_errors="observed").fit(data)
    return (
        data,
        model,
        golden(f"irt/{request.param}.json"),
        golden(f"irt/{request.param}__scores50.csv"),
    )


def in_r(name, figures):
    """The name of one of our columns in R."""
    plain = {"a": "a1"}.get(name, name.replace("_", ""))
    return plain if plain in figures else "d"


def test_log_likelihood_is_no_lower_than_the_best_known(case, golden):
    _, model, figures, _ = case
    best = golden("irt/best_known_logLik.json").get(f"{figures['data']}__{figures['tag']}", {})
    wanted = best.get("best_known_logLik_61", figures["logLik"])
    assert model.converged_
    assert len(model.nodes_) == 61
    assert model.log_likelihood_ > wanted - 1e-3
    assert model.log_likelihood_ == pytest.approx(wanted, abs=1e-3)
    assert model.aic_ == pytest.approx(figures["AIC"], abs=2e-3)
    assert model.bic_ == pytest.approx(figures["BIC"], abs=2e-3)


def test_parameters_and_standard_errors_are_r_s(case):
    _, model, figures, _ = case
    compared = 0
    for item, row in model.parameters_.iterrows():
        r = figures["items_par"][item]
        for name in row.index.drop("model"):
            if name.startswith("se_") or np.isnan(row[name]):
                continue
            place = in_r(name, r["par"])
            assert row[name] == pytest.approx(r["par"][place], abs=5e-3)
            if r["SE"][place] is not None:
                assert row[f"se_{name}"] == pytest.approx(r["SE"][place], abs=1e-3)
                compared += 1
    assert compared == model.n_parameters_ - (model.slopes == "one")


def test_test_information_is_r_s(case):
    _, model, figures, _ = case
    found = test_information(model.items_, figures["theta_grid"])
    assert found == pytest.approx(figures["test_information"], abs=1e-3)


@pytest.mark.parametrize("method", ["EAP", "MAP", "ML", "WLE"])
def test_scores_and_their_errors_are_r_s(case, method):
    data, model, _, scores = case
    found = model.person_scores(data.iloc[:50], method=method)
    assert found["theta"].to_numpy() == pytest.approx(scores[method], abs=1e-3)
    assert found["se"].to_numpy() == pytest.approx(scores[f"{method}_SE"], abs=1e-3, nan_ok=True)


def test_transform_gives_eap_and_its_error(case):
    data, model, _, scores = case
    assert model.transform(data)[:50] == pytest.approx(scores[["EAP", "EAP_SE"]], abs=1e-3)


def test_nominal_model_reaches_the_best_top_known(iqitems, golden):
    # mirt's default identification stops 0.3 lower here, and random starts 313 lower.
    best = golden("irt/iqitems__nominal_bestknown_pars.json")["items"]
    height = golden("irt/best_known_logLik.json")["iqitems__nominal_free"]
    model = NominalResponseModel(n_starts=2).fit(iqitems)
    assert model.log_likelihood_ == pytest.approx(height["best_known_logLik_61"], abs=1e-3)
    assert model.converged_
    signs = []
    for j, item in enumerate(best):
        k = len(item["slopes"]) - 1
        slopes = np.array(item["slopes"][1:])
        signs.append(np.sign(slopes @ model.items_.slopes[j, :k]))
        assert signs[-1] * model.items_.slopes[j, :k] == pytest.approx(slopes, abs=5e-3)
        assert model.items_.intercepts[j, :k] == pytest.approx(item["intercepts"][1:], abs=5e-3)
    assert len(set(signs)) == 1
    eap = golden("irt/iqitems__nominal_free__EAP50_bestknown.csv")
    ours = signs[0] * model.transform(iqitems)[:50, 0]
    assert ours == pytest.approx(eap["EAP_best"].to_numpy(), abs=1e-3)
    assert model.starts_["log_likelihood"].max() == pytest.approx(model.log_likelihood_, abs=0.01)
