"""Answers in partitions, and the same answers in one table."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from vbr_engine import read_bank, simulate_responses
from vbr_engine.psychometrics import GradedResponseModel
from vbr_engine.psychometrics.score_classes import score_classes

CUTS = (0, 300, 301, 1100, 1600, 2000)


@pytest.fixture(scope="session")
def answers():
    """2,000 sittings of 6 items of 4 categories, some answers missing."""
    rng = np.random.default_rng(7)
    theta = rng.standard_normal((2000, 1))
    odds = 1.4 * theta + rng.logistic(size=(2000, 6)) + rng.normal(0, 0.5, 6)
    codes = (odds[:, :, None] > np.array([-1.5, 0.0, 1.5])).sum(axis=2)
    frame = pd.DataFrame(codes, columns=[f"item{j}" for j in range(1, 7)]).astype("Int8")
    frame = frame.mask(rng.random(frame.shape) < 0.05)
    frame.insert(0, "sitting", [f"s{i:05}" for i in range(2000)])
    return frame


@pytest.fixture
def written(tmp_path):
    """A function that writes a table in uneven parts and gives the folder."""

    def write(frame, cuts=CUTS, name="in"):
        folder = tmp_path / name
        folder.mkdir()
        for at, (first, last) in enumerate(pairwise(cuts)):
            frame[first:last].to_parquet(folder / f"part-{at}.parquet", index=False)
        return folder

    return write


@pytest.fixture(scope="session")
def bank():
    return read_bank("question_banks/homecare-values")


@pytest.fixture(scope="session")
def sittings(bank):
    """600 simulated sittings of the bank."""
    return simulate_responses(bank, 600, seed=4)


@pytest.fixture
def bank_in_parts(bank, sittings, written):
    """The bank, its calibration in memory, the starts of its categories, and a folder of parts."""
    classes = score_classes(sittings, bank, value="kind")
    whole = GradedResponseModel().fit(classes.table)
    folder = written(sittings.to_frame(), cuts=(0, 100, 450, 600), name="responses")
    return bank, whole, classes.starts, folder
