"""A Dask cluster as crew: workers read partitions, keep the codes, and send sums.

A worker that has lost its codes, or never had them, reads the partition again; so it does not
matter which worker does a job, and one that dies costs time only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from uuid import uuid4

from threadpoolctl import threadpool_limits

from vbr_engine.bulk.holding import HeldPart, Shelf
from vbr_engine.bulk.partitions import Partition
from vbr_engine.bulk.passes import Job
from vbr_engine.bulk.reading import Reader
from vbr_engine.bulk.survey import PartSurvey
from vbr_engine.errors import InvalidInput, Problem, VbrError

__all__ = ["Cluster"]

# An extra: who works on one machine need not have it.
DASK: Any = import_module("distributed") if find_spec("distributed") else None
_MEMORY = 1024 * 2**20  # of codes, in each worker
_AT_ONCE = 4  # calibrations that a worker keeps codes for
_PATIENCE = 10.0  # seconds to find the scheduler
_SHELVES: dict[str, tuple[Shelf, dict[int, HeldPart]]] = {}  # of this worker


class Cluster:
    """Workers of a Dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://127.0.0.1:8786``; or ``local:2`` for two processes on
        this machine.
    timeout : float
        Seconds to look for the scheduler.

    Raises
    ------
    InvalidInput
        If Dask is not installed, or nobody answers.
    """

    def __init__(self, address: str, *, timeout: float = _PATIENCE) -> None:
        if DASK is None:
            raise InvalidInput(
                "a cluster needs Dask, which is not installed: pip install 'vbr-engine[cluster]'"
            )
        self._address = address
        self._own: Any = None
        local = re.fullmatch(r"local:(\d+)", address)
        if local:
            self._own = _local(int(local[1]))
        elif not re.fullmatch(r"[a-z]+://\S+:\d+", address):
            raise InvalidInput(
                f"expected a cluster such as tcp://127.0.0.1:8786 or local:2, got {address}"
            )
        try:
            self._client = DASK.Client(self._own or address, timeout=timeout)
        except (OSError, TimeoutError, ValueError) as error:
            raise InvalidInput(
                f"no Dask scheduler answers at {address} within {timeout:g} seconds"
            ) from error
        self._token = uuid4().hex
        self._reader: Reader | None = None
        self._partitions: tuple[Partition, ...] = ()
        self._places: dict[int, str] = {}

    @property
    def client(self) -> Any:
        """Dask's client."""
        return self._client

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
        self._reader, self._partitions = reader, tuple(partitions)
        yield from self._in_order(_look, [(index,) for index in range(len(partitions))])

    def run(self, jobs: Sequence[Job]) -> Iterator[Any]:
        """Do the jobs and give their results in order.

        Parameters
        ----------
        jobs : sequence of Job

        Yields
        ------
        result of a pass
        """
        yield from self._in_order(_run, [(job.partition, job) for job in jobs])

    def each(self, do: Any, what: Sequence[Any]) -> Iterator[Any]:
        """Call a function for each of many things, and give the results in order."""
        workers = self._workers()
        places = {index: workers[index % len(workers)] for index in range(len(what))}
        yield from self._results(
            [self._sent(do, places[index], one) for index, one in enumerate(what)]
        )

    def _in_order(self, do: Any, calls: list[tuple[Any, ...]]) -> Iterator[Any]:
        self._place()
        yield from self._results(
            [
                self._sent(
                    do, self._places[at], self._token, self._reader, self._partitions[at], at, *rest
                )
                for at, *rest in calls
            ]
        )

    def _sent(self, do: Any, place: str, *given: Any) -> Any:
        return self._client.submit(
            _said, do, *given, workers=[place], allow_other_workers=True, pure=False
        )

    def _results(self, futures: list[Any]) -> Iterator[Any]:
        try:
            for at, future in enumerate(futures):
                result = future.result()
                futures[at] = None
                if isinstance(result, _Refusal):
                    raise result.kind(result.problems)
                yield result
        except (VbrError, MemoryError):
            raise
        except Exception as error:
            # Whatever Dask calls it: a lost scheduler, workers that keep dying, a missing module.
            told = str(error).strip().splitlines()
            message = f"{type(error).__name__}: {told[0] if told else 'no more is known'}"
            raise InvalidInput(f"the cluster at {self._address} failed: {message}") from error
        finally:
            left = [future for future in futures if future is not None]
            if left:
                with suppress(Exception):  # of no use any more, or the cluster is gone
                    self._client.cancel(left)

    def _place(self) -> None:
        """Keep each partition where it was; give those of a lost worker to the others."""
        workers = self._workers()
        for index in range(len(self._partitions)):
            if self._places.get(index) not in workers:
                self._places[index] = workers[index % len(workers)]

    def _workers(self) -> list[str]:
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, TimeoutError) as error:
            raise InvalidInput(f"the cluster at {self._address} has no workers") from error
        return sorted(self._client.scheduler_info(n_workers=-1)["workers"])

    def close(self) -> None:
        """Let go of what was kept, and of the processes that were started for this."""
        with suppress(Exception):  # a cluster that is gone has nothing left to forget
            self._client.run(_forget, self._token)
        self._client.close()
        if self._own is not None:
            self._own.close()


@dataclass(frozen=True)
class _Refusal:
    """What a worker found wrong; said as a result, since Dask would print it as a failure too."""

    kind: type[InvalidInput]
    problems: tuple[Problem, ...]


def _said(do: Any, *given: Any) -> Any:
    try:
        return do(*given)
    except InvalidInput as error:
        return _Refusal(type(error), error.problems)


def _local(n: int) -> Any:
    if not 1 <= n <= 4 * (os.cpu_count() or 1):
        raise InvalidInput(f"expected 1 to {4 * (os.cpu_count() or 1)} local workers, got {n}")
    return DASK.LocalCluster(
        n_workers=n,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs="ERROR",
    )


def _held(token: str, reader: Reader, partition: Partition, index: int) -> HeldPart:
    """The partition's codes, read again if this worker does not have them."""
    shelf, parts = _shelf(token)
    if index not in parts:
        read = reader.read(partition)
        parts[index] = shelf.put(read.codes, read.weights)
    return parts[index]


def _shelf(token: str) -> tuple[Shelf, dict[int, HeldPart]]:
    """Room for one calibration; that of one whose client died is let go after some more."""
    found = _SHELVES.setdefault(token, (Shelf(_MEMORY), {}))
    for old in list(_SHELVES)[:-_AT_ONCE]:
        _SHELVES.pop(old, None)
    return found


def _look(token: str, reader: Reader, partition: Partition, index: int) -> PartSurvey:
    shelf, parts = _shelf(token)
    read = reader.read(partition)
    parts[index] = shelf.put(read.codes, read.weights)
    return PartSurvey.of(read)


def _run(token: str, reader: Reader, partition: Partition, index: int, job: Job) -> Any:
    with threadpool_limits(limits=1, user_api="blas"):
        return job.over(_held(token, reader, partition, index))


def _forget(token: str) -> None:
    _SHELVES.pop(token, None)
