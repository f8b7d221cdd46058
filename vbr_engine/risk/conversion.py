"""How far applications come, where they end, and how many stay: plain counts, before any model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from vbr_engine.errors import CareersError
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.spells import CENSORED, COMPETING, EVENT, Spells, stage_reached
from vbr_engine.risk.stages import STAGES

__all__ = ["funnel", "interval_table", "retention"]

Array = NDArray[np.float64]

_YEAR = 365


def funnel(careers: Careers, *, level: float = 0.95) -> pd.DataFrame:
    """Count how many reached each stage, and what became of those who came no further.

    Parameters
    ----------
    careers : Careers
        Applications that were under way already when records began are left out.
    level : float
        Probability of the interval.

    Returns
    -------
    DataFrame
        A row for each stage: ``stage``; ``reached`` it, or a later one; of these went no further
        because they ``withdrew``, the employer ``declined``, or it ended ``otherwise``, or are
        still ``open`` at the cut; ``onward``, the share that went on of those that are not open,
        with ``low`` and ``high`` (Wilson, 1927); ``median_days`` to the next stage that has a date.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "application": ["a", "b", "c"], "provider": ["P"] * 3, "applied": ["2026-01-02"] * 3,
    ...     "invited": ["2026-01-04", "2026-01-06", None], "ended": [None, None, "2026-01-09"],
    ...     "ended_by": [None, None, "candidate"]})
    >>> counts = funnel(Careers.from_frame(table, cut="2026-03-02"))
    >>> counts[["stage", "reached", "withdrew", "open", "median_days"]].head(2)
         stage  reached  withdrew  open  median_days
    0  applied        3         1     0          3.0
    1  invited        2         0     2          NaN
    """
    frame = _from_the_start(careers.frame)
    furthest, by = stage_reached(frame), frame["ended_by"]
    there = np.bincount(furthest, minlength=len(STAGES))
    ends = {
        name: np.bincount(furthest[rows.to_numpy(dtype=bool)], minlength=len(STAGES))
        for name, rows in (
            ("withdrew", by == "candidate"),
            ("declined", by == "employer"),
            ("otherwise", by.isin(["transfer", "contract-end"])),
            ("open", by.isna()),
        )
    }
    reached = there[::-1].cumsum()[::-1]
    onward, low, high = _wilson(reached - there, reached - ends["open"], level)
    table = pd.DataFrame({"stage": STAGES, "reached": reached, **ends})
    table = table.assign(onward=onward, low=low, high=high, median_days=_waits(frame))
    # Nothing follows the first day of work: what ends there is a job.
    table.loc[len(STAGES) - 1, ["onward", "low", "high"]] = np.nan
    return table


def _from_the_start(frame: pd.DataFrame) -> pd.DataFrame:
    if "first_seen" not in frame:
        return frame
    under_way = frame[list(STAGES)].min(axis=1) < frame["first_seen"]
    return frame[~under_way].reset_index(drop=True)


def _waits(frame: pd.DataFrame) -> list[float]:
    """Return the median of days from each stage to the next one that has a date."""
    following = pd.Series(pd.NaT, frame.index, dtype="datetime64[s]")
    waits = []
    for stage in reversed(STAGES):
        waits.append(float((following - frame[stage]).dt.days.median()))
        following = frame[stage].fillna(following)
    return waits[::-1]


def _wilson(hits: NDArray[np.int64], of: NDArray[np.int64], level: float) -> tuple[Array, ...]:
    """Return shares and their score interval; NaN of none."""
    z = norm.ppf((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = hits / of
        centre = (share + z**2 / (2 * of)) / (1 + z**2 / of)
        half = z / (1 + z**2 / of) * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    return share, np.where(of, centre - half, np.nan), np.where(of, centre + half, np.nan)


def retention(
    careers: Careers, *, days: Sequence[int] = (30, 90, 180, 365), level: float = 0.95
) -> pd.DataFrame:
    """Estimate how many of those who start work have not left by some days.

    Parameters
    ----------
    careers : Careers
    days : sequence of int
        From 1 to 365, rising.
    level : float
        Probability of the interval.

    Returns
    -------
    DataFrame
        For each of `days`: ``started``; ``left`` of their own before that day, ``otherwise`` ended
        before it, ``followed`` that far; ``retained``, Kaplan and Meier's estimate with ``low`` and
        ``high`` (Greenwood's variance, log minus log).

    Raises
    ------
    CareersError
        If a day lies outside 1 to 365.

    Notes
    -----
    An end by the employer, a transfer and the end of a contract count as no longer seen: the figure
    is of those whom the employer would have kept. Who is in post at the cut counts up to the cut
    and no further.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "application": list("abcd"), "provider": ["P"] * 4,
    ...     "started_work": ["2026-01-01"] * 4, "ended": ["2026-01-11", None, None, "2026-01-25"],
    ...     "ended_by": ["candidate", None, None, "employer"]})
    >>> held = retention(Careers.from_frame(table, cut="2026-03-02"), days=[30])
    >>> held[["started", "left", "otherwise", "followed", "retained"]].iloc[0].tolist()
    [4.0, 1.0, 1.0, 2.0, 0.75]
    """
    if any(not 1 <= day <= _YEAR for day in days):
        raise CareersError(f"expected days from 1 to {_YEAR}, got {list(days)}")
    frame = careers.frame[careers.frame["started_work"].notna()]
    days_seen = (frame["ended"].fillna(careers.cut) - frame["started_work"]).dt.days
    last = np.asarray(days_seen, dtype=np.int64)
    own = (frame["ended_by"] == "candidate").to_numpy(dtype=bool)
    other = frame["ended"].notna().to_numpy() & ~own
    survival, variance = _product_limit(_days_unseen(frame), last, own)
    rows = [
        {
            "day": day,
            "started": len(frame),
            "left": int((own & (last < day)).sum()),
            "otherwise": int((other & (last < day)).sum()),
            "followed": int((last >= day).sum()),
            "retained": survival[day - 1],
        }
        for day in days
    ]
    bounds = [_log_log(survival[day - 1], variance[day - 1], level) for day in days]
    return pd.DataFrame(rows).assign(
        low=[low for low, _ in bounds], high=[high for _, high in bounds]
    )


def _days_unseen(frame: pd.DataFrame) -> NDArray[np.int64]:
    if "first_seen" not in frame:
        return np.zeros(len(frame), dtype=np.int64)
    days = (frame["first_seen"] - frame["started_work"]).dt.days.fillna(0)
    return np.maximum(days.to_numpy(dtype=np.int64), 0)


def _product_limit(
    entered: NDArray[np.int64], last: NDArray[np.int64], event: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return the survival past each day from 0 to 364, and Greenwood's sum."""
    top = _YEAR + 1
    gone = np.bincount(np.minimum(last, top), minlength=top + 1)
    came = np.bincount(np.minimum(entered, top), minlength=top + 1)
    left = np.bincount(np.minimum(last[event], top), minlength=top + 1)[:_YEAR]
    # Who goes on a day, by whatever cause, was there on it.
    at_risk = (came.cumsum() - gone.cumsum() + gone)[:_YEAR]
    with np.errstate(invalid="ignore", divide="ignore"):
        survival = np.cumprod(np.where(left, 1 - left / at_risk, 1.0))
        variance = np.cumsum(np.where(left, left / (at_risk * (at_risk - left)), 0.0))
    # Beyond the last day on which anybody was seen nothing is known, unless all had left.
    final = np.flatnonzero(at_risk).max(initial=-1)
    beyond = (np.arange(_YEAR) > final) & (survival > 0)
    return np.where(beyond, np.nan, survival), np.where(beyond, np.nan, variance)


