"""`vbr link`: two tables in, one table on the old scale out."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli.link import command
from vbr_engine.errors import FileError, InvalidInput
from vbr_engine.files.parameter_files import read_parameters
from vbr_engine.psychometrics.linking import Link

OLD = pd.DataFrame(
    {
        "model": "graded",
        "a": [1.0, 1.4, 0.8, 1.2, 1.1, 0.9],
        "d_1": [1.2, 0.4, 0.9, 0.3, 1.0, -0.2],
        "d_2": [0.0, -0.9, np.nan, -0.6, -0.4, -1.3],
    },
    index=pd.Index(["001", "002", "tea", "late", "[b]door", "shift"], name="item"),
)
# On the new scale the trait is 0.5 lower and 1.25 times as wide.
NEW = Link(0.8, 0.4, "by hand", ()).transform(OLD)


@pytest.fixture
def run(tmp_path):
    """Write both tables as `ending`, link them, and return the run and the place of the output."""

    def act(new, *options, ending="csv", output="out.csv"):
        for name, table in (("old", OLD), ("new", new)):
            path = tmp_path / f"{name}.{ending}"
            if ending == "csv":
                table.to_csv(path)
            elif ending == "parquet":
                table.reset_index().to_parquet(path)
            else:
                rows = [row.dropna().to_dict() for _, row in table.reset_index().iterrows()]
                path.write_text(json.dumps({"parameters": rows}))
        places = [str(tmp_path / f"{name}.{ending}") for name in ("old", "new")]
        asked = [*places, "-o", str(tmp_path / output), *options]
        found = CliRunner().invoke(command, asked, catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found, tmp_path / output

    return act


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
@pytest.mark.parametrize("output", ["out.csv", "out.parquet", "out.json"])
def test_the_new_items_come_out_on_the_old_scale(run, ending, output):
    _, place = run(NEW, ending=ending, output=output)
    pd.testing.assert_frame_equal(read_parameters(place), OLD, atol=1e-6, rtol=0)


def test_json_says_how_and_by_which_items(run):
    drifted = NEW.copy()
    drifted.loc["late", ["d_1", "d_2"]] += 2.5
    told, place = run(drifted, "--method", "haebara", "--drop-drifted", output="out.json")
    held = json.loads(place.read_text())
    # NEW was made by the inverse line: old = 1.25 new - 0.5.
    assert held["link"]["slope"] == pytest.approx(1.25, abs=1e-6)
    assert held["link"]["intercept"] == pytest.approx(-0.5, abs=1e-6)
    assert "late" not in held["link"]["anchors"]
    assert [row["item"] for row in held["drift"] if row["flagged"]] == ["late"]
    assert "old = 1.2500 x new -0.5000 (haebara, 5 anchors)" in told.stderr
    assert "[b]door" in told.stderr
    told, place = run(drifted, output="out.json")
    assert "still pull the link" in told.stderr
    assert len(json.loads(place.read_text())["link"]["anchors"]) == 6


def test_anchors_may_be_named(run):
    _, place = run(NEW, "--anchor=001", "--anchor=tea", "--anchor=001", "-q", output="out.json")
    assert json.loads(place.read_text())["link"]["anchors"] == ["001", "tea"]


def test_what_is_no_table_of_parameters_is_told_by_name_and_row(tmp_path):
    old = tmp_path / "old.csv"
    OLD.to_csv(old)
    bad = tmp_path / "bad.csv"
    bad.write_text("item,model,a,d_1\nx,graded,much,0.5\n")
    with pytest.raises(
        FileError, match=r"bad\.csv: row x: column a: expected a number, got 'much'"
    ):
        CliRunner().invoke(command, [str(old), str(bad), "-o", "out.csv"], catch_exceptions=False)
    bad.write_text("model,a,d_1\ngraded,1.0,0.5\n")
    with pytest.raises(FileError, match="has a column item"):
        read_parameters(bad)
    with pytest.raises(FileError, match=r"ends in \.csv, \.parquet, \.json"):
        CliRunner().invoke(command, [str(old), str(old), "-o", "o.txt"], catch_exceptions=False)
    rows = tmp_path / "rows.json"
    rows.write_text('{"parameters": 3}')
    with pytest.raises(FileError, match="expected a list of rows"):
        read_parameters(rows)
    other = tmp_path / "other.csv"
    OLD.rename(lambda name: f"{name}x").to_csv(other)
    with pytest.raises(InvalidInput, match="no item is calibrated alike"):
        CliRunner().invoke(
            command, [str(old), str(other), "-o", str(tmp_path / "o.csv")], catch_exceptions=False
        )
    assert not (tmp_path / "o.csv").exists()
