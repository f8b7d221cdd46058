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
from vbr_engine.scoring.profile import NOT_MEASURED
from vbr_engine.scoring.rules import Floats

__all__ = ["NO_BAND", "band_codes", "band_column", "interval", "word_column"]

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
