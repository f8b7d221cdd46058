"""Every command that reads a table reads it alike, and refuses it alike."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.cli import vbr
from vbr_engine.errors import VbrError
from vbr_engine.files import read_bank, write_table
from vbr_engine.psychometrics import GradedResponseModel, parameter_frame
from vbr_engine.simulate import simulate_responses

BANK = str(Path(__file__).parents[1] / "banks" / "tiny")

# {} is the table under test; the others are right.
COMMANDS = {
    "score": ["score", BANK, "{}", "-o", "out.csv"],
    "report": ["report", BANK, "{}", "--sitting", "simulated-000001", "-o", "out.json"],
    "panel": ["panel", BANK, "{}", "-o", "out.csv"],
    "keys": ["keys", BANK, "{}", "-o", "out.csv"],
    "keys, panel": ["keys", BANK, "sat.csv", "--panel", "{}", "-o", "out.csv"],
    "keys, outcome": ["keys", BANK, "sat.csv", "--outcome", "{}:outcome", "-o", "out.csv"],
    "calibrate": ["calibrate", BANK, "{}", "--model", "gpcm", "-o", "out.csv"],
    "calibrate, matrix": ["calibrate", "--matrix", "{}", "-o", "out.csv"],
    "link": ["link", "items.csv", "{}", "-o", "out.csv"],
    "dif": ["dif", "{}", "--bank", BANK, "--group", "people.csv:group", "-o", "out.csv"],
    "analyse": ["analyse", BANK, "{}", "-o", "out.json"],
    "analyse, matrix": ["analyse", "--matrix", "{}", "-o", "out.json"],
    "dif, matrix": ["dif", "{}", "--group", "people.csv:group", "-o", "out.csv"],
    "dif, group": ["dif", "plain.csv", "--group", "{}:group", "-o", "out.csv"],
}
GOOD = {"keys, outcome": "people", "dif, group": "people", "link": "items"}
GOOD |= dict.fromkeys(("analyse, matrix", "calibrate, matrix", "dif, matrix"), "plain")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """Give right tables of every kind."""
    room = tmp_path_factory.mktemp("tables")
    sat = simulate_responses(read_bank(BANK), 400, seed=2).to_frame()
    rng = np.random.default_rng(1)
    theta = rng.normal(size=400)
    chances = theta[:, None] + rng.normal(size=(400, 5))
    plain = pd.DataFrame(np.digitize(chances, [-0.8, 0.8]), columns=list("vwxyz"))
    plain.insert(0, "sitting", sat["sitting"])
    people = sat[["sitting"]].assign(
        group=np.where(rng.random(400) < 0.5, "a", "b"), outcome=theta.round(2)
    )
    items = parameter_frame(GradedResponseModel().fit(plain.drop(columns="sitting")))
    for name, table in {"sat": sat, "plain": plain, "people": people}.items():
        write_table(table, room / f"{name}.csv")
    write_table(items.reset_index(), room / "items.csv")
    return room


def run(room, monkeypatch, name, table):
    argv = [part.replace("{}", table) for part in COMMANDS[name]]
    monkeypatch.chdir(room)
    (room / "out.csv").unlink(missing_ok=True)
    (room / "out.json").unlink(missing_ok=True)
    return CliRunner().invoke(vbr, argv)


def written(room):
    return next((place.read_bytes() for place in room.glob("out.*")), None)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_table_is_read_alike_however_it_is_written(room, monkeypatch, name):
    good = GOOD.get(name, "sat")
    text = (room / f"{good}.csv").read_text()
    plain = run(room, monkeypatch, name, f"{good}.csv")
    assert plain.exit_code == 0, plain.output
    expected = written(room)
    assert expected is not None
    variants = {
        "semicolons": text.replace(",", ";").encode("utf-8-sig"),
        "UTF-16": text.encode("utf-16-le"),
        "tabs": text.replace(",", "\t").replace("\n", "\r\n").encode(),
    }
    for told, content in variants.items():
        (room / "t.csv").write_bytes(content)
        result = run(room, monkeypatch, name, "t.csv")
        assert result.exit_code == 0, (told, result.output, result.exception)
        assert result.stderr.count(told) == 1, result.stderr
        assert written(room) == expected.replace(f"{good}.csv".encode(), b"t.csv")


def workbook(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "")


def cut_parquet(path):
    write_table(pd.DataFrame({"sitting": ["a"] * 99, "x": range(99)}), path)
    path.write_bytes(path.read_bytes()[:-40])


# Commands that take a folder of parts look into it.
A_FOLDER = "Is a directory|there are no .parquet files in this folder"

BAD = {
    "t.csv": [
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"sitting,b\n1\n2,3\n4,5,6\n"), "expected 2 cells"),
        (lambda path: path.write_bytes(b"sitting,a,a\n"), "columns named twice: a"),
        (lambda path: path.write_bytes(b"sitting,a\n\x81,1\n"), "it is not UTF-8 text"),
        (lambda path: path.write_bytes(b"sitting,a\nx,\x001\n"), "holds a zero byte"),
        (lambda path: path.write_bytes(b"PAR1"), "its name should end in .parquet"),
        (workbook, "this is an Excel workbook: save it as CSV (UTF-8)"),
        (lambda path: path.mkdir(), A_FOLDER),
        (lambda _path: None, "No such file"),
    ],
    "t.xlsx": [(workbook, "this is an Excel workbook: save it as CSV (UTF-8)")],
    "t.parquet": [
        (lambda path: path.write_bytes(b""), "it is empty"),
        (lambda path: path.write_bytes(b"sitting,a\nx,1\n"), "it is not a Parquet file"),
        (cut_parquet, "it is not a Parquet file, or not all of one"),
        (workbook, "this is an Excel workbook: save it as CSV (UTF-8)"),
    ],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_bad_table_is_refused_alike(room, monkeypatch, name):
    for table, makers in BAD.items():
        for make, says in makers:
            place = room / table
            if place.is_dir():
                place.rmdir()
            place.unlink(missing_ok=True)
            make(place)
            result = run(room, monkeypatch, name, table)
            assert isinstance(result.exception, VbrError), (table, says, result.exception)
            assert any(words in str(result.exception) for words in says.split("|"))
            assert table in str(result.exception)
            assert written(room) is None


@pytest.mark.parametrize(
    ("name", "table", "says"),
    [
        ("score", "sitting,cold-tea.a\nx,9\n", "row x: column cold-tea.a: expected a whole number"),
        ("score", "sitting,cold-tea.a\nx,1\nx,1\n", "x"),
        ("calibrate, matrix", "sitting,a\nx,1\nx,2\n", "row 2: sitting x comes twice (row 1 too)"),
        ("calibrate, matrix", "sitting,a\nx,1\ny,b\n", "row y: column a: expected a number"),
        ("dif, matrix", "sitting,a\nx,1\n,2\n", "row 2: this row has no sitting"),
        ("dif, group", "sitting,group\nx,1\nx,2\n", "row 2: sitting x comes twice (row 1 too)"),
        ("dif, group", "person,group\nx,1\n", "there is no column 'sitting'"),
        ("link", "item,model,a,d_1\nx,graded,b,0\n", "x"),
    ],
)
def test_wrong_rows_and_cells_are_named(room, monkeypatch, name, table, says):
    (room / "u.csv").write_text(table)
    result = run(room, monkeypatch, name, "u.csv")
    assert isinstance(result.exception, VbrError), result.exception
    assert says in str(result.exception)


@pytest.mark.parametrize("cell", ["", "1"])
def test_a_column_that_is_empty_or_all_alike(room, monkeypatch, cell):
    rows = (room / "plain.csv").read_text().splitlines()
    text = "\n".join([rows[0] + ",flat", *(f"{row},{cell}" for row in rows[1:])])
    (room / "u.csv").write_text(text)
    result = run(room, monkeypatch, "calibrate, matrix", "u.csv")
    assert isinstance(result.exception, VbrError)
    assert "u.csv: column flat: " in str(result.exception)
