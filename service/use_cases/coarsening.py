"""Facets of people for a table that leaves the house: no combination with fewer than ten people."""

from __future__ import annotations

import pandas as pd

__all__ = ["LEAST", "coarsened"]

LEAST = 10
_BLANK = ""


def coarsened(facets: pd.DataFrame, *, least: int = LEAST) -> pd.DataFrame:
    """Blank facets until each combination that is left is shared by enough people.

    Parameters
    ----------
    facets : DataFrame
        A row for each person, a column for each facet, the one that is worth most first: the last
        is blanked first.
    least : int
        People that share a combination. A table with fewer rows has all its facets blanked.

    Returns
    -------
    DataFrame
        The same rows, with missing values where something was blanked.

    Examples
    --------
    >>> people = pd.DataFrame({"language": ["en"] * 4 + ["cy"] * 2, "month": list("aabccc")})
    >>> coarsened(people, least=2)["month"].isna().tolist()
    [False, False, True, True, False, False]
    """
    held = facets.astype(str).where(facets.notna(), _BLANK)
    for column in reversed(held.columns):
        held.loc[_sizes(held) < least, column] = _BLANK
    # Who is blank altogether is a group as well: the smallest others join it until it is large.
    blank = (held == _BLANK).all(axis=1)
    while 0 < blank.sum() < least and not blank.all():
        first = held.iloc[int(_sizes(held).where(~blank, len(held) + 1).to_numpy().argmin())]
        blank |= (held == first).all(axis=1)
        held.loc[blank, :] = _BLANK
    return held.astype(object).where(held != _BLANK, None)


def _sizes(held: pd.DataFrame) -> pd.Series:
    """Return with how many people each one shares the combination."""
    sizes: pd.Series = held.groupby(list(held.columns))[held.columns[0]].transform("size")
    return sizes
