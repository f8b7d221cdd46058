"""The careers table: what happened to each application, up to a day."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from vbr_engine.errors import CareersError
from vbr_engine.risk.events import to_wide
from vbr_engine.risk.reading import EVENT_COLUMNS, Day, Reading, read_wide

__all__ = ["EVENT_COLUMNS", "Careers"]


@dataclass(frozen=True, eq=False)
class Careers:
    """Applications and what became of them, checked.

    Parameters
    ----------
    frame : DataFrame
        A row for each application: ``application``, ``provider``, a date for each stage reached,
        ``ended``, ``ended_by``, ``ended_reason``, perhaps ``first_seen``, and what was known
        beforehand.
    cut : Timestamp
        The last day that the table knows about.
    notes : tuple of str
        What was read in another way than it stood there, and what is worth a warning.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"application": ["a"], "provider": ["P"], "applied": ["2026-01-02"]})
    >>> len(Careers.from_frame(table, cut="2026-03-02"))
    1
    """

    frame: pd.DataFrame
    cut: pd.Timestamp
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.frame)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, cut: Day | None = None) -> Careers:
        """Check a table of careers.

        Parameters
        ----------
        frame : DataFrame
            Who was in post already when records began has the date of that in ``first_seen``.
        cut : date or str, optional
            The last day that the table knows about; by default the one value of its column ``cut``.
            It is never taken from the latest date.

        Returns
        -------
        Careers

        Raises
        ------
        CareersError
            With every problem, by row and column.
        """
        return cls._of(read_wide(frame, cut))

    @classmethod
    def from_events(
        cls, events: pd.DataFrame, applications: pd.DataFrame, *, cut: Day | None = None
    ) -> Careers:
        """Check a table of events, with a table of applications beside it.

        Parameters
        ----------
        events : DataFrame
            A row for each event: ``application``, ``stage`` (one of the stages, or ``ended``),
            ``date``; of an end ``ended_by`` and perhaps ``ended_reason``.
        applications : DataFrame
            ``application``, ``provider``, and what was known beforehand.
        cut : date or str, optional
            The last day that the events know about; by default the one value of a column ``cut``.

        Returns
        -------
        Careers

        Raises
        ------
        CareersError
            With every problem, by row and column.

        Examples
        --------
        >>> import pandas as pd
        >>> events = pd.DataFrame({"application": ["a", "a"], "stage": ["applied", "ended"],
        ...     "date": ["2026-01-02", "2026-01-09"], "ended_by": [None, "candidate"]})
        >>> people = pd.DataFrame({"application": ["a"], "provider": ["P"]})
        >>> Careers.from_events(events, people, cut="2026-03-02").frame["ended_by"].tolist()
        ['candidate']
        """
        frame, found = to_wide(events, applications)
        reading = read_wide(frame, cut)
        reading.found.problems[:0] = found.problems
        return cls._of(reading)

    @classmethod
    def _of(cls, reading: Reading) -> Careers:
        if reading.found.failed:
            raise CareersError(
                problem for problem in reading.found.problems if problem.severity == "error"
            )
        return cls(reading.frame, reading.cut, reading.found.notes)
