"""Who reads the partitions and goes over them: here, one machine."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from vbr_engine.bulk.holding import HeldPart, Shelf
from vbr_engine.bulk.partitions import Partition
from vbr_engine.bulk.passes import Job
from vbr_engine.bulk.reading import Reader
from vbr_engine.bulk.survey import PartSurvey

__all__ = ["Crew", "OneMachine"]

_MEMORY = 64 * 2**20


class Crew(Protocol):
    """Whoever goes over partitions; results come in the order of partitions, whoever is first."""

    def look(self, reader: Reader, partitions: Sequence[Partition]) -> Iterator[PartSurvey]:
        """Read every partition, keep its codes, and tell what is in it."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """Do the jobs and give their results in order."""

    def close(self) -> None:
        """Let go of what was kept."""


class OneMachine:
    """Threads of this process.

    Parameters
    ----------
    memory : int
        Most bytes of codes in memory; the others are kept in a temporary file.
    threads : int, optional
        As many as there are processors by default.

    Examples
    --------
    >>> crew = OneMachine(threads=1)
    >>> list(crew.run([]))
    []
    >>> crew.close()
    """

    def __init__(self, *, memory: int = _MEMORY, threads: int | None = None) -> None:
        self._shelf = Shelf(memory)
        self._held: list[HeldPart] = []
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads)

    def look(self, reader: Reader, partitions: Sequence[Partition]) -> Iterator[PartSurvey]:
        """Read every partition, keep its codes, and tell what is in it.

        Parameters
        ----------
        reader : Reader
        partitions : sequence of Partition

        Yields
        ------
        PartSurvey
        """
        self._held = []
        for part in self._ahead(reader.read, partitions):
            self._held.append(self._shelf.put(part.codes, part.weights))
            yield PartSurvey.of(part)

    def each(self, do: Callable[[Any], Any], what: Sequence[Any]) -> Iterator[Any]:
        """Call a function for each of many things, and give the results in order.

        Parameters
        ----------
        do : callable
        what : sequence

        Yields
        ------
        result of the call
        """
        yield from self._ahead(do, what)

    def _ahead(self, do: Callable[[Any], Any], what: Iterable[Any]) -> Iterator[Any]:
        """Results in order, no more of them waiting than there are threads."""
        waiting: deque[Future[Any]] = deque()
        for one in what:
            waiting.append(self._pool.submit(do, one))
            if len(waiting) > self._threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def run(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """Do the jobs and give their results in order.

        Parameters
        ----------
        jobs : sequence of Job

        Yields
        ------
        result of a pass
        """
        yield from self._ahead(lambda job: job.over(self._held[job.partition]), jobs)

    def close(self) -> None:
        """Let go of what was kept."""
        self._pool.shutdown(cancel_futures=True)
        self._shelf.close()
