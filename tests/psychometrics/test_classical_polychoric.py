"""Polychoric correlations against R's psych, and against numbers known exactly."""

import importlib

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.ordinal import normal_quadrants, polychoric

room = importlib.import_module("vbr_engine.psychometrics.ordinal")
SETS = {"bfi_N": "bfi_N", "bfi25_keyed": "bfi25_keyed", "LSAT7": "lsat7", "VerbAgg": "verbagg"}


@pytest.fixture(params=sorted(SETS))
def case(request, golden):
    theirs = golden(f"ctt/{request.param}__polychoric_listwise.csv").iloc[:, 1:].to_numpy()
    figures = golden(f"ctt/{request.param}.json")
    return request.getfixturevalue(SETS[request.param]), theirs, figures


def likelihood(scores, i, j, rho):
    table = room.read_scores(scores).complete()
    codes, sizes = room._codes(table)
    cuts = room._padded([room._thresholds(c, k) for c, k in zip(codes.T, sizes, strict=True)], 6)
    counts = np.histogram2d(codes[:, i], codes[:, j], bins=[range(7), range(7)])[0]
    cells = room._cells(cuts[[i]], cuts[[j]], np.array([rho]))[0]
    return float(room.special.xlogy(counts, np.maximum(cells, 1e-300)).sum())


def test_they_agree_with_psych_where_it_stops(case):
    scores, theirs, figures = case
    ours = polychoric(scores, missing="listwise").correlations.to_numpy()
    # psych looks for each maximum with R's optimize(), which stops within about 2e-5 of it.
    np.testing.assert_allclose(ours, theirs, atol=3e-5)
    values = np.linalg.eigvalsh(ours)[::-1][: len(figures["eigen_polychoric"])]
    np.testing.assert_allclose(values, figures["eigen_polychoric"], atol=3e-4)
    k = len(ours)
    ordinal_alpha = k / (k - 1) * (1 - k / ours.sum())
    assert ordinal_alpha == pytest.approx(figures["ordinal_alpha_listwise"], abs=1e-5)


def test_where_psych_and_we_differ_ours_is_likelier(case):
    scores, theirs, _ = case
    ours = polychoric(scores, missing="listwise").correlations.to_numpy()
    apart = np.argsort(-np.abs(np.triu(ours - theirs)), axis=None)[:5]
    for i, j in zip(*np.unravel_index(apart, ours.shape), strict=True):
        mine = likelihood(scores, i, j, ours[i, j])
        assert mine >= likelihood(scores, i, j, theirs[i, j])
        assert mine > likelihood(scores, i, j, ours[i, j] + 1e-4)
        assert mine > likelihood(scores, i, j, ours[i, j] - 1e-4)


@pytest.mark.parametrize("rho", [-0.9999, -0.95, -0.3, 0.0, 0.5, 0.93, 0.99, 0.9999])
@pytest.mark.parametrize(("a", "b"), [(0, 0), (0, 1.3), (-0.7, 0), (1.2, -2.5), (3, 3), (-1, -1)])
def test_quadrants_are_scipys(a, b, rho):
    theirs = multivariate_normal.cdf([a, b], cov=[[1, rho], [rho, 1]])
    assert normal_quadrants(a, b, rho) == pytest.approx(theirs, abs=1e-12)


def test_quadrants_without_limit():
    assert normal_quadrants(np.inf, 0.5, 0.3) == pytest.approx(0.6914624612740131)
    assert normal_quadrants(np.inf, np.inf, -0.3) == 1
    assert normal_quadrants(-np.inf, 0.5, 0.3) == 0


@pytest.mark.parametrize("p", [0.05, 0.2, 0.3, 0.45])
def test_tetrachoric_of_halves_is_sheppards(p):
    # Both cut at the median: the correlation is -cos(pi x share on the diagonal) (Sheppard 1899).
    n = round(2000 * p)
    rows = [[0, 0]] * n + [[1, 1]] * n + [[0, 1]] * (1000 - n) + [[1, 0]] * (1000 - n)
    expected = -np.cos(np.pi * 2 * n / 2000)
    assert polychoric(rows).correlations.iat[0, 1] == pytest.approx(expected, abs=1e-9)


