"""What a careers table may not hold: every fault told at once, by row and column."""

import datetime
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vbr_engine.errors import CareersError
from vbr_engine.risk import STAGES, Careers, simulate_careers
from vbr_engine.risk.date_order import out_of_order
from vbr_engine.risk.reading import EVENT_COLUMNS
from vbr_engine.risk.validation import check_careers

CUT = "2026-06-30"
GOOD = {"application": "a", "provider": "P", "applied": "2026-01-02", "invited": "2026-01-05"}


def _table(*rows):
    return pd.DataFrame([GOOD | row for row in rows])


def _told(*rows, cut=CUT, severity="error"):
    found = check_careers(_table(*rows), cut)
    return [(one.row, one.column, one.message) for one in found if one.severity == severity]


def test_a_good_table_has_nothing_to_tell():
    assert check_careers(_table({}, {"application": "b", "ended": None}), "2026-01-31") == []


def test_every_fault_is_told_at_once_with_its_row_and_column():
    faulty = _table(
        {"application": "a", "applied": "2026-01-09"},
        {"application": "b", "invited": "2026-09-01"},
        {"application": "c", "ended": "2026-02-01"},
        {"application": "d", "ended_by": "employer"},
        {"application": "e", "ended": "2026-02-01", "ended_by": "the dog"},
        {"application": "f", "provider": " "},
        {"application": "a"},
        {"application": None},
        {"application": "g", "applied": "02/03/2026"},
        {"application": "h", "applied": "1899-12-30", "invited": None},
    )
    with pytest.raises(CareersError) as caught:
        Careers.from_frame(faulty, cut=CUT)
    places = {(problem.row, problem.column) for problem in caught.value.problems}
    assert places == {
        ("a", "invited"), ("b", "invited"), ("c", "ended_by"), ("d", "ended"), ("e", "ended_by"),
        ("f", "provider"), ("a", "application"), ("8", "application"), ("g", "applied"),
        ("h", "applied"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("05/03/2026", "day or month first"),
        ("5.3.26", "day or month first"),
        ("2026-02-30", "there is no such day"),
        ("2026-3-1", "expected a date such as"),
        ("2026-03", "expected a date such as"),
        ("3 May 2026", "expected a date such as"),
        ("46023", "a number alone"),
        (46023, "a number alone"),
        (20260105, "a number alone"),
        ("1999-12-31", "before the year 2000"),
        ("0026-01-05", "before the year 2000"),
        ("9999-12-31", "after the cut"),
        (datetime.date(2027, 1, 1), "after the cut"),
    ],
)
def test_a_date_that_can_be_read_two_ways_or_none_is_refused(cell, said):
    (problem,) = [one for one in _told({"applied": cell, "invited": None}) if one[1] == "applied"]
    assert said in problem[2]
    assert str(cell) in problem[2] or said == "after the cut"


@pytest.mark.parametrize(
    "cell",
    ["2026-01-02", " 2026-01-02 ", "2026-01-02T09:30:00Z", "2026-01-02 09:30",
     datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 9), pd.Timestamp("2026-01-02 09:00",
     tz="Europe/London"),
     np.datetime64("2026-01-02")],
)  # fmt: skip
def test_a_date_is_read_whatever_it_comes_as(cell):
    careers = Careers.from_frame(_table({"applied": cell}), cut=CUT)
    assert careers.frame["applied"].dtype == "datetime64[s]"
    assert careers.frame["applied"].iloc[0] == pd.Timestamp("2026-01-02")


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "NULL", None, float("nan"), pd.NaT])
def test_an_empty_date_is_no_date(cell):
    careers = Careers.from_frame(_table({"invited": cell}, {"application": "b"}), cut=CUT)
    assert careers.frame["invited"].isna().tolist() == [True, False]


def test_a_stage_may_be_skipped_but_not_come_too_early():
    late = {"application": "b", "applied": "2026-01-02", "offered": "2026-02-02"}
    early = late | {"started_work": "2026-02-01", "ended": "2026-02-03", "ended_by": "candidate"}
    assert [one[:2] for one in _told(late, early | {"application": "c"})] == [("c", "started_work")]


def test_one_stage_too_early_is_told_once():
    row = dict(zip(STAGES, pd.date_range("2026-02-01", periods=8), strict=True))
    assert [one[1] for one in _told(row | {"completed": "2026-01-01"})] == ["completed"]


