"""Long work tells how far it is, and comes out the same whether anybody listens or not."""

import numpy as np
import pandas as pd
import pytest

from vbr_engine.files import read_bank
from vbr_engine.psychometrics import (
    AdaptiveForm,
    calibrate_exposure,
    empirical_key,
    parallel_analysis,
)
from vbr_engine.simulate import simulate_responses

ITEMS = pd.DataFrame({"model": "graded", "a": [0.8, 1.0, 1.2, 1.4], "d_1": 0.0})
BANK = read_bank("tests/banks/tiny")
SAT = simulate_responses(BANK, 300, seed=1)
OUTCOME = np.random.default_rng(1).normal(size=300)


def shuffled(progress):
    scores = np.random.default_rng(1).normal(size=(60, 5))
    return parallel_analysis(scores, n_simulations=7, progress=progress).eigenvalues.to_numpy()


def exposed(progress):
    form = AdaptiveForm(ITEMS, length=1)
    found = calibrate_exposure(form, maximum=0.5, n=50, rounds=4, seed=1, progress=progress)
    return np.array(found.exposure.chances)


def keyed(progress):
    return empirical_key(SAT, BANK, OUTCOME, progress=progress).held_out


@pytest.mark.parametrize(("work", "steps"), [(shuffled, 7), (exposed, 4), (keyed, 5)])
def test_every_step_is_told_in_order(work, steps):
    told = []
    listened = work(told.append)
    assert told == list(range(1, steps + 1))
    np.testing.assert_array_equal(listened, work(None))
