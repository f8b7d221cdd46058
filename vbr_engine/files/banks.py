"""Banks on disk: a folder with a bank file and a catalogue per language."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vbr_engine.bank.document import Document, named, read_document
from vbr_engine.bank.document import Path as Inside
from vbr_engine.bank.lint import lint_bank
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import bank_problems, parse_bank
from vbr_engine.errors import BankError, InvalidInput, Problem
from vbr_engine.files.whole import shown

__all__ = ["BankSource", "check_bank", "read_bank", "read_source"]

MAX_BANK_BYTES = 4 * 2**20
MAX_CATALOGUES = 50


def read_bank(path: str | os.PathLike[str]) -> Bank:
    """Read a bank and its catalogues.

    Parameters
    ----------
    path : path-like
        The bank's folder, or its ``bank.yaml``.

    Returns
    -------
    Bank

    Raises
    ------
    BankError
        With every problem in every file, each with file, line and path.

    Examples
    --------
    >>> bank = read_bank("tests/banks/tiny")
    >>> bank.label, len(bank.items)
    ('tiny 0.1.0', 6)
    """
    return _BankFiles(Path(path)).bank()


def check_bank(path: str | os.PathLike[str]) -> list[Problem]:
    """List everything wrong with a bank: errors, or else what the linter finds.

    Parameters
    ----------
    path : path-like
        The bank's folder, or its ``bank.yaml``.

    Returns
    -------
    list of Problem
        By file and line; empty if there is nothing to say.
    """
    files = _BankFiles(Path(path))
    try:
        return files.placed(lint_bank(files.bank()))
    except InvalidInput as error:
        return list(error.problems)


@dataclass(frozen=True)
class BankSource:
    """A bank with the files that it came from.

    Parameters
    ----------
    bank : Bank
    folder : Path
    texts : mapping of str or None to str
        The text of each catalogue by language, and of the bank file under None.
    documents : mapping of str or None to dict
        What those texts hold.
    """

    bank: Bank
    folder: Path
    texts: Mapping[str | None, str]
    documents: Mapping[str | None, Any]


def read_source(path: str | os.PathLike[str]) -> BankSource:
    """Read a bank and keep the text of its files.

    Parameters
    ----------
    path : path-like
        The bank's folder, or its ``bank.yaml``.

    Returns
    -------
    BankSource

    Raises
    ------
    BankError
        As `read_bank`.
    """
    files = _BankFiles(Path(path))
    bank = files.bank()
    folder = files.path if files.path.is_dir() else files.path.parent
    documents = {tag: held.data for tag, held in files.documents.items()}
    return BankSource(bank, folder, files.texts, documents)


@dataclass
class _BankFiles:
    """The files of one bank: what they hold, and where each thing stands."""

    path: Path
    documents: dict[str | None, Document] = field(default_factory=dict)
    names: dict[str | None, str] = field(default_factory=dict)
    texts: dict[str | None, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def bank(self) -> Bank:
        """Read every file and make the bank, or raise with every problem."""
        self._read_all()
        bank_file = self.documents.get(None)
        texts = {tag: held.data for tag, held in self.documents.items() if tag is not None}
        if not self.problems and bank_file is not None:
            return self._parsed(bank_file, texts)
        # Of a file that could not be read nothing more is said, only that.
        if bank_file is not None and (bank_file.data is not None or texts):
            document = None if bank_file is None else bank_file.data
            self.problems += bank_problems(document, texts, locate=self._locate)
        raise BankError(_in_order(self.problems))

    def _parsed(self, bank_file: Document, texts: dict[str, object]) -> Bank:
        try:
            return parse_bank(bank_file.data, texts, locate=self._locate)
        except BankError as error:
            raise BankError(_in_order(error.problems)) from None

    def placed(self, problems: list[Problem]) -> list[Problem]:
        """Give problems that name a path, and a language for a file, their file and line."""
        index = {
            tag: {named(path, held.data): line for path, line in held.lines.items()}
            for tag, held in self.documents.items()
        }
        found = []
        for problem in problems:
            tag = problem.file or None
            line = _line_of(problem.path, index.get(tag, {}))
            found.append(replace(problem, file=self.names.get(tag, ""), line=line))
        return _in_order(found)

    def _read_all(self) -> None:
        folder = self.path if self.path.is_dir() else self.path.parent
        bank_file = folder / "bank.yaml" if self.path.is_dir() else self.path
        if self.path.is_dir() and not os.path.lexists(bank_file):
            message = "this folder is not a bank: there is no bank.yaml in it"
            raise BankError([Problem(file=shown(self.path), message=message)])
        self._read_one(None, bank_file)
        if None in self.documents or self.problems:
            for place in self._catalogues(folder / "catalogues"):
                self._read_one(place.stem, place)

    def _catalogues(self, folder: Path) -> list[Path]:
        try:
            places = sorted(place for place in folder.iterdir() if not place.name.startswith("."))
        except OSError:
            return []
        for place in places:
            if place.suffix == ".yml":
                self._say(place, f"rename it to {shown(place.stem)}.yaml to have it read")
        found = [place for place in places if place.suffix == ".yaml"]
        if len(found) > MAX_CATALOGUES:
            self._say(folder, f"expected at most {MAX_CATALOGUES} catalogues, got {len(found)}")
        return found[:MAX_CATALOGUES]

    def _read_one(self, tag: str | None, place: Path) -> None:
        self.names[tag] = shown(place)
        text = self._text(place)
        if text is None:
            self.documents[tag] = Document(None, {}, ())
            return
        self.texts[tag] = text
        held = self.documents[tag] = read_document(text)
        for path, line, message in held.problems:
            inside = named(path, held.data)
            self.problems.append(
                Problem(message=message, path=inside, file=self.names[tag], line=line)
            )

    def _text(self, place: Path) -> str | None:
        try:
            return _content(place).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            byte = error.object[error.start]
            self._say(place, f"is not UTF-8 text: byte {byte:#04x} cannot stand here", line)
        except OSError as error:
            reason = f"cannot read it: {error.strerror}" if error.strerror else str(error)
            if place.is_symlink() and not place.exists():
                reason = "cannot read it: it is a link to nothing"
            self._say(place, reason)
        return None

    def _say(self, place: Path, message: str, line: int | None = None) -> None:
        self.problems.append(Problem(message=message, file=shown(place), line=line))

    def _locate(self, tag: str | None, path: Inside) -> tuple[str, int | None]:
        held = self.documents.get(tag)
        return self.names.get(tag, ""), None if held is None else held.line(path)


def _content(place: Path) -> bytes:
    """Read a file of sensible size; its size is looked at first."""
    found = place.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError("expected a file, got something else")
    if found.st_size > MAX_BANK_BYTES:
        raise OSError(_too_big(found.st_size))
    with place.open("rb") as opened:
        content = opened.read(MAX_BANK_BYTES + 1)
    if len(content) > MAX_BANK_BYTES:
        raise OSError(_too_big(len(content)))
    return content


def _line_of(path: str, index: dict[str, int]) -> int | None:
    while path and path not in index:
        path = path.rpartition(".")[0]
    return index.get(path)


def _in_order(problems: list[Problem] | tuple[Problem, ...]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.path))


def _too_big(size: int) -> str:
    return (
        f"is {size / 2**20:.1f} MB; a file of a bank has {MAX_BANK_BYTES // 2**20} MB at most, "
        "and nothing of it was read"
    )
