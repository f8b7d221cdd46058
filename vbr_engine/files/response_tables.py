"""Tables of responses on disk, read piece by piece."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
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
from vbr_engine.files.csv_columns import NO_ANSWER
from vbr_engine.files.csv_text import CsvText, look_at_csv, ragged_rows, tell
from vbr_engine.files.tables import check_parquet, check_readable, ending_of
from vbr_engine.files.whole import cannot, shown
from vbr_engine.responses import ResponseMatrix

__all__ = ["read_responses"]

_ROWS = 20_000  # of a table of responses held at once; a code takes one byte, a cell of text fifty
_BYTES = 8 * 2**20  # of a CSV file parsed at once


def read_responses(path: str | os.PathLike[str], bank: Bank) -> ResponseMatrix:
    """Read a table of responses: ``sitting``, then ``item.option``; an empty cell is not answered.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``. Read piece by piece: a file may be larger than memory.
        CSV may have semicolons or tabs in place of commas, as spreadsheets write it, and ``NA`` for
        no answer, as R does; what had to be guessed is told by the logger ``vbr_engine.files``.
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
    csv_like = ending_of(place) == ".csv"
    ragged: list[Problem] = []
    try:
        check_readable(place)
        pieces = _csv_pieces(place, ragged) if csv_like else _parquet_pieces(place)
        found = ResponseMatrix.from_frames(pieces, bank)
    except (OSError, ValueError, pa.ArrowException, csv.Error) as error:
        raise cannot("read", place, error) from error
    except ResponsesError as error:
        named = [replace(problem, file=shown(place)) for problem in error.problems]
        raise ResponsesError([*ragged, *named]) from None
    if ragged:
        raise FileError(ragged)
    return found


def _csv_pieces(place: Path, ragged: list[Problem]) -> Iterator[pd.DataFrame]:
    """Give the rows of the right length; the others end in `ragged`."""
    text = look_at_csv(place)
    skipped: list[InvalidRow] = []
    blanked: set[str] = set()
    try:
        # A table without rows still has columns that may be wrong.
        yield pd.DataFrame({name.strip(): pd.Series(dtype=object) for name in text.names})
        with _opened_csv(place, text, skipped) as table:
            for batch in table:
                yield from _rows_of(batch.rename_columns(_stripped(batch)), blanked)
    except pa.ArrowInvalid as error:
        if not skipped and "Empty CSV" not in str(error):
            raise
    finally:
        ragged += ragged_rows(place, text) if skipped else []
    if blanked:
        tell(place, f"{' and '.join(sorted(blanked))} is read as not answered.")


def _stripped(batch: pa.RecordBatch) -> list[str]:
    return [name.strip() for name in batch.schema.names]


def _opened_csv(place: Path, text: CsvText, skipped: list[InvalidRow]) -> CSVStreamingReader:
    def note(row: InvalidRow) -> str:
        skipped[:] = [row]
        return "skip"

    # Few different words stand in a column of codes: each is held once.
    words = pa.dictionary(pa.int32(), pa.string())
    return open_csv(
        place,
        read_options=ReadOptions(
            block_size=_BYTES,
            use_threads=False,
            encoding=text.encoding,
            skip_rows=text.skipped,
        ),
        parse_options=ParseOptions(
            delimiter=text.separator, newlines_in_values=True, invalid_row_handler=note
        ),
        convert_options=ConvertOptions(
            column_types=dict.fromkeys(text.names, words)
            | {name: pa.string() for name in text.names if name.strip() == "sitting"},
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _parquet_pieces(place: Path) -> Iterator[pd.DataFrame]:
    check_parquet(place)
    with ParquetFile(place) as table:
        names = [name for name in table.schema_arrow.names if not name.startswith("__index_level_")]
        # A table without rows has no batches; it still has columns that may be wrong.
        yield table.schema_arrow.empty_table().select(names).to_pandas(ignore_metadata=True)
        for batch in table.iter_batches(batch_size=_ROWS, columns=names):
            yield batch.to_pandas(ignore_metadata=True)


def _rows_of(batch: pa.RecordBatch, blanked: set[str]) -> Iterator[pd.DataFrame]:
    columns = [_without_words(column, blanked) for column in batch.columns]
    batch = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
    for start in range(0, batch.num_rows, _ROWS):
        yield batch.slice(start, _ROWS).to_pandas()


def _without_words(column: pa.Array, blanked: set[str]) -> pa.Array:
    """Take out what R and Python write for no answer; of a column of codes, not of names."""
    if not pa.types.is_dictionary(column.type):
        return column
    words = column.dictionary.to_pylist()
    found = NO_ANSWER.intersection(words)
    if not found:
        return column
    blanked |= found
    known = pa.array([None if word in NO_ANSWER else word for word in words], pa.string())
    return known.take(column.indices).dictionary_encode()
