"""Models against a slow, plain likelihood written here from the formulas alone.

The oracle adds up probabilities person by person and node by node, and scipy climbs it without
derivatives of ours. It shares no code with the engine.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from vbr_engine.psychometrics import (
    GeneralizedPartialCreditModel,
    GradedResponseModel,
    ItemParameters,
    NominalResponseModel,
)

NODES = np.linspace(-6, 6, 61)


def curves(model, slopes, steps):
    """P(X = k) of one item at the nodes, shape (categories, nodes)."""
    if model == "graded":
        above = [1 / (1 + np.exp(-(slopes[0] * NODES + d))) for d in steps]
        bounds = [np.ones_like(NODES), *above, np.zeros_like(NODES)]
        return np.array([bounds[k] - bounds[k + 1] for k in range(len(steps) + 1)])
    by = slopes if model == "nominal" else slopes[0] * np.arange(1, len(steps) + 1)
    powers = [np.exp(0 * NODES), *(np.exp(b * NODES + d) for b, d in zip(by, steps, strict=True))]
    return np.array(powers) / np.sum(powers, axis=0)


def oracle(model, X, weights, groups, items, means, sds):
    """Marginal log-likelihood; items is a list of (slopes, intercepts)."""
    p = [curves(model, slopes, steps) for slopes, steps in items]
    total = 0.0
    for row, weight, group in zip(X, weights, groups, strict=True):
        prior = np.exp(-0.5 * ((NODES - means[group]) / sds[group]) ** 2)
        at_nodes = prior / prior.sum()
        for j, answer in enumerate(row):
            if not np.isnan(answer):
                at_nodes = at_nodes * p[j][int(answer)]
        total += weight * np.log(at_nodes.sum())
    return total


def unpacked(model, flat):
    """Three items of three categories, then mean and log sd of the second group."""
    width = 4 if model == "nominal" else 3
    rows = flat[: 3 * width].reshape(3, width)
    items = [(row[: width - 2], row[width - 2 :]) for row in rows]
    return items, [0.0, flat[-2]], [1.0, np.exp(flat[-1])]


def flat_of(model):
    """The fitted parameters in the order of `unpacked`."""
    items = model.items_
    slopes = items.slopes.reshape(3, -1)
    second = model.group_parameters_.iloc[1]
    rows = np.hstack([slopes, items.intercepts]).ravel()
    return np.concatenate([rows, [second["mean"], np.log(second["sd"])]])


@pytest.fixture(scope="module")
def two_groups():
    rng = np.random.default_rng(8)
    groups = np.repeat([0, 1], [70, 60])
    theta = rng.normal(groups * 0.6, 1 + 0.3 * groups)[:, None]
    X = np.digitize(1.4 * theta + rng.logistic(size=(130, 3)), [-1.0, 0.8]).astype(float)
    X[rng.random(X.shape) < 0.08] = np.nan
    return X, rng.integers(1, 4, 130).astype(float), groups


@pytest.fixture(
    scope="module",
    params=[GradedResponseModel, GeneralizedPartialCreditModel, NominalResponseModel],
)
def fitted(request, two_groups):
    X, weights, groups = two_groups
    model = request.param(standard_errors="observed", n_quadrature=61, tol=1e-9)
    model.fit(X, sample_weight=weights, groups=np.array(["a", "b"])[groups])
    kind = model.items_.model

    def height(flat):
        return oracle(kind, X, weights, groups, *unpacked(kind, flat))

    return model, height


def test_height_of_groups_and_weights_is_the_oracle_s(fitted):
    model, height = fitted
    assert model.log_likelihood_ == pytest.approx(height(flat_of(model)), abs=1e-8)


def test_no_step_of_the_oracle_gains(fitted):
    model, height = fitted
    top = flat_of(model)
    found = minimize(lambda flat: -height(flat), top, method="BFGS", options={"maxiter": 4})
    assert -found.fun - model.log_likelihood_ < 1e-5
    away = minimize(
        lambda flat: -height(flat), top + 0.05, method="L-BFGS-B", options={"maxiter": 60}
    )
    assert -away.fun < model.log_likelihood_ + 1e-6


def test_standard_errors_are_those_of_the_numerical_hessian(fitted):
    model, height = fitted
    top, h = flat_of(model), 2e-3
    n = len(top)
    hessian = np.empty((n, n))
    steps = h * np.eye(n)
    for i in range(n):
        for j in range(i + 1):
            corners = [
                height(top + steps[i] + steps[j]),
                -height(top + steps[i] - steps[j]),
                -height(top - steps[i] + steps[j]),
                height(top - steps[i] - steps[j]),
            ]
            hessian[i, j] = hessian[j, i] = sum(corners) / (4 * h * h)
    errors = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    ours = np.sqrt(np.diag(model.covariance_))
    np.testing.assert_allclose(ours, errors, rtol=5e-3)


def test_anchors_hold_and_the_rest_reaches_the_oracle_s_top(two_groups):
    X, weights, groups = two_groups
    alone, weights = X[groups == 1], weights[groups == 1]
    anchors = ItemParameters(
        "graded", ("item1", "item2"), np.array([1.2, 1.5]), np.array([[1.0, -0.8], [1.1, -0.9]])
    )
    model = GradedResponseModel(anchors=anchors, n_quadrature=61, tol=1e-9)
    model.fit(pd.DataFrame(alone, columns=["item1", "item2", "item3"]), sample_weight=weights)
    held = [(anchors.slopes[[j]], anchors.intercepts[j]) for j in range(2)]

    def height(flat):
        items = [*held, (flat[:1], flat[1:3])]
        nobody = np.zeros(len(alone), dtype=int)
        return oracle("graded", alone, weights, nobody, items, [flat[3]], [np.exp(flat[4])])

    found = minimize(lambda flat: -height(flat), [1.0, 1.0, -1.0, 0.0, 0.0], method="BFGS")
    assert model.log_likelihood_ == pytest.approx(-found.fun, abs=1e-5)
    ours = [model.items_.slopes[2], *model.items_.intercepts[2]]
    assert ours == pytest.approx(found.x[:3], abs=5e-3)
    only = model.group_parameters_.iloc[0]
    assert [only["mean"], np.log(only["sd"])] == pytest.approx(found.x[3:], abs=5e-3)
