"""Tables and files: written whole or not at all, read with a sentence when they are wrong."""

import os
import zipfile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from vbr_engine.errors import FileError
from vbr_engine.files import check_writable, read_table, write_bytes, write_table, write_text


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "T.CSV"])
def test_a_table_comes_back_as_it_went(tmp_path, name):
    frame = pd.DataFrame(
        {"sitting": ["007", "NA", "null"], "a.x": [1, 2, 3], "b": [0.1, 2.5, None]}
    )
    write_table(frame, tmp_path / name)
    pd.testing.assert_frame_equal(read_table(tmp_path / name), frame)
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "No columns"),
        (b"sitting,a,a\nx,1,2\n", "named twice: a"),
        (b"sitting,a\nx,1,2\n", "t.csv:2: row 1: expected 2 cells, as in the header, got 3"),
        (b"sitting,a\nx\ny,1\n", "t.csv:2: row 1: expected 2 cells, as in the header, got 1"),
        (b'sitting,a\n"x\nx",1\ny,1,2,3\n', "t.csv:4: row 2: expected 2 cells"),
        (b"sitting,a\n\xff\x81,1\n", "not UTF-8 text .see line 2"),
        (b"sitting,a\nx,1\ny\0,2\n", "line 3 holds a zero byte"),
        (b"a,a,\n1,2\n", "column 3 has no name.*\n.*named twice: a\n.*csv:2: row 1: expected 3"),
        (b"PK\x03\x04....", "an Excel workbook or a zip archive, damaged"),
        (b"\xd0\xcf\x11\xe0....", "this is an Excel workbook: save it as CSV"),
        (b"\x1f\x8b....", "a compressed file: unpack it first"),
        (b",sitting,a\n0,x,1\n", "column 1 has no name"),
        (b"PAR1....", "its name should end in .parquet"),
    ],
)
def test_a_wrong_csv_is_explained(tmp_path, content, says):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(FileError, match=says):
        read_table(tmp_path / "t.csv")


def test_bytes_that_are_not_parquet_are_explained(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"not parquet")
    with pytest.raises(FileError, match=r"t\.parquet: cannot read it"):
        read_table(tmp_path / "t.parquet")


def test_an_absent_table_and_another_ending_are_explained(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(FileError, match=r"ends in \.csv or \.parquet"):
        read_table(tmp_path / "t.json")
    with pytest.raises(FileError, match="this is an Excel workbook: save it as CSV"):
        read_table(tmp_path / "t.xlsx")
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(FileError, match="Is a directory"):
        read_table(tmp_path / "d.csv")


def packed(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")


@pytest.mark.parametrize("ending", ["csv", "parquet", "txt"])
@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("[Content_Types].xml", "xl/workbook.xml"), "this is an Excel workbook: save it as CSV"),
        (("mimetype", "content.xml"), "this is a spreadsheet, not a table of text"),
        (("t.csv",), "this is a zip archive: unpack it first"),
    ],
)
def test_what_a_file_is_shows_though_its_ending_lies(tmp_path, ending, names, says):
    packed(tmp_path / f"t.{ending}", *names)
    with pytest.raises(FileError, match=says):
        read_table(tmp_path / f"t.{ending}")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"sitting,a\nx,1\n", "not a Parquet file, or not all of one: is it CSV"),
        (b"PAR1\x15\x04\x15", "not a Parquet file, or not all of one"),
    ],
)
def test_a_wrong_parquet_file_is_explained(tmp_path, content, says):
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(FileError, match=says):
        read_table(tmp_path / "t.parquet")


