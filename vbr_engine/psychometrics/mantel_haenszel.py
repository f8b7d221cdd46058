"""Mantel-Haenszel and its relatives: whether people with the same score answer alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2 as chi_square
from scipy.stats import norm

from vbr_engine.psychometrics.dif_tables import ItemTable

__all__ = ["breslow_day", "generalised", "mantel", "mantel_haenszel", "standardised_difference"]

Floats = NDArray[np.float64]

DELTA = -2.35  # from a log odds ratio to the scale of ETS (Holland and Thayer 1988)


def mantel_haenszel(table: ItemTable, *, correct: bool = True) -> dict[str, Any]:
    """Mantel-Haenszel for an item with two categories.

    Parameters
    ----------
    table : ItemTable
    correct : bool
        Take half a person off the difference (continuity correction), as is usual.

    Returns
    -------
    dict
        ``chi2``, ``df``, ``p``; ``chi2_other``, the figure with the other choice of correction;
        ``alpha``, the common odds ratio (above 1 favours the reference group); ``delta`` and
        ``delta_se`` on the ETS scale (below 0 favours the reference group).

    References
    ----------
    Holland and Thayer 1988; variance of the log odds ratio by Phillips and Holland 1987.
    """
    wrong_r, right_r = table.counts[:, 0].T
    wrong_f, right_f = table.counts[:, 1].T
    total = wrong_r + right_r + wrong_f + right_f
    n_r, n_f, right, wrong = (
        wrong_r + right_r,
        wrong_f + right_f,
        right_r + right_f,
        wrong_r + wrong_f,
    )
    some = total > 1
    difference = abs((right_r - n_r * right / total)[some].sum())
    spread = (n_r * n_f * right * wrong)[some] / (total**2 * (total - 1))[some]
    plain = difference**2 / spread.sum() if spread.sum() > 0 else np.nan
    # As Holland and Thayer write it and difR does: half is taken off a smaller difference too.
    less = (difference - 0.5) ** 2 / spread.sum() if spread.sum() > 0 else np.nan
    statistic, other = (less, plain) if correct else (plain, less)
    for_r, for_f = right_r * wrong_f, wrong_r * right_f
    up, down = (for_r / total).sum(), (for_f / total).sum()
    alpha = up / down if down > 0 else np.inf if up > 0 else np.nan
    delta, error = _delta(alpha, up, for_r, for_f, right_r + wrong_f, wrong_r + right_f, total)
    return {
        "chi2": statistic,
        "df": 1,
        "p": chi_square.sf(statistic, 1),
        "chi2_other": other,
        "alpha": alpha,
        "delta": delta,
        "delta_se": error,
    }


def _delta(
    alpha: float, up: float, for_r: Floats, for_f: Floats, same: Floats, cross: Floats, n: Floats
) -> tuple[float, float]:
    if not (0 < alpha < np.inf):
        return (np.nan if np.isnan(alpha) else DELTA * (np.inf if alpha else -np.inf)), np.nan
    variance = ((for_r + alpha * for_f) * (same + alpha * cross) / n**2).sum() / (2 * up**2)
    return DELTA * float(np.log(alpha)), -DELTA * float(np.sqrt(variance))


def ets_class(delta: float, error: float, p: float, *, level: float = 0.05) -> str:
    """ETS's letter with its sign: A negligible, B moderate, C large; + favours the focal group.

    Parameters
    ----------
    delta, error : float
        On the ETS scale.
    p : float
        Of no difference.
    level : float

    Returns
    -------
    str
        C is at least 1.5 and significantly above 1; A is below 1 or not significant.
    """
    if np.isnan(delta):
        return ""
    if not (p < level) or abs(delta) < 1:
        return "A"
    sign = "+" if delta > 0 else "-"
    surely = np.isnan(error) or (abs(delta) - 1) / error > norm.isf(level)
    return ("C" if abs(delta) >= 1.5 and surely else "B") + sign


def size_class(size: float, moderate: float, large: float) -> str:
    """A, B or C by the size of an effect alone, with the sign of who is favoured.

    Parameters
    ----------
    size : float
        Above 0 favours the focal group.
    moderate, large : float
        Where B and C begin.

    Returns
    -------
    str
    """
    if np.isnan(size):
        return ""
    if abs(size) < moderate:
        return "A"
    return ("B" if abs(size) < large else "C") + ("+" if size > 0 else "-")


def mantel(table: ItemTable) -> dict[str, Any]:
    """Mantel's chi-square for ordered categories; with two, Mantel-Haenszel without correction.

    Parameters
    ----------
    table : ItemTable

    Returns
    -------
    dict
        ``chi2``, ``df``, ``p``.

    References
    ----------
    Mantel 1963; Zwick, Donoghue and Grima 1993.
    """
    n_r, n_f = table.counts.sum(axis=2).T
    total = n_r + n_f
    some = total > 1
    column = table.counts.sum(axis=1)
    first, second = column @ table.scores, column @ table.scores**2
    gap = (table.counts[:, 1] @ table.scores - n_f * first / total)[some].sum()
    spread = (n_r * n_f * (total * second - first**2))[some] / (total**2 * (total - 1))[some]
    statistic = gap**2 / spread.sum() if spread.sum() > 1e-12 else np.nan
    return {"chi2": statistic, "df": 1, "p": chi_square.sf(statistic, 1)}


def standardised_difference(table: ItemTable) -> dict[str, Any]:
    """Standardised mean difference: focal less reference, as the focal group's scores lie.

    Parameters
    ----------
    table : ItemTable

    Returns
    -------
    dict
        ``smd``, its standard error ``smd_se`` were there no difference, and ``smd_over_sd`` in
        standard deviations of the item over both groups.

    References
    ----------
    Dorans and Schmitt 1991; Zwick and Thayer 1996.
    """
    n_r, n_f = table.counts.sum(axis=2).T
    both = (n_r > 0) & (n_f > 0)
    if not both.any():
        return {"smd": np.nan, "smd_se": np.nan, "smd_over_sd": np.nan}
    mean_r = (table.counts[both, 0] @ table.scores) / n_r[both]
    mean_f = (table.counts[both, 1] @ table.scores) / n_f[both]
    smd = float(((mean_f - mean_r) * n_f[both]).sum() / n_f[both].sum())
    error = _smd_error(table, both, n_r[both], n_f[both])
    return {"smd": smd, "smd_se": error, "smd_over_sd": smd / _deviation(table)}


def _smd_error(table: ItemTable, both: NDArray[np.bool_], n_r: Floats, n_f: Floats) -> float:
    """From Mantel's variance of the focal group's sum at each score."""
    total, column = n_r + n_f, table.counts[both].sum(axis=1)
    spread = total * (column @ table.scores**2) - (column @ table.scores) ** 2
    of_sum = n_r * n_f * spread / (total**2 * np.maximum(total - 1, 1))
    weight = n_f / n_f.sum() * (1 / n_f + 1 / n_r)
    return float(np.sqrt((weight**2 * of_sum).sum()))


def _deviation(table: ItemTable) -> float:
    column = table.counts.sum(axis=(0, 1))
    mean = column @ table.scores / column.sum()
    spread = column @ (table.scores - mean) ** 2 / (column.sum() - 1)
    return float(np.sqrt(spread)) if spread > 0 else float("nan")


def generalised(table: ItemTable) -> dict[str, Any]:
    """Cochran-Mantel-Haenszel for unordered categories: whether options are chosen as often.

    Parameters
    ----------
    table : ItemTable

    Returns
    -------
    dict
        ``chi2``, ``df``, ``p``.

    References
    ----------
    Mantel and Haenszel 1959; Somes 1986.
    """
    counts = table.counts[table.counts.sum(axis=(1, 2)) > 1]
    n_r, n_f = counts.sum(axis=2).T
    total, column = n_r + n_f, counts.sum(axis=1)
    gap = (counts[:, 1] - n_f[:, None] * column / total[:, None]).sum(axis=0)[:-1]
    factor = n_r * n_f / (total**2 * (total - 1))
    spread = np.diag((factor * total) @ column) - (column.T * factor) @ column
    spread = spread[:-1, :-1]
    df = int(np.linalg.matrix_rank(spread, hermitian=True)) if len(spread) else 0
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap) if df else np.nan
    return {"chi2": statistic, "df": df, "p": chi_square.sf(statistic, max(df, 1))}


def breslow_day(table: ItemTable, alpha: float) -> dict[str, Any]:
    """Breslow and Day: whether the odds ratio is the same at every score, or curves cross.

    Parameters
    ----------
    table : ItemTable
        Of an item with two categories.
    alpha : float
        The common odds ratio.

    Returns
    -------
    dict
        ``chi2_crossing``, ``df_crossing``, ``p_crossing``.

    References
    ----------
    Breslow and Day 1980; Penfield 2003.
    """
    n_r, n_f = table.counts.sum(axis=2).T
    wrong, right = table.counts.sum(axis=1).T
    told = (n_r > 0) & (n_f > 0) & (wrong > 0) & (right > 0)
    if not told.any() or not 0 < alpha < np.inf:
        return {"chi2_crossing": np.nan, "df_crossing": 0, "p_crossing": np.nan}
    n_r, n_f, right = n_r[told], n_f[told], right[told]
    expected = _expected(n_r, n_f, right, alpha)
    cells = np.stack([expected, n_r - expected, right - expected, n_f - right + expected])
    statistic = float(((table.counts[told, 0, 1] - expected) ** 2 * (1 / cells).sum(axis=0)).sum())
    df = int(told.sum()) - 1
    p = chi_square.sf(statistic, df) if df else np.nan
    return {"chi2_crossing": statistic, "df_crossing": df, "p_crossing": p}


def _expected(n_r: Floats, n_f: Floats, right: Floats, alpha: float) -> Floats:
    """How many of the reference group are right at the common odds ratio, margins given."""
    if abs(alpha - 1) < 1e-10:
        return n_r * right / (n_r + n_f)
    a, b = 1 - alpha, n_f - right + alpha * (n_r + right)
    c = -alpha * n_r * right
    root = np.sqrt(np.maximum(b**2 - 4 * a * c, 0))
    # The root that lies within the margins, in the form that loses no digits.
    return np.asarray(-2 * c / (b + root))
