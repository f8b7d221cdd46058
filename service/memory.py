"""How the process keeps its memory."""

from __future__ import annotations

import ctypes

__all__ = ["share_heap"]

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
