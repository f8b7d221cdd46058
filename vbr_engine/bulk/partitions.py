"""The parts of a set of answers on disk: which files there are, and that they fit together."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob
from pathlib import Path

import pyarrow as pa
from pyarrow.parquet import ParquetFile

from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import cannot, shown

__all__ = ["Partition", "PartitionedTable", "batches", "find_partitions", "is_partitioned"]

_ROWS = 500_000  # of a large file that are one partition
_LISTED = 20


@dataclass(frozen=True)
class Partition:
    """A run of rows of one file that is read at one go.

    Parameters
    ----------
    path : str
    row_groups : tuple of int
    rows : int
    first_row : int
        Number of the file's rows before it.
    """

    path: str
    row_groups: tuple[int, ...]
    rows: int
    first_row: int = 0


@dataclass(frozen=True)
class PartitionedTable:
    """A table in partitions: the same columns in each.

    Parameters
    ----------
    partitions : tuple of Partition
        In the order of their files' names.
    columns : tuple of str
    place : str
        Where they are, as the user gave it.
    notes : tuple of str
        What deserves a word: parts without rows.
    """

    partitions: tuple[Partition, ...]
    columns: tuple[str, ...]
    place: str
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all partitions."""
        return sum(part.rows for part in self.partitions)

    @property
    def files(self) -> tuple[str, ...]:
        """The files, each once."""
        return tuple(dict.fromkeys(part.path for part in self.partitions))


def is_partitioned(place: str | os.PathLike[str]) -> bool:
    """Whether a place is a folder or a pattern, rather than one file.

    Parameters
    ----------
    place : path-like

    Returns
    -------
    bool

    Examples
    --------
    >>> is_partitioned("answers.parquet"), is_partitioned("answers/part-*.parquet")
    (False, True)
    """
    given = Path(place)
    if given.exists():
        return given.is_dir()
    return _is_pattern(os.fspath(place)) or os.fspath(place).endswith(os.sep)


def find_partitions(place: str | os.PathLike[str], *, rows: int = _ROWS) -> PartitionedTable:
    """Find the parts of a table on disk and check that they fit together.

    Only the ends of files are read, where Parquet says what is in them.

    Parameters
    ----------
    place : path-like
        A folder of ``.parquet`` files, in folders of their own or not; a pattern such as
        ``answers/2026-*.parquet``; or one file, which is read by its row groups.
    rows : int
        Row groups are joined to partitions of about so many rows, within a file.

    Returns
    -------
    PartitionedTable

    Raises
    ------
    FileError
        If there are no such files or no rows, or with every file that cannot be read or differs
        from the first in a column or the kind of a column.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for month in ("01", "02"):
    ...         part = pd.DataFrame({"sitting": ["a" + month, "b" + month], "late": [0, 1]})
    ...         part.to_parquet(f"{folder}/2026-{month}.parquet")
    ...     found = find_partitions(folder)
    >>> len(found.partitions), found.rows, found.columns
    (2, 4, ('sitting', 'late'))
    """
    files = _files(place)
    problems: list[Problem] = []
    schemas: dict[Path, pa.Schema] = {}
    partitions: list[Partition] = []
    notes: list[str] = []
    for file in files:
        try:
            with ParquetFile(file) as opened:
                schemas[file] = opened.schema_arrow
                parts = [*_parts(opened, file, rows)]
        except (OSError, ValueError, pa.ArrowException) as error:
            problems += cannot("read", file, error).problems
            continue
        partitions += parts
        if not parts:
            notes.append(f"{shown(file)} holds no rows.")
    problems += _misfits(schemas)
    if problems:
        raise FileError(problems)
    if not partitions:
        message = f"there are no rows in {_number(len(files), 'file')}"
        raise FileError([Problem(file=shown(place), message=message)])
    columns = tuple(_columns(next(iter(schemas.values()))))
    return PartitionedTable(tuple(partitions), columns, os.fspath(place), tuple(notes))


def _is_pattern(place: str) -> bool:
    return any(sign in place for sign in "*?[")


