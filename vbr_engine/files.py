"""The one door to disk: banks, tables, and files that are written whole or not at all."""

from __future__ import annotations

import csv
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from pyarrow import ArrowException
from pyarrow.parquet import ParquetFile

from vbr_engine.bank.document import Document, named, read_document
from vbr_engine.bank.document import Path as Inside
from vbr_engine.bank.lint import lint_bank
from vbr_engine.bank.model import Bank
from vbr_engine.bank.parse import bank_problems, parse_bank
from vbr_engine.errors import BankError, FileError, InvalidInput, Problem
from vbr_engine.responses import ResponseMatrix

__all__ = [
    "check_bank",
    "read_bank",
    "read_responses",
    "read_table",
    "write_bytes",
    "write_table",
    "write_text",
]

_ENDINGS = (".csv", ".parquet")
_ROWS = 20_000  # of a table of responses held at once; a code takes one byte, a cell of text fifty

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


@dataclass
class _BankFiles:
    """The files of one bank: what they hold, and where each thing stands."""

    path: Path
    documents: dict[str | None, Document] = field(default_factory=dict)
    names: dict[str | None, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def bank(self) -> Bank:
        """Read every file and make the bank, or raise with every problem."""
        self._read_all()
        bank_file = self.documents.get(None)
        texts = {tag: held.data for tag, held in self.documents.items() if tag is not None}
        if not self.problems and bank_file is not None:
            return self._parsed(bank_file, texts)
        if bank_file is not None or texts:
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


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table; its format comes from the ending, ``.csv`` or ``.parquet``.

    In CSV only an empty field is missing, and a column called ``sitting`` stays text, so that
    ``007`` and ``NA`` are names like any other.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileError
        If the file is not there, is not what its ending says, or names a column twice.
    """
    place = Path(path)
    ending = _ending(place)
    try:
        return _read_csv(place) if ending == ".csv" else pd.read_parquet(place, engine="pyarrow")
    except (OSError, ValueError, ArrowException, csv.Error) as error:
        raise _cannot("read", place, error) from error


def read_responses(path: str | os.PathLike[str], bank: Bank) -> ResponseMatrix:
    """Read a table of responses: ``sitting``, then ``item.option``; an empty cell is not answered.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``. Read piece by piece: a file may be larger than memory.
    bank : Bank
        What the columns belong to.

    Returns
    -------
    ResponseMatrix

    Raises
    ------
    FileError
        If the file is not there, or is not what its ending says.
    ResponsesError
        With every row and column that the bank does not allow.
    """
    place = Path(path)
    pieces = _csv_pieces if _ending(place) == ".csv" else _parquet_pieces
    try:
        return ResponseMatrix.from_frames(pieces(place), bank)
    except (OSError, ValueError, ArrowException, csv.Error) as error:
        raise _cannot("read", place, error) from error


def _csv_pieces(place: Path) -> Iterator[pd.DataFrame]:
    header = _csv_header(place)
    with pd.read_csv(
        place,
        chunksize=_ROWS,
        dtype={"sitting": str},
        encoding="utf-8-sig",
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
    ) as pieces:
        for piece in pieces:
            _check_shape(piece, header)
            yield piece


def _parquet_pieces(place: Path) -> Iterator[pd.DataFrame]:
    with ParquetFile(place) as table:
        names = [name for name in table.schema_arrow.names if not name.startswith("__index_level_")]
        # A table without rows has no batches; it still has columns that may be wrong.
        yield table.schema_arrow.empty_table().select(names).to_pandas(ignore_metadata=True)
        for batch in table.iter_batches(batch_size=_ROWS, columns=names):
            yield batch.to_pandas(ignore_metadata=True)


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table whole or not at all; its format comes from the ending.

    Parameters
    ----------
    frame : pandas.DataFrame
        The index is not written.
    path : path-like
        Ends in ``.csv`` or ``.parquet``.

    Raises
    ------
    FileError
        If the ending is another one or the place cannot be written to.
    """
    place = Path(path)
    ending = _ending(place)
    with _replacing(place) as target:
        if ending == ".csv":
            frame.to_csv(target, index=False, lineterminator="\n")
        else:
            frame.to_parquet(target, engine="pyarrow", index=False)


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write text as UTF-8, whole or not at all."""
    write_bytes(text.encode("utf-8"), path)


def write_bytes(content: bytes, path: str | os.PathLike[str]) -> None:
    """Write bytes, whole or not at all: a reader meets the old file or the new one.

    Parameters
    ----------
    content : bytes
    path : path-like

    Raises
    ------
    FileError
        If the place cannot be written to.
    """
    with _replacing(Path(path)) as target:
        target.write_bytes(content)


def _ending(place: Path) -> str:
    ending = place.suffix.lower()
    if ending not in _ENDINGS:
        message = "a table's name ends in .csv or .parquet"
        if ending in (".xlsx", ".xls", ".ods"):
            message += "; save the workbook as CSV (UTF-8) and give that"
        raise FileError([Problem(file=shown(place), message=message)])
    return ending


def _read_csv(place: Path) -> pd.DataFrame:
    header = _csv_header(place)
    frame = pd.read_csv(
        place,
        dtype={"sitting": str},
        encoding="utf-8-sig",
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
    )
    _check_shape(frame, header)
    return frame


def _csv_header(place: Path) -> list[str]:
    with place.open("rb") as raw:
        if raw.read(4) == b"PK\x03\x04":
            raise ValueError("this is a workbook or a zip archive; save the table as CSV (UTF-8)")
    with place.open(encoding="utf-8-sig", newline="") as opened:
        header = next(csv.reader(opened), [])
    if not header:
        raise ValueError("No columns: the file is empty")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ValueError(f"columns named twice: {', '.join(twice)}")
    if len(header) == 1 and ";" in header[0]:
        raise ValueError("columns are separated by semicolons; save it with commas")
    return header


def _check_shape(frame: pd.DataFrame, header: list[str]) -> None:
    if list(frame.columns) != header:
        raise ValueError("the header and the rows have different numbers of columns")
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("rows have more columns than the header")


@contextmanager
def _replacing(place: Path) -> Iterator[Path]:
    """Give a path to write to; put it in place when the block ends well, else leave no trace."""
    try:
        if place.exists() and not stat.S_ISREG(place.stat().st_mode):
            yield place  # a device or a pipe, such as /dev/stdout
            return
        target = Path(os.path.realpath(place))
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
        os.close(handle)
        try:
            yield Path(name)
            _make_durable(name, target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise _cannot("write", place, error) from error


def _make_durable(name: str, target: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
    with open(name, "rb") as written:
        os.fsync(written.fileno())
    os.replace(name, target)


def _cannot(do: str, place: Path, error: Exception) -> FileError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, UnicodeDecodeError):
        reason = "it is not UTF-8 text"
    return FileError([Problem(file=shown(place), message=f"cannot {do} it: {reason.strip()}")])


def shown(place: str | os.PathLike[str]) -> str:
    """Show a file's name so that no odd character in it can upset a terminal."""
    name = os.fspath(place).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
