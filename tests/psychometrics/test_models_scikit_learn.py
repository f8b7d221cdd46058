"""scikit-learn's own checks.

Those that feed measurements instead of categories (every value its own category) are left out: no
item response model can be fitted to them, and the table is refused or the fit is meaningless.
"""

import pytest
from sklearn.utils import estimator_checks

from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    NominalResponseModel,
)

CHECKS = [
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_estimators_unfitted",
    "check_n_features_in",
    "check_n_features_in_after_fitting",
    "check_fit1d",
    "check_fit2d_1sample",
    "check_fit2d_predict1d",
    "check_complex_data",
    "check_estimators_empty_data_messages",
    "check_estimator_sparse_tag",
    "check_all_zero_sample_weights_error",
    "check_sample_weights_shape",
    "check_sample_weights_not_overwritten",
    "check_dict_unchanged",
    "check_estimators_overwrite_params",
    "check_estimators_fit_returns_self",
]
MODELS = [GradedResponseModel, GeneralizedPartialCreditModel, NominalResponseModel]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("model", MODELS)
def test_check(model, check):
    options = {"n_starts": 1} if model is NominalResponseModel else {}
    getattr(estimator_checks, check)(model.__name__, model(**options))
