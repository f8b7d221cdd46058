"""What a file is that was given as a table, going by what stands in it and not by its name."""

from __future__ import annotations

import io
import re
import zipfile

from vbr_engine.files.sheet_rows import Refused

__all__ = ["MOST_PARTS", "foreign", "is_archive", "opened_archive"]

MOST_PARTS = 2_000  # files inside a workbook; a large one has some dozens

_BEGINNINGS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "compressed"),
    (b"7z\xbc\xaf", "compressed"),
    (b"Rar!", "compressed"),
    (b"BZh", "compressed"),
    (b"\xfd7zXZ", "compressed"),
    (b"\x28\xb5\x2f\xfd", "compressed"),
    (b"{\\rtf", "text-document"),
    (b"PAR1", "parquet"),
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
        The rule that says so, or nothing.

    Examples
    --------
    >>> foreign(b"%PDF-1.7")
    'pdf'
    >>> foreign(b"Name,Email")
    ''
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(content)
    if _MARKUP.match(content.removeprefix(b"\xef\xbb\xbf")):
        return "web-page"
    return next((told for start, told in _BEGINNINGS if content.startswith(start)), "")


def _compound(content: bytes) -> str:
    """Tell apart what is kept in the container that Excel used before 2007."""

    def has(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if has("EncryptedPackage"):
        return "password"
    if has("WordDocument"):
        return "text-document"
    return "old-excel"


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
    Refused
    """
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise Refused("many-parts", most=MOST_PARTS)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused("damaged") from error
    told = _packed(archive)
    if told:
        raise Refused(told)
    return archive


def _packed(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return "password"
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        return "odd-packing"
    if "content.xml" in names:
        return "open-document"
    if any(name.startswith("Index/") or name == "index.apxl" for name in names):
        return "numbers-file"
    if "xl/workbook.bin" in names:
        return "binary-excel"
    if any(name.startswith("word/") for name in names):
        return "text-document"
    if not any(name.endswith(".xml") for name in names):
        return "zip"
    return ""
