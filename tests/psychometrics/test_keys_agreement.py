"""Agreement of raters against published tables and other programs."""

from fractions import Fraction
from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import friedmanchisquare

from vbr_engine.errors import InvalidInput
from vbr_engine.psychometrics import intraclass, kendall_w, r_wg

# Shrout and Fleiss (1979), table 2: six targets rated by four judges.
SHROUT_FLEISS = [
    [9, 2, 5, 8],
    [6, 1, 3, 2],
    [8, 4, 6, 8],
    [7, 1, 2, 6],
    [10, 5, 6, 9],
    [6, 2, 4, 7],
]


def test_intraclass_of_the_published_table():
    found = intraclass(SHROUT_FLEISS)
    assert (found.things, found.raters) == (6, 4)
    # Their table 4: ICC(2,1) = .29, ICC(2,4) = .62.
    assert [round(found.single, 2), round(found.average, 2)] == [0.29, 0.62]
    # The interval that the manual of R's psych prints for ICC on the same table.
    assert [round(found.single_low, 3), round(found.single_high, 2)] == [0.019, 0.76]
    assert round(found.average_high, 2) == 0.93


def test_the_mean_of_raters_is_the_published_formula():
    # ICC(2,k) = (BMS - EMS) / (BMS + (JMS - EMS) / n), with their mean squares.
    between, judges, error, n = 11.24, 32.49, 1.02, 6
    expected = (between - error) / (between + (judges - error) / n)
    assert intraclass(SHROUT_FLEISS).average == pytest.approx(expected, abs=0.002)


def test_intraclass_does_not_hang_on_order_or_unit():
    table = np.array(SHROUT_FLEISS, dtype=float)
    turned = intraclass(7 + 3 * table[::-1][:, [2, 0, 3, 1]])
    assert turned.single == pytest.approx(intraclass(table).single)
    assert turned.average_low == pytest.approx(intraclass(table).average_low)


def test_intraclass_where_it_cannot_be_told():
    assert np.isnan(intraclass([[1.0, 2.0]]).single)
    assert np.isnan(intraclass(np.full((3, 4), 2.0)).single)
    assert intraclass([[1.0, 1.0], [2.0, 2.0]]).single == 1
    with pytest.raises(InvalidInput, match="complete"):
        intraclass([[1.0, np.nan], [2.0, 2.0]])


def test_concordance_of_a_textbook_example():
    # Siegel (1956), chapter 9: three executives rank six applicants; s = 25.5, W = .16.
    found = kendall_w([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]])
    assert found.w == pytest.approx(25.5 / 157.5)
    assert round(found.w, 2) == 0.16


@pytest.mark.parametrize("ties", [False, True])
def test_concordance_and_friedmans_statistic(ties):
    rng = np.random.default_rng(3)
    table = rng.integers(1, 5, (9, 6)).astype(float) if ties else rng.random((9, 6))
    found = kendall_w(table)
    statistic, p = friedmanchisquare(*table.T)
    assert found.chi_square == pytest.approx(statistic)
    assert found.p == pytest.approx(p)
    assert found.w == pytest.approx(statistic / (9 * 5))


def test_concordance_at_its_ends():
    assert kendall_w([[1, 2, 3]] * 4).w == pytest.approx(1)
    assert kendall_w([[1, 2, 3], [3, 2, 1]]).w == pytest.approx(0)
    assert np.isnan(kendall_w([[2, 2, 2], [1, 1, 1]]).w)
    assert np.isnan(kendall_w([[1, 2, 3]]).w)


@pytest.mark.parametrize("scale", [2, 3, 4, 7])
def test_uniform_null_by_enumeration(scale):
    points = range(1, scale + 1)
    mean = Fraction(sum(points), scale)
    variance = sum((Fraction(p) - mean) ** 2 for p in points) / scale
    assert variance == Fraction(scale**2 - 1, 12)
    # All pairs of two raters: their mean agreement is nil, as answers at random are.
    pairs = np.array(list(product(points, repeat=2)), dtype=float)
    assert r_wg(pairs.T, float(variance)).mean() == pytest.approx(0)


def test_agreement_by_hand():
    # 1, 2, 3 and 4 rated by four: variance 5/3 against 5/4; 3, 3, 4: 1/3 against 5/4.
    assert r_wg([[1.0], [2.0], [3.0], [4.0]], 1.25)[0] == pytest.approx(1 - Fraction(4, 3))
    assert r_wg([[3.0], [3.0], [4.0], [np.nan]], 1.25)[0] == pytest.approx(1 - Fraction(4, 15))
    assert np.isnan(r_wg([[3.0], [np.nan]], 1.25)[0])


def test_random_rankings_have_no_concordance_on_average():
    every = [kendall_w([[1, 2, 3], list(other)]).w for other in permutations([1, 2, 3])]
    # Of two rankings, W = (1 + Spearman) / 2, and Spearman is nil on average.
    assert np.mean(every) == pytest.approx(0.5)
