"""Tables of responses on disk, right and wrong, and the commands that use them."""

import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine import cli
from vbr_engine.cli.score import command as score_command
from vbr_engine.cli.simulate import command as simulate_command
from vbr_engine.errors import FileError, ResponsesError
from vbr_engine.files import read_bank, read_responses, read_table, response_tables, write_table
from vbr_engine.scoring import score
from vbr_engine.simulate import simulate_responses

BANK = "tests/banks/tiny"
TINY = read_bank(BANK)


@pytest.fixture(scope="module")
def responses():
    return simulate_responses(TINY, 7, seed=1, form="default")


@pytest.fixture
def text(responses):
    return responses.to_frame().to_csv(index=False)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("rows", [2, 7, 1000])
def test_a_table_comes_back_as_it_went(tmp_path, monkeypatch, responses, ending, rows):
    monkeypatch.setattr(response_tables, "_ROWS", rows)
    write_table(responses.to_frame(), tmp_path / f"r.{ending}")
    again = read_responses(tmp_path / f"r.{ending}", TINY)
    assert again.sittings == responses.sittings
    np.testing.assert_array_equal(again.codes, responses.codes)


def test_a_byte_order_mark_and_windows_lines(tmp_path, responses, text):
    (tmp_path / "r.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    again = read_responses(tmp_path / "r.csv", TINY)
    np.testing.assert_array_equal(again.codes, responses.codes)


def test_an_index_kept_in_a_parquet_file_is_no_column(tmp_path, responses):
    responses.to_frame().iloc[1:4].to_parquet(tmp_path / "r.parquet")
    assert read_responses(tmp_path / "r.parquet", TINY).sittings == responses.sittings[1:4]
    responses.to_frame().set_index("sitting").to_parquet(tmp_path / "s.parquet")
    assert read_responses(tmp_path / "s.parquet", TINY).sittings == responses.sittings


def test_sittings_called_007_and_na_keep_their_names(tmp_path, text):
    (tmp_path / "r.csv").write_text(
        text.replace("simulated-000001", "007").replace("simulated-000002", "NA")
    )
    assert read_responses(tmp_path / "r.csv", TINY).sittings[:2] == ("007", "NA")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("r.csv", b"", "the file is empty"),
        ("r.csv", b"PK\x03\x04....", "an Excel workbook or a zip archive, damaged"),
        ("r.xlsx", b"PK\x03\x04....", "this is an Excel workbook: save it as CSV (UTF-8)"),
        ("r.json", b"", "ends in .csv or .parquet"),
        ("r.csv", b"\xd0\xcf\x11\xe0....", "this is an Excel workbook: save it as CSV (UTF-8)"),
        ("r.csv", b"PAR1....", "its name should end in .parquet"),
        ("r.csv", b",sitting,cold-tea.a\n0,a,1\n", "column 1 has no name"),
        ("r.csv", b"sitting,caf\x81\n", "not UTF-8 text"),
        ("r.csv", b"sitting,cold-tea.a\na,1\nb,\x81\n", "not UTF-8 text"),
        ("r.csv", b"sitting,cold-tea.a,cold-tea.a\n", "columns named twice: cold-tea.a"),
        ("r.parquet", b"", "not a Parquet file, or not all of one"),
        ("r.parquet", b"PAR1 nonsense", "cannot read it"),
    ],
)
def test_files_that_are_not_tables(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_responses(tmp_path / name, TINY)
    assert told in str(caught.value)
    assert name in str(caught.value)


def test_every_row_of_a_wrong_length_is_told(tmp_path):
    rows = ["sitting,cold-tea.a", "a,1", "b,1,2", "", "c", "d,1"]
    (tmp_path / "r.csv").write_text("\n".join(rows))
    with pytest.raises(ResponsesError) as caught:
        read_responses(tmp_path / "r.csv", TINY)
    assert [(p.line, p.row, p.message) for p in caught.value.problems[:2]] == [
        (3, 2, "expected 2 cells, as in the header, got 3"),
        (5, 3, "expected 2 cells, as in the header, got 1"),
    ]
    assert [p.column for p in caught.value.problems[2:]] == [f"cold-tea.{o}" for o in "bcd"]


def test_a_csv_file_cut_short_is_not_taken_for_unanswered(tmp_path, text):
    (tmp_path / "r.csv").write_text(text[: len(text) * 2 // 3])
    with pytest.raises(FileError, match="cells, as in the header"):
        read_responses(tmp_path / "r.csv", TINY)


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_what_a_spreadsheet_puts_between_columns(tmp_path, responses, text, separator, quote):
    content = text.replace(",", separator).replace("sitting", f"{quote}sitting{quote}", 1)
    (tmp_path / "r.csv").write_text(content, encoding="utf-8-sig")
    again = read_responses(tmp_path / "r.csv", TINY)
    assert again.sittings == responses.sittings
    np.testing.assert_array_equal(again.codes, responses.codes)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_responses_in_another_encoding(tmp_path, caplog, responses, text, encoding):
    content = text.replace("simulated-000001", "Döra")
    (tmp_path / "r.csv").write_text(content, encoding=encoding)
    again = read_responses(tmp_path / "r.csv", TINY)
    assert again.sittings[0] == "Döra"
    np.testing.assert_array_equal(again.codes, responses.codes)
    assert len(caplog.messages) == (encoding == "cp1252")


def test_what_r_writes_for_no_answer(tmp_path, caplog, responses):
    frame = responses.to_frame()
    frame.loc[0, "sitting"] = "NA"
    frame.to_csv(tmp_path / "r.csv", index=False, na_rep="NA")
    again = read_responses(tmp_path / "r.csv", TINY)
    np.testing.assert_array_equal(again.codes, responses.codes)
    assert again.sittings[0] == "NA"
    assert caplog.messages == [f"{tmp_path / 'r.csv'}: NA is read as not answered."]


def test_responses_of_another_bank_of_the_same_shape(tmp_path, responses):
    frame = responses.to_frame()
    mine = list(frame.columns[1:])
    frame.columns = ["sitting", *(f"other-{name}" for name in mine)]
    write_table(frame, tmp_path / "r.csv")
    with pytest.raises(ResponsesError) as caught:
        read_responses(tmp_path / "r.csv", TINY)
    assert {p.column for p in caught.value.problems} >= {f"other-{name}" for name in mine}
    assert {p.file for p in caught.value.problems} == {str(tmp_path / "r.csv")}


def test_a_header_alone_may_be_wrong_too(tmp_path):
    (tmp_path / "r.csv").write_text("sitting,soup.a\n")
    with pytest.raises(ResponsesError, match=r"r\.csv: column soup\.a: tiny 0\.1\.0 has no such"):
        read_responses(tmp_path / "r.csv", TINY)


def test_a_parquet_file_cut_short(tmp_path, responses):
    write_table(responses.to_frame(), tmp_path / "r.parquet")
    whole = (tmp_path / "r.parquet").read_bytes()
    (tmp_path / "r.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="cannot read it"):
        read_responses(tmp_path / "r.parquet", TINY)


def test_no_file_and_a_directory(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        read_responses(tmp_path / "r.csv", TINY)
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(FileError, match="Is a directory"):
        read_responses(tmp_path / "d.csv", TINY)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_wrong_cells_beyond_the_first_piece_are_told(tmp_path, monkeypatch, responses, ending):
    monkeypatch.setattr(response_tables, "_ROWS", 3)
    frame = responses.to_frame()
    asked = next(name for name in frame.columns[1:] if frame[name].notna().all())
    frame.loc[[0, 6], asked] = 99
    write_table(frame, tmp_path / f"r.{ending}")
    with pytest.raises(ResponsesError) as caught:
        read_responses(tmp_path / f"r.{ending}", TINY)
    assert [p.row for p in caught.value.problems] == ["simulated-000001", "simulated-000007"]


def test_a_header_alone_has_no_rows(tmp_path, text):
    (tmp_path / "r.csv").write_text(text.split("\n")[0] + "\n")
    with pytest.raises(ResponsesError, match="no rows"):
        read_responses(tmp_path / "r.csv", TINY)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_simulate_then_score(tmp_path, ending):
    made, scored = str(tmp_path / f"r.{ending}"), str(tmp_path / f"s.{ending}")
    run = CliRunner().invoke(simulate_command, [BANK, "-n", "20", "--seed", "3", "-o", made])
    assert run.exit_code == 0, run.output
    run = CliRunner().invoke(score_command, [BANK, made, "-o", scored])
    assert run.exit_code == 0, run.output
    assert "20 sittings of tiny 0.1.0" in run.stderr
    assert "draft key, no panel, no norms" in run.stderr
    wanted = score(simulate_responses(TINY, 20, seed=3), TINY).to_frame()
    found = read_table(scored)
    assert list(found.columns) == list(wanted.columns)
    for name in wanted.columns:
        if pd.api.types.is_float_dtype(wanted[name]):
            np.testing.assert_array_equal(found[name], wanted[name])
        else:
            written = found[name].astype(object)
            assert written.where(written.notna(), "").tolist() == wanted[name].tolist()


def test_responses_of_another_bank_end_in_status_1(tmp_path, monkeypatch, capsys):
    write_table(pd.DataFrame({"sitting": ["a"], "soup.a": [1]}), tmp_path / "r.csv")
    out = tmp_path / "s.csv"
    monkeypatch.setattr("sys.argv", ["vbr", "score", BANK, str(tmp_path / "r.csv"), "-o", str(out)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert "column soup.a: tiny 0.1.0 has no such column" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("no/s.csv", "there is no folder"),
        (".", "a table's name ends in .csv or .parquet"),
        ("s.xlsx", "a table's name ends in .csv or .parquet"),
        ("d.csv", "it is a folder"),
    ],
)
@pytest.mark.parametrize("command", ["score", "simulate"])
def test_a_wrong_place_is_told_before_any_work(
    tmp_path, monkeypatch, capsys, command, output, told
):
    (tmp_path / "d.csv").mkdir()
    words = {"score": ["no-bank", "no-file.csv"], "simulate": ["no-bank", "-n1", "--seed=1"]}
    monkeypatch.setattr("sys.argv", ["vbr", command, *words[command], "-o", str(tmp_path / output)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert told in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["d.csv"]


@pytest.mark.parametrize("n", ["0", "-1", "1.5", "x", "10000001", "9" * 30])
def test_a_number_of_sittings_that_makes_no_sense(tmp_path, n):
    made = str(tmp_path / "r.csv")
    run = CliRunner().invoke(simulate_command, [BANK, "-n", n, "--seed", "3", "-o", made])
    assert run.exit_code == 2
    assert "Invalid value for '-n'" in run.output


def test_too_little_memory_is_a_sentence(tmp_path, monkeypatch, capsys):
    def hungry(*_args, **_kwargs):
        raise MemoryError

    monkeypatch.setattr("vbr_engine.cli.simulate.simulate_sittings", hungry)
    out = str(tmp_path / "r.csv")
    monkeypatch.setattr("sys.argv", ["vbr", "simulate", BANK, "-n", "1", "--seed", "1", "-o", out])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert "not enough memory" in capsys.readouterr().err


def test_a_full_disk_behind_the_output_is_a_sentence(monkeypatch, capsys):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("click.echo", full)
    monkeypatch.setattr("sys.argv", ["vbr", "check", BANK])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 1
    assert capsys.readouterr().err == "cannot write the output: No space left on device\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_command_that_is_stopped_leaves_nothing_behind(tmp_path, number, status):
    """Stop it while it writes: wait for the file that is to be put in place."""
    out = str(tmp_path / "r.csv")
    words = [sys.executable, "-m", "vbr_engine.cli", "simulate", BANK, "-n", "300000"]
    # A shell without job control lets its background jobs ignore Ctrl+C, and they pass that on.
    hear = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        [*words, "--seed", "1", "-o", out], stderr=subprocess.PIPE, text=True, preexec_fn=hear
    ) as running:
        until = time.monotonic() + 60
        while not any(tmp_path.iterdir()) and time.monotonic() < until:
            time.sleep(0.01)
        assert any(tmp_path.iterdir())
        running.send_signal(number)
        _, told = running.communicate(timeout=60)
    assert running.returncode == status
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
