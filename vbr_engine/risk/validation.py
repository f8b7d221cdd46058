"""All that can be wrong with a table of careers, or be worth a warning, in one list."""

from __future__ import annotations

import pandas as pd

from vbr_engine.errors import CareersError, Problem
from vbr_engine.risk.alike import check_alike
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.events import to_wide
from vbr_engine.risk.leaks import check_leaks
from vbr_engine.risk.reading import Day, read_wide

__all__ = ["check_careers", "check_further", "require_sound"]

_ORDER = ("error", "warning", "note")
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
    return _ordered(problems)


def check_further(careers: Careers) -> list[Problem]:
    """Find what looks wrong in careers that can be.

    Parameters
    ----------
    careers : Careers

    Returns
    -------
    list of Problem
        Leaks, copies, a cut that came long after the last event; errors first.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(300, seed=1)
    >>> check_further(Careers.from_frame(made.frame, cut=made.cut))
    []
    """
    return _ordered([*_quiet_end(careers), *check_leaks(careers), *check_alike(careers)])


def require_sound(careers: Careers) -> tuple[Problem, ...]:
    """Refuse careers in which a fact can hardly have been known beforehand.

    Parameters
    ----------
    careers : Careers

    Returns
    -------
    tuple of Problem
        The warnings.

    Raises
    ------
    CareersError
        With every error that `check_further` finds.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(300, seed=1)
    >>> require_sound(Careers.from_frame(made.frame, cut=made.cut))
    ()
    """
    found = check_further(careers)
    wrong = [problem for problem in found if problem.severity == "error"]
    if wrong:
        raise CareersError(wrong)
    return tuple(found)


def _ordered(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: _ORDER.index(problem.severity))


def _quiet_end(careers: Careers) -> list[Problem]:
    """Warn where nothing happened for long before the cut; it may have been cut earlier."""
    dates = careers.frame.select_dtypes("datetime").drop(columns="cut", errors="ignore")
    latest = dates.max().max()
    if pd.isna(latest) or (careers.cut - latest).days <= _QUIET_DAYS:
        return []
    message = f"nothing happened in the {(careers.cut - latest).days} days before the cut,"
    message += f" {careers.cut.date()}: whoever is open counts as seen until then; is it right?"
    return [Problem(message=message, column="cut", severity="warning", rule="cut")]
