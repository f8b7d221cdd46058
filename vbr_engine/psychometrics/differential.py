"""Differential item functioning: whether two groups with the same score answer alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.dif_advice import advice_on_people
from vbr_engine.psychometrics.dif_comparison import compare
from vbr_engine.psychometrics.dif_decisions import Result, Rule, decide
from vbr_engine.psychometrics.dif_groups import Groups, sort_groups
from vbr_engine.psychometrics.dif_tables import Comparison

__all__ = ["DIF_METHODS", "DifResult", "dif"]

DIF_METHODS = {
    "mantel-haenszel": "Mantel-Haenszel; Mantel's test for more than two ordered categories",
    "generalised": "Cochran-Mantel-Haenszel for unordered categories, such as chosen options",
    "standardisation": "Dorans and Kulick's index, a size without a test",
    "logistic": "logistic and ordinal logistic regression, with tests of crossing",
    "likelihood-ratio": "an item response model with and without the item the same in both groups",
}


@dataclass(frozen=True, eq=False)
class DifResult:
    """Which items work differently for whom, and what to do.

    Parameters
    ----------
    table : DataFrame
        One row per item and comparison. It never holds the name of a group.
    reference : object
        What the reference group is called.
    focal : tuple
        What the focal groups are called, in the order of ``comparison`` 1, 2 and so on.
    advice : tuple of str
        What to know before trusting the table.
    """

    table: pd.DataFrame
    reference: Any
    focal: tuple[Any, ...]
    advice: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each flagged item."""
        return tuple(self.table.loc[self.table["flagged"], "sentence"])

    def to_frame(self) -> pd.DataFrame:
        """The table.

        Returns
        -------
        DataFrame
        """
        return self.table


def dif(
    X: Any,
    group: Any,
    *,
    method: str = "mantel-haenszel",
    reference: Any = None,
    focal: Any = None,
    matching: Any = None,
    strata: int | None = None,
    missing: str = "sum",
    purify: bool = False,
    max_rounds: int = 10,
    correct: bool = True,
    level: float = 0.05,
    adjust: str = "benjamini-hochberg",
    criterion: str = "r2",
    pseudo_r2: str = "mcfadden",
    r2_gain: float = 0.02,
    slope_change: float = 0.1,
    min_group: int = 20,
    sample_weight: Any = None,
    model: str = "graded",
    progress: Callable[[int], None] | None = None,
) -> DifResult:
    """Look for items that work differently for people of two groups with the same score.

    Parameters
    ----------
    X : data frame or array-like, shape (sittings, items)
        Category codes, NaN for missing. Numbers count as they are; text counts 0, 1, 2 by the
        alphabet.
    group : array-like, Series or mapping
        Everybody's group. A Series or mapping with the names of the sittings is joined by name.
        Sittings without a group are left out.
    method : str
        One of `DIF_METHODS`.
    reference, focal : object, optional
        Labels of the groups. By default the largest group is the reference, and every other group
        is compared with it in turn.
    matching : array-like, optional
        A score to match on, such as ``model.transform(X)[:, 0]`` (as lordif does); by default the
        total of the items (of the anchors when purified), always with the item itself. Not used
        by the likelihood ratio, which places people by its model.
    strata : int, optional
        Match on about so many classes of the score instead of every score.
    missing : {"sum", "prorate", "complete"}
        Missing answers add nothing to the total (as R's difR does), or the total is raised to what
        it would be with all answered, or only sittings with every answer are used.
    purify : bool
        Leave items that differ out of the total, and look again until they stay the same. The
        likelihood ratio always has all other items as anchors.
    max_rounds : int
        How often at most.
    correct : bool
        Continuity correction for Mantel-Haenszel with two categories.
    level : float
        How small an adjusted p must be.
    adjust : {"benjamini-hochberg", "holm", "none"}
        How p is adjusted for the number of items; both figures are in the table.
    criterion : {"r2", "chi2", "beta"}
        When logistic regression flags an item: significant with a gain in R squared of `r2_gain`;
        significant alone; or a change of the slope by `slope_change` (all three are lordif's).
    pseudo_r2 : {"mcfadden", "nagelkerke"}
        Whose R squared.
    r2_gain, slope_change : float
        The limits of `criterion`.
    min_group : int
        Groups, and answers to an item, below this number are not compared and not counted out.
    sample_weight : array-like, optional
        How many sittings each row stands for.
    model : {"graded", "gpcm", "nominal"}
        For the likelihood ratio; nominal for chosen options without an order.
    progress : callable, optional
        Told how many items of likelihood ratios are done; with `purify` each is done several times.

    Returns
    -------
    DifResult

    Raises
    ------
    ResponsesError
        If a group is too small, or the groups do not belong to the sittings.
    InvalidInput
        If an option is not one of those above.

    Notes
    -----
    ``low`` and ``high`` are a 95% interval of the size of the difference: ``delta`` of two
    categories, ``smd`` of more, ``index`` of standardisation, ``log_odds`` of logistic regression.

    Purifying leaves out of the matching score (or of the anchors) what is significant, and looks
    again. ``criterion`` is lordif's: significant alone (chi2), significant with a gain in R squared
    of `r2_gain` (r2), or a slope of the score that moves by `slope_change`, a tenth (beta).

    An item is flagged when the difference is both significant and not negligible: class B or C
    (ETS for two categories; NAEP's 0.17 and 0.25 standard deviations for more; a twentieth and a
    tenth of the item's range for standardisation and the likelihood ratio), or `criterion` for
    logistic regression. Standardisation flags from a tenth of the range and has no test;
    unordered categories have no size.

    Examples
    --------
    >>> import numpy as np
    >>> from vbr_engine.psychometrics import dif
    >>> rng = np.random.default_rng(1)
    >>> kind, group = rng.normal(size=600), np.repeat(["a", "b"], 300)
    >>> X = (kind[:, None] + rng.logistic(size=(600, 6)) > 0).astype(int)
    >>> X[300:, 2] = kind[300:] + rng.logistic(size=300) > 2  # harder for group b alone
    >>> found = dif(X, group, purify=True)
    >>> found.table.loc[found.table["flagged"], ["item", "ets"]].values.tolist()
    [['item3', 'C-']]
    """
    _check_choices(method, missing, criterion, pseudo_r2, adjust, model)
    answers = CategoryTable.from_any(X)
    groups = sort_groups(group, answers.rows, reference=reference, focal=focal, least=min_group)
    whole = _gather(answers, groups, matching, sample_weight, strata, missing)
    rule = Rule(level, correct, criterion, min_group, pseudo_r2, r2_gain, slope_change)
    rounds = max_rounds if purify else 0
    rows: list[Result] = []
    advice = advice_on_people(groups, answers, min_group)
    done = _counter(progress)
    for number in range(1, len(groups.focal) + 1):
        found, told = compare(whole, number, method, rule, rounds, model, done)
        rows.extend(found)
        advice.extend(told)
    table = decide(pd.DataFrame(rows), method, rule, adjust, len(groups.focal) > 1)
    return DifResult(table, groups.reference, groups.focal, tuple(dict.fromkeys(advice)))


