"""Tables as people have them: what stands in the cells, and what is told beside."""

import io
from datetime import date, datetime, time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from vbr_engine.errors import FileError
from vbr_engine.files import read_sheet
from vbr_engine.intake import Limits

PEOPLE = "Name,Email\nZoë Beispiel,zoe@example.org\nŴyn Enghraifft,wyn@example.org\n"


def workbook(*rows, change=None):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    return saved(book)


def saved(book):
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def cells(sheet):
    return [row.cells for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_accents_survive_every_encoding_of_unicode(encoding):
    sheet = read_sheet(PEOPLE.encode(encoding))
    assert cells(sheet)[1] == ("Ŵyn Enghraifft", "wyn@example.org")


def test_windows_1252_is_read_and_told():
    sheet = read_sheet("Name\nZoë\nO’Neil €\n".encode("cp1252"))
    assert cells(sheet) == [("Zoë",), ("O’Neil €",)]
    assert "Windows-1252" in sheet.notes[0]
    assert "line 2" in sheet.notes[0]


@pytest.mark.parametrize(
    ("separator", "word"), [(",", ""), (";", "semicolons"), ("\t", "tabs"), ("|", "upright bars")]
)
def test_what_stands_between_columns_is_found(separator, word):
    sheet = read_sheet(f"Name{separator}Email\nAna{separator}a@example.org\n".encode())
    assert sheet.header == ("Name", "Email")
    assert word in " ".join(sheet.notes)


def test_excels_announcement_of_the_separator_is_obeyed():
    sheet = read_sheet(b"sep=;\r\nName;Place\r\nAna;a,b\r\n")
    assert sheet.header == ("Name", "Place")
    assert sheet.rows == ((3, ("Ana", "a,b")),)


def test_rows_are_numbered_as_a_spreadsheet_numbers_them():
    sheet = read_sheet('Name,Notes\n\n"Ana","two\nlines"\nBen,\n,\nCal,x\n')
    assert [(row.line, row.cells) for row in sheet.rows] == [
        (3, ("Ana", "two\nlines")),
        (4, ("Ben", "")),
        (6, ("Cal", "x")),
    ]


def test_short_rows_are_filled_and_long_ones_told():
    sheet = read_sheet("Name,Email\nAna\nBen,b@example.org,what\nCal,c@example.org,,\n")
    assert cells(sheet) == [("Ana", ""), ("Ben", "b@example.org"), ("Cal", "c@example.org")]
    assert [problem.row for problem in sheet.problems] == [3]
    assert "row 2" in sheet.notes[-1]


def test_pasted_from_a_spreadsheet():
    sheet = read_sheet("Name\tMobile\r\nAna\t07700 900123\r\n")
    assert cells(sheet) == [("Ana", "07700 900123")]


@pytest.mark.parametrize(
    "text",
    [
        "Ana Beispiel <ana@example.org>\nBen <ben@example.org>",
        'Ana Beispiel <ana@example.org>; "Ben" <ben@example.org>;',
        "Ana Beispiel <ana@example.org>, Ben <ben@example.org>\n\n",
    ],
)
def test_addresses_as_a_mail_program_writes_them(text):
    sheet = read_sheet(text)
    assert sheet.format == "lines"
    assert cells(sheet) == [("Ana Beispiel", "ana@example.org"), ("Ben", "ben@example.org")]


def test_bare_addresses_one_a_line():
    assert cells(read_sheet("ana@example.org\nben@example.org")) == [
        ("", "ana@example.org"),
        ("", "ben@example.org"),
    ]


def test_a_file_a_path_and_bytes_are_read_alike(tmp_path):
    place = tmp_path / "people.csv"
    place.write_bytes(PEOPLE.encode())
    with place.open("rb") as opened:
        assert (
            cells(read_sheet(opened))
            == cells(read_sheet(place))
            == cells(read_sheet(PEOPLE.encode()))
        )
    assert read_sheet(place).name == "people.csv"


def test_a_reader_that_gives_little_at_a_time_is_read_whole():
    class Slow(io.RawIOBase):
        held = io.BytesIO(PEOPLE.encode())

        def read(self, size=-1):
            return self.held.read(min(size, 7))

    assert len(read_sheet(Slow()).rows) == 2


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileError, match="No such file"):
        read_sheet(tmp_path / "none.csv")


