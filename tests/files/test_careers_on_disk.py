"""Careers and candidates as files: whatever a spreadsheet wrote, and every fault with its file."""

import pandas as pd
import pytest

from vbr_engine.errors import CareersError, FileError
from vbr_engine.files import read_candidates, read_careers, write_table
from vbr_engine.risk import Careers, simulate_careers


@pytest.fixture(name="made", scope="module")
def _made():
    return simulate_careers(120, seed=4)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_gives_the_careers_of_the_frame(made, tmp_path, ending):
    place = tmp_path / f"careers.{ending}"
    write_table(made.frame.assign(cut=made.cut), place)
    careers, wanted = read_careers(place), Careers.from_frame(made.frame, cut=made.cut)
    columns = list(wanted.frame.columns)
    pd.testing.assert_frame_equal(careers.frame[columns], wanted.frame, check_dtype=False)
    assert careers.cut == made.cut


def test_semicolons_a_byte_order_mark_and_decimal_commas_are_read(tmp_path):
    place = tmp_path / "careers.csv"
    place.write_text(
        "\ufeffApplication;provider;applied;shift_match\n007;12;2026-01-02;0,75\n008;12;;0,5\n",
        encoding="utf-8",
    )
    frame = read_careers(place, cut="2026-02-01").frame
    assert frame["application"].tolist() == ["007", "008"]
    assert frame["provider"].tolist() == ["12", "12"]
    assert frame["shift_match"].tolist() == [0.75, 0.5]


def test_events_stand_beside_applications(tmp_path):
    events, people = tmp_path / "events.csv", tmp_path / "people.csv"
    events.write_text(
        "application,stage,date,ended_by\n007,applied,2026-01-02,\n007,ended,2026-01-09,candidate\n"
    )
    people.write_text("application,provider,travel_minutes\n007,P,20\n008,P,30\n")
    careers = read_careers(events, "2026-02-01", people)
    assert careers.frame["ended_by"].fillna("").tolist() == ["candidate", ""]
    with pytest.raises(FileError, match="table of applications beside it"):
        read_careers(events, "2026-02-01")


def test_every_fault_names_its_file(tmp_path):
    place = tmp_path / "careers.csv"
    place.write_text("application,provider,applied,age\na,P,01/02/2026,44\nb,,2026-01-02,45\n")
    with pytest.raises(CareersError) as caught:
        read_careers(place)
    assert [problem.column for problem in caught.value.problems] == [
        "applied",
        "provider",
        "cut",
        "age",
    ]
    assert all(problem.file.endswith("careers.csv") for problem in caught.value.problems)


def test_candidates_need_no_cut_and_no_outcome(made, tmp_path):
    place = tmp_path / "candidates.csv"
    write_table(made.frame[["application", "provider", "offered", "travel_minutes"]], place)
    frame = read_candidates(place)
    assert len(frame) == 120
    assert frame["offered"].dtype == "datetime64[s]"


def test_candidates_are_held_to_the_same_names(tmp_path):
    place = tmp_path / "candidates.csv"
    place.write_text("application,provider,offered,gender\na,P,2026-01-02,f\na,P,2/1/2026,f\n")
    with pytest.raises(CareersError) as caught:
        read_candidates(place)
    assert {problem.column for problem in caught.value.problems} == {
        "application",
        "offered",
        "gender",
    }


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileError):
        read_careers(tmp_path / "none.csv", cut="2026-01-01")
