"""The hazard model, with wide priors and no providers, says what Cox's model says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vbr_engine.risk.concordance import harrell_c
from vbr_engine.risk.hazard import fit_hazard
from vbr_engine.risk.mode import Mode, Prior, climb
from vbr_engine.risk.person_periods import PersonPeriods
from vbr_engine.risk.spells import Spells
from vbr_engine.risk.stages import Interval

GOLDEN = Path(__file__).parents[1] / "golden" / "risk"
ROSSI = pd.read_csv(GOLDEN / "rossi.csv")
ORACLES = pd.read_csv(GOLDEN / "oracles.csv").set_index(["figure", "at"])["value"]
EFFECTS = ["fin", "age", "wexp", "paro", "prio"]
WEEKS = 52


@pytest.fixture(scope="module")
def released():
    """Released prisoners week by week, the event being a new arrest (Rossi et al., 1980)."""
    n = len(ROSSI)
    spells = Spells(
        "leaving",
        tuple(Interval(f"week {week}", week - 1, week) for week in range(1, WEEKS + 1)),
        np.zeros(n, dtype=np.int16),
        (ROSSI["week"] - 1).to_numpy(dtype=np.int16),
        np.ones(n),
        ROSSI["arrest"].to_numpy(dtype=np.int8),
        np.zeros(n, dtype=np.int32),
        ("all",),
        ROSSI,
        np.arange(n).astype(object),
    )
    X = ROSSI[EFFECTS].to_numpy(dtype=float)
    # So wide that they say nothing.
    sds = np.full(WEEKS + len(EFFECTS), 100.0)
    means = np.r_[np.full(WEEKS, -5.0), np.zeros(len(EFFECTS))]
    return spells, X - X.mean(axis=0), Prior(means, np.diag(1 / sds**2))


@pytest.fixture(scope="module")
def fitted(released):
    spells, X, prior = released
    return fit_hazard(spells, X, prior, provider_effects=False)


@pytest.fixture(scope="module")
def mode(released):
    spells, X, prior = released
    people = PersonPeriods.of(spells, X, pooled=True)
    start = Mode(prior.mean, np.zeros(0), people.sums(prior.mean, np.zeros(0)))
    return climb(people, prior, 1.0, start).theta[WEEKS:]


def _golden(kind, ending=""):
    return np.array([ORACLES[f"{kind}-{name}{ending}", 0] for name in EFFECTS])


def test_the_mode_is_that_of_a_logistic_regression_on_person_weeks(mode):
    np.testing.assert_allclose(mode, _golden("glm-logit"), atol=1e-4)


@pytest.mark.parametrize("ties", ["exact", "efron", "breslow"])
def test_the_mode_is_that_of_cox(mode, ties):
    # Week by week an odds ratio is a little larger than a hazard ratio.
    off = np.abs(mode - _golden(f"cox-{ties}")) / _golden(f"cox-{ties}", "-se")
    assert off.max() < 0.05


def test_the_posterior_mean_lies_near_cox(fitted):
    # Off the mode by what 52 weeks with few arrests each set it off.
    off = np.abs(fitted.effects - _golden("cox-exact")) / _golden("cox-exact", "-se")
    assert off.max() < 0.1


def test_standard_errors_are_those_of_cox(fitted):
    found = np.sqrt(np.diag(fitted.covariance)[WEEKS:])
    np.testing.assert_allclose(found, _golden("glm-logit", "-se"), rtol=0.005)
    np.testing.assert_allclose(found, _golden("cox-exact", "-se"), rtol=0.01)


def test_risks_rank_people_as_coxs_do(fitted):
    score = ROSSI[EFFECTS].to_numpy(dtype=float) @ fitted.effects
    found = harrell_c(ROSSI["week"], ROSSI["arrest"], score)
    assert found == pytest.approx(ORACLES["cox-efron-concordance", 0], abs=0.002)
