"""What the steps of a migration are made of: statements from files, tables made anew, progress.

The first two releases kept their data in SQLite only, and SQLite can change little of a table: it
is made anew beside the old one, filled, and given the old one's name. Later steps use Alembic's
own operations, which other databases know as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

from alembic import context, op

from service.errors import DatabaseError
from service.storage.cipher import Cipher
from service.storage.progress import Progress

__all__ = [
    "BLOCK",
    "Rebuilding",
    "cipher",
    "create",
    "progress",
    "rebuild",
    "refuse_to_go_back",
    "rows",
    "run",
]

BLOCK = 20_000
_VERSIONS = "service.storage.migrations.versions"


def cipher() -> Cipher:
    """Return the cipher of this installation."""
    found: Cipher = context.config.attributes["cipher"]
    return found


def progress() -> Progress:
    """Return where progress is told."""
    found: Progress = context.config.attributes["progress"]
    return found


def run(statement: str, *parameters: tuple[Any, ...]) -> None:
    """Run a statement, once for each set of parameters."""
    if parameters:
        op.get_bind().exec_driver_sql(statement, list(parameters))
    else:
        op.get_bind().exec_driver_sql(statement)


def rows(statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return what a statement finds."""
    return [tuple(row) for row in op.get_bind().exec_driver_sql(statement, parameters)]


def create(file: str, *, but: Collection[str] = ()) -> None:
    """Run every statement of a file, but those that make certain tables."""
    _refuse_others()
    for statement in _statements(file):
        if _table_of(statement) not in but:
            run(statement)


class Rebuilding:
    """The tables of a file, by name."""

    def __init__(self, file: str) -> None:
        self.tables = {_table_of(each): each for each in _statements(file)}


def rebuild(rebuilding: Rebuilding, table: str, added: Mapping[str, str]) -> None:
    """Make a table anew and fill it from the old one; `added` says what new columns hold.

    Raises
    ------
    DatabaseError
        If not every row has come over.
    """
    fresh = f"new_{table}"
    run(rebuilding.tables[table].replace(f"CREATE TABLE {table} (", f"CREATE TABLE {fresh} (", 1))
    old = _columns(table)
    taken = {name: name for name in _columns(fresh) if name in old} | dict(added)
    before = rows(f"SELECT count(*), coalesce(max(rowid), 0) FROM {table}")[0]
    for low in range(0, before[1], BLOCK):
        run(
            f"INSERT INTO {fresh} ({', '.join(taken)}) SELECT {', '.join(taken.values())} "
            f"FROM {table} WHERE rowid > {low} AND rowid <= {low + BLOCK} ORDER BY rowid"
        )
        progress().tell(table, min(low + BLOCK, before[0]), before[0])
    if rows(f"SELECT count(*) FROM {fresh}")[0][0] != before[0]:
        raise DatabaseError(f"Not every row of {table} could be moved. Nothing was changed.")
    run(f"DROP TABLE {table}")
    run(f"ALTER TABLE {fresh} RENAME TO {table}")


def refuse_to_go_back() -> None:
    """Say how to go back: with the copy that was made before.

    Raises
    ------
    DatabaseError
    """
    raise DatabaseError(
        "There is no way back to the tables of an earlier release. Use the copy that was made "
        "beside the database before it was moved."
    )


def _refuse_others() -> None:
    if op.get_bind().dialect.name != "sqlite":
        raise DatabaseError(
            "The first releases kept their data in SQLite: there is nothing to move."
        )


def _columns(table: str) -> list[str]:
    return [row[1] for row in rows(f"PRAGMA table_info({table})")]


def _statements(file: str) -> list[str]:
    text = files(_VERSIONS).joinpath(file).read_text(encoding="utf-8")
    return [each.strip() for each in text.split("\n\n") if each.strip()]


def _table_of(statement: str) -> str:
    found = re.match(r"CREATE TABLE (\w+) \(", statement)
    return found[1] if found else ""
