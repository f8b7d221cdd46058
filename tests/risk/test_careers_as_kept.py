"""Tables of careers as a care manager keeps them: days first, capitals, impossible values."""

from __future__ import annotations

import pandas as pd
import pytest

from vbr_engine.errors import CareersError
from vbr_engine.risk import Careers, simulate_careers
from vbr_engine.risk.reading import DATES

MADE = simulate_careers(60, seed=4, providers=5)


def _with_days(fmt: str) -> pd.DataFrame:
    table = MADE.frame.copy()
    for name in DATES:
        table[name] = pd.to_datetime(table[name]).dt.strftime(fmt)
    return table


@pytest.mark.parametrize("fmt", ["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M"])
def test_days_first_are_read_where_the_table_leaves_no_doubt(fmt: str) -> None:
    plain = Careers.from_frame(MADE.frame, cut=MADE.cut)
    read = Careers.from_frame(_with_days(fmt), cut=MADE.cut)
    for name in DATES:
        pd.testing.assert_series_equal(read.frame[name], plain.frame[name], check_dtype=False)
    assert any("day first" in note for note in read.notes)


def test_months_first_are_refused() -> None:
    with pytest.raises(CareersError, match="day or month first"):
        Careers.from_frame(_with_days("%m/%d/%Y"), cut=MADE.cut)


def test_days_that_could_be_months_are_refused() -> None:
    table = MADE.frame.head(2).assign(**dict.fromkeys(DATES))
    table["applied"] = ["05/03/2026", "06/04/2026"]
    table["ended_by"] = None
    with pytest.raises(CareersError, match="day or month first"):
        Careers.from_frame(table, cut=MADE.cut)


def test_values_that_cannot_be_are_told_with_their_row_and_column() -> None:
    table = MADE.frame.astype(object)
    table.loc[5, "travel_minutes"] = "far"
    table.loc[6, "shift_match"] = 7
    table.loc[7, "own_transport"] = "maybe"
    with pytest.raises(CareersError) as caught:
        Careers.from_frame(table, cut=MADE.cut)
    told = {(problem.row, problem.column) for problem in caught.value.problems}
    names = table["application"]
    assert told == {
        (names[5], "travel_minutes"),
        (names[6], "shift_match"),
        (names[7], "own_transport"),
    }


def test_capitals_and_spaces_in_the_names_of_facts_lose_nothing() -> None:
    shouted = MADE.frame.rename(columns=lambda name: name.replace("_", " ").title())
    read = Careers.from_frame(shouted, cut=MADE.cut)
    pd.testing.assert_series_equal(
        read.frame["travel_minutes"], MADE.frame["travel_minutes"], check_dtype=False
    )


def test_a_table_without_ends_is_told_and_one_without_rows_too() -> None:
    read = Careers.from_frame(MADE.frame.drop(columns=["ended", "ended_by"]), cut=MADE.cut)
    assert any("everybody is taken to be open" in note for note in read.notes)
    assert any("no rows" in note for note in Careers.from_frame(MADE.frame[:0], cut=MADE.cut).notes)
    with pytest.raises(CareersError, match="no rows"):
        Careers.from_frame(MADE.frame[:0].assign(cut=[]))


def test_a_missing_provider_is_told_with_what_to_do() -> None:
    with pytest.raises(CareersError, match="the same in every row if there is one"):
        Careers.from_frame(MADE.frame.drop(columns="provider"), cut=MADE.cut)
