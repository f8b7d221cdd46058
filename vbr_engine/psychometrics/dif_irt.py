"""Likelihood ratio: whether an item fits better when each group has its own curves.

Everybody stands on one scale, held together by all other items; the focal group's mean and
variance are free. Each item in turn is split into two, one answered by each group, and the model
is fitted anew from where it stood.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2 as chi_square
from threadpoolctl import threadpool_limits

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.curves import category_probabilities
from vbr_engine.psychometrics.derivatives import present
from vbr_engine.psychometrics.dif_tables import Comparison
from vbr_engine.psychometrics.estimation import Design, Fit, maximise
from vbr_engine.psychometrics.expectation import Answers, normal_weights
from vbr_engine.psychometrics.patterns import collapse
from vbr_engine.psychometrics.starts import flat_start, placed_start, proxies

__all__ = ["likelihood_ratio"]

Codes = NDArray[np.int8]

_NODES = np.linspace(-6, 6, 61)
_TOL = 1e-5
_MANY = 20_000


@dataclass(frozen=True, eq=False)
class _Base:
    """The model with every item the same in both groups."""

    answers: Answers
    design: Design
    fit: Fit


def likelihood_ratio(
    pair: Comparison, wanted: NDArray[np.bool_], *, model: str = "graded"
) -> list[dict[str, Any]]:
    """Test every wanted item with all others as anchors.

    Parameters
    ----------
    pair : Comparison
    wanted : ndarray of bool, shape (items,)
        Items with enough answers in both groups; the others are left out of the model.
    model : {"graded", "gpcm"}

    Returns
    -------
    list of dict
        ``chi2``, ``df``, ``p``; ``effect``: by how much of the item's range the focal group's
        expected score is higher than with the reference group's curves; ``effect_absolute``: the
        same with every difference taken without sign. Empty for unwanted items.

    Raises
    ------
    ResponsesError
        If fewer than three items can stand in the model.

    References
    ----------
    Thissen, Steinberg and Wainer 1993; effect size: Meade 2010 (signed item difference).
    """
    places = np.flatnonzero(wanted)
    if len(places) < 3:
        raise ResponsesError(
            f"a likelihood ratio needs three items with enough answers, got {len(places)}"
        )
    results: list[dict[str, Any]] = [{} for _ in wanted]
    with _threads(len(pair.codes)):
        base = _everything_equal(pair, places, model)
        for column, place in enumerate(places):
            scores = pair.scores[place][np.unique(_seen(pair.codes[:, place]))]
            results[place] = _split_and_test(base, column, scores)
    return results


def _threads(n: int) -> AbstractContextManager[Any]:
    """One thread for small products: waking a second takes longer than the work, up to 30 times."""
    return threadpool_limits(1, "blas") if n < _MANY else nullcontext()


def _seen(codes: Codes) -> Codes:
    return codes[codes >= 0]


def _everything_equal(pair: Comparison, places: NDArray[np.intp], model: str) -> _Base:
    columns = [_renumbered(pair.codes[:, place]) for place in places]
    codes = np.stack(columns, axis=1)
    seen = (codes >= 0).any(axis=1)
    codes, weights, groups, _ = collapse(codes[seen], pair.weight[seen], pair.focal[seen] * 1)
    answers = Answers(np.ascontiguousarray(codes), weights, groups, _widths(codes))
    design = _design(model, answers)
    few, scores, reliabilities = proxies(answers, nominal=False, n=1)
    flat = flat_start(answers, design)
    start = placed_start(few, design, flat, scores[:, 0], float(reliabilities[0]))
    return _Base(answers, design, maximise(answers, design, start, tol=_TOL))


def _renumbered(codes: Codes) -> Codes:
    """Categories that occur, numbered without gaps."""
    used = np.unique(_seen(codes))
    place = np.full(int(codes.max(initial=0)) + 2, -1, dtype=np.int8)
    place[used] = np.arange(len(used), dtype=np.int8)
    return place[codes]


def _widths(codes: Codes) -> NDArray[np.intp]:
    return np.asarray(codes.max(axis=0) + 1, dtype=np.intp)


def _design(model: str, answers: Answers) -> Design:
    """Every item free; the reference group standard normal; the focal group free."""
    mask = np.append(present(model, answers.n_categories).ravel(), [False, False, True, True])
    free = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.intp)
    names = tuple(f"item{j}" for j in range(len(answers.n_categories)))
    return Design(model, names, answers.n_categories, _NODES, free, n_groups=2)


def _split_and_test(base: _Base, column: int, scores: NDArray[np.float64]) -> dict[str, Any]:
    codes, focal = base.answers.codes, base.answers.groups == 1
    own = [_own_codes(codes[:, column], focal == side) for side in (False, True)]
    if min(int(part.max()) for part in own) < 1:
        return {"verdict": "cannot be compared", "p": np.nan}
    split = np.column_stack([codes, own[1]])
    split[:, column] = own[0]
    answers = replace(base.answers, codes=split, n_categories=_widths(split))
    design = _design(base.design.model, answers)
    fit = maximise(answers, design, _warm(base, column, design, own), tol=_TOL, warm_up=1)
    statistic = max(2 * (fit.log_likelihood - base.fit.log_likelihood), 0.0)
    df = design.n_free - base.design.n_free
    used = [np.unique(_seen(codes[focal == side, column])) for side in (False, True)]
    signed, absolute = _effects(fit, column, [scores[part] for part in used])
    return {
        "categories": int(base.answers.n_categories[column]),
        "chi2": statistic,
        "df": df,
        "p": float(chi_square.sf(statistic, df)),
        "signed": signed,
        "effect": signed,
        "effect_absolute": absolute,
        "crossing": abs(signed) < absolute / 2,
        "converged": fit.converged and base.fit.converged,
    }


def _own_codes(codes: Codes, mine: NDArray[np.bool_]) -> Codes:
    return _renumbered(np.where(mine, codes, -1).astype(np.int8))


def _warm(base: _Base, column: int, design: Design, own: list[Codes]) -> NDArray[np.float64]:
    """Start where the whole model stood; an item with a category nobody chose starts flat."""
    n_items, width = base.design.shape
    rows = base.fit.full[: n_items * width].reshape(n_items, width)
    split = np.vstack([rows, rows[column]])
    whole = base.answers.n_categories[column]
    flat = None
    for place, part in ((column, own[0]), (n_items, own[1])):
        if part.max() + 1 < whole:
            if flat is None:
                wide = replace(base.answers, codes=_joined_codes(base, column, own))
                wide = replace(wide, n_categories=design.n_categories)
                flat = flat_start(wide, design)[: (n_items + 1) * width].reshape(-1, width)
            split[place] = flat[place]
            split[place, 0] = rows[column, 0]
    return np.concatenate([split.ravel(), base.fit.full[n_items * width :]])


def _joined_codes(base: _Base, column: int, own: list[Codes]) -> Codes:
    split = np.column_stack([base.answers.codes, own[1]])
    split[:, column] = own[0]
    return split


def _effects(fit: Fit, column: int, scores: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Difference of expected scores where the focal group is, as a share of range; without sign."""
    means, sds = fit.design.groups(fit.full)
    weights = np.exp(normal_weights(_NODES, means[1:], sds[1:]))[0]
    curves = category_probabilities(fit.design.items(fit.full), _NODES)
    expected = []
    for place, score in zip((column, -1), scores, strict=True):
        expected.append(np.tensordot(score, curves[place][: len(score)], axes=1))
    reach = max(part.max() for part in scores) - min(part.min() for part in scores)
    gap = (expected[1] - expected[0]) / reach
    return float(gap @ weights), float(abs(gap) @ weights)
