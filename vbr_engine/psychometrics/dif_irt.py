"""Likelihood ratio: whether an item fits better when each group has its own curves.

Everybody stands on one scale, held together by the anchors; the focal group's mean and variance are
free. An item that is not an anchor is split into two, one answered by each group. To test an item,
the model is fitted with it split and with it whole, each from where a neighbouring model stood.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2 as chi_square

from vbr_engine.errors import ResponsesError
from vbr_engine.psychometrics.curves import category_probabilities
from vbr_engine.psychometrics.derivatives import present
from vbr_engine.psychometrics.dif_tables import Comparison
from vbr_engine.psychometrics.estimation import Design, Fit, maximise
from vbr_engine.psychometrics.expectation import Answers, normal_weights
from vbr_engine.psychometrics.patterns import collapse
from vbr_engine.psychometrics.starts import flat_start, placed_start, proxies
from vbr_engine.psychometrics.threads import one_thread

__all__ = ["LikelihoodRatio"]

Codes = NDArray[np.int8]
Floats = NDArray[np.float64]

_NODES = np.linspace(-6, 6, 61)
_TOL = 1e-5
_MANY = 20_000


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A model in which some items are split; their focal halves stand behind all items."""

    split: tuple[int, ...]
    answers: Answers
    fit: Fit

    def focal(self, item: int, n_items: int) -> int:
        """Where the focal group's curves of an item stand."""
        return n_items + self.split.index(item) if item in self.split else item

    @property
    def rows(self) -> Floats:
        """Parameters, a row for each column."""
        shape = self.fit.design.shape
        return np.asarray(self.fit.full[: shape[0] * shape[1]].reshape(shape))


