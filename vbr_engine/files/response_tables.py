"""Tables of responses on disk, read piece by piece."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow.csv import (
    ConvertOptions,
    CSVStreamingReader,
    InvalidRow,
    ParseOptions,
    ReadOptions,
    open_csv,
)
from pyarrow.parquet import ParquetFile

from vbr_engine.bank.model import Bank
from vbr_engine.errors import FileError, Problem, ResponsesError
from vbr_engine.files.tables import csv_header, ending_of
from vbr_engine.files.whole import cannot, shown
from vbr_engine.responses import ResponseMatrix

__all__ = ["read_responses"]

_ROWS = 20_000  # of a table of responses held at once; a code takes one byte, a cell of text fifty
_BYTES = 8 * 2**20  # of a CSV file parsed at once
_MOST_RAGGED = 1000  # rows of a wrong length that are listed
_SEPARATORS = ",;\t"


def read_responses(path: str | os.PathLike[str], bank: Bank) -> ResponseMatrix:
    """Read a table of responses: ``sitting``, then ``item.option``; an empty cell is not answered.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``. Read piece by piece: a file may be larger than memory.
        CSV may have semicolons or tabs in place of commas, as spreadsheets write it.
    bank : Bank
        What the columns belong to.

    Returns
    -------
    ResponseMatrix

    Raises
    ------
    FileError
        If the file is not there, is not what its ending says, or has rows of a wrong length.
    ResponsesError
        With every row and column that the bank does not allow.

    Examples
    --------
    >>> import tempfile, vbr_engine
    >>> from vbr_engine.files import write_table
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> made = vbr_engine.simulate_responses(bank, 3, seed=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(made.to_frame(), f"{folder}/responses.csv")
    ...     read_responses(f"{folder}/responses.csv", bank).sittings == made.sittings
    True
    """
    place = Path(path)
    pieces = _csv_pieces if ending_of(place) == ".csv" else _parquet_pieces
    try:
        return ResponseMatrix.from_frames(pieces(place), bank)
    except (OSError, ValueError, pa.ArrowException, csv.Error) as error:
        raise cannot("read", place, error) from error
    except ResponsesError as error:
        named = [replace(problem, file=shown(place)) for problem in error.problems]
        raise ResponsesError(named) from None


def _csv_pieces(place: Path) -> Iterator[pd.DataFrame]:
    names, separator = csv_header(place, separators=_SEPARATORS)
    # A table without rows still has columns that may be wrong.
    yield pd.DataFrame({name: pd.Series(dtype=object) for name in names})
    ragged: list[Problem] = []

    def note(row: InvalidRow) -> str:
        expected = f"expected {row.expected_columns} cells, as in the header"
        message = f"{expected}, got {row.actual_columns}"
        ragged.append(Problem(file=shown(place), row=row.number - 1, message=message))
        return "error" if len(ragged) >= _MOST_RAGGED else "skip"

    try:
        with _opened_csv(place, names, separator, note) as table:
            for batch in table:
                yield from _rows_of(batch)
    except pa.ArrowInvalid as error:
        if not ragged and "Empty CSV" not in str(error):
            raise
    if ragged:
        raise FileError(ragged)


def _opened_csv(
    place: Path, names: list[str], separator: str, note: Callable[[InvalidRow], str]
) -> CSVStreamingReader:
    # Few different words stand in a column of codes: each is held once.
    words = pa.dictionary(pa.int32(), pa.string())
    return open_csv(
        place,
        # With threads, nobody would know the number of a row.
        read_options=ReadOptions(block_size=_BYTES, use_threads=False),
        parse_options=ParseOptions(
            delimiter=separator, newlines_in_values=True, invalid_row_handler=note
        ),
        convert_options=ConvertOptions(
            column_types=dict.fromkeys(names, words) | {"sitting": pa.string()},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _parquet_pieces(place: Path) -> Iterator[pd.DataFrame]:
    with ParquetFile(place) as table:
        names = [name for name in table.schema_arrow.names if not name.startswith("__index_level_")]
        # A table without rows has no batches; it still has columns that may be wrong.
        yield table.schema_arrow.empty_table().select(names).to_pandas(ignore_metadata=True)
        for batch in table.iter_batches(batch_size=_ROWS, columns=names):
            yield batch.to_pandas(ignore_metadata=True)


def _rows_of(batch: pa.RecordBatch) -> Iterator[pd.DataFrame]:
    for start in range(0, batch.num_rows, _ROWS):
        yield batch.slice(start, _ROWS).to_pandas()
