"""Reliability by a fitted model, against R's mirt (marginal_rxx, empirical_rxx)."""

import json
from pathlib import Path

import pytest

from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    Rasch,
    TwoParameterLogistic,
    empirical_reliability,
    marginal_reliability,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "r" / "irt"
MODELS = {
    "2PL": TwoParameterLogistic,
    "gpcm": GeneralizedPartialCreditModel,
    "graded": GradedResponseModel,
}
CASES = [
    ("LSAT7", "2PL"),
    ("VerbAgg", "graded"),
    ("VerbAgg", "gpcm"),
    ("bfi_N", "graded"),
    ("bfi_N", "gpcm"),
]


@pytest.mark.parametrize(("data", "kind"), CASES)
def test_reliability_is_rs(data, kind, request):
    answers = request.getfixturevalue({"LSAT7": "lsat7", "VerbAgg": "verbagg"}.get(data, data))
    golden = json.loads((GOLDEN / f"{data}__{kind}.json").read_text(encoding="utf-8"))
    model = MODELS[kind](n_quadrature=61, standard_errors="none").fit(answers)
    assert marginal_reliability(model) == pytest.approx(golden["marginal_rxx"], abs=1e-3)
    assert empirical_reliability(model, answers) == pytest.approx(golden["empirical_rxx"], abs=1e-3)


def test_a_scale_in_other_units_is_as_reliable(lsat7):
    """Slopes of 1 and a free variance, or one slope and a variance of 1, are the same model.

    R's marginal_rxx of the Rasch model is 0.4154 on these data, below the figure that both share
    here; its empirical_rxx is ours.
    """
    rasch = Rasch(standard_errors="none").fit(lsat7)
    equal = GeneralizedPartialCreditModel(slopes="equal", standard_errors="none").fit(lsat7)
    assert rasch.group_parameters_["sd"].iloc[0] != pytest.approx(1, abs=1e-3)
    assert marginal_reliability(rasch) == pytest.approx(marginal_reliability(equal), abs=1e-4)
    assert empirical_reliability(rasch, lsat7) == pytest.approx(0.43162394494, abs=1e-3)
