"""All that can be wrong with a table of careers, or be worth a warning, in one list."""

from __future__ import annotations

import pandas as pd

from vbr_engine.errors import Problem
from vbr_engine.risk.alike import check_alike
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.events import to_wide
from vbr_engine.risk.leaks import check_leaks
from vbr_engine.risk.reading import Day, read_wide

__all__ = ["check_careers"]

_QUIET_DAYS = 92


def check_careers(
    frame: pd.DataFrame, cut: Day | None = None, *, applications: pd.DataFrame | None = None
) -> list[Problem]:
    """Find everything that is wrong with a table of careers.

    Parameters
    ----------
    frame : DataFrame
        A row for each application; or a row for each event, with `applications`.
    cut : date or str, optional
        The last day that the table knows about; by default the one value of its column ``cut``.
    applications : DataFrame, optional
        What is known of each application, beside a table of events.

    Returns
    -------
    list of Problem
        Errors first, then warnings and notes. Whether something leaks the outcome, and whether
        applications are alike, is looked at only where nothing else is wrong.

    Examples
    --------
    >>> table = pd.DataFrame({"application": ["a"], "provider": ["P"], "age": [44]})
    >>> [problem.rule for problem in check_careers(table, "2026-03-02")][:1]
    ['protected']
    """
    earlier: list[Problem] = []
    if applications is not None:
        frame, found = to_wide(frame, applications)
        earlier = found.problems
    reading = read_wide(frame, cut)
    problems = [*earlier, *reading.found.problems]
    if not any(problem.severity == "error" for problem in problems):
        problems += check_further(Careers(reading.frame, reading.cut))
    order = ("error", "warning", "note")
    return sorted(problems, key=lambda problem: order.index(problem.severity))


def check_further(careers: Careers) -> list[Problem]:
    """Find what looks wrong in careers that can be: leaks, copies, a cut that came too late.

    Parameters
    ----------
    careers : Careers

    Returns
    -------
    list of Problem
    """
    return [*_quiet_end(careers), *check_leaks(careers), *check_alike(careers)]


def _quiet_end(careers: Careers) -> list[Problem]:
    """Warn where nothing happened for long before the cut: was it cut earlier than that?"""
    dates = careers.frame.select_dtypes("datetime").drop(columns="cut", errors="ignore")
    latest = dates.max().max()
    if pd.isna(latest) or (careers.cut - latest).days <= _QUIET_DAYS:
        return []
    message = f"nothing happened in the {(careers.cut - latest).days} days before the cut,"
    message += f" {careers.cut.date()}: whoever is open counts as seen until then; is it right?"
    return [Problem(message=message, column="cut", severity="warning", rule="cut")]
