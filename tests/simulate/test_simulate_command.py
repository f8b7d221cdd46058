"""`vbr simulate` writes sittings, what is true of them, a retest and a panel."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli.simulate import command
from vbr_engine.files import read_bank, read_responses
from vbr_engine.simulate import simulate_responses

BANK = "question_banks/homecare-values"


@pytest.fixture
def simulate(tmp_path):
    def run(*options, n=60, seed=1, output="made.csv"):
        written = str(tmp_path / output)
        asked = [BANK, "-n", str(n), "--seed", str(seed), "-o", written, *options]
        return CliRunner().invoke(command, asked)

    return run


def test_the_plain_command_writes_what_python_makes(simulate, tmp_path):
    result = simulate("--careless", "0.2")
    assert result.exit_code == 0, result.output
    assert "60 simulated sittings of homecare-values" in result.output
    responses = read_responses(tmp_path / "made.csv", read_bank(BANK))
    same = simulate_responses(read_bank(BANK), 60, seed=1, careless=0.2)
    np.testing.assert_array_equal(responses.codes, same.codes)


def test_truth_and_retest_are_written_beside(simulate, tmp_path):
    result = simulate(
        *("--careless", "0.2", "--careless-kind", "long-strings", "--faking", "0.3"),
        *("--second-language", "0.2", "--group", "a=0.5", "--group", "b=0.5"),
        *("--group-mean", "b=-0.5", "--dif", "sharp-words=2", "--mis-key", "the-cream.a"),
        *("--drop-out", "0.1", "--truth", str(tmp_path / "truth.csv")),
        *("--retest", str(tmp_path / "again.csv"), "--stability", "0.8"),
        n=200,
    )
    assert result.exit_code == 0, result.output
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert set(truth["kind"]) == {"attentive", "careless", "faking", "second-language"}
    assert set(truth["group"]) == {"a", "b"}
    assert set(truth["careless_kind"].dropna()) == {"long-strings"}
    bank = read_bank(BANK)
    assert {f"true_{value.id}" for value in bank.values} < set(truth)
    made, again = (read_responses(tmp_path / f"{name}.csv", bank) for name in ("made", "again"))
    assert made.sittings == again.sittings == tuple(truth["sitting"])
    assert (made.codes != again.codes).mean() > 0.2


def test_a_panel_of_experts(simulate, tmp_path):
    result = simulate(
        "--experts", "--accuracy", "0.95", "--truth", str(tmp_path / "truth.csv"), n=12
    )
    assert result.exit_code == 0, result.output
    assert set(pd.read_csv(tmp_path / "truth.csv")["kind"]) == {"expert"}
    refused = simulate("--experts", "--careless", "0.2", "--retest", "again.csv")
    assert refused.exit_code == 2
    assert "not --careless, --retest" in refused.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--group", "a"], "expected NAME=NUMBER, got 'a'"),
        (["--group", "a=x"], "expected NAME=NUMBER"),
        (["--dif", "=1"], "expected NAME=NUMBER"),
        (["--group", "a=0.5", "--group", "a=0.5"], "a is there twice"),
        (["--group", "a=0.5"], "add up to 1"),
        (["--dif", "sharp-words=1"], "two groups or more"),
        (["--mis-key", "nowhere.a"], "has no nowhere.a"),
        (["--careless", "0.7", "--faking", "0.7"], "within 1"),
        (["--accuracy", "1"], "range"),
    ],
)
def test_what_makes_no_sense_is_said(simulate, tmp_path, options, said):
    result = simulate(*options)
    assert result.exit_code != 0
    assert said in " ".join(result.output.split()) + str(result.exception)
    assert not (tmp_path / "made.csv").exists()