STEPS = dict(zip(STAGES, map(str, pd.date_range("2026-02-01", periods=8).date), strict=True))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        # One date too late, and everything after it would lie before it.
        ({"applied": "2026-05-01"}, [("applied", "lies after a later stage (invited or after)")]),
        ({"invited": "2026-05-01"}, [("invited", "lies after a later stage (started or after)")]),
        ({"applied": "9999-12-31"}, [("applied", "is after the cut, 2026-06-30")]),
        ({"applied": "1/2/2026"}, [("applied", "day or month first")]),
        # A second mistake is told as well.
        (
            {"applied": "2026-05-01", "offered": "2026-01-01"},
            [
                ("applied", "lies after a later stage (invited or after)"),
                ("offered", "lies before an earlier stage (interviewed or before)"),
            ],
        ),
        (
            {"invited": "9999-12-31", "offered": "2027-01-01"},
            [("invited", "is after the cut"), ("offered", "is after the cut")],
        ),
        # After the cut, like all that came after it.
        (
            {"accepted": "2026-07-01", "started_work": "2026-07-02"},
            [("accepted", "is after the cut")],
        ),
        # No date that can be read is not the same as none.
        ({"ended": "soon", "ended_by": "employer"}, [("ended", "expected a date such as")]),
        ({"ended": "1999-01-01", "ended_by": "employer"}, [("ended", "before the year 2000")]),
        (
            {"ended": "2026-07-01", "ended_by": "employer", "first_seen": "2026-07-02"},
            [("ended", "is after the cut"), ("first_seen", "is after the cut")],
        ),
    ],
)
def test_what_follows_from_a_wrong_date_is_not_told(changes, told):
    found = _told(STEPS | changes)
    assert [one[1] for one in found] == [column for column, _ in told]
    assert all(said in one[2] for one, (_, said) in zip(found, told, strict=True))


def test_a_cut_that_cannot_be_read_is_told_once():
    with pytest.raises(CareersError) as caught:
        Careers.from_frame(_table({"cut": "spring"}))
    assert [one.column for one in caught.value.problems] == ["cut"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.none() | st.integers(0, 5), min_size=1, max_size=6))
def test_as_few_dates_as_can_be_are_out_of_order(days):
    """By every choice of dates that might be left out; and the rest is in order."""
    held = np.array([["NaT" if day is None else f"2026-01-0{day + 1}" for day in days]], "M8[D]")
    early, late = out_of_order(held)
    told = (early | late)[0]
    assert not told[np.isnat(held[0])].any()

    def ordered(kept):
        left = [day for day, keep in zip(days, kept, strict=True) if keep and day is not None]
        return left == sorted(left)

    choices = [kept for kept in product((True, False), repeat=len(days)) if ordered(kept)]
    assert ordered(~told)
    assert told.sum() == min(len(days) - sum(kept) for kept in choices)
    for place in np.flatnonzero(told):
        kept = [day if not out else None for day, out in zip(days, told, strict=True)]
        before = [day for day in kept[:place] if day is not None]
        assert early[0, place] == any(day > days[place] for day in before)


def test_after_twenty_rows_the_rest_is_counted():
    told = _told(*({"application": f"a{n}", "applied": "1/2/2026"} for n in range(130)))
    assert len(told) == 21
    assert told[-1][0] is None
    assert "110 more rows" in told[-1][2]


def test_the_cut_is_never_guessed():
    with pytest.raises(CareersError, match="2026-01-05, is not taken for it"):
        Careers.from_frame(_table({}))


def test_the_cut_stands_in_a_column_if_it_is_one_day():
    assert Careers.from_frame(_table({"cut": "2026-02-01"})).cut == pd.Timestamp("2026-02-01")
    with pytest.raises(CareersError, match="one day for the whole table"):
        Careers.from_frame(_table({"cut": "2026-02-01"}, {"application": "b", "cut": "2026-02-02"}))
    with pytest.raises(CareersError, match="the column is empty"):
        Careers.from_frame(_table({"cut": None}))


def test_a_cut_after_what_the_table_knows_is_refused():
    """Between the two days anybody may have left, and the table would say that they stayed."""
    with pytest.raises(CareersError, match="knows only what happened up to 2026-02-01"):
        Careers.from_frame(_table({"cut": "2026-02-01"}), cut="2026-03-01")
    earlier = Careers.from_frame(_table({"cut": "2026-02-01"}), cut="2026-01-20")
    assert earlier.cut == pd.Timestamp("2026-01-20")
    assert "2026-02-01 in the table" in earlier.notes[0]


@pytest.mark.parametrize("cut", ["30/06/2026", "soon", 2026, ""])
def test_a_cut_that_is_no_date_is_refused(cut):
    with pytest.raises(CareersError, match="as the cut"):
        Careers.from_frame(_table({}), cut=cut)


def test_a_cut_long_after_the_last_event_is_worth_a_warning():
    (told,) = _told({}, cut="2026-06-30", severity="warning")
    assert "nothing happened in the 176 days before the cut" in told[2]
    assert _told({}, cut="2026-02-28", severity="warning") == []


