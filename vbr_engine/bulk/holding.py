"""Codes kept between passes: in memory while they fit, else in a file that nobody has to remove."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import IO

import numpy as np
from numpy.typing import NDArray

from vbr_engine.bulk.reading import Codes
from vbr_engine.errors import FileError, Problem
from vbr_engine.files.whole import shown

__all__ = ["HeldPart", "Shelf"]

_ROWS = 16_384


class Shelf:
    """Room for codes: memory up to a limit, then a temporary file.

    The file has no name from the start, so the system takes it back whatever happens to the
    process.

    Parameters
    ----------
    memory : int
        Most bytes held in memory.
    """

    def __init__(self, memory: int) -> None:
        self._room = memory
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = Lock()

    def put(self, codes: Codes, weights: NDArray[np.float64] | None) -> HeldPart:
        """Keep a partition's codes and weights.

        Parameters
        ----------
        codes : ndarray of int8, shape (rows, items)
        weights : ndarray, shape (rows,), optional

        Returns
        -------
        HeldPart

        Raises
        ------
        FileError
            If there is no room on the disk.
        """
        with self._lock:
            if codes.nbytes <= self._room:
                self._room -= codes.nbytes
                return HeldPart(codes.shape, weights, codes)
            file = self._opened()
            return HeldPart(codes.shape, weights, None, file, self._written(codes, file))

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="vbr-codes-")  # noqa: SIM115
        return self._file

    def _written(self, codes: Codes, file: IO[bytes]) -> int:
        begin, left = self._end, memoryview(codes.tobytes())
        try:
            while len(left):
                done = os.pwrite(file.fileno(), left, self._end)
                left, self._end = left[done:], self._end + done
        except OSError as error:
            message = f"cannot keep codes there: {error.strerror}; set TMPDIR to a larger disk"
            raise FileError(
                [Problem(file=shown(tempfile.gettempdir()), message=message)]
            ) from error
        return begin

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True, eq=False)
class HeldPart:
    """A partition's codes, wherever they are kept.

    Parameters
    ----------
    shape : tuple of int
        Rows and items.
    weights : ndarray, shape (rows,), optional
    codes : ndarray of int8, optional
        If they are in memory.
    file : binary file, optional
        Else where they are; it stays open as long as somebody may read.
    begin : int
        Where in it.
    """

    shape: tuple[int, int]
    weights: NDArray[np.float64] | None
    codes: Codes | None
    file: IO[bytes] | None = None
    begin: int = 0

    def pieces(self) -> Iterator[tuple[Codes, NDArray[np.float64]]]:
        """Yield codes and weights of a few thousand rows after the other."""
        for first in range(0, self.shape[0], _ROWS):
            last = min(first + _ROWS, self.shape[0])
            yield self._rows(first, last), self._weights(slice(first, last), last - first)

    def take(self, rows: NDArray[np.intp]) -> tuple[Codes, NDArray[np.float64]]:
        """Codes and weights of some rows, given in ascending order."""
        taken = []
        for first in range(0, self.shape[0], _ROWS):
            last = min(first + _ROWS, self.shape[0])
            inside = rows[(rows >= first) & (rows < last)]
            if len(inside):
                taken.append(self._rows(first, last)[inside - first])
        empty = np.empty((0, self.shape[1]), dtype=np.int8)
        return np.concatenate([empty, *taken]), self._weights(rows, len(rows))

    def _weights(self, rows: slice | NDArray[np.intp], n: int) -> NDArray[np.float64]:
        return np.ones(n) if self.weights is None else self.weights[rows]

    def _rows(self, first: int, last: int) -> Codes:
        if self.codes is not None or self.file is None:
            return np.asarray(self.codes)[first:last]
        width = self.shape[1]
        read = os.pread(self.file.fileno(), (last - first) * width, self.begin + first * width)
        return np.frombuffer(read, dtype=np.int8).reshape(-1, width)
