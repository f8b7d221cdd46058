"""Which of the informative items is given, so that a few are not given to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput

__all__ = ["ExposureControl", "MostInformative", "Randomesque", "SympsonHetter"]

Floats = NDArray[np.float64]


class ExposureControl(Protocol):
    """A rule that takes one item for each sitting."""

    def choose(
        self, information: Floats, eligible: NDArray[np.bool_], tickets: Floats, draws: Floats
    ) -> NDArray[np.intp]:
        """Take an item for each sitting.

        Parameters
        ----------
        information : ndarray of shape (n_sittings, n_items)
            At the present estimate.
        eligible : ndarray of bool, of the same shape
            Not yet given, and allowed by the blueprint; at least one for each sitting.
        tickets : ndarray of the same shape
            Uniform numbers that stay with a sitting from start to end.
        draws : ndarray of shape (n_sittings,)
            Uniform numbers for this step alone.

        Returns
        -------
        ndarray of int, of shape (n_sittings,)
        """
        ...


@dataclass(frozen=True)
class MostInformative:
    """No control: always the most informative item.

    Examples
    --------
    >>> import numpy as np
    >>> information, free = np.array([[3.0, 1.0, 2.0]]), np.array([[False, True, True]])
    >>> MostInformative().choose(information, free, None, None).tolist()
    [2]
    """

    def choose(
        self, information: Floats, eligible: NDArray[np.bool_], tickets: Floats, draws: Floats
    ) -> NDArray[np.intp]:
        """Take the most informative item that is eligible."""
        return np.asarray(np.where(eligible, information, -np.inf).argmax(axis=1))


@dataclass(frozen=True)
class Randomesque:
    """One of the few most informative items, at random (Kingsbury and Zara, 1989).

    Parameters
    ----------
    among : int
        Of how many.

    Examples
    --------
    >>> import numpy as np
    >>> information, free = np.array([[3.0, 1.0, 2.0]]), np.array([[True, True, True]])
    >>> [int(Randomesque(2).choose(information, free, None, np.array([d]))[0]) for d in (0.1, 0.9)]
    [0, 2]
    """

    among: int = 5

    def __post_init__(self) -> None:
        if self.among < 1:
            raise InvalidInput(
                f"randomesque: expected 1 item or more to choose among, got {self.among}"
            )

    def choose(
        self, information: Floats, eligible: NDArray[np.bool_], tickets: Floats, draws: Floats
    ) -> NDArray[np.intp]:
        """Take one of the most informative items that are eligible."""
        ranked = np.argsort(-np.where(eligible, information, -np.inf), axis=1, kind="stable")
        among = np.minimum(self.among, eligible.sum(axis=1))
        place = np.minimum((draws * among).astype(np.intp), among - 1)
        return np.asarray(ranked[np.arange(len(ranked)), place])


@dataclass(frozen=True)
class SympsonHetter:
    """The most informative item, given that it passes a lottery (Sympson and Hetter, 1985).

    An item that fails is set aside for the rest of the sitting: its ticket stays what it is. Where
    every eligible item has failed, the one that failed by least is taken.

    Parameters
    ----------
    chances : tuple of float
        For each item, the probability that it is given when it is the most informative.

    Examples
    --------
    >>> import numpy as np
    >>> information, free = np.array([[3.0, 1.0, 2.0]]), np.array([[True, True, True]])
    >>> lottery = SympsonHetter((0.2, 1.0, 1.0))
    >>> tickets = np.array([[0.1, 0.5, 0.5]]), np.array([[0.3, 0.5, 0.5]])
    >>> [int(lottery.choose(information, free, drawn, None)[0]) for drawn in tickets]
    [0, 2]
    """

    chances: tuple[float, ...]

    def __post_init__(self) -> None:
        wrong = [chance for chance in self.chances if not 0 < chance <= 1]
        if wrong:
            raise InvalidInput(f"Sympson-Hetter: expected chances above 0 up to 1, got {wrong[0]}")

    def choose(
        self, information: Floats, eligible: NDArray[np.bool_], tickets: Floats, draws: Floats
    ) -> NDArray[np.intp]:
        """Take the most informative eligible item whose ticket is below its chance."""
        odds = tickets / np.asarray(self.chances)
        passed = eligible & (odds < 1)
        best = np.where(passed, information, -np.inf).argmax(axis=1)
        least_failed = np.where(eligible, odds, np.inf).argmin(axis=1)
        return np.asarray(np.where(passed.any(axis=1), best, least_failed))
