"""`vbr panel`."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import InvalidInput
from vbr_engine.files import read_bank, read_proposals, write_table
from vbr_engine.psychometrics import panel_key, panel_statistics
from vbr_engine.psychometrics.key_suggestions import key_proposals, panel_proposals
from vbr_engine.responses import ResponseMatrix
from vbr_engine.scoring.keys import key_of
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


def test_what_the_panel_would_change_becomes_a_draft(tmp_path, run):
    """The draft's key is the panel's, wherever options are kept; no expert is named."""
    bank = read_bank(TINY)
    codes = simulate_responses(bank, 40, seed=4).codes.copy()
    keys = np.array([key for item in bank.items for key in item.key])
    codes[:30] = keys  # most agree with the key,
    rated = next(item for item in bank.items if item.scale)
    at = bank.columns.index(f"{rated.id}.{rated.options[0]}")
    codes[:, at] = 1 if keys[at] > 2 else rated.scale  # but for one option
    experts = ResponseMatrix(codes, tuple(f"expert-{at}" for at in range(40)), bank)
    write_table(experts.to_frame(), tmp_path / "experts.csv")
    done = run(
        TINY,
        tmp_path / "experts.csv",
        "-o",
        tmp_path / "panel.csv",
        "--proposals",
        tmp_path / "panel.json",
    )
    assert done.exit_code == 0, done.output
    proposals = read_proposals(tmp_path / "panel.json", bank)
    assert {proposal.change for proposal in proposals} >= {"rekey"}
    assert all(proposal.reason and proposal.evidence["experts"] == 40 for proposal in proposals)
    assert "expert-" not in (tmp_path / "panel.json").read_text()
    words = ["revise", TINY, "--from", tmp_path / "panel.json", "-o", tmp_path / "next"]
    done = CliRunner().invoke(vbr, [*map(str, words)])
    assert done.exit_code == 0, (done.output, done.exception)
    drafted = read_bank(tmp_path / "next")
    held = panel_key(panel_statistics(experts, bank), drop=True)
    reworded = {p.path.removeprefix("items.") for p in proposals if p.change == "reword"}
    for item in bank.items:
        now = drafted.item_by_id[item.id]
        wanted = dict(zip(item.options, held.keyed[item.id], strict=True))
        if item.id not in reworded:
            assert set(now.options) == set(item.options) - set(held.dropped.get(item.id, ()))
            assert dict(zip(now.options, now.key, strict=True)) == {
                option: wanted[option] for option in now.options
            }


def test_a_panel_that_is_the_key_proposes_no_other():
    bank = read_bank(TINY)
    codes = np.tile(np.array([c for item in bank.items for c in item.key], dtype=np.int8), (9, 1))
    sat = ResponseMatrix(codes, tuple(f"e{at}" for at in range(9)), bank)
    assert {p.change for p in panel_proposals(panel_statistics(sat, bank))} <= {"drop-option"}


def test_only_a_key_that_a_bank_can_hold_is_proposed():
    bank = read_bank(TINY)
    panel = panel_statistics(simulate_responses(bank, 20, seed=1), bank)
    with pytest.raises(InvalidInput, match="only a key of the mode can be proposed"):
        key_proposals(bank, panel_key(panel, rule="mean"), reason="Experts hold it.")
    assert key_proposals(bank, key_of(bank), reason="None.") == ()


def test_an_option_that_is_to_go_gets_no_other_key():
    """Experts are split on cold-tea a, mostly for 1 where 2 is keyed; and agree on another b."""
    bank = read_bank(TINY)
    keys = np.array([c for item in bank.items for c in item.key], dtype=np.int8)
    codes = np.tile(keys, (12, 1))
    codes[:, bank.columns.index("cold-tea.a")] = [1] * 7 + [4] * 5
    codes[:, bank.columns.index("cold-tea.b")] = 1
    sat = ResponseMatrix(codes, tuple(f"e{at}" for at in range(12)), bank)
    found = panel_proposals(panel_statistics(sat, bank))
    about = {p.path: (p.change, p.to) for p in found if p.path.startswith("items.cold-tea.")}
    assert about["items.cold-tea.options.a"] == ("drop-option", None)
    assert about["items.cold-tea.key.b"] == ("rekey", 1)
    assert "items.cold-tea.key.a" not in about
