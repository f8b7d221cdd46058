"""The long table of events gives the same careers as the wide one."""

import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, simulate_careers
from vbr_engine.risk.reading import DATES
from vbr_engine.risk.validation import check_careers

CUT = "2026-06-30"
PEOPLE = pd.DataFrame({"application": ["a", "b"], "provider": ["P", "Q"], "travel_minutes": [5, 9]})


def _events(*rows):
    columns = ["application", "stage", "date", "ended_by", "ended_reason"]
    return pd.DataFrame([row + (None,) * (5 - len(row)) for row in rows], columns=columns)


def _longer(frame):
    """Write a wide table as events."""
    ends = ["ended_by"]
    long = frame.melt(["application", *ends], list(DATES), var_name="stage", value_name="date")
    long = long[long["date"].notna()]
    long.loc[long["stage"] != "ended", "ended_by"] = None
    return long.sample(frac=1, random_state=1), frame.drop(columns=[*DATES, *ends])


@pytest.mark.parametrize("seed", range(3))
def test_events_and_wide_rows_give_the_same_careers(seed):
    made = simulate_careers(300, seed=seed)
    wide = Careers.from_frame(made.frame, cut=made.cut)
    long = Careers.from_events(*_longer(made.frame), cut=made.cut)
    columns = list(wide.frame.columns)
    pd.testing.assert_frame_equal(long.frame[columns], wide.frame, check_dtype=False)


def test_every_fault_of_the_events_is_told_at_once():
    events = _events(
        ("a", "applied", "2026-01-02"),
        ("a", "ended", "2026-01-09", "candidate"),
        ("a", "ended", "2026-01-19", "employer"),
        ("b", "hired", "2026-01-09"),
        ("c", "applied", "2026-01-09"),
        ("b", "applied", None),
        ("b", "invited", "03/04/2026"),
        ("b", "offered", "2026-01-09", "candidate"),
        (None, "offered", "2026-01-09"),
    )
    with pytest.raises(CareersError) as caught:
        Careers.from_events(events, PEOPLE, cut=CUT)
    places = {(problem.row, problem.column) for problem in caught.value.problems}
    assert places == {
        ("3", "stage"), ("4", "stage"), ("5", "application"), ("6", "date"), ("7", "date"),
        ("8", "ended_by"), ("9", "application"),
    }  # fmt: skip
    assert "ended twice" in str(caught.value)


def test_faults_of_both_tables_are_told_together():
    people = pd.concat([PEOPLE, PEOPLE.head(1)])
    events = _events(
        ("a", "applied", "2026-01-09"), ("a", "invited", "2026-01-05"), ("b", "x", CUT)
    )
    told = check_careers(events, CUT, applications=people)
    errors = [(one.row, one.column) for one in told if one.severity == "error"]
    assert errors == [("3", "stage"), ("a", "application"), ("a", "invited"), ("a", "invited")]


def test_a_stage_that_comes_twice_counts_from_the_first_time():
    events = _events(
        ("a", "Interviewed", "2026-02-09"), ("a", "interviewed", "2026-02-02"),
        ("a", "started work", CUT),
    )  # fmt: skip
    careers = Careers.from_events(events, PEOPLE, cut=CUT)
    assert careers.frame["interviewed"].iloc[0] == pd.Timestamp("2026-02-02")
    assert careers.frame["started_work"].iloc[0] == pd.Timestamp(CUT)
    assert any("more than once, 1 applications" in note for note in careers.notes)


def test_names_of_columns_may_have_capitals():
    events = _events(("a", "applied", CUT)).rename(columns=str.title)
    careers = Careers.from_events(
        events, PEOPLE.rename(columns={"application": "Application"}), cut=CUT
    )
    assert careers.frame["applied"].notna().tolist() == [True, False]


def test_who_has_no_event_is_kept_and_told():
    careers = Careers.from_events(_events(("a", "applied", "2026-06-02")), PEOPLE, cut=CUT)
    assert len(careers) == 2
    assert any("1 applications have no date" in note for note in careers.notes)


@pytest.mark.parametrize(
    ("events", "people", "column"),
    [
        (_events(("a", "applied", CUT)).drop(columns="date"), PEOPLE, "date"),
        (_events(("a", "applied", CUT)), PEOPLE.drop(columns="application"), "application"),
        (_events(("a", "applied", CUT)), PEOPLE.assign(applied=CUT), "applied"),
    ],
)
def test_tables_of_another_shape_are_refused(events, people, column):
    with pytest.raises(CareersError) as caught:
        Careers.from_events(events, people, cut=CUT)
    assert column in {problem.column for problem in caught.value.problems}
