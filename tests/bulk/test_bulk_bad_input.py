"""What is wrong in a set of parts is said with file, row and column, and nothing half is left."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from vbr_engine.bulk import calibrate_partitions, find_partitions, score_partitions, table_reader
from vbr_engine.cli import vbr
from vbr_engine.errors import FileError, InvalidInput, ResponsesError
from vbr_engine.psychometrics import GradedResponseModel


def calibrated(folder, **options):
    table = find_partitions(folder)
    return calibrate_partitions(GradedResponseModel(), table, table_reader(table, **options))


def refusal(folder, **options):
    with pytest.raises(InvalidInput) as caught:
        calibrated(folder, **options)
    return [str(problem) for problem in caught.value.problems]


def test_a_truncated_file_is_named(answers, written):
    folder = written(answers)
    part = folder / "part-2.parquet"
    part.write_bytes(part.read_bytes()[:-200])
    with pytest.raises(FileError, match=r"part-2\.parquet: cannot read it: it is not a Parquet"):
        find_partitions(folder)


def test_a_file_damaged_inside_is_named(answers, written):
    folder = written(answers)
    part = folder / "part-2.parquet"
    content = bytearray(part.read_bytes())
    content[20:3000] = bytes(2980)
    part.write_bytes(content)
    (told,) = refusal(folder)
    assert "part-2.parquet: cannot read it" in told


def test_every_file_that_is_no_parquet_is_named(answers, written):
    folder = written(answers)
    (folder / "part-8.parquet").write_text("item1,item2\n1,2\n")
    (folder / "part-9.parquet").write_bytes(b"")
    with pytest.raises(FileError) as caught:
        find_partitions(folder)
    assert [one.file.rpartition("/")[2] for one in caught.value.problems] == [
        "part-8.parquet",
        "part-9.parquet",
    ]


def test_columns_that_differ_are_named(answers, written):
    folder = written(answers)
    odd = answers[:5].drop(columns="item2").rename(columns={"item5": "item9"})
    odd.assign(item4="x").to_parquet(folder / "part-z.parquet")
    with pytest.raises(FileError) as caught:
        find_partitions(folder)
    told = {(one.column, one.message.partition(" as ")[0]) for one in caught.value.problems}
    first = folder / "part-0.parquet"
    assert told == {
        ("item2", f"this column is missing; {first} has it"),
        ("item4", "expected numbers"),
        ("item5", f"this column is missing; {first} has it"),
        ("item9", f"{first} has no such column"),
    }


def test_widths_of_numbers_may_differ(answers, written):
    folder = written(answers)
    answers[:5].astype({"item1": "float64"}).assign(sitting=[*"abcde"]).to_parquet(
        folder / "part-z.parquet"
    )
    assert find_partitions(folder).rows == 2005


def test_places_without_parts_are_refused(tmp_path):
    with pytest.raises(FileError, match=r"no \.parquet files in this folder"):
        find_partitions(tmp_path)
    with pytest.raises(FileError, match="no file fits this pattern"):
        find_partitions(tmp_path / "*.parquet")
    with pytest.raises(FileError, match="No such file"):
        find_partitions(tmp_path / "answers.parquet")
    given = ["calibrate", "--matrix", f"{tmp_path}/nowhere/", "-o", f"{tmp_path}/items.csv"]
    found = CliRunner().invoke(vbr, given)
    assert "nowhere" in str(found.exception)
    assert "No such file" in str(found.exception)


def test_parts_without_rows_are_refused(answers, written):
    with pytest.raises(FileError, match="there are no rows in 2 files"):
        find_partitions(written(answers, cuts=(0, 0, 0)))


def test_cells_that_are_no_numbers_are_named(answers, written):
    frame = answers.astype({"item3": object})
    frame["item3"] = frame["item3"].map(lambda cell: None if pd.isna(cell) else str(cell))
    frame.loc[1150, "item3"] = "often"
    (told,) = refusal(written(frame))
    assert told.endswith(
        "part-3.parquet: row 51: column item3: expected a number or nothing, got 'often'"
    )


def test_a_measurement_is_no_item(answers, written):
    (told,) = refusal(written(answers.assign(item6=np.arange(2000) / 7)))
    assert "column item6: expected at most 100 categories" in told


def test_more_categories_over_all_parts_than_in_each_are_refused(answers, written):
    (told,) = refusal(written(answers.assign(item6=np.arange(2000) // 8), cuts=range(0, 2001, 500)))
    assert told.endswith(
        "column item6: expected at most 100 categories, got 250: is this a measurement?"
    )


def test_columns_of_one_value_are_refused(answers, written):
    folder = written(answers.assign(item1=1, item2=None))
    told = " ".join(refusal(folder))
    assert "item1: everybody who answered has 1" in told
    assert "item2: nobody answered" in told


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_weights_that_are_none_are_named(answers, written, weight):
    weights = np.ones(2000)
    weights[305] = weight
    (told,) = refusal(written(answers.assign(times=weights)), weight="times")
    assert "part-2.parquet: row 5: column times: expected a weight of 0 or more" in told


def test_a_column_of_weights_that_is_not_there(answers, written):
    assert "there is no column 'times' of weights" in refusal(written(answers), weight="times")[0]


def test_a_name_in_two_parts_is_refused(answers, written):
    frame = answers.copy()
    frame.loc[1700, "sitting"] = "s00003"
    (told,) = refusal(written(frame))
    assert told.endswith("row 101: sitting s00003 comes twice (in " + told.split("(in ")[1])
    assert "part-0.parquet row 4 too" in told


def test_answers_outside_the_bank_are_named(bank, sittings, written):
    frame = sittings.to_frame()
    column = frame.columns[1]
    frame.loc[450, column] = 9
    folder = written(frame, cuts=(0, 400, 600))
    with pytest.raises(ResponsesError) as caught:
        score_partitions(bank, find_partitions(folder), folder.parent / "scores")
    (problem,) = caught.value.problems
    assert problem.file.endswith("part-1.parquet")
    assert (problem.row, problem.column) == ("simulated-000451", column)
    assert "9" in problem.message
    # The part before was right and stays; of the wrong one there is nothing.
    assert [one.name for one in (folder.parent / "scores").iterdir()] == ["part-0.parquet"]


def test_the_command_says_it_and_ends_with_status_1(answers, written, tmp_path):
    folder = written(answers)
    (folder / "part-9.parquet").write_bytes(b"PAR1")
    target = tmp_path / "items.json"
    given = ["calibrate", "--matrix", str(folder), "-o", str(target)]
    found = CliRunner().invoke(vbr, given)
    assert isinstance(found.exception, FileError)
    assert not target.exists()
