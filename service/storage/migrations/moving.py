"""From the tables that a database has to the present ones: in one transaction, after a copy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.errors import DatabaseError
from service.storage.cipher import Cipher
from service.storage.copying import copy_database
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
    copy = _copied(path, found)
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


def _copied(path: Path, found: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy, number = path.with_name(f"{path.name}.{found}-{stamp}"), 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{path.name}.{found}-{stamp}-{number}")
    copy_database(path, copy)
    return copy


def _raw(connection: sa.Connection, statement: str) -> None:
    """Run a statement outside any transaction."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(statement)
