"""Lists of people: what is understood, what is told beside a row, and what is never kept."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vbr_engine
from vbr_engine.files import read_sheet
from vbr_engine.intake import Known, Sheet, SheetRow, check_people, marks_of, source_of
from vbr_engine.intake.columns import FIELDS, HEADINGS, field_of
from vbr_engine.intake.refused import refused_topic
from vbr_engine.intake.words import say, sentences


def people(text, **options):
    return check_people(read_sheet(text), **options)


def one(**cells):
    """Check one person with these cells."""
    header = tuple(cells)
    sheet = Sheet(header, (SheetRow(2, tuple(cells.values())),))
    (row,) = check_people(sheet).rows
    return row


def rules(row):
    return [(problem.rule, problem.severity) for problem in row.problems]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Name", "name"), ("FULL NAME", "name"), ("Enw", "name"), ("Candidate’s name", "name"),
        ("First name", "first_name"), ("firstName", "first_name"), ("Cyfenw", "last_name"),
        ("Email *", "email"), ("Email Address (personal)", "email"), ("E-bost", "email"),
        ("Mobile no.", "phone"), ("Ffôn symudol", "phone"), ("Tel", "phone"),
        ("How did you hear about us?", "source"), ("Sut y clywsant", "source"),
        ("Preferred language", "language"), ("Iaith", "language"),
        ("Travel time (minutes)", "travel_minutes"), ("Hours per week", "hours_wanted"),
        ("Oriau a ddymunir", "hours_wanted"), ("Own transport?", "own_transport"),
        ("Contracted hours", "hours_offered"), ("Profiad o ofal", "care_experience"),
        ("Notes", None), ("", None), ("Date of birth", None), ("Email template", None),
    ],
)  # fmt: skip
def test_headings_that_people_write(heading, field):
    assert field_of(heading) == field


@pytest.mark.parametrize(
    "heading",
    [
        "Date of birth", "DOB", "Age", "Ethnicity", "Ethnic group", "NI Number", "NINO", "Gender",
        "National Insurance No", "Health", "Sex", "Religion", "Disability", "Nationality",
        "Marital status", "Title", "Sexual orientation", "Pregnant?", "Criminal convictions",
        "Reasonable adjustments", "Passport number", "Sort code", "Trade union", "Dyddiad geni",
        "Rhyw", "Ethnigrwydd", "Crefydd", "Anabledd", "Rhif Yswiriant Gwladol", "Iechyd", "DBS",
        "Right to work share code", "Next of kin", "First language",
    ],
)  # fmt: skip
def test_what_must_not_be_collected_is_left_out_by_name_and_kept_nowhere(heading):
    check = people(f"Name,Email,{heading}\nAna,ana@example.org,S3CRET\n")
    (problem,) = check.problems
    assert (problem.rule, problem.severity, problem.column) == (
        "refused-column", "warning", heading,
    )  # fmt: skip
    assert len(check.ready) == 1
    assert "S3CRET" not in repr(check)


def test_no_heading_that_is_read_is_one_that_is_refused():
    assert [heading for heading in HEADINGS if refused_topic(heading)] == []
    assert set(HEADINGS.values()) == set(FIELDS)


def test_a_column_that_nothing_asks_for_is_named_and_not_kept():
    check = people("Name,Email,Shoe size\nAna,ana@example.org,39\n")
    assert [(p.rule, p.severity, p.column) for p in check.problems] == [
        ("unknown-column", "note", "Shoe size")
    ]
    assert "39" not in repr(check.rows)


def test_a_person_with_everything():
    row = one(
        Forename="Ana", Surname="Beispiel", Email="Ana@Example.org", Mobile="(07700) 900 123",
        Source="Indeed", Language="Cymraeg", Travel_minutes="25 mins", Hours="22,5",
        Transport="Y", Experience="no",
    )  # fmt: skip
    assert rules(row) == []
    assert (row.name, row.email, row.phone) == (
        "Ana Beispiel", "Ana@example.org", "+447700900123",
    )  # fmt: skip
    assert (row.source, row.source_words, row.language) == ("job-board", "", "cy")
    assert row.facts == {
        "travel_minutes": 25, "hours_wanted": 22.5, "own_transport": "yes", "care_experience": "no",
    }  # fmt: skip


def test_a_name_is_enough_and_the_link_is_handed_over():
    row = one(Name="Ana", Email="")
    assert rules(row) == [("no-contact", "warning")]
    assert row.is_ready


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"Name": "", "Email": "ana@example.org"}, "no-name"),
        ({"Name": "x" * 121, "Email": "ana@example.org"}, "long-name"),
        ({"Name": "ana@example.org", "Phone": "07700 900123"}, "odd-name"),
        ({"Name": "See www.example.org", "Phone": "07700 900123"}, "odd-name"),
        ({"Name": "12345", "Phone": "07700 900123"}, "no-letters"),
        ({"Name": "Ana", "Email": "ana"}, "bad-email"),
        ({"Name": "Ana", "Email": "ana@example.org ben@example.org"}, "two-emails"),
        ({"Name": "Ana", "Phone": "ring mum"}, "bad-phone"),
        ({"Name": "Ana", "Phone": "07700 9001"}, "bad-phone"),
        ({"Name": "Ana", "Phone": "4.47701E+11"}, "cut-phone"),
    ],
)
def test_what_stops_a_row_is_told_with_row_and_column(cells, rule):
    row = one(**cells)
    assert rules(row) == [(rule, "error")]
    assert row.problems[0].row == 2
    assert row.problems[0].column in cells
    assert not row.is_ready


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"Email": "ana@gmial.com"}, "email-typo"),
        ({"Phone": "07700 900123 / 01632 960001"}, "two-phones"),
        ({"Language": "Polish"}, "odd-language"),
        ({"Source": "the radio"}, "odd-source"),
        ({"Travel minutes": "far"}, "odd-number"),
        ({"Hours wanted": "900"}, "odd-number"),
        ({"Own transport": "sometimes"}, "odd-answer"),
    ],
)
def test_what_does_not_stop_a_row_is_a_warning(cells, rule):
    row = one(**{"Name": "Ana", "Email address": "a@example.org"} | cells)
    if "Email" in cells:
        row = one(Name="Ana", **cells)
    assert (rule, "warning") in rules(row)
    assert row.is_ready


def test_an_unknown_source_is_kept_as_other_with_its_words():
    row = one(Name="Ana", Email="a@example.org", Source="the radio")
    assert (row.source, row.source_words) == ("other", "the radio")


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("Facebook", "social-media"), ("friend works here", "referral"), ("JCP", "jobcentre"),
        ("Job Centre Plus", "jobcentre"), ("indeed.co.uk", "job-board"), ("Walk-in", "walk-in"),
        ("our website", "website"), ("Reed agency", "agency"), ("gan ffrind", "referral"),
        ("job-board", "job-board"), ("Other", "other"), ("Canolfan Byd Gwaith", "jobcentre"),
        ("Facebook job centre page", "jobcentre"), ("zzz", None),
    ],
)  # fmt: skip
def test_words_for_sources(words, source):
    assert source_of(words) == source


def test_a_list_without_headings_is_understood_by_what_stands_in_it():
    check = people("07700 900123,Ana Beispiel,ana@example.org\n,Ben,ben@example.org\n")
    assert [(row.row, row.name, row.email) for row in check.ready] == [
        (1, "Ana Beispiel", "ana@example.org"),
        (2, "Ben", "ben@example.org"),
    ]
    assert "A = phone" in check.notes[-1]


def test_without_headings_a_column_is_named_by_its_letter():
    long = "x" * 6000
    check = people(f"Ana Beispiel,ana@example.org\nBen,{long}\nCal,cal@example.org\n")
    (problem,) = check.rows[1].problems[:1]
    assert (problem.rule, problem.column) == ("long-cell", "B")
    assert [row.name for row in check.ready] == ["Ana Beispiel", "Cal"]


def test_headings_below_a_title_are_found():
    check = people("Applicants\nNovember 2026,\n,\nName,Email\nAna,ana@example.org\n")
    assert [row.row for row in check.ready] == [5]
    assert "rows 1, 2" in check.notes[0]
    check = people("Applicants,November\nName,Email\nAna,ana@example.org\n")
    assert [row.row for row in check.ready] == [3]
    assert "row 2" in check.notes[-1]


def test_a_list_of_one_column_is_no_title():
    check = people("Name\nAna\nBen\n")
    assert [row.name for row in check.ready] == ["Ana", "Ben"]
    sheet = read_sheet("Email\nana@example.org\nben@example.org,Ben\n")
    assert [row.line for row in sheet.rows] == [2, 3]


def test_pasted_addresses():
    check = people("Ana Beispiel <ana@example.org>\n<ben@example.org>")
    assert [row.name for row in check.ready] == ["Ana Beispiel"]
    assert rules(check.rows[1]) == [("no-name", "error")]


def test_a_table_without_any_known_column_stops():
    check = people("Colour,Shape\nred,round\n")
    assert [problem.rule for problem in check.errors] == ["no-columns"]
    assert check.ready == check.rows == ()
    assert [p.rule for p in people("Email\nana@example.org\n").errors][:1] == ["no-name-column"]


def test_two_columns_of_one_kind_give_the_first_that_is_filled_in():
    check = people("Name,Mobile,Home phone\nAna,,01632 960001\nBen,07700 900123,01632 960001\n")
    assert [row.phone for row in check.rows] == ["+441632960001", "+447700900123"]
    assert [problem.rule for problem in check.problems] == ["column-twice"]


def test_problems_of_cells_stand_beside_their_rows_if_the_column_is_read():
    sheet = read_sheet("Name,Email,Notes\nAna,a@example.org\nBen,b@example.org,x,what\n")
    check = check_people(sheet)
    assert [rules(row) for row in check.rows] == [[], [("ragged", "error")]]
    assert [row.name for row in check.ready] == ["Ana"]


def test_the_same_address_in_other_letters_is_the_same_person():
    check = people("Name,Email\nAna,Ana@Example.org\nAnna,ana@example.ORG\n")
    duplicate = check.rows[1].duplicate_of
    assert check.rows[0].duplicate_of is None
    assert (duplicate.kind, duplicate.certain, duplicate.row) == ("email", True, 2)
    assert len(check.ready) == 2
    assert [row.name for row in check.new] == ["Ana"]


def test_a_shared_phone_is_sure_only_with_the_same_name():
    check = people(
        "Name,Phone\nAna Beispiel,07700 900123\nBen Beispiel,+44 7700 900123\n"
        "ANA  BEISPIEL,447700900123\nAna Beispiel,01632 960001\n"
    )
    found = [
        row.duplicate_of and (row.duplicate_of.kind, row.duplicate_of.certain) for row in check.rows
    ]
    assert found == [None, ("phone", False), ("phone", True), ("name", False)]


def test_who_is_here_already_is_told_with_when_and_where():
    asked = []

    def known(marks):
        asked.append(marks)
        return {"email:ana@example.org": Known("s1", date(2026, 11, 3), "Home carer")}

    check = people("Name,Email\nAna,ana@example.org\nBen,ben@example.org\n", known=known)
    assert len(asked) == 1
    assert asked[0] == {
        "name:ana", "email:ana@example.org", "name:ben", "email:ben@example.org",
    }  # fmt: skip
    duplicate = check.rows[0].duplicate_of
    assert duplicate.known.reference == "s1"
    assert duplicate.sentence == (
        "The same email address as somebody already here (Home carer), invited on 3 November 2026."
    )
    welsh = people("Enw,E-bost\nAna,ana@example.org\n", known=known, language="cy")
    assert "3 Tachwedd 2026" in welsh.rows[0].duplicate_of.sentence


def test_a_known_phone_is_sure_if_the_known_name_is_the_same_person():
    earlier, other = Known("s1"), Known("s2")
    known = {"phone:+447700900123": earlier, "name:ana": earlier, "name:ben": other}
    check = people("Name,Phone\nAna,07700 900123\nBen,07700 900123\n", known=known)
    assert [row.duplicate_of.certain for row in check.rows] == [True, False]


def test_marks_do_not_depend_on_how_things_are_written():
    assert marks_of(name="Zoë O’Neil", email="Z@BÜCHER.example") == marks_of(
        name="ZOE  O'NEIL", email="z@xn--bcher-kva.example"
    )
    assert marks_of() == frozenset()


def test_the_sentences_exist_in_both_languages_with_the_same_blanks():
    for rule, sentence in sentences().items():
        blanks = [
            {name for _, name, _, _ in Formatter().parse(sentence[language]) if name}
            for language in ("en", "cy")
        ]
        assert blanks[0] == blanks[1], rule
    assert say("no-name", "cy") == "Rhowch enw."


def test_every_sentence_is_used_and_every_rule_has_one():
    rooms = Path(vbr_engine.__file__).parent
    code = "".join(place.read_text() for room in ("intake", "files") for place in
                   (rooms / room).glob("*.py"))  # fmt: skip
    named = re.findall(r'(?:Refused|note|problem|say)\(\s*"([a-z0-9-]+)"', code)
    assert set(named) <= set(sentences())
    spoken = {rule for rule in sentences() if not rule.startswith("same-")}
    assert [rule for rule in spoken if f'"{rule}"' not in code] == []


@given(st.lists(st.lists(st.text(max_size=30), min_size=5, max_size=5), min_size=1, max_size=6))
def test_whatever_stands_in_the_cells_there_is_an_answer(rows):
    header = ("Name", "Email", "Phone", "Source", "Travel minutes")
    sheet = Sheet(header, tuple(SheetRow(at + 2, tuple(row)) for at, row in enumerate(rows)))
    check = check_people(sheet)
    assert len(check.rows) == len(rows)
    for row in check.ready:
        assert row.name
        assert "\n" not in row.name
        assert row.email == "" or row.email.count("@") == 1
        assert row.phone == "" or row.phone[1:].isdigit()


@pytest.mark.parametrize(("language", "lost"), [("en", "lost its first 0"), ("cy", "colli ei 0")])
def test_numbers_without_their_first_0_are_told_once_for_all(language: str, lost: str) -> None:
    lines = ["Name,Mobile", "Ana Beispiel,07700 900123"]
    lines += [f"Person {n},77009{n:05d}" for n in range(200, 240)]
    check = check_people(read_sheet("\n".join(lines)), language=language)
    assert {row.phone for row in check.rows} == {
        "+447700900123",
        *(f"+4477009{n:05d}" for n in range(200, 240)),
    }
    assert [row.problems for row in check.rows] == [()] * 41
    told = [note for note in check.notes if lost in note]
    assert len(told) == 1
    assert ": 40; " in told[0]
    assert told[0].endswith(" 3.")
    whole = check_people(read_sheet("\n".join(lines[:2])), language=language)
    assert not any(lost in note for note in whole.notes)