def _files(place: str | os.PathLike[str]) -> list[Path]:
    given = Path(place)
    if given.is_dir():
        inside = [one.relative_to(given) for one in given.rglob("*.parquet")]
        kept = [given / one for one in inside if not any(p[0] in "._" for p in one.parts)]
        missing = "there are no .parquet files in this folder"
    elif not given.exists() and _is_pattern(os.fspath(place)):
        kept = [Path(one) for one in glob(os.fspath(place), recursive=True)]
        missing = "no file fits this pattern"
    else:
        kept, missing = [given], ""
    if not kept:
        raise FileError([Problem(file=shown(place), message=missing)])
    return sorted(kept)


def _parts(opened: ParquetFile, file: Path, wanted: int) -> Iterator[Partition]:
    """Row groups joined until there are enough rows."""
    path = str(file.resolve())
    taken: list[int] = []
    before = held = 0
    last = opened.metadata.num_row_groups - 1
    for group in range(last + 1):
        taken.append(group)
        held += opened.metadata.row_group(group).num_rows
        if (held >= wanted or group == last) and held:
            yield Partition(path, tuple(taken), held, before)
            before, held, taken = before + held, 0, []


def _columns(schema: pa.Schema) -> list[str]:
    return [name for name in schema.names if not name.startswith("__index_level_")]


def _misfits(schemas: dict[Path, pa.Schema]) -> list[Problem]:
    """Files whose columns are not those of the first."""
    problems: list[Problem] = []
    if not schemas:
        return problems
    (first, model), *others = schemas.items()
    names, kinds = _columns(model), _kinds(model)
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        message = f"columns named twice: {', '.join(again)}"
        problems.append(Problem(file=shown(first), message=message))
    for file, schema in others:
        told = _kinds(schema)
        problems += _different(shown(file), told, kinds, shown(first))
        for name, kind in told.items():
            if kinds.get(name) == "nothing":
                kinds[name] = kind  # a column of nulls fits any kind; the next file must fit this
    if len(problems) > _LISTED:
        more = Problem(message=f"and {len(problems) - _LISTED:,} more like these")
        problems = [*problems[:_LISTED], more]
    return problems


def _different(
    file: str, told: dict[str, str], kinds: dict[str, str], first: str
) -> Iterator[Problem]:
    for name in kinds:
        if name not in told:
            message = f"this column is missing; {first} has it"
            yield Problem(file=file, column=name, message=message)
        elif "nothing" not in (told[name], kinds[name]) and told[name] != kinds[name]:
            message = f"expected {kinds[name]} as in the files before it, got {told[name]}"
            yield Problem(file=file, column=name, message=message)
    for name in told:
        if name not in kinds:
            yield Problem(file=file, column=name, message=f"{first} has no such column")


def _kinds(schema: pa.Schema) -> dict[str, str]:
    return {name: _kind(schema.field(name).type) for name in _columns(schema)}


def _kind(told: pa.DataType) -> str:
    if pa.types.is_dictionary(told):
        told = told.value_type
    if pa.types.is_integer(told) or pa.types.is_floating(told) or pa.types.is_decimal(told):
        return "numbers"
    if pa.types.is_string(told) or pa.types.is_large_string(told):
        return "text"
    return "nothing" if pa.types.is_null(told) else str(told)


def _number(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"


def batches(
    partition: Partition, columns: Sequence[str] | None, *, rows: int = 65_536
) -> Iterator[pa.RecordBatch]:
    """Read a partition piece by piece.

    Parameters
    ----------
    partition : Partition
    columns : sequence of str, optional
        All by default.
    rows : int
        Most rows of a piece.

    Yields
    ------
    pyarrow.RecordBatch

    Raises
    ------
    FileError
        If the file cannot be read, or holds other rows than it did.
    """
    place, held = Path(partition.path), 0
    try:
        with ParquetFile(place) as opened:
            names = _columns(opened.schema_arrow) if columns is None else list(columns)
            groups = list(partition.row_groups)
            for batch in opened.iter_batches(rows, groups, names, use_threads=False):
                held += batch.num_rows
                yield batch
    except (OSError, ValueError, IndexError, pa.ArrowException) as error:
        raise cannot("read", place, error) from error
    if held != partition.rows:
        message = f"expected {partition.rows:,} rows, got {held:,}: the file changed meanwhile"
        raise FileError([Problem(file=shown(place), message=message)])
