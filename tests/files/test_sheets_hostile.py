"""Files that were made to harm, or are something else than their name says."""

import csv
import io
import subprocess
import sys
import zipfile
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from vbr_engine.errors import FileError, InvalidInput
from vbr_engine.files import read_sheet
from vbr_engine.intake import Limits

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# What reading may add to the memory of a process that has loaded the reader; measured: see below.
MOST_MEMORY = 200_000_000


def small():
    book = Workbook()
    book.active.append(["Name", "Email"])
    book.active.append(["Ana", "ana@example.org"])
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, kind=zipfile.ZIP_DEFLATED):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", kind, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def with_sheet(inside):
    parts = small()
    parts[SHEET] = f'<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'
    return packed(parts)


def refusal(content, **options):
    with pytest.raises(FileError) as caught:
        read_sheet(content, name="people.xlsx", **options)
    assert "Traceback" not in str(caught.value)
    assert caught.value.problems[-1].file == "people.xlsx"
    return caught.value.problems[-1].message


def cfb(*names):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"".join(n.encode("utf-16-le") for n in names)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (cfb("Root Entry", "Workbook"), "older Excel file"),
        (cfb("Root Entry", "EncryptedPackage"), "password"),
        (cfb("WordDocument"), "Word"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08\0", "compressed"),
        (b"PAR1....PAR1", "Parquet"),
        (b"<html><table><tr><td>Ana</td></tr></table></html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "XML"),
        (packed({"mimetype": "x", "content.xml": "<a/>"}), "OpenDocument"),
        (packed({"word/document.xml": "<a/>"}), "Word"),
        (packed({"Index/Document.iwa": "x"}), "Numbers"),
        (packed({"xl/workbook.bin": "x"}), "binary Excel"),
        (packed({"people.csv": "Name"}), "zip archive"),
        (packed({"notes.xml": "<a/>"}), "not an Excel workbook"),
        (packed(small(), zipfile.ZIP_BZIP2), "packed in a way"),
        (packed(small())[:-40], "damaged"),
        (packed(small())[:2000], "damaged"),
        (b"Name,Email\nAna\0,x", "line 2 holds a zero byte"),
        (b"Name\n\x81\x8d\x8f", "cannot be read"),
        ("Name\nAna".encode("utf-16")[:-1], "cannot be read"),
        (b'Name,Email\n"Ana,x\nBen,y\n', "row 2: a quotation mark is opened and never closed"),
        (b'Name\n"' + b"x" * 200_000, "row 2: a cell is far too long"),
    ],
)
def test_what_it_is_instead_is_said(content, told):
    assert told in refusal(content)


@given(st.binary(max_size=200) | st.text(max_size=200))
@example(b"PK\x03\x04")
@example("\ud800,\x00")
def test_any_bytes_give_a_sheet_or_a_sentence(content):
    with suppress(InvalidInput):
        assert read_sheet(content).rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<row>", "</row>", '<row r="3">', '<c t="s">', '<c r="B2" s="1">', "</c>", "<v>",
             "</v>",
             "1", "x", "<f>A1</f>", "<is><t>", "</t></is>", '<c t="inlineStr">', "<rPh>", "</rPh>",
             '<mergeCell ref="A1:B2"/>', f'<c s="{"9" * 5000}"><v>1</v></c>', "&#0;", "&amp;"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_any_order_of_elements_gives_a_sheet_or_a_sentence(parts):
    with suppress(InvalidInput):
        assert read_sheet(with_sheet("".join(parts))).rows


def test_an_absurd_number_is_damage():
    assert "damaged" in refusal(with_sheet(f'<row><c s="{"9" * 5000}"><v>1</v></c></row>'))


def test_refusals_are_told_in_welsh_by_the_same_rule():
    with pytest.raises(FileError) as caught:
        read_sheet(b"%PDF-1.7", language="cy")
    assert caught.value.problems[0].rule == "pdf"
    assert caught.value.problems[0].message.startswith("dogfen PDF")