def test_a_workbook_gives_text_numbers_and_dates_as_they_were_typed():
    def zeros(book):
        book.active["B2"].number_format = "00000000000"

    content = workbook(
        ["Name", "Phone", "Typed", "Hours", "Day", "Moment", "Hour", "Yes"],
        ["Ana", 7700900123, "07700 900123", 22.5, date(2026, 11, 3),
         datetime(2026, 11, 3, 14, 30), time(9, 15), True],
        ["Ben", 447700900123, None, 16, None, None, None, False],
        change=zeros,
    )  # fmt: skip
    sheet = read_sheet(content)
    assert cells(sheet)[0] == (
        "Ana", "07700900123", "07700 900123", "22.5", "2026-11-03", "2026-11-03T14:30:00",
        "09:15:00", "TRUE",
    )  # fmt: skip
    assert cells(sheet)[1] == ("Ben", "447700900123", "", "16", "", "", "", "FALSE")


def test_dates_counted_from_1904():
    def older(book):
        book.epoch = datetime(1904, 1, 1)

    content = workbook(["Name", "Day"], ["Ana", date(2026, 11, 3)], change=older)
    assert cells(read_sheet(content)) == [("Ana", "2026-11-03")]


def test_the_first_sheet_that_can_be_seen_is_read_and_the_others_named():
    book = Workbook()
    book.active.append(["Secret"])
    book.active.sheet_state = "hidden"
    for title, name in (("Applicants", "Ana"), ("Old", "Ben")):
        sheet = book.create_sheet(title)
        sheet.append(["Name"])
        sheet.append([name])
    book.active = 1
    found = read_sheet(saved(book))
    assert cells(found) == [("Ana",)]
    assert "“Applicants”" in found.notes[0]
    assert "“Old”" in found.notes[0]


def test_hidden_rows_are_left_out_and_told():
    def hide(book):
        book.active.row_dimensions[3].hidden = True

    sheet = read_sheet(workbook(["Name"], ["Ana"], ["Ben"], ["Cal"], change=hide))
    assert [(row.line, row.cells) for row in sheet.rows] == [(2, ("Ana",)), (4, ("Cal",))]
    assert "row 3" in sheet.notes[0]


def test_merged_cells_are_told():
    def merge(book):
        book.active.merge_cells("B2:B3")

    sheet = read_sheet(workbook(["Name", "Source"], ["Ana", "Indeed"], ["Ben", None], change=merge))
    assert cells(sheet) == [("Ana", "Indeed"), ("Ben", "")]
    assert "B2:B3" in " ".join(sheet.notes)


def test_a_formula_without_a_result_is_told_with_row_and_column():
    sheet = read_sheet(workbook(["Name", "Email"], ["Ana", "=A2&1"], ["Ben", "b@example.org"]))
    (problem,) = sheet.problems
    assert (problem.row, problem.column) == (2, "Email")
    assert "formula" in problem.message


def test_a_formula_with_a_result_counts_by_it():
    content = workbook(["Name", "Email"], ["Ana", "a@example.org"])
    parts = unpacked(content)
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    old = sheet[sheet.index('<c r="B2"') : sheet.index("</row>", sheet.index('<c r="B2"'))]
    new = '<c r="B2" t="str"><f>A2&amp;"@example.org"</f><v>Ana@example.org</v></c>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(old, new).encode()
    found = read_sheet(packed(parts))
    assert cells(found) == [("Ana", "Ana@example.org")]
    assert "Formulas" in found.notes[0]


def test_a_cell_with_an_error_is_told():
    def wrong(book):
        book.active["B2"].data_type = "e"

    sheet = read_sheet(workbook(["Name", "Email"], ["Ana", "#REF!"], change=wrong))
    assert cells(sheet) == [("Ana", "")]
    assert "#REF!" in sheet.problems[0].message


