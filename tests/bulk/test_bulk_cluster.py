"""A cluster finds what one machine finds, to the last bit, also when a worker is killed."""

import os
import signal

import numpy as np
import pandas as pd
import pytest

from vbr_engine.bulk import (
    Cluster,
    calibrate_partitions,
    find_partitions,
    score_partitions,
    table_reader,
)
from vbr_engine.bulk import cluster as cluster_room
from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics import GradedResponseModel
from vbr_engine.scoring import score


@pytest.fixture(scope="module")
def crew():
    """Two worker processes on this machine."""
    made = Cluster("local:2")
    yield made
    made.close()


def calibrated(folder, **options):
    table = find_partitions(folder)
    model = GradedResponseModel(standard_errors="observed")
    return calibrate_partitions(model, table, table_reader(table), **options).model


class Killer:
    """Kills a worker process in the middle of the second pass."""

    def __init__(self, crew):
        self.crew, self.passes, self.killed = crew, 0, None

    def reading(self, done, of):
        pass

    def passed(self, n, log_likelihood):
        self.passes = n

    def partition(self, done, of):
        if self.passes == 1 and done == 2 and self.killed is None:
            self.killed = next(iter(self.crew.client.run(os.getpid).values()))
            os.kill(self.killed, signal.SIGKILL)


@pytest.mark.slow
def test_a_cluster_finds_the_same_and_a_killed_worker_changes_nothing(answers, written, crew):
    folder = written(answers)
    here = calibrated(folder)
    there = calibrated(folder, crew=crew)
    assert there.log_likelihood_ == here.log_likelihood_
    assert there.parameters_.equals(here.parameters_)
    killer = Killer(crew)
    after = calibrated(folder, crew=crew, watch=killer)
    assert killer.killed is not None
    assert after.log_likelihood_ == here.log_likelihood_
    assert after.parameters_.equals(here.parameters_)
    whole = GradedResponseModel().fit(answers.set_index("sitting"))
    assert after.log_likelihood_ == pytest.approx(whole.log_likelihood_, abs=1e-6)


def test_workers_write_scores(bank, sittings, written, crew, tmp_path):
    folder = written(sittings.to_frame(), cuts=(0, 200, 600), name="responses")
    done = score_partitions(bank, find_partitions(folder), tmp_path / "scores", crew=crew)
    assert done.sittings == 600
    found = pd.read_parquet(tmp_path / "scores")["composite"].to_numpy(dtype=float)
    np.testing.assert_array_equal(found, score(sittings, bank).score[0])


def test_what_a_worker_finds_wrong_is_said_as_here(answers, written, crew):
    frame = answers.assign(item6=np.arange(2000) / 7)
    folder = written(frame)
    with pytest.raises(ResponsesError) as here:
        calibrated(folder)
    with pytest.raises(ResponsesError, match="column item6: expected at most 100") as there:
        calibrated(folder, crew=crew)
    assert there.value.problems == here.value.problems


def test_a_scheduler_that_is_not_there_is_said_soon():
    with pytest.raises(InvalidInput, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9", timeout=0.5)


@pytest.mark.parametrize("address", ["nonsense", "local:0", "tcp://127.0.0.1"])
def test_addresses_that_are_none_are_refused(address):
    with pytest.raises(InvalidInput, match="expected"):
        Cluster(address)


def test_dask_that_is_not_installed_is_said(monkeypatch):
    monkeypatch.setattr(cluster_room, "DASK", None)
    with pytest.raises(InvalidInput, match=r"pip install 'vbr-engine\[cluster\]'"):
        Cluster("local:2")
