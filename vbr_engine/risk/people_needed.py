"""How many careers a model needs: Riley's criteria for a binary outcome.

Riley, Snell, Ensor and others (2019), Statistics in Medicine 38, 1276, doi 10.1002/sim.7992, with
the expected explained variation taken from a concordance as in Riley, Van Calster and Collins
(2021), Statistics in Medicine 40, 859, doi 10.1002/sim.8806.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import ceil, exp, log

import numpy as np
from scipy.special import log_expit, ndtri

from vbr_engine.errors import CareersError

__all__ = ["SampleSize", "explained_variation", "most_parameters", "sample_size"]

_SHRINKAGE = 0.9
_OPTIMISM = 0.05
_MARGIN = 0.05
_Z = 1.96
_POINTS = np.polynomial.hermite_e.hermegauss(80)


@dataclass(frozen=True)
class SampleSize:
    """People needed, by criterion.

    Parameters
    ----------
    n_parameters : int
    rate, concordance : float
        What was assumed.
    shrinkage : int
        People, for effects that need shrinking by a tenth at most.
    optimism : int
        People, for explained variation (Nagelkerke) that is at most 0.05 too good.
    overall : int
        People, for an overall risk within 0.05.
    n : int
        The largest of the three.
    n_events : int
        Events among them.
    """

    n_parameters: int
    rate: float
    concordance: float
    shrinkage: int
    optimism: int
    overall: int
    n: int
    n_events: int

    def to_dict(self) -> dict[str, float]:
        """Return it as plain data."""
        return asdict(self)


def sample_size(n_parameters: int, rate: float, concordance: float) -> SampleSize:
    """Say how many people a model needs.

    Parameters
    ----------
    n_parameters : int
        Effects, without the intercept.
    rate : float
        Share to whom it happens, between 0 and 1.
    concordance : float
        Expected of the model, above 0.5.

    Returns
    -------
    SampleSize

    Raises
    ------
    CareersError
        If a figure is out of its range.

    Examples
    --------
    >>> needed = sample_size(8, 0.25, 0.65)
    >>> needed.n, needed.n_events
    (1326, 332)
    """
    _check(n_parameters, rate, concordance)
    r2 = explained_variation(rate, concordance)
    first = _for_shrinkage(n_parameters, r2, _SHRINKAGE)
    second = _for_shrinkage(n_parameters, r2, r2 / (r2 + _OPTIMISM * _most_r2(rate)))
    third = ceil((_Z / _MARGIN) ** 2 * rate * (1 - rate))
    n = max(first, second, third)
    events = round(n * rate)
    return SampleSize(n_parameters, rate, concordance, first, second, third, n, events)


def most_parameters(n: int, rate: float, concordance: float) -> int:
    """Say how many effects so many people carry.

    Parameters
    ----------
    n : int
    rate, concordance : float

    Returns
    -------
    int

    Examples
    --------
    >>> most_parameters(500, 0.4, 0.65)
    3
    """
    k = 0
    while sample_size(k + 1, rate, concordance).n <= n:
        k += 1
    return k


def explained_variation(rate: float, concordance: float) -> float:
    """Turn a concordance into the explained variation of Cox and Snell.

    Parameters
    ----------
    rate, concordance : float

    Returns
    -------
    float

    Notes
    -----
    Of a linear predictor that is normal with the same variance among those to whom it happens and
    the others.

    Examples
    --------
    >>> round(explained_variation(0.25, 0.65), 4)
    0.0527
    """
    apart = float(np.sqrt(2) * ndtri(concordance))
    points, weights = _POINTS[0], _POINTS[1] / _POINTS[1].sum()
    start = log(rate / (1 - rate)) - apart**2 / 2
    happened = float(weights @ log_expit(start + apart * (points + apart)))
    not_happened = float(weights @ log_expit(-(start + apart * points)))
    model = rate * happened + (1 - rate) * not_happened
    return 1 - exp(-2 * (model - _null(rate)))


def _null(rate: float) -> float:
    return rate * log(rate) + (1 - rate) * log(1 - rate)


def _most_r2(rate: float) -> float:
    return 1 - exp(2 * _null(rate))


def _for_shrinkage(n_parameters: int, r2: float, shrinkage: float) -> int:
    return ceil(n_parameters / ((shrinkage - 1) * log(1 - r2 / shrinkage)))


def _check(n_parameters: int, rate: float, concordance: float) -> None:
    if n_parameters < 1:
        raise CareersError(f"expected at least one effect, got {n_parameters}")
    if not 0 < rate < 1:
        raise CareersError(f"expected a rate between 0 and 1, got {rate}")
    if not 0.5 < concordance < 1:
        raise CareersError(f"expected a concordance between 0.5 and 1, got {concordance}")