def test_exact_cells_give_back_their_correlation():
    a, b = np.array([[-1.0, 0.2, 1.1]]), np.array([[-0.5, 0.4, np.inf]])
    cells = room._cells(a, b, np.array([-0.62]))
    found, _ = room._maximise(cells * 1e6, a, b)
    assert found[0] == pytest.approx(-0.62, abs=1e-8)


def test_labels_order_and_direction(verbagg):
    plain = polychoric(verbagg.iloc[:, :5]).correlations
    mixed = verbagg.iloc[::-1, [3, 1, 0, 4, 2]] * 10 + 7
    pd.testing.assert_frame_equal(
        plain, polychoric(mixed).correlations.loc[plain.index, plain.columns], atol=1e-9
    )
    turned = verbagg.iloc[:, :5].assign(S1DoCurse=lambda t: 2 - t["S1DoCurse"])
    assert polychoric(turned).correlations.iat[0, 1] == pytest.approx(-plain.iat[0, 1], abs=1e-9)


def test_each_row_twice_changes_nothing(bfi_N):
    once = polychoric(bfi_N).correlations
    twice = polychoric(pd.concat([bfi_N, bfi_N])).correlations
    pd.testing.assert_frame_equal(once, twice, atol=1e-9)


def test_incomplete_rows_count_where_they_can(bfi_N):
    ours = polychoric(bfi_N)
    assert ours.n.at["N1", "N2"] == bfi_N[["N1", "N2"]].notna().all(axis=1).sum()
    assert ours.n.at["N1", "N1"] == bfi_N["N1"].notna().sum()
    share = (bfi_N["N1"].dropna() <= 3).mean()
    assert normal_quadrants(ours.thresholds["N1"][2], np.inf, 0) == pytest.approx(share)


def test_empty_cells_are_survived_and_perfect_agreement_is_said():
    rng = np.random.default_rng(5)
    x = rng.integers(0, 6, 60)
    same = polychoric(
        pd.DataFrame({"x": x, "again": x, "against": 5 - x, "y": rng.integers(0, 6, 60)})
    )
    assert same.correlations.at["x", "again"] > 0.999
    assert same.correlations.at["x", "against"] < -0.999
    assert np.isfinite(same.correlations.to_numpy()).all()
    assert any("x and again agree (or oppose) without exception" in s for s in same.advice)
    assert "ran to its limit" in str(same)


def test_a_matrix_put_together_from_contradicting_pairs_is_said():
    rng = np.random.default_rng(8)
    x, noise = rng.normal(size=(900, 1)), 0.2 * rng.normal(size=(900, 3))
    table = np.digitize(x + noise, [-0.5, 0.5]).astype(float)
    table[600:, 0] = 2 - table[600:, 0]
    for missing in range(3):  # each third answered two of three, and the last pair the other way
        table[300 * missing : 300 * (missing + 1), [2, 0, 1][missing]] = np.nan
    assert "The matrix is not positive definite." in polychoric(table).advice


def test_one_empty_corner_of_four():
    rows = [[0, 0]] * 30 + [[0, 1]] * 20 + [[1, 1]] * 50
    assert polychoric(rows).correlations.iat[0, 1] > 0.99


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([[1, 0], [1, 1], [1, 0]], "column item1: expected 2 to 25 categories, got 1"),
        ([[i / 7, i % 2] for i in range(40)], "column item1: expected 2 to 25 categories, got 40"),
        (
            [[0, np.nan], [1, np.nan], [np.nan, 0], [np.nan, 1]],
            "fewer than two persons answered both item1 and item2",
        ),
    ],
)
def test_what_has_no_correlation_is_said(table, sentence):
    with pytest.raises(ResponsesError) as caught:
        polychoric(table)
    assert sentence in str(caught.value)
