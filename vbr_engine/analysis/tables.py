"""The tables of an analysis: which columns each has, and of what kind.

A scale is ``composite`` (every item of the bank, or of the table) or the id of a value that has at
least three items. Scores are chance-corrected item scores (0 is what guessing earns, 1 is the key),
and the score of a scale is on the same footing; of a table without a bank, they are the numbers in
its cells. A scale called ``theta`` is the trait of the item response model.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["COMPOSITE", "TABLES", "empty", "typed"]

COMPOSITE = "composite"

# kind -> what a column of it holds, in pandas; a missing number is NaN, a missing text is empty.
_DTYPES = {"text": "object", "count": "int64", "number": "float64", "truth": "bool"}

# table -> column -> (kind, what it says).
TABLES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "values": {
        "scale": ("text", "composite, or a value's id"),
        "items": ("count", "items that vary, which the figures rest on"),
        "n": ("count", "sittings with an answer to any of them"),
        "mean": ("number", "mean score of the scale"),
        "sd": ("number", "its standard deviation"),
        "alpha": ("number", "Cronbach's alpha"),
        "alpha_low": ("number", "Feldt's 95% interval"),
        "alpha_high": ("number", "Feldt's 95% interval"),
        "stratified_alpha": ("number", "composite only: strata are the values"),
        "omega": ("number", "of one factor"),
        "omega_total": ("number", "of a general and group factors"),
        "omega_hierarchical": ("number", "what the general factor alone explains"),
        "split_half_mean": ("number", "over the splits"),
        "split_half_largest": ("number", "the best split"),
        "retest": ("number", "correlation with the second sitting"),
        "retest_low": ("number", "95% interval"),
        "retest_high": ("number", "95% interval"),
        "retest_n": ("count", "people who sat twice"),
        "sem": ("number", "standard error of measurement of the mean item score, by alpha"),
    },
    "bands": {
        "scale": ("text", "composite, or a value's id (all values, however few items)"),
        "band": ("text", "band, bands joined by /, or not measured"),
        "n": ("count", "sittings"),
        "share": ("number", "of all sittings"),
    },
    "distribution": {
        "scale": ("text", "composite, a value's id, or theta"),
        "low": ("number", "from"),
        "high": ("number", "to, not included, except in the last"),
        "n": ("count", "sittings"),
    },
    "items": {
        "item": ("text", "id, or the column's name"),
        "value": ("text", "value's id; empty without a bank"),
        "format": ("text", "response format; empty without a bank"),
        "n": ("count", "answers"),
        "missing": ("number", "share of sittings without an answer"),
        "facility": ("number", "chance-corrected mean; without a bank, the mean as share of range"),
        "sd": ("number", "standard deviation of the item score"),
        "item_rest_r": ("number", "correlation with the sum of all other items"),
        "item_rest_low": ("number", "95% interval"),
        "item_rest_high": ("number", "95% interval"),
        "alpha_if_deleted": ("number", "of the composite"),
        "omega_if_deleted": ("number", "of the composite, one factor"),
    },
    "options": {
        "item": ("text", "id, or the column's name"),
        "option": ("text", "option's id; empty without a bank"),
        "answer": ("text", "the code of the response matrix, or the category"),
        "n": ("count", "how many answered so"),
        "share": ("number", "of those who answered the item"),
        "point_biserial": ("number", "of answering so with the mean score on the other items"),
        "mean_rest": ("number", "mean score on the other items of those who answered so"),
        "points": ("number", "what this answer to this option earns"),
        "keyed": ("truth", "whether this is the keyed answer"),
    },
    "traces": {
        "item": ("text", "as in options"),
        "option": ("text", "as in options"),
        "answer": ("text", "as in options"),
        "group": ("count", "1 (lowest fifth by mean score on the other items) to 5"),
        "share": ("number", "of the group who answered so"),
        "n": ("count", "people of the group who answered the item"),
    },
    "conditional_errors": {
        "scale": ("text", "composite, or a value's id"),
        "score": ("number", "mean item score of the group, middle of its range"),
        "sem": ("number", "absolute standard error of the mean item score there"),
        "relative": ("number", "relative standard error there"),
        "n": ("count", "people in the group"),
    },
    "decisions": {
        "scale": ("text", "composite, or a value's id"),
        "cut": ("number", "lowest score of a band"),
        "accuracy": ("number", "share given the side that is true"),
        "consistency": ("number", "share given the same side twice"),
        "kappa": ("number", "agreement beyond chance"),
        "wrongly_above": ("number", "share"),
        "wrongly_below": ("number", "share"),
    },
    "dimensionality": {
        "component": ("count", "1, 2, ..."),
        "eigenvalue": ("number", "of the correlations"),
        "random_mean": ("number", "of shuffled answers"),
        "parallel_95": ("number", "95th percentile of shuffled answers"),
        "retained": ("truth", "whether it and all before it stand out"),
    },
    "loadings": {
        "item": ("text", "id"),
        "loading": ("number", "on one factor"),
        "communality": ("number", "its square"),
    },
    "residuals": {
        "item": ("text", "id"),
        "other": ("text", "id"),
        "residual": ("number", "correlation beyond the one factor; the ten largest in size"),
    },
    "parameters": {
        "item": ("text", "id"),
        "parameter": ("text", "a, d_1, d_2, ..."),
        "estimate": ("number", "P(X >= k) = logistic(a theta + d_k)"),
        "se": ("number", "standard error by observed information"),
    },
    "categories": {
        "item": ("text", "id"),
        "category": ("count", "0, 1, ... in the order of the model"),
        "lowest": ("text", "lowest points of the category; without a bank, its label"),
        "n": ("count", "sittings"),
    },
    "information": {
        "theta": ("number", "-4 to 4"),
        "item": ("text", "id, or test"),
        "information": ("number", "Fisher's"),
        "se": ("number", "1 / sqrt(information); test only"),
        "expected": ("number", "expected score as share of the highest"),
    },
    "item_fit": {
        "item": ("text", "id"),
        "n": ("count", "complete sittings that S-X2 rests on"),
        "s_x2": ("number", "Orlando and Thissen"),
        "df": ("number", "degrees of freedom"),
        "p": ("number", "not adjusted"),
        "p_adjusted": ("number", "Benjamini and Hochberg over items"),
        "rmsea": ("number", "of S-X2"),
        "infit": ("number", "weighted mean square"),
        "outfit": ("number", "mean square"),
        "flagged": ("truth", "significant when adjusted, and rmsea from 0.05"),
    },
    "dependence": {
        "item": ("text", "id"),
        "other": ("text", "id"),
        "q3": ("number", "correlation of residuals"),
        "excess": ("number", "over the mean of all pairs; listed from 0.2"),
    },
    "persons": {
        "measure": ("text", "straight-lining, very-fast, many-unanswered, misfit"),
        "words": ("text", "what it means"),
        "n": ("count", "sittings"),
        "share": ("number", "of all sittings"),
    },
    "groups": {
        "column": ("text", "name of the group column"),
        "group": ("text", "label"),
        "role": ("text", "reference, focal, or too small"),
        "n": ("number", "sittings; NaN where the group is too small to count"),
        "mean": ("number", "of the composite"),
        "sd": ("number", "of the composite"),
        "d": ("number", "standardised difference from the reference group; below 0 is lower"),
        "d_low": ("number", "95% interval"),
        "d_high": ("number", "95% interval"),
    },
    "differential": {
        "column": ("text", "name of the group column"),
        "reference": ("text", "label of the largest group"),
        "focal": ("text", "label of the group held against it"),
        "item": ("text", "id"),
        "method": ("text", "of `vbr_engine.psychometrics.dif`"),
        "n_reference": ("number", "answers"),
        "n_focal": ("number", "answers"),
        "effect": ("number", "focal less reference at the same score, in standard deviations"),
        "p": ("number", "not adjusted"),
        "p_adjusted": ("number", "Benjamini and Hochberg over items"),
        "size": ("text", "A, B or C with the sign of the group that it favours; empty: unknown"),
        "favours": ("text", "focal, reference or empty"),
        "flagged": ("truth", "significant and not negligible"),
        "sentence": ("text", "what was found and what to do"),
    },
    "keys": {
        "key": ("text", "current, or a rival's name"),
        "n": ("count", "sittings measured"),
        "mean": ("number", "of the composite"),
        "sd": ("number", "of the composite"),
        "alpha": ("number", "over item scores"),
        "validity": ("number", "correlation with the outcome; cross-validated where needed"),
        "validity_low": ("number", "95% interval"),
        "validity_high": ("number", "95% interval"),
        "outcomes": ("count", "sittings with an outcome"),
        "group_d": ("number", "largest difference between groups"),
        "group_d_low": ("number", "95% interval"),
        "group_d_high": ("number", "95% interval"),
        "spearman": ("number", "with the present composite"),
        "kendall": ("number", "with the present composite"),
        "changed": ("count", "candidates who change band"),
        "changed_share": ("number", "of those measured both ways"),
    },
    "ambiguity": {
        "item": ("text", "id"),
        "n": ("count", "people who held one option to be best"),
        "keyed": ("text", "best options by the key, joined by ;"),
        "keyed_share": ("number", "of people at theta 1.5 who hold it to be best"),
        "modal": ("text", "what such people hold to be best"),
        "modal_share": ("number", "share of such people"),
        "ambiguous": ("truth", "whether the two differ"),
        "why": ("text", "in words"),
    },
    "panel": {
        "item": ("text", "id"),
        "option": ("text", "id"),
        "n": ("count", "experts"),
        "mean": ("number", "of their answers"),
        "sd": ("number", "of their answers"),
        "mode": ("number", "most frequent answer; NaN where two are"),
        "share": ("number", "of experts who gave it"),
        "r_wg": ("number", "agreement"),
        "key": ("number", "the present key"),
        "drop": ("truth", "whether the panel speaks for dropping it"),
        "why": ("text", "in words"),
    },
}


def empty(table: str) -> pd.DataFrame:
    """Give a table without rows.

    Parameters
    ----------
    table : str
        One of `TABLES`.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> empty("loadings").columns.tolist()
    ['item', 'loading', 'communality']
    """
    return typed(table, pd.DataFrame(columns=list(TABLES[table])))


def typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the columns of a table, in order and of their kinds.

    Parameters
    ----------
    table : str
        One of `TABLES`.
    frame : DataFrame
        Other columns are left out; a column that it lacks is filled with nothing.

    Returns
    -------
    DataFrame
        Numbered from 0.

    Examples
    --------
    >>> typed("loadings", pd.DataFrame({"item": ["a"], "loading": [1]})).to_dict("records")
    [{'item': 'a', 'loading': 1.0, 'communality': nan}]
    """
    made = {name: _column(frame, name, kind) for name, (kind, _) in TABLES[table].items()}
    return pd.DataFrame(made, index=pd.RangeIndex(len(frame)))


def _column(frame: pd.DataFrame, name: str, kind: str) -> object:
    if name not in frame:
        fill = {"text": "", "count": 0, "number": float("nan"), "truth": False}[kind]
        return pd.Series([fill] * len(frame), dtype=_DTYPES[kind]).to_numpy()
    held = frame[name]
    if kind == "text":
        return held.astype(object).where(held.notna(), "").map(str).to_numpy(dtype=object)
    if kind == "number":
        return pd.to_numeric(held).to_numpy(dtype="float64", na_value=float("nan"))
    return held.to_numpy(dtype=_DTYPES[kind])