def test_an_archive_that_is_locked_is_said():
    content = bytearray(packed(small()))
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    assert "password" in refusal(bytes(content))


def test_damage_anywhere_is_a_sentence():
    """Every byte turned over, one after another, in steps: a sheet or a sentence, nothing else."""
    whole = packed(small(), zipfile.ZIP_STORED)
    for at in range(0, len(whole), 61):
        content = bytearray(whole)
        content[at] ^= 0x5A
        with suppress(InvalidInput):
            assert read_sheet(bytes(content)).header


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "_rels/.rels", "xl/styles.xml"])
def test_entities_are_refused_in_every_part(head, part):
    parts = small()
    text = parts[part].decode()
    declared = text[: text.index("?>") + 2] if text.startswith("<?xml") else ""
    parts[part] = declared + head + text.removeprefix(declared)
    assert "entities" in refusal(packed(parts))


def test_a_target_outside_of_the_workbook_is_not_followed():
    parts = small()
    rels = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(
        "/xl/worksheets/sheet1.xml", "../../../../etc/passwd"
    )
    assert "no sheet that can be seen" in refusal(packed(parts))


def test_more_is_inside_than_may_be_unpacked():
    parts = small() | {"xl/media/image1.png": b"\0" * 3_000_000}
    content = packed(parts)
    assert len(content) < 20_000
    assert "larger than 1 MB" in refusal(content, limits=Limits(uncompressed=1_000_000))


def test_an_archive_that_lies_about_its_sizes_is_stopped():
    parts = small() | {SHEET: b"<worksheet>" + b" " * 5_000_000 + b"</worksheet>"}
    content = packed(parts)
    size = len(parts[SHEET]).to_bytes(4, "little")
    lying = content.replace(size, (1000).to_bytes(4, "little"))
    assert "damaged" in refusal(lying, limits=Limits(uncompressed=1_000_000))


def test_an_archive_of_very_many_parts_is_not_opened():
    parts = small() | {f"a{at}": b"" for at in range(2_001)}
    assert "2,000 files" in refusal(packed(parts))


def test_one_thing_that_is_far_too_long_is_stopped():
    name = "x" * 5_000_000
    assert "far too long" in refusal(with_sheet(f'<row a="{name}"></row>'))


@pytest.mark.parametrize("place", ["AAAAA1", "XFE1", "1", "a1"])
def test_a_column_that_cannot_be_is_damage(place):
    assert "damaged" in refusal(with_sheet(f'<row r="1"><c r="{place}"><v>1</v></c></row>'))


@pytest.mark.parametrize("number", ["0", "1048577", "99999999999999999999"])
def test_a_row_that_cannot_be_is_damage(number):
    assert "damaged" in refusal(with_sheet(f'<row r="{number}"><c><v>1</v></c></row>'))


def test_odd_values_are_read_as_text_or_told():
    row = "".join(
        f"<c{kind}><v>{value}</v></c>"
        for kind, value in (
            (' t="s"', "99999"), (' t="s"', "-1"), (' t="s"', "x"), ("", "1e999"), ("", "NaN"),
            (' s="99"', "5"), (' s="x"', "6"), (' t="b"', "?"), (' t="?"', "7"), ("", "７"),
        )
    )  # fmt: skip
    header = "".join(f'<c t="inlineStr"><is><t>c{at}</t></is></c>' for at in range(10))
    sheet = read_sheet(with_sheet(f"<row>{header}</row><row>{row}</row>"))
    assert sheet.rows[0].cells == ("", "", "", "1e999", "NaN", "5", "6", "FALSE", "7", "7")


def test_zero_bytes_and_half_letters_do_not_come_out_of_a_workbook():
    cell = '<c t="inlineStr"><is><t>A_x0000_n_xD800_a_x0007__x000A_b</t></is></c>'
    sheet = read_sheet(with_sheet(f"<row>{cell}</row><row>{cell}</row>"))
    assert sheet.header == ("Ana\nb",)


