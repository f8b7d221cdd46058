"""Spells: from where to where each person was at risk, and how it ended.

One form for both outcomes. For `withdrawal` the intervals are the steps between stages
(continuation ratio); for `leaving` they are weeks and then months in the job (discrete time). The
person-period table that a hazard model needs is never written out: each person keeps the first and
the last interval at risk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import EVENT_COLUMNS, Careers
from vbr_engine.risk.stages import (
    OUTCOMES,
    STAGES,
    Interval,
    funnel_intervals,
    tenure_intervals,
)

__all__ = ["CENSORED", "COMPETING", "EVENT", "NOBODY_AT_RISK", "Spells", "spells_of"]

CENSORED, EVENT, COMPETING = 0, 1, 2
# Why a table without spells can teach nothing.
NOBODY_AT_RISK = {
    "leaving": "nobody in the table started work: there is nothing to learn from",
    "withdrawal": "nobody in the table applied: there is nothing to learn from",
}
_WORK = STAGES.index("started_work")


@dataclass(frozen=True, eq=False)
class Spells:
    """Everybody's time at risk of one outcome.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    intervals : tuple of Interval
    entered, exited : ndarray of int16, shape (n,)
        First and last interval at risk. Of whom nothing was seen both are the same, the exposure is
        0 and the cause is 0.
    exposure : ndarray of float64, shape (n,)
        Share of the interval `exited` that was seen: 1 where the candidate ended it.
    cause : ndarray of int8, shape (n,)
        1 the candidate ended it in the interval `exited`; 2 it ended there otherwise; 0 not ended
        as far as can be seen.
    provider : ndarray of int32, shape (n,)
        Place in `providers`.
    providers : tuple of str
    features : DataFrame, n rows
        What was known beforehand, as it came.
    applications : ndarray of object, shape (n,)
    """

    outcome: str
    intervals: tuple[Interval, ...]
    entered: NDArray[np.int16]
    exited: NDArray[np.int16]
    exposure: NDArray[np.float64]
    cause: NDArray[np.int8]
    provider: NDArray[np.int32]
    providers: tuple[str, ...]
    features: pd.DataFrame
    applications: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.cause)

    @property
    def n_events(self) -> int:
        """How many ended it themselves."""
        return int((self.cause == EVENT).sum())

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Spells:
        """Return the spells of some, with the same providers and intervals."""
        return Spells(
            self.outcome,
            self.intervals,
            self.entered[chosen],
            self.exited[chosen],
            self.exposure[chosen],
            self.cause[chosen],
            self.provider[chosen],
            self.providers,
            self.features.iloc[
                np.flatnonzero(chosen) if chosen.dtype == bool else chosen
            ].reset_index(drop=True),
            self.applications[chosen],
        )


def spells_of(careers: Careers, outcome: str) -> Spells:
    """Turn careers into spells at risk of one outcome.

    Parameters
    ----------
    careers : Careers
    outcome : {"withdrawal", "leaving"}

    Returns
    -------
    Spells
        For `leaving`, of those only who started work.

    Raises
    ------
    CareersError
        If the outcome has another name.

    Notes
    -----
    Nobody who is still there at the cut counts as having stayed: of the interval that the cut falls
    into, only the share that was seen counts. An end by the employer, a transfer and the end of a
    contract are competing exits: the person was at risk until then, in the funnel for half of the
    step (the actuarial rule). An open application has seen nothing of the step that it is at.

    Who was there already when records began (``first_seen``) is at risk from the first interval
    that begins on that day or later (left truncation): the others of their kind, who had gone by
    then, are not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "application": ["a", "b"], "provider": ["P", "P"],
    ...     "applied": ["2026-01-02", "2026-01-05"], "started_work": ["2026-02-01", "2026-02-02"],
    ...     "ended": ["2026-02-20", None], "ended_by": ["candidate", None]})
    >>> spells = spells_of(Careers.from_frame(table, cut="2026-03-02"), "leaving")
    >>> spells.exited.tolist(), spells.cause.tolist()
    ([2, 4], [1, 0])
    """
    if outcome == "withdrawal":
        return _funnel(careers)
    if outcome == "leaving":
        return _tenure(careers)
    raise CareersError(f"expected one of {', '.join(OUTCOMES)} as outcome, got {outcome!r}")


def _funnel(careers: Careers) -> Spells:
    frame = careers.frame
    intervals = funnel_intervals()
    reached = stage_reached(frame)
    at_work = reached == _WORK
    cause = np.where(at_work, CENSORED, _cause(frame))
    exposure = np.select([at_work | (cause == EVENT), cause == COMPETING], [1.0, 0.5], 0.0)
    exited = np.minimum(reached, _WORK - 1)
    return _spells(intervals, "withdrawal", frame, _first_step(frame), exited, exposure, cause)


def _first_step(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Number the first step that began when it could be seen; one too many if none did."""
    entered = np.zeros(len(frame), dtype=np.int64)
    if "first_seen" in frame:
        seen, began = frame["first_seen"], pd.Series(pd.NaT, frame.index, dtype="datetime64[s]")
        for stage in STAGES[:-1]:
            began = frame[stage].fillna(began)
            entered += (began < seen).to_numpy()
    return entered


