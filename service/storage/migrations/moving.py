"""From the tables that a database has to the present ones: in one transaction, after a copy."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.errors import DatabaseError
from service.storage.cipher import Cipher
from service.storage.progress import Progress
from service.storage.standings import stand_all_anew

__all__ = ["move"]


def move(engine: sa.Engine, path: Path, cipher: Cipher, *, found: str, head: str) -> Path:
    """Copy the database beside itself, move it to the present tables, and return the copy.

    The caller holds the write gate.

    Parameters
    ----------
    engine : sqlalchemy.Engine
    path : Path
        The database.
    cipher : Cipher
        Reads what is sealed.
    found, head : str
        The revision that the database has, and the one that it gets.

    Raises
    ------
    DatabaseError
        Nothing was changed.
    """
    progress = Progress(
        f"Moving {path} to the tables of this release. If this is interrupted, nothing has changed."
    )
    copy = _copied(engine, path, found)
    with engine.connect() as connection:
        # Only outside a transaction; tables that others refer to are made anew.
        _raw(connection, "PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _upgrade(connection, cipher, progress, found=found, head=head)
                _check(connection)
        finally:
            connection.invalidate()
    progress.end()
    return copy


def _upgrade(
    connection: sa.Connection, cipher: Cipher, progress: Progress, *, found: str, head: str
) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes |= {"connection": connection, "cipher": cipher, "progress": progress}
    if found == "0001" and not sa.inspect(connection).has_table("alembic_version"):
        command.stamp(config, found)
    command.upgrade(config, head)
    stand_all_anew(connection, tell=progress.tell)


def _check(connection: sa.Connection) -> None:
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if loose:
        tables = ", ".join(sorted({row[0] for row in loose}))
        raise DatabaseError(f"Rows of {tables} belong to nothing. Nothing was changed.")


def _copied(engine: sa.Engine, path: Path, found: str) -> Path:
    """Copy the database whole or not at all, readable by its owner only."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.{found}-{stamp}")
    draft = path.with_name(f"{path.name}.copying")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with engine.connect() as connection:
            _raw(connection, "VACUUM INTO ?", str(draft))
        _synced(draft)
        draft.replace(copy)
        _synced(path.parent)
    except OSError as error:
        raise DatabaseError(
            f"{path} cannot be copied before it is moved: {error.strerror}."
        ) from error
    return copy


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raw(connection: sa.Connection, statement: str, *parameters: str) -> None:
    """Run a statement outside any transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement, parameters)