def test_every_cut_of_a_parquet_file_is_noticed(tmp_path):
    write_table(pd.DataFrame({"sitting": ["x"] * 50, "a": range(50)}), tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    for end in range(0, len(whole), 97):
        (tmp_path / "t.parquet").write_bytes(whole[:end])
        with pytest.raises(FileError, match=r"t\.parquet: cannot read it: it is"):
            read_table(tmp_path / "t.parquet")


def test_an_index_kept_in_a_parquet_file_is_a_column_if_it_has_a_name(tmp_path):
    frame = pd.DataFrame({"sitting": ["x", "y", "z"], "a": [1, 2, 3]})
    frame.set_index("sitting").to_parquet(tmp_path / "named.parquet")
    frame.iloc[1:].to_parquet(tmp_path / "numbered.parquet")
    assert sorted(read_table(tmp_path / "named.parquet").columns) == ["a", "sitting"]
    assert list(read_table(tmp_path / "numbered.parquet").columns) == ["sitting", "a"]


def test_nested_and_doubled_columns_of_a_parquet_file(tmp_path):
    doubled = pa.Table.from_arrays(
        [pa.array([1]), pa.array([1]), pa.array([[1]])], names=["a", "a", "b"]
    )
    pyarrow.parquet.write_table(doubled, tmp_path / "t.parquet")
    with pytest.raises(FileError) as caught:
        read_table(tmp_path / "t.parquet")
    assert [problem.column for problem in caught.value.problems] == ["a", "b"]


PLAIN = "sitting,a.x,b\nDöra,1,0.5\nx,2,\ny,3,2.25\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PLAIN.encode(), ""),
        (PLAIN.encode("utf-8-sig"), ""),
        (PLAIN.replace("\n", "\r\n").encode(), ""),
        (PLAIN.encode("utf-16"), ""),
        (PLAIN.encode("utf-16-le"), "read as UTF-16"),
        (PLAIN.encode("utf-16-be"), "read as UTF-16"),
        (PLAIN.encode("cp1252"), "not UTF-8 (see line 2) and was read as Windows-1252"),
        (PLAIN.replace(",", ";").encode(), "separated by semicolons"),
        (PLAIN.replace(",", "\t").encode(), "separated by tabs"),
        (PLAIN.replace(",", "|").encode(), "separated by upright bars"),
        (PLAIN.replace(",", ";").replace(".5", ",5").replace(".2", ",2").encode(), "0,5 is read"),
        (("sep=;\n" + PLAIN.replace(",", ";")).encode(), "separated by semicolons"),
        (PLAIN.replace("2,\n", "2,NA\n").encode(), "column b: NA is read as no answer"),
        (PLAIN.replace(",1,", ',"1",').replace(",2,", ", 2,").encode(), ""),
        (PLAIN.replace("sitting,a.x", " sitting, a.x").encode(), ""),
        (PLAIN.replace("Döra", '"Döra"').encode(), ""),
    ],
)
def test_one_table_written_in_many_ways(tmp_path, caplog, content, told):
    (tmp_path / "t.csv").write_bytes(content)
    expected = pd.DataFrame(
        {"sitting": ["Döra", "x", "y"], "a.x": [1, 2, 3], "b": [0.5, None, 2.25]}
    )
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.csv"), expected)
    assert len(caplog.messages) == bool(told) + ("0,5" in told)
    assert told in "\n".join(caplog.messages)
    (tmp_path / "t.txt").write_bytes(content)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.txt"), expected)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1,234", "2"], ["1,234", "2"]),  # a thousand, or a bit more than one?
        (["1,5", "x"], ["1,5", "x"]),
        (["NA", "x"], ["NA", "x"]),
        (["NA", "NA"], ["NA", "NA"]),
        (["True", "FALSE"], [True, False]),
        (["1e3", "-.5"], [1000.0, -0.5]),
        (["inf", "1"], [float("inf"), 1.0]),
        (["007", "8"], [7, 8]),
    ],
)
def test_columns_of_text_become_what_they_all_are(tmp_path, cells, expected):
    rows = "".join(f's{at},"{cell}"\n' for at, cell in enumerate(cells))
    (tmp_path / "t.csv").write_text(f"sitting,a\n{rows}")
    assert read_table(tmp_path / "t.csv")["a"].tolist() == expected


def test_excel_byte_order_mark_is_not_part_of_the_first_name(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfsitting,a\nx,1\n")
    assert list(read_table(tmp_path / "t.csv").columns) == ["sitting", "a"]


def test_a_failed_write_keeps_the_old_file_and_leaves_no_litter(tmp_path):
    write_text("old", tmp_path / "t.csv")

    class Broken(pd.DataFrame):
        def to_csv(self, *_args, **_kwargs):
            raise OSError(28, "No space left on device")

    with pytest.raises(FileError, match="No space left"):
        write_table(Broken(), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_writing_keeps_a_link_and_the_mode(tmp_path):
    write_text("old", tmp_path / "real")
    os.chmod(tmp_path / "real", 0o640)
    (tmp_path / "link").symlink_to("real")
    write_bytes(b"new", tmp_path / "link")
    assert (tmp_path / "real").read_bytes() == b"new"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


def test_writing_into_nowhere_is_explained(tmp_path):
    with pytest.raises(FileError, match="cannot write it: there is no folder"):
        write_text("x", tmp_path / "no" / "t.txt")
    with pytest.raises(FileError, match="it is a folder"):
        write_text("x", tmp_path)


def test_a_device_is_written_to_not_replaced():
    write_text("x", os.devnull)
    assert not os.path.isfile(os.devnull)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("t.xlsx", r"ends in \.csv or \.parquet$"),
        ("t", r"ends in \.csv or \.parquet$"),
        ("no/t.csv", "there is no folder"),
        ("folder.csv", "it is a folder"),
    ],
)
def test_a_place_is_looked_at_before_the_work(tmp_path, name, says):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileError, match=says):
        check_writable(tmp_path / name)
    check_writable(tmp_path / "t.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["folder.csv"]


def test_a_folder_that_may_not_be_written_to(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(FileError, match="you may not write to the folder"):
        check_writable(tmp_path / "t.csv")