def _tenure(careers: Careers) -> Spells:
    frame = careers.frame[careers.frame["started_work"].notna()].reset_index(drop=True)
    intervals = tenure_intervals()
    starts, ends = np.array([(interval.start, interval.end) for interval in intervals]).T
    last_seen = frame["ended"].fillna(careers.cut)
    days = (last_seen - frame["started_work"]).dt.days.to_numpy(dtype=np.int64)
    passed = np.searchsorted(ends, days, side="right")
    exited = np.minimum(passed, len(ends) - 1)
    cause = np.where(passed == len(ends), CENSORED, _cause(frame))
    share = np.minimum((days - starts[exited]) / (ends - starts)[exited], 1.0)
    exposure = np.where(cause == EVENT, 1.0, share)
    entered = np.searchsorted(starts, _days_before_seen(frame), side="left")
    return _spells(intervals, "leaving", frame, entered, exited, exposure, cause)


def _days_before_seen(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Count the days in the job before records began."""
    if "first_seen" not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    days = (frame["first_seen"] - frame["started_work"]).dt.days
    return np.asarray(days.fillna(0), dtype=np.int64)


def stage_reached(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Number the furthest stage that each application has reached.

    Parameters
    ----------
    frame : DataFrame
        With a column for each stage.

    Returns
    -------
    ndarray of int64
        Place in `STAGES`; 0 too where no stage has a date.

    Examples
    --------
    >>> import pandas as pd
    >>> stage_reached(pd.DataFrame({stage: [pd.NaT] for stage in STAGES})).tolist()
    [0]
    """
    seen = frame[list(STAGES)].notna().to_numpy()
    return np.where(seen.any(axis=1), len(STAGES) - 1 - seen[:, ::-1].argmax(axis=1), 0)


def _cause(frame: pd.DataFrame) -> NDArray[np.int64]:
    by = frame["ended_by"]
    return np.select([by.isna(), by == "candidate"], [CENSORED, EVENT], COMPETING)


def _spells(
    intervals: tuple[Interval, ...],
    outcome: str,
    frame: pd.DataFrame,
    entered: NDArray[np.int64],
    exited: NDArray[np.int64],
    exposure: NDArray[np.float64],
    cause: NDArray[np.int64],
) -> Spells:
    unseen = entered > exited
    codes, providers = pd.factorize(frame["provider"], sort=True)
    return Spells(
        outcome,
        intervals,
        np.where(unseen, exited, entered).astype(np.int16),
        exited.astype(np.int16),
        np.where(unseen, 0.0, exposure),
        np.where(unseen, CENSORED, cause).astype(np.int8),
        codes.astype(np.int32),
        tuple(map(str, providers)),
        frame.drop(columns=[name for name in EVENT_COLUMNS if name in frame]),
        frame["application"].to_numpy(dtype=object),
    )
