"""What commands do with a folder of Parquet files in place of one table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from vbr_engine.bank.model import Bank
from vbr_engine.bulk import (
    BankReader,
    Calibration,
    Cluster,
    OneMachine,
    calibrate_partitions,
    find_partitions,
    is_partitioned,
    score_partitions,
    table_reader,
)
from vbr_engine.cli.progress import PATIENCE, shown_progress
from vbr_engine.errors import Problem, ResponsesError

__all__ = [
    "calibrated",
    "cluster_option",
    "is_partitioned",
    "partitions_option",
    "scored",
]

partitions_option = click.option(
    "--partitions",
    is_flag=True,
    help="Read a Parquet file in parts, for one too large for memory; a folder always is.",
)
cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Work on a Dask cluster: its scheduler's address, or local:2 for two processes here.",
)


@contextmanager
def _crew(cluster: str | None) -> Iterator[Any]:
    """Whoever does the work; let go of afterwards."""
    crew = OneMachine() if cluster is None else Cluster(cluster)
    try:
        yield crew
    finally:
        crew.close()


def calibrated(
    model: Any,
    place: str,
    *,
    bank: Bank | None = None,
    value: str | None = None,
    most: int = 8,
    words: bool = False,
    two: bool = False,
    weights: str | None = None,
    scores: str | None = None,
    cluster: str | None = None,
    fewest: int = 1,
) -> Calibration:
    """Calibrate a partitioned table, showing how far it is."""
    table = find_partitions(place)
    if table.rows < fewest:
        told = f"expected at least {fewest} sittings, got {table.rows}"
        raise ResponsesError([Problem(file=place, message=told)])
    if bank is None:
        reader: Any = table_reader(table, weight=weights, words=words)
    else:
        reader = BankReader(bank, value, most)
    with _crew(cluster) as crew, Display() as display:
        return calibrate_partitions(
            model, table, reader, most=2 if two else None, scores=scores, crew=crew, watch=display
        )


def scored(bank: Bank, place: str, output: str, *, cluster: str | None) -> str:
    """Score a partitioned table, and say in a sentence what was done."""
    table = find_partitions(place)
    with (
        _crew(cluster) as crew,
        shown_progress("Scoring parts", len(table.partitions)) as tell,
    ):
        done = score_partitions(bank, table, output, crew=crew, on_part=tell)
    kept = f", {done.kept:,} of them there already" if done.kept else ""
    notes = "".join(f"{note}\n" for note in table.notes)
    return f"{notes}{done.sittings:,} sittings in {done.parts:,} parts{kept}, written to {output}"


class Display:
    """Shows on a terminal which pass it is, how far, and what the last ones gained."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        self._bar = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task("Reading partitions", total=None)
        self._began, self._running = time.monotonic(), False
        self._passes, self._height, self._gain = 0, float("nan"), ""

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        if self._running:
            self._bar.stop()

    def reading(self, done: int, of: int) -> None:
        """Show how many partitions are read."""
        self._show("Reading partitions", done, of)

    def partition(self, done: int, of: int) -> None:
        """Show how far a pass is."""
        words = f"Pass {self._passes + 1}"
        if self._passes:
            words += f", log-likelihood {self._height:,.3f}{self._gain}"
        self._show(words, done, of)

    def passed(self, n: int, log_likelihood: float) -> None:
        """Remember what a pass gained."""
        gain = log_likelihood - self._height
        self._gain = "" if self._passes == 0 else f", gained {gain:,.3f}"
        self._passes, self._height = n, log_likelihood

    def _show(self, words: str, done: int, of: int) -> None:
        if not self._running and time.monotonic() - self._began > PATIENCE:
            self._bar.start()
            self._running = True
        self._bar.update(self._task, description=words, completed=done, total=of)
