"""How the process keeps its memory."""

from __future__ import annotations

import ctypes

__all__ = ["give_back", "share_heap"]

_ARENAS = -8  # M_ARENA_MAX in glibc's malloc.h


def share_heap() -> None:
    """Let all threads allocate from one heap, where the C library can be told so.

    By default glibc gives each of several threads a heap of its own and, once blocks of 19 MiB were
    freed, returns none of that size to the system: a worker whose threads have each hashed a
    password or read a long list keeps a hundred megabytes more than it uses. Called before threads
    begin.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENAS, 1)


def give_back() -> None:
    """Return to the system what a long list or a job has left free between what is still used.

    It takes some milliseconds, and the C library does it by itself only at the end of its heap.
    """
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if malloc_trim is not None:
        malloc_trim(0)