def test_text_in_several_fonts_is_one_text():

    rich = CellRichText("Ana ", TextBlock(InlineFont(b=True), "Beispiel"))
    assert cells(read_sheet(workbook(["Name"], [rich]))) == [("Ana Beispiel",)]


STRICT = "http://purl.oclc.org/ooxml"


def test_what_other_programs_write():
    """A prefix before each name, the strict namespace, runs of text, and a guide to reading."""
    parts = unpacked(workbook(["Name", "Email"], ["Ana", "ana@example.org"]))
    main = f'xmlns:x="{STRICT}/spreadsheetml/main"'
    parts["xl/worksheets/sheet1.xml"] = (
        f'<x:worksheet {main}><x:sheetData><x:row><x:c t="s"><x:v>1</x:v></x:c>'
        '<x:c t="s"><x:v>0</x:v></x:c></x:row><x:row><x:c t="s"><x:v>0</x:v></x:c></x:row>'
        '<x:row><x:c r="B7" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    parts["xl/sharedStrings.xml"] = (
        f"<x:sst {main}><x:si><x:r><x:t>An</x:t></x:r><x:r><x:t>a</x:t></x:r>"
        '<x:rPh sb="0" eb="1"><x:t>guide</x:t></x:rPh></x:si>'
        '<x:si><x:t xml:space="preserve"> Name </x:t></x:si></x:sst>'
    )
    for related in (False, True):
        if related:
            parts["xl/words.xml"] = parts.pop("xl/sharedStrings.xml")
            rels = parts["xl/_rels/workbook.xml.rels"].decode()
            added = f'<Relationship Id="s" Type="{STRICT}/sharedStrings" Target="words.xml"/>'
            parts["xl/_rels/workbook.xml.rels"] = rels.replace(
                "</Relationships>", f"{added}</Relationships>"
            )
        sheet = read_sheet(packed(parts))
        assert sheet.header == ("Name", "Ana")
        assert cells(sheet) == [("Ana", ""), ("", "Ana")]


def test_formats_alone_are_no_rows():
    def colour(book):
        for line in range(3, 500):
            book.active.cell(line, 1).font = Font(bold=True)

    assert len(read_sheet(workbook(["Name"], ["Ana"], change=colour)).rows) == 1


@pytest.mark.parametrize("content", [b"", b"   \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(content):
    with pytest.raises(FileError, match="empty"):
        read_sheet(content, name="people.csv")


def test_an_empty_workbook_and_one_with_a_header_only_are_told():
    with pytest.raises(FileError, match="it is empty"):
        read_sheet(workbook())
    with pytest.raises(FileError, match="a header but no row"):
        read_sheet(workbook(["Name"]))
    with pytest.raises(FileError, match="a header but no row"):
        read_sheet(b"Name,Email\r\n")


def test_at_a_limit_all_is_read_and_beyond_it_none():
    limits = Limits(rows=3, columns=2)
    for make in (lambda rows: workbook(*rows), lambda rows: "\n".join(map(",".join, rows))):
        good = [["a", "b"]] * 4
        assert len(read_sheet(make(good), limits=limits).rows) == 3
        with pytest.raises(FileError, match="more than 3 rows"):
            read_sheet(make([*good, ["a", "b"]]), limits=limits)
        with pytest.raises(FileError, match="row 2 has more than 2 columns"):
            read_sheet(make([["a", "b"], ["a", "b", "c"]]), limits=limits)


def test_every_cell_that_is_too_long_is_told_up_to_a_number():
    rows = [["Name"], *[["x" * 30]] * 8]
    for content in (workbook(*rows), "\n".join(row[0] for row in rows)):
        sheet = read_sheet(content, limits=Limits(cell=20, told=5))
        assert [problem.row for problem in sheet.problems] == [2, 3, 4, 5, 6, None]
        assert sheet.problems[-1].message == "and 3 more problems of this kind"


def unpacked(content):

    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts):

    held = io.BytesIO()
    with ZipFile(held, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()
