"""Weights are persons: a weight of three is the row three times, of nought is no row."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics import (
    item_statistics,
    one_factor,
    option_statistics,
    parallel_analysis,
    polychoric,
    reliability,
)


@pytest.fixture(scope="module")
def table(bfi_N):
    return bfi_N.iloc[:300].reset_index(drop=True)


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(4).integers(0, 4, 300).astype(float)


def repeated(table, weights):
    return table.loc[table.index.repeat(weights.astype(int))].reset_index(drop=True)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_items(table, weights, missing):
    weighted = item_statistics(table, missing=missing, sample_weight=weights)
    replicated = item_statistics(repeated(table, weights), missing=missing)
    np.testing.assert_allclose(weighted, replicated, atol=1e-8)


@pytest.mark.parametrize("n_groups", [3, 5])
def test_options(table, weights, n_groups):
    weighted = option_statistics(table, n_groups=n_groups, sample_weight=weights)
    replicated = option_statistics(repeated(table, weights), n_groups=n_groups)
    pd.testing.assert_frame_equal(weighted, replicated, check_dtype=False, atol=1e-10)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_reliability(table, weights, missing):
    strata = ["a", "a", "b", "b", "b"]
    weighted = reliability(table, strata=strata, missing=missing, sample_weight=weights)
    replicated = reliability(repeated(table, weights), strata=strata, missing=missing)
    assert weighted.n_persons == replicated.n_persons
    pd.testing.assert_frame_equal(weighted.to_frame(), replicated.to_frame(), atol=1e-8)
    assert weighted.alpha_se == pytest.approx(replicated.alpha_se, abs=1e-10)
    pd.testing.assert_frame_equal(
        weighted.conditional, replicated.conditional, check_dtype=False, atol=1e-10
    )


def test_weights_of_one_change_nothing(table):
    ones = np.ones(len(table))
    pd.testing.assert_frame_equal(
        item_statistics(table, sample_weight=ones), item_statistics(table), check_dtype=False
    )


@pytest.mark.parametrize("verb", [item_statistics, option_statistics, reliability])
@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ([1.0] * 299, "expected 300 numbers, one a row"),
        ([1.0] * 299 + [-1.0], "row 299: sample_weight: got -1"),
        ([np.nan] + [1.0] * 299, "row 0: sample_weight: got nan"),
    ],
)
def test_weights_that_cannot_be(table, verb, weights, says):
    with pytest.raises(ResponsesError, match=says):
        verb(table, sample_weight=weights)


@pytest.mark.parametrize("verb", [polychoric, one_factor, parallel_analysis])
def test_each_row_twice_changes_no_correlation(table, verb):
    twice = pd.concat([table, table], ignore_index=True)
    figures = {
        polychoric: lambda found: found.correlations,
        one_factor: lambda found: found.loadings,
        parallel_analysis: lambda found: found.eigenvalues["observed"],
    }[verb]
    np.testing.assert_allclose(figures(verb(table)), figures(verb(twice)), atol=1e-6)
