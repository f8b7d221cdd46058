"""Tables of careers and of candidates on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from vbr_engine.errors import CareersError, FileError, Problem
from vbr_engine.files.tables import read_table
from vbr_engine.files.whole import shown
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.reading import read_candidate_table

__all__ = ["read_candidates", "read_careers"]

_EVENTS = ("stage", "date")


def read_careers(
    path: str | os.PathLike[str],
    cut: str | date | None = None,
    applications: str | os.PathLike[str] | None = None,
) -> Careers:
    """Read a table of careers.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``: a row for each application, or a row for each event
        (``application, stage, date, ended_by, ended_reason``) with `applications` beside it.
    cut : date or str, optional
        The last day that the table knows about; by default the one value of its column ``cut``.
    applications : path-like, optional
        A table with a row for each application: ``application, provider``, and what was known.

    Returns
    -------
    Careers

    Raises
    ------
    FileError
        If a file cannot be read, or is a table of events without applications.
    CareersError
        With every problem, by row and column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "c.csv").write_text("application;provider\\n007;P\\n")
    ...     read_careers(f"{folder}/c.csv", cut="2026-03-02").frame["application"].tolist()
    ['007']
    """
    place = Path(path)
    table = read_table(place)
    if applications is None and all(name in table for name in _EVENTS):
        message = "this is a table of events: give the table of applications beside it too"
        raise FileError([Problem(file=shown(place), message=message)])
    try:
        if applications is None:
            return Careers.from_frame(table, cut=cut)
        return Careers.from_events(table, read_table(applications), cut=cut)
    except CareersError as error:
        raise CareersError(_in_file(error.problems, place)) from None


def read_candidates(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table of candidates: what a table of careers has, without what came of them.

    Parameters
    ----------
    path : path-like
        Ends in ``.csv`` or ``.parquet``.

    Returns
    -------
    DataFrame
        ``application`` and ``provider`` as text, stages as dates.

    Raises
    ------
    FileError
        If it cannot be read.
    CareersError
        With every problem, by row and column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "c.csv").write_text("application,provider,offered\\n7,P,2026-01-02\\n")
    ...     read_candidates(f"{folder}/c.csv")["application"].tolist()
    ['7']
    """
    place = Path(path)
    frame, found = read_candidate_table(read_table(place))
    if found.failed:
        wrong = [problem for problem in found.problems if problem.severity == "error"]
        raise CareersError(_in_file(wrong, place))
    return frame


def _in_file(problems: Iterable[Problem], place: Path) -> list[Problem]:
    return [replace(problem, file=shown(place)) for problem in problems]
