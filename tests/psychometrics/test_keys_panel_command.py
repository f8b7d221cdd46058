"""`vbr panel`."""

import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.files import read_bank, write_table
from vbr_engine.simulate import simulate_responses

TINY = "tests/banks/tiny"


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(vbr, ["panel", *map(str, words)])


def test_a_panel_is_read_and_described(tmp_path, run):
    experts = simulate_responses(read_bank(TINY), 12, seed=4)
    write_table(experts.to_frame(), tmp_path / "experts.csv")
    out, items = tmp_path / "panel.csv", tmp_path / "items.parquet"
    done = run(TINY, tmp_path / "experts.csv", "-o", out, "--items", items)
    assert done.exit_code == 0, done.output
    options = pd.read_csv(out)
    assert len(options) == len(read_bank(TINY).columns)
    assert options.loc[options["drop"], "why"].str.len().gt(0).all()
    assert list(pd.read_parquet(items)["item"]) == [item.id for item in read_bank(TINY).items]
    assert "ICC(2,k)" in done.stderr
    assert "simulated" not in out.read_text()


def test_one_expert_is_refused_before_anything_is_written(tmp_path, run):
    write_table(simulate_responses(read_bank(TINY), 1, seed=4).to_frame(), tmp_path / "one.csv")
    done = run(TINY, tmp_path / "one.csv", "-o", tmp_path / "panel.csv")
    assert "at least two experts" in str(done.exception)
    assert not (tmp_path / "panel.csv").exists()