@dataclass(eq=False)
class LikelihoodRatio:
    """Tests of items between two groups, with any items as anchors.

    Parameters
    ----------
    pair : Comparison
    wanted : ndarray of bool, shape (items,)
        Items with enough answers in both groups; the others are left out of the model.
    model : {"graded", "gpcm", "nominal"}
    progress : callable, optional
        Called after each item.

    Raises
    ------
    ResponsesError
        If fewer than three items can stand in the model.

    References
    ----------
    Thissen, Steinberg and Wainer 1993; effect size: Meade 2010 (signed item difference); iterative
    anchors: Candell and Drasgow 1988.
    """

    pair: Comparison
    wanted: NDArray[np.bool_]
    model: str = "graded"
    progress: Callable[[], None] = lambda: None
    _fits: dict[tuple[int, ...], _Fitted] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._places = np.flatnonzero(self.wanted)
        if len(self._places) < 3:
            raise ResponsesError(
                f"a likelihood ratio needs three items with enough answers, got {len(self._places)}"
            )
        columns = [_renumbered(self.pair.codes[:, place]) for place in self._places]
        codes = np.stack(columns, axis=1)
        seen = (codes >= 0).any(axis=1)
        focal = self.pair.focal[seen] * 1
        codes, weights, groups, _ = collapse(codes[seen], self.pair.weight[seen], focal)
        self._answers = Answers(np.ascontiguousarray(codes), weights, groups, _widths(codes))

    def results(self, anchors: NDArray[np.bool_]) -> list[dict[str, Any]]:
        """Test every wanted item with the anchors, itself apart.

        Parameters
        ----------
        anchors : ndarray of bool, shape (items,)

        Returns
        -------
        list of dict
            ``chi2``, ``df``, ``p``; ``effect``: by how much of the item's range the focal group's
            expected score is higher than with the reference group's curves; ``effect_absolute``:
            the same with every difference taken without sign; for nominal items the share of the
            focal group that chooses otherwise. Empty for unwanted items.
        """
        found: list[dict[str, Any]] = [{} for _ in self.wanted]
        loose = tuple(np.flatnonzero(~anchors[self._places]).tolist())
        with _threads(len(self.pair.codes)):
            base = self._fitted(loose, None)
            for column, place in enumerate(self._places):
                found[place] = self._tested(base, column, int(place))
                self.progress()
        return found

    def _tested(self, base: _Fitted, column: int, place: int) -> dict[str, Any]:
        if min(int(part.max()) for part in self._halves(column)) < 1:
            return {"verdict": "cannot be compared", "p": np.nan}
        other = tuple(sorted(set(base.split) ^ {column}))
        near = self._fitted(other, base)
        free, bound = (base, near) if column in base.split else (near, base)
        statistic = max(2 * (free.fit.log_likelihood - bound.fit.log_likelihood), 0.0)
        df = free.fit.design.n_free - bound.fit.design.n_free
        signed, absolute = self._effects(free, column, place)
        return {
            "categories": int(self._answers.n_categories[column]),
            "chi2": statistic,
            "df": df,
            "p": float(chi_square.sf(statistic, df)),
            "signed": signed,
            "effect": signed if self.model != "nominal" else np.nan,
            "effect_absolute": absolute,
            "crossing": self.model != "nominal" and abs(signed) < absolute / 2,
            "converged": free.fit.converged and bound.fit.converged,
        }

    def _fitted(self, split: tuple[int, ...], near: _Fitted | None) -> _Fitted:
        """The model with these items split; each is fitted once."""
        split = tuple(column for column in split if self._comparable(column))
        if split not in self._fits:
            answers = self._arranged(split)
            design = _design(self.model, answers)
            if near is None and split:
                near = self._fitted((), None)
            start = self._cold(answers, design) if near is None else self._warm(near, split, design)
            fit = maximise(answers, design, start, tol=_TOL, warm_up=3 if near is None else 1)
            self._fits[split] = _Fitted(split, answers, fit)
        return self._fits[split]

    def _comparable(self, column: int) -> bool:
        return min(int(part.max()) for part in self._halves(column)) >= 1

    def _halves(self, column: int) -> list[Codes]:
        """An item's answers of the reference and of the focal group, numbered without gaps."""
        codes, focal = self._answers.codes[:, column], self._answers.groups == 1
        return [_renumbered(np.where(focal == side, codes, -1)) for side in (False, True)]

    def _arranged(self, split: tuple[int, ...]) -> Answers:
        codes = np.array(self._answers.codes)
        halves = [self._halves(column) for column in split]
        for column, (reference, _) in zip(split, halves, strict=True):
            codes[:, column] = reference
        codes = np.column_stack([codes, *(focal for _, focal in halves)]).astype(np.int8)
        return replace(self._answers, codes=codes, n_categories=_widths(codes))

    def _cold(self, answers: Answers, design: Design) -> Floats:
        few, scores, reliabilities = proxies(answers, nominal=self.model == "nominal", n=1)
        flat = flat_start(answers, design)
        return placed_start(few, design, flat, scores[:, 0], float(reliabilities[0]))

    def _warm(self, near: _Fitted, split: tuple[int, ...], design: Design) -> Floats:
        """Start where a neighbour stands; an item with other categories starts flat."""
        n_items = len(self._places)
        source = [
            *range(n_items),
            *(near.focal(column, n_items) for column in split),
        ]
        flat = flat_start(self._arranged(split), design)
        rows, old = flat[: np.prod(design.shape)].reshape(design.shape), near.rows
        same = near.fit.design.n_categories[source] == design.n_categories
        if old.shape[1] == rows.shape[1]:
            rows[same] = old[source][same]
        if self.model != "nominal":
            rows[:, 0] = old[source, 0]
        return np.concatenate([rows.ravel(), near.fit.full[old.size :]])

    def _effects(self, free: _Fitted, column: int, place: int) -> tuple[float, float]:
        """How far the focal group's answers differ where it is, with sign and without."""
        design = free.fit.design
        means, sds = design.groups(free.fit.full)
        weights = np.exp(normal_weights(_NODES, means[1:], sds[1:]))[0]
        curves = category_probabilities(design.items(free.fit.full), _NODES)
        codes, focal = self._answers.codes[:, column], self._answers.groups == 1
        used = [np.unique(_seen(codes[focal == side])) for side in (False, True)]
        whole = np.zeros((2, int(self._answers.n_categories[column]), len(_NODES)))
        for side, at in enumerate((column, free.focal(column, len(self._places)))):
            whole[side, used[side]] = curves[at][: len(used[side])]
        if self.model == "nominal":
            return 0.0, float(abs(whole[1] - whole[0]).sum(axis=0) / 2 @ weights)
        scores = self.pair.scores[place][np.unique(_seen(self.pair.codes[:, place]))]
        gap = scores @ (whole[1] - whole[0]) / np.ptp(scores)
        return float(gap @ weights), float(abs(gap) @ weights)


def _threads(n: int) -> AbstractContextManager[Any]:
    """One thread for small products: waking a second takes longer than the work, up to 30 times."""
    return one_thread() if n < _MANY else nullcontext()


def _seen(codes: Codes) -> Codes:
    return codes[codes >= 0]


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
