"""Tables that are small, constant or full of holes: a figure or a sentence, never a crash."""

import numpy as np
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.classical import item_statistics, option_statistics
from vbr_engine.psychometrics.dimensionality import one_factor, parallel_analysis
from vbr_engine.psychometrics.ordinal import polychoric
from vbr_engine.psychometrics.precision import reliability

VERBS = {
    "item_statistics": item_statistics,
    "option_statistics": option_statistics,
    "reliability": lambda X: str(reliability(X)),
    "reliability, listwise": lambda X: reliability(X, missing="listwise"),
    "polychoric": lambda X: str(polychoric(X)),
    "one_factor": lambda X: str(one_factor(X)),
    "one_factor, ml": lambda X: one_factor(X, estimator="ml"),
    "one_factor, polychoric": lambda X: one_factor(X, correlation="polychoric"),
    "parallel_analysis": lambda X: str(parallel_analysis(X, n_simulations=2)),
}


def awkward(seed):
    rng = np.random.default_rng(seed)
    n, k, top = rng.integers(2, 25), rng.integers(2, 12), rng.integers(1, 6)
    table = rng.integers(0, top + 1, (n, k)).astype(float)
    if seed % 2:
        table[rng.random((n, k)) < 0.25] = np.nan
    if seed % 5 == 0:
        table[:, 0] = table[:, -1]
    return table


@pytest.mark.parametrize("verb", VERBS)
def test_a_figure_or_a_sentence(verb):
    found, said = 0, []
    for seed in range(25):
        try:
            VERBS[verb](awkward(seed))
            found += 1
        except ResponsesError as refusal:
            said.append(str(refusal))
    assert found >= 10
    assert all(said)


def test_a_pair_that_cannot_be_correlated_is_named():
    table = np.random.default_rng(1).integers(0, 3, (40, 4)).astype(float)
    table[:20, 0] = np.nan
    table[20:, 1] = 2
    with pytest.raises(ResponsesError, match="item1 and item2 cannot be correlated"):
        reliability(table)


def test_a_total_without_variance_has_no_reliability():
    table = np.array([[1, 0], [0, 1], [1, 0], [0, 1]])
    found = reliability(table)
    assert np.isnan(found.alpha)
    assert np.isnan(found.split_half_largest)
    assert found.standard_error_of_measurement == 0
    assert any("go against the others" in sentence for sentence in found.advice)
