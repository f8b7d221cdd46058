"""What could not be worked out, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from vbr_engine.errors import InvalidInput

__all__ = ["Notes", "listed"]

Found = TypeVar("Found")

_TOLD = 3  # problems of one part


class Notes:
    """Sentences for the reader, each once, in the order in which they came up."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def add(self, *sentences: str) -> None:
        """Note sentences."""
        self._sentences |= dict.fromkeys(sentences)

    def attempt(self, what: str, work: Callable[[], Found]) -> Found | None:
        """Do a part of the work; where the data do not allow it, note why.

        Parameters
        ----------
        what : str
            The part, as the beginning of a sentence.
        work : callable

        Returns
        -------
        object
            What `work` gives; None where it cannot be done.
        """
        try:
            with np.errstate(all="ignore"):
                return work()
        except InvalidInput as error:
            told = [str(problem) for problem in error.problems[:_TOLD]]
            more = len(error.problems) - len(told)
            self.add(f"{what}: {'; '.join(told)}{f'; and {more} more' if more else ''}.")
        except np.linalg.LinAlgError:
            self.add(f"{what}: the answers do not determine it.")
        return None

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._sentences)


def listed(names: Sequence[str], *, most: int = 10) -> str:
    """Write names one after another, and how many more there are.

    Parameters
    ----------
    names : sequence of str
    most : int

    Returns
    -------
    str

    Examples
    --------
    >>> listed(["tea", "coat", "gate"], most=2)
    'tea, coat and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
