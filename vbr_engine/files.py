"""The one door to disk: banks, tables, and files that are written whole or not at all."""

from __future__ import annotations

import csv
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from pyarrow import ArrowException

from vbr_engine.errors import FileError, Problem

__all__ = ["read_table", "write_bytes", "write_table", "write_text"]

_ENDINGS = (".csv", ".parquet")


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
        raise FileError(
            [Problem(file=shown(place), message="a table's name ends in .csv or .parquet")]
        )
    return ending


def _read_csv(place: Path) -> pd.DataFrame:
    with place.open(encoding="utf-8-sig", newline="") as opened:
        header = next(csv.reader(opened), [])
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise ValueError(f"columns named twice: {', '.join(twice)}")
    if len(header) == 1 and ";" in header[0]:
        raise ValueError("columns are separated by semicolons; save it with commas")
    frame = pd.read_csv(
        place,
        dtype={"sitting": str},
        encoding="utf-8-sig",
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
    )
    if list(frame.columns) != header:
        raise ValueError("the header and the rows have different numbers of columns")
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError("rows have more columns than the header")
    return frame


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
