"""Whom a group is compared with: the one that is asked for, found among the columns of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from vbr_engine.errors import DecisionsError, Problem

__all__ = ["group_names", "reference_groups"]


def reference_groups(
    reference: str | Sequence[str] | Mapping[str, str] | None, groups: pd.DataFrame
) -> dict[str, str]:
    """Find the reference group of each column that has one of those labels.

    Parameters
    ----------
    reference : str, sequence of str or mapping, optional
        Labels, or a label by column.
    groups : DataFrame
        A column for each kind of group.

    Returns
    -------
    dict of str to str
        By column.

    Raises
    ------
    DecisionsError
        With every label that there is not.

    Examples
    --------
    >>> reference_groups("M", pd.DataFrame({"age": ["old", "young"], "sex": ["F", "M"]}))
    {'sex': 'M'}
    """
    if isinstance(reference, Mapping):
        asked = [(str(column), str(label)) for column, label in reference.items()]
    else:
        labels = [reference] if isinstance(reference, str) else list(reference or ())
        asked = [(_home(label, groups), label) for label in labels]
    unknown = [
        Problem(
            message=f"there is no group {label!r} to compare with; there are "
            + "; ".join(f"{name}: {', '.join(group_names(groups[name]))}" for name in groups)
        )
        for column, label in asked
        if column not in groups or label not in group_names(groups[column])
    ]
    if unknown:
        raise DecisionsError(unknown)
    return dict(asked)


def _home(label: str, groups: pd.DataFrame) -> str:
    return next((str(name) for name in groups if label in group_names(groups[name])), "")


def group_names(labels: pd.Series[Any]) -> list[str]:
    """List the groups that are there, by name.

    Parameters
    ----------
    labels : Series
        Everybody's group; missing where it is not stated.

    Returns
    -------
    list of str

    Examples
    --------
    >>> group_names(pd.Series(["M", None, "F", "M"]))
    ['F', 'M']
    """
    return sorted(map(str, labels.dropna().unique()))
