"""Names of sittings over all partitions: each once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vbr_engine.bulk.partitions import PartitionedTable, batches
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.files.matrices import NAMES_OF_ROWS
from vbr_engine.files.whole import shown

__all__ = ["check_names", "name_column"]

_LISTED = 20


def name_column(table: PartitionedTable) -> str | None:
    """The column that names the rows, if the first one does."""
    first = table.columns[0]
    return first if first.lower() in NAMES_OF_ROWS else None


def check_names(table: PartitionedTable, column: str) -> None:
    """Refuse rows without a name, and names that come twice, also in different files.

    Eight bytes for each row are held, not its name.

    Parameters
    ----------
    table : PartitionedTable
    column : str

    Raises
    ------
    ResponsesError
        With file, row and name.
    """
    problems: list[Problem] = []
    hashes = np.empty(table.rows, dtype=np.uint64)
    done = 0
    for part in table.partitions:
        row = part.first_row
        for batch in batches(part, [column]):
            names = batch.column(0).to_pandas()
            nameless = names.isna() | (names.astype(str).str.strip() == "")
            for at in np.flatnonzero(nameless)[: max(0, _LISTED - len(problems))]:
                told = f"this row has no {column}"
                problems.append(Problem(file=shown(part.path), row=row + int(at) + 1, message=told))
            found = pd.util.hash_array(names.astype(str).to_numpy(dtype=object), categorize=False)
            hashes[done : done + len(found)] = found
            done, row = done + len(found), row + len(found)
    if problems:
        raise ResponsesError(problems)
    ordered = np.sort(hashes)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(again):
        raise ResponsesError(_repeats(table, column, again))


def _repeats(table: PartitionedTable, column: str, again: np.ndarray) -> list[Problem]:
    """Where the names are that come again."""
    first: dict[str, str] = {}
    problems: list[Problem] = []
    for part in table.partitions:
        row = part.first_row
        for batch in batches(part, [column]):
            names = batch.column(0).to_pandas().astype(str)
            found = pd.util.hash_array(names.to_numpy(dtype=object), categorize=False)
            for at in np.flatnonzero(np.isin(found, again)):
                name, here = str(names.iloc[at]), f"{shown(part.path)} row {row + int(at) + 1}"
                if name in first and len(problems) < _LISTED:
                    told = f"{column} {name} comes twice (in {first[name]} too)"
                    problems.append(
                        Problem(file=shown(part.path), row=row + int(at) + 1, message=told)
                    )
                first.setdefault(name, here)
            row += len(found)
    return problems
