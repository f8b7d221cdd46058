"""What is looked at in an item, and when it is flagged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from vbr_engine.psychometrics.dif_logistic import logistic
from vbr_engine.psychometrics.dif_tables import ItemTable
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

__all__ = ["Result", "Rule", "decide", "look", "suspect", "unlooked", "verdict_on"]

Result = dict[str, Any]

_REACH = float(norm.isf(0.025))


@dataclass(frozen=True)
class Rule:
    """How an item is looked at and when it is flagged; the fields are options of `dif`."""

    level: float
    correct: bool
    criterion: str
    least: int
    pseudo_r2: str
    r2_gain: float
    slope_change: float


def verdict_on(table: ItemTable, rule: Rule) -> str:
    """Why an item cannot be looked at; empty if it can."""
    if table.counts.size == 0 or table.n.min() < rule.least:
        return "not enough data"
    return "cannot be compared" if table.counts.shape[2] < 2 else ""


def unlooked(n: Any, verdict: str, least: int) -> Result:
    """The result for an item that was not looked at; small numbers are not told."""
    shown = [count if count >= least else np.nan for count in n]
    return {"n_reference": shown[0], "n_focal": shown[1], "verdict": verdict, "p": np.nan}


def look(table: ItemTable, method: str, rule: Rule) -> Result:
    """Look at one item by one method."""
    n = table.n.tolist() if table.counts.size else [0.0, 0.0]
    verdict = verdict_on(table, rule)
    if verdict:
        return unlooked(n, verdict, rule.least)
    result = _LOOKS[method](table, rule)
    lost = "chi2" in result and np.isnan(result["chi2"])
    shown = {"n_reference": n[0], "n_focal": n[1], "verdict": "cannot be compared" if lost else ""}
    return shown | {"categories": table.counts.shape[2], "matched": table.matched} | result


def _look_mantel(table: ItemTable, rule: Rule) -> Result:
    gap = standardised_difference(table)
    if table.counts.shape[2] > 2:
        result = mantel(table) | gap
        size = size_class(gap["smd_over_sd"], 0.17, 0.25)
        ets = size if result["p"] < rule.level else "A"
        return result | {"ets": ets} | _signed(gap["smd"], gap["smd_se"])
    result = mantel_haenszel(table, correct=rule.correct)
    ets = ets_class(result["delta"], result["delta_se"], result["p"], level=rule.level)
    crossing = breslow_day(table, result["alpha"])
    return result | gap | crossing | {"ets": ets} | _signed(result["delta"], result["delta_se"])


def _signed(effect: float, error: float) -> Result:
    """The size of a difference that decides whom it favours, with its 95% interval."""
    return {"signed": effect, "low": effect - _REACH * error, "high": effect + _REACH * error}


def _look_generalised(table: ItemTable, rule: Rule) -> Result:
    return generalised(table) | {"signed": 0.0}


def _look_standardisation(table: ItemTable, rule: Rule) -> Result:
    result = standardisation(table)
    return result | {"p": np.nan} | _signed(result["index"], result["index_se"])


def _look_logistic(table: ItemTable, rule: Rule) -> Result:
    result = logistic(table)
    crossing = result["p_crossing"] < rule.level and result["p_crossing"] < result["p_uniform"]
    return result | {"crossing": crossing} | _signed(result["log_odds"], result["log_odds_se"])


_LOOKS: dict[str, Callable[[ItemTable, Rule], Result]] = {
    "mantel-haenszel": _look_mantel,
    "generalised": _look_generalised,
    "standardisation": _look_standardisation,
    "logistic": _look_logistic,
}


def suspect(result: Result, method: str, rule: Rule) -> bool:
    """Whether to leave an item out of the matching score; p is not adjusted, as in difR."""
    if result["verdict"]:
        return False
    if method == "standardisation":
        return bool(abs(result["index"]) >= 0.1)
    if method == "logistic":
        return _lordif(result, result["p"], rule)
    return bool(result["p"] < rule.level)


def _lordif(result: Any, p: float, rule: Rule) -> bool:
    if rule.criterion == "beta":
        return bool(result["change"] >= rule.slope_change)
    large = rule.criterion == "chi2" or result[rule.pseudo_r2] >= rule.r2_gain
    return bool(p < rule.level and large)


def decide(
    table: pd.DataFrame, method: str, rule: Rule, adjust: str, several: bool
) -> pd.DataFrame:
    """Adjust p for all rows, then say which are flagged, whom they favour and what to do."""
    for name, way in (("p_bh", "benjamini-hochberg"), ("p_holm", "holm")):
        table[name] = adjusted(table["p"], way)
    table["p_adjusted"] = adjusted(table["p"], adjust)
    rows = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    records = [_decided(row, method, rule) for row in rows]
    for row in records:
        name = f"focal group {row['comparison']}" if several else "the focal group"
        row["sentence"] = sentence(row, focal=name)
    return pd.DataFrame(records).drop(columns="signed", errors="ignore")


def _decided(row: Result, method: str, rule: Rule) -> Result:
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
    if method == "likelihood-ratio" and np.isnan(row["effect"]):  # options without an order
        return size_class(row["effect_absolute"], 0.05, 0.10)[:1]
    if method == "likelihood-ratio":  # curves that cross count as well
        return size_class(float(np.copysign(row["effect_absolute"], row["signed"])), 0.05, 0.10)
    return size_class(row["signed"], 0.05, 0.10)


def _flag(row: Result, method: str, rule: Rule) -> bool:
    if method == "standardisation":
        return bool(abs(row["index"]) >= 0.1)
    if method == "logistic":
        return _lordif(row, row["p_adjusted"], rule)
    significant = bool(row["p_adjusted"] < rule.level)
    return significant and (method == "generalised" or row["size"][:1] in ("B", "C"))
