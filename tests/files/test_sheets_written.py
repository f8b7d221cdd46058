"""Tables that people download: nothing in them runs, and all of it comes back."""

import csv
import io
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from vbr_engine.files import people_template, read_sheet, write_sheet
from vbr_engine.files.formulas import is_formula_like, neutralised, restored
from vbr_engine.intake import check_people

# What OWASP lists, and ways round a look at the first character only.
RUN = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", '"=1', "'=1", "\u00a0=1",
    "\u200b=1", "\ufeff=1", "＝1", "＠x", "−2+3", '=HYPERLINK("http://example.org","x")',
    "=cmd|' /C calc'!A0", ' \t"\'@x', "+44 7700 900123", "\t", "x\t=1"[1:],
]  # fmt: skip
SAFE = ["Ana-Maria", "a=b", "ana@example.org", "'t Hart", "O’Neil", "", "5", "“Ana”", "a;=1"]


@pytest.mark.parametrize("text", RUN)
def test_what_would_run_is_marked_and_comes_back(text):
    assert is_formula_like(text)
    assert neutralised(text) == "'" + text
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("text", SAFE)
def test_what_would_not_run_stays_as_it_is(text):
    assert neutralised(text) == text == restored(text)


@given(st.text() | st.text("'\"=+-@\t\r\n \u200bax"))
@example("'=1")
@example("''=1")
@example("'\tx")
def test_the_mark_is_taken_away_exactly(text):
    marked = neutralised(text)
    assert restored(marked) == text
    assert not marked or marked[0] not in "=+-@\t\r"


def cell_text():
    letters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from(
        "=+-@'\";,\t\n_x0041_"
    )
    return st.text(letters, max_size=20)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.lists(cell_text(), min_size=2, max_size=2), min_size=1, max_size=5))
@example(rows=[["_x0041_", "x_x000D_"], ["a\r\nb", "''=1"]])
def test_what_is_written_is_read_again(format, rows):
    rows = [["row", *row] for row in rows]
    sheet = read_sheet(write_sheet(rows, header=["H", "a", "b"], format=format))
    blank = " \t\r\n\v\f\u00a0\u2007\u202f\ufeff\u200b"
    kept = {"\uffff": "", "\ufffe": "", "\r\n": "\n", "\r": "\n"}

    def as_read(text):
        for old, new in kept.items():
            text = text.replace(old, new)
        return text.strip(blank)

    # Reading trims cells, and so may take the space before a mark; nothing else changes.
    found = [tuple(as_read(cell) for cell in row.cells) for row in sheet.rows]
    assert found == [tuple(as_read(cell) for cell in row) for row in rows]


def test_csv_is_as_excel_likes_it():
    written = write_sheet([["Zoë", "a;=1"]], header=["Name", "Notes"])
    assert written.startswith(b"\xef\xbb\xbf")
    assert written.endswith(b'"Zo\xc3\xab","a;=1"\r\n')


def test_no_cell_of_a_workbook_is_a_formula():
    content = write_sheet([[text] for text in RUN], header=["=cmd|x"], format="xlsx", title="=1[x]")
    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    book = load_workbook(io.BytesIO(content))
    assert {cell.data_type for row in book.active.rows for cell in row if cell.value} == {"s"}
    assert all(cell.quotePrefix for row in book.active.rows for cell in row if cell.value)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_values_of_every_kind(format):
    row = [-5, 1.5, True, None, date(2026, 11, 3), Decimal("2.50"), float("nan"), np.float64(0.25)]
    moment = datetime(2026, 11, 3, 14, 30, tzinfo=UTC)
    sheet = read_sheet(write_sheet([[*row, moment, "x"]], header=list("abcdefghij"), format=format))
    (found,) = sheet.rows
    assert found.cells[:5] == ("-5", "1.5", "yes", "", "2026-11-03")
    assert float(found.cells[5]) == 2.5
    assert found.cells[6:8] == ("", "0.25")
    assert found.cells[8].startswith("2026-11-03T14:30:00")


def test_characters_that_no_file_can_hold_are_left_out():
    for format in ("csv", "xlsx"):
        written = write_sheet([["A\0n\ud800a\x07", "x"]], header=["Name", "b"], format=format)
        assert read_sheet(written).rows[0].cells == ("Ana", "x")


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="expected csv or xlsx"):
        write_sheet([], header=["a"], format="ods")


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_template_is_known_again_and_its_examples_passed_over(format, language):
    sheet = read_sheet(people_template(format, language))
    check = check_people(sheet, language=language)
    assert check.rows == ()
    assert [problem.rule for problem in check.problems] == ["nobody"]
    assert "2, 3" in check.notes[-1]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_template_explains_every_column(language):
    book = load_workbook(io.BytesIO(people_template("xlsx", language)))
    people, notes = book.worksheets
    header = [cell.value for cell in people[1]]
    assert [row[0].value for row in notes.rows][1 : len(header) + 1] == header


def test_a_name_below_the_examples_is_read():
    text = people_template("csv").decode("utf-8-sig") + "Cal Beispiel,cal@example.org\r\n"
    (person,) = check_people(read_sheet(text)).ready
    assert (person.row, person.name) == (4, "Cal Beispiel")


def test_the_examples_say_what_they_mean():
    text = people_template("csv", "cy").decode("utf-8-sig").replace("example-row-", "row")
    first, second = check_people(read_sheet(text)).rows
    assert first.problems == second.problems == ()
    assert (first.language, second.language) == ("en", "cy")
    assert (first.source, second.source) == ("referral", "job-board")
    assert first.facts == {"travel_minutes": 15, "hours_wanted": 20, "own_transport": "yes"}
    assert second.facts["own_transport"] == "no"


def test_long_tables_are_written_row_by_row():
    """100,000 rows in a workbook add little to the memory of a process."""
    code = (
        "from vbr_engine.files.sheet_writing import write_sheet\n"
        "high = lambda: int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "before = high()\n"
        "rows = ([f'Ana {at}', '=1', at] for at in range(100_000))\n"
        "written = write_sheet(rows, header=['a', 'b', 'c'], format='xlsx')\n"
        "print(high() - before, len(written))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout.split()[0]) < 60_000


def test_a_reader_of_csv_sees_the_text_with_its_mark():
    written = write_sheet([["=1+1", "b"]], header=["a", "b"]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written)))[1] == ["'=1+1", "b"]
