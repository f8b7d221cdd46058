"""The figures of a model by group, of groups that are large enough to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import CareersError
from vbr_engine.fairness.suppression import Rule, set_aside, shown_groups, sizes
from vbr_engine.risk.careers import Careers
from vbr_engine.risk.follow_up import FollowUp
from vbr_engine.risk.measures import Measures, figure_table

__all__ = ["group_figures", "group_labels"]

_COLUMNS = ["by", "group", "horizon", "figure", "value", "low", "high"]
_NOT_SHOWN = "too few people to be shown"


def group_labels(
    groups: pd.DataFrame | Sequence[str], careers: Careers, people: pd.DataFrame
) -> pd.DataFrame:
    """Say in which groups each person is.

    Parameters
    ----------
    groups : DataFrame or sequence of str
        ``application`` and columns of groups, or names of columns of the careers.
    careers : Careers
    people : DataFrame
        Those at risk.

    Returns
    -------
    DataFrame
        A row for each of `people`, a column for each kind of group; missing where it is not known.

    Raises
    ------
    CareersError
        If a column is missing, or an application stands there twice.
    """
    if isinstance(groups, pd.DataFrame):
        table, names = groups, [str(name) for name in groups if name != "application"]
    else:
        table, names = careers.frame, list(groups)
    missing = [name for name in ("application", *names) if name not in table]
    if missing:
        raise CareersError(f"the groups have no column {' and no column '.join(missing)}")
    indexed = table.set_index("application")[names]
    twice = indexed.index[indexed.index.duplicated()]
    if len(twice):
        raise CareersError(f"the application {twice[0]!r} stands among the groups twice")
    return indexed.reindex(people["application"]).reset_index(drop=True)


def group_figures(
    measures: Measures,
    risks: NDArray[np.float64],
    common: NDArray[np.float64],
    labels: pd.DataFrame | None,
    settings: dict[str, Any],
) -> pd.DataFrame:
    """Work out the figures of each group at each horizon.

    Parameters
    ----------
    measures : Measures
    risks, common : ndarray, shape (n, h)
        As said, and on a level that all folds share.
    labels : DataFrame, optional
        As `group_labels` gives it.
    settings : dict
        ``n_bootstrap``, ``interval``, ``seed``.

    Returns
    -------
    DataFrame
        ``by``, ``group``, ``horizon``, ``figure``, ``value``, ``low``, ``high``, ``why_not``. A
        group is shown with at least 20 people whose state at the horizon is known, 8 of whom left
        and 8 stayed, and only where no other group can be worked out from it.
    """
    parts = []
    for place, horizon in enumerate(measures.horizons if labels is not None else ()):
        assert labels is not None
        one = Measures(measures.follow, (horizon,), overall=False)
        known, left = _known(measures.follow, measures.time_of(horizon))
        allowed = known.copy()
        allowed[known] = set_aside(labels[known], left[known], Rule())
        for by in labels:
            found = sizes(labels[by][allowed], left[allowed])
            shown = shown_groups(found, Rule())
            for group in sorted(labels[by].dropna().unique(), key=str):
                named = {"by": by, "group": group}
                if group not in shown:
                    parts.append(pd.DataFrame([{**named, "horizon": horizon}]))
                    continue
                # All of the group count, those out of sight by their weights.
                mine = (labels[by] == group).to_numpy() & (allowed | ~known)
                table = figure_table(
                    one, risks[:, [place]], common=common[:, [place]], chosen=mine, **settings
                )
                parts.append(table.assign(**named))
    if not parts:
        return pd.DataFrame(columns=[*_COLUMNS, "why_not"])
    table = pd.concat(parts, ignore_index=True).reindex(columns=_COLUMNS)
    table["why_not"] = np.where(table["figure"].isna(), _NOT_SHOWN, "")
    return table


def _known(follow: FollowUp, horizon: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say whose state at the horizon is known, and who left by it."""
    n = len(follow)
    left = np.bincount(follow.person, follow.left_by(horizon), n) > 0
    stayed = np.bincount(follow.person, follow.line.time > horizon, n) > 0
    return left | stayed, left
