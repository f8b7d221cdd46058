"""What a check finds in a table, gathered row by row and told in good measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import Problem

__all__ = ["Findings"]

_MOST_TOLD = 20


@dataclass
class Findings:
    """Problems of one table.

    Parameters
    ----------
    names : Series
        What each row is called.
    problems : list of Problem

    Examples
    --------
    >>> found = Findings(pd.Series(["a", "b"]))
    >>> found.rows(np.array([False, True]), "provider", "is empty")
    >>> str(found.problems[0])
    'row b: column provider: is empty'
    """

    names: pd.Series[Any]
    problems: list[Problem] = field(default_factory=list)
    _places: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    def rows(
        self,
        wrong: NDArray[np.bool_] | pd.Series[bool],
        column: str,
        message: str,
        got: pd.Series[Any] | None = None,
        *,
        rule: str = "",
    ) -> None:
        """Note each row that is wrong; after the first 20, how many more there are.

        Parameters
        ----------
        wrong : array of bool
        column, message : str
        got : Series, optional
            What stands there.
        rule : str
        """
        flags = np.asarray(wrong, dtype=bool)
        self._places[column] = flags | self._places.get(column, False)
        places = np.flatnonzero(flags)
        for place in places[:_MOST_TOLD]:
            said = message if got is None else f"{message}, got {_shown(got.iloc[place])}"
            self._add(said, column, self.name_of(place), rule)
        if len(places) > _MOST_TOLD:
            self._add(f"{message}: {len(places) - _MOST_TOLD:,} more rows", column, None, rule)

    def told(self, column: str) -> NDArray[np.bool_] | bool:
        """Say in which rows something about a column is wrong already.

        Parameters
        ----------
        column : str

        Returns
        -------
        ndarray of bool, or False
            False where nothing was looked at row by row.

        Examples
        --------
        >>> found = Findings(pd.Series(["a", "b"]))
        >>> found.rows(np.array([False, True]), "ended", "is no date")
        >>> found.told("ended").tolist(), found.told("applied")
        ([False, True], False)
        """
        return self._places.get(column, False)

    def say(self, message: str, column: str = "", severity: str = "error", rule: str = "") -> None:
        """Note something about the table or a column of it.

        Parameters
        ----------
        message, column : str
        severity : {"error", "warning", "note"}
        rule : str
        """
        self._add(message, column, None, rule, severity)

    def name_of(self, place: int) -> str:
        """Return what a row is called, or its number from 1 where it has no name."""
        name = self.names.iloc[place]
        return str(place + 1) if pd.isna(name) else str(name)

    @property
    def failed(self) -> bool:
        """Whether anything was wrong."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not wrong but is worth telling, as sentences."""
        return tuple(str(problem) for problem in self.problems if problem.severity != "error")

    def _add(
        self, message: str, column: str, row: str | None, rule: str, severity: str = "error"
    ) -> None:
        self.problems.append(
            Problem(message=message, row=row, column=column, severity=severity, rule=rule)
        )


def _shown(cell: Any) -> str:
    return str(cell.date()) if isinstance(cell, pd.Timestamp) else str(cell)