def test_too_large_a_file_is_not_read_to_its_end():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            return b"x" * size

    endless = Endless()
    assert "larger than 1 MB" in refusal(endless, limits=Limits(bytes=1_000_000))
    assert endless.given == 1_000_001
    assert "larger than 10 MB" in refusal("x" * 10_000_001)


HOSTILE = {
    "a million rows": "with_sheet('<row><c><v>1</v></c></row>' * 1_000_000)",
    "a million empty rows": "with_sheet('<row r=\"1\"/>' * 1_000_000)",
    "very many columns": "with_sheet(('<row>' + '<c><v>1</v></c>' * 16_000 + '</row>') * 90)",
    "nested far too deep": "with_sheet('<a>' * 3_000_000)",
    "one cell of 90 MB": "with_sheet('<row><c><v>' + 'x' * 90_000_000 + '</v></c></row>')",
    "one attribute of 90 MB": "with_sheet('<row a=\"' + 'x' * 90_000_000 + '\"></row>')",
    "styles of 90 MB": "packed(small() | {'xl/styles.xml': '<styleSheet><cellXfs>'"
    " + '<xf numFmtId=\"14\"/>' * 4_000_000 + '</cellXfs></styleSheet>'})",
    "zeros of 99 MB": "packed(small() | {'xl/a.bin': bytes(99_000_000)})",
    "zeros of 4 GB": "bomb(40)",
    "10 MB of commas": "b'Name,Email\\n' + b',' * 9_900_000",
    "10 MB of line ends": "b'Name\\n' + b'\\n' * 9_900_000",
    "10 MB of quotation marks": "b'Name\\n' + b'\"' * 9_900_000",
    "3 million addresses": "b'a@b\\n' * 2_400_000",
    "full to the limits": "with_strings()",
    "90 MB of shared strings": "shared()",
}


def bomb(parts):
    return packed(small() | {f"xl/a{at}.bin": bytes(99_000_000) for at in range(parts)})


def with_strings():
    """As many rows and columns as are read, each cell another text."""
    rows = "".join(
        "<row>" + f'<c t="str"><v>{line}</v></c>' * 60 + "</row>" for line in range(20_001)
    )
    return with_sheet(rows)


def shared():
    """A sheet that names 400,000 shared strings, and 600,000 that it does not name."""
    cells = iter(range(400_000))
    rows = "".join(
        "<row>" + "".join(f'<c t="s"><v>{next(cells)}</v></c>' for _ in range(50)) + "</row>"
        for _ in range(8_000)
    )
    words = "<sst>" + "<si><t>twenty letters, about</t></si>" * 1_000_000 + "</sst>"
    parts = small() | {SHEET: f"<worksheet><sheetData>{rows}</sheetData></worksheet>"}
    return packed(parts | {STRINGS: words})


MEASURED = """
import resource, sys
from vbr_engine.errors import InvalidInput
from vbr_engine.files.sheets import read_sheet
import vbr_engine.files.workbooks

def highest():
    # Not ru_maxrss, which counts the parent's memory at the fork as well.
    with open("/proc/self/status") as status:
        return 1024 * int(status.read().split("VmHWM:")[1].split()[0])

before = highest()
try:
    told = f"{len(read_sheet(sys.stdin.buffer).rows)} rows"
except InvalidInput as error:
    told = error.problems[-1].message
print(highest() - before, resource.getrusage(resource.RUSAGE_SELF).ru_utime, told)
"""


def measured(content):
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], input=content, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
    memory, seconds, told = done.stdout.decode().split(" ", 2)
    return int(memory), float(seconds), told.strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "zeros of 4 GB"])
def test_memory_stays_bounded(name):
    content = eval(HOSTILE[name])
    assert len(content) <= 10_000_000
    memory, _, told = measured(content)
    assert told
    assert memory < MOST_MEMORY, f"{memory:,} bytes: {told}"


def test_a_long_table_written_by_hand_is_read_to_its_end():
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerows(
        [["Name", "Email"], *([f"Ana {at}", f"a{at}@example.org"] for at in range(20_000))]
    )
    assert len(read_sheet(held.getvalue().encode()).rows) == 20_000
