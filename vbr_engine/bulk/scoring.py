"""Score responses to a bank in partitions: each part by itself, those already done kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from vbr_engine._version import __version__
from vbr_engine.bank.model import Bank
from vbr_engine.bulk.crews import OneMachine
from vbr_engine.bulk.names import check_names
from vbr_engine.bulk.outputs import OutputPart, output_parts
from vbr_engine.bulk.partitions import PartitionedTable
from vbr_engine.bulk.reading import BankReader
from vbr_engine.errors import Problem, ResponsesError
from vbr_engine.files.whole import shown
from vbr_engine.scoring import score

__all__ = ["Scored", "score_partitions"]


class Each(Protocol):
    """Whoever calls a function for each of many things."""

    def each(self, do: Callable[[Any], Any], what: Sequence[Any]) -> Iterator[Any]:
        """Give the results in order."""

    def close(self) -> None:
        """Let go of what was kept."""


@dataclass(frozen=True)
class Scored:
    """What was done.

    Parameters
    ----------
    sittings : int
    parts : int
    kept : int
        Parts that were there already, made of the same.
    """

    sittings: int
    parts: int
    kept: int


@dataclass(frozen=True, eq=False)
class _Scoring:
    """Scores one part; it travels to whoever does it."""

    bank: Bank

    def __call__(self, part: OutputPart) -> tuple[int, bool]:
        told = part.made_of(
            bank=self.bank.sha256, policy=repr(self.bank.policy), engine=__version__
        )
        if part.is_made_of(told):
            return part.partition.rows, True
        responses = BankReader(self.bank).responses(part.partition)
        part.write(score(responses, self.bank).to_frame(), told)
        return len(responses), False


def score_partitions(
    bank: Bank,
    table: PartitionedTable,
    folder: str | os.PathLike[str],
    *,
    crew: Each | None = None,
    on_part: Callable[[int], None] | None = None,
) -> Scored:
    """Score responses that need not fit into memory, a part at a time.

    Each part of the output is written whole or not at all, and says what it was made of: the
    content of its input, the bank, the policy and the engine. Started again, only parts are scored
    that are missing or were made of something else.

    Parameters
    ----------
    bank : Bank
    table : PartitionedTable
        Of responses: `sitting`, then `item.option`.
    folder : path-like
        For the scores, a part for each partition.
    crew : Each, optional
        Who does it; threads of this process by default. It is not closed if it was given.
    on_part : callable, optional
        Told how many parts are done.

    Returns
    -------
    Scored

    Raises
    ------
    FileError, ResponsesError
        With file, row and column of what the bank does not allow; parts done before are kept.

    Examples
    --------
    >>> import tempfile, vbr_engine
    >>> from vbr_engine.bulk import find_partitions
    >>> bank = vbr_engine.read_bank("question_banks/homecare-values")
    >>> made = vbr_engine.simulate_responses(bank, 30, seed=1).to_frame()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.mkdir(f"{folder}/in")
    ...     made[:10].to_parquet(f"{folder}/in/1.parquet")
    ...     made[10:].to_parquet(f"{folder}/in/2.parquet")
    ...     table = find_partitions(f"{folder}/in")
    ...     first = score_partitions(bank, table, f"{folder}/out")
    ...     again = score_partitions(bank, table, f"{folder}/out")
    >>> first.sittings, first.kept, again.kept
    (30, 0, 2)
    """
    if "sitting" not in table.columns:
        message = "this column is missing: expected one that names each sitting"
        raise ResponsesError([Problem(file=shown(table.place), column="sitting", message=message)])
    check_names(table, "sitting")
    parts = output_parts(table, folder)
    own = OneMachine(threads=1) if crew is None else None
    try:
        return _scored(bank, parts, crew or own, on_part or (lambda done: None))
    finally:
        if own is not None:
            own.close()


def _scored(
    bank: Bank, parts: list[OutputPart], crew: Each | None, tell: Callable[[int], None]
) -> Scored:
    assert crew is not None
    sittings = kept = 0
    for done, (n, was_there) in enumerate(crew.each(_Scoring(bank), parts), start=1):
        sittings, kept = sittings + n, kept + was_there
        tell(done)
    return Scored(sittings, len(parts), kept)
