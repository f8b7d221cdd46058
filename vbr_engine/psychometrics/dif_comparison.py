"""One focal group against the reference group, by any of the methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vbr_engine.psychometrics.dif_advice import advice_on_matching, advice_on_model
from vbr_engine.psychometrics.dif_decisions import (
    Result,
    Rule,
    look,
    suspect,
    unlooked,
    verdict_on,
)
from vbr_engine.psychometrics.dif_irt import LikelihoodRatio
from vbr_engine.psychometrics.dif_tables import Comparison, ItemTable, Purified, purify

__all__ = ["compare"]


def compare(
    whole: tuple[Comparison, NDArray[np.intp]],
    number: int,
    method: str,
    rule: Rule,
    rounds: int,
    model: str,
    progress: Callable[[], None],
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
        results = [unlooked(n, "not enough data", rule.least) for _ in pair.items]
        found = Purified(results, np.ones(len(pair.items), dtype=bool), 0, True)
    elif method == "likelihood-ratio":
        found = _by_model(pair, rule, rounds, model, progress)
    else:
        found = purify(
            lambda anchors: [look(table, method, rule) for table in pair.tables(anchors)],
            lambda result: suspect(result, method, rule),
            len(pair.items),
            rounds if pair.matching is None else 0,
        )
    rows = [
        {"item": item, "comparison": number, "method": method, **result, "anchor": anchor}
        for item, result, anchor in zip(pair.items, found.results, found.anchors, strict=True)
    ]
    model_only = method == "likelihood-ratio"
    advice = advice_on_model(found, rounds) if model_only else advice_on_matching(found, rounds)
    return rows, advice


def _by_model(
    pair: Comparison, rule: Rule, rounds: int, model: str, progress: Callable[[], None]
) -> Purified:
    """Anchors start as all items; those that differ are let go, and all are tested again."""
    tables = pair.tables(np.ones(len(pair.items), dtype=bool))
    enough = np.array([verdict_on(table, rule) == "" for table in tables])
    ratio = LikelihoodRatio(pair, enough, model=model, progress=progress)

    def look_with(anchors: NDArray[np.bool_]) -> list[Result]:
        fits = ratio.results(anchors)
        return [_shown(*one, rule) for one in zip(tables, fits, enough, strict=True)]

    return purify(
        look_with,
        lambda result: suspect(result, "likelihood-ratio", rule),
        len(pair.items),
        rounds,
        fewest=2,
        strength=lambda result: result["chi2"] / result["df"] if "chi2" in result else 0.0,
    )


def _shown(table: ItemTable, fit: Result, fine: bool, rule: Rule) -> Result:
    n = table.n.tolist() if table.counts.size else [0.0, 0.0]
    if not fine:
        return unlooked(n, verdict_on(table, rule), rule.least)
    fewest = table.counts.sum(axis=0).min()
    return {"n_reference": n[0], "n_focal": n[1], "verdict": "", "fewest": fewest} | fit
