"""Facts that know too much: filled in after the event, or foretelling it better than can be.

Published predictors that are known before somebody starts reach an area under the curve of .58 to
.65, at best about .70. One fact alone that goes beyond was, as a rule, written down afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import Problem
from vbr_engine.risk.careers import EVENT_COLUMNS, Careers
from vbr_engine.risk.separation import Separation, binned, cross_validated_auc, folds_of, rank_auc
from vbr_engine.risk.stages import OUTCOMES

__all__ = ["check_leaks"]

_CEILING = 0.70  # of what is published
_SURELY = 0.65  # of single facts; an alarm where even the lower bound lies above
_BEYOND = 0.80  # nothing known beforehand gets there
_Z = 2.326  # 1 of 100 honest facts lies above by chance
_GAP, _WIDE_GAP, _GAP_Z = 0.2, 0.5, 4.0
_FEWEST = 10
_MOST_ROWS = 100_000
_STRATA, _FOLDS, _SEED = 5, 5, 20261122
_YEAR = 365
_WORDS = {
    "leaving": ("left", "have not left"),
    "withdrawal": ("withdrew", "started work"),
}


@dataclass(frozen=True, eq=False)
class _Case:
    """Who ended it and who did not, of those who began at about the same time."""

    outcome: str
    facts: pd.DataFrame
    ended: NDArray[np.bool_]
    stratum: NDArray[np.int64]
    began: pd.Series[Any]


def check_leaks(careers: Careers) -> list[Problem]:
    """Find facts that look as if they had been written down after the event.

    Parameters
    ----------
    careers : Careers

    Returns
    -------
    list of Problem
        Errors where it can hardly be otherwise, warnings where it should be looked at; the rule is
        ``leak``.

    Notes
    -----
    For each outcome those who ended it are compared with those who did not and began in the same
    fifth of the time: how often the fact is filled in, and how well it tells them apart (numbers by
    rank, words by the share among others, cross-validated). Who is gone for another reason is left
    out. Of more than 100,000 careers every so-manieth is looked at.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers
    >>> made = simulate_careers(400, seed=1)
    >>> check_leaks(Careers.from_frame(made.frame, cut=made.cut))
    []
    """
    frame = careers.frame.iloc[:: max(1, -(-len(careers) // _MOST_ROWS))]
    problems: list[Problem] = []
    for outcome in OUTCOMES:
        case = _case(frame, outcome)
        if min(case.ended.sum(), (~case.ended).sum()) >= _FEWEST:
            for name in case.facts:
                problems += _leak(case, str(name))
    return problems + _dates_afterwards(frame)


def _case(frame: pd.DataFrame, outcome: str) -> _Case:
    started, own = frame["started_work"].notna(), frame["ended_by"] == "candidate"
    if outcome == "leaving":
        early = own & ((frame["ended"] - frame["started_work"]).dt.days < _YEAR)
        chosen, ended = started & (own | frame["ended"].isna()), early
        began = frame["started_work"]
    else:
        # Who is still open has not got as far as others: later facts are empty of necessity.
        chosen, ended = started | own, own & ~started
        began = frame["applied"].fillna(frame["started_work"])
    rows = chosen.to_numpy(dtype=bool)
    names = [name for name in frame.columns if name not in EVENT_COLUMNS]
    when = began[rows].rank(method="first", pct=True).fillna(1).to_numpy()
    stratum = np.minimum((when * _STRATA).astype(np.int64), _STRATA - 1)
    facts = frame.loc[rows, names].reset_index(drop=True)
    return _Case(outcome, facts, ended.to_numpy(dtype=bool)[rows], stratum, began[rows])


def _leak(case: _Case, name: str) -> list[Problem]:
    column = case.facts[name]
    filled = column.notna().to_numpy()
    return [*_filled_unlike(case, name, filled), *_too_good(case, name, filled)]


def _filled_unlike(case: _Case, name: str, filled: NDArray[np.bool_]) -> list[Problem]:
    """Compare how often it is filled in; a gap pooled over strata as by Mantel and Haenszel."""
    gap, z = _pooled_gap(filled, case)
    # In the funnel later facts are rarer among those who withdrew, and rightly so.
    size = abs(gap) if case.outcome == "leaving" else gap
    if not (size > _GAP and abs(z) > _GAP_Z):
        return []
    yes, no = (100 * filled[rows].mean() for rows in (case.ended, ~case.ended))
    did, did_not = _WORDS[case.outcome]
    message = f"is filled in for {yes:.0f} of 100 who {did} and for {no:.0f} of 100 who {did_not}:"
    message += " it looks written down afterwards, so it cannot foretell; take it out"
    severity = "error" if size > _WIDE_GAP else "warning"
    return [Problem(message=message, column=name, severity=severity, rule="leak")]


def _pooled_gap(filled: NDArray[np.bool_], case: _Case) -> tuple[float, float]:
    total = gap = spread = 0.0
    for number in range(_STRATA):
        here = case.stratum == number
        yes, no = filled[here & case.ended], filled[here & ~case.ended]
        if not len(yes) or not len(no):
            continue
        share, weight = filled[here].mean(), len(yes) * len(no) / (len(yes) + len(no))
        total, gap = total + weight, gap + weight * (yes.mean() - no.mean())
        spread += weight * share * (1 - share)
    if not spread:
        return 0.0, 0.0
    return gap / total, gap / float(np.sqrt(spread))


def _too_good(case: _Case, name: str, filled: NDArray[np.bool_]) -> list[Problem]:
    ended = case.ended[filled]
    if min(ended.sum(), (~ended).sum()) < _FEWEST:
        return []
    found = _separation(case.facts[name][filled], ended, case.stratum[filled])
    auc = max(found.auc, 1 - found.auc)
    low = auc - _Z * found.se
    if not (auc > _CEILING and low > _SURELY):
        return []
    did, did_not = _WORDS[case.outcome]
    message = f"tells those who {did} from those who {did_not} better than anything known"
    message += f" beforehand can (AUC {auc:.2f}, at least {low:.2f}; at best about {_CEILING:.2f}):"
    message += " was it written down afterwards? If so, take it out"
    severity = "error" if low > _BEYOND else "warning"
    return [Problem(message=message, column=name, severity=severity, rule="leak")]


def _separation(
    column: pd.Series[Any], ended: NDArray[np.bool_], stratum: NDArray[np.int64]
) -> Separation:
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.astype("int64")
    if pd.api.types.is_numeric_dtype(column):
        return rank_auc(column.to_numpy(dtype=float), ended, stratum)
    return cross_validated_auc(binned(column), ended, folds_of(len(ended), _FOLDS, _SEED))[0]


def _dates_afterwards(frame: pd.DataFrame) -> list[Problem]:
    """Find dates that lie after the first day of work of many."""
    problems = []
    started = frame["started_work"]
    for name, column in frame.drop(columns=list(EVENT_COLUMNS), errors="ignore").items():
        if not pd.api.types.is_datetime64_any_dtype(column):
            continue
        after = int((column > started).sum())
        if after:
            message = f"lies after the first day of work in {after:,} careers: it was not known"
            message += " beforehand; take it out"
            problems.append(Problem(message=message, column=str(name), rule="leak"))
    return problems