def _counter(progress: Callable[[int], None] | None) -> Callable[[], None]:
    numbers = count(1)
    return lambda: progress(next(numbers)) if progress is not None else None


def _check_choices(
    method: str, missing: str, criterion: str, pseudo_r2: str, adjust: str, model: str
) -> None:
    for name, value, choices in (
        ("method", method, tuple(DIF_METHODS)),
        ("missing", missing, ("sum", "prorate", "complete")),
        ("criterion", criterion, ("r2", "chi2", "beta")),
        ("pseudo_r2", pseudo_r2, ("mcfadden", "nagelkerke")),
        ("adjust", adjust, ("benjamini-hochberg", "holm", "none")),
        ("model", model, ("graded", "gpcm", "nominal")),
    ):
        if value not in choices:
            raise InvalidInput(f"expected {name} to be one of {', '.join(choices)}, got {value!r}")


def _gather(
    answers: CategoryTable,
    groups: Groups,
    matching: Any,
    sample_weight: Any,
    strata: int | None,
    missing: str,
) -> tuple[Comparison, NDArray[np.intp]]:
    n = len(answers)
    weight = _column(sample_weight, n, "weight") if sample_weight is not None else np.ones(n)
    score = _column(matching, n, "matching score") if matching is not None else None
    keep = (groups.place >= 0) & (weight > 0)
    if missing == "complete":
        keep &= (answers.codes >= 0).all(axis=1)
    if score is not None:
        keep &= ~np.isnan(score)
    whole = Comparison(
        codes=np.asfortranarray(answers.codes[keep]),
        scores=tuple(_scores(labels) for labels in answers.labels),
        focal=np.zeros(int(keep.sum()), dtype=bool),
        weight=weight[keep],
        items=answers.items,
        matching=None if score is None else score[keep],
        strata=strata,
        prorate=missing == "prorate",
    )
    return whole, groups.place[keep]


def _column(values: Any, n: int, name: str) -> NDArray[np.float64]:
    column = np.asarray(values, dtype=float).ravel()
    if len(column) != n:
        raise ResponsesError(f"expected a {name} for each of {n} sittings, got {len(column)}")
    if name == "weight" and not (column >= 0).all():
        raise ResponsesError("expected weights of 0 or more")
    return column


def _scores(labels: tuple[Any, ...]) -> NDArray[np.float64]:
    if all(isinstance(label, int | float) for label in labels):
        return np.array(labels, dtype=float)
    return np.arange(len(labels), dtype=float)
