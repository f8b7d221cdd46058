"""Copying a database while it is in use: whole or not at all, readable by its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from service.errors import DatabaseError, FileThere
from service.storage.database import driver

__all__ = ["copy_database"]


def copy_database(path: Path, target: Path) -> None:
    """Copy a database as it is at this moment, and read the copy through once.

    Raises
    ------
    FileThere
    DatabaseError
        If the file cannot be written, or the copy is not sound.
    """
    draft = target.with_name(f".{target.name}.copying")
    if target.exists():
        raise FileThere(f"{target} is there already; a copy never replaces a file.")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run(path, "VACUUM INTO ?", str(draft))
        found = _run(draft, "PRAGMA integrity_check")
        if found != "ok":
            raise DatabaseError(f"The copy of {path} is not sound: {found}")
        _synced(draft)
        draft.replace(target)
        _synced(target.parent)
    except OSError as error:
        raise DatabaseError(f"{target} cannot be written: {error.strerror}.") from error
    except driver.DatabaseError as error:
        raise DatabaseError(f"{path} cannot be copied to {target}: {error}.") from error
    finally:
        if draft.parent.is_dir():
            draft.unlink(missing_ok=True)


def _run(path: Path, statement: str, *parameters: str) -> str:
    connection = driver.connect(str(path), isolation_level=None)
    try:
        row = connection.execute(statement, parameters).fetchone()
    finally:
        connection.close()
    return str(row[0]) if row else ""


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
