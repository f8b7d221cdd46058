"""Files of a bank as somebody sends them: single files or one .zip, read within firm limits."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from service.errors import InvalidForm
from service.words import gettext as _
from vbr_engine.bank.model import Bank
from vbr_engine.errors import BankError, Problem
from vbr_engine.files import read_bank

__all__ = ["MOST_BYTES", "MOST_FILES", "InvalidBank", "bank_from_files", "policy_file"]

MOST_BYTES = 8_000_000
MOST_FILES = 60
_CHUNK = 65_536
_BANK = "bank.yaml"
_CATALOGUE = re.compile(r"[A-Za-z0-9]{2,8}(-[A-Za-z0-9]{1,8}){0,3}\.ya?ml")
_BESIDE = re.compile(r"(CHANGELOG|README|LICENSE)(\.md|\.txt)?", re.IGNORECASE)


class InvalidBank(InvalidForm):
    """Files that make no bank; `problems` says each fault by file and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__({"files": _("These files do not make a bank. Each fault is told below.")})


def bank_from_files(files: Iterable[tuple[str, bytes]]) -> Bank:
    """Make a bank from what was sent.

    Parameters
    ----------
    files : iterable of (name, content)
        ``bank.yaml`` and a catalogue for each language, or one ``.zip`` of them.

    Raises
    ------
    InvalidForm
        With a sentence for ``files``; `InvalidBank` if the engine finds faults in them.
    """
    given = list(files)
    if not given:
        raise _refused(_("Choose the bank's files, or one .zip of them."))
    if len(given) == 1 and given[0][0].lower().endswith(".zip"):
        given = _unpacked(given[0][1])
    return _read(_sorted_out(given))


def policy_file(content: bytes) -> bytes:
    """Check the size of a policy before it is read."""
    if not content.strip():
        raise InvalidForm({"policy_file": _("Choose a file with a scoring policy.")})
    if len(content) > 1_000_000:
        raise InvalidForm({"policy_file": _("This file is too large for a scoring policy.")})
    return content


def _unpacked(content: bytes) -> list[tuple[str, bytes]]:
    """Read a .zip: what its list of contents says is not believed, only what comes out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if len(entries) > 10 * MOST_FILES or sum(e.file_size for e in entries) > MOST_BYTES:
                raise _too_large()
            found, left = [], MOST_BYTES
            for entry in entries:
                data = _read_entry(archive, entry, left)
                left -= len(data)
                found.append((entry.filename, data))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError):
        raise _refused(
            _("This .zip cannot be read. Is it whole, and without a password?")
        ) from None
    return found


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Read one file of a .zip piece by piece, and no further than is allowed."""
    pieces, size = [], 0
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            size += len(piece)
            if size > most:
                raise _too_large()
            pieces.append(piece)
    return b"".join(pieces)


def _sorted_out(given: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """Say which file is which, by the last part of its name."""
    found: dict[str, bytes] = {}
    size = 0
    for path, content in given:
        name = PurePosixPath(path.replace("\\", "/")).name
        if name.startswith(".") or "__MACOSX" in path or _BESIDE.fullmatch(name):
            continue
        size += len(content)
        if name != _BANK and not _CATALOGUE.fullmatch(name):
            raise _refused(
                _(
                    "%(name)s is not a file of a bank: send bank.yaml and one file for each "
                    "language, such as en.yaml.",
                    name=name[:80],
                )
            )
        if name in found:
            raise _refused(_("There are two files called %(name)s.", name=name))
        found[name] = content
    if size > MOST_BYTES or len(found) > MOST_FILES:
        raise _too_large()
    if _BANK not in found:
        raise _refused(_("There is no bank.yaml among the files."))
    return found


def _read(found: Mapping[str, bytes]) -> Bank:
    """Read the files by the engine, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vbr-bank-") as place:
        folder = Path(place)
        (folder / "catalogues").mkdir()
        for name, content in found.items():
            parent = folder if name == _BANK else folder / "catalogues"
            (parent / name).write_bytes(content)
        try:
            return read_bank(folder)
        except BankError as error:
            raise InvalidBank(_told(error.problems, folder)) from None


def _told(problems: Iterable[Problem], folder: Path) -> list[str]:
    told = []
    for problem in problems:
        file = problem.file.removeprefix(str(folder)).lstrip("/") or _BANK
        told.append(str(replace(problem, file=file)))
    return told


def _too_large() -> InvalidForm:
    return _refused(_("This is more than a bank can be: 8 MB in all, in 60 files at most."))


def _refused(sentence: str) -> InvalidForm:
    return InvalidForm({"files": sentence})
