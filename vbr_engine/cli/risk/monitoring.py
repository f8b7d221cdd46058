"""`FILE:COLUMN`: a column of monitoring data, which are kept in a file of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
import pandas as pd

from vbr_engine.errors import FileError, Problem
from vbr_engine.files import read_table
from vbr_engine.files.matrices import named_rows
from vbr_engine.files.whole import shown

__all__ = ["monitoring_option", "read_monitoring"]

monitoring_option = click.option(
    "--monitoring",
    metavar="FILE:COLUMN",
    multiple=True,
    help="A table with `application` and a column of groups. May be given again.",
)


def read_monitoring(
    places: Iterable[str], applications: pd.Series
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read columns of groups, joined by application.

    Parameters
    ----------
    places : iterable of str
        ``FILE:COLUMN`` each.
    applications : Series
        Those of the careers.

    Returns
    -------
    groups : DataFrame
        ``application`` and a column for each place; missing where it is not stated.
    notes : tuple of str
        How many are not stated, and who was left out, in sentences.

    Raises
    ------
    FileError
        With what is wrong with a file.
    """
    groups = pd.DataFrame({"application": applications.astype(str).to_numpy()})
    notes: list[str] = []
    for place in places:
        column, name, told = _column(place, set(groups["application"]))
        groups[name] = groups["application"].map(column)
        notes += told
        unstated = int(groups[name].isna().sum())
        if unstated:
            notes.append(f"{name}: not stated for {unstated:,} of {len(groups):,} applications.")
    return groups, tuple(notes)


def _column(place: str, applications: set[str]) -> tuple[pd.Series, str, list[str]]:
    path, _, column = place.rpartition(":")
    if not path or not column:
        raise FileError(f"expected FILE:COLUMN, got {place!r}")
    table = read_table(path)
    for wanted in ("application", column):
        if wanted not in table.columns:
            message = f"there is no column {wanted!r}: only {', '.join(map(str, table.columns))}"
            raise FileError([Problem(file=shown(path), message=message)])
    whole = table["application"].notna()
    rows = named_rows(table[whole].astype({"application": str}), "application", Path(path))
    known = rows.index.isin(applications)
    if not known.any():
        message = "no application in it is among the careers"
        raise FileError([Problem(file=shown(path), message=message)])
    strangers = int((~known).sum())
    told = [f"{shown(path)}: rows of other applications, left out: {strangers:,}."] * bool(
        strangers
    )
    return rows.loc[known, column], column, told
