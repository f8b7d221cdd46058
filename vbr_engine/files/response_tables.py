"""Tables of responses on disk, read piece by piece."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from pyarrow import ArrowException
from pyarrow.parquet import ParquetFile

from vbr_engine.bank.model import Bank
from vbr_engine.files.tables import check_shape, csv_header, ending_of
from vbr_engine.files.whole import cannot
from vbr_engine.responses import ResponseMatrix

__all__ = ["read_responses"]

_ROWS = 20_000  # of a table of responses held at once; a code takes one byte, a cell of text fifty


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
    pieces = _csv_pieces if ending_of(place) == ".csv" else _parquet_pieces
    try:
        return ResponseMatrix.from_frames(pieces(place), bank)
    except (OSError, ValueError, ArrowException, csv.Error) as error:
        raise cannot("read", place, error) from error


def _csv_pieces(place: Path) -> Iterator[pd.DataFrame]:
    header = csv_header(place)
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
            check_shape(piece, header)
            yield piece


def _parquet_pieces(place: Path) -> Iterator[pd.DataFrame]:
    with ParquetFile(place) as table:
        names = [name for name in table.schema_arrow.names if not name.startswith("__index_level_")]
        # A table without rows has no batches; it still has columns that may be wrong.
        yield table.schema_arrow.empty_table().select(names).to_pandas(ignore_metadata=True)
        for batch in table.iter_batches(batch_size=_ROWS, columns=names):
            yield batch.to_pandas(ignore_metadata=True)
