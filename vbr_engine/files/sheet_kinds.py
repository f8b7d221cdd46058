"""What a file is that was given as a table, going by what stands in it and not by its name."""

from __future__ import annotations

import io
import re
import zipfile

__all__ = ["MOST_PARTS", "foreign", "is_archive", "opened_archive"]

MOST_PARTS = 2_000  # files inside a workbook; a large one has some dozens

_SAVE = "save it as .xlsx or CSV and upload that"
_PASSWORD = f"it is protected by a password: take the password off, {_SAVE}"
_BEGINNINGS = (
    (
        b"%PDF",
        f"this is a PDF document, not a table: open the spreadsheet it came from and {_SAVE}",
    ),
    (b"\x89PNG", "this is a picture, not a table"),
    (b"\xff\xd8\xff", "this is a picture, not a table"),
    (b"GIF8", "this is a picture, not a table"),
    (b"\x1f\x8b", "this is a compressed file: unpack it first"),
    (b"7z\xbc\xaf", "this is a compressed file: unpack it first"),
    (b"Rar!", "this is a compressed file: unpack it first"),
    (b"BZh", "this is a compressed file: unpack it first"),
    (b"\xfd7zXZ", "this is a compressed file: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "this is a compressed file: unpack it first"),
    (
        b"{\\rtf",
        f"this is a text document, not a table: copy its table into a spreadsheet and {_SAVE}",
    ),
    (b"PAR1", f"this is a Parquet file: open it where it was made, and {_SAVE}"),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|table|head|body|\?xml|meta|style)", re.IGNORECASE)


def is_archive(content: bytes) -> bool:
    """Say whether it begins as a zip archive does, and so as a workbook does."""
    return content[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def foreign(content: bytes) -> str:
    """Say what a file is that is neither text nor an Excel workbook.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    str
        The end of a sentence, or nothing.

    Examples
    --------
    >>> foreign(b"%PDF-1.7")[:22]
    'this is a PDF document'
    >>> foreign(b"Name,Email")
    ''
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(content)
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        told = "this is a web page or an XML file, whatever its name says"
        return f"{told}: open it in a spreadsheet program, {_SAVE}"
    return next((told for start, told in _BEGINNINGS if content.startswith(start)), "")


def _compound(content: bytes) -> str:
    """Tell apart what is kept in the container that Excel used before 2007."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return _PASSWORD
    if has("WordDocument"):
        return f"this is a Word document: copy its table into a spreadsheet and {_SAVE}"
    return f"this is an older Excel file (.xls): {_SAVE}"


def opened_archive(content: bytes) -> zipfile.ZipFile:
    """Open a workbook, or say what else the archive is.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    zipfile.ZipFile

    Raises
    ------
    ValueError
        With the end of a sentence.
    """
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise ValueError(f"it holds more than {MOST_PARTS:,} files inside, which no workbook does")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        message = (
            f"it is damaged, or not all of it arrived: open it in a spreadsheet program, {_SAVE}"
        )
        raise ValueError(message) from error
    told = _packed(archive)
    if told:
        raise ValueError(told)
    return archive


def _packed(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return _PASSWORD
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        return f"it is packed in a way that Excel does not use: open it in Excel, {_SAVE}"
    if "content.xml" in names:
        return f"this is an OpenDocument file (.ods, from LibreOffice for example): {_SAVE}"
    if any(name.startswith("Index/") or name == "index.apxl" for name in names):
        return "this is a Numbers file: export it as .xlsx or CSV and upload that"
    if "xl/workbook.bin" in names:
        return f"this is a binary Excel file (.xlsb): {_SAVE}"
    if any(name.startswith("word/") for name in names):
        return f"this is a Word document: copy its table into a spreadsheet and {_SAVE}"
    if not any(name.endswith(".xml") for name in names):
        return "this is a zip archive: unpack it first, and upload the table inside"
    return ""
