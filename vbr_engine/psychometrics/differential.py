"""Differential item functioning: whether two groups with the same score answer alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vbr_engine.errors import InvalidInput, ResponsesError
from vbr_engine.psychometrics.categories import CategoryTable
from vbr_engine.psychometrics.dif_groups import Groups, sort_groups
from vbr_engine.psychometrics.dif_irt import likelihood_ratio
from vbr_engine.psychometrics.dif_logistic import logistic
from vbr_engine.psychometrics.dif_tables import Comparison, ItemTable, Purified, purify
from vbr_engine.psychometrics.dif_wording import sentence
from vbr_engine.psychometrics.mantel_haenszel import (
    breslow_day,
    ets_class,
    generalised,
    mantel,
    mantel_haenszel,
    size_class,
    standardised_difference,
)
from vbr_engine.psychometrics.multiple_tests import adjusted
from vbr_engine.psychometrics.standardisation import standardisation

__all__ = ["DIF_METHODS", "DifResult", "dif"]

Result = dict[str, Any]

DIF_METHODS = {
    "mantel-haenszel": "Mantel-Haenszel; Mantel's test for more than two ordered categories",
    "generalised": "Cochran-Mantel-Haenszel for unordered categories, such as chosen options",
    "standardisation": "Dorans and Kulick's index, a size without a test",
    "logistic": "logistic and ordinal logistic regression, with tests of crossing",
    "likelihood-ratio": "an item response model with and without the item the same in both groups",
}
_NUMBER_OF_COMPARISON = "comparison"


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


@dataclass(frozen=True)
class _Rule:
    """How an item is looked at and when it is flagged."""

    level: float
    correct: bool
    criterion: str
    least: int
    pseudo_r2: str
    r2_gain: float
    slope_change: float


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
        Groups, and answers to an item, below this number are not compared.
    sample_weight : array-like, optional
        How many sittings each row stands for.
    model : {"graded", "gpcm"}
        For the likelihood ratio.

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
    _check_choices(method, missing, criterion, pseudo_r2, adjust)
    answers = CategoryTable.from_any(X)
    groups = sort_groups(group, answers.rows, reference=reference, focal=focal, least=min_group)
    whole = _gather(answers, groups, matching, sample_weight, strata, missing)
    rule = _Rule(level, correct, criterion, min_group, pseudo_r2, r2_gain, slope_change)
    rounds = max_rounds if purify else 0
    rows: list[Result] = []
    advice = _advice_on_people(groups, answers)
    for number in range(1, len(groups.focal) + 1):
        found, told = _compare(whole, groups, number, method, rule, rounds, model)
        rows.extend(found)
        advice.extend(told)
    table = _decide(pd.DataFrame(rows), method, rule, adjust, len(groups.focal) > 1)
    return DifResult(table, groups.reference, groups.focal, tuple(dict.fromkeys(advice)))


def _check_choices(method: str, missing: str, criterion: str, pseudo_r2: str, adjust: str) -> None:
    for name, value, choices in (
        ("method", method, tuple(DIF_METHODS)),
        ("missing", missing, ("sum", "prorate", "complete")),
        ("criterion", criterion, ("r2", "chi2", "beta")),
        ("pseudo_r2", pseudo_r2, ("mcfadden", "nagelkerke")),
        ("adjust", adjust, ("benjamini-hochberg", "holm", "none")),
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


def _compare(
    whole: tuple[Comparison, NDArray[np.intp]],
    groups: Groups,
    number: int,
    method: str,
    rule: _Rule,
    rounds: int,
    model: str,
) -> tuple[list[Result], list[str]]:
    """The rows of one focal group against the reference group."""
    everybody, place = whole
    keep = (place == 0) | (place == number)
    pair = replace(
        everybody,
        codes=np.asfortranarray(everybody.codes[keep]),
        focal=place[keep] == number,
        weight=everybody.weight[keep],
        matching=None if everybody.matching is None else everybody.matching[keep],
    )
    n = [float(pair.weight[pair.focal == focal].sum()) for focal in (False, True)]
    if min(n) < rule.least:
        results = [_unlooked(n, "not enough data") for _ in pair.items]
        found = Purified(results, np.ones(len(pair.items), dtype=bool), 0, True)
    elif method == "likelihood-ratio":
        found = _by_model(pair, rule, rounds, model)
    else:
        found = purify(
            lambda anchors: [_look(table, method, rule) for table in pair.tables(anchors)],
            lambda result: _suspect(result, method, rule),
            len(pair.items),
            rounds if pair.matching is None else 0,
        )
    rows = [
        {"item": item, _NUMBER_OF_COMPARISON: number, "method": method, **result, "anchor": anchor}
        for item, result, anchor in zip(pair.items, found.results, found.anchors, strict=True)
    ]
    model_only = method == "likelihood-ratio"
    advice = _advice_on_model(found, rounds) if model_only else _advice_on_matching(found, rounds)
    return rows, advice


def _by_model(pair: Comparison, rule: _Rule, rounds: int, model: str) -> Purified:
    everyone = np.ones(len(pair.items), dtype=bool)
    tables = pair.tables(everyone)
    enough = np.array([_verdict(table, rule) == "" for table in tables])
    fits = likelihood_ratio(pair, enough, model=model)
    results = []
    for table, fit, fine in zip(tables, fits, enough, strict=True):
        n = table.n.tolist()
        fewest = table.counts.sum(axis=0).min() if fine else np.nan
        shown = {"n_reference": n[0], "n_focal": n[1], "verdict": "", "fewest": fewest}
        results.append(shown | fit if fine else _unlooked(n, _verdict(table, rule)))
    return Purified(results, everyone, 0, True)


def _verdict(table: ItemTable, rule: _Rule) -> str:
    if table.counts.size == 0 or table.n.min() < rule.least:
        return "not enough data"
    return "cannot be compared" if table.counts.shape[2] < 2 else ""


def _unlooked(n: Any, verdict: str) -> Result:
    return {"n_reference": n[0], "n_focal": n[1], "verdict": verdict, "p": np.nan}


def _look(table: ItemTable, method: str, rule: _Rule) -> Result:
    n = table.n.tolist() if table.counts.size else [0.0, 0.0]
    verdict = _verdict(table, rule)
    if verdict:
        return _unlooked(n, verdict)
    result = _LOOKS[method](table, rule)
    lost = "chi2" in result and np.isnan(result["chi2"])
    shown = {"n_reference": n[0], "n_focal": n[1], "verdict": "cannot be compared" if lost else ""}
    return shown | {"categories": table.counts.shape[2], "matched": table.matched} | result


def _look_mantel(table: ItemTable, rule: _Rule) -> Result:
    gap = standardised_difference(table)
    if table.counts.shape[2] > 2:
        result = mantel(table) | gap
        size = size_class(gap["smd_over_sd"], 0.17, 0.25)
        return result | {"ets": size if result["p"] < rule.level else "A", "signed": gap["smd"]}
    result = mantel_haenszel(table, correct=rule.correct)
    ets = ets_class(result["delta"], result["delta_se"], result["p"], level=rule.level)
    crossing = breslow_day(table, result["alpha"])
    return result | gap | crossing | {"ets": ets, "signed": result["delta"]}


def _look_generalised(table: ItemTable, rule: _Rule) -> Result:
    return generalised(table) | {"signed": 0.0}


def _look_standardisation(table: ItemTable, rule: _Rule) -> Result:
    result = standardisation(table)
    return result | {"p": np.nan, "signed": result["index"]}


def _look_logistic(table: ItemTable, rule: _Rule) -> Result:
    result = logistic(table)
    crossing = result["p_crossing"] < rule.level and result["p_crossing"] < result["p_uniform"]
    return result | {"crossing": crossing, "signed": result["log_odds"]}


_LOOKS: dict[str, Callable[[ItemTable, _Rule], Result]] = {
    "mantel-haenszel": _look_mantel,
    "generalised": _look_generalised,
    "standardisation": _look_standardisation,
    "logistic": _look_logistic,
}


def _suspect(result: Result, method: str, rule: _Rule) -> bool:
    """Whether to leave an item out of the matching score; p is not adjusted, as in difR."""
    if result["verdict"]:
        return False
    if method == "standardisation":
        return bool(abs(result["index"]) >= 0.1)
    if method == "logistic":
        return _lordif(result, result["p"], rule)
    return bool(result["p"] < rule.level)


def _lordif(result: Any, p: float, rule: _Rule) -> bool:
    if rule.criterion == "beta":
        return bool(result["change"] >= rule.slope_change)
    large = rule.criterion == "chi2" or result[rule.pseudo_r2] >= rule.r2_gain
    return bool(p < rule.level and large)


def _decide(
    table: pd.DataFrame, method: str, rule: _Rule, adjust: str, several: bool
) -> pd.DataFrame:
    """Adjust p for all rows, then say which are flagged, whom they favour and what to do."""
    for name, way in (("p_bh", "benjamini-hochberg"), ("p_holm", "holm")):
        table[name] = adjusted(table["p"], way)
    table["p_adjusted"] = adjusted(table["p"], adjust)
    rows = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    records = [_decided(row, method, rule) for row in rows]
    for row in records:
        name = f"focal group {row[_NUMBER_OF_COMPARISON]}" if several else "the focal group"
        row["sentence"] = sentence(row, focal=name)
    return pd.DataFrame(records).drop(columns="signed", errors="ignore")


def _decided(row: Result, method: str, rule: _Rule) -> Result:
    looked = row["verdict"] == ""
    row["size"] = _size(row, method) if looked else ""
    row["flagged"] = looked and _flag(row, method, rule)
    signed = row.get("signed", 0.0) if looked else 0.0
    row["favours"] = "focal" if signed > 0 else "reference" if signed < 0 else ""
    if looked:
        row["verdict"] = "flagged" if row["flagged"] else "no sign"
    return row


def _size(row: Result, method: str) -> str:
    if method == "mantel-haenszel":
        return str(row["ets"])
    if method == "logistic":  # Jodoin and Gierl 2001
        sign = "+" if row["log_odds"] > 0 else "-"
        gain = row["nagelkerke"]
        return "A" if gain < 0.035 else ("B" if gain < 0.07 else "C") + sign
    if method == "generalised":
        return ""
    if method == "likelihood-ratio":  # curves that cross count as well
        return size_class(float(np.copysign(row["effect_absolute"], row["signed"])), 0.05, 0.10)
    return size_class(row["signed"], 0.05, 0.10)


def _flag(row: Result, method: str, rule: _Rule) -> bool:
    if method == "standardisation":
        return bool(abs(row["index"]) >= 0.1)
    if method == "logistic":
        return _lordif(row, row["p_adjusted"], rule)
    significant = bool(row["p_adjusted"] < rule.level)
    return significant and (method == "generalised" or row["size"][:1] in ("B", "C"))


def _advice_on_people(groups: Groups, answers: CategoryTable) -> list[str]:
    advice = []
    if groups.n_unknown:
        advice.append(f"{groups.n_unknown:,} sittings without a group were left out.")
    holes = int((answers.codes < 0).any(axis=1).sum())
    if holes:
        advice.append(
            f"{holes:,} sittings have missing answers; a missing answer is not compared, and by "
            "default adds nothing to the total that people are matched on."
        )
    return advice


def _advice_on_model(found: Purified, rounds: int) -> list[str]:
    advice = []
    if rounds:
        advice.append(
            "The likelihood ratio is not purified: every item is tested with all others as anchors."
        )
    if not all(result.get("converged", True) for result in found.results):
        advice.append("The search did not converge for some items: do not trust their figures.")
    if any(result.get("fewest", 5) < 5 for result in found.results):
        advice.append(
            "Some categories were chosen by fewer than 5 people of a group (column fewest): their "
            "items' chi-square is too large by chance more often than p says. Join categories."
        )
    return advice


def _advice_on_matching(found: Purified, rounds: int) -> list[str]:
    advice = []
    if rounds and not found.settled:
        advice.append(
            "The items left out of the matching score did not settle: read the flags with care."
        )
    if not all(result.get("converged", True) for result in found.results):
        advice.append("The regression did not converge for some items: do not trust their figures.")
    matched = min((result.get("matched", 1.0) for result in found.results), default=1.0)
    if matched < 0.8:
        advice.append(
            f"Down to {matched:.0%} of a focal group have somebody of the reference group at the "
            "same score; match on classes of the score (strata=10) to compare more of them."
        )
    kept, n = int(found.anchors.sum()), len(found.anchors)
    if kept < n / 2:
        advice.append(
            f"Only {kept} of {n} items make up the matching score: when most items differ, no "
            "method can tell which group is favoured."
        )
    return advice
