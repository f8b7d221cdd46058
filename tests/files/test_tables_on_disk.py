"""Tables and files: written whole or not at all, read with a sentence when they are wrong."""

import os

import pandas as pd
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
        (b"sitting;a;b\nx;1;2\n", "semicolons"),
        (b"sitting,a\nx,1,2\n", "rows have more columns"),
        (b"sitting,a\nx,1\ny,1,2,3\n", "line 3"),
        (b"sitting,a\n\xff\xfe,1\n", "not UTF-8"),
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
        read_table(tmp_path / "t.xlsx")


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
