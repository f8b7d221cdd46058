"""What can be wrong with made-up careers on purpose, so that checks can be seen to find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError
from vbr_engine.risk.priors import default_effects
from vbr_engine.risk.stages import STAGES

__all__ = ["LEAK", "PROTECTED", "Faults", "plant", "turned_round"]

# Looks harmless by its name; is nought for those who have gone.
LEAK = "rota_hours"
PROTECTED = "age_band"


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What is wrong with made-up careers.

    Parameters
    ----------
    duplicates : float
        Applications that stand there a second time under another name, as a share of all; the
        dates of half of them lie a day later.
    leak : bool
        A column ``rota_hours`` that was filled in at the cut: nought for those who have gone.
    protected : bool
        A column ``age_band`` that has no place in the table.
    wrong_signs : bool
        Every effect with a published figure works the other way round.
    drift : float
        Change of the log hazards in a year.
    proxy : float
        How far the minutes of travel tell the group in the monitoring table; 0 not at all, 2 well.

    Examples
    --------
    >>> Faults(duplicates=0.1).leak
    False
    """

    duplicates: float = 0.0
    leak: bool = False
    protected: bool = False
    wrong_signs: bool = False
    drift: float = 0.0
    proxy: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a share that cannot be."""
        if not 0 <= self.duplicates <= 1:
            raise CareersError(f"expected a share of duplicates, got {self.duplicates!r}")


def turned_round(outcome: str, sizes: Mapping[str, float]) -> dict[str, float]:
    """Turn the effects round that have a published figure.

    Parameters
    ----------
    outcome : {"withdrawal", "leaving"}
    sizes : mapping of effect to size

    Returns
    -------
    dict

    Examples
    --------
    >>> turned_round("leaving", {"travel": 0.15, "shift-mismatch": 0.35})
    {'travel': -0.15, 'shift-mismatch': 0.35}
    """
    published = {effect.name for effect in default_effects(outcome) if effect.prior_mean}
    return {name: -size if name in published else size for name, size in sizes.items()}


def plant(
    faults: Faults,
    frame: pd.DataFrame,
    truth: pd.DataFrame,
    monitoring: pd.DataFrame,
    cut: pd.Timestamp,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Plant faults in the tables.

    Parameters
    ----------
    faults : Faults
    frame, truth, monitoring : DataFrame
        Rows in the same order.
    cut : Timestamp
    rng : numpy.random.Generator

    Returns
    -------
    tuple of three DataFrame
    """
    if faults.leak:
        gone = frame["ended"].notna()
        frame[LEAK] = frame["hours_offered"].mask(gone, 0.0)
    if faults.protected:
        frame[PROTECTED] = rng.choice(["under 25", "25 to 54", "55 and over"], len(frame))
    chosen = np.flatnonzero(rng.random(len(frame)) < faults.duplicates)
    if not len(chosen):
        return frame, truth, monitoring
    names = [f"simulated-{len(frame) + place:06d}" for place in range(1, len(chosen) + 1)]
    originals = frame["application"].iloc[chosen].to_numpy()
    copies = [table.iloc[chosen].assign(application=names) for table in (frame, truth, monitoring)]
    _put_off(copies[0], cut, rng.random(len(chosen)) < 0.5)
    copies[1]["copy_of"] = originals
    both = zip((frame, truth, monitoring), copies, strict=True)
    first, second, third = (_below(table, copy) for table, copy in both)
    return first, second, third


def _put_off(copies: pd.DataFrame, cut: pd.Timestamp, later: NDArray[np.bool_]) -> None:
    """Move the dates of some by a day, unless one of them would lie after the cut."""
    names = [*STAGES, "ended"]
    dates = copies[names]
    later = later & (dates.max(axis=1) < cut).to_numpy()
    moved = dates + pd.Timedelta(days=1)
    copies[names] = dates.mask(later[:, None] & dates.notna(), moved)


def _below(table: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, copies.astype(table.dtypes.to_dict())], ignore_index=True)
