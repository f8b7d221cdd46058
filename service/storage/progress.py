"""Telling on standard error how far something is that takes longer than two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress"]

QUIET_SECONDS = 2.0


class Progress:
    """Says once what is being done, then how far it is, at most every two seconds.

    Parameters
    ----------
    opening : str
        Said first, and only if it takes longer than two seconds.
    stream : file, optional
        Standard error if not given.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        opening: str,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opening = opening
        self._stream = stream or sys.stderr
        self._clock = clock
        self._begun = self._last = clock()
        self._told = False

    def tell(self, what: str, done: int, total: int) -> None:
        """Say how far one part is, at most every two seconds."""
        now = self._clock()
        if now - self._last < QUIET_SECONDS:
            return
        self._last = now
        if not self._told:
            self._told = True
            self._say(self._opening)
        self._say(f"  {what}: {done:,} of {total:,}")

    def end(self) -> None:
        """Say that it is done, if anything was said before."""
        if self._told:
            self._say(f"Done after {self._clock() - self._begun:.0f} seconds.")

    def _say(self, words: str) -> None:
        print(words, file=self._stream, flush=True)
