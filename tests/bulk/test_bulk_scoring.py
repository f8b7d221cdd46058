"""Scores of parts are the scores of the whole, and what is done is not done again."""

import json

import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.bulk import find_partitions, score_partitions
from vbr_engine.cli import vbr
from vbr_engine.errors import FileError
from vbr_engine.scoring import score

CUTS = (0, 100, 450, 600)


@pytest.fixture
def responses(sittings, written):
    return written(sittings.to_frame(), cuts=CUTS, name="responses")


def times(folder):
    return {one.name: one.stat().st_mtime_ns for one in sorted(folder.iterdir())}


def test_parts_hold_the_scores_of_the_whole(bank, sittings, responses, tmp_path):
    done = score_partitions(bank, find_partitions(responses), tmp_path / "scores")
    assert (done.sittings, done.parts, done.kept) == (600, 3, 0)
    found = pd.read_parquet(tmp_path / "scores")
    whole = score(sittings, bank).to_frame()
    pd.testing.assert_frame_equal(found, whole, check_dtype=False, check_categorical=False)


def test_only_what_changed_is_scored_again(bank, sittings, responses, tmp_path):
    scores = tmp_path / "scores"
    score_partitions(bank, find_partitions(responses), scores)
    before = times(scores)
    (scores / "part-0.parquet").unlink()
    damaged = scores / "part-2.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert score_partitions(bank, find_partitions(responses), scores).kept == 1
    assert times(scores)["part-1.parquet"] == before["part-1.parquet"]
    changed = sittings.to_frame()[100:440]
    changed.to_parquet(responses / "part-1.parquet", index=False)
    done = score_partitions(bank, find_partitions(responses), scores)
    assert (done.sittings, done.kept) == (590, 2)
    assert len(pd.read_parquet(scores / "part-1.parquet")) == 340


def test_another_folder_is_not_written_over(bank, responses, tmp_path):
    table = find_partitions(responses)
    with pytest.raises(FileError, match="this is where the responses are"):
        score_partitions(bank, table, responses)
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.parquet").write_bytes(b"")
    with pytest.raises(FileError, match=r"parts of something else in it: mine\.parquet"):
        score_partitions(bank, table, other)
    with pytest.raises(FileError, match="this is a file"):
        score_partitions(bank, table, other / "mine.parquet")


def test_the_command_takes_a_folder(responses, tmp_path):
    given = ["score", "question_banks/homecare-values", str(responses), "-o", f"{tmp_path}/out"]
    first, again = CliRunner().invoke(vbr, given), CliRunner().invoke(vbr, given)
    assert first.exit_code == again.exit_code == 0
    assert "600 sittings in 3 parts, written" in first.stderr
    assert "3 of them there already" in again.stderr


def test_calibrate_takes_a_folder_or_a_file_in_parts(answers, written, tmp_path):
    folder = written(answers)
    answers.to_parquet(tmp_path / "all.parquet", index=False)
    figures = []
    for place in (["--matrix", str(folder)], ["--matrix", f"{folder}/part-*.parquet"]):
        given = [*place, "-o", f"{tmp_path}/items.json", "--scores", f"{tmp_path}/theta"]
        assert CliRunner().invoke(vbr, ["calibrate", *given]).exit_code == 0
        figures.append(json.loads((tmp_path / "items.json").read_text())["calibration"])
    for flag in (["--partitions"], []):
        given = ["--matrix", f"{tmp_path}/all.parquet", "-o", f"{tmp_path}/items.json", *flag]
        assert CliRunner().invoke(vbr, ["calibrate", *given]).exit_code == 0
        figures.append(json.loads((tmp_path / "items.json").read_text())["calibration"])
    heights = [one["log-likelihood"] for one in figures]
    assert max(heights) - min(heights) < 1e-6
    assert {one["n"] for one in figures} == {2000}
    assert len(pd.read_parquet(tmp_path / "theta")) == 2000


def test_weights_are_taken_by_the_command_both_ways(answers, written, tmp_path):
    weighed = answers.assign(times=[1.0, 3.0] * 1000)
    weighed.to_csv(tmp_path / "all.csv", index=False)
    figures = []
    for place in (str(written(weighed)), f"{tmp_path}/all.csv"):
        given = ["--matrix", place, "--weights", "times", "-o", f"{tmp_path}/items.json"]
        assert CliRunner().invoke(vbr, ["calibrate", *given]).exit_code == 0
        figures.append(json.loads((tmp_path / "items.json").read_text())["calibration"])
    assert figures[0]["log-likelihood"] == pytest.approx(figures[1]["log-likelihood"], abs=1e-6)
