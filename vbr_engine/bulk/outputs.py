"""Output parts, one for each partition: whole or not there, and each says what it was made of."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow.parquet import ParquetFile, write_table

from vbr_engine.bulk.partitions import Partition, PartitionedTable
from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import cannot, replacing, shown

__all__ = ["OutputPart", "output_parts"]

_MADE_OF = b"vbr.made-of"
_BYTES = 2**20


@dataclass(frozen=True)
class OutputPart:
    """Where what is made of a partition goes.

    Parameters
    ----------
    partition : Partition
    path : str
    """

    partition: Partition
    path: str

    def made_of(self, **how: str) -> str:
        """What the part is made of: the content of its file, and how.

        Parameters
        ----------
        **how
            Whatever else the part depends on.

        Returns
        -------
        str
        """
        told = {"file": _digest(self.partition.path), "groups": list(self.partition.row_groups)}
        return json.dumps({**told, **how}, sort_keys=True)

    def is_made_of(self, told: str) -> bool:
        """Whether the part is there, whole, and made of just this."""
        try:
            with ParquetFile(self.path) as opened:
                held = (opened.schema_arrow.metadata or {}).get(_MADE_OF, b"")
        except (OSError, ValueError, pa.ArrowException):
            return False
        return bool(held.decode() == told)

    def write(self, frame: pd.DataFrame, told: str = "") -> None:
        """Write the part, whole or not at all.

        Parameters
        ----------
        frame : pandas.DataFrame
        told : str
            What it is made of.

        Raises
        ------
        FileError
            If the place cannot be written to.
        """
        table = pa.Table.from_pandas(frame, preserve_index=False)
        metadata = {**(table.schema.metadata or {}), _MADE_OF: told.encode()}
        with replacing(Path(self.path)) as target:
            write_table(table.replace_schema_metadata(metadata), target)


def output_parts(table: PartitionedTable, folder: str | os.PathLike[str]) -> list[OutputPart]:
    """Name the output part of each partition, and make the folder.

    Parameters
    ----------
    table : PartitionedTable
    folder : path-like
        There already, with parts of the same input or nothing in it; or to be made.

    Returns
    -------
    list of OutputPart

    Raises
    ------
    FileError
        If the folder cannot be made or written to, is that of the input, or holds other parts.
    """
    place = Path(folder)
    parts = [OutputPart(one, str(place / name)) for one, name in _named(table)]
    if any(Path(part.path).resolve() == Path(part.partition.path) for part in parts):
        _refuse(place, "this is where the responses are: give another folder")
    if place.exists() and not place.is_dir():
        _refuse(place, "expected a folder, since there are parts; this is a file")
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot("make", place, error) from error
    if not os.access(place, os.W_OK | os.X_OK):
        _refuse(place, "you may not write to this folder")
    names = {Path(part.path).name for part in parts}
    others = sorted(one.name for one in place.glob("*.parquet") if one.name not in names)
    if others:
        told = ", ".join(map(shown, others[:5])) + (", ..." if len(others) > 5 else "")
        _refuse(place, f"there are parts of something else in it: {told}; remove them first")
    return parts


def _named(table: PartitionedTable) -> list[tuple[Partition, str]]:
    common = os.path.commonpath([os.path.dirname(path) for path in table.files])
    split = {path: sum(one.path == path for one in table.partitions) for path in table.files}
    seen: dict[str, int] = {}
    named = []
    for one in table.partitions:
        inside = Path(os.path.relpath(one.path, common)).with_suffix("")
        stem = "--".join(inside.parts)
        if split[one.path] > 1:
            seen[one.path] = seen.get(one.path, 0) + 1
            stem = f"{stem}-{seen[one.path]:04}"
        named.append((one, f"{stem}.parquet"))
    return named


def _refuse(place: Path, message: str) -> None:
    raise FileError([Problem(file=shown(place), message=message)])


def _digest(path: str) -> str:
    sha = hashlib.sha256()
    try:
        with open(path, "rb") as opened:
            while piece := opened.read(_BYTES):
                sha.update(piece)
    except OSError as error:
        raise cannot("read", Path(path), error) from error
    return sha.hexdigest()
