"""What came out of an analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from vbr_engine.analysis.tables import TABLES, empty
from vbr_engine.bank.proposals import Proposal, dump_proposal

__all__ = ["FORMAT", "Analysis"]

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Analysis:
    """Every statistic of a set of sittings, and what it proposes to change.

    What could not be worked out is an empty table (or dict), and a sentence in `notes` says why.
    The columns of each table, with their kinds and meanings, are in
    `vbr_engine.analysis.TABLES`. No sitting is named in an analysis.

    Parameters
    ----------
    about : mapping
        ``bank`` label and ``sha256`` (None without a bank), ``status`` of the bank or None,
        ``policy`` or None, ``sittings``, ``items``, ``engine``, ``made`` (a date, ISO 8601, or
        None) and ``simulated``.
    values : DataFrame
        A row for each scale, ``composite`` first: how many items, mean, sd, reliability, error.
    bands : DataFrame
        How many sittings are told each band.
    distribution : DataFrame
        Histograms of the scales and of theta.
    items : DataFrame
        A row for each item: facility, sd, item-rest correlation with interval, alpha if deleted.
    options : DataFrame
        A row for each answer to each option: share, point-biserial, points, whether it is the key.
    traces : DataFrame
        Trace lines: the share of each answer in five groups by score on the other items.
    conditional_errors : DataFrame
        The standard error of measurement along the score.
    decisions : DataFrame
        Accuracy and consistency of decisions at the cuts of the bands.
    dimensionality : DataFrame
        Eigenvalues and what chance would give.
    loadings, residuals : DataFrame
        One factor fitted to the items, and the pairs that it explains least.
    factor : mapping
        ``n_factors`` (parallel analysis), ``rmsr``, ``explained``, ``eigenvalue_ratio``.
    parameters, categories : DataFrame
        The item response model: parameters in long form, and what its categories are.
    calibration : mapping
        ``model``, ``sittings``, ``log_likelihood``, ``aic``, ``bic``, ``n_parameters``,
        ``iterations``, ``converged``, ``reliability`` (of EAP: 1 less the mean squared error).
    information : DataFrame
        Information and expected score along theta, by item and of the ``test``.
    item_fit, dependence : DataFrame
        How well the model describes items, and pairs that share more than the trait.
    persons : DataFrame
        How many sittings look careless or odd.
    groups, differential : DataFrame
        Groups with their composite, and each item's difference at the same score.
    keys, ambiguity, panel : DataFrame
        Rival keys side by side; keys that the answers speak against; what a panel holds.
    notes : tuple of str
        What the reader must know, a sentence each.
    proposals : tuple of Proposal
        What to change, each with its reason and figures.

    Examples
    --------
    >>> Analysis({"bank": None, "sittings": 0}).items.columns[:4].tolist()
    ['item', 'value', 'format', 'n']
    """

    about: Mapping[str, Any]
    values: pd.DataFrame = field(default_factory=partial(empty, "values"), repr=False)
    bands: pd.DataFrame = field(default_factory=partial(empty, "bands"), repr=False)
    distribution: pd.DataFrame = field(default_factory=partial(empty, "distribution"), repr=False)
    items: pd.DataFrame = field(default_factory=partial(empty, "items"), repr=False)
    options: pd.DataFrame = field(default_factory=partial(empty, "options"), repr=False)
    traces: pd.DataFrame = field(default_factory=partial(empty, "traces"), repr=False)
    conditional_errors: pd.DataFrame = field(
        default_factory=partial(empty, "conditional_errors"), repr=False
    )
    decisions: pd.DataFrame = field(default_factory=partial(empty, "decisions"), repr=False)
    dimensionality: pd.DataFrame = field(
        default_factory=partial(empty, "dimensionality"), repr=False
    )
    loadings: pd.DataFrame = field(default_factory=partial(empty, "loadings"), repr=False)
    residuals: pd.DataFrame = field(default_factory=partial(empty, "residuals"), repr=False)
    factor: Mapping[str, Any] = field(default_factory=dict)
    parameters: pd.DataFrame = field(default_factory=partial(empty, "parameters"), repr=False)
    categories: pd.DataFrame = field(default_factory=partial(empty, "categories"), repr=False)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    information: pd.DataFrame = field(default_factory=partial(empty, "information"), repr=False)
    item_fit: pd.DataFrame = field(default_factory=partial(empty, "item_fit"), repr=False)
    dependence: pd.DataFrame = field(default_factory=partial(empty, "dependence"), repr=False)
    persons: pd.DataFrame = field(default_factory=partial(empty, "persons"), repr=False)
    groups: pd.DataFrame = field(default_factory=partial(empty, "groups"), repr=False)
    differential: pd.DataFrame = field(default_factory=partial(empty, "differential"), repr=False)
    keys: pd.DataFrame = field(default_factory=partial(empty, "keys"), repr=False)
    ambiguity: pd.DataFrame = field(default_factory=partial(empty, "ambiguity"), repr=False)
    panel: pd.DataFrame = field(default_factory=partial(empty, "panel"), repr=False)
    notes: tuple[str, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    @property
    def converged(self) -> bool:
        """Whether every search that was made reached its end."""
        return bool(self.calibration.get("converged", True))

    def to_dict(self) -> dict[str, Any]:
        """Write the analysis as plain data that JSON can carry; `parse_analysis` is the inverse.

        Returns
        -------
        dict
            ``format``, ``bank``, ``sha256`` and ``proposals`` as `vbr revise` reads them, then
            ``about``, ``factor``, ``calibration``, ``notes``, and each table as a list of records,
            null for a missing number.
        """
        document: dict[str, Any] = {
            "format": FORMAT,
            "bank": self.about.get("bank"),
            "sha256": self.about.get("sha256"),
            "proposals": [dump_proposal(proposal) for proposal in self.proposals],
            "about": dict(self.about),
            "notes": list(self.notes),
            "factor": _plain(self.factor),
            "calibration": _plain(self.calibration),
        }
        return document | {name: _records(getattr(self, name)) for name in TABLES}


def _plain(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if held != held else held for name, held in figures.items()}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {str(name): _cells(frame[name]) for name in frame}
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _cells(column: pd.Series[Any]) -> list[Any]:
    held = column.tolist()
    return [None if cell != cell or cell in (_INFINITY, -_INFINITY) else cell for cell in held]


_INFINITY = float("inf")
