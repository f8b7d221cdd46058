"""Sample size against published examples."""

from __future__ import annotations

from math import ceil, log

import numpy as np
import pytest
from scipy.special import expit, ndtri

from vbr_engine.errors import CareersError
from vbr_engine.risk.people_needed import (
    _for_shrinkage,
    _most_r2,
    explained_variation,
    most_parameters,
    sample_size,
)


def test_published_example_of_the_criteria():
    """24 parameters at a prevalence of 0.174 and a Cox-Snell R2 of 0.288.

    Riley, Snell, Ensor and others (2019), section 6.1: 623 for shrinkage, 662 for optimism, 4.8
    events for each parameter.
    """
    r2 = 0.288
    assert _for_shrinkage(24, r2, 0.9) == 623
    stricter = r2 / (r2 + 0.05 * _most_r2(0.174))
    assert _for_shrinkage(24, r2, stricter) == 662
    assert pytest.approx(4.8, abs=0.01) == 662 * 0.174 / 24
    assert ceil((1.96 / 0.05) ** 2 * 0.174 * 0.826) == 221


@pytest.mark.parametrize(
    ("rate", "concordance", "people"),
    [
        (0.25, 0.62, (1361, 2177, 3265)),
        (0.25, 0.65, (850, 1360, 2040)),
        (0.25, 0.70, (464, 742, 1112)),
        (0.40, 0.62, (1056, 1689, 2533)),
        (0.40, 0.65, (664, 1063, 1594)),
        (0.40, 0.70, (369, 584, 875)),
    ],
)
def test_simulated_conversion_of_a_concordance(rate, concordance, people):
    """A table whose R2 came from one simulation of 100,000: its noise is 0.0013, ours is none."""
    for n_parameters, n in zip((5, 8, 12), people, strict=True):
        assert sample_size(n_parameters, rate, concordance).n == pytest.approx(n, rel=0.045)
        simulated = explained_variation(rate, concordance) - 0.0013
        by_table = max(_for_shrinkage(n_parameters, simulated, 0.9), 369 if rate == 0.4 else 289)
        assert by_table == pytest.approx(n, rel=0.006)


@pytest.mark.parametrize(("rate", "concordance"), [(0.25, 0.65), (0.1, 0.8), (0.5, 0.58)])
def test_explained_variation_by_simulation(rate, concordance):
    """Draw the two normal groups, fit nothing: the true chances follow from Bayes' rule."""
    rng = np.random.default_rng(1)
    n = 400_000
    happened = rng.random(n) < rate
    apart = np.sqrt(2) * ndtri(concordance)
    chance = expit(log(rate / (1 - rate)) + apart * rng.normal(apart * happened, 1) - apart**2 / 2)
    gained = np.where(happened, np.log(chance / rate), np.log((1 - chance) / (1 - rate))).mean()
    assert explained_variation(rate, concordance) == pytest.approx(
        1 - np.exp(-2 * gained), abs=0.003
    )


def test_more_parameters_rarer_events_and_weaker_models_need_more():
    n = sample_size(8, 0.3, 0.65).n
    assert sample_size(9, 0.3, 0.65).n > n
    assert sample_size(8, 0.2, 0.65).n > n
    assert sample_size(8, 0.3, 0.60).n > n


def test_most_parameters_is_the_inverse():
    for n in (300, 700, 1500):
        k = most_parameters(n, 0.3, 0.65)
        assert sample_size(k + 1, 0.3, 0.65).n > n
        assert k == 0 or sample_size(k, 0.3, 0.65).n <= n


@pytest.mark.parametrize(("n", "rate", "most"), [(320, 0.25, 1), (300, 0.4, 0), (500, 0.4, 3)])
def test_what_a_pilot_carries(n, rate, most):
    assert most_parameters(n, rate, 0.65) == most


@pytest.mark.parametrize("asked", [(0, 0.3, 0.65), (8, 0.0, 0.65), (8, 1.0, 0.65), (8, 0.3, 0.5)])
def test_what_cannot_be_is_refused(asked):
    with pytest.raises(CareersError):
        sample_size(*asked)
