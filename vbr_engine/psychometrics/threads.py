"""How many threads the matrix library may use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]


@cache
def _controller() -> ThreadpoolController:
    # Looking for the libraries takes longer than scoring a person: once is enough.
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[Any]:
    """A context in which matrix products use one thread.

    Blocks here are small: a second thread costs more than it brings, much more on a busy machine.

    Returns
    -------
    context manager

    Examples
    --------
    >>> with one_thread():
    ...     pass
    """
    limited: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return limited