def _log_log(survival: float, variance: float, level: float) -> tuple[float, float]:
    if not 0 < survival < 1:
        return np.nan, np.nan
    width = float(norm.ppf((1 + level) / 2) * np.sqrt(variance) / abs(np.log(survival)))
    return survival ** np.exp(width), survival ** np.exp(-width)


def interval_table(spells: Spells) -> pd.DataFrame:
    """Add up spells by interval: the person-period table, without writing it out.

    Parameters
    ----------
    spells : Spells

    Returns
    -------
    DataFrame
        For each interval: ``interval``; how many were ``at_risk`` in it, the ``exposure`` that was
        seen of them, ``events``, ``competing``, ``censored`` within it; the ``hazard``, events by
        exposure, and the ``survival`` to its end.

    Examples
    --------
    >>> from vbr_engine.risk import simulate_careers, spells_of
    >>> made = simulate_careers(200, seed=1)
    >>> spells = spells_of(Careers.from_frame(made.frame, cut=made.cut), "withdrawal")
    >>> table = interval_table(spells)
    >>> int(table["events"].sum()) == spells.n_events
    True
    """
    j, exited = len(spells.intervals), spells.exited
    seen = (exited > spells.entered) | (spells.exposure > 0)
    came = np.bincount(spells.entered[seen], minlength=j).cumsum()
    gone = np.bincount(exited[seen], minlength=j)
    # A last interval of which nothing was seen is none.
    none = np.bincount(exited[seen & (spells.exposure == 0)], minlength=j)
    part = np.bincount(exited[seen], weights=spells.exposure[seen], minlength=j)
    there = came - gone.cumsum() + gone
    counts = {
        name: np.bincount(exited[seen & (spells.cause == cause)], minlength=j)
        for name, cause in (("events", EVENT), ("competing", COMPETING), ("censored", CENSORED))
    }
    table = pd.DataFrame({"interval": [interval.name for interval in spells.intervals]})
    table = table.assign(at_risk=there - none, exposure=there - gone + part, **counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        hazard = np.where(table["exposure"] > 0, table["events"] / table["exposure"], np.nan)
    return table.assign(hazard=hazard, survival=np.cumprod(1 - np.nan_to_num(hazard)))
