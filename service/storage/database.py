"""Opening the SQLite database safely: driver, pragmas, transactions, the write gate."""

from __future__ import annotations

import fcntl
import importlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa

from service.errors import DatabaseError
from service.storage.cipher import Cipher
from service.storage.tables import APPEND_ONLY, metadata

try:
    from pysqlite3 import dbapi2 as _driver
except ImportError:  # no wheel for this machine
    import sqlite3 as _driver

__all__ = [
    "HEAD",
    "REVISIONS",
    "WriteGate",
    "driver",
    "gate_path",
    "open_database",
    "revision_of",
    "safe_for_several_writers",
    "sqlite_version",
]

driver: ModuleType = _driver
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
)
BUSY_SECONDS = 5.0
# Every revision of the tables, oldest first: service/storage/migrations/versions.
REVISIONS = ("0001", "0002")
HEAD = REVISIONS[-1]
_MARK = sa.Table(  # as Alembic makes it
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
USER_VERSION = 2  # the first release takes a database for its own if it finds 0 or 1 here


def sqlite_version() -> tuple[int, int, int]:
    """Version of the SQLite library behind the driver."""
    major, minor, patch = driver.sqlite_version_info[:3]
    return int(major), int(minor), int(patch)


def safe_for_several_writers(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug, so that several processes may write.

    Versions 3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write and
    checkpoint at the same instant; 3.44.6 and 3.50.7 carry the correction as well
    (https://sqlite.org/wal.html#walresetbug).

    Examples
    --------
    >>> safe_for_several_writers((3, 40, 1)), safe_for_several_writers((3, 51, 3))
    (False, True)
    >>> safe_for_several_writers((3, 44, 6)), safe_for_several_writers((3, 45, 0))
    (True, False)
    """
    if version >= (3, 51, 3):
        return True
    return any(version[:2] == fixed[:2] and version >= fixed for fixed in ((3, 44, 6), (3, 50, 7)))


class WriteGate:
    """Lets one writer in at a time: threads queue on a lock, processes on a locked file.

    Waiters sleep in the kernel instead of polling as SQLite's busy handler does, which cuts the
    long tail under load. The kernel lets go of the file when a process dies.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._owner = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the gate."""
        with self._lock:
            descriptor = self._open()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _open(self) -> int:
        if self._descriptor is None or self._owner != os.getpid():
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._owner = os.getpid()
        return self._descriptor


def open_database(
    path: Path,
    cipher: Cipher | None = None,
    *,
    moved: Callable[[sa.Engine], None] = lambda _: None,
) -> sa.Engine:
    """Open the database; create it when it is new, move it when an earlier release wrote it.

    Parameters
    ----------
    path : Path
        The SQLite file.
    cipher : Cipher, optional
        Reads names where a move needs them; without it an earlier database is refused.
    moved : callable
        Called right after a move, while nobody else can write.

    Raises
    ------
    DatabaseError
        If the file cannot be opened, or a later release wrote it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise DatabaseError(f"{path} cannot be opened: {error.strerror}.") from error
    engine = _engine(path)
    try:
        with WriteGate(gate_path(path))():
            if _prepare(engine, path, cipher):
                moved(engine)
    except sa.exc.DatabaseError as error:
        raise DatabaseError(f"{path} cannot be used: {error.orig}.") from error
    return engine


def revision_of(path: Path) -> str | None:
    """Return the revision of a database's tables, None if there is no database yet.

    Raises
    ------
    DatabaseError
        If the file is no database, or a later release wrote it.
    """
    if not path.exists():
        return None
    engine = _engine(path)
    try:
        with engine.execution_options(reading=True).begin() as connection:
            return _revision(connection, path)
    except sa.exc.DatabaseError as error:
        raise DatabaseError(f"{path} cannot be used: {error.orig}.") from error
    finally:
        engine.dispose()


def gate_path(path: Path) -> Path:
    """Return the lock file of a database."""
    return path.with_name(f"{path.name}.gate")


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        module=driver,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,
        pool_size=8,  # each keeps 2 MB of pages
        max_overflow=56,
    )

    @sa.event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        for pragma in PRAGMAS:
            connection.execute(pragma)

    @sa.event.listens_for(engine, "begin")
    def on_begin(connection: sa.Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _prepare(engine: sa.Engine, path: Path, cipher: Cipher | None) -> bool:
    """Make or move the tables where needed; return whether they were moved."""
    with engine.begin() as connection:
        found = _revision(connection, path)
        if found is None:
            _create(connection)
    if found in (None, HEAD):
        return False
    if cipher is None:
        raise DatabaseError(f"{path} has tables of an earlier release and must be moved first.")
    # Alembic takes its time to load, and is needed once in a release.
    moving = importlib.import_module("service.storage.migrations.moving")
    moving.move(engine, path, cipher, found=found, head=HEAD)
    return True


def _revision(connection: sa.Connection, path: Path) -> str | None:
    """Return the revision of the tables, None if there are no tables yet."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if sa.inspect(connection).has_table("alembic_version"):
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if found in REVISIONS:
            return str(found)
        raise _unknown(path, f"of a release that came later (revision {str(found)[:40]})")
    if version == 1:
        return "0001"
    if version == 0 and not sa.inspect(connection).get_table_names():
        return None
    raise _unknown(path, f"of version {version}, which no release has written")


def _unknown(path: Path, what: str) -> DatabaseError:
    return DatabaseError(
        f"{path} has tables {what}; this service knows revision {HEAD}. "
        "Start the service that wrote it, or set VBR_DATABASE to another file."
    )


def _create(connection: sa.Connection) -> None:
    metadata.create_all(connection)
    for statement in APPEND_ONLY:
        connection.exec_driver_sql(statement)
    _MARK.create(connection)
    connection.execute(_MARK.insert().values(version_num=HEAD))
    connection.exec_driver_sql(f"PRAGMA user_version={USER_VERSION}")
