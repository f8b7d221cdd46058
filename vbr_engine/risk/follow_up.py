"""How long each person was followed, and how it ended: what evaluation counts.

For `leaving`, time is the day in the job, the first being day 1, so that who left within 30 days
has a time of 30 or less. For `withdrawal`, time is the step of the funnel at which it ended, the
first being 1; who started work has one more than there are steps, and the horizon is the first day
of work. An employer's decision within a step is taken to fall in its middle: half a person before
those who withdraw at that step, half after (the actuarial rule).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import EVENT_COLUMNS, Careers
from vbr_engine.risk.spells import spells_of
from vbr_engine.risk.survival import Timeline

__all__ = ["FIRST_DAY", "FollowUp", "follow_up"]

Array = NDArray[np.float64]

# The horizon of withdrawal, in tables.
FIRST_DAY = "first day"


@dataclass(frozen=True, eq=False)
class FollowUp:
    """Who was followed how long.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    people : DataFrame, n rows
        ``application``, ``provider`` and what was known beforehand; no dates, no ends.
    cause : ndarray of int8, shape (n,)
        0 out of sight, 1 the candidate ended it, 2 it ended otherwise.
    provider : ndarray of int, shape (n,)
        Place in `providers`.
    providers : tuple of str
    person : ndarray of int, shape (r,)
        Whose each row of follow-up is; in the funnel some have two rows.
    line : Timeline
        Time and end of each row.
    share : ndarray, shape (r,)
        How much of the person the row stands for.
    last : int
        The longest horizon.
    late : int
        How many more came into sight only after they had begun, and are left out.
    """

    outcome: str
    people: pd.DataFrame
    cause: NDArray[np.int8]
    provider: NDArray[np.int32]
    providers: tuple[str, ...]
    person: NDArray[np.intp]
    line: Timeline
    share: Array
    last: int
    late: int

    def __len__(self) -> int:
        return len(self.people)

    def rows_of(self, copies: Array | None = None) -> Array:
        """Return the weight of each row, given how often each person counts."""
        return self.share if copies is None else self.share * copies[self.person]

    def left_by(self, horizon: float) -> NDArray[np.bool_]:
        """Say which rows left by the horizon."""
        return self.line.event & (self.line.time <= horizon)

    def counts(self, horizon: float) -> tuple[int, int]:
        """Count who left by the horizon, and who is known to have stayed beyond it."""
        stayed = float(self.share @ (self.line.time > horizon))
        return int(self.left_by(horizon).sum()), int(stayed)


def follow_up(careers: Careers, outcome: str) -> FollowUp:
    """Work out how long each person was followed.

    Parameters
    ----------
    careers : Careers
    outcome : {"withdrawal", "leaving"}

    Returns
    -------
    FollowUp
        For `leaving`, of those only who started work. Who was there already when records began is
        left out: the others of their kind had gone by then.

    Raises
    ------
    CareersError
        If the outcome has another name, or nobody was followed from the beginning.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "application": ["a", "b"], "provider": ["P", "P"],
    ...     "applied": ["2026-01-02", "2026-01-05"], "started_work": ["2026-02-01", "2026-02-02"],
    ...     "ended": ["2026-02-20", None], "ended_by": ["candidate", None]})
    >>> found = follow_up(Careers.from_frame(table, cut="2026-03-02"), "leaving")
    >>> found.line.time.tolist(), found.line.event.tolist()
    ([20.0, 29.0], [True, False])
    """
    spells = spells_of(careers, outcome)
    frame = careers.frame
    if outcome == "leaving":
        frame = frame[frame["started_work"].notna()]
    early = spells.entered == 0
    if not early.any():
        raise CareersError("nobody was followed from the beginning: there is nothing to evaluate")
    spells, frame = spells.rows(early), frame[early]
    last = len(spells.intervals)
    if outcome == "leaving":
        last = spells.intervals[-1].end
        time, cause = _days(frame, careers.cut)
        person, share = np.arange(len(frame)), np.ones(len(frame))
    else:
        cause = spells.cause
        time, person, share = _steps(spells.exited, spells.exposure, cause, last)
    known = [name for name in EVENT_COLUMNS if name not in ("application", "provider")]
    people = frame.drop(columns=[name for name in known if name in frame]).reset_index(drop=True)
    provider, providers = pd.factorize(people["provider"].astype(str), sort=True)
    return FollowUp(
        outcome,
        people,
        cause,
        provider.astype(np.int32),
        tuple(map(str, providers)),
        person,
        Timeline.of(time, (cause == 1)[person]),
        share,
        last,
        int((~early).sum()),
    )


def _days(frame: pd.DataFrame, cut: pd.Timestamp) -> tuple[Array, NDArray[np.int8]]:
    """Return days in the job, and how it ended however late that was."""
    seen = (frame["ended"].fillna(cut) - frame["started_work"]).dt.days.to_numpy()
    by = frame["ended_by"]
    cause = np.select([by.isna(), by == "candidate"], [0, 1], 2)
    return seen.astype(float) + 1, cause.astype(np.int8)


def _steps(
    exited: NDArray[np.int16], exposure: Array, cause: NDArray[np.int8], steps: int
) -> tuple[Array, NDArray[np.intp], Array]:
    """Return time, person and share of each row; a step half seen makes two rows."""
    through = (cause == 0) & (exposure == 1) & (exited == steps - 1)
    whole = exited + 1.0 + through
    partly = np.flatnonzero(exposure < 1)
    n = len(exited)
    person = np.concatenate([np.arange(n), partly])
    time = np.concatenate([whole, exited[partly].astype(float)])
    share = np.concatenate([np.where(exposure < 1, exposure, 1.0), 1 - exposure[partly]])
    kept = share > 0
    return time[kept], person[kept], share[kept]