def test_what_is_read_another_way_is_said():
    table = _table(
        {"ended": "2026-02-01", "ended_by": "Contract end", "travel_minutes": 999, "source": "a"},
        {"application": "b", "travel_minutes": 20, "source": "Not known"},
        {"application": "c", "started_work": "2026-02-02", "accepted": None, "travel_minutes": 30},
        {"application": "d", "accepted": "2026-01-06", "started_work": "2026-02-02"},
    ).rename(columns={"provider": "Provider", "started_work": "Started work"})
    careers = Careers.from_frame(table, cut="2026-02-28")
    assert careers.frame["ended_by"].iloc[0] == "contract-end"
    assert careers.frame["travel_minutes"].isna().tolist() == [True, False, False, True]
    assert careers.frame["source"].isna().tolist() == [False, True, True, True]
    assert set(careers.notes) == {
        "column Provider: read as provider",
        "column Started work: read as started_work",
        "column ended_by: capitals and spaces are read as if they were not there",
        "column travel_minutes: 999 is read as not known (1 row)",
        "column source: Not known is read as not known (1 row)",
        "column accepted: 1 started work without a date here",
    }


def test_999_among_numbers_of_its_size_is_left_alone():
    table = _table(
        {"contacted_within_hours": 999}, {"application": "b", "contacted_within_hours": 950}
    )
    careers = Careers.from_frame(table, cut=CUT)
    assert careers.frame["contacted_within_hours"].tolist() == [999, 950]
    assert "may be a number or 'not known'" in careers.notes[0]


def test_names_are_text_whatever_they_come_as():
    numbers = Careers.from_frame(_table({"application": 7.0}, {"application": 8.0}), cut=CUT)
    assert numbers.frame["application"].tolist() == ["7", "8"]
    assert [one[1] for one in _told({"application": 7}, {"application": "7 "})] == ["application"]


def test_missing_columns_are_told():
    with pytest.raises(CareersError) as caught:
        Careers.from_frame(pd.DataFrame({"applied": ["2026-01-02"]}), cut=CUT)
    assert {problem.column for problem in caught.value.problems} == {"application", "provider"}


def test_a_column_that_is_there_twice_is_told():
    table = pd.concat([_table({}), pd.DataFrame({"invited": ["2026-01-05"]})], axis=1)
    assert [one.column for one in check_careers(table, CUT) if one.severity == "error"] == [
        "invited"
    ]


def test_who_was_seen_first_after_the_end_cannot_be():
    row = {"ended": "2026-02-01", "ended_by": "candidate", "first_seen": "2026-02-02"}
    assert [one[1] for one in _told(row)] == ["first_seen"]
    assert _told(row | {"first_seen": "2026-02-01"}) == []


def test_an_empty_table_is_a_table():
    table = _table({"source": "a"}).head(0)
    assert len(Careers.from_frame(table, cut=CUT)) == 0
    (told,) = check_careers(table, CUT)
    assert (told.severity, told.message) == ("warning", "the table has no rows")


def test_the_table_given_is_not_touched():
    table = _table({"travel_minutes": 999, "ended": "2026-02-01", "ended_by": " Candidate"})
    before = table.copy()
    Careers.from_frame(table, cut=CUT)
    pd.testing.assert_frame_equal(table, before)


def test_reading_what_was_read_changes_nothing():
    made = simulate_careers(200, seed=3)
    once = Careers.from_frame(made.frame, cut=made.cut)
    twice = Careers.from_frame(once.frame, cut=once.cut)
    pd.testing.assert_frame_equal(once.frame, twice.frame)
    assert twice.notes == ()


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=12),
    st.dates(), st.datetimes(timezones=st.none() | st.timezones()),
    st.sampled_from(["2026-01-02", "2026-01-02T10:00Z", "01/02/2026", "999", "candidate", "yes"]),
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.sampled_from([*EVENT_COLUMNS, "source", "travel_minutes"]), unique=True, max_size=6
    ),
    st.data(),
)
def test_whatever_stands_in_a_table_is_read_or_told(names, data):
    n = data.draw(st.integers(0, 4))
    names = list(
        dict.fromkeys([*names, *data.draw(st.sampled_from([[], ["application", "provider"]]))])
    )
    cells = {name: data.draw(st.lists(JUNK, min_size=n, max_size=n)) for name in names}
    table = pd.DataFrame({name: pd.Series(held, dtype=object) for name, held in cells.items()})
    check_careers(table, data.draw(st.sampled_from([CUT, None])))
    check_careers(table, CUT, applications=table)


def test_a_fact_that_is_a_date_is_read_as_one():
    careers = Careers.from_frame(
        _table({"dbs_seen": "2026-01-03"}, {"application": "b", "dbs_seen": "not known"}), cut=CUT
    )
    assert careers.frame["dbs_seen"].tolist() == [pd.Timestamp("2026-01-03"), pd.NaT]
