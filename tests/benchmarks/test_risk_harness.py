"""The harness of `make bench-risk` measures what it says, on a table that takes no time."""

import numpy as np
import pytest

from benchmarks import risk, risk_speed
from benchmarks.risk_data import TINY, Table, make_table
from benchmarks.risk_peers import PEERS, cox, kaplan_meier, measure
from vbr_engine.risk import Careers, simulate_careers, spells_of


def test_a_tiny_case_is_measured_in_a_process_of_its_own(capsys):
    ours, truth = risk.run([TINY], peers=["ours"], limit=60)
    assert ours["fit_over_ours"] == 1
    assert 0 < ours["fit_cpu_s"] < 5
    assert 0.4 < ours["mean_over_truth"] < 2
    assert truth["rmse_to_truth"] == 0
    assert "60 people" in capsys.readouterr().out


def test_a_slow_program_is_cut_short_and_a_missing_one_named(monkeypatch, capsys):
    slow, _truth = risk.run([TINY], peers=["ours"], limit=0.01)
    assert slow["cannot"] == "over 0 s"
    monkeypatch.setitem(PEERS, "no such", ("no_such_package", kaplan_meier))
    assert [row["peer"] for row in risk.run([TINY], peers=["no such"])] == ["the true risks"]
    assert "no such: not installed" in capsys.readouterr().out


def test_the_table_is_cut_into_the_spells_that_careers_are_cut_into():
    made = simulate_careers(TINY.people, seed=0, starters_only=True)
    theirs = spells_of(Careers.from_frame(made.frame, cut=made.cut), "leaving")
    mine = make_table(TINY).spells()
    assert mine.exited.tolist() == theirs.exited.tolist()
    assert mine.provider.tolist() == theirs.provider.tolist()
    events = theirs.cause == 1
    assert ((mine.cause == 1) == events).all()
    open_ = ~events & (theirs.exposure > 0.2)
    assert mine.exposure[open_] == pytest.approx(theirs.exposure[open_], abs=0.1)


def test_cox_agrees_with_a_likelihood_written_out():
    table = make_table(TINY)
    beta = cox(table)[1][0]

    def partial(at):
        push = table.X @ at
        return sum(
            push[person] - np.log(np.exp(push[table.time >= table.time[person]]).sum())
            for person in np.flatnonzero(table.event)
        )

    best = partial(beta)
    for place in range(len(beta)):
        for move in (-0.01, 0.01):
            assert partial(beta + move * np.eye(len(beta))[place]) < best


def test_folds_leave_out_whole_providers():
    table = make_table(risk.CASES[0])
    for provider in np.unique(table.provider):
        assert len(np.unique(table.fold[table.provider == provider])) == 1
    assert len(np.unique(table.fold)) == 10


@pytest.mark.parametrize("peer", ["Kaplan-Meier", "Cox", "ours, one provider"])
def test_programs_predict_everybody(peer):
    (risk,) = measure(peer, [make_table(TINY)])["risks"]
    assert len(risk) == TINY.people
    assert np.isfinite(risk).all()
    assert (np.array(risk) <= 1).all()


def test_tables_come_back_from_disk(tmp_path):
    table = make_table(TINY)
    table.save(tmp_path / "t.npz")
    again = Table.load(str(tmp_path / "t.npz"))
    assert np.array_equal(again.X, table.X)
    assert again.horizon == 365


def test_speed_is_told(capsys):
    figures = risk_speed.measure("fit", 60)
    assert 0 < figures["cpu_s"] < 5
    assert figures["held_mb"] <= figures["peak_mb"]
    assert risk_speed.measure("predict", 500)["cpu_s"] < 5
