"""Files that are written whole or not at all, and names that are safe to show."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vbr_engine.errors import FileError, Problem

__all__ = ["cannot", "check_place", "replacing", "shown", "write_bytes", "write_text"]


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
    with replacing(Path(path)) as target:
        target.write_bytes(content)


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Give a path to write to; put it in place when the block ends well, else leave no trace."""
    check_place(place)
    try:
        if _is_device(place):
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
        raise cannot("write", place, error) from error


def check_place(place: Path) -> None:
    """Raise FileError if nothing can be written at `place`."""
    folder = Path(os.path.realpath(place)).parent
    reason = ""
    if place.is_dir():
        reason = "it is a folder: give the name of a file"
    elif not folder.is_dir():
        reason = f"there is no folder {shown(folder)}"
    elif not (os.access(folder, os.W_OK | os.X_OK) or _is_device(place)):
        reason = f"you may not write to the folder {shown(folder)}"
    if reason:
        raise FileError([Problem(file=shown(place), message=f"cannot write it: {reason}")])


def _is_device(place: Path) -> bool:
    return place.exists() and not stat.S_ISREG(place.stat().st_mode)


def _make_durable(name: str, target: Path) -> None:
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)
    with open(name, "rb") as written:
        os.fsync(written.fileno())
    os.replace(name, target)


def cannot(do: str, place: Path, error: Exception) -> FileError:
    """Say that a file cannot be read or written, and why."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in reason:
        reason = "it is not UTF-8 text; save it as CSV (UTF-8)"
    if place.suffix.lower() == ".parquet" and "parquet" in reason.lower():
        reason = f"it is not a Parquet file, or not all of one ({reason.strip().rstrip('.')})"
    return FileError([Problem(file=shown(place), message=f"cannot {do} it: {reason.strip()}")])


def shown(place: str | os.PathLike[str]) -> str:
    """Show a file's name so that no odd character in it can upset a terminal."""
    name = os.fspath(place).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
