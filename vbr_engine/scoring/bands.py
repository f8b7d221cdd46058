"""Bands: every one that the interval around a score touches."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vbr_engine.bank.model import ScoringPolicy
from vbr_engine.scoring.profile import NOT_MEASURED, ValueScore
from vbr_engine.scoring.rules import Floats

__all__ = ["NO_BAND", "band_codes", "band_column", "interval", "value_score", "word_column"]

NO_BAND = 255


def interval(score: Floats, se: Floats, policy: ScoringPolicy) -> tuple[Floats, Floats]:
    """Return both ends of the interval; no score exceeds 1, so no interval does."""
    width = NormalDist().inv_cdf(0.5 + policy.interval / 2) * se
    return score - width, np.minimum(score + width, 1.0)


def band_codes(score: Floats, se: Floats, policy: ScoringPolicy) -> npt.NDArray[np.uint8]:
    """Return the lowest band touched times the number of bands, plus the highest.

    Parameters
    ----------
    score, se : ndarray
        NaN where not measured: there the code is `NO_BAND`.
    policy : ScoringPolicy

    Returns
    -------
    ndarray of uint8
    """
    low, high = interval(score, se, policy)
    lowest = np.zeros(score.shape, dtype=np.uint8)
    highest = np.zeros(score.shape, dtype=np.uint8)
    for band in policy.bands[1:]:
        lowest += low >= band.minimum
        highest += high >= band.minimum
    code = lowest * np.uint8(len(policy.bands)) + highest
    code[score != score] = NO_BAND
    return code


def value_score(
    value: str, score: float, se: float, counts: tuple[int, int], policy: ScoringPolicy
) -> ValueScore:
    """Say one score with its interval and every band that the interval touches.

    Parameters
    ----------
    value : str
    score, se : float
        NaN where not measured.
    counts : tuple of (int, int)
        Items scored, and items needed.
    policy : ScoringPolicy

    Returns
    -------
    ValueScore
    """
    figures = np.array([score]), np.array([se])
    (low,), (high,) = interval(*figures, policy)
    code = int(band_codes(*figures, policy)[0])
    lowest, highest = divmod(code, len(policy.bands))
    touched = () if code == NO_BAND else policy.bands[lowest : highest + 1]
    return ValueScore(
        value=value,
        score=_figure(score),
        se=_figure(se),
        low=_figure(low),
        high=_figure(high),
        bands=tuple(band.id for band in touched),
        n_answered=counts[0],
        n_needed=counts[1],
    )


def _figure(number: float) -> float | None:
    return float(number) if number == number else None


def band_column(code: npt.NDArray[np.uint8], policy: ScoringPolicy) -> pd.Categorical[Any]:
    """Return the bands of a value in words, such as ``part/close``."""
    ids = [band.id for band in policy.bands]
    words, place = [NOT_MEASURED], np.zeros(NO_BAND + 1, dtype=np.int16)
    for low, high in combinations_with_replacement(range(len(ids)), 2):
        place[low * len(ids) + high] = len(words)
        words.append("/".join(ids[low : high + 1]))
    return word_column(place[code], words)


def word_column(code: npt.NDArray[np.integer[Any]], words: Sequence[str]) -> pd.Categorical[Any]:
    """Return a column of few different words: a number for each row, and the words once."""
    return pd.Categorical.from_codes(code, pd.Index(list(words)))
