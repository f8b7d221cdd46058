"""The harness of `make bench-irt` measures what it says, on a table that takes no time."""

import sys

import numpy as np
import pytest

from benchmarks import irt
from benchmarks.irt_cases import CASES, TINY, make_table
from benchmarks.irt_peers import CannotDo, _mirt_parameters
from vbr_engine.psychometrics import GradedResponseModel, ItemParameters, category_probabilities


def test_a_tiny_case_is_measured_in_a_process_of_its_own(capsys):
    (figures,) = irt.run([TINY], peers=["ours"], limit=60)
    assert figures["log_likelihood"] == pytest.approx(figures["reported"], abs=1e-6)
    assert 0 < figures["warm"] <= figures["cold"]
    assert 20 < figures["base_mb"] <= figures["peak_mb"] < 1_000
    printed = capsys.readouterr().out
    assert "300 x 5 x 3, graded, simulated" in printed
    assert "0.0000 below the highest" in printed


def test_a_slow_program_is_cut_short_and_a_broken_one_named(monkeypatch, capsys):
    assert irt._first_line(b'{"cold": 1.5}\n') == {"cold": 1.5}
    assert irt._first_line(None) is None
    (slow,) = irt.run([TINY], peers=["ours"], limit=0.01)
    assert slow["cannot"] == "over 0 s"
    monkeypatch.setattr(
        irt, "_python_job", lambda *_: ([sys.executable, "-c", "raise SystemExit('gone')"], None)
    )
    (broken,) = irt.run([TINY], peers=["ours"], limit=60)
    assert broken["cannot"] == "ended with 1: gone"
    assert "gone" in capsys.readouterr().out


def test_the_evaluator_is_the_sum_over_nodes_by_hand():
    whole, _, _ = make_table(TINY)
    model = GradedResponseModel(n_quadrature=61).fit(whole)
    assert irt.log_likelihood(model.items_, whole) == pytest.approx(model.log_likelihood_, abs=1e-6)
    few = whole.iloc[:3].copy()
    few.iloc[1, 2] = np.nan
    nodes = np.linspace(-6, 6, 61)
    weights = np.exp(-(nodes**2) / 2) / np.exp(-(nodes**2) / 2).sum()
    p = category_probabilities(model.items_, nodes)
    total = 0.0
    for person in few.to_numpy():
        product = weights.copy()
        for item, code in enumerate(person):
            product *= 1.0 if np.isnan(code) else p[item, int(code)]
        total += np.log(product.sum())
    assert irt.log_likelihood(model.items_, few) == pytest.approx(total, abs=1e-9)


def test_parameters_of_python_mirt_are_read_as_its_curves_say():
    a, b = np.array([1.3]), np.array([[-1.0, 0.2, 0.9]])
    slopes, d = _mirt_parameters("gpcm", {"discrimination": a, "steps": b})
    ours = category_probabilities(ItemParameters("gpcm", ("i",), slopes, d), [0.4])[0, :, 0]
    # Adjacent categories have log odds a (theta - step).
    np.testing.assert_allclose(np.diff(np.log(ours)), 1.3 * (0.4 - b[0]))
    slopes, d = _mirt_parameters("graded", {"discrimination": a, "thresholds": b})
    ours = category_probabilities(ItemParameters("graded", ("i",), slopes, d), [0.4])[0, :, 0]
    np.testing.assert_allclose(
        np.cumsum(ours[::-1])[::-1][1:], 1 / (1 + np.exp(-1.3 * (0.4 - b[0])))
    )


def test_cases_are_those_that_were_promised():
    sizes = {(c.people, c.items, c.categories, c.model) for c in CASES if c.work == "fit"}
    assert sizes == {
        (2_800, 25, 6, "graded"),
        (5_000, 40, 5, "gpcm"),
        (100_000, 40, 5, "graded"),
        (1_525, 16, 8, "nominal"),
    }
    assert issubclass(CannotDo, Exception)


def test_figures_that_an_r_program_prints_are_read(tmp_path):
    answer = tmp_path / "parameters.csv"
    answer.write_text("a,d1,d2\n1.5,1.0,-1.0\n0.7,0.2,\n")
    figures = irt._read_r("cold=2.5\nwarm=1.25\nreported=-10.5\n", answer)
    assert (figures["cold"], figures["warm"], figures["reported"]) == (2.5, 1.25, -10.5)
    assert figures["slopes"] == [1.5, 0.7]
    np.testing.assert_array_equal(figures["intercepts"], [[1.0, -1.0], [0.2, np.nan]])
    assert irt._read_r("cannot=no such model\n", answer) == {"cannot": "no such model"}
