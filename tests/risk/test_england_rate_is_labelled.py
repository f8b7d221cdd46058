"""Beside a risk of new starters England's turnover is told for what it is."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.files import write_table
from vbr_engine.risk import simulate_careers


def test_the_command_says_that_the_rate_is_turnover(tmp_path: Path) -> None:
    made = simulate_careers(120, seed=5, providers=3)
    write_table(made.frame, tmp_path / "careers.csv")
    people = made.frame.head(3).drop(columns=["started_work", "ended", "ended_by"])
    write_table(people, tmp_path / "people.csv")
    model, out = str(tmp_path / "model"), str(tmp_path / "risk.csv")
    careers, asked = str(tmp_path / "careers.csv"), str(tmp_path / "people.csv")
    train = ["risk", "train", careers, "--cut", str(made.cut.date()), "-o", model]
    assert CliRunner().invoke(vbr, train).exit_code == 0
    told = CliRunner().invoke(vbr, ["risk", "predict", model, asked, "-o", out])
    (line,) = [line for line in told.output.splitlines() if "england_rate" in line]
    assert "turnover" in line
    assert "not a risk of new starters" in line
